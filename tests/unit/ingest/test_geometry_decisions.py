"""What becomes of curves, heights, measures, mixed kinds and missing geometry — in every format that can hold them."""

from __future__ import annotations

import gzip
import json
import math
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

import drawings
from faulty.makers import frame, geopackage_of_wkb, text
from guotu.ingest.source import open_source
from guotu.model.schema import GeometryKind
from mdb_files import DATABASE

E, N = 38500000.0, 3380000.0
FLAT = shapely.box(E, N, E + 100, N + 100)
TRIANGLE = shapely.Polygon([(E + 50, N), (E - 50, N), (E, N - 50)])
HIGH = shapely.force_3d(FLAT, 12.5)
SPOT = shapely.Point(E, N)


def curve() -> bytes:
    """A disc of 50 m radius as a curve polygon of one circular string."""
    points = [(E + 50, N), (E - 50, N), (E + 50, N)]
    ring = struct.pack("<BII", 1, 8, 3) + np.array(points, "<f8").tobytes()
    return struct.pack("<BII", 1, 10, 1) + ring


def measured() -> bytes:
    """A square with a measure at every corner (ISO WKB)."""
    corners = [(x, y, 7.0) for x, y in FLAT.exterior.coords]
    return struct.pack("<BIII", 1, 2003, 1, 5) + np.array(corners, "<f8").tobytes()


def stored(kind: str, *wkb: bytes) -> Callable[[Path], Path]:
    """A GeoPackage of exactly these bytes."""
    return lambda folder: geopackage_of_wkb(folder, *wkb, kind=kind)


def shapefile_m(folder: Path) -> Path:
    """A shapefile of one PolygonM, byte by byte."""
    corners = np.array(FLAT.exterior.coords)
    box = struct.pack("<4d", E, N, E + 100, N + 100)
    body = struct.pack("<i", 25) + box + struct.pack("<3i", 1, 5, 0) + corners.astype("<f8").tobytes()
    body += struct.pack("<7d", 7, 7, *[7.0] * 5)
    size = (100 + 8 + len(body)) // 2
    head = (
        struct.pack(">7i", 9994, 0, 0, 0, 0, 0, size)
        + struct.pack("<2i", 1000, 25)
        + box
        + struct.pack("<4d", 0, 0, 7, 7)
    )
    (folder / "a.shp").write_bytes(head + struct.pack(">2i", 1, len(body) // 2) + body)
    return folder / "a.shp"


def gdb_curve(folder: Path) -> Path:
    """A geodatabase whose one row gets an arc over the top by hand, as ArcGIS writes it (GDAL writes none)."""
    path = made("OpenFileGDB", ".gdb", TRIANGLE)(folder)
    table = max(path.glob("a*.gdbtable"))
    raw = table.read_bytes()
    at = int.from_bytes(table.with_suffix(".gdbtablx").read_bytes()[16:21], "little")
    row = raw[at + 4 :]
    size, shape, rest = row[1], row[2 : 2 + row[1]], row[2 + row[1] :]
    assert shape[:3] == bytes([5, 4, 1])  # a polygon of four points in one part
    kind = bytes([0xB3, 0x80, 0x80, 0x80, 0x02])  # 51 with the flag of curves
    arc = bytes([2, 1]) + struct.pack("<2dI", E, N + 50, 0x80)  # from the third point (W) through this one
    bent = kind + bytes([4, 1, 1]) + shape[3:] + arc
    new = row[:1] + bytes([len(bent)]) + bent + rest
    assert size < len(bent) < 128
    raw = raw[:at] + struct.pack("<I", len(new)) + new
    table.write_bytes(raw[:24] + struct.pack("<Q", len(raw)) + raw[32:])
    return path


def gml_curve(folder: Path) -> Path:
    """A half disc twice: one arc over the top, one below."""
    points = [(E + 50, N), (E, N + 50), (E - 50, N), (E, N - 50), (E + 50, N)]
    position = " ".join(f"{x} {y}" for x, y in points)
    path = folder / "a.gml"
    path.write_text(
        f"""<?xml version="1.0" encoding="utf-8"?><f:FeatureCollection xmlns:f="http://example.org/f"
xmlns:gml="http://www.opengis.net/gml/3.2"><gml:featureMember><f:dk gml:id="a"><f:DKMC>甲</f:DKMC><f:geom>
<gml:Polygon gml:id="b" srsName="EPSG:4526"><gml:exterior><gml:Ring><gml:curveMember><gml:Curve gml:id="c"><gml:segments>
<gml:ArcString><gml:posList>{position}</gml:posList></gml:ArcString></gml:segments></gml:Curve></gml:curveMember></gml:Ring>
</gml:exterior></gml:Polygon></f:geom></f:dk></gml:featureMember></f:FeatureCollection>""",
        encoding="utf-8",
    )
    return path


def made(driver: str, suffix: str, *shapes: Any) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        path = folder / f"a{suffix}"
        frame(*shapes).to_file(path, driver=driver, engine="pyogrio")
        return path

    return build


def parquet(*shapes: Any) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        geo = {
            "version": "1.1.0",
            "primary_column": "g",
            "columns": {"g": {"encoding": "WKB", "geometry_types": []}},
        }
        geo["columns"]["g"]["crs"] = json.loads(gpd.GeoSeries([], crs=4526).crs.to_json())
        wkb = pa.array([None if shape is None else shapely.to_wkb(shape) for shape in shapes], pa.binary())
        table = pa.table({"DKMC": ["甲"] * len(shapes), "g": wkb})
        pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), folder / "a.parquet")
        return folder / "a.parquet"

    return build


def csv(*cells: str) -> Callable[[Path], Path]:
    return lambda folder: text(
        folder, "DKMC,WKT\n" + "".join(f'甲,"{cell}"\n' for cell in cells), "a.csv", "utf-8"
    )


def drawing(edit: Callable[[Any], None]) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        document = drawings.new()
        edit(document.modelspace())
        return drawings.save(document, folder)

    return build


def database(folder: Path) -> Path:
    (folder / "a.mdb").write_bytes(gzip.decompress(DATABASE.read_bytes()))
    return folder / "a.mdb"


SRID = "SRID=4526;"
BULGED = [(E, N, 1.0), (E, N + 100, 0.0)]
Z, M, CURVES, MIXED, NULL = "（Z）", "（M）", "折线化", "混有", ""
needs_mdbtools = pytest.mark.skipif(shutil.which("mdb-export") is None, reason="mdbtools is not installed")
CASES: list[Any] = [
    pytest.param(made("ESRI Shapefile", ".shp", HIGH), Z, id="Shapefile Z"),
    pytest.param(shapefile_m, M, id="Shapefile M"),
    pytest.param(made("ESRI Shapefile", ".shp", FLAT, None), NULL, id="Shapefile null"),
    pytest.param(made("GPKG", ".gpkg", HIGH), Z, id="GeoPackage Z"),
    pytest.param(stored("POLYGON", measured()), M, id="GeoPackage M"),
    pytest.param(stored("CURVEPOLYGON", curve()), CURVES, id="GeoPackage curve"),
    pytest.param(made("GPKG", ".gpkg", FLAT, FLAT, SPOT), MIXED, id="GeoPackage mixed"),
    pytest.param(made("GPKG", ".gpkg", FLAT, None), NULL, id="GeoPackage null"),
    pytest.param(made("OpenFileGDB", ".gdb", HIGH), Z, id="FileGDB Z"),
    pytest.param(made("OpenFileGDB", ".gdb", FLAT, None), NULL, id="FileGDB null"),
    pytest.param(made("GeoJSON", ".geojson", HIGH), Z, id="GeoJSON Z"),
    pytest.param(made("GeoJSON", ".geojson", FLAT, FLAT, SPOT), MIXED, id="GeoJSON mixed"),
    pytest.param(made("GeoJSON", ".geojson", FLAT, None), NULL, id="GeoJSON null"),
    pytest.param(made("FlatGeobuf", ".fgb", HIGH), Z, id="FlatGeobuf Z"),
    pytest.param(made("FlatGeobuf", ".fgb", FLAT, FLAT, SPOT), MIXED, id="FlatGeobuf mixed"),
    pytest.param(made("GML", ".gml", HIGH), Z, id="GML Z"),
    pytest.param(gml_curve, CURVES, id="GML curve"),
    pytest.param(made("GML", ".gml", FLAT, FLAT, SPOT), MIXED, id="GML mixed"),
    pytest.param(parquet(HIGH), Z, id="GeoParquet Z"),
    pytest.param(parquet(FLAT, FLAT, SPOT), MIXED, id="GeoParquet mixed"),
    pytest.param(parquet(FLAT, None), NULL, id="GeoParquet null"),
    pytest.param(csv(SRID + shapely.to_wkt(HIGH)), Z, id="CSV Z"),
    pytest.param(csv(SRID + FLAT.wkt, SRID + FLAT.wkt, SRID + SPOT.wkt), MIXED, id="CSV mixed"),
    pytest.param(csv(SRID + FLAT.wkt, ""), NULL, id="CSV null"),
    pytest.param(drawing(lambda s: s.add_lwpolyline(BULGED, format="xyb", close=True)), NULL, id="DXF curve"),
    pytest.param(database, CURVES, id="MDB curve", marks=needs_mdbtools),
    pytest.param(database, "没有图形", id="MDB null", marks=needs_mdbtools),
]  # fmt: skip


@pytest.mark.parametrize(("build", "told"), CASES)
def test_geometry_leaves_as_plain_polygons_and_what_was_left_behind_is_told(
    tmp_path: Path, request: pytest.FixtureRequest, build: Callable[[Path], Path], told: str
) -> None:
    name = request.node.callspec.id
    with open_source(build(tmp_path), work=tmp_path / "work") as source:
        layer = source.layer("DLTB" if "MDB" in name else None)
        wkb = [value for batch in layer.batches() for value in batch["geometry"].to_pylist()]
    assert layer.geometry is GeometryKind.POLYGON
    assert not told or any(told in zh for zh, _ in layer.warnings), layer.warnings
    found = shapely.from_wkb(np.array(wkb, object))
    assert not shapely.has_z(found).any()
    assert not shapely.has_m(found).any()
    assert set(shapely.get_type_id(found[~shapely.is_missing(found)])) <= {0, 3, 6}
    assert ("null" in name) == bool(shapely.is_missing(found).any()) or "MDB" in name
    if "curve" in name and "MDB" not in name:
        disc = math.pi * 50**2
        assert disc - 2 * math.pi * 50 * 0.01 <= found[0].area * (2 if "DXF" in name else 1) <= disc


def test_a_layer_of_three_kinds_is_told_by_their_names(tmp_path: Path) -> None:
    build = made("GPKG", ".gpkg", SPOT, FLAT, FLAT, shapely.LineString([(E, N), (E + 1, N)]))
    with open_source(build(tmp_path), work=tmp_path / "work") as source:
        warned = [en for _, en in source.layer().warnings]
    assert "the layer mixes kinds of geometry: LineString, Point, Polygon" in warned


def test_an_arc_of_a_geodatabase_is_left_by_a_centimetre_at_most(tmp_path: Path) -> None:
    with open_source(gdb_curve(tmp_path), work=tmp_path / "work") as source:
        layer = source.layer()
        (wkb,) = [value for batch in layer.batches() for value in batch["geometry"].to_pylist()]
    assert any("折线化" in zh for zh, _ in layer.warnings), layer.warnings
    points = shapely.get_coordinates(shapely.from_wkb(wkb))
    above = points[points[:, 1] >= N - 1e-6]
    assert np.hypot(above[:, 0] - E, above[:, 1] - N) == pytest.approx(50, abs=0.001)
    ends = np.stack([points[:-1], points[1:]])
    middles = ends.mean(axis=0)[(ends[..., 1] >= N - 1e-6).all(axis=0)]
    assert len(middles) > 50
    assert 0 < (50 - np.hypot(middles[:, 0] - E, middles[:, 1] - N)).max() <= 0.0101
    assert shapely.from_wkb(wkb).area == pytest.approx(math.pi * 1250 + 2500, abs=math.pi * 50 * 0.01)
