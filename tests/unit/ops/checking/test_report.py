"""Reports: the same findings in every form, both languages, places that open in a GIS, memory that stays flat."""

from __future__ import annotations

import json
import re
import tracemalloc
from pathlib import Path

import openpyxl
import pyogrio
import pytest
import shapely

from guotu.errors import GuotuError, Lang, Place
from guotu.model.finding import Finding, QualityReport, RuleCount, Severity
from guotu.ops.checking import Examination, LayerResult, examine
from guotu.ops.checking.report import FORMS, form_of, write
from guotu.quality.findings import FindingsWriter
from unit.ingest.deliveries import write as deliver
from unit.quality.parcel_rows import cell, parcel


@pytest.fixture
def checked(tmp_path: Path) -> Examination:
    rows = [
        parcel(1),
        parcel(2, DLMC="<b>旱地</b>"),
        parcel(3, shapely.union(cell(3), cell(3.5))),  # lies upon the next one
        parcel(4),
        parcel(5, TBMJ=1.0),
    ]
    (tmp_path / "check").mkdir()
    return examine(deliver(tmp_path / "<甲>.gpkg", rows), tmp_path / "check", work=tmp_path / "work")


def many(folder: Path, count: int) -> Examination:
    """A check with as many findings as asked for."""
    folder.mkdir()
    with FindingsWriter(folder / "findings.arrow", most=count) as sink:
        for number in range(count):
            place = Place("a", "DLTB", number + 1, "DLMC", f"{number:018d}", (120 + number / 1e6, 30.0))
            shape = shapely.to_wkb(shapely.box(120, 30, 120.001, 30.001))
            texts = ("名称不符", "wrong name", "改正名称", "Correct the name")
            sink.take(Finding("1306", Severity.LIGHT, place, *texts, shape))
    counts = (RuleCount("1306", Severity.LIGHT, count, False, "代码名称对应", "Codes and names"),)
    report = QualityReport("DLTB", count, (), counts, True)
    layer = LayerResult(
        0,
        "DLTB",
        "Polygon",
        features=count,
        schema="dltb-2020",
        extent=(120.0, 30.0, 120.2, 30.1),
        report=report,
    )
    made = Examination("a.gpkg", "GeoPackage", (layer,), folder)
    made.save()
    return made


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", sorted(FORMS))
def test_every_form_is_written_whole(checked: Examination, tmp_path: Path, form: str, lang: Lang) -> None:
    target = tmp_path / f"r.{form}"
    write(checked, target, lang)
    assert target.stat().st_size > 1000
    assert [path.name for path in tmp_path.iterdir() if ".part" in path.name] == []


def test_a_form_nobody_writes_is_refused() -> None:
    with pytest.raises(GuotuError) as refused:
        form_of(Path("r.pdf"))
    assert refused.value.code == "GT-6001"


def test_the_page_needs_nothing_else_and_speaks_both_languages(checked: Examination, tmp_path: Path) -> None:
    write(checked, tmp_path / "r.html", "zh")
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert not re.search(r'(src|href)="', text)
    assert "&lt;b&gt;旱地" in text
    assert "<b>旱地" not in text
    assert "未通过" in text
    assert "refused" in text
    rows = set(re.findall(r'<tr id="r(\d+)"', text))
    shapes = set(re.findall(r'<g data-n="(\d+)"', text))
    assert len(rows) == len(checked.findings)
    assert shapes
    assert shapes <= rows


def test_a_page_lists_its_share_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    write(many(tmp_path / "c", 4_000), tmp_path / "r.html", "zh")
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert text.count('<tr id="r') == 3_000
    assert "此处列出 3,000 处，共 4,000 处" in text


def test_the_workbook_can_be_filtered_and_keeps_its_heads(checked: Examination, tmp_path: Path) -> None:
    write(checked, tmp_path / "r.xlsx", "zh")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == ["汇总", "问题", "规则", "字段对应"]
    sheet = book["问题"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:N{len(checked.findings) + 1}"
    assert sheet.max_row == len(checked.findings) + 1


def test_json_lines_are_read_one_by_one(checked: Examination, tmp_path: Path) -> None:
    write(checked, tmp_path / "r.jsonl", "en")
    head, *rest = (tmp_path / "r.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(head)["passed"] is False
    found = [json.loads(line) for line in rest]
    assert len(found) == len(checked.findings)
    assert {"rule", "severity", "detail", "remedy", "place", "geometry"} <= found[0].keys()
    write(checked, tmp_path / "r.json", "en")
    whole = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert [each["rule"] for each in whole["items"]] == [each["rule"] for each in found]


def test_the_error_layer_opens_in_a_gis_with_its_style(checked: Examination, tmp_path: Path) -> None:
    write(checked, tmp_path / "r.gpkg", "zh")
    names = dict(pyogrio.list_layers(tmp_path / "r.gpkg"))
    assert names["errors_point"] == "Point"
    assert names["errors_line"] == "MultiLineString"
    assert names["errors_polygon"] == "MultiPolygon"
    polygons = pyogrio.read_dataframe(tmp_path / "r.gpkg", layer="errors_polygon")
    assert polygons.crs.to_epsg() == 4490
    overlap = polygons[polygons["rule"] == "1502"]
    assert len(overlap) >= 1
    assert overlap.geometry.iloc[0].intersects(cell(4))
    assert {"text_zh", "text_en", "remedy_zh", "remedy_en", "row", "key"} <= set(polygons.columns)
    styles = pyogrio.read_dataframe(tmp_path / "r.gpkg", layer="layer_styles", read_geometry=False)
    assert sorted(styles["f_table_name"]) == ["errors_line", "errors_point", "errors_polygon"]
    assert styles["styleQML"].str.contains("categorizedSymbol").all()
    assert styles["useAsDefault"].all()


def test_placed_and_unplaced_findings_are_all_there(checked: Examination, tmp_path: Path) -> None:
    write(checked, tmp_path / "r.gpkg", "zh")
    read = {
        name: pyogrio.read_dataframe(tmp_path / "r.gpkg", layer=name) for name in ("errors_point", "findings")
    }
    numbers = sorted([*read["errors_point"]["number"], *read["findings"]["number"]])
    assert numbers == list(range(1, len(checked.findings) + 1))


@pytest.mark.parametrize("form", ["html", "xlsx", "jsonl", "gpkg"])
def test_memory_does_not_grow_with_the_findings(tmp_path: Path, form: str) -> None:
    peaks = []
    for count in (2_000, 8_000):
        found = many(tmp_path / f"{form}{count}", count)
        tracemalloc.start()
        write(found, tmp_path / f"r.{form}", "zh")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5 + (4 << 20)
