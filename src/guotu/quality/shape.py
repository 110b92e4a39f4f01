"""One compiled walk over the geometry of a batch: lengths, vertex spacing, corners, fingerprints.

It gives what half a dozen rules ask, so that no rule takes geometries apart again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from guotu.kernel.wkb import Layout
from guotu.model.arrays import Float64Array, Int64Array
from guotu.quality.loops import walk


@dataclass(frozen=True, slots=True)
class Shapes:
    """Per feature: `vertices`, `parts`; `length` of all its lines in m; the `shortest` segment (m) and the `sharpest`
    corner (degrees), each with its place (lon, lat); `box` (west, south, east, north); `print` (n, 2) uint64, equal
    for equal geometries whatever their starting vertex and direction. Missing geometries have no vertices.
    """

    vertices: Int64Array
    parts: Int64Array
    length: Float64Array
    shortest: Float64Array
    shortest_at: Float64Array
    sharpest: Float64Array
    sharpest_at: Float64Array
    box: Float64Array
    print: npt.NDArray[np.uint64]


def shapes(layout: Layout) -> Shapes:
    """Facts of every geometry of a column in degrees.

    Shapes   layout of n geometries  →  see `Shapes`
    Error    metres by local scale at each ring's first vertex: 10⁻³ relative for rings under 50 km
    """
    n = len(layout)
    vertices = np.zeros(n, np.int64)
    length, shortest, sharpest = np.zeros(n), np.full(n, np.inf), np.full(n, -1.0)
    places = np.full((n, 4), np.nan)
    box = np.tile(np.array([np.inf, np.inf, -np.inf, -np.inf]), (n, 1))
    prints = np.zeros((n, 2), np.uint64)
    facts = (vertices, length, shortest, sharpest, places, box, prints)
    walk(layout.data, layout.kind, layout.first, layout.at, layout.size, *facts)
    angles = np.degrees(np.arccos(np.clip(sharpest, -1.0, 1.0)))
    return Shapes(
        vertices, _parts(layout), length, shortest, places[:, :2], angles, places[:, 2:], box, prints
    )


def _parts(layout: Layout) -> Int64Array:
    """Shells, lines or points of each geometry."""
    counted = np.concatenate(([0], np.cumsum(layout.shell)))
    return np.asarray(counted[layout.first[1:]] - counted[layout.first[:-1]], np.int64)
