from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import shapely

from guotu.model.exemption import Exemption
from guotu.model.finding import QualityReport
from guotu.quality.exceptions import Exceptions
from guotu.quality.gate import Gate, Layer
from guotu.quality.profile import gate_profile
from unit.quality.parcel_rows import DLTB, batch, cell, parcel

TODAY = date(2026, 6, 30)
WRONG = parcel(8, QSXZ="77")


def allowed(id: str = "EX-1", **changes: Any) -> Exemption:
    facts: dict[str, Any] = {
        "rule": "1302",
        "dataset": "xz.dltb",
        "reason": "国有农场",
        "document": "青自然资函〔2026〕3号",
        "approved_by": "王局",
        "approved_on": date(2026, 1, 1),
    }
    return Exemption(id, **facts | changes)


def judged(*exemptions: Exemption, rows: list[dict[str, Any]] | None = None) -> QualityReport:
    found = Exceptions(exemptions, dataset="xz.dltb", today=TODAY)
    gate = Gate(DLTB, Layer("DLTB"), gate_profile("survey"), division="330106", exceptions=found)
    given = batch(rows or [parcel(7), WRONG])
    gate.feed(given, 1)
    shapes = given.column("geometry")
    return gate.finish(lambda wanted: {int(row): shapes[int(row) - 1].as_py() for row in wanted})


def test_an_approved_exception_lets_a_breach_pass_and_says_so() -> None:
    report = judged(allowed(key=WRONG["BSM"]))
    assert report.passed
    assert [(f.rule, f.excepted) for f in report.findings] == [("1302", "EX-1")]
    assert report.exceptions == ("EX-1",)
    assert report.score is not None
    assert report.score.points == 100.0
    assert "EX-1" in report.record()
    assert report.as_dict("zh")["findings"][0]["excepted_by"] == "EX-1"


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "330106211000000001"},
        {"rule": "1303"},
        {"dataset": "gh.ghyt"},
        {"until": date(2026, 6, 29)},
        {"approved_on": date(2026, 7, 1)},
        {"revoked": True},
        {"area": bytes(shapely.to_wkb(cell(7)))},
    ],
)
def test_an_exception_for_something_else_or_out_of_force_excuses_nothing(changes: dict[str, Any]) -> None:
    report = judged(allowed(**changes))
    assert not report.passed
    assert report.exceptions == ()


def test_an_exception_ends_with_its_last_day() -> None:
    assert judged(allowed(until=TODAY)).passed


def test_an_area_excuses_what_lies_in_it_and_nothing_else() -> None:
    area = bytes(shapely.to_wkb(cell(8).buffer(0.0001)))
    assert judged(allowed(area=area)).passed
    report = judged(allowed(area=area), rows=[WRONG, parcel(20, QSXZ="77")])
    assert not report.passed
    assert [(c.count, c.excepted, c.refuses) for c in report.counts] == [(2, 1, True)]


def test_faults_of_the_whole_layer_are_excused_by_key_or_place() -> None:
    rows = [parcel(1), parcel(2), parcel(9, cell(1.5))]
    area = bytes(shapely.to_wkb(cell(0, -1, 5, 3)))
    report = judged(allowed(rule="1502", area=area), rows=rows)
    assert {f.rule: f.excepted for f in report.findings}["1502"] == "EX-1"


def test_every_breach_is_held_against_the_exceptions_not_only_those_kept() -> None:
    rows = [parcel(n, QSXZ="77") for n in range(1, 301)]
    report = judged(allowed(key=rows[-1]["BSM"]), rows=rows)
    assert [(c.count, c.excepted) for c in report.counts if c.rule == "1302"] == [(300, 1)]


def test_an_exemption_survives_being_written_down() -> None:
    given = allowed(key="1", area=bytes(shapely.to_wkb(cell(1))), until=TODAY)
    assert Exemption.from_dict(given.as_dict()) == given
