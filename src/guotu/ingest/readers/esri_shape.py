"""Inside the sandbox: the extended shape buffer of Esri's databases as plain geometry — points, lines, areas, with Z, M, curves.

Layout as in a shapefile's record, then heights, measures and curved segments where the type's high bits announce them.
"""

from __future__ import annotations

import itertools
import math
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.errors import GEOSException

from guotu.ingest.readers.arcs import GAP, METRES_PER_DEGREE, chord_angle, stroke
from guotu.ingest.readers.vct_shapes import nested
from guotu.model.arrays import Float64Array

_Z, _M, _CURVES = 0x8000_0000, 0x4000_0000, 0x2000_0000
_POINTS, _MULTIPOINTS = (1, 9, 11, 21, 52), (8, 18, 20, 28, 53)
_LINES, _AREAS = (3, 10, 13, 23, 50), (5, 15, 19, 25, 51)
_WITH_Z, _WITH_M = (9, 10, 11, 13, 15, 18, 19, 20), (11, 13, 15, 18, 21, 23, 25, 28)
_ARC, _BEZIER, _ELLIPSE = 1, 4, 5
_CCW, _STRAIGHT, _INTERIOR = 0x8, 0x20 | 0x40, 0x80
_ELLIPSE_STRAIGHT, _ELLIPSE_CCW = 0x40 | 0x80, 0x800
_MOST_CHORDS = 100_000


@dataclass(frozen=True, slots=True)
class Shape:
    """A geometry (None: empty) and what it carried that is left behind or straightened."""

    geometry: Any
    heights: bool = False
    measures: bool = False
    curves: bool = False


def decode(raw: bytes) -> Shape:
    """The geometry of a shape buffer.

    Raises   ValueError where it is cut short, inconsistent, a body (multipatch) or of an unknown type
    """
    try:
        return _decoded(raw)
    except (struct.error, IndexError, OverflowError, GEOSException) as problem:
        raise ValueError(f"a shape is cut short or inconsistent ({type(problem).__name__})") from None


def _decoded(raw: bytes) -> Shape:
    word = struct.unpack_from("<I", raw)[0]
    kind = word & 0xFF
    heights, measures = bool(word & _Z) or kind in _WITH_Z, bool(word & _M) or kind in _WITH_M
    if kind == 0:
        return Shape(None)
    if kind in _POINTS:
        x, y = struct.unpack_from("<2d", raw, 4)
        return Shape(None if math.isnan(x) else shapely.Point(x, y), heights, measures)
    if kind in _MULTIPOINTS:
        points = _points(raw, 40, struct.unpack_from("<I", raw, 36)[0])
        return Shape(shapely.MultiPoint(points) if len(points) else None, heights, measures)
    if kind not in (*_LINES, *_AREAS):
        raise ValueError(f"shape type {kind} is no point, line or area")
    paths, curved = _paths(raw, heights, measures, bool(word & _CURVES))
    if not paths:
        return Shape(None, heights, measures, curved)
    return Shape(_area(paths) if kind in _AREAS else _line(paths), heights, measures, curved)


def _points(raw: bytes, at: int, count: int) -> Float64Array:
    if count * 16 > len(raw) - at:
        raise ValueError("a shape announces more points than it has bytes")
    return np.frombuffer(raw, "<f8", count * 2, at).reshape(count, 2).astype(np.float64)


def _paths(raw: bytes, heights: bool, measures: bool, curves: bool) -> tuple[list[Float64Array], bool]:
    parts, count = struct.unpack_from("<II", raw, 36)
    if parts * 4 > len(raw) - 44:
        raise ValueError("a shape announces more parts than it has bytes")
    firsts = np.frombuffer(raw, "<u4", parts, 44).astype(np.int64)
    at = 44 + parts * 4
    points = _points(raw, at, count)
    bounds = [*firsts.tolist(), count]
    if any(a > b for a, b in itertools.pairwise(bounds)) or (parts and bounds[0] != 0):
        raise ValueError("the parts of a shape are out of order")
    at += count * 16 + (heights + measures) * (16 + count * 8)
    bent = _curves(raw, at, points) if curves and at < len(raw) else {}
    return [_path(points, a, b, bent) for a, b in itertools.pairwise(bounds) if b > a], bool(bent)


def _path(points: Float64Array, begin: int, end: int, bent: dict[int, Float64Array]) -> Float64Array:
    """One part, its bent segments replaced by their chords."""
    if not any(at in bent for at in range(begin, end - 1)):
        return points[begin:end]
    pieces = [points[begin : begin + 1]]
    pieces += [bent[at][1:] if at in bent else points[at + 1 : at + 2] for at in range(begin, end - 1)]
    return np.concatenate(pieces)


def _curves(raw: bytes, at: int, points: Float64Array) -> dict[int, Float64Array]:
    """Chords of each bent segment by the index of its first point."""
    gap = GAP / METRES_PER_DEGREE if len(points) and np.abs(points[0]).max() <= 360 else GAP
    found: dict[int, Float64Array] = {}
    count = struct.unpack_from("<I", raw, at)[0]
    at += 4
    if count > len(points):
        raise ValueError("a shape announces more curves than segments")
    for _ in range(count):
        first, kind = struct.unpack_from("<II", raw, at)
        if first + 1 >= len(points):
            raise ValueError("a curve begins after the last segment")
        start, end = points[first], points[first + 1]
        at += 8
        if kind == _ARC:
            x, y, bits = struct.unpack_from("<ddI", raw, at)
            found[first], at = _arc(start, end, np.array([x, y]), bits, gap), at + 20
        elif kind == _BEZIER:
            controls = _points(raw, at, 2)
            found[first], at = _bezier(start, controls, end, gap), at + 32
        elif kind == _ELLIPSE:
            values = struct.unpack_from("<5dI", raw, at)
            found[first], at = _ellipse(start, end, values, gap), at + 44
        else:
            raise ValueError(f"curves of type {kind} are not known")
    return found


def _arc(start: Float64Array, end: Float64Array, given: Float64Array, bits: int, gap: float) -> Float64Array:
    """By a point on the arc, or by its centre and the way round."""
    if bits & _STRAIGHT or not np.isfinite(given).all():
        return np.array([start, end])
    if bits & _INTERIOR:
        return stroke(np.array([start, given, end]), gap)
    radius = float(np.hypot(*(start - given)))
    first, last = (math.atan2(*(point - given)[::-1]) for point in (start, end))
    turn = (last - first) % (2 * math.pi) or 2 * math.pi
    sweep = turn if bits & _CCW else turn - 2 * math.pi
    if sweep == 0 or (start == end).all():
        sweep = 2 * math.pi
    middle = given + radius * np.array([math.cos(first + sweep / 2), math.sin(first + sweep / 2)])
    return stroke(np.array([start, middle, end]), gap)


def _bezier(start: Float64Array, controls: Float64Array, end: Float64Array, gap: float) -> Float64Array:
    a, b = controls
    bend = max(float(np.hypot(*(start - 2 * a + b))), float(np.hypot(*(a - 2 * b + end))))
    count = min(_MOST_CHORDS, max(1, math.ceil(math.sqrt(0.75 * bend / gap)))) if math.isfinite(bend) else 1
    t = np.linspace(0, 1, count + 1)[:, None]
    curve = (1 - t) ** 3 * start + 3 * t * (1 - t) ** 2 * a + 3 * t**2 * (1 - t) * b + t**3 * end
    curve[0], curve[-1] = start, end
    return np.asarray(curve, np.float64)


def _ellipse(
    start: Float64Array, end: Float64Array, values: tuple[float, float, float, float, float, int], gap: float
) -> Float64Array:
    x, y, rotation, major, ratio, bits = values
    if bits & _ELLIPSE_STRAIGHT or not (math.isfinite(major) and major > 0 and 0 < ratio <= 1):
        return np.array([start, end])
    centre, c, s = np.array([x, y]), math.cos(rotation), math.sin(rotation)
    axes = np.array([[c, -s], [s, c]]) * np.array([major, major * ratio])
    inverse = np.linalg.inv(axes)
    first, last = (math.atan2(*(inverse @ (point - centre))[::-1]) for point in (start, end))
    turn = (last - first) % (2 * math.pi) or 2 * math.pi
    sweep = turn if bits & _ELLIPSE_CCW else turn - 2 * math.pi or -2 * math.pi
    step = chord_angle(major, gap)
    count = min(_MOST_CHORDS, max(2, math.ceil(abs(sweep) / step)))
    angles = first + sweep * np.arange(count + 1) / count
    curve = centre + np.column_stack([np.cos(angles), np.sin(angles)]) @ axes.T
    curve[0], curve[-1] = start, end
    return np.asarray(curve, np.float64)


def _line(paths: list[Float64Array]) -> Any:
    lines = [shapely.LineString(path) for path in paths if len(path) > 1]
    if not lines:
        raise ValueError("a line has less than two points")
    return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)


def _area(paths: list[Float64Array]) -> Any:
    rings = [path if (path[0] == path[-1]).all() else np.concatenate([path, path[:1]]) for path in paths]
    if any(len(ring) < 4 or not np.isfinite(ring).all() for ring in rings):
        raise ValueError("a ring has less than three points or no finite coordinates")
    return nested(rings)
