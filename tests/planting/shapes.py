"""Small surgery on polygons in degrees: bumps, dents and needles of a known size at a known place."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import shapely

LAT = 110_900.0


def scale(shape: Any) -> np.ndarray:
    """Metres of a degree of longitude and of latitude."""
    return np.array([111_320.0 * math.cos(math.radians(shape.bounds[1])), LAT])


def square(x: float, y: float, metres: float) -> Any:
    half = metres / 2 / np.array([111_320.0 * math.cos(math.radians(y)), LAT])
    return shapely.box(*np.round([x - half[0], y - half[1], x + half[0], y + half[1]], 10))


def edges(shape: Any) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    ring = [tuple(p) for p in shapely.get_coordinates(shape.exterior)]
    return list(itertools.pairwise(ring))


def shared_edge(one: Any, other: Any, shortest: float, longest: float) -> int | None:
    """The first edge of one ring that is an edge of the other too, of a length in metres."""
    theirs = {frozenset(edge) for edge in edges(other)}
    for number, edge in enumerate(edges(one)):
        long = float(np.hypot(*((np.array(edge[1]) - edge[0]) * scale(one))))
        if frozenset(edge) in theirs and shortest <= long <= longest:
            return number
    return None


def bent(shape: Any, number: int, towards: Any, height: float) -> tuple[Any, Any] | None:
    """The polygon with the middle of an edge moved by a share of its length into another polygon, and the triangle that it
    gains or loses; None where that does not fit.
    """
    a, b = (np.array(p) for p in edges(shape)[number])
    metres = scale(shape)
    along = (b - a) * metres
    for side in (1, -1):
        offset = np.array([-along[1], along[0]]) * side * height / metres
        tip = np.round((a + b) / 2 + offset, 10)
        triangle = shapely.Polygon([a, b, tip])
        inner = shapely.Polygon([a, b, tip]).buffer(-1e-8)
        if towards.contains(inner) and towards.contains(shapely.Point(tip)):
            ring = shapely.get_coordinates(shape.exterior)
            ring = np.concatenate([ring[: number + 1], [tip], ring[number + 1 :]])
            made = shapely.Polygon(ring, [hole.coords for hole in shape.interiors])
            return (made, triangle) if made.is_valid else None
    return None


def with_point(shape: Any, number: int, points: list[np.ndarray]) -> Any:
    """The polygon with vertices put into one of its edges."""
    ring = shapely.get_coordinates(shape.exterior)
    ring = np.concatenate([ring[: number + 1], points, ring[number + 1 :]])
    return shapely.Polygon(ring, [hole.coords for hole in shape.interiors])


def around(point: Any, metres: float = 1.0) -> Any:
    """A place, with some room."""
    return shapely.Point(point).buffer(metres / 95_000.0)
