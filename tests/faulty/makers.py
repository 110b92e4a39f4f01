"""Small files of the trade, whole and broken, written by code."""

from __future__ import annotations

import sqlite3
import struct
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import shapely
from shapely.geometry import Polygon, box

PLOT = box(38500000, 3380000, 38500100, 3380100)
"""One hectare in 3-degree zone 38."""
DEGREES = box(114.0, 30.0, 114.001, 30.001)
BOW_TIE = Polygon([(38500000, 3380000), (38500100, 3380100), (38500100, 3380000), (38500000, 3380100)])

TXT_HEADER = """[属性描述]
格式版本号=1.01
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=38
精度=0.001
转换参数=,,,,,,
[地块坐标]
"""
TXT_PARCEL = "5,1.0000,001,测试地块,面,,工业用地,0601,@\n"
TXT_RING = """J1,1,3380100.000,38500000.000
J2,1,3380100.000,38500100.000
J3,1,3380000.000,38500100.000
J4,1,3380000.000,38500000.000
J1,1,3380100.000,38500000.000
"""


def frame(*geometries: Any, epsg: int | None = 4526, **columns: list[Any]) -> gpd.GeoDataFrame:
    """A layer with a DKMC column unless others are named."""
    return gpd.GeoDataFrame(
        columns or {"DKMC": ["甲地块"] * len(geometries)}, geometry=list(geometries), crs=epsg
    )


def shapefile(folder: Path, data: gpd.GeoDataFrame, *, name: str = "地块", encoding: str = "GBK") -> Path:
    """A shapefile with its companions, text in GBK as the trade has it."""
    path = folder / f"{name}.shp"
    data.to_file(path, encoding=encoding, engine="pyogrio")
    return path


def zipped(folder: Path, *files: Path, name: str = "数据.zip") -> Path:
    """The files at the root of a zip."""
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
    return path


def zipped_shapefile(folder: Path, data: gpd.GeoDataFrame) -> Path:
    shp = shapefile(folder, data)
    return zipped(folder, *sorted(folder.glob(f"{shp.stem}.*")))


def geopackage(folder: Path, data: gpd.GeoDataFrame, *, name: str = "地块.gpkg", layer: str = "地块") -> Path:
    path = folder / name
    data.to_file(path, layer=layer, driver="GPKG", engine="pyogrio")
    return path


def geopackage_of_wkb(folder: Path, *wkb: bytes, kind: str = "GEOMETRY") -> Path:
    """A GeoPackage whose geometries are exactly these bytes, however wrong."""
    path = geopackage(folder, frame(*[PLOT] * len(wkb)))
    with sqlite3.connect(path) as base:
        base.create_function("ST_IsEmpty", 1, lambda _: 0)
        for name in ("MinX", "MaxX", "MinY", "MaxY"):
            base.create_function(f"ST_{name}", 1, lambda _: 0.0)
        (table,) = base.execute("select table_name from gpkg_geometry_columns").fetchone()
        base.execute("update gpkg_geometry_columns set geometry_type_name=?", (kind,))
        head = b"GP\x00\x01" + struct.pack(
            "<i", base.execute("select srs_id from gpkg_contents").fetchone()[0]
        )
        for row, body in enumerate(wkb, start=1):
            base.execute(f'update "{table}" set geom=? where fid=?', (head + body, row))
    base.close()
    return path


def text(folder: Path, content: str | bytes, name: str = "界址点.txt", encoding: str = "gb18030") -> Path:
    path = folder / name
    path.write_bytes(
        content if isinstance(content, bytes) else content.replace("\n", "\r\n").encode(encoding)
    )
    return path


def geojson(folder: Path, coordinates: Any, *, crs: str | None = None, kind: str = "Polygon") -> Path:
    """One feature, coordinates written as they are."""
    member = f'"crs": {{"type": "name", "properties": {{"name": "{crs}"}}}},' if crs else ""
    body = f'{{"type": "Feature", "properties": {{}}, "geometry": {{"type": "{kind}", "coordinates": {coordinates}}}}}'
    path = folder / "范围.geojson"
    path.write_text(f'{{"type": "FeatureCollection", {member} "features": [{body}]}}', encoding="utf-8")
    return path


def workbook(folder: Path, rows: Any = (("a", "b"), (1, 2))) -> Path:
    """An XLSX of one sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "表.xlsx")
    return folder / "表.xlsx"


def wkb_polygon(*rings: Any) -> bytes:
    """Little-endian WKB of rings as given, closed or not."""
    parts = [struct.pack("<I", len(ring)) + np.asarray(ring, "<f8").tobytes() for ring in rings]
    return struct.pack("<BII", 1, 3, len(rings)) + b"".join(parts)


def nested_collections(depth: int) -> bytes:
    """A geometry collection in a geometry collection in …"""
    return struct.pack("<BII", 1, 7, 1) * depth + shapely.to_wkb(shapely.Point(0, 0))


def cut(path: Path, keep: float) -> Path:
    """Only the first part of a file is left."""
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * keep)])
    return path
