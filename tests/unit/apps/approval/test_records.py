"""重复批地, 重复供地 and 未批先供."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from guotu.apps.approval import CheckResult, ReviewRequest, Verdict
from review_cast import Stage, box, clean_stage, dltb, run

OWN = "2025-330106-04-01-000001"
OTHER = "2021-330106-04-01-000777"


def met(layers: Stage, id: str, /, **request: Any) -> CheckResult:
    asked = ReviewRequest(**{"use": "1001", "project_code": OWN, **request})
    check = run(layers, box(0, 0, 100, 100), request=asked).check(id)
    assert check is not None
    return check


Rows = Sequence[tuple[Any, dict[str, Any]]]


def staged(approved: Rows = (), supplied: Rows = (), *skip: str) -> Stage:
    stage = clean_stage(*(["gl.ydsp"] if approved else []), *(["gl.gdgl"] if supplied else []), *skip)
    if approved:
        stage.put("gl.ydsp", approved)
    if supplied:
        stage.put("gl.gdgl", supplied)
    return stage


def approval(code: str = OTHER, **more: Any) -> dict[str, Any]:
    return {
        "JSXMMC": "城北厂房",
        "XMDM": code,
        "PZWH": "浙土〔2025〕1号",
        "PZSJ": date(2025, 5, 20),
        "DKZT": "有效",
        **more,
    }


def area(check: CheckResult, key: str) -> float:
    total = check.total(key)
    assert total is not None
    return total.area_m2


def test_another_projects_approval_is_a_repeat() -> None:
    check = met(staged([(box(60, 0, 200, 200), approval())]), "approved")
    assert check.verdict is Verdict.FAIL
    assert abs(area(check, "others") - 4000) < 0.001
    assert "城北厂房" in check.reason.zh
    assert "浙土〔2025〕1号" in check.reason.zh


def test_the_projects_own_approval_asks_for_attention() -> None:
    check = met(staged([(box(60, 0, 200, 200), approval(OWN))]), "approved")
    assert check.verdict is Verdict.ATTENTION
    assert abs(area(check, "own") - 4000) < 0.001


def test_without_a_code_the_name_word_for_word_tells_the_own_approval() -> None:
    check = met(staged([(box(60, 0, 200, 200), approval("", JSXMMC="测试项目"))]), "approved")
    assert check.verdict is Verdict.ATTENTION


@pytest.mark.parametrize("state", ["撤销", "核减", "失效"])
def test_void_approvals_are_listed_and_not_counted(state: str) -> None:
    check = met(staged([(box(60, 0, 200, 200), approval(DKZT=state))]), "approved")
    assert check.verdict is Verdict.PASS
    assert [hit.counted for hit in check.hits] == [False]


def test_an_approval_never_acted_on_for_two_years_gets_a_hint() -> None:
    old = approval(PZSJ=date(2023, 1, 1))
    check = met(staged([(box(60, 0, 200, 200), old)]), "approved")
    assert check.verdict is Verdict.FAIL
    assert any("失效" in text.zh for text in check.conditions)
    used = staged([(box(60, 0, 200, 200), old)], [(box(70, 0, 20, 20), {"XMMC": "甲"})])
    assert met(used, "approved").conditions == ()


def test_land_supplied_to_another_is_a_repeat() -> None:
    check = met(staged([], [(box(60, 0, 200, 200), {"XMMC": "冷链物流", "ZDBH": "G1"})]), "supplied")
    assert check.verdict is Verdict.FAIL
    assert abs(area(check, "others") - 4000) < 0.001


def test_land_supplied_to_this_project_is_in_order_where_it_was_approved() -> None:
    own = [(box(60, 0, 40, 100), {"XMMC": "测试项目"})]
    assert met(staged([(box(50, 0, 60, 100), approval(OWN))], own), "supplied").verdict is Verdict.ATTENTION
    check = met(staged([], own), "supplied")
    assert check.verdict is Verdict.FAIL
    assert "未批先供" in check.reason.zh


def test_the_supervision_number_links_supply_and_approval() -> None:
    stage = staged(
        [(box(0, 0, 100, 100), approval(OWN, DZJGH="3301062025A00000001"))],
        [(box(60, 0, 40, 100), {"DZJGH": "3301062025A00000001"})],
    )
    assert met(stage, "supplied").verdict is Verdict.ATTENTION


def test_ground_without_approval_fails_only_when_it_is_to_be_supplied() -> None:
    stage = staged([(box(0, 0, 60, 100), approval(OWN))])
    check = met(stage, "supplied", stage="supply")
    assert check.verdict is Verdict.FAIL
    assert abs(area(check, "unapproved") - 4000) < 0.001
    assert [hit.feature for hit in check.hits] == [""]
    before = met(stage, "supplied")
    assert before.verdict is Verdict.PASS
    assert "0.4000" in before.reason.zh


def test_state_construction_land_needs_no_approval_before_supply() -> None:
    stage = staged([(box(0, 0, 60, 100), approval(OWN))], [], "xz.dltb")
    rows = [(box(-10, -10, 70, 300), dltb("0102")), (box(60, -10, 300, 300), dltb("0601", ownership="20"))]
    stage.put("xz.dltb", rows)
    check = met(stage, "supplied", stage="supply")
    assert check.verdict is Verdict.PASS
    assert area(check, "unapproved") == 0
