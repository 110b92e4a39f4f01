"""Every faulty file is refused with its code, its place and a remedy in both languages, and leaves nothing behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from faulty.zoo import CASES, Case
from guotu.errors import GuotuError
from guotu.ingest.project import read_project
from guotu.ingest.sandbox import SandboxLimits
from guotu.ingest.source import ReadLimits, open_source

LIMITS = ReadLimits(SandboxLimits(memory_mb=1024, seconds=60))
_REFUSED = [case for case in CASES if case.stage in ("open", "project")]
_WARNED = [case for case in CASES if case.stage == "warn"]
_GATE = [case for case in CASES if case.stage == "gate"]


def read_whole(path: Path, work: Path) -> None:
    with open_source(path, work=work, limits=LIMITS) as source:
        for name in source.layers:
            for _ in source.layer(name).batches():
                pass


def run(case: Case, path: Path, work: Path) -> None:
    if case.stage == "project":
        read_project(path, work=work, limits=LIMITS)
    else:
        read_whole(path, work)


@pytest.mark.parametrize("case", _REFUSED, ids=lambda case: case.name)
def test_a_faulty_file_is_refused_with_code_place_and_remedy(case: Case, tmp_path: Path) -> None:
    folder, work = tmp_path / "in", tmp_path / "work"
    folder.mkdir()
    path = case.build(folder)
    with pytest.raises(GuotuError) as caught:
        run(case, path, work)
    error = caught.value
    assert error.code == case.code_or_rule, error
    assert case.place_contains in json.dumps(error.as_dict("zh")["place"], ensure_ascii=False)
    for lang in ("zh", "en"):
        assert error.detail(lang)
        assert error.hint(lang)
        assert "Traceback" not in error.detail(lang)
        assert str(tmp_path) not in error.detail(lang)
    assert not work.exists() or list(work.iterdir()) == []


@pytest.mark.parametrize("case", _WARNED, ids=lambda case: case.name)
def test_a_harmless_fault_is_read_with_a_warning(case: Case, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    project = read_project(case.build(folder), work=tmp_path / "work", limits=LIMITS)
    assert any(case.code_or_rule in zh for zh, _ in project.warnings), project.warnings
    assert all(zh and en for zh, en in project.warnings)
    assert project.parcels[0].polygon_plane.area == pytest.approx(10_000, abs=0.01)


@pytest.mark.parametrize("case", _GATE, ids=lambda case: case.name)
def test_what_the_gate_must_refuse_is_readable(case: Case, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    read_whole(case.build(folder), tmp_path / "work")


def test_the_zoo_is_large_and_its_animals_are_told_apart() -> None:
    assert len(CASES) >= 30
    assert len({case.name for case in CASES}) == len(CASES)
    assert {case.stage for case in CASES} == {"open", "project", "gate", "warn"}
