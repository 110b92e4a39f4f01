"""Common borders that neighbours cut at different vertices: the ground is right, but the edges do not cancel.

Such a border is neither an overlap nor a gap, and yet the next one who moves a vertex of it, simplifies or projects it opens one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from guotu.model.arrays import BoolArray, Float64Array, Int64Array

_AT_ONCE: Final = 100_000
"""Vertices looked up together."""


@dataclass(frozen=True, slots=True)
class Seams:
    """Vertices (n, 2) in degrees that polygon `having` (row) has on the border of polygon `missing` (row), who lacks them."""

    missing: Int64Array
    having: Int64Array
    places: Float64Array

    def __len__(self) -> int:
        return len(self.missing)


def seams(edges: Float64Array, owners: Int64Array, tolerance: float) -> Seams:
    """Vertices of open edges that lie within `tolerance` (degrees) of the inside of somebody else's open edge.

    Shapes   edges (k, 4) x0 y0 x1 y1, owners (k,) rows; ordered by row and place, each vertex once for each who lacks it
    """
    vertices = np.concatenate([edges[:, :2], edges[:, 2:]])
    rows = np.concatenate([owners, owners])
    lines = shapely.linestrings(edges.reshape(-1, 2, 2))
    tree = shapely.STRtree(lines)
    parts = [
        _beside(tree, edges, owners, vertices[at : at + _AT_ONCE], rows[at : at + _AT_ONCE], tolerance)
        for at in range(0, len(vertices), _AT_ONCE)
    ]
    if not parts:
        return Seams(np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, 2)))
    missing, having, places = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((having, places[:, 1], places[:, 0], missing))
    missing, having, places = missing[order], having[order], places[order]
    new = np.ones(len(missing), bool)
    new[1:] = (missing[1:] != missing[:-1]) | (places[1:] != places[:-1]).any(axis=1)
    return Seams(missing[new], having[new], places[new])


def _beside(
    tree: shapely.STRtree,
    edges: Float64Array,
    owners: Int64Array,
    vertices: Float64Array,
    rows: Int64Array,
    tolerance: float,
) -> tuple[Int64Array, Int64Array, Float64Array]:
    vertex, edge = tree.query(shapely.points(vertices), predicate="dwithin", distance=tolerance)
    foreign = rows[vertex] != owners[edge]
    vertex, edge = vertex[foreign], edge[foreign]
    between = ~(
        _close(vertices[vertex], edges[edge, :2], tolerance)
        | _close(vertices[vertex], edges[edge, 2:], tolerance)
    )
    vertex, edge = vertex[between], edge[between]
    return owners[edge], rows[vertex], vertices[vertex]


def _close(one: Float64Array, other: Float64Array, tolerance: float) -> BoolArray:
    return np.asarray(np.hypot(*(one - other).T) <= tolerance)
