"""Arcs in WKB (SQL/MM CircularString, CompoundCurve, CurvePolygon, MultiCurve, MultiSurface) become chords.

A chord leaves its arc by at most `GAP` metres whatever the radius, and an arc shared by two polygons is cut at the same points
from either side.
"""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np
from shapely.errors import GEOSException
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Polygon

from guotu.model.arrays import Float64Array

GAP = 0.01
METRES_PER_DEGREE = 111_320.0
_MOST_CHORDS = 100_000
_LINE, _POLYGON, _MULTILINE, _MULTIPOLYGON = 2, 3, 5, 6
_CIRCULAR, _COMPOUND, _CURVE_POLYGON, _MULTICURVE, _MULTISURFACE = 8, 9, 10, 11, 12


def straightened(wkb: bytes) -> Any:
    """A shapely line or polygon, single or multiple, in two dimensions.

    Raises   ValueError for anything else, cut short or inconsistent
    """
    try:
        geometry, _ = _read(wkb, 0)
    except (struct.error, IndexError, ValueError, RecursionError, GEOSException) as problem:
        raise ValueError(f"a curve is cut short or inconsistent ({type(problem).__name__})") from None
    return geometry


def _read(raw: bytes, at: int) -> tuple[Any, int]:
    order = "<" if raw[at] == 1 else ">"
    code, count = struct.unpack_from(f"{order}II", raw, at + 1)
    flags, code = code >> 28, code & 0x0FFF_FFFF  # flags: of PostGIS; thousands: of ISO
    kind = code % 1000
    ordinates = 2 + (0, 1, 1, 2)[min(code // 1000, 3)] + (flags >> 3 & 1) + (flags >> 2 & 1)
    at += 9
    if count > len(raw):
        raise ValueError("a curve announces more members than it has bytes")
    if kind in (_LINE, _CIRCULAR):
        points = np.frombuffer(raw, f"{order}f8", count * ordinates, at).reshape(count, ordinates)[:, :2]
        coordinates = points.astype(np.float64)
        line = LineString(stroke(coordinates) if kind == _CIRCULAR else coordinates)
        return line, at + count * ordinates * 8
    if kind == _POLYGON:
        return _polygon(raw, at, count, ordinates, order)
    members = []
    for _ in range(count):
        member, at = _read(raw, at)
        members.append(member)
    return _joined(kind, members), at


def _polygon(raw: bytes, at: int, count: int, ordinates: int, order: str) -> tuple[Polygon, int]:
    rings = []
    for _ in range(count):
        size = struct.unpack_from(f"{order}I", raw, at)[0]
        flat = np.frombuffer(raw, f"{order}f8", size * ordinates, at + 4)
        rings.append(flat.reshape(size, ordinates)[:, :2].astype(np.float64))
        at += 4 + size * ordinates * 8
    return Polygon(rings[0], rings[1:]) if rings else Polygon(), at


def _joined(kind: int, members: list[Any]) -> Any:
    if kind == _COMPOUND:
        parts = [np.asarray(member.coords) for member in members]
        return LineString(np.concatenate([parts[0], *(part[1:] for part in parts[1:])]))
    if kind == _CURVE_POLYGON:
        rings = [np.asarray(member.coords) for member in members]
        return Polygon(rings[0], rings[1:]) if rings else Polygon()
    if kind in (_MULTICURVE, _MULTILINE):
        return MultiLineString(members)
    if kind in (_MULTISURFACE, _MULTIPOLYGON):
        return MultiPolygon(members)
    raise ValueError(f"geometry type {kind} is no line or polygon")


def stroke(points: Float64Array, gap: float | None = None) -> Float64Array:
    """Chords of a circular string: points 0, 2, 4 … end its arcs, points 1, 3, 5 … lie on them.

    Shapes   (2n+1, 2) → (m, 2)
    Needs    `gap` in the unit of the points; without it `GAP` metres, in degrees where they look like degrees
    """
    if gap is None:
        gap = GAP / METRES_PER_DEGREE if np.abs(points[:1]).max() <= 360 else GAP
    if len(points) < 3 or len(points) % 2 == 0:
        raise ValueError("an arc needs three points")
    pieces = [points[:1]]
    for index in range(0, len(points) - 2, 2):
        pieces.append(_arc(points[index], points[index + 1], points[index + 2], gap)[1:])
    return np.concatenate(pieces)


def _arc(start: Float64Array, middle: Float64Array, end: Float64Array, gap: float) -> Float64Array:
    if tuple(start) > tuple(end):
        return _arc(end, middle, start, gap)[::-1]
    full = bool((start == end).all())
    centre = (start + middle) / 2 if full else _centre(start, middle, end)
    if centre is None:
        return np.array([start, end])
    radius = float(np.hypot(*(start - centre)))
    first, via, last = (math.atan2(*(point - centre)[::-1]) for point in (start, middle, end))
    sweep = 2 * math.pi if full else (last - first) % (2 * math.pi)
    if not full and (via - first) % (2 * math.pi) > sweep:
        sweep -= 2 * math.pi
    step = chord_angle(radius, gap)
    count = min(_MOST_CHORDS, max(2, math.ceil(abs(sweep) / step)))
    angles = first + sweep * np.arange(count + 1) / count
    curve = centre + radius * np.column_stack([np.cos(angles), np.sin(angles)])
    curve[0], curve[-1] = start, end
    return np.asarray(curve, np.float64)


def chord_angle(radius: float, gap: float) -> float:
    """The angle (radians) of a chord that leaves its circle by `gap` at most: 2·acos(1 − gap/radius), for huge circles too."""
    if radius <= gap:
        return math.pi / 4
    return max(4 * math.asin(math.sqrt(gap / radius / 2)), 1e-12)


def _centre(a: Float64Array, b: Float64Array, c: Float64Array) -> Float64Array | None:
    """Of the circle through three points, None where they are on one line."""
    p, q = b - a, c - a
    twice = 2 * float(p[0] * q[1] - p[1] * q[0])
    if abs(twice) < 1e-12 * float(np.hypot(*p) * np.hypot(*q)) or twice == 0:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        pp, qq = float(p @ p), float(q @ q)
        centre = a + np.array([q[1] * pp - p[1] * qq, p[0] * qq - q[0] * pp]) / twice
    return np.asarray(centre, np.float64) if np.isfinite(centre).all() else None
