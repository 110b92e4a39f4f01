"""Errors of every kind planted into generated counties: all of them are found at their places, and nothing else."""

from __future__ import annotations

import pytest

from guotu.quality.profile import gate_profile
from planting.compare import Outcome, judged, prepared
from planting.county import county
from planting.ground import Ground
from planting.plant import KINDS, planted

QUICK = (1500, 11)
ELSEWHERE = {"1405", "1505"}
"""Rules that no county of this size has room for; `test_layerset` and `test_gate` plant their errors."""
TOPOLOGY = {"1204", "1508"}
"""`test_layerset` and `test_lines` plant theirs."""


def told(outcome: Outcome) -> str:
    missed = [f"missed {m.rule} {m.layer} {m.mark} {m.field} {m.because}" for m in outcome.missed]
    extra = [f"extra {f.rule} {f.place.layer} {f.place.row} {f.place.field} {f.zh}" for f in outcome.extra]
    return "\n".join([*missed[:20], *extra[:20]])


def test_clean_data_have_no_finding() -> None:
    outcome = judged(Ground(county(*QUICK), None), prepared(county(*QUICK)))  # type: ignore[arg-type]
    assert outcome.exact, told(outcome)


def test_two_hundred_errors_of_every_kind_are_found_and_nothing_else() -> None:
    ground, done = planted(*QUICK, 200)
    outcome = judged(ground, prepared(ground.county))
    assert done.total() == 200
    assert len(done) == len(KINDS)
    assert outcome.exact, told(outcome)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
def test_each_error_alone_is_found_at_its_place(kind: object) -> None:
    ground, _ = planted(*QUICK, 0)
    try:
        kind(ground)  # type: ignore[operator]
    except LookupError:
        pytest.skip("this county has no room for it")
    outcome = judged(ground, prepared(ground.county))
    assert outcome.planted
    assert outcome.exact, told(outcome)


def test_how_a_layer_is_cut_into_batches_changes_nothing() -> None:
    ground, _ = planted(*QUICK, 120)
    assert judged(ground, prepared(ground.county), at_once=101).exact


def test_the_kinds_reach_every_rule_of_the_packs() -> None:
    ground, _ = planted(*QUICK, 200)
    reached = {each.rule for each in [*ground.truth, *ground.settle()]}
    packs = {id for name in ("survey", "planning", "general", "layers") for id in gate_profile(name).clauses}
    assert packs - reached <= ELSEWHERE | TOPOLOGY


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 5, 7])
def test_two_thousand_errors_are_found_and_nothing_else(seed: int) -> None:
    ground, done = planted(15_000, seed, 2000)
    outcome = judged(ground, prepared(ground.county))
    assert done.total() == 2000
    assert len(done) == len(KINDS)
    assert outcome.exact, told(outcome)
