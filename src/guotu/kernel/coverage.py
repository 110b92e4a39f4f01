"""Whether polygons tile the ground: overlaps and gaps of a coverage, exactly.

Edges of neighbours cancel. What is left bounds the faces where the number of polygons lying over a place changes; only those
few edges are noded by GEOS. A face covered twice or more is an overlap, an enclosed face covered by none is a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from guotu.kernel.compiled import COMPILED
from guotu.kernel.loops.coverage import feed_rings, move_edges
from guotu.kernel.loops.overlay import ring_signs
from guotu.kernel.overlay import intersections
from guotu.kernel.similarity import overlap_pairs
from guotu.kernel.wkb import lay_out, plain_polygons, to_wkb
from guotu.model.arrays import BoolArray, Float64Array, GeometryArray, Int64Array


@dataclass(frozen=True, slots=True)
class Overlap:
    """Polygons `first` < `second` share `geometry`; `area` in squared units of the input."""

    first: int
    second: int
    area: float
    geometry: Any


@dataclass(frozen=True, slots=True)
class CoverageFaults:
    """Overlaps ordered by (first, second); gaps as polygons."""

    overlaps: tuple[Overlap, ...]
    gaps: GeometryArray

    @property
    def sound(self) -> bool:
        return not self.overlaps and len(self.gaps) == 0


@dataclass(frozen=True, slots=True)
class NetEdges:
    """Edges that did not cancel: `ends` (k, 4) with the lower end first, how often they count in that direction, and the
    polygon that brought each one."""

    ends: Float64Array
    weight: Int64Array
    owner: Int64Array


class EdgeBalance:
    """Adds polygons batch by batch and holds only the edges no neighbour has cancelled yet.

    Spatially ordered input keeps the table small; any order gives the same answer.
    """

    def __init__(self) -> None:
        self._ends, self._weight, self._owner = _table(1 << 12)
        self._held = 0
        self._polygons = 0
        self._batches: list[NetEdges] = []

    def feed(self, wkb: Any) -> None:
        """Add polygons (Arrow WKB; missing ones only count). Raises GT-1206 malformed, GT-1208 not polygonal."""
        layout = lay_out(wkb)
        plain_polygons(layout)
        xy, starts = layout.coordinates()
        owners = np.repeat(np.arange(len(layout)), np.diff(layout.first)) + self._polygons
        self._polygons += len(layout)
        signs = np.empty(len(layout.shell))
        ring_signs(xy, starts, layout.shell, signs)
        if not COMPILED:
            self._batches.append(_signed_edges(xy, starts, signs, owners))
            return
        ring = 0
        while ring < len(signs):
            ring, self._held = feed_rings(
                xy, starts, signs, owners, ring, self._ends, self._weight, self._owner, self._held
            )
            if ring < len(signs):
                self._grow(int(starts[ring + 1] - starts[ring]))

    def _grow(self, room: int) -> None:
        size = 2 * len(self._weight)
        while size < 2 * (self._held + room):
            size *= 2
        larger = _table(size)
        move_edges(self._ends, self._weight, self._owner, *larger)
        self._ends, self._weight, self._owner = larger

    def net(self) -> NetEdges:
        """What is left, in order of place."""
        if not COMPILED:
            return net_twin(self._batches)
        used = self._weight != 0
        ends, weight, owner = self._ends[used], self._weight[used], self._owner[used]
        order = np.lexsort(ends.T[::-1])
        return NetEdges(ends[order], weight[order], owner[order])


def _table(size: int) -> tuple[Float64Array, Int64Array, Int64Array]:
    return np.empty((size, 4)), np.zeros(size, np.int64), np.empty(size, np.int64)


def _signed_edges(xy: Float64Array, starts: Int64Array, signs: Float64Array, owners: Int64Array) -> NetEdges:
    inner = np.ones(max(len(xy) - 1, 0), np.bool_)
    inner[starts[1:-1] - 1] = False
    ring = np.repeat(np.arange(len(signs)), np.diff(starts))[:-1][inner]
    ends = (np.hstack([xy[:-1], xy[1:]]) + 0.0)[inner]
    real = (ends[:, :2] != ends[:, 2:]).any(axis=1)
    ends, ring = ends[real], ring[real]
    back = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    ends[back] = ends[back][:, [2, 3, 0, 1]]
    weight = np.where(back, -signs[ring], signs[ring]).astype(np.int64)
    return NetEdges(ends, weight, owners[ring])


def net_twin(batches: list[NetEdges]) -> NetEdges:
    """The balance by sorting all edges at once."""
    ends = np.concatenate([b.ends for b in batches]) if batches else np.empty((0, 4))
    weight = np.concatenate([b.weight for b in batches]) if batches else np.empty(0, np.int64)
    owner = np.concatenate([b.owner for b in batches]) if batches else np.empty(0, np.int64)
    order = np.lexsort(ends.T[::-1])
    ends, weight, owner = ends[order], weight[order], owner[order]
    new = np.ones(len(ends), np.bool_)
    new[1:] = (ends[1:] != ends[:-1]).any(axis=1)
    first = np.flatnonzero(new)
    sums = np.add.reduceat(weight, first) if len(first) else weight
    kept = sums != 0
    return NetEdges(ends[first][kept], sums[kept], owner[first][kept])


def _faces(net: NetEdges, frame: Any) -> tuple[GeometryArray, Int64Array, BoolArray]:
    """Faces between the net edges (and the frame), how many polygons lie over each, and whether each is in the frame."""
    lines = [shapely.linestrings(net.ends.reshape(-1, 2, 2))] if len(net.ends) else []
    if frame is not None:
        lines.append(np.array([shapely.boundary(frame)], dtype=object))
    if not lines:
        return np.empty(0, dtype=object), np.empty(0, np.int64), np.empty(0, np.bool_)
    noded = shapely.union_all(np.concatenate(lines))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(np.array([noded], dtype=object))))
    places = shapely.point_on_surface(faces)
    inside = np.ones(len(faces), np.bool_)
    if frame is not None:
        shapely.prepare(frame)
        inside = shapely.contains(frame, places)
    return faces, _windings(net, shapely.get_coordinates(places)), inside


def _windings(net: NetEdges, places: Float64Array) -> Int64Array:
    """How often the net edges go round each place: signed crossings of a ray to the east."""
    winding = np.zeros(len(places), np.int64)
    if len(net.ends) == 0 or len(places) == 0:
        return winding
    low, high = np.minimum(net.ends[:, 1], net.ends[:, 3]), np.maximum(net.ends[:, 1], net.ends[:, 3])
    tree = shapely.STRtree(shapely.box(net.ends[:, 0], low, net.ends[:, 2], high))
    east = net.ends[:, 2].max() + 1.0
    rays = shapely.box(places[:, 0], places[:, 1], np.full(len(places), east), places[:, 1])
    place, edge = tree.query(rays)
    x0, y0, x1, y1 = net.ends[edge].T
    px, py = places[place].T
    crosses = (y0 <= py) != (y1 <= py)
    with np.errstate(invalid="ignore", divide="ignore"):
        crosses &= x0 + (py - y0) / (y1 - y0) * (x1 - x0) > px
    upwards = np.where(y1 > y0, 1, -1)
    np.add.at(winding, place[crosses], (net.weight[edge] * upwards)[crosses])
    return winding


def _wide(geoms: GeometryArray, tolerance: float) -> BoolArray:
    """Mean width 2A/P at least the tolerance."""
    perimeter = shapely.length(geoms)
    return np.asarray((perimeter > 0) & (2 * shapely.area(geoms) > max(tolerance, 0.0) * perimeter))


def check_coverage(polygons: GeometryArray, tolerance: float, frame: Any = None) -> CoverageFaults:
    """Overlaps and gaps of polygons that should tile the ground.

    Shapes   polygons (n,) on one plane (degrees will do); missing and empty ones are passed over
    Units    `tolerance` is a width in the units of the input: faults with a mean width (2·area/perimeter) not above it are
             left out. Gaps are enclosed by polygons; with `frame`, everything in the frame that no polygon covers.
    Raises   GT-1208 for what is not polygonal
    """
    polygons = np.asarray(polygons, dtype=object)
    balance = EdgeBalance()
    balance.feed(to_wkb(polygons))
    faces, count, inside = _faces(balance.net(), frame)
    gaps = faces[(count == 0) & inside]
    gaps = shapely.get_parts(np.array([shapely.union_all(gaps)], dtype=object)) if len(gaps) else gaps
    double = faces[count > 1]
    double = double[_wide(double, 0.0)]
    return CoverageFaults(_overlaps(polygons, double, tolerance), gaps[_wide(gaps, tolerance)])


def _overlaps(polygons: GeometryArray, double: GeometryArray, tolerance: float) -> tuple[Overlap, ...]:
    if len(double) == 0:
        return ()
    _, touched = shapely.STRtree(polygons).query(double, predicate="intersects")
    suspects = np.unique(touched)
    i, j, area = overlap_pairs(polygons[suspects], polygons[suspects])
    i, j, area = i[i < j], j[i < j], area[i < j]
    found: list[Overlap] = []
    for a in np.unique(i):
        mine = i == a
        shapes = intersections(polygons[suspects[a]], polygons[suspects[j[mine]]])
        for b, size, shape, wide in zip(j[mine], area[mine], shapes, _wide(shapes, tolerance), strict=True):
            if wide:
                found.append(Overlap(int(suspects[a]), int(suspects[b]), float(size), shape))
    return tuple(found)
