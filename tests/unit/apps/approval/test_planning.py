"""符合规划: the plan in force and the plans of 2006–2020."""

from __future__ import annotations

from typing import Any

import pytest

from guotu.apps.approval import CheckResult, ReviewRequest, Verdict
from guotu.errors import GuotuError
from review_cast import Stage, box, clean_stage, parcel, project, run

NEW, OLD = "gh.czkfbj", "gh.jsydgzq"


def met(stage: Stage, *, id: str = "planning", **request: Any) -> CheckResult:
    check = run(stage, box(0, 0, 100, 100), request=ReviewRequest(**{"use": "1001", **request})).check(id)
    assert check is not None
    return check


def zoned(*zones: tuple[float, float, str]) -> Stage:
    stage = clean_stage(NEW)
    stage.put(NEW, [(box(x, -10, width, 300), {"GHFQDM": code, "GHFQMC": code}) for x, width, code in zones])
    return stage


def old_zoned(*zones: tuple[float, float, str], use: str | None = None, new: bool = False) -> Stage:
    stage = clean_stage(*(() if new else (NEW, "gh.ghyt")))
    stage.put(OLD, [(box(x, -10, width, 300), {"GZQLXDM": code}) for x, width, code in zones])
    if use:
        stage.put("gh.tdytq", [(box(-10, -10, 300, 300), {"TDYTQLXDM": use})])
    return stage


def area(check: CheckResult, key: str) -> float:
    total = check.total(key)
    assert total is not None
    return total.area_m2


def test_wholly_concentrated_with_the_planned_class_passes() -> None:
    check = met(clean_stage())
    assert check.verdict is Verdict.PASS
    assert abs(area(check, "concentrated") - 10_000) < 0.001


@pytest.mark.parametrize("code", ["411", "414"])
def test_second_level_zones_belong_to_the_concentrated_zone(code: str) -> None:
    assert met(zoned((-10, 300, code))).verdict is Verdict.PASS


def test_the_elastic_zone_must_be_moved_in_first() -> None:
    check = met(zoned((-10, 70, "410"), (60, 300, "420")))
    assert check.verdict is Verdict.ATTENTION
    assert abs(area(check, "elastic") - 4000) < 0.001
    assert any("调入" in text.zh for text in check.conditions)


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [("general", Verdict.FAIL), ("highway", Verdict.ATTENTION), ("rural", Verdict.ATTENTION)],
)
def test_outside_only_admitted_kinds_stand(kind: str, verdict: Verdict) -> None:
    check = met(zoned((-10, 70, "410")), kind=kind)
    assert check.verdict is verdict
    assert abs(area(check, "outside") - 4000) < 0.001
    assert [hit.feature for hit in check.hits if hit.title.zh == "城镇开发边界外"] == [""]


def test_a_five_centimetre_strip_outside_is_a_sliver() -> None:
    check = met(zoned((-10, 109.95, "410")))
    assert check.verdict is Verdict.PASS
    assert [hit.counted for hit in check.hits if not hit.feature] == [False]


def test_a_project_on_the_plans_list_may_stand_outside() -> None:
    stage = zoned((-10, 70, "410"))
    stage.put("gh.zdxm", [(box(0, 0, 50, 50), {"XMMC": "别的名字", "XMDM": "2024-330106-48-01-000001"})])
    assert met(stage, project_code="2024-330106-48-01-000001").verdict is Verdict.ATTENTION
    assert met(stage, project_code="2024-330106-48-01-000002").verdict is Verdict.FAIL


def test_another_planned_class_asks_for_an_amendment() -> None:
    check = met(clean_stage(), use="0701")
    assert check.verdict is Verdict.ATTENTION
    assert abs(area(check, "use_differing") - 10_000) < 0.001
    assert met(clean_stage(), use="1002").verdict is Verdict.PASS  # same first class


def test_without_a_class_only_zones_are_compared_and_that_is_told() -> None:
    check = met(clean_stage(), use="")
    assert check.verdict is Verdict.ATTENTION
    assert "未填报" in check.reason.zh


def test_the_parcels_own_class_is_used_when_the_request_has_none() -> None:
    from guotu.apps.approval import review, review_profile
    from review_cast import TODAY

    boundary = project(parcel(box(0, 0, 100, 100), use="1001"))
    done = review(boundary, clean_stage().sources, review_profile(), today=TODAY)
    check = done.check("planning")
    assert check is not None
    assert check.verdict is Verdict.PASS


def test_a_class_that_does_not_exist_is_refused() -> None:
    with pytest.raises(GuotuError, match="GT-5003"):
        met(clean_stage(), use="9999")


def test_a_gap_in_planned_land_use_inside_the_boundary_is_unknown() -> None:
    stage = clean_stage("gh.ghyt")
    stage.put("gh.ghyt", [(box(-10, -10, 70, 300), {"GHDLBM": "1001"})])
    check = met(stage)
    assert check.verdict is Verdict.UNKNOWN
    assert "4000.00" in check.reason.zh


@pytest.mark.parametrize(
    ("zones", "kind", "verdict"),
    [
        ([(-10, 300, "010")], "general", Verdict.PASS),
        ([(-10, 70, "010"), (60, 300, "020")], "general", Verdict.ATTENTION),
        ([(-10, 70, "010"), (60, 300, "030")], "general", Verdict.FAIL),
        ([(-10, 70, "010"), (60, 300, "030")], "highway", Verdict.ATTENTION),
        ([(-10, 70, "010"), (60, 300, "040")], "highway", Verdict.FAIL),
    ],
)
def test_control_zones_of_the_old_plan(
    zones: list[tuple[float, float, str]], kind: str, verdict: Verdict
) -> None:
    assert met(old_zoned(*zones, use="030"), kind=kind).verdict is verdict


def test_basic_farmland_zone_of_the_old_plan_fails() -> None:
    check = met(old_zoned((-10, 300, "010"), use="010"))
    assert check.verdict is Verdict.FAIL
    assert abs(area(check, "zone_farmland") - 10_000) < 0.001


def test_ground_in_no_control_zone_is_unknown() -> None:
    assert met(old_zoned((-10, 70, "010"), use="030")).verdict is Verdict.UNKNOWN


def test_beside_a_plan_in_force_the_old_one_only_asks_for_attention() -> None:
    stage = old_zoned((-10, 300, "040"), new=True)
    assert met(stage).verdict is Verdict.PASS
    old = met(stage, id="planning_old")
    assert old.verdict is Verdict.ATTENTION
    assert "参考" in old.reason.zh
