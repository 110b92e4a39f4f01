"""What lies between the open edges of a coverage: how many polygons cover each face, so overlaps and gaps, exactly.

The number of polygons over a point changes only across an open edge: by one more on the edge's left. So the faces that
open edges form, each with its count, are the whole truth about a coverage, without looking at the other edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from guotu.model.arrays import Float64Array, GeometryArray, Int64Array
from guotu.quality.loops import GRID

STRIP = 20_000
"""Edges noded at one time; a strip of the map holds about so many."""
_MARGIN = 1e-6


@dataclass(frozen=True, slots=True)
class Faces:
    """Polygons in degrees: `overlaps` where two or more polygons lie, `gaps` enclosed by the coverage but in none, and
    `pieces` of what lies in at least one.
    """

    overlaps: GeometryArray
    gaps: GeometryArray
    pieces: GeometryArray

    @property
    def covered(self) -> shapely.Geometry:
        """The union of the pieces."""
        return shapely.union_all(self.pieces) if len(self.pieces) else shapely.Polygon()


def faces(edges: Float64Array, *, strip: int = STRIP) -> Faces:
    """Faces of open edges, found strip by strip from south to north so that memory follows the strip.

    Shapes   edges (k, 4) x0 y0 x1 y1 in degrees, the polygon on the left
    """
    if not len(edges):
        nothing = np.empty(0, object)
        return Faces(nothing, nothing, nothing)
    edges = np.rint(edges * GRID) / GRID  # where edges met on the grid, their faces must close on it
    west, east = edges[:, [0, 2]].min() - _MARGIN, edges[:, [0, 2]].max() + _MARGIN
    cuts = _cuts(edges, strip)
    frames = [shapely.box(west, low, east, high) for low, high in pairwise(cuts)]
    doubled, void, once = (
        np.concatenate(kind) for kind in zip(*(_within(frame, edges) for frame in frames), strict=True)
    )
    outside = shapely.boundary(shapely.box(west, cuts[0], east, cuts[-1]))
    void = _merged(void)
    return Faces(_merged(doubled), void[~shapely.intersects(void, outside)], once)


def _cuts(edges: Float64Array, strip: int) -> list[float]:
    """Latitudes between strips of about equally many edges, from below all to above all."""
    low, high = edges[:, [1, 3]].min() - _MARGIN, edges[:, [1, 3]].max() + _MARGIN
    inner = np.quantile(edges[:, 1], np.linspace(0, 1, len(edges) // strip + 2)[1:-1])
    middle = [float(cut) for cut in np.unique(inner) if low < cut < high]
    return [float(low), *middle, float(high)]


def _within(
    frame: shapely.Polygon, edges: Float64Array
) -> tuple[GeometryArray, GeometryArray, GeometryArray]:
    """Faces inside a strip: under two or more polygons, under none, under one or more."""
    _, low, _, high = frame.bounds
    south, north = np.minimum(edges[:, 1], edges[:, 3]), np.maximum(edges[:, 1], edges[:, 3])
    near = edges[(north >= low) & (south <= high)]
    noded = shapely.union_all(np.append(shapely.linestrings(near.reshape(-1, 2, 2)), frame.boundary))
    found = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inside = shapely.point_on_surface(found)
    y = shapely.get_y(inside)
    here = (y > low) & (y < high)
    found, counts = found[here], _counts(shapely.get_x(inside[here]), y[here], near)
    return _joined(found[counts >= 2]), _joined(found[counts <= 0]), _joined(found[counts >= 1])


def _joined(polygons: GeometryArray) -> GeometryArray:
    """Faces of one noding as one: they share their edges, so no overlay is needed."""
    return shapely.get_parts(shapely.coverage_union_all(polygons)) if len(polygons) else polygons


def _merged(polygons: GeometryArray) -> GeometryArray:
    """Neighbouring faces as one."""
    return shapely.get_parts(shapely.union_all(polygons)) if len(polygons) else polygons


def _counts(x: Float64Array, y: Float64Array, edges: Float64Array) -> Int64Array:
    """(n,) how many polygons cover each place: edges crossed by a ray to the east, upward ones add, downward ones take."""
    if not len(edges) or not len(x):
        return np.zeros(len(x), np.int64)
    east = float(edges[:, [0, 2]].max()) + 1.0
    tree = shapely.STRtree(shapely.linestrings(edges.reshape(-1, 2, 2)))
    rays = shapely.box(x, y, np.full(len(x), east), y)
    place, edge = tree.query(rays)
    x0, y0, x1, y1 = edges[edge].T
    up = (y0 <= y[place]) & (y1 > y[place])
    down = (y1 <= y[place]) & (y0 > y[place])
    side = (x1 - x0) * (y[place] - y0) - (x[place] - x0) * (y1 - y0)
    counts = np.zeros(len(x), np.int64)
    np.add.at(counts, place, (up & (side > 0)).astype(np.int64) - (down & (side < 0)))
    return counts
