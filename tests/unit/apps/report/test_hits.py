"""Tables of what a check met: columns by dataset, long lists summed up, nothing lost and nothing invented."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import shapely

import review_cast as cast
from guotu.apps.approval import Review
from guotu.apps.approval.report import hits
from guotu.apps.approval.report.document import Table
from guotu.apps.approval.result import CheckResult, Hit, Verdict
from guotu.apps.approval.words import Text, same


@pytest.fixture(scope="module")
def review() -> Review:
    return cast.run(cast.clean_stage(), cast.box(0, 0, 100, 100))


def hit(dataset: str, attributes: dict[str, Any], *, area: float = 100.0, **more: Any) -> Hit:
    given: dict[str, Any] = {
        "stream": f"{dataset}/330106", "feature": "ab" * 16, "version": "1.1#0", "parcel": "1", "title": same("图斑"),
        "area_ellipsoid_m2": area, "area_ha": Decimal("0.0100"), "geometry": shapely.to_wkb(shapely.Point(120, 30)),
    }  # fmt: skip
    return Hit(dataset=dataset, attributes=attributes, area_m2=area, **{**given, **more})


def check(*found: Hit, verdict: Verdict = Verdict.FAIL, id: str = "approved") -> CheckResult:
    return CheckResult(id, same("重复批地"), verdict, same("有"), hits=found)


def only(review: Review, made: CheckResult, lang: Any = "zh") -> Table:
    found = list(hits.tables(review, made, lang))
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("dataset", hits.planned())
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_columns_of_every_dataset_fill_the_line(review: Review, dataset: str, lang: Any) -> None:
    table = only(review, check(hit(dataset, {}, share=0.5)), lang)
    assert sum(column.share for column in table.columns) == pytest.approx(1.0)
    assert all(len(row.cells) == len(table.columns) for row in table.rows)
    assert all(column.title for column in table.columns)


def test_an_approval_is_told_by_project_number_date_and_state(review: Review) -> None:
    attributes = {
        "BSM": "1", "JSXMMC": "城南污水处理厂", "PZWH": "皖政地〔2024〕1号", "PZSJ": "2024-12-17", "PZJG": "省政府", "DKZT": "有效",
    }  # fmt: skip
    table = only(review, check(hit("gl.ydsp", attributes, share=0.4677)))
    cells = table.rows[0].cells
    assert cells == (
        "1", "城南污水处理厂", "皖政地〔2024〕1号", "2024-12-17", "省政府", "有效", "100.00", "46.77%",
    )  # fmt: skip
    assert "备注" not in [column.title for column in table.columns]


def test_codes_are_told_by_their_names(review: Review) -> None:
    assert "集体" in hits.named("xz.dltb", "QSXZ", "30")
    assert hits.named("xz.dltb", "QSXZ", "zz") == "zz"
    assert hits.named("xz.dltb", "TBMJ", 12.5) == "12.5"
    assert "崩塌" in hits.named("xz.dzzhd", "ZHLX", "02")


def test_a_dataset_without_columns_of_its_own_shows_the_first_of_its_schema(review: Review) -> None:
    table = only(review, check(hit("gl.bdc", {"ZL": "某路 1 号"})))
    assert len(table.columns) == 2 + hits.PLAIN_FIELDS
    assert sum(column.share for column in table.columns) == pytest.approx(1.0)


def test_what_does_not_count_is_listed_last_with_the_reason(review: Review) -> None:
    sliver = hit("gl.ydsp", {"JSXMMC": "边"}, area=500.0, counted=False, note=Text("压盖误差", "sliver"))
    bare = hit("gl.ydsp", {"JSXMMC": "缘"}, area=5.0, counted=False)
    table = only(review, check(sliver, bare, hit("gl.ydsp", {"JSXMMC": "真"}, area=1.0)))
    assert [row.cells[1] for row in table.rows] == ["真", "边", "缘"]
    assert [row.cells[-1] for row in table.rows] == ["", "压盖误差", "不计入"]
    assert table.rows[1].tones[0] == "quiet"


def test_points_are_told_by_distance_and_not_by_area(review: Review) -> None:
    near = hit("xz.dzzhd", {"MC": "屋后"}, area=0.0, distance_m=382.45)
    here = hit("xz.dzzhd", {"MC": "院内"}, area=0.0, distance_m=0.0)
    table = only(review, check(near, here))
    titles = [column.title for column in table.columns]
    assert "距离（m）" in titles
    assert "面积（㎡）" not in titles
    assert [row.cells[titles.index("距离（m）")] for row in table.rows] == ["相交", "382.4"]


def test_a_long_list_without_groups_is_cut_and_says_where_the_rest_is(review: Review) -> None:
    many = [hit("gl.ydsp", {"JSXMMC": f"项目{n}"}, area=float(n)) for n in range(1, 41)]
    table = only(review, check(*many))
    assert len(table.rows) == hits.MOST_ROWS + 1
    assert table.rows[0].cells[1] == "项目40"
    rest = table.rows[-1]
    assert "其余 25 条见 XLSX" in rest.cells[1]
    assert f"{sum(range(1, 26)):,.2f}" in rest.cells


def test_a_long_list_with_groups_is_summed_up_exactly(review: Review) -> None:
    many = [
        hit(
            "gh.ghyt", {"GHDLBM": f"{n % 20:04d}", "GHDLMC": f"类{n % 20}"}, area=10.0 + n, counted=n % 7 != 0
        )
        for n in range(60)
    ]
    table = only(review, check(*many, id="planning"))
    *groups, total = table.rows
    counted = [one for one in many if one.counted]
    assert total.cells[2:] == (str(len(counted)), f"{sum(one.area_m2 for one in counted):,.2f}")
    assert sum(int(row.cells[2]) for row in groups) == 60
    assert groups[-1].cells[1] == "其余"
    assert len(groups) == hits.MOST_ROWS + 1


def test_ground_that_no_feature_covers_is_left_to_the_sums(review: Review) -> None:
    gap = hit("gl.ydsp", {}, feature="")
    assert list(hits.tables(review, check(gap), "zh")) == []
    both = only(
        review,
        check(replace(gap, title=Text("未批准", "open")), hit("gl.ydsp", {"JSXMMC": "甲"}, area=1.0)),
        "en",
    )
    assert both.rows[0].cells[1] == "open"


def test_each_dataset_has_a_table_of_its_own_and_several_parcels_are_told_apart(review: Review) -> None:
    twice = replace(review, parcels=review.parcels * 2)
    made = check(
        hit("gl.ckq", {"KSMC": "甲矿"}), hit("xz.kcd", {"KQMC": "乙区"}), hit("gl.ckq", {"KSMC": "丙矿"})
    )
    found = list(hits.tables(twice, made, "zh"))
    assert len(found) == 2
    assert [len(table.rows) for table in found] == [2, 1]
    assert found[0].columns[1].title == "地块"


def test_the_workbook_tells_the_attributes_in_one_line() -> None:
    told = hits.spoken(
        hit("gl.ckq", {"KSMC": "甲矿", "XKZH": "C1", "YXQQ": "2021-01-01", "YXQZ": "2031-01-01"}), "zh"
    )
    assert told == "矿山名称：甲矿；采矿许可证号：C1；有效期：2021-01-01至2031-01-01"
