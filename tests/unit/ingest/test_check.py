from __future__ import annotations

from pathlib import Path

import pytest

from guotu.errors import GuotuError
from guotu.ingest import Judging, Reading, check
from guotu.ingest.ahead import ahead
from guotu.quality.profile import gate_profile
from unit.ingest.deliveries import write
from unit.quality.parcel_rows import DLTB, built, parcel, road, sloping, wood

ROWS = [parcel(1), sloping(2), wood(3), built(4), road(5)]


def test_a_good_file_passes_and_nothing_is_left_behind(tmp_path: Path) -> None:
    path = write(tmp_path / "good.gpkg", ROWS)
    work = tmp_path / "work"
    work.mkdir()
    calls: list[tuple[str, int, int | None]] = []
    report = check(path, schema=DLTB, work=work, progress=lambda *call: calls.append(call))
    assert report.passed, report.findings
    assert report.features == 5
    assert {match.code for match in report.fields} == set(DLTB.codes)
    assert list(work.iterdir()) == []
    assert ("read", 5, 5) in calls
    assert calls[-1] == ("rules", 1, 1)


def test_faults_come_with_file_layer_row_and_both_languages(tmp_path: Path) -> None:
    path = write(tmp_path / "bad.gpkg", [*ROWS, parcel(6, QSXZ="77")])
    report = check(path, schema=DLTB, work=tmp_path, reading=Reading(layer="DLTB"))
    assert not report.passed
    finding = report.findings[0]
    place = finding.place
    assert (place.file, place.layer, place.row, place.field) == ("bad.gpkg", "DLTB", 6, "QSXZ")
    assert "77" in finding.zh
    assert "77" in finding.en


def test_another_profile_judges_otherwise(tmp_path: Path) -> None:
    path = write(tmp_path / "bad.gpkg", [*ROWS, parcel(6, QSXZ="77")])
    lenient = Judging(profile=gate_profile("general"))
    assert check(path, schema=DLTB, work=tmp_path, judging=lenient).passed


def test_the_division_is_held(tmp_path: Path) -> None:
    path = write(tmp_path / "far.gpkg", ROWS)
    report = check(path, schema=DLTB, work=tmp_path, judging=Judging(division="330302"))
    assert {count.rule for count in report.counts} == {"1307"}


def test_cancelling_stops_and_cleans_up(tmp_path: Path) -> None:
    path = write(tmp_path / "good.gpkg", ROWS)
    work = tmp_path / "work"
    work.mkdir()
    with pytest.raises(GuotuError) as told:
        check(path, schema=DLTB, work=work, cancel=lambda: True)
    assert told.value.code == "GT-1005"
    assert list(work.iterdir()) == []


def test_reading_ahead_keeps_order_and_hands_failures_on() -> None:
    def source() -> object:
        yield from range(10)
        raise ValueError("broken")

    with ahead(source()) as items:  # type: ignore[arg-type]
        assert [next(items) for _ in range(10)] == list(range(10))
        with pytest.raises(ValueError, match="broken"):
            next(items)


def test_reading_ahead_can_be_left_early() -> None:
    with ahead(iter(range(1_000_000))) as items:
        assert next(items) == 0
