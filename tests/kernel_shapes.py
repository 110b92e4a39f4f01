"""Polygons to measure with: hypothesis strategies and small makers, all in degrees or metres as asked."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from hypothesis import strategies as st


def many(*geoms: Any) -> np.ndarray:
    """An object array of geometries."""
    out = np.empty(len(geoms), dtype=object)
    out[:] = geoms
    return out


def star(rng: np.random.Generator, centre: tuple[float, float], radius: float, vertices: int) -> Any:
    """A simple star-shaped polygon."""
    angle = (np.arange(vertices) + rng.uniform(0.1, 0.9, vertices)) / vertices * 2 * np.pi
    reach = radius * rng.uniform(0.5, 1.0, vertices)
    return shapely.Polygon(
        np.column_stack([centre[0] + reach * np.cos(angle), centre[1] + reach * np.sin(angle)])
    )


def holed(rng: np.random.Generator, centre: tuple[float, float], radius: float, vertices: int) -> Any:
    """A star with a hole around its middle."""
    hole = star(rng, centre, radius / 4, 7)
    return shapely.Polygon(star(rng, centre, radius, vertices).exterior.coords, [hole.exterior.coords])


@st.composite
def polygons(
    draw: st.DrawFn,
    *,
    west: float = 74.0,
    east: float = 135.0,
    south: float = 4.0,
    north: float = 53.0,
    radius: float = 0.01,
    holes: bool = True,
) -> Any:
    """A valid polygon somewhere in China, sometimes with a hole."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    centre = draw(st.floats(west, east)), draw(st.floats(south, north))
    size = radius * draw(st.floats(0.02, 1.0))
    vertices = draw(st.integers(4, 60))
    shape = holed(rng, centre, size, vertices) if holes and draw(st.booleans()) else None
    # few vertices may cut a corner so deep that the hole lies across it
    return shape if shape is not None and shape.is_valid else star(rng, centre, size, vertices)


def mosaic(side: int, seed: int, points: int = 4) -> np.ndarray:
    """side² polygons that tile a square exactly, neighbours sharing every vertex."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(np.arange(side + 1.0), np.arange(side + 1.0)), -1)
    grid[1:-1, 1:-1] += rng.uniform(-0.3, 0.3, (side - 1, side - 1, 2))

    def edge(a: np.ndarray, b: np.ndarray) -> list[tuple[float, float]]:
        first, last = sorted([tuple(a.tolist()), tuple(b.tolist())])
        steps = [
            tuple(np.add(first, np.multiply(np.subtract(last, first), k / points)).tolist())
            for k in range(points)
        ]
        path = [*steps, last] if tuple(a.tolist()) == first else [*steps, last][::-1]
        return path[:-1]

    cells = []
    for r in range(side):
        for c in range(side):
            corners = [grid[r, c], grid[r, c + 1], grid[r + 1, c + 1], grid[r + 1, c], grid[r, c]]
            ring = [p for a, b in pairwise(corners) for p in edge(a, b)]
            cells.append(shapely.Polygon(ring))
    return many(*cells)
