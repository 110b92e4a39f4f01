"""Old datums and local grids: moved by the node's parameters and told, refused where these do not hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import box

from datum_cast import TABLE
from faulty.makers import TXT_HEADER, TXT_PARCEL, frame, geopackage, shapefile, text
from guotu import settings
from guotu.errors import GuotuError
from guotu.ingest.project import read_project
from guotu.ingest.source import ReadLimits, open_source
from guotu.kernel.datum_table import parse
from guotu.model.datum import GaussKruger
from guotu.ops.datum import datum_table
from guotu.ops.intake import limits

LIMITS = ReadLimits(datum=parse(TABLE, lambda name: None))
PLOT = box(38505000, 3378000, 38505100, 3378100)
FAR = box(38700000, 3378000, 38700100, 3378100)
LOCAL = box(6000, 4000, 6100, 4100)


def bare(folder: Path, *shapes: Any) -> Path:
    """A shapefile that names no system."""
    path = shapefile(folder, frame(*shapes, epsg=4547))
    path.with_suffix(".prj").unlink()
    return path


def refused(path: Path, work: Path, crs_epsg: int | None = None) -> GuotuError:
    """Why the layer is refused before anything of it is read."""
    with (
        open_source(path, work=work, crs_epsg=crs_epsg, limits=LIMITS) as source,
        pytest.raises(GuotuError) as caught,
    ):
        source.layer()
    return caught.value


def test_xian80_is_moved_and_says_by_what(tmp_path: Path) -> None:
    path = geopackage(tmp_path, frame(PLOT, epsg=2362))
    with open_source(path, work=tmp_path / "work", limits=LIMITS) as source:
        layer = source.layer()
        moved = shapely.from_wkb(next(layer.batches())["geometry"][0].as_py())
    assert layer.crs == GaussKruger(3, 38)
    assert "西安80" in layer.crs_evidence.zh
    for told in ("市测绘院 2019", "0.035 m", "Xian80"):
        assert any(told in zh and told in en for zh, en in layer.warnings if "参数" in zh)
    assert moved.distance(PLOT) < 200
    assert moved.area == pytest.approx(10_000, rel=1e-4)
    assert not moved.equals(PLOT)


def test_without_parameters_nothing_is_read(tmp_path: Path) -> None:
    path = geopackage(tmp_path, frame(PLOT, epsg=2362))
    with open_source(path, work=tmp_path / "work") as source, pytest.raises(GuotuError, match="GT-1203"):
        source.layer()


def test_a_feature_outside_the_parameters_stops_the_reading_with_its_row(tmp_path: Path) -> None:
    path = geopackage(tmp_path, frame(PLOT, PLOT, FAR, epsg=2362))
    error = refused(path, tmp_path / "work")
    assert (error.code, error.place.layer) == ("GT-1209", "地块")
    many = [PLOT] * 450
    path = geopackage(tmp_path, frame(*many, FAR, epsg=2362), name="b.gpkg")
    with open_source(path, work=tmp_path / "work", limits=LIMITS) as source:
        layer = source.layer()
        with pytest.raises(GuotuError, match="GT-1209") as caught:
            list(layer.batches())
    assert caught.value.place.row == 451
    assert caught.value.place.file == "b.gpkg"


def test_a_local_grid_is_known_by_its_code(tmp_path: Path) -> None:
    path = bare(tmp_path, LOCAL)
    with open_source(path, work=tmp_path / "work", crs_epsg=900001, limits=LIMITS) as source:
        layer = source.layer()
        assert layer.crs == GaussKruger(3, 38, prefixed=False)
        assert "清河县独立坐标系" in layer.crs_evidence.zh
        assert "0.02 m" in layer.crs_evidence.en
    unknown = refused(path, tmp_path / "work", 900009)
    assert unknown.code == "GT-1226"
    assert "900001" in unknown.detail("en")
    assert refused(path, tmp_path / "work").code == "GT-1221"


def test_a_local_grid_is_known_by_the_name_its_files_give_it(tmp_path: Path) -> None:
    path = shapefile(tmp_path, frame(LOCAL, epsg=4547))
    prj = path.with_suffix(".prj")
    foreign = prj.read_text().replace("4547", "").replace("500000.0", "300000.0")
    name = foreign[: foreign.index(",")]
    prj.write_text(foreign.replace(name, 'PROJCS["QINGHE_LOCAL"', 1))
    with open_source(path, work=tmp_path / "work", limits=LIMITS) as source:
        assert source.layer().crs == GaussKruger(3, 38, prefixed=False)
    prj.write_text(foreign.replace(name, 'PROJCS["SOMETHING_ELSE"', 1))
    assert refused(path, tmp_path / "work").code == "GT-1204"


def test_a_feature_outside_a_local_grid_is_refused(tmp_path: Path) -> None:
    path = bare(tmp_path, LOCAL, box(80_000, 0, 80_100, 100))
    assert refused(path, tmp_path / "work", 900001).code == "GT-1227"


def test_a_boundary_on_an_old_datum_becomes_a_project(tmp_path: Path) -> None:
    points = [(3378000, 38505000), (3378100, 38505000), (3378100, 38505100), (3378000, 38505100)]
    rows = "".join(f"J{at + 1},1,{x}.000,{y}.000\n" for at, (x, y) in enumerate([*points, points[0]]))
    path = text(tmp_path, TXT_HEADER.replace("2000国家大地坐标系", "1980西安坐标系") + TXT_PARCEL + rows)
    project = read_project(path, work=tmp_path / "work", limits=LIMITS)
    assert project.zone == GaussKruger(3, 38)
    assert "七参数" in project.evidence_zh
    assert project.parcels[0].polygon_plane.area == pytest.approx(10_000, rel=1e-4)
    with pytest.raises(GuotuError, match="GT-1203"):
        read_project(path, work=tmp_path / "work")


def test_a_node_reads_the_table_in_its_home(tmp_path: Path) -> None:
    assert datum_table(tmp_path).shifts == ()
    (tmp_path / "datum.toml").write_text(TABLE, encoding="utf-8")
    told = settings.load({"GUOTU_HOME": str(tmp_path)})
    assert [grid.code for grid in limits(told).datum.grids] == [900001, 900002]
    (tmp_path / "datum.toml").write_bytes(TABLE.encode("gbk"))
    with pytest.raises(GuotuError, match="GT-1225"):
        limits(told)
