from __future__ import annotations

import struct

import numpy as np
import pyarrow as pa
import pytest
import shapely

from guotu.ingest.normalise import Normaliser
from guotu.ingest.placing import place
from guotu.kernel.coords import transform
from guotu.model.datum import CGCS2000, GaussKruger
from unit.ingest.test_normalise import SCHEMA, Columns, batch

ZONE = GaussKruger(3, 39)
SQUARE = shapely.box(118.0, 31.0, 118.001, 31.001)
HOLED = shapely.Polygon(SQUARE.exterior, [shapely.box(118.0004, 31.0004, 118.0006, 31.0006).exterior])
CAST = [
    SQUARE,
    shapely.box(118.0, 31.0, 118.001, 31.001, ccw=False),
    HOLED,
    shapely.MultiPolygon([SQUARE, shapely.box(118.002, 31, 118.003, 31.001, ccw=False)]),
    None,
    shapely.Polygon(),
    shapely.Point(118, 31),
    shapely.Point(),
    shapely.LineString([(118, 31), (118.1, 31.1)]),
    shapely.MultiPoint([(118, 31), (119, 31)]),
]


def wkb(geometries: list[object], **options: object) -> pa.Array:
    return pa.array([None if g is None else shapely.to_wkb(g, **options) for g in geometries], pa.binary())


def twin(geometries: list[object], crs: object) -> np.ndarray:
    """The same by way of geometry objects."""
    flat = np.array(geometries, object)
    flat[shapely.is_empty(flat)] = None
    placed = transform(flat, crs, CGCS2000) if crs != CGCS2000 else flat  # type: ignore[arg-type]
    return np.asarray(shapely.orient_polygons(placed))


@pytest.mark.parametrize("crs", [CGCS2000, ZONE])
@pytest.mark.parametrize("options", [{"byte_order": 1}, {"byte_order": 0}])
def test_placing_bytes_agrees_with_placing_geometries(crs: object, options: dict[str, object]) -> None:
    source = CAST if crs == CGCS2000 else list(transform(np.array(CAST, object), CGCS2000, ZONE))
    placed = place(wkb(source, **options), crs)  # type: ignore[arg-type]
    got = shapely.from_wkb(placed.wkb.to_numpy(zero_copy_only=False))
    due = twin(source, crs)
    assert [shapely.to_wkb(g) for g in got] == [shapely.to_wkb(g) for g in due]
    assert len(placed.unreadable) == len(placed.outside) == 0


def test_a_slice_of_a_column_is_placed_like_the_whole() -> None:
    column = wkb([SQUARE, *CAST[1:4]])
    assert place(column.slice(1, 3), CGCS2000).wkb.equals(place(column, CGCS2000).wkb.slice(1, 3))


def test_heights_are_dropped() -> None:
    got = place(wkb([shapely.force_3d(SQUARE, 9.0), SQUARE]), CGCS2000).wkb
    assert got[0].as_py() == got[1].as_py()


def test_an_unclosed_ring_is_unreadable_and_the_rest_stays() -> None:
    xy = [(118.0, 31.0), (118.001, 31.0), (118.001, 31.001)]
    raw = struct.pack("<BIII", 1, 3, 1, 3) + b"".join(struct.pack("<dd", *point) for point in xy)
    placed = place(pa.array([raw, shapely.to_wkb(SQUARE)], pa.binary()), CGCS2000)
    assert placed.unreadable.tolist() == [0]
    assert placed.wkb.is_null().to_pylist() == [True, False]


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_a_coordinate_that_is_no_number_is_unreadable(wrong: float) -> None:
    xy = [(39.5e6, 3.4e6), (39.501e6, 3.4e6), (39.501e6, wrong), (39.5e6, 3.4e6)]
    raw = struct.pack("<BIII", 1, 3, 1, 4) + b"".join(struct.pack("<dd", *point) for point in xy)
    assert place(pa.array([raw], pa.binary()), ZONE).unreadable.tolist() == [0]


def test_coordinates_that_mean_nothing_are_told_by_row() -> None:
    far = shapely.box(1e9, 1e9, 2e9, 2e9)
    near = transform([SQUARE], CGCS2000, ZONE)[0]
    got = Normaliser(SCHEMA, Columns((), ZONE)).convert(batch([near, far]))
    assert [(rule, hits.rows.tolist()) for rule, hits in got.found] == [("1202", [1])]
    assert got.batch["geometry"].is_null().to_pylist() == [False, True]


def test_collections_are_told_by_row() -> None:
    placed = place(wkb([SQUARE, shapely.GeometryCollection([SQUARE])]), CGCS2000)
    assert placed.unreadable.tolist() == [1]
