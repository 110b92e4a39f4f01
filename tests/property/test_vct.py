"""What the VCT writer writes, the reader gives back exactly and a second reading finds nothing wrong with."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from guotu.delivery.vct import VctLayer, write_vct
from guotu.ingest.convert import convert, tidy
from guotu.ingest.readers import vct
from guotu.kernel.coords import transform
from guotu.model.datum import CGCS2000, Crs, GaussKruger
from guotu.model.schema import Field, FieldType, GeometryKind, LayerSchema
from vct_check import inspected

FIELDS = (
    Field("MC", "名称", FieldType.VARCHAR, 60),
    Field("SL", "数量", FieldType.INT, 10),
    Field("MJ", "面积", FieldType.FLOAT, 15, 2),
    Field("RQ", "日期", FieldType.DATE),
)
ZONE = GaussKruger(3, 38)
CORNER = np.array([38500000.0, 3380000.0])


def schema(code: str, kind: GeometryKind, ysdm: str) -> LayerSchema:
    return LayerSchema(code.lower(), code, f"xz.{code.lower()}", code, code, "", kind, FIELDS, ysdm=ysdm)


AREAS = schema("MIAN", GeometryKind.POLYGON, "2001010100")
WAYS = schema("XIAN", GeometryKind.LINE, "1000609000")
SPOTS = schema("DIAN", GeometryKind.POINT, "1000119000")
TABLE = schema("BIAO", GeometryKind.NONE, "1000000000")

words = st.text(
    st.characters(codec="utf-8", exclude_characters=",\n\r", exclude_categories=("C", "Z")),
    min_size=1,
    max_size=9,
)
words = words.map(tidy).filter(lambda word: word is not None and "," not in word)
"""As the normaliser leaves them."""
values = st.tuples(
    st.none() | words,
    st.none() | st.integers(-(10**9), 10**9),
    st.none() | st.integers(-(10**9), 10**9).map(lambda cents: cents / 100),
    st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
)
steps = st.integers(0, 40)


@st.composite
def polygons(draw: Any) -> Any:
    """Boxes apart on a grid of 1 km, each perhaps with a hole."""
    parts = []
    for place in range(draw(st.integers(1, 3))):
        x, y, size = place * 1000 + draw(steps), draw(steps), draw(st.integers(20, 400)) + 0.1234
        whole = shapely.box(x, y, x + size, y + size)
        hole = shapely.box(x + 3, y + 4, x + 5.5, y + 6.125)
        parts.append(whole - hole if draw(st.booleans()) else whole)
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


lines = st.lists(st.tuples(steps, steps), min_size=2, max_size=8, unique=True).map(shapely.LineString)
points = st.tuples(steps, steps).map(shapely.Point)


def in_degrees(shapes: list[Any], crs: Crs) -> list[bytes]:
    moved = shapely.transform(np.array(shapes, object), lambda xy: xy + CORNER)
    if crs == CGCS2000:
        moved = transform(moved, ZONE, CGCS2000)
        moved = shapely.transform(moved, lambda xy: np.round(xy, 10))
        return list(shapely.to_wkb(moved))
    return list(shapely.to_wkb(transform(moved, crs, CGCS2000)))


def batch(rows: list[tuple[Any, ...]], shapes: list[bytes] | None) -> pa.RecordBatch:
    columns = list(zip(*rows, strict=True)) or [()] * 4
    types = (pa.string(), pa.int64(), pa.float64(), pa.date32())
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    names = [field.code for field in FIELDS]
    if shapes is not None:
        arrays.append(pa.array(shapes, pa.binary()))
        names.append("geometry")
    return pa.RecordBatch.from_arrays(arrays, names=names)


def given_back(path: Path, layer: str) -> tuple[list[tuple[Any, ...]], list[Any]]:
    """Attributes as the fields' types and geometry in the file's system."""
    found = vct.opened(str(path), None)
    read = pa.Table.from_batches(list(vct._batches(found, found.layers[layer], [f.code for f in FIELDS])))
    columns = [convert(read[field.code].combine_chunks(), field).values.to_pylist() for field in FIELDS]
    shapes = shapely.from_wkb(read["geometry"].to_numpy()) if "geometry" in read.column_names else []
    return list(zip(*columns, strict=True)), list(shapes)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(polygons(), values), min_size=1, max_size=6),
    st.lists(st.tuples(lines, values), min_size=1, max_size=4),
    st.lists(st.tuples(points, values), min_size=1, max_size=4),
    st.lists(values, min_size=1, max_size=3),
    st.sampled_from([ZONE, GaussKruger(3, 38, prefixed=False), CGCS2000]),
)
def test_what_is_written_is_read_again_exactly(
    areas: list[Any], ways: list[Any], spots: list[Any], plain: list[Any], crs: Crs
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "图.vct"
        drawn = {}
        for of, rows in ((AREAS, areas), (WAYS, ways), (SPOTS, spots)):
            drawn[of.code] = in_degrees([shape for shape, _ in rows], ZONE if crs != CGCS2000 else crs)
        layers = [
            VctLayer(of, [batch([value for _, value in rows], drawn[of.code])])
            for of, rows in ((AREAS, areas), (WAYS, ways), (SPOTS, spots))
        ]
        counts = write_vct([*layers, VctLayer(TABLE, [batch(plain, None)])], path, crs, made=date(2026, 1, 1))
        assert counts == {"MIAN": len(areas), "XIAN": len(ways), "DIAN": len(spots), "BIAO": len(plain)}
        told = inspected(path)
        assert told.faults == []
        assert len(told.ids["Polygon"]) == len(areas)
        assert {name: len(rows) for name, rows in told.rows.items()} == counts
        for of, rows in ((AREAS, areas), (WAYS, ways), (SPOTS, spots)):
            attributes, shapes = given_back(path, of.code)
            assert attributes == [value for _, value in rows]
            wanted = shapely.from_wkb(drawn[of.code])
            if crs != CGCS2000:
                wanted = transform(np.atleast_1d(wanted), CGCS2000, crs)
            exact = shapely.transform(wanted, partial(np.round, decimals=10 if crs == CGCS2000 else 4))
            assert all(shapely.equals_exact(a, b, 0) for a, b in zip(shapes, exact, strict=True))
        assert given_back(path, "BIAO")[0] == plain
        vct.opened.cache_clear()
