"""A layer that is missing, old, hidden or does not reach: `unknown`, with the reason, never `pass`."""

from __future__ import annotations

from datetime import date

import pytest

from guotu.apps.approval import Review, ReviewRequest, Verdict
from guotu.model.access import AccessPlan, Limits
from guotu.model.filter import Compare
from review_cast import Stage, box, clean_stage, dltb, lonlat, run

CHECKS = {
    "xz.dltb": "landuse", "gh.yjjbntb": "farmland", "gh.stbhhx": "ecology", "gh.ghyt": "planning", "gh.czkfbj": "planning",
    "gl.ydsp": "approved", "gl.gdgl": "supplied", "gl.ckq": "minerals", "gl.tkq": "minerals", "xz.kcd": "minerals",
    "xz.dzzhyfq": "geohazard", "xz.dzzhd": "geohazard",
}  # fmt: skip


def reviewed(stage: Stage, **more: object) -> Review:
    return run(stage, box(0, 0, 100, 100), **more)  # type: ignore[arg-type]


def unknown(found: Review, id: str) -> str:
    check = found.check(id)
    assert check is not None
    assert check.verdict is Verdict.UNKNOWN, check.reason.zh
    assert check.reason.zh.startswith("无法判定")
    assert check.reason.en.startswith("Cannot be decided")
    return check.reason.zh


@pytest.mark.parametrize(("dataset", "id"), CHECKS.items())
def test_a_missing_layer_is_unknown(dataset: str, id: str) -> None:
    found = reviewed(clean_stage(dataset))
    reason = unknown(found, id)
    if dataset != "gh.czkfbj":  # without the plan in force and its predecessor both are named
        assert "缺少" in reason
    check = found.check(id)
    assert check is not None
    assert "missing" in {entry.state.value for entry in check.basis}


@pytest.mark.parametrize(("dataset", "id"), [pair for pair in CHECKS.items() if pair[0] != "gh.czkfbj"])
def test_an_old_layer_is_unknown(dataset: str, id: str) -> None:
    stage = clean_stage(dataset)
    shape = box(-500, -500, 1000, 1000) if dataset in ("xz.dltb", "gh.ghyt") else box(20_000, 0, 5, 5)
    if dataset == "xz.dzzhd":
        shape = shape.centroid
    values = dltb("0102") if dataset == "xz.dltb" else {"GHDLBM": "1001"} if dataset == "gh.ghyt" else {}
    stage.put(dataset, [(shape, values)], dated=date(2005, 12, 31))
    reason = unknown(reviewed(stage), id)
    assert "2005-12-31" in reason


def test_a_plan_older_than_its_term_is_unknown() -> None:
    stage = clean_stage("gh.czkfbj")
    stage.put("gh.czkfbj", [(box(-500, -500, 1000, 1000), {"GHFQDM": "410"})], dated=date(2005, 12, 31))
    assert "2005-12-31" in unknown(reviewed(stage), "planning")


def test_a_layer_without_a_date_is_unknown() -> None:
    stage = clean_stage("gh.yjjbntb")
    stage.empty("gh.yjjbntb", dated=None)
    assert "没有数据时点" in unknown(reviewed(stage), "farmland")


def test_a_conflict_in_an_old_layer_is_listed_but_stays_unknown() -> None:
    stage = clean_stage("gh.yjjbntb")
    stage.put("gh.yjjbntb", [(box(0, 0, 50, 50), {})], dated=date(2010, 1, 1))
    found = reviewed(stage)
    assert "0.2500" in unknown(found, "farmland")
    assert len(found.check("farmland").hits) == 1  # type: ignore[union-attr]
    assert found.authority.level == "unknown"


def test_a_sure_fail_stands_beside_a_missing_layer() -> None:
    stage = clean_stage("gh.ghyt", "gh.czkfbj")
    stage.put("gh.czkfbj", [(box(500, 500, 100, 100), {"GHFQDM": "410"})])
    check = reviewed(stage).check("planning")
    assert check is not None
    assert check.verdict is Verdict.FAIL
    assert "缺少" in check.reason.zh


def test_a_claimed_coverage_that_ends_inside_the_project_is_unknown() -> None:
    stage = clean_stage()
    stage.coverages["gh.yjjbntb"] = lonlat(box(-500, -500, 550, 1000))
    reason = unknown(reviewed(stage), "farmland")
    assert "5000.00" in reason
    stage.coverages["gh.yjjbntb"] = lonlat(box(-500, -500, 1000, 1000))
    assert reviewed(stage).check("farmland").verdict is Verdict.PASS  # type: ignore[union-attr]


def test_a_layer_of_another_division_does_not_answer_for_this_one() -> None:
    stage = clean_stage("gh.yjjbntb")
    stage.empty("gh.yjjbntb", partition="330108")
    assert "未覆盖" in unknown(reviewed(stage), "farmland")


@pytest.mark.parametrize("partition", ["330106", "330100", "330000", "000000"])
def test_a_layer_of_a_division_above_answers_for_those_inside(partition: str) -> None:
    stage = clean_stage("gh.yjjbntb")
    stage.empty("gh.yjjbntb", partition=partition)
    assert reviewed(stage).check("farmland").verdict is Verdict.PASS  # type: ignore[union-attr]


def test_a_project_across_two_counties_needs_the_layers_of_both() -> None:
    stage = clean_stage("xz.dltb")
    stage.put("xz.dltb", [(box(-500, -500, 550, 1000), dltb("0102"))])
    stage.put("xz.dltb", [(box(50, -500, 500, 1000), dltb("0102", owner="乙村"))], partition="330108")
    found = reviewed(stage)
    assert "5000.00" in unknown(found, "farmland")
    assert found.check("landuse").verdict is Verdict.ATTENTION  # type: ignore[union-attr]
    stage.empty("gh.yjjbntb", partition="330108")
    check = reviewed(stage).check("farmland")
    assert check is not None
    assert check.verdict is Verdict.PASS
    assert {entry.stream for entry in check.basis} == {"gh.yjjbntb/330106", "gh.yjjbntb/330108"}


def test_an_old_layer_of_a_neighbour_does_not_disturb() -> None:
    stage = clean_stage()
    stage.empty("gh.yjjbntb", partition="330108", dated=date(2005, 1, 1))
    assert reviewed(stage).check("farmland").verdict is Verdict.PASS  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "plan",
    [
        AccessPlan("gh.yjjbntb", "x", "review", where=Compare("DLBM", "=", "0101")),
        AccessPlan("gh.yjjbntb", "x", "review", limits=Limits(rows=5)),
        AccessPlan("gh.yjjbntb", "x", "review", masked=frozenset({"geometry"})),
    ],
)
def test_a_layer_seen_in_part_is_unknown(plan: AccessPlan) -> None:
    stage = clean_stage()
    stage.plans["gh.yjjbntb"] = plan
    assert "权限" in unknown(reviewed(stage), "farmland")


def test_a_field_that_may_not_be_read_is_told() -> None:
    stage = clean_stage()
    stage.plans["gh.czkfbj"] = AccessPlan("gh.czkfbj", "x", "review", columns=frozenset({"BSM"}))
    assert "GHFQDM" in unknown(reviewed(stage), "planning")


def test_the_overall_verdict_is_never_better_than_unknown_with_a_layer_missing() -> None:
    found = run(clean_stage("gl.gdgl"), box(0, 0, 100, 100), request=ReviewRequest(use="1001"))
    assert found.verdict is Verdict.UNKNOWN
