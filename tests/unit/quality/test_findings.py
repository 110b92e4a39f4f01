"""Findings on disk: what is written is read, page by page, the gravest first."""

from __future__ import annotations

from pathlib import Path

import pytest

from guotu.errors import Place
from guotu.model.finding import Finding, Severity
from guotu.quality.findings import FindingsFile, FindingsWriter, Wanted
from guotu.quality.gate import Gate, Layer
from guotu.quality.profile import gate_profile
from unit.quality.parcel_rows import DLTB, batch, parcel


def finding(
    number: int, rule: str = "1303", severity: Severity = Severity.SERIOUS, layer: str = "DLTB"
) -> Finding:
    place = Place("a.gpkg", layer, number, "DLMC", f"key-{number}", (120.0, 30.0 + number / 1e4))
    return Finding(rule, severity, place, f"第{number}处", f"no. {number}", "改", "mend", b"\x01", 1.5, "m²")


@pytest.fixture
def many(tmp_path: Path) -> FindingsFile:
    with FindingsWriter(tmp_path / "found.arrow") as sink:
        for number in range(2500):
            sink.take(finding(number))
        for number in range(3):
            sink.take(finding(number, "1502", Severity.MAJOR, "XZQ"))
    return FindingsFile(tmp_path / "found.arrow")


def test_a_finding_comes_back_whole(many: FindingsFile) -> None:
    assert next(iter(many)) == finding(0)
    assert len(many) == len(list(many)) == 2503


def test_pages_begin_with_the_gravest(many: FindingsFile) -> None:
    first = many.page(limit=5)
    assert [each.rule for _, each in first] == ["1502"] * 3 + ["1303"] * 2
    assert [number for number, _ in first] == [2500, 2501, 2502, 0, 1]
    second = many.page(start=1003, limit=2)
    assert [number for number, _ in second] == [1000, 1001]
    assert many.page(start=5000) == []


def test_filters_choose_by_rule_severity_and_layer(many: FindingsFile) -> None:
    assert many.count(Wanted(rule="1502")) == 3
    assert many.count(Wanted(severity="B")) == 2500
    assert many.count(Wanted(layer="XZQ", rule="1303")) == 0
    assert many.count(Wanted(rule="9999")) == 0


def test_no_finding_is_a_file_too(tmp_path: Path) -> None:
    with FindingsWriter(tmp_path / "none.arrow"):
        pass
    none = FindingsFile(tmp_path / "none.arrow")
    assert (len(none), none.page(), list(none)) == (0, [], [])


def test_a_gate_writes_every_finding_where_the_report_keeps_some(tmp_path: Path) -> None:
    rows = [parcel(number, DLMC="旱地") for number in range(250)]
    with FindingsWriter(tmp_path / "found.arrow") as sink:
        gate = Gate(DLTB, Layer("DLTB"), gate_profile("survey"), division="330106", sink=sink)
        gate.feed(batch(rows), 1)
        report = gate.finish()
    assert sum(each.rule == "1306" for each in report.findings) == 200
    assert FindingsFile(tmp_path / "found.arrow").count(Wanted(rule="1306")) == 250


def test_a_rule_is_written_down_up_to_its_room(tmp_path: Path) -> None:
    rows = [parcel(number, DLMC="旱地") for number in range(30)]
    with FindingsWriter(tmp_path / "found.arrow", most=10) as sink:
        gate = Gate(DLTB, Layer("DLTB"), gate_profile("survey"), division="330106", sink=sink)
        gate.feed(batch(rows), 1)
        report = gate.finish()
    assert {each.rule: each.count for each in report.counts}["1306"] == 30
    assert FindingsFile(tmp_path / "found.arrow").count(Wanted(rule="1306")) == 10
