"""One parcel in every system of the trade, in every format and order of axes: where it lies is computed here by other means."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

import drawings
import old_vct
from datum_cast import TABLE
from faulty.makers import text
from guotu.ingest.placing import place
from guotu.ingest.source import ReadLimits, open_source
from guotu.kernel.datum_table import parse

TOLERANCE = 1e-9
"""Degrees: a tenth of a millimetre."""
LIMITS = ReadLimits(datum=parse(TABLE, lambda name: None))
DEGREES = np.array([(114.05, 30.52), (114.051, 30.52), (114.0512, 30.5213), (114.0498, 30.5209)])
PLAIN = (4490, 4526, 4547, 4498, 4509)
OLD = (4610, 2362, 2383, 2414, 2435)
LOCAL = (900001, 900002)
LAMBDA = {"Xian80": (2362, 2383, 4610), "Beijing54": (2414, 2435)}

Make = Callable[[Path, np.ndarray, int], tuple[Path, int | None]]


def in_system(epsg: int) -> np.ndarray:
    """Numbers that stand in a file of that system; for old datums and local grids simply numbers near the place."""
    if epsg == 900001:
        return np.array([(6000.0, 4000.0), (6100.0, 4000.0), (6120.0, 4130.0), (5980.0, 4090.0)])
    if epsg == 900002:
        return np.array([(9000.0, 2500.0), (9100.0, 2500.0), (9120.0, 2630.0), (8980.0, 2590.0)])
    base = 4490 if epsg in PLAIN else 4610 if epsg in LAMBDA["Xian80"] else 4214
    way = pyproj.Transformer.from_crs(base, epsg, always_xy=True)
    return np.column_stack(way.transform(*DEGREES.T))


def expected(epsg: int) -> np.ndarray:
    """Degrees on CGCS2000 of `in_system(epsg)`, by the registry's projections and the formulas written out."""
    xy = in_system(epsg)
    if epsg == 900001:
        angle, k = np.radians(600 / 3600), 1.00001
        e = 495000 + k * (xy[:, 0] * np.cos(angle) - xy[:, 1] * np.sin(angle))
        n = 3375000 + k * (xy[:, 0] * np.sin(angle) + xy[:, 1] * np.cos(angle))
        return _inverse(4547, e, n)
    if epsg == 900002:
        e = 0.9999 * xy[:, 0] - 0.0021 * xy[:, 1] + 38496000
        n = 0.0020 * xy[:, 0] + 1.0001 * xy[:, 1] + 3376000
        return _inverse(4526, e, n)
    if epsg in LAMBDA["Xian80"]:
        lonlat = xy if epsg == 4610 else _inverse(epsg, *xy.T)
        return _seven(lonlat)
    if epsg in LAMBDA["Beijing54"]:
        e, n = xy[:, 0] % 1e6, xy[:, 1]
        angle, k = np.radians(0.75 / 3600), 1.0000015
        east = 57.125 + k * (e * np.cos(angle) - n * np.sin(angle))
        north = -3.5 + k * (e * np.sin(angle) + n * np.cos(angle))
        return _inverse(4547, east, north)
    return DEGREES


def _inverse(epsg: int, e: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Degrees on the datum of a projected system of the registry."""
    base = pyproj.CRS.from_epsg(epsg).geodetic_crs
    return np.column_stack(pyproj.Transformer.from_crs(epsg, base, always_xy=True).transform(e, n))


def _seven(lonlat: np.ndarray) -> np.ndarray:
    """Seven parameters, rotations of the coordinate frame, in geocentric coordinates written out."""
    a, f = 6378140.0, 1 / 298.257
    lon, lat = np.radians(lonlat).T
    n = a / np.sqrt(1 - f * (2 - f) * np.sin(lat) ** 2)
    x = np.array(
        [n * np.cos(lat) * np.cos(lon), n * np.cos(lat) * np.sin(lon), n * (1 - f) ** 2 * np.sin(lat)]
    )
    rx, ry, rz = np.radians(np.array([1.1, -0.7, 2.3]) / 3600)
    turn = np.array([[1, rz, -ry], [-rz, 1, rx], [ry, -rx, 1]])
    moved = np.array([[120.5], [-35.25], [14.75]]) + (1 - 3.5e-6) * turn @ x
    geocentric = pyproj.Transformer.from_crs(4479, 4490, always_xy=True)
    lon, lat, *_ = geocentric.transform(*moved)
    return np.column_stack([lon, lat])


def _save(xy: np.ndarray, epsg: int | None, path: Path, **options: Any) -> None:
    """A file of one polygon; one without a system is meant."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'crs' was not provided")
        _frame(xy, epsg).to_file(path, engine="pyogrio", **options)


def _frame(xy: np.ndarray, epsg: int | None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"DKMC": ["甲"]}, geometry=[shapely.Polygon(xy)], crs=epsg)


def _asked(epsg: int) -> int | None:
    """Local grids have no code that a file could carry."""
    return epsg if epsg in LOCAL else None


def _written(driver: str, suffix: str, **options: Any) -> Make:
    def make(folder: Path, xy: np.ndarray, epsg: int) -> tuple[Path, int | None]:
        path = folder / f"a{suffix}"
        declared = None if epsg in LOCAL else epsg
        _save(xy, declared, path, driver=driver, **options)
        return path, _asked(epsg)

    return make


def _bare_shapefile(folder: Path, xy: np.ndarray, epsg: int) -> tuple[Path, int | None]:
    path = folder / "a.shp"
    _save(xy, None, path)
    return path, epsg


def _geojson(folder: Path, xy: np.ndarray, epsg: int) -> tuple[Path, int | None]:
    ring = [*xy.tolist(), xy[0].tolist()]
    named = f'"crs":{{"type":"name","properties":{{"name":"urn:ogc:def:crs:EPSG::{epsg}"}}}},'
    crs = "" if epsg in LOCAL else named
    shape = f'{{"type":"Polygon","coordinates":[{ring}]}}'
    body = f'{{"type":"Feature","properties":{{}},"geometry":{shape}}}'
    path = folder / "a.geojson"
    path.write_text(f'{{"type":"FeatureCollection",{crs}"features":[{body}]}}', encoding="utf-8")
    return path, _asked(epsg)


def _gml(form: str) -> Make:
    """GML 3.2: by `urn:` in the registry's order (north first), by `EPSG:n` east first."""

    def make(folder: Path, xy: np.ndarray, epsg: int) -> tuple[Path, int | None]:
        urn = form == "urn"
        pairs = np.vstack([xy, xy[:1]])[:, ::-1] if urn else np.vstack([xy, xy[:1]])
        name = f"urn:ogc:def:crs:EPSG::{epsg}" if urn else f"EPSG:{epsg}"
        positions = " ".join(f"{a!r} {b!r}" for a, b in pairs.tolist())
        srs = "" if epsg in LOCAL else f' srsName="{name}"'
        path = folder / "a.gml"
        path.write_text(
            f"""<?xml version="1.0" encoding="utf-8"?>
<f:FeatureCollection xmlns:f="http://example.org/f" xmlns:gml="http://www.opengis.net/gml/3.2">
<gml:featureMember><f:dk gml:id="a"><f:DKMC>甲</f:DKMC><f:geom><gml:Polygon gml:id="b"{srs}><gml:exterior><gml:LinearRing>
<gml:posList>{positions}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></f:geom></f:dk></gml:featureMember>
</f:FeatureCollection>""",
            encoding="utf-8",
        )
        return path, _asked(epsg)

    return make


def _kml(folder: Path, xy: np.ndarray, epsg: int) -> tuple[Path, int | None]:
    ring = " ".join(f"{x!r},{y!r}" for x, y in [*xy.tolist(), xy[0].tolist()])
    path = folder / "a.kml"
    path.write_text(
        f"""<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>甲</name>
<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>""",
        encoding="utf-8",
    )
    return path, None


def _csv_wkt(folder: Path, xy: np.ndarray, epsg: int) -> tuple[Path, int | None]:
    srid = "" if epsg in LOCAL else f"SRID={epsg};"
    wkt = shapely.to_wkt(shapely.Polygon(xy), rounding_precision=12)
    return text(folder, f'DKMC,WKT\n甲,"{srid}{wkt}"\n', "a.csv", "utf-8"), _asked(epsg)


def _txt(folder: Path, xy: np.ndarray, epsg: int) -> tuple[Path, int | None]:
    crs = pyproj.CRS.from_epsg(epsg) if epsg not in LOCAL else None
    names = {
        "China 2000": "2000国家大地坐标系",
        "Xian 1980": "1980西安坐标系",
        "Beijing 1954": "1954年北京坐标系",
    }
    datum = next((zh for en, zh in names.items() if crs and en in crs.datum.name), "独立坐标系")
    degrees = crs is not None and crs.is_geographic
    zone, width = ("38", "3") if epsg not in (4498, 4509) else ("20", "6")
    header = f"[属性描述]\n坐标系={datum}\n几度分带={width}\n带号={zone}\n计量单位={'度' if degrees else '米'}\n[地块坐标]\n"
    pairs = [*xy.tolist(), xy[0].tolist()]
    rows = [(x, y) if degrees else (y, x) for x, y in pairs]
    points = "".join(f"J{at % 4 + 1},1,{a!r},{b!r}\n" for at, (a, b) in enumerate(rows))
    return text(folder, f"{header}5,1.0,1,甲,面,,,,@\n{points}", "a.txt"), _asked(epsg)


def _dxf(folder: Path, xy: np.ndarray, epsg: int) -> tuple[Path, int | None]:
    document = drawings.new()
    drawings.parcel(document, "1", xy.tolist())
    return drawings.save(document, folder), epsg


def _spheroid(epsg: int) -> str:
    datum = pyproj.CRS.from_epsg(epsg).datum.name
    return {
        "China 2000": "CGCS2000,6378137.0,298.257222101",
        "Xian 1980": "1980西安坐标系,6378140,298.257",
        "Beijing 1954": "1954年北京坐标系,6378245,298.3",
    }[datum]


def _vct(north_first: bool) -> Make:
    def make(folder: Path, xy: np.ndarray, epsg: int) -> tuple[Path, int | None]:
        crs = pyproj.CRS.from_epsg(epsg)
        kind = "D" if crs.is_geographic else "P"
        zone, width = (38, 3) if epsg not in (4498, 4509) else (20, 6)
        axes = ("N", "E") if north_first else ("E", "N")
        rows = [f"{b!r},{a!r}" if north_first else f"{a!r},{b!r}" for a, b in [*xy.tolist(), xy[0].tolist()]]
        content = "\n".join(
            ["HeadBegin", "Datamark:LANDUSE-VCT", "Version:3.0", f"CoordinateSystemType:{kind}", "Dim:2",
             f"XAxisDirection:{axes[0]}", f"YAxisDirection:{axes[1]}", f"Spheroid:{_spheroid(epsg)}",
             f"Parameters:{114 if width == 3 else 117},1,500000,0,{width},{zone}", "Separator:,", "HeadEnd",
             "FeatureCodeBegin", "2001010100,地类图斑,Polygon,DLTB", "FeatureCodeEnd",
             "TableStructureBegin", "DLTB,1", "BSM,Char,18", "0", "TableStructureEnd",
             "PolygonBegin", "1", "2001010100", "0", "1", rows[0], "1", str(len(rows)), *rows, "0", "PolygonEnd",
             "AttributeBegin", "DLTB", "1,1", "TableEnd", "AttributeEnd", ""]
        )  # fmt: skip
        return text(folder, content, "a.vct"), None

    return make


def _old_vct(folder: Path, xy: np.ndarray, epsg: int) -> tuple[Path, int | None]:
    """Version 2.0, northings first: its head has neither axes nor zone."""
    rows = [f"{b!r},{a!r}" for a, b in [*xy.tolist(), xy[0].tolist()]]
    head = (
        old_vct.single()
        .replace("Topo:1", "Topo:0")
        .replace("CGCS2000,6378137,298.257222101", _spheroid(epsg))
    )
    head = head.replace("Meridian:114", f"Meridian:{117 if epsg in (4498, 4509) else 114}")
    begin, end = head.index("LineBegin"), head.index("AttributeBegin")
    body = "\n".join(
        ["PolygonBegin", "101", "2001010100", "图斑", rows[0], str(len(rows)), *rows, "0", "PolygonEnd", ""]
    )
    return text(folder, head[:begin] + body + head[end:], "a.vct"), None


PLANES = (4526, 4547, 4498, 4509, 2362, 2383, 2414, 2435)
FORMATS: dict[str, tuple[Make, tuple[int, ...]]] = {
    "SHP": (_written("ESRI Shapefile", ".shp"), (*PLAIN, *OLD, *LOCAL)),
    "SHP without .prj": (_bare_shapefile, (*PLAIN, *OLD, *LOCAL)),
    "GPKG": (_written("GPKG", ".gpkg", layer="dk"), (*PLAIN, *OLD, *LOCAL)),
    "GDB": (_written("OpenFileGDB", ".gdb", layer="dk"), (*PLAIN, *OLD, *LOCAL)),
    "FGB": (_written("FlatGeobuf", ".fgb"), (*PLAIN, *OLD, *LOCAL)),
    "GeoJSON": (_geojson, (*PLAIN, *OLD, *LOCAL)),
    "GML, north first": (_gml("urn"), (*PLAIN, *OLD)),
    "GML, east first": (_gml("plain"), (*PLAIN, *OLD, *LOCAL)),
    "KML": (_kml, (4490,)),
    "CSV": (_csv_wkt, (*PLAIN, *OLD, *LOCAL)),
    "TXT": (_txt, (*PLAIN, *OLD, *LOCAL)),
    "DXF": (_dxf, (*PLAIN, *OLD, *LOCAL)),
    "VCT": (_vct(north_first=False), (*PLAIN, *OLD)),
    "VCT, north first": (_vct(north_first=True), (*PLAIN, *OLD)),
    "VCT 2.0": (_old_vct, PLANES),
}
QUICK = (4490, 4547, 2362, 900001)
"""Systems that every run tries; the others are slow together."""
CASES = [
    pytest.param(name, epsg, id=f"{name} {epsg}", marks=() if epsg in QUICK else pytest.mark.slow)
    for name, (_, systems) in FORMATS.items()
    for epsg in systems
]


@pytest.mark.parametrize(("form", "epsg"), CASES)
def test_a_parcel_lies_where_it_lies(tmp_path: Path, form: str, epsg: int) -> None:
    path, asked = FORMATS[form][0](tmp_path, in_system(epsg), epsg)
    with open_source(path, work=tmp_path / "work", crs_epsg=asked, limits=LIMITS) as source:
        layer = source.layer()
        batch = next(layer.batches())
        found = shapely.from_wkb(place(batch.column("geometry"), layer.crs).wkb[0].as_py())
    corners = shapely.get_coordinates(found)[:-1]
    for corner in expected(epsg):
        assert np.abs(corners - corner).max(axis=1).min() < TOLERANCE
    assert len(corners) == 4
    assert layer.crs_evidence.zh
    if epsg not in PLAIN:
        assert "配置" in layer.crs_evidence.zh
