from __future__ import annotations

import sqlite3

import numpy as np
import pyarrow as pa
import pytest
import shapely

from guotu.store.sqlite import boxes


def random_boxes(count: int) -> np.ndarray:
    random = np.random.default_rng(count)
    low = random.uniform([70, 0], [135, 55], (count, 2))
    return np.hstack([low, low + random.uniform(0, 0.01, (count, 2))])


def tree(connection: sqlite3.Connection) -> str:
    connection.execute("CREATE VIRTUAL TABLE t_box USING rtree (row, west, east, south, north)")
    return "t_box"


@pytest.mark.parametrize("count", [0, 1, 50, 51, 52, 51 * 51, 51 * 51 + 1, 20_000])
def test_a_packed_tree_is_sound_and_finds_what_an_inserted_one_finds(count: int) -> None:
    packed, inserted = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
    rows, sides = np.arange(count) * 3 + 1, random_boxes(count)
    boxes.rebuild(packed, tree(packed), rows, sides)
    boxes.insert(inserted, tree(inserted), rows, sides)
    assert packed.execute("SELECT rtreecheck('t_box')").fetchone() == ("ok",)
    query = "SELECT row FROM t_box WHERE east >= ? AND west <= ? AND north >= ? AND south <= ? ORDER BY row"
    for box in ((0, 180, 0, 90), (100, 110, 20, 30), (100.001, 100.002, 20, 21)):
        assert packed.execute(query, box).fetchall() == inserted.execute(query, box).fetchall()
    for connection in (packed, inserted):
        found, kept = boxes.stored(connection, "t_box")
        order = np.argsort(found)
        assert np.array_equal(found[order], rows)
        assert np.array_equal(kept[order], np.hstack(boxes.outward(sides)))
        connection.close()


def test_a_packed_tree_can_be_written_to() -> None:
    connection = sqlite3.connect(":memory:")
    boxes.rebuild(connection, tree(connection), np.arange(1000), random_boxes(1000))
    boxes.insert(connection, "t_box", np.arange(1000, 2000), random_boxes(1000))
    connection.execute("DELETE FROM t_box WHERE row % 3 = 0")
    assert connection.execute("SELECT rtreecheck('t_box')").fetchone() == ("ok",)
    assert connection.execute("SELECT count(*) FROM t_box").fetchone() == (1333,)
    connection.close()


def test_rounding_goes_outward_and_less_than_the_margin() -> None:
    from guotu.store.sqlite.selecting import TREE_MARGIN

    sides = random_boxes(5000)
    low, high = boxes.outward(sides)
    assert (low <= sides[:, :2]).all()
    assert (high >= sides[:, 2:]).all()
    assert np.abs(np.hstack([low, high]) - sides).max() < TREE_MARGIN / 4


def test_bounds_are_those_of_shapely() -> None:
    shapes = [
        shapely.Point(118, 30), shapely.LineString([(1, 2), (3, -4)]), shapely.box(1, 2, 3, 4), None,
        shapely.MultiPolygon([shapely.box(1, 2, 3, 4), shapely.box(7, 8, 9, 10)]), shapely.Polygon(),
        shapely.Polygon([(0, 0), (9, 0), (9, 9)], [[(5, 1), (6, 1), (6, 2)]]), shapely.MultiPoint([(3, 3), (1, 5)]),
    ]  # fmt: skip
    found = boxes.bounds(
        pa.array([None if shape is None else shapely.to_wkb(shape) for shape in shapes], pa.binary())
    )
    assert np.array_equal(found, shapely.bounds(shapes), equal_nan=True)
    assert boxes.union(found) == (0.0, -4.0, 118.0, 30.0)
    assert boxes.union(np.empty((0, 4))) is None
