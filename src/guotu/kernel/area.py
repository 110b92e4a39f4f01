"""Area of parcels: on the ellipsoid by the official trapezoid series, and on the plane.

The series (国土调查办发〔2008〕32号, used with CGCS2000 since the third survey) is a difference of one function G of
latitude: S = b²·ΔL·(G(B₂) − G(B₁)). So it equals plane area in (a·L, b²/a·G(B)), a cylindrical equal-area plane.
"""

from __future__ import annotations

from functools import lru_cache
from math import factorial
from typing import Any

import numpy as np
import shapely

from guotu.kernel.compiled import COMPILED
from guotu.kernel.coords import transform, zone_of
from guotu.kernel.ellipsoid import SEMI_MAJOR, SEMI_MINOR, SERIES
from guotu.kernel.loops.area import STEPS, areas, equal_area_columns
from guotu.kernel.wkb import Layout, lay_out, to_wkb
from guotu.model.arrays import Float64Array, GeometryArray
from guotu.model.datum import CGCS2000, GaussKruger


def areas_twin(layout: Layout) -> Float64Array:
    """The notice's own product form, vectorised."""
    out = np.where(layout.missing, np.nan, 0.0)
    polygons = np.isin(layout.kind, (3, 6)) & (np.diff(layout.first) > 0)
    if not polygons.any():
        return out
    xy, starts = layout.coordinates()
    row_of_path = np.repeat(np.arange(len(layout)), np.diff(layout.first))
    row = np.repeat(row_of_path, layout.size)
    west = np.full(len(layout), np.inf)
    np.minimum.at(west, row, xy[:, 0])
    lon, lat = np.radians(xy[:, 0] - west[row]), np.radians(xy[:, 1])
    half, middle = np.diff(lat) / 2, (lat[1:] + lat[:-1]) / 2
    bracket = sum(
        sign * weight * np.sin(n * half) * np.cos(n * middle)
        for n, sign, weight in zip((1, 3, 5, 7, 9), (1, -1, 1, -1, 1), SERIES, strict=True)
    )
    slices = np.append(SEMI_MINOR**2 * (lon[1:] + lon[:-1]) * bracket, 0.0)
    slices[starts[1:] - 1] = 0.0  # no edge joins one ring to the next
    ring = np.abs(np.add.reduceat(slices, starts[:-1]))
    sums = np.bincount(row_of_path, np.where(layout.shell, ring, -ring), len(layout))
    out[polygons] = sums[polygons]
    return out


@lru_cache(maxsize=1)
def _lattice() -> Float64Array:
    """Derivatives of G over factorials, orders 1 to 7, at parallels from −90° to 90°: (180·STEPS + 1, 7)."""
    parallels = np.radians(np.arange(180 * STEPS + 1) / STEPS - 90)
    table = np.zeros((len(parallels), 7))
    for n, sign, weight in zip((1, 3, 5, 7, 9), (1, -1, 1, -1, 1), SERIES, strict=True):
        for order in range(1, 8):
            table[:, order - 1] += (
                sign * weight * n**order / factorial(order) * np.sin(n * parallels + order * np.pi / 2)
            )
    return table


def ellipsoid_area_wkb(wkb: Any) -> Float64Array:
    """Area on the ellipsoid straight from Arrow WKB (国土调查办发〔2008〕32号, trapezoid series; holes removed).

    Shapes   Arrow binary (n,) of WKB in degrees on CGCS2000 → (n,) float64
    Units    square metres; missing → NaN, empty, points and lines → 0.0
    Error    ≤ 1e-11 relative against the product form of the series, whose edges are straight in (L, G(B))
    Raises   GT-1206 malformed WKB, GT-1208 collections
    """
    layout = lay_out(wkb)
    if not COMPILED:
        return areas_twin(layout)
    out = np.empty(len(layout))
    scratch = np.empty((2, int(layout.size.max(initial=0))))
    areas(
        layout.data, layout.first, layout.at, layout.size, layout.shell, layout.kind, _lattice(), scratch, out
    )
    return out


def ellipsoid_area(polygons: GeometryArray) -> Float64Array:
    """Area on the ellipsoid of shapely polygons in degrees on CGCS2000; see `ellipsoid_area_wkb`."""
    return ellipsoid_area_wkb(to_wkb(polygons))


def plane_area(polygons: GeometryArray) -> Float64Array:
    """Plane area of polygons in metres; square metres, missing → NaN, empty → 0.0."""
    return np.asarray(shapely.area(np.asarray(polygons, dtype=object)), np.float64)


def densify_for_area(
    polygons: GeometryArray, zone: GaussKruger | None = None, *, longest: float = 1000.0, step: float = 500.0
) -> GeometryArray:
    """Split long edges so that the series follows the line that was surveyed, which is straight in the Gauss plane.

    Polygons (n,) in degrees; those with an edge over `longest` metres get vertices at most `step` metres apart, the rest are
    returned untouched. `zone` is the plane of the survey; without one, the 3-degree zone of each polygon's middle.
    """
    out = np.array(polygons, dtype=object)
    for index in np.flatnonzero(~(shapely.is_missing(out) | shapely.is_empty(out))):
        west, _, east, _ = shapely.bounds(out[index])
        own = zone or zone_of((west + east) / 2)
        plane = transform(out[index : index + 1], CGCS2000, own)
        xy, which = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(plane)), return_index=True)
        edges = np.hypot(*np.diff(xy, axis=0).T)[np.diff(which) == 0]
        if edges.max() > longest:
            out[index] = transform(shapely.segmentize(plane, step), own, CGCS2000)[0]
    return out


def equal_area_xy(lonlat: Float64Array) -> Float64Array:
    """The cylindrical equal-area plane of the official series: plane area there *is* the official ellipsoid area.

    Shapes   (n, 2) degrees on CGCS2000 → (n, 2) metres, x = a·L, y = b²/a·G(B)
    """
    lonlat = np.asarray(lonlat, np.float64)
    if not COMPILED:
        return equal_area_twin(lonlat)
    return np.column_stack(equal_area_xs_ys(*np.ascontiguousarray(lonlat.T)))


def equal_area_xs_ys(x: Float64Array, y: Float64Array) -> tuple[Float64Array, Float64Array]:
    """`equal_area_xy` for columns of longitudes and latitudes (n,), compiled."""
    east, north = np.empty_like(x), np.empty_like(y)
    equal_area_columns(x, y, _lattice(), _at_nodes(), SEMI_MAJOR, SEMI_MINOR**2 / SEMI_MAJOR, east, north)
    return east, north


@lru_cache(maxsize=1)
def _at_nodes() -> Float64Array:
    """G at the parallels of `_lattice`."""
    return _series_g(np.arange(180 * STEPS + 1) / STEPS - 90)


def _series_g(latitude: Float64Array) -> Float64Array:
    b = np.radians(latitude)
    terms = zip((1, 3, 5, 7, 9), (1, -1, 1, -1, 1), SERIES, strict=True)
    return np.asarray(sum(sign * weight * np.sin(n * b) for n, sign, weight in terms))


def equal_area_twin(lonlat: Float64Array) -> Float64Array:
    """G term by term, vectorised."""
    x, y = SEMI_MAJOR * np.radians(lonlat[:, 0]), SEMI_MINOR**2 / SEMI_MAJOR * _series_g(lonlat[:, 1])
    return np.column_stack([x, y])
