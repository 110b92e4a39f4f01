"""Coordinates and areas for the invention and for its truth.

Written apart from `guotu.kernel` on purpose: what the platform computes is compared with what is computed here.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import shapely
from pyproj import Transformer

from guotu.demo.plan import ZONE
from guotu.model.arrays import Float64Array, GeometryArray

_A, _F = 6378137.0, 1 / 298.257222101
_B = _A * (1 - _F)
_E2: Final = 2 * _F - _F * _F
_SERIES: Final = (
    1 + 3 / 6 * _E2 + 30 / 80 * _E2**2 + 35 / 112 * _E2**3 + 630 / 2304 * _E2**4,
    -(1 / 6 * _E2 + 15 / 80 * _E2**2 + 21 / 112 * _E2**3 + 420 / 2304 * _E2**4),
    3 / 80 * _E2**2 + 7 / 112 * _E2**3 + 180 / 2304 * _E2**4,
    -(1 / 112 * _E2**3 + 45 / 2304 * _E2**4),
    5 / 2304 * _E2**4,
)


@cache
def _transformer(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def to_lonlat(geometries: GeometryArray, epsg: int = ZONE.epsg) -> GeometryArray:
    """From a plane (easting, northing) to degrees on CGCS2000."""
    change = _transformer(epsg, 4490)
    return np.asarray(shapely.transform(geometries, lambda xy: np.column_stack(change.transform(*xy.T))))


def to_plane(geometries: GeometryArray, epsg: int = ZONE.epsg) -> GeometryArray:
    """From degrees on CGCS2000 to a plane (easting, northing)."""
    change = _transformer(4490, epsg)
    return np.asarray(shapely.transform(geometries, lambda xy: np.column_stack(change.transform(*xy.T))))


def ellipsoid_area(lonlat: GeometryArray) -> Float64Array:
    """m² on the CGCS2000 ellipsoid of polygons in degrees: the trapezoid series of 国土调查办发〔2008〕32号."""
    parts, owner = shapely.get_parts(lonlat, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    first = np.concatenate([[True], part[1:] != part[:-1]]) if len(part) else np.empty(0, bool)
    sign = np.where(first, 1.0, -1.0)
    area = sign * np.abs(_ring_sums(rings))
    return np.asarray(np.bincount(owner[part], area, len(lonlat)), float)


def _ring_sums(rings: GeometryArray) -> Float64Array:
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(coords):
        return np.zeros(len(rings))
    start = np.concatenate([[0], np.flatnonzero(np.diff(ring)) + 1])
    origin = np.repeat(coords[start, 0], np.diff(np.append(start, len(ring))))
    lon, lat = np.radians(coords[:, 0] - origin), np.radians(coords[:, 1])
    here = np.flatnonzero(ring[1:] == ring[:-1])
    middle, height = (lat[here] + lat[here + 1]) / 2, lat[here + 1] - lat[here]
    width = (lon[here] + lon[here + 1]) / 2
    series = sum(
        k * np.sin((2 * i + 1) * height / 2) * np.cos((2 * i + 1) * middle) for i, k in enumerate(_SERIES)
    )
    return np.asarray(np.bincount(ring[here], 2 * _B * _B * width * series, len(rings)), float)


def half_up(values: Float64Array, decimals: int = 2) -> Float64Array:
    """Rounded half away from zero."""
    scale = 10.0**decimals
    return np.asarray(np.sign(values) * np.floor(np.abs(values) * scale + 0.5) / scale, float)
