"""Local plane grids (独立坐标系): plane transformations into a zone of CGCS2000, valid in their area only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from guotu.errors import Place
from guotu.errors.datum import LOCAL_GRID_OUTSIDE
from guotu.kernel.coords import transform_xy
from guotu.model.arrays import Float64Array
from guotu.model.datum import CGCS2000, GaussKruger

FIRST_CODE = 900_000
"""Codes of local grids begin here; the EPSG registry has none of them."""


@dataclass(frozen=True, slots=True)
class Affine:
    """E = a·x + b·y + c, N = d·x + e·y + f; x to the east, y to the north, metres."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    @classmethod
    def similarity(cls, d_easting: float, d_northing: float, rotation: float, scale: float) -> Affine:
        """Four parameters: E = dE + k·(x·cos α − y·sin α), N = dN + k·(x·sin α + y·cos α); α in arc seconds."""
        angle = np.radians(rotation / 3600)
        c, s = float(scale * np.cos(angle)), float(scale * np.sin(angle))
        return cls(c, -s, d_easting, s, c, d_northing)

    def __call__(self, xy: Float64Array) -> Float64Array:
        """(n, 2) → (n, 2)."""
        x, y = xy[:, 0], xy[:, 1]
        return np.column_stack([self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f])


@dataclass(frozen=True, slots=True)
class LocalGrid:
    """A local grid: `code` its number on this node, `names` what files call it, `target` the zone its transformation ends in,
    `area` the ring of (longitude, latitude) it holds for.
    """

    code: int
    name: str
    names: tuple[str, ...]
    target: GaussKruger
    method: Affine
    area: tuple[tuple[float, float], ...]
    provenance: str
    residual_m: float | None = None

    def to_target(self, xy: Float64Array) -> Float64Array:
        """Eastings and northings (n, 2) of `target`; NaN passes.

        Raises   GT-1227 with the first coordinate that comes to lie outside the area, GT-1201 beyond any zone
        """
        moved = self.method(xy)
        known = np.isfinite(moved).all(axis=1)
        degrees = transform_xy(moved[known], self.target, CGCS2000)
        polygon = shapely.Polygon(self.area)
        shapely.prepare(polygon)
        outside = ~shapely.intersects_xy(polygon, degrees[:, 0], degrees[:, 1])
        if outside.any():
            x, y = (float(value) for value in xy[known][np.argmax(outside)])
            raise LOCAL_GRID_OUTSIDE(place=Place(coordinate=(x, y)), x=x, y=y, grid=self.name)
        return moved
