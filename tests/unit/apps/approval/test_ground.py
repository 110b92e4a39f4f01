"""压覆矿产, 地质灾害 and 规划调整."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import shapely

from guotu.apps.approval import CheckResult, ReviewRequest, Verdict
from review_cast import Stage, at, box, clean_stage, dltb, parcel, run


def met(stage: Stage, id: str, **request: Any) -> CheckResult:
    check = run(stage, box(0, 0, 100, 100), request=ReviewRequest(**{"use": "1001", **request})).check(id)
    assert check is not None
    return check


def staged(dataset: str, *rows: tuple[Any, dict[str, Any]]) -> Stage:
    stage = clean_stage(dataset)
    stage.put(dataset, rows)
    return stage


UNDER, NEAR, FAR = box(60, 0, 200, 200), box(150, 0, 50, 50), box(260, 0, 50, 50)


@pytest.mark.parametrize(
    ("mineral", "verdict"),
    [
        ("铜矿", Verdict.FAIL),
        ("煤", Verdict.FAIL),
        ("建筑用砂", Verdict.PASS),
        ("建筑石料用灰岩", Verdict.PASS),
        ("", Verdict.FAIL),
        ("32011", Verdict.FAIL),
        ("砖瓦用页岩", Verdict.PASS),
    ],
)
def test_minerals_decide_what_lies_under_a_mining_right(mineral: str, verdict: Verdict) -> None:
    check = met(staged("gl.ckq", (UNDER, {"KCZKZ": mineral, "KSMC": "某矿"})), "minerals")
    assert check.verdict is verdict
    total = check.total("rights")
    assert total is not None
    assert abs(total.area_m2 - 4000) < 0.001
    assert check.conditions  # an agreement with the right's holder at least


@pytest.mark.parametrize(
    ("kind", "shape", "hits"),
    [("general", NEAR, 0), ("highway", NEAR, 1), ("highway", FAR, 0), ("railway", FAR, 1)],
)
def test_the_safety_distance_goes_by_the_kind_of_project(kind: str, shape: Any, hits: int) -> None:
    check = met(staged("gl.ckq", (shape, {"KCZKZ": "铁矿"})), "minerals", kind=kind)
    assert len(check.hits) == hits
    assert check.verdict is (Verdict.FAIL if hits else Verdict.PASS)
    if hits:
        distance = 50.0 if shape is NEAR else 160.0
        assert check.hits[0].distance_m == pytest.approx(distance, abs=1e-4)
    fact = check.fact("buffer_m")
    assert fact is not None
    assert fact.value == {"general": 0, "highway": 100, "railway": 1000}[kind]


def test_cancelled_rights_do_not_count_and_expired_ones_are_marked() -> None:
    rows = [(UNDER, {"KCZKZ": "铁矿", "SQLX": "注销"}), (UNDER, {"KCZKZ": "铜矿", "YXQZ": date(2020, 1, 1)})]
    hits = {hit.attributes["KCZKZ"]: hit for hit in met(staged("gl.ckq", *rows), "minerals").hits}
    assert not hits["铁矿"].counted
    assert hits["铜矿"].counted
    assert hits["铜矿"].note is not None


def test_deposits_of_protected_minerals_are_named() -> None:
    stage = staged("xz.kcd", (UNDER, {"KZ": "钨矿", "GM": "大型", "KQMC": "某矿区"}))
    check = met(stage, "minerals")
    assert check.verdict is Verdict.FAIL
    assert "原则上不得压覆" in check.reason.zh
    assert met(stage, "minerals", kind="national").verdict is Verdict.ATTENTION


@pytest.mark.parametrize(
    ("zone", "verdict", "grade"),
    [
        ("高易发", Verdict.ATTENTION, "二级"),
        ("低易发", Verdict.ATTENTION, "三级"),
        ("非易发", Verdict.PASS, None),
    ],
)
def test_susceptible_ground_needs_an_assessment(zone: str, verdict: Verdict, grade: str | None) -> None:
    check = met(staged("xz.dzzhyfq", (UNDER, {"YFDJ": zone})), "geohazard")
    assert check.verdict is verdict
    fact = check.fact("grade")
    assert fact is not None
    assert fact.value == grade


@pytest.mark.parametrize(
    ("importance", "complexity", "grade"),
    [
        ("high", "complex", "一级"), ("high", "moderate", "一级"), ("high", "simple", "一级"),
        ("medium", "complex", "一级"), ("medium", "moderate", "二级"), ("medium", "simple", "三级"),
        ("low", "complex", "二级"), ("low", "moderate", "三级"), ("low", "simple", "三级"),
    ],
)  # fmt: skip
def test_the_grade_follows_importance_and_complexity(importance: str, complexity: str, grade: str) -> None:
    check = met(
        staged("xz.dzzhyfq", (UNDER, {"YFDJ": "高易发"})),
        "geohazard",
        importance=importance,
        complexity=complexity,
    )
    fact = check.fact("grade")
    assert fact is not None
    assert fact.value == grade


@pytest.mark.parametrize(
    ("x", "size", "closed", "kind", "counted", "verdict"),
    [
        (50, "小型", "0", "general", [True], Verdict.ATTENTION),
        (150, "小型", "0", "general", [True], Verdict.ATTENTION),
        (200, "小型", "0", "general", [False], Verdict.ATTENTION),
        (200, "中型", "0", "general", [True], Verdict.ATTENTION),
        (50, "大型", "1", "general", [False], Verdict.PASS),
        (650, "特大型", "0", "general", [], Verdict.PASS),
        (650, "特大型", "0", "highway", [False], Verdict.ATTENTION),
    ],
)
def test_points_count_where_they_reach_the_parcel(
    x: float, size: str, closed: str, kind: str, counted: list[bool], verdict: Verdict
) -> None:
    point = (shapely.Point(*at(x, 50)), {"TYBH": "330106010001", "GMDJ": size, "SFXH": closed, "ZHLX": "01"})
    check = met(staged("xz.dzzhd", point), "geohazard", kind=kind)
    assert [hit.counted for hit in check.hits] == counted
    assert check.verdict is verdict
    if counted:
        assert check.hits[0].distance_m == pytest.approx(max(x - 100, 0), abs=1e-4)


def adjusted(stage: Stage, inward: Any, outward: Any) -> CheckResult:
    return met(stage, "adjustment", adjust_in=(parcel(inward, "TR1"),), adjust_out=(parcel(outward, "TC1"),))


IN, OUT = box(0, 0, 100, 100), box(200, 200, 100, 110)


def test_a_fair_change_of_the_plan_passes() -> None:
    check = adjusted(clean_stage(), IN, OUT)
    assert check.verdict is Verdict.PASS
    assert check.total("in").area_m2 == pytest.approx(10_000)  # type: ignore[union-attr]


def test_no_change_asked_for_is_no_fault() -> None:
    check = met(clean_stage(), "adjustment")
    assert check.verdict is Verdict.PASS
    assert check.fact("asked").value is False  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("dataset", "values", "word"),
    [
        ("gh.yjjbntb", {}, "永久基本农田"),
        ("gh.stbhhx", {}, "生态保护红线"),
        ("xz.dzzhyfq", {"YFDJ": "高易发"}, "易发区"),
        ("gh.jsydgzq", {"GZQLXDM": "040"}, "管制区"),
    ],
)
def test_what_is_brought_in_may_not_lie_on_a_line(dataset: str, values: dict[str, Any], word: str) -> None:
    check = adjusted(staged(dataset, (box(60, 0, 500, 100), values)), IN, OUT)
    assert check.verdict is Verdict.FAIL
    assert word in check.reason.zh


def test_more_may_not_come_in_than_goes_out() -> None:
    check = adjusted(clean_stage(), OUT, IN)
    assert check.verdict is Verdict.FAIL
    assert "0.1000" in check.reason.zh


def test_steep_cultivated_land_may_not_come_in() -> None:
    stage = staged("xz.dltb", (box(-500, -500, 1000, 1000), dltb("0103", GDPDJB="5")))
    assert "25°" in adjusted(stage, IN, OUT).reason.zh


def test_roads_taken_out_cannot_be_reclaimed() -> None:
    stage = staged(
        "xz.dltb",
        (box(-500, -500, 650, 1000), dltb("0102")),
        (box(150, -500, 350, 1000), dltb("1003", ownership="20")),
    )
    assert "复垦" in adjusted(stage, IN, OUT).reason.zh


def test_better_cultivated_land_may_not_be_traded_for_worse() -> None:
    rows = [
        (box(-500, -500, 650, 1000), dltb("0102", GDDB=4)),
        (box(150, -500, 350, 1000), dltb("0102", GDDB=9)),
    ]
    assert "等别" in adjusted(staged("xz.dltb", *rows), IN, OUT).reason.zh


def test_what_is_brought_in_must_lie_at_the_boundary() -> None:
    stage = staged("gh.czkfbj", (box(200, 200, 200, 200), {"GHFQDM": "410"}))
    assert "不相连" in adjusted(stage, box(0, 0, 100, 100), OUT).reason.zh
    assert adjusted(stage, box(60, 200, 100, 100), OUT).verdict is Verdict.PASS
