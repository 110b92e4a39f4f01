"""Levelling, updating and flow tables as a surveyor runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pyogrio
import pytest

from unit.ingest.deliveries import write
from unit.quality.parcel_rows import UNIT, built, cell, parcel

BASE = [parcel(number) for number in range(5)]


def divided():
    left = parcel(11, cell(1, 0, 0.4), TBMJ=round(BASE[1]["TBMJ"] * 0.4, 2))
    left["TBDLMJ"] = left["TBMJ"]
    rest = round(BASE[1]["TBMJ"] - left["TBMJ"], 2)
    return [left, built(12, geometry=cell(1.4, 0, 0.6), TBMJ=rest, TBDLMJ=rest)]


def guotu(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from guotu.cli import main; main()", "--home", str(home), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node after one year of changes."""
    folder = tmp_path_factory.mktemp("survey")
    home = folder / "node"
    base, increment = write(folder / "base.gpkg", BASE), write(folder / "gx.gpkg", divided())
    steps = (
        ("init", "--id", "N-330106-01", "--division", "330106", "--name", "西湖区", "--level", "county"),
        ("ingest", str(base), "--dataset", "xz.dltb", "--as-of", "2024-12-31"),
        ("update", str(increment), "--dataset", "xz.dltb", "--as-of", "2025-12-31", "--json"),
    )
    for step in steps:
        done = guotu(home, *step)
        assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) | {"version": ""} == {
        "stream": "xz.dltb/330106", "version": "", "added": 2, "changed": 0, "deleted": 1,
    }  # fmt: skip
    return home


def test_the_flow_of_a_year_is_told_and_written(home: Path, tmp_path: Path) -> None:
    book, layer = tmp_path / "flow.xlsx", tmp_path / "gxgc.gpkg"
    done = guotu(
        home,
        "flow",
        "xz.dltb",
        "2024-12-31",
        "2025-12-31",
        "-o",
        str(book),
        "--process",
        str(layer),
        "--json",
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["balanced"] is True
    (flow,) = told["flows"]
    assert (flow["class_before"], flow["class_after"], flow["area_m2"]) == (
        "0101",
        "0702",
        divided()[1]["TBMJ"],
    )
    sheets = openpyxl.load_workbook(book)
    assert sheets.sheetnames == ["流量表", "流量明细", "地类平衡"]
    assert sheets["流量明细"]["H2"].value == divided()[1]["TBMJ"]
    pieces = pyogrio.read_dataframe(layer)
    assert sorted(pieces["BGHDLBM"]) == ["0101", "0702"]
    assert pieces["TBBGMJ"].sum() == pytest.approx(BASE[1]["TBMJ"], abs=1e-6)


def test_without_a_file_the_flows_are_lines(home: Path) -> None:
    done = guotu(home, "flow", "xz.dltb", "2024-12-31", "2025-12-31", "--level", "county")
    assert done.stdout.split("\t")[:4] == ["330106", "330106", "0101", "0702"]
    assert "各村各地类平衡" in done.stderr


def test_an_unknown_form_is_refused_before_the_work(home: Path, tmp_path: Path) -> None:
    done = guotu(home, "flow", "xz.dltb", "2024-12-31", "2025-12-31", "-o", str(tmp_path / "flow.pdf"))
    assert done.returncode == 2
    assert "GT-6001" in done.stderr


def test_an_increment_that_loses_ground_ends_with_its_findings(home: Path, tmp_path: Path) -> None:
    short = write(tmp_path / "short.gpkg", [parcel(13, cell(3, 0, 0.5))])
    done = guotu(home, "update", str(short), "--dataset", "xz.dltb")
    assert done.returncode == 3
    assert "2002" in done.stderr
    assert "GT-1401" in done.stderr


def controls(tmp_path: Path, area: float, village: str = UNIT) -> Path:
    path = tmp_path / "control.csv"
    path.write_text(f"ZLDWDM,MSSM,KZMJ\n{village},00,{area:.2f}\n", encoding="gb18030")
    return path


def test_levelled_areas_add_up_to_the_control_area(tmp_path: Path) -> None:
    total = round(sum(row["TBMJ"] for row in BASE) + 0.03, 2)
    out = tmp_path / "level.gpkg"
    done = guotu(
        tmp_path, "level", str(write(tmp_path / "x.gpkg", BASE)), "--dataset", "xz.dltb",
        "--control", str(controls(tmp_path, total)), "-o", str(out), "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (unit,) = json.loads(done.stdout)["units"]
    assert (unit["parcels"], unit["adjusted_m2"]) == (5, 0.03)
    levelled = pyogrio.read_dataframe(out)
    assert round(levelled["TBMJ"].sum(), 2) == total
    assert (levelled["TBMJ"] - levelled["KCMJ"] - levelled["TBDLMJ"]).abs().max() < 1e-9


@pytest.mark.parametrize(
    ("area", "village", "code"),
    [(1.0, UNIT, "GT-1431"), (5.0, "330106999000" + "0" * 7, "GT-1432"), (5.0, "西湖", "GT-1433")],
)
def test_what_cannot_be_levelled_is_refused_and_nothing_written(
    tmp_path: Path, area: float, village: str, code: str
) -> None:
    out = tmp_path / "level.gpkg"
    done = guotu(
        tmp_path, "level", str(write(tmp_path / "x.gpkg", BASE)), "--dataset", "xz.dltb",
        "--control", str(controls(tmp_path, area, village)), "-o", str(out),
    )  # fmt: skip
    assert code in done.stderr
    assert done.returncode == 3
    assert not out.exists()
