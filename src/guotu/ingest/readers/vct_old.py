"""Inside the sandbox: VCT 2.0 (the second survey's files), walked and read by the dialect that the standards' tables describe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from guotu.ingest.readers.vct_shapes import CLOSING, Shapes, nested
from guotu.ingest.readers.vct_text import Cursor, VctFile, damaged, start_of_object
from guotu.model.arrays import Float64Array
from guotu.standards.exchange import VctDialect

_SAMPLE = 200


def topology(file: VctFile) -> int:
    """What the head's Topo says: 0 areas of coordinates, above it areas of lines."""
    try:
        return int(file.head.get("Topo", "0") or 0)
    except ValueError:
        return 0


def walk_section(file: VctFile, cursor: Cursor, section: str, dialect: VctDialect) -> None:
    """Note every object of a section; raises GT-1115."""
    while start_of_object(file, cursor, section):
        _pass(file, cursor, section, dialect)
        if section == "Line":
            cursor.skip(dialect.line_tail_of_topo.get(topology(file), 0))
        if cursor.next_is(b"0"):
            cursor.skip(1)


def _pass(file: VctFile, cursor: Cursor, section: str, dialect: VctDialect) -> None:
    kind = 0
    for item in dialect.items[section]:
        match item:
            case "kind":
                kind = cursor.whole()
            case "points-by-kind" if kind in dialect.points_of_kind:
                cursor.skip(dialect.points_of_kind[kind])
            case "lines-or-points" if topology(file):
                cursor.numbers(cursor.whole(), file.comma)
            case "points-by-kind" | "counted-points" | "lines-or-points":
                cursor.skip(cursor.whole())
            case _:
                cursor.skip(1)


class OldShapes(Shapes):
    """Geometry of an old file. Which column is the easting is told by the values; lines of a ring may come in either direction."""

    def __init__(self, file: VctFile, dialect: VctDialect) -> None:
        super().__init__(file)
        self.dialect = dialect
        self.north_first = False
        self.north_first = self._told_north_first()

    def read(self, section: str, start: int) -> tuple[Any, str | None, float | None]:
        """As `Shapes.read`."""
        cursor = Cursor(self.file.data, start)
        cursor.skip(3)
        points, lines, text = self._content(cursor, section)
        if section == "Point":
            return (shapely.Point(points[0]) if len(points) == 1 else shapely.MultiPoint(points)), None, None
        if section == "Line":
            if len(points) < 2:
                raise damaged(cursor, "线不足两点", "a line has less than two points")
            return shapely.LineString(points), None, None
        if section == "Polygon":
            rings = self._of_lines(cursor, lines) if topology(self.file) else [points]
            return nested([self._closed(cursor, ring) for ring in rings]), None, None
        if not len(points):
            raise damaged(cursor, "注记没有位置", "an annotation has no position")
        return shapely.Point(points[0]), text, None

    def _content(self, cursor: Cursor, section: str) -> tuple[Float64Array, list[int], str | None]:
        """Points, line identifiers and text of the object that the cursor stands in."""
        points: Float64Array = np.empty((0, 2))
        lines: list[int] = []
        text: str | None = None
        kind = 0
        for item in self.dialect.items[section]:
            match item:
                case "kind":
                    kind = cursor.whole()
                case "points-by-kind" if kind in self.dialect.points_of_kind:
                    points = self._points(cursor, self.dialect.points_of_kind[kind])
                case "lines-or-points" if topology(self.file):
                    lines = cursor.numbers(cursor.whole(), self.file.comma)
                case "points-by-kind" | "counted-points" | "lines-or-points":
                    points = self._points(cursor, cursor.whole())
                case "text":
                    text = self.file.text(cursor.line())
                case _:
                    cursor.skip(1)
        return points, lines, text

    def _of_lines(self, cursor: Cursor, ids: Sequence[int]) -> list[Float64Array]:
        """Rings of lines apart by 0; a line that does not go on where the last one ended is turned."""
        rings: list[Float64Array] = []
        chain: list[Float64Array] = []
        for id in (*ids, 0):
            if id:
                chain.append(self._of_line(cursor, id))
            elif chain:
                rings.append(_chained(cursor, chain))
                chain = []
        return rings

    def _of_line(self, cursor: Cursor, id: int) -> Float64Array:
        start = self.lines.start(abs(id))
        if start is None:
            raise damaged(cursor, f"引用的线 {abs(id)} 不存在", f"there is no line {abs(id)}")
        other = Cursor(self.file.data, start)
        other.skip(3)
        points = self._content(other, "Line")[0]
        return points if id > 0 else points[::-1]

    def _told_north_first(self) -> bool:
        """Whether the first column is the northing: it has seven digits where the other has six, or eight."""
        found: list[Float64Array] = []
        for section, codes in self.file.objects.items():
            for objects in codes.values():
                for start in list(objects.starts)[:_SAMPLE]:
                    cursor = Cursor(self.file.data, start)
                    cursor.skip(3)
                    points = self._content(cursor, section)[0]
                    if len(points):
                        found.append(points[:1])
        if not found:
            return False
        first, second = np.median(np.abs(np.concatenate(found)), axis=0)
        return bool((second >= 1e7 > first) or (1e5 <= second <= 9e5 < first < 6e6))


def _chained(cursor: Cursor, chain: list[Float64Array]) -> Float64Array:
    """One run of points; raises GT-1115 where two lines do not meet."""
    if len(chain) > 1 and not _meets(chain[0][-1], chain[1]):
        chain[0] = chain[0][::-1]
    run = [chain[0]]
    for part in chain[1:]:
        if not _near(run[-1][-1], part[0]):
            part = part[::-1]
        if not _near(run[-1][-1], part[0]):
            raise damaged(cursor, "一圈的线首尾不相接", "the lines of a ring are not connected")
        run.append(part[1:])
    return np.concatenate(run)


def _near(a: Float64Array, b: Float64Array) -> bool:
    return bool(np.hypot(*(a - b)) <= CLOSING)


def _meets(end: Float64Array, part: Float64Array) -> bool:
    return _near(end, part[0]) or _near(end, part[-1])
