"""What lies between the open edges of a coverage: how many polygons cover each face, so overlaps and gaps, exactly.

The number of polygons over a point changes only across an open edge: by one more on the edge's left. So the faces that
open edges form, each with its count, are the whole truth about a coverage, without looking at the other edges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from guotu.model.arrays import Float64Array, GeometryArray, Int64Array
from guotu.quality.loops import GRID

_PAIRS_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class Faces:
    """Polygons in degrees: `overlaps` where two or more polygons lie, `gaps` enclosed by the coverage but in none, and
    `covered`, the union of what lies in at least one.
    """

    overlaps: GeometryArray
    gaps: GeometryArray
    covered: shapely.Geometry


def faces(edges: Float64Array) -> Faces:
    """Faces of open edges.

    Shapes   edges (k, 4) x0 y0 x1 y1 in degrees, the polygon on the left
    """
    if not len(edges):
        nothing = np.empty(0, object)
        return Faces(nothing, nothing, shapely.Polygon())
    edges = np.rint(edges * GRID) / GRID  # where edges met on the grid, their faces must close on it
    lines = shapely.linestrings(edges.reshape(-1, 2, 2))
    noded = shapely.union_all(lines)
    found = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    counts = _counts(found, edges, lines)
    return Faces(
        overlaps=_merged(found[counts >= 2]),
        gaps=_merged(found[counts <= 0]),
        covered=shapely.union_all(found[counts >= 1]),
    )


def _merged(polygons: GeometryArray) -> GeometryArray:
    """Neighbouring faces as one."""
    return shapely.get_parts(shapely.union_all(polygons)) if len(polygons) else polygons


def _counts(found: GeometryArray, edges: Float64Array, lines: GeometryArray) -> Int64Array:
    """(n,) how many polygons cover each face: edges crossed by a ray to the east, upward ones add, downward ones take."""
    inside = shapely.point_on_surface(found)
    x, y = shapely.get_x(inside), shapely.get_y(inside)
    east = float(edges[:, [0, 2]].max()) + 1.0
    rays = shapely.linestrings(
        np.stack((np.column_stack((x, y)), np.column_stack((np.full(len(x), east), y))), axis=1)
    )
    tree = shapely.STRtree(lines)
    counts = np.zeros(len(found), np.int64)
    step = max(1, _PAIRS_AT_ONCE // max(1, int(np.sqrt(len(edges))) * 4))
    for start in range(0, len(found), step):
        face, edge = tree.query(rays[start : start + step])
        face = face + start
        x0, y0, x1, y1 = edges[edge].T
        up = (y0 <= y[face]) & (y1 > y[face])
        down = (y1 <= y[face]) & (y0 > y[face])
        side = (x1 - x0) * (y[face] - y0) - (x[face] - x0) * (y1 - y0)
        np.add.at(counts, face, (up & (side > 0)).astype(np.int64) - (down & (side < 0)))
    return counts
