"""From a label to an access plan."""

from __future__ import annotations

import pytest

from guotu.errors import GuotuError
from guotu.guard.policy import compile_plan, planner, visible
from guotu.guard.subject import GUEST, OPERATOR, Operation, Role, Subject
from guotu.model.resource import Label, Secrecy, Sharing

OFFICER = Subject("wang", "王", "局", frozenset({Role.OFFICER}), Secrecy.INTERNAL)


@pytest.mark.parametrize("secrecy", list(Secrecy))
def test_a_subject_sees_exactly_what_its_clearance_covers(secrecy) -> None:
    label = Label(secrecy=secrecy)
    assert visible(GUEST, label) == (secrecy is Secrecy.PUBLIC)
    assert visible(OFFICER, label) == (secrecy in (Secrecy.PUBLIC, Secrecy.INTERNAL))
    assert visible(OPERATOR, label)


def test_what_no_label_guards_is_open_to_the_operator_only() -> None:
    assert not visible(OFFICER, None)
    assert visible(OPERATOR, None)


def test_hidden_reads_as_absent() -> None:
    with pytest.raises(GuotuError) as hidden:
        compile_plan(GUEST, "test", "xz.dltb", Label())
    with pytest.raises(GuotuError) as absent:
        compile_plan(GUEST, "test", "xz.dltb", None)
    assert hidden.value.as_dict("zh") == absent.value.as_dict("zh")
    assert hidden.value.code == "GT-2001"


def test_what_is_not_shared_cannot_be_exported() -> None:
    plan = compile_plan(OFFICER, "test", "xz.dltb", Label(sharing=Sharing.NONE))
    assert not plan.limits.export
    assert compile_plan(OFFICER, "test", "xz.dltb", Label()).limits.export


def test_a_planner_asks_for_each_label_once() -> None:
    asked = []

    def label_of(dataset: str) -> Label:
        asked.append(dataset)
        return Label()

    plan = planner(OFFICER, "test", label_of)
    assert plan("xz.dltb") is plan("xz.dltb")
    assert asked == ["xz.dltb"]


def test_plans_that_decide_differently_have_different_fingerprints() -> None:
    prints = {compile_plan(OFFICER, "test", name, Label()).fingerprint for name in ("xz.dltb", "xz.xzq")}
    assert len(prints) == 2
    same = Subject("li", "李", "局", frozenset(), Secrecy.SECRET)
    assert compile_plan(same, "other", "xz.dltb", Label()).fingerprint in prints


def test_rights_beyond_reading_come_from_roles() -> None:
    assert OFFICER.may(Operation.REVIEW)
    assert not OFFICER.may(Operation.INGEST)
    OFFICER.require(Operation.REVIEW)
    with pytest.raises(GuotuError) as refused:
        OFFICER.require(Operation.MANAGE)
    assert refused.value.code == "GT-4003"
    with pytest.raises(GuotuError) as stranger:
        GUEST.require(Operation.REVIEW)
    assert stranger.value.code == "GT-4002"
