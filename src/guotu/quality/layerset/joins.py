"""Two layers over each other, a Hilbert chunk of the first at a time: what they share, what one leaves uncovered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from guotu.kernel.area import ellipsoid_area
from guotu.kernel.overlay import polygonal
from guotu.model.arrays import BoolArray, Float64Array, GeometryArray, Int64Array
from guotu.quality.layerset.shelf import Shelf

_LARGE = 2_000
"""Vertices beyond which a polygon is cut to the window before it is laid over many small ones."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What features of two layers share: rows of both (from 0), the shared polygons and their m² on the ellipsoid."""

    left: Int64Array
    right: Int64Array
    pieces: GeometryArray
    areas: Float64Array


def shared(
    left: Shelf,
    right: Shelf,
    stop: Callable[[], None],
    *,
    left_rows: Int64Array | None = None,
    right_rows: Int64Array | None = None,
) -> Iterator[Shared]:
    """Pairs with an area in common, all those of one left feature in one answer; invalid polygons are made valid.

    A left feature with an identical twin on the right is paired with its twin alone: in a coverage nothing else is there.
    """
    for rows in left.chunks(left_rows):
        stop()
        window = left.window(rows)
        others = right.meeting(window, right_rows)
        if not len(others):
            continue
        mine, theirs = _sound(left.geometries(rows)), _cut(_sound(right.geometries(others)), window)
        b, a = shapely.STRtree(mine).query(theirs, predicate="intersects")
        a, b = _twins(mine, theirs, a, b)
        pieces = polygonal(shapely.intersection(mine[a], theirs[b]))
        areas = ellipsoid_area(pieces)
        keep = areas > 0
        yield Shared(rows[a[keep]], others[b[keep]], pieces[keep], areas[keep])


def _twins(
    mine: GeometryArray, theirs: GeometryArray, a: Int64Array, b: Int64Array
) -> tuple[Int64Array, Int64Array]:
    """Pairs, without those of a left feature that has an identical right one but for that one."""
    same = shapely.equals_identical(mine[a], theirs[b])
    settled = np.zeros(len(mine), bool)
    settled[a[same]] = True
    keep = same | ~settled[a]
    order = np.lexsort((b[keep], a[keep]))
    return a[keep][order].astype(np.int64), b[keep][order].astype(np.int64)


def _sound(geometries: GeometryArray) -> GeometryArray:
    """Valid polygons, empty ones for what is missing."""
    found = np.where(shapely.is_missing(geometries), shapely.Polygon(), geometries)
    bad = ~shapely.is_valid(found)
    if bad.any():
        found[bad] = polygonal(shapely.make_valid(found[bad]))
    return np.asarray(found, object)


def _cut(geometries: GeometryArray, window: Float64Array) -> GeometryArray:
    """Large polygons reduced to what lies around the window."""
    large = shapely.get_num_coordinates(geometries) > _LARGE
    if large.any():
        margin = 1e-4
        box = shapely.box(window[0] - margin, window[1] - margin, window[2] + margin, window[3] + margin)
        geometries = geometries.copy()
        geometries[large] = polygonal(shapely.intersection(geometries[large], box))
    return geometries


def uncovered(
    pieces: GeometryArray, cover: Shelf, cover_rows: Int64Array | None = None
) -> tuple[GeometryArray, Float64Array]:
    """What of each polygon no feature of a layer covers, and its m²."""
    rests = np.full(len(pieces), shapely.Polygon(), object)
    if not len(pieces):
        return rests, np.empty(0)
    window = np.array(shapely.total_bounds(pieces))
    others = cover.meeting(window, cover_rows) if np.isfinite(window).all() else np.empty(0, np.int64)
    theirs = _cut(_sound(cover.geometries(others)), window)
    tree = shapely.STRtree(theirs)
    mine, found = tree.query(pieces, predicate="intersects")
    for at in range(len(pieces)):
        over = theirs[found[mine == at]]
        rests[at] = (
            shapely.difference(pieces[at], shapely.union_all(over, grid_size=None))
            if len(over)
            else pieces[at]
        )
    rests = polygonal(rests)
    return rests, ellipsoid_area(rests)


def where(shelf: Shelf, column: str, test: Callable[[str], bool]) -> Int64Array:
    """Rows whose code passes a test, asked once per distinct code; a missing code passes none."""
    encoded = shelf.texts(column).dictionary_encode()
    flags: BoolArray = np.array([*(test(code) for code in encoded.dictionary.to_pylist()), False], bool)
    index = encoded.indices.fill_null(len(flags) - 1).to_numpy(zero_copy_only=False)
    return np.flatnonzero(flags[index]).astype(np.int64)


def inside(shape: Any) -> tuple[float, float]:
    """A place in a shape."""
    point = shapely.point_on_surface(shape)
    return float(point.x), float(point.y)
