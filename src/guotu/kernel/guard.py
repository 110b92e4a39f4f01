"""Look at untrusted WKB before any library builds geometries from it: nesting, counts and sizes."""

from __future__ import annotations

from typing import Any

import numpy as np

from guotu.errors import Place
from guotu.errors.datum import GEOMETRY_KIND, GEOMETRY_MALFORMED, GEOMETRY_TOO_LARGE
from guotu.kernel.columns import buffers
from guotu.kernel.loops.guard import DEEP, STACK, TRUNCATED, UNKNOWN, prescan

DEEPEST = 8
MOST_VERTICES = 5_000_000


def depth(wkb: bytes) -> int:
    """Nesting depth of one WKB geometry: 1 for a polygon, 2 for a multipolygon, more for nested collections."""
    data = np.frombuffer(wkb, np.uint8)
    return int(prescan(data, 0, len(data), STACK)[1])


def guard(wkb: Any, *, deepest: int = DEEPEST, most_vertices: int = MOST_VERTICES) -> int:
    """Refuse WKB that is truncated, unknown, nested too deep or too large; the number of vertices otherwise.

    Raises   GT-1206 truncated, GT-1207 nesting or vertices over the limit, GT-1208 unknown type
    """
    data, offsets, valid = buffers(wkb)
    total = 0
    for row in np.flatnonzero(valid).tolist():
        status, nesting, vertices = prescan(data, offsets[row], offsets[row + 1], deepest)
        place = Place(row=row)
        if status == TRUNCATED:
            raise GEOMETRY_MALFORMED(
                place=place, row=row, reason_zh="数据不完整", reason_en="it ends too early"
            )
        if status == UNKNOWN:
            raise GEOMETRY_KIND(
                place=place, row=row, found="?", accepted_zh="标准几何类型", accepted_en="standard types"
            )
        if status == DEEP:
            raise GEOMETRY_TOO_LARGE(
                place=place,
                row=row,
                measure_zh="嵌套层数",
                measure_en="nesting",
                value=nesting,
                limit=deepest,
            )
        if vertices > most_vertices:
            raise GEOMETRY_TOO_LARGE(
                place=place,
                row=row,
                measure_zh="顶点数",
                measure_en="vertices",
                value=int(vertices),
                limit=most_vertices,
            )
        total += int(vertices)
    return total
