from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely

from guotu.demo.boundary import write_boundary
from guotu.demo.manifest import CountyFiles
from guotu.demo.projects import Piece, Planted
from guotu.ingest.boundary_txt import read


def ringed() -> shapely.Polygon:
    outer = shapely.box(39_640_000, 3_420_000, 39_640_100, 3_420_080)
    return outer.difference(shapely.box(39_640_020, 3_420_020, 39_640_040, 3_420_040))


@pytest.mark.parametrize("dialect", ["approval", "supply", "linkage", "onemap", "consolidation"])
def test_every_dialect_is_read_back_to_the_same_shape(dialect: Any, tmp_path: Path) -> None:
    project = Planted("x", "试验项目", "", (Piece("1", "地块一", "1001", ringed()),), dialect=dialect)
    write_boundary(project, tmp_path / "x.txt", date(2026, 6, 1))
    found = read((tmp_path / "x.txt").read_bytes())
    assert len(found.parcels) == 1
    assert found.parcels[0].polygon.equals(ringed())


def test_outer_rings_run_clockwise_from_the_north_west(tmp_path: Path) -> None:
    project = Planted("x", "试验项目", "", (Piece("1", "地块一", "1001", ringed()),))
    write_boundary(project, tmp_path / "x.txt", date(2026, 6, 1))
    lines = [
        line for line in (tmp_path / "x.txt").read_bytes().decode("gbk").splitlines() if line.startswith("J")
    ]
    assert lines[0] == "J1,1,3420080.000,39640000.000"
    assert lines[4] == lines[0]
    assert [line.split(",")[1] for line in lines] == ["1"] * 5 + ["2"] * 5


def test_every_project_file_is_read_with_its_area(county: CountyFiles, truth: dict[str, Any]) -> None:
    for project in truth["projects"]:
        found = read((county.folder / project["file"]).read_bytes())
        assert len(found.parcels) == len(project["parcels"])
        if project["dialect"] != "enforcement":
            total = sum(parcel.polygon.area for parcel in found.parcels)
            assert total == pytest.approx(project["area_plane_m2"], abs=1e-3)
