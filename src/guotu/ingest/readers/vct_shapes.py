"""Inside the sandbox: points, lines, polygons and annotation of a VCT file as WKB, read where the walk has found them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from guotu.ingest.readers.arcs import stroke
from guotu.ingest.readers.vct_text import (
    ARC,
    DIRECT,
    INDIRECT,
    POLYLINE,
    REFERS_TO_LINES,
    Cursor,
    Index,
    VctFile,
    damaged,
)
from guotu.model.arrays import Float64Array

CLOSING = 1e-4
"""How far apart the ends of a ring may be, in the file's unit."""
_DEEPEST = 8

_WIDEST = 256
"""Bytes of a line of coordinates."""


class Shapes:
    """Geometry of the objects of one file, x to the east whatever the file's axes."""

    def __init__(self, file: VctFile) -> None:
        self.file = file
        self.lines = Index(list(file.objects.get("Line", {}).values()))
        self.north_first = file.head.get("XAxisDirection", "E").upper().startswith("N")

    def read(self, section: str, start: int) -> tuple[Any, str | None, float | None]:
        """(geometry, text and angle of an annotation) of the object that starts there."""
        cursor = Cursor(self.file.data, start)
        cursor.skip(3)
        if section == "Point":
            cursor.skip(1)
            points = self._points(cursor, cursor.whole())
            return (shapely.Point(points[0]) if len(points) == 1 else shapely.MultiPoint(points)), None, None
        if section == "Line":
            parts = self._parts(start, 0)
            return (
                (shapely.LineString(parts[0]) if len(parts) == 1 else shapely.MultiLineString(parts)),
                None,
                None,
            )
        if section == "Polygon":
            return nested(self._rings(cursor)), None, None
        return self._annotation(cursor)

    def _annotation(self, cursor: Cursor) -> tuple[Any, str | None, float | None]:
        cursor.skip(1)
        text = self.file.text(cursor.line())
        numbers = self._row(cursor)
        x, y = numbers[1::-1] if self.north_first else numbers[:2]
        return shapely.Point(x, y), text, numbers[2] if len(numbers) > 2 else None

    def _row(self, cursor: Cursor) -> list[float]:
        start = cursor.at
        try:
            numbers = [float(part) for part in cursor.line().split(self.file.comma) if part.strip()]
            if len(numbers) < 2 or not np.isfinite(numbers).all():
                raise ValueError
        except ValueError:
            cursor.at = start
            raise damaged(cursor, "应为坐标", "coordinates are expected") from None
        return numbers

    def _points(self, cursor: Cursor, count: int) -> Float64Array:
        """(count, 2) easting, northing."""
        start = cursor.at
        cursor.skip(count)
        raw = self.file.data[start : cursor.at].replace(b"\r", b"").strip()
        try:
            cells = [row.split(self.file.comma)[:2] for row in raw.split(b"\n")]
            if max(map(len, raw.split(b"\n"))) > _WIDEST:
                raise ValueError
            rows = np.array(cells, np.bytes_).astype(np.float64)
            if rows.shape != (count, 2) or not np.isfinite(rows).all():
                raise ValueError
        except ValueError:
            cursor.at = start
            while cursor.at < len(self.file.data):
                self._row(cursor)
            raise damaged(cursor, "坐标不完整", "coordinates are incomplete") from None
        return rows[:, ::-1] if self.north_first else rows

    def _parts(self, start: int, depth: int) -> list[Float64Array]:
        """The connected parts of a line."""
        cursor = Cursor(self.file.data, start)
        cursor.skip(3)
        kind, count = cursor.whole(), cursor.whole()
        if kind == INDIRECT:
            return self._joined(cursor, cursor.numbers(count, self.file.comma), depth + 1)
        parts: list[Float64Array] = []
        for _ in range(count):
            here = cursor.at
            segment, points = cursor.whole(), self._points(cursor, cursor.whole())
            if segment not in (POLYLINE, ARC) or (segment == ARC and len(points) != 3):
                cursor.at = here
                raise damaged(
                    cursor,
                    f"线段类型 {segment} 不支持，请先在原软件中转为折线（11）或三点弧（12）",
                    f"segments of type {segment} are not supported; convert them to polylines (11) or arcs (12) first",
                )
            _append(parts, stroke(points) if segment == ARC else points)
        return parts

    def _joined(self, cursor: Cursor, ids: Sequence[int], depth: int) -> list[Float64Array]:
        parts: list[Float64Array] = []
        for id in ids:
            for part in self._line(cursor, id, depth):
                _append(parts, part)
        return parts

    def _line(self, cursor: Cursor, id: int, depth: int = 0) -> list[Float64Array]:
        """The parts of a line by identifier; a negative one runs backwards."""
        start = self.lines.start(abs(id))
        if start is None:
            raise damaged(cursor, f"引用的线 {abs(id)} 不存在", f"there is no line {abs(id)}")
        if depth > _DEEPEST:
            raise damaged(cursor, "线的引用过深或成环", "lines refer to each other too deeply")
        parts = self._parts(start, depth)
        return parts if id > 0 else [part[::-1] for part in reversed(parts)]

    def _rings(self, cursor: Cursor) -> list[Float64Array]:
        kind = cursor.whole()
        cursor.skip(1)
        if kind == DIRECT:
            rings = [self._points(cursor, cursor.whole()) for _ in range(cursor.whole())]
            return [self._closed(cursor, ring) for ring in rings]
        refers = cursor.whole()
        if kind != INDIRECT or refers != REFERS_TO_LINES:
            raise damaged(
                cursor,
                f"面的构成类型 {kind}/{refers} 不支持",
                f"polygons of type {kind}/{refers} are not supported",
            )
        rings, ring = [], list[int]()
        for id in (*cursor.numbers(cursor.whole(), self.file.comma), 0):
            if id:
                ring.append(id)
            elif ring:
                parts = self._joined(cursor, ring, 0)
                if len(parts) != 1:
                    zh, en = (
                        f"线 {ring[0]} 起的一圈首尾不相接",
                        f"the ring from line {ring[0]} on is not connected",
                    )
                    raise damaged(cursor, zh, en)
                rings.append(self._closed(cursor, parts[0]))
                ring = []
        return rings

    def _closed(self, cursor: Cursor, ring: Float64Array) -> Float64Array:
        gap = float(np.hypot(*(ring[0] - ring[-1])))
        if len(ring) < 4 or gap > CLOSING:
            raise damaged(
                cursor, f"面的一圈没有闭合（相差 {gap:.4f}）", f"a ring does not close by {gap:.4f}"
            )
        if gap:
            ring = np.concatenate([ring[:-1], ring[:1]])
        return ring


def _append(parts: list[Float64Array], part: Float64Array) -> None:
    """Join a part to the last one where they meet, else begin another."""
    if parts and np.hypot(*(parts[-1][-1] - part[0])) <= CLOSING:
        parts[-1] = np.concatenate([parts[-1], part[1:]])
    else:
        parts.append(part)


def nested(rings: list[Float64Array]) -> Any:
    """The polygon of rings in any order: those inside an odd number of others are holes."""
    if len(rings) == 1:
        return shapely.Polygon(rings[0])
    shells = np.array([shapely.Polygon(ring) for ring in rings], dtype=object)
    areas = np.abs(shapely.area(shells))
    inner, outer = shapely.STRtree(shells).query(shapely.point_on_surface(shells), predicate="within")
    real = areas[outer] > areas[inner]
    inner, outer = inner[real], outer[real]
    depth = np.bincount(inner, minlength=len(rings))
    holes: dict[int, list[Float64Array]] = {at: [] for at in np.flatnonzero(depth % 2 == 0).tolist()}
    for at in np.flatnonzero(depth % 2).tolist():
        around = [int(shell) for shell in outer[inner == at] if int(shell) in holes]
        holes[min(around, key=lambda shell: areas[shell])].append(rings[at])
    polygons = [shapely.Polygon(rings[shell], inside) for shell, inside in holes.items()]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
