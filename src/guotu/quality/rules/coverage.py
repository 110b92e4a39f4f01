"""1502 overlaps, 1503 gaps and 1511 unequal common borders of layers that tile their territory."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import shapely

from guotu.kernel.area import ellipsoid_area
from guotu.model.arrays import Float64Array, GeometryArray, Int64Array
from guotu.model.schema import GeometryKind, LayerSchema
from guotu.quality.chunk import Chunk
from guotu.quality.edges import OpenEdges
from guotu.quality.faces import Faces, faces
from guotu.quality.profile import Clause
from guotu.quality.registry import Again, Late, Surroundings, running_rule
from guotu.quality.seams import Seams, seams

_MOST_EDGES = 2_000_000
"""Open edges beyond which faults are no longer told one by one: such a file shares no edges at all."""
_METRES = 111_000.0
"""Of a degree, where only the order of magnitude counts."""


class Tiling:
    """The state the rules share: open edges while polygons stream by, their faces at the end."""

    def __init__(self) -> None:
        self.open = OpenEdges()
        self._last: Chunk | None = None
        self._again: Again | None = None
        self.edges = 0
        self._left: tuple[Float64Array, Int64Array] = np.empty((0, 4)), np.empty(0, np.int64)
        self.owners: GeometryArray = np.empty(0, object)
        self.rows: list[int] = []

    def feed(self, chunk: Chunk) -> None:
        """Take a batch; a second call with the same one changes nothing."""
        if chunk is not self._last:
            self.open.feed(chunk.layout, chunk.first_row)
            self._last = chunk

    def settle(self, again: Again) -> Faces:
        """Work the faces out, once."""
        if self._again is None:
            self._again, self.edges = again, len(self.open)
        return self._faces

    @property
    def overloaded(self) -> bool:
        """Whether there are more open edges than can be worked out."""
        return self.edges > _MOST_EDGES

    def refusal(self) -> Late:
        """What is said instead of single faults."""
        return Late(
            f"有 {self.edges} 条边没有与邻接图斑共用，超过逐处检查的上限 {_MOST_EDGES}；公共边的节点应先统一",
            f"{self.edges} edges are not shared with a neighbour, more than the {_MOST_EDGES} worked out one by one; "
            "let common edges have common vertices first",
            measure=float(self.edges),
        )

    @cached_property
    def _faces(self) -> Faces:
        assert self._again is not None
        if self.overloaded:
            self.open = OpenEdges()
            return faces(np.empty((0, 4)))
        shapes = self._again(self.open.rows())
        edges, _ = self._left = self.open.edges(shapes)
        self.open = OpenEdges()
        self.rows = list(shapes)
        self.owners = np.atleast_1d(shapely.from_wkb(list(shapes.values()))) if shapes else self.owners
        return faces(edges)

    @property
    def outline(self) -> bytes | None:
        """WKB of all the polygons together, None before the end or where there is none."""
        covered = shapely.Polygon() if self._again is None else self._faces.covered
        return None if shapely.is_empty(covered) else bytes(shapely.to_wkb(shapely.orient_polygons(covered)))

    def seams(self, tolerance: float) -> Seams:
        """Common borders cut at different vertices, once settled."""
        return seams(*self._left, tolerance)

    def over(self, face: shapely.Geometry) -> list[int]:
        """Rows of polygons that own an open edge and lie over a face."""
        inside = shapely.point_on_surface(face)
        return sorted(
            self.rows[at] for at in shapely.STRtree(self.owners).query(inside, predicate="intersects")
        )


class Overlaps:
    """1502: no point lies in two polygons."""

    def __init__(self, tiling: Tiling, clause: Clause) -> None:
        self.tiling, self.clause = tiling, clause

    def feed(self, chunk: Chunk) -> None:
        self.tiling.feed(chunk)

    def finish(self, again: Again) -> Iterator[Late]:
        found = self.tiling.settle(again).overlaps
        if self.tiling.overloaded:
            yield self.tiling.refusal()
        for face, area in _counting(found, self.clause):
            rows = self.tiling.over(face)
            who = "、".join(str(row) for row in rows[:6])
            yield Late(
                f"图斑重叠 {area:.2f} m²" + (f"（第 {who} 个要素等）" if rows else ""),
                f"polygons overlap by {area:.2f} m²" + (f" (features {who} among them)" if rows else ""),
                row=rows[0] if rows else None,
                geometry=shapely.to_wkb(face),
                coordinate=_inside(face),
                measure=area,
                unit="m²",
            )


class Gaps:
    """1503: no hole inside the territory, which is the control polygon or else the layer's own outline."""

    def __init__(self, tiling: Tiling, clause: Clause, control: bytes | None) -> None:
        self.tiling, self.clause, self.control = tiling, clause, control

    def feed(self, chunk: Chunk) -> None:
        self.tiling.feed(chunk)

    def finish(self, again: Again) -> Iterator[Late]:
        settled = self.tiling.settle(again)
        found = settled.gaps
        if self.tiling.overloaded:
            yield self.tiling.refusal()
            return
        if self.control is not None:
            found = shapely.get_parts(shapely.difference(shapely.from_wkb(self.control), settled.covered))
            found = found[shapely.get_type_id(found) == 3]
        for face, area in _counting(found, self.clause):
            yield Late(
                f"图斑之间有 {area:.2f} m² 的缝隙",
                f"a gap of {area:.2f} m² between polygons",
                geometry=shapely.to_wkb(face),
                coordinate=_inside(face),
                measure=area,
                unit="m²",
            )


class Borders:
    """1511: neighbours have the same vertices along their common border."""

    def __init__(self, tiling: Tiling, clause: Clause) -> None:
        self.tiling, self.clause = tiling, clause

    def feed(self, chunk: Chunk) -> None:
        self.tiling.feed(chunk)

    def finish(self, again: Again) -> Iterator[Late]:
        self.tiling.settle(again)
        found = self.tiling.seams(self.clause.number("tolerance_m") / _METRES)
        for row, other, place in zip(
            found.missing.tolist(), found.having.tolist(), found.places.tolist(), strict=True
        ):
            yield Late(
                f"公共边界上缺少第 {other} 个要素在此处的节点",
                f"the common border lacks the vertex that feature {other} has here",
                row=row,
                coordinate=(place[0], place[1]),
            )


def _counting(found: GeometryArray, clause: Clause) -> Iterator[tuple[shapely.Geometry, float]]:
    """Faces above the profile's area and width, the largest first."""
    areas: Float64Array = ellipsoid_area(found)
    width = 2 * shapely.area(found) / np.maximum(shapely.length(found), 1e-300) * _METRES
    counting = (areas >= clause.number("ignore_m2")) & (width >= clause.number("tolerance_m"))
    for at in np.flatnonzero(counting)[np.argsort(-areas[counting], kind="stable")]:
        yield found[at], float(areas[at])


def _inside(face: shapely.Geometry) -> tuple[float, float]:
    point = shapely.point_on_surface(face)
    return float(point.x), float(point.y)


def _tiles(schema: LayerSchema) -> bool:
    return schema.coverage


_POLYGON = (GeometryKind.POLYGON,)


@running_rule("1502", geometry=_POLYGON, applies=_tiles)
def overlaps(around: Surroundings, clause: Clause) -> Overlaps:
    return Overlaps(around.shared(Tiling), clause)


@running_rule("1503", geometry=_POLYGON, applies=_tiles)
def gaps(around: Surroundings, clause: Clause) -> Gaps:
    return Gaps(around.shared(Tiling), clause, around.control)


@running_rule("1511", geometry=_POLYGON, applies=_tiles)
def borders(around: Surroundings, clause: Clause) -> Borders:
    return Borders(around.shared(Tiling), clause)
