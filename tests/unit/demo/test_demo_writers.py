from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pyogrio
import pyogrio.raw
import shapely

from guotu.demo.plan import ZONE
from guotu.demo.writers import Column, Table, ogr, shapefile_zip


def table() -> Table:
    hole = shapely.box(39_640_010, 3_420_010, 39_640_020, 3_420_020)
    first = shapely.box(39_640_000, 3_420_000, 39_640_100, 3_420_050).difference(hole)
    second = shapely.box(39_640_200, 3_420_000, 39_640_300, 3_420_050)
    columns = (
        Column("名称", "text", 20),
        Column("MJ", "float", 15, 2),
        Column("SL", "int", 4),
        Column("RQ", "date", 8),
    )
    values = {
        "名称": np.array(["水田", "农村道路"]),
        "MJ": np.array([4900.0, 5000.125]),
        "SL": np.array([3, None], object),
        "RQ": np.array([date(2024, 5, 1), None], object),
    }
    return Table("TB", columns, values, np.array([first, second]))


def test_a_shapefile_of_the_trade_opens_elsewhere(tmp_path: Path) -> None:
    shapefile_zip(table(), tmp_path / "tb.zip")
    with zipfile.ZipFile(tmp_path / "tb.zip") as archive:
        assert sorted(archive.namelist()) == ["TB.dbf", "TB.prj", "TB.shp", "TB.shx"]
        assert b"AUTHORITY" not in archive.read("TB.prj")
    meta, _, geometry, values = pyogrio.raw.read(tmp_path / "tb.zip", encoding="gbk")
    assert meta["fields"].tolist() == ["名称", "MJ", "SL", "RQ"]
    assert values[0].tolist() == ["水田", "农村道路"]
    assert values[1].tolist() == [4900.0, 5000.12]
    shapes = shapely.from_wkb(geometry)
    assert shapely.area(shapes).tolist() == [4900.0, 5000.0]
    assert shapely.equals(shapes, table().geometry).all()


def test_a_shapefile_may_say_its_encoding(tmp_path: Path) -> None:
    shapefile_zip(table(), tmp_path / "tb.zip", encoding="utf-8", cpg="UTF-8")
    _, _, _, values = pyogrio.raw.read(tmp_path / "tb.zip")
    assert values[0].tolist() == ["水田", "农村道路"]


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        shapefile_zip(table(), tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_geopackage_keeps_missing_values_missing(tmp_path: Path) -> None:
    ogr(table(), tmp_path / "tb.gpkg", "GPKG", epsg=ZONE.epsg)
    meta, _, geometry, values = pyogrio.raw.read(tmp_path / "tb.gpkg")
    assert meta["crs"] == f"EPSG:{ZONE.epsg}"
    assert np.isnan(values[2].astype(float)).tolist() == [False, True]
    assert shapely.area(shapely.from_wkb(geometry)).tolist() == [4900.0, 5000.0]
