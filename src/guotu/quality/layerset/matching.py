"""1204: along the border with a neighbour both sides have the same vertices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from guotu.kernel.wkb import lay_out, to_wkb
from guotu.model.arrays import Float64Array, Int64Array
from guotu.model.schema import GeometryKind
from guotu.quality.clause import Clause
from guotu.quality.edges import OpenEdges
from guotu.quality.layerset.layers import LayerSet
from guotu.quality.layerset.reader import LayerReader
from guotu.quality.layerset.registry import at, set_rule
from guotu.quality.layerset.shelf import Shelf
from guotu.quality.registry import Late

_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class _Rim:
    """Edges (k, 4) of a coverage that no neighbour inside it shares, and the features (row from 0) they belong to."""

    edges: Float64Array
    rows: Int64Array

    @property
    def vertices(self) -> tuple[Float64Array, Int64Array]:
        return np.concatenate([self.edges[:, :2], self.edges[:, 2:]]), np.concatenate([self.rows, self.rows])


@set_rule("1204")
def edges_match(given: LayerSet, clause: Clause) -> Iterator[Late]:
    """Layers of one dataset lie beside each other: where their rims come together they have the same vertices."""
    rims: dict[int, _Rim] = {}
    for layer in given.layers:
        if not (layer.schema.coverage and layer.schema.geometry is GeometryKind.POLYGON) or layer.present:
            continue
        for other in given.of(layer.schema.dataset, superior=layer.superior):
            if other is not layer:
                for each in (layer, other):
                    if id(each) not in rims:
                        rims[id(each)] = _rim(given, given.shelf(each))
                yield from _unmatched(layer, rims[id(layer)], rims[id(other)], other, clause)


def _rim(given: LayerSet, shelf: Shelf) -> _Rim:
    table = OpenEdges()
    for rows in shelf.chunks():
        given.stop()
        for row, layout in zip(rows.tolist(), map(_layout, shelf.geometries(rows)), strict=True):
            if layout is not None:
                table.feed(layout, row + 1)
    rows = table.rows()
    shapes = {int(row): wkb for row in rows if (wkb := shelf.wkb(int(row) - 1)) is not None}
    edges, owners = table.edges(shapes) if shapes else (np.empty((0, 4)), np.empty(0, np.int64))
    return _Rim(edges, owners - 1)


def _layout(geometry: Any) -> Any:
    return None if geometry is None else lay_out(to_wkb(np.array([geometry], object)))


def _unmatched(
    layer: LayerReader, mine: _Rim, theirs: _Rim, other: LayerReader, clause: Clause
) -> Iterator[Late]:
    reach, tolerance = (clause.number(name) / _DEGREE for name in ("search_m", "tolerance_m"))
    name = other.file or other.name
    own, rows = mine.vertices
    for row, place, metres in _lonely(own, rows, theirs, reach, tolerance):
        yield at(
            layer,
            f"与 {name} 的接边处，节点离对方最近的节点 {metres:.3f} m",
            f"along the border with {name} a vertex lies {metres:.3f} m from its nearest one",
            row=row + 1,
            coordinate=place,
            measure=metres,
            unit="m",
        )
    foreign, _ = theirs.vertices
    lines = shapely.STRtree(shapely.linestrings(mine.edges.reshape(-1, 2, 2)))
    for _, place, metres in _lonely(foreign, np.arange(len(foreign)), mine, reach, tolerance):
        nearest = int(mine.rows[lines.nearest(shapely.Point(place))])
        yield at(
            layer,
            f"与 {name} 的接边处缺少对方的节点，最近的节点在 {metres:.3f} m 外",
            f"along the border with {name} its vertex is missing, the nearest is {metres:.3f} m away",
            row=nearest + 1,
            coordinate=place,
            measure=metres,
            unit="m",
        )


def _lonely(
    vertices: Float64Array, rows: Int64Array, rim: _Rim, reach: float, tolerance: float
) -> list[tuple[int, tuple[float, float], float]]:
    """Vertices within `reach` of a rim and farther than `tolerance` from all its vertices: row, place, metres."""
    if not len(vertices) or not len(rim.edges):
        return []
    places, first = np.unique(vertices, axis=0, return_index=True)
    points = shapely.points(places)
    lines = shapely.STRtree(shapely.linestrings(rim.edges.reshape(-1, 2, 2)))
    near = np.unique(lines.query(points, predicate="dwithin", distance=reach)[0])
    if not len(near):
        return []
    corners = shapely.STRtree(shapely.points(np.unique(rim.vertices[0], axis=0)))
    (at_place, _), distance = corners.query_nearest(points[near], return_distance=True, all_matches=False)
    lonely = distance > tolerance
    found = sorted(
        (int(rows[first[near[place]]]), tuple(places[near[place]].tolist()), float(gap) * _DEGREE)
        for place, gap in zip(at_place[lonely], distance[lonely], strict=True)
    )
    return [(row, (place[0], place[1]), metres) for row, place, metres in found]
