"""Layers that no demo has: lines, tables, several parts, holes, nothing at all; awkward texts and numbers."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyogrio
import pytest
import shapely

from guotu.delivery.dbf import dbf_names
from guotu.delivery.formats import FORMATS, format_by_name
from guotu.delivery.outgoing import Outgoing
from guotu.errors import GuotuError
from guotu.model.change import FID_TYPE
from guotu.model.schema import FieldType, GeometryKind, LayerSchema
from guotu.standards.layers import schema
from guotu.store.canonical import ARROW_TYPES
from rereading import plain, reread, same_shapes

HOLED = shapely.Polygon(
    [(118, 31), (118.01, 31), (118.01, 31.01), (118, 31.01)],
    [[(118.002, 31.002), (118.002, 31.004), (118.004, 31.004), (118.004, 31.002)]],
)
SHAPES = {
    GeometryKind.POLYGON: [
        HOLED,
        shapely.MultiPolygon([HOLED, shapely.box(118.5, 31.5, 118.6, 31.6)]),
        shapely.box(117.1234567891, 30.9876543219, 117.2, 31.0),
    ],
    GeometryKind.LINE: [
        shapely.LineString([(118, 31), (118.1, 31.1), (118.2, 31)]),
        shapely.MultiLineString([[(118, 31), (118.1, 31)], [(118.3, 31), (118.4, 31.0000000001)]]),
        shapely.LineString([(117.0000000001, 30), (117.1, 30)]),
    ],
    GeometryKind.POINT: [shapely.Point(118, 31), shapely.Point(117.0000000001, 30), shapely.Point(119, 29)],
    GeometryKind.NONE: [None, None, None],
}
TEXTS = ["普通，逗号 'quote' \"double\" <b>&amp;", "=1+1", "𠮷生僻 ;|%"]
DATASETS = ("gh.stbhhx", "xz.xzqjx", "xz.dzzhd", "sj.rk")
MADE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def values_of(layer: LayerSchema) -> dict[str, list[Any]]:
    """Three rows that use every field to its length, the last one half empty."""
    columns: dict[str, list[Any]] = {}
    for at, field in enumerate(layer.fields):
        match field.type:
            case FieldType.INT:
                row: list[Any] = [-1, 10 ** min((field.length or 9) - 1, 9), None]
            case FieldType.FLOAT:
                decimals = 2 if field.decimals is None else field.decimals
                row = [0.0, round(-1234.56789, decimals), None]
            case FieldType.DATE:
                row = [date(2024, 2, 29), date(1999, 12, 31), None]
            case _:
                room = (field.length or 60) // 2 or 1
                row = [TEXTS[0][:room].strip(), TEXTS[1][: room + 2], TEXTS[2][:room] if at % 2 else None]
        columns[field.code] = row
    columns[layer.fields[0].code] = ["1", "2", "3"]
    return columns


def outgoing(dataset: str, rows: int = 3, **more: Any) -> tuple[Outgoing, dict[str, list[Any]], list[Any]]:
    layer = schema(dataset)
    values = {code: column[:rows] for code, column in values_of(layer).items()}
    shapes = SHAPES[layer.geometry][:rows]
    arrays = {code: pa.array(column, ARROW_TYPES[layer.field(code).type]) for code, column in values.items()}
    fids = pa.array([bytes([row]) * 16 for row in range(rows)], FID_TYPE)
    wkb = pa.array([s and shapely.to_wkb(s) for s in shapes], pa.binary())
    batch = pa.RecordBatch.from_pydict({"fid": fids, **arrays, "geometry": wkb})
    batches = [batch.slice(0, 2), batch.slice(2)] if rows > 2 else [batch]
    return Outgoing(layer, layer.fields, iter(batches), made=MADE, title=layer.name, **more), values, shapes


def cells() -> Iterator[tuple[str, str]]:
    for form in FORMATS.values():
        for dataset in DATASETS:
            if form.degrees and form.attributes and schema(dataset).geometry in form.carries:
                yield form.id, dataset


@pytest.mark.parametrize(("form", "dataset"), list(cells()))
def test_awkward_layers_come_back_equal(form: str, dataset: str, tmp_path: Path) -> None:
    out, values, shapes = outgoing(dataset)
    path = tmp_path / f"x{FORMATS[form].suffix}"
    FORMATS[form].write(out, path)
    if form == "shp" and out.kind is GeometryKind.NONE:
        assert not path.exists()
    again = reread(form, path, out.schema, out.fields)
    key = out.schema.fields[0].code
    again = again.sorted_by(key)
    for field in out.fields:
        expected = [plain(value, field) for value in values[field.code]]
        if form == "vct":
            expected = [v.replace(",", "，") if isinstance(v, str) else v for v in expected]
        assert again.values[field.code] == expected, field.code
    if out.spatial:
        assert again.shapes is not None
        tolerance = FORMATS[form].resolution[0]
        assert same_shapes(np.array(shapes, object), again.shapes, tolerance)


@pytest.mark.parametrize("form", ["shp", "gpkg", "fgdb", "geojson", "csv", "parquet", "gml", "kml"])
def test_missing_geometry_stays_missing(form: str, tmp_path: Path) -> None:
    out, _, _ = outgoing("xz.dzzhd")
    batch = next(iter(out.batches))
    at = batch.schema.get_field_index("geometry")
    holed = batch.set_column(at, "geometry", pa.array([batch.column(at)[0].as_py(), None], pa.binary()))
    path = tmp_path / f"x{FORMATS[form].suffix}"
    FORMATS[form].write(replace(out, batches=[holed]), path)
    shapes = reread(form, path, out.schema, out.fields).shapes
    assert shapes is not None
    assert [shape is None or shape.is_empty for shape in shapes] == [False, True]


def test_flatgeobuf_refuses_a_feature_without_geometry_by_its_key(tmp_path: Path) -> None:
    out, _, _ = outgoing("xz.dzzhd")
    batch = next(iter(out.batches))
    at = batch.schema.get_field_index("geometry")
    holed = batch.set_column(at, "geometry", pa.array([None, None], pa.binary()))
    with pytest.raises(GuotuError) as refused:
        FORMATS["fgb"].write(replace(out, batches=[holed]), tmp_path / "x.fgb")
    assert refused.value.code == "GT-6014"


def test_an_empty_layer_is_a_file_that_opens(tmp_path: Path) -> None:
    for form in ("shp", "gpkg", "fgdb", "geojson", "gml", "kml", "csv", "xlsx", "vct", "parquet", "fgb"):
        out, _, _ = outgoing("gh.stbhhx")
        empty = [batch.slice(0, 0) for batch in out.batches]
        path = tmp_path / f"{form}{FORMATS[form].suffix}"
        FORMATS[form].write(replace(out, batches=empty), path)
        assert path.exists()
        if form in ("shp", "gpkg", "fgdb", "fgb"):
            assert pyogrio.read_arrow(path)[1].num_rows == 0


def test_names_and_code_lists_go_into_geopackage_and_geodatabase(tmp_path: Path) -> None:
    for form in ("gpkg", "fgdb"):
        out, _, _ = outgoing("gh.stbhhx")
        field = next(each for each in out.fields if each.domain)
        path = tmp_path / f"x{FORMATS[form].suffix}"
        remarks = FORMATS[form].write(out, path)
        assert remarks["domains"] == sorted({each.domain for each in out.fields if each.domain})
        _, table = pyogrio.read_arrow(path)
        told = table.schema.field(field.code).metadata
        assert told[b"GDAL:OGR:alternative_name"].decode() == field.name
        assert told[b"GDAL:OGR:domain_name"].decode() == field.domain
        assert told[b"GDAL:OGR:width"].decode() == str(field.length)


def test_a_geopackage_is_one_file_without_wal_with_index_and_enumerations(tmp_path: Path) -> None:
    out, _, _ = outgoing("gh.stbhhx")
    path = tmp_path / "x.gpkg"
    FORMATS["gpkg"].write(out, path)
    assert [each.name for each in tmp_path.iterdir()] == ["x.gpkg"]
    assert path.read_bytes()[18:20] == b"\x01\x01"  # rollback journal, for reading and writing
    connection = sqlite3.connect(path)
    extensions = {row[0] for row in connection.execute("SELECT extension_name FROM gpkg_extensions")}
    assert {"gpkg_rtree_index", "gpkg_schema"} <= extensions
    listed = connection.execute(
        "SELECT DISTINCT constraint_type FROM gpkg_data_column_constraints"
    ).fetchall()
    assert listed == [("enum",)]
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_shapefile_has_the_widths_of_the_standard_and_widens_what_needs_it(tmp_path: Path) -> None:
    out, values, _ = outgoing("gh.stbhhx")
    remarks = FORMATS["shp"].write(out, tmp_path / "x.shp")
    head = (tmp_path / "x.dbf").read_bytes()
    widths = {}
    for at, field in enumerate(out.fields):
        row = head[32 * (at + 1) : 32 * (at + 2)]
        widths[row[:11].rstrip(b"\0").decode()] = row[16]
        if field.length and field.code not in remarks["widened"]:
            assert row[16] == field.length, field.code
    for code, width in remarks["widened"].items():
        longest = max(len(value.encode()) for value in values[code] if value)
        assert (widths[code], longest) == (width, width)
    assert "EPSG" not in (tmp_path / "x.prj").read_text()
    assert (tmp_path / "x.cpg").read_text() == "UTF-8"


def test_rings_of_a_shapefile_turn_as_its_rules_want(tmp_path: Path) -> None:
    out, _, _ = outgoing("gh.stbhhx", rows=1)
    FORMATS["shp"].write(out, tmp_path / "x.shp")
    content = (tmp_path / "x.shp").read_bytes()[108:]
    parts, points = struct.unpack("<ii", content[36:44])
    starts = [*struct.unpack(f"<{parts}i", content[44 : 44 + 4 * parts]), points]
    xy = struct.unpack(f"<{2 * points}d", content[44 + 4 * parts : 44 + 4 * parts + 16 * points])
    rings = [
        list(zip(xy[2 * a : 2 * b : 2], xy[2 * a + 1 : 2 * b : 2], strict=True)) for a, b in pairwise(starts)
    ]
    assert [shapely.LinearRing(ring).is_ccw for ring in rings] == [False, True]


def test_a_shapefile_beyond_two_gigabytes_is_refused_before_a_byte_is_written(tmp_path: Path) -> None:
    out, _, _ = outgoing("gh.stbhhx")
    with pytest.raises(GuotuError) as refused:
        FORMATS["shp"].write(replace(out, rows=20_000_000), tmp_path / "x.shp")
    assert (refused.value.code, list(tmp_path.iterdir())) == ("GT-6007", [])
    assert "GB" in refused.value.detail("zh")


def test_a_text_longer_than_a_dbf_holds_is_refused_never_cut(tmp_path: Path) -> None:
    out, _, _ = outgoing("sj.rk", rows=1)
    field = next(each for each in out.fields if each.type.is_text)
    batch = next(iter(out.batches))
    long = batch.set_column(batch.schema.get_field_index(field.code), field.code, pa.array(["长" * 90]))
    with pytest.raises(GuotuError) as refused:
        FORMATS["shp"].write(replace(out, batches=[long]), tmp_path / "x.shp")
    assert (refused.value.code, refused.value.place.field) == ("GT-6013", field.code)


def test_names_that_a_dbf_would_confuse_are_told_apart() -> None:
    assert dbf_names(["ABCDEFGHIJKL", "ABCDEFGHIJKM", "DLBM"]) == ["ABCDEFGHIJ", "ABCDEFGH_1", "DLBM"]


def test_too_many_rows_for_a_sheet_are_refused_before_the_work(tmp_path: Path) -> None:
    out, _, _ = outgoing("sj.rk")
    with pytest.raises(GuotuError) as refused:
        FORMATS["xlsx"].write(replace(out, rows=2_000_000), tmp_path / "x.xlsx")
    assert refused.value.code == "GT-6007"


def test_formulas_in_texts_stay_texts_in_a_sheet(tmp_path: Path) -> None:
    out, _, _ = outgoing("sj.rk")
    FORMATS["xlsx"].write(out, tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    kinds = {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row if cell.value == "=1+1"}
    assert kinds == {"s"}
    book.close()


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.zip", "shp"), ("a.shp.zip", "shp"), ("a.gdb", "fgdb"), ("a.gdb.zip", "fgdb"), ("A.GPKG", "gpkg"), ("a.json", "geojson"),
        ("a.kmz", "kmz"), ("a.parquet", "parquet"), ("界址点.txt", "txt"), ("a.vct.zip", "vct"),
    ],
)  # fmt: skip
def test_the_name_of_a_file_tells_its_format(name: str, form: str) -> None:
    assert format_by_name(name).id == form


def test_a_name_that_tells_nothing_is_a_question() -> None:
    with pytest.raises(GuotuError) as refused:
        format_by_name("a.dat")
    assert refused.value.code == "GT-6015"
