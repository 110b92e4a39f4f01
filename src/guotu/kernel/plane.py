"""The planes areas are measured on, fast about one place: Gauss-Krüger and the equal-area plane of the official series."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from guotu.kernel.area import equal_area_xs_ys, equal_area_xy
from guotu.kernel.compiled import COMPILED
from guotu.kernel.coords import transform_xy
from guotu.kernel.ellipsoid import FLATTENING
from guotu.kernel.loops.krueger import ALPHA, RADIUS, gauss_rows, local_columns
from guotu.model.arrays import Float64Array
from guotu.model.datum import CGCS2000, Datum, GaussKruger

_CELL = 0.1
"""Degrees between centres: one expansion serves all projects of a cell, and their answers do not depend on each other."""
_SAMPLES, _ORDER = 16, 8
_CIRCLE = 0.02
_REACH = 0.006, 0.0085
"""Radians of latitude and longitude (38 km, 46 km) within which the expansion is good to 1e-8 m."""

Complexes = npt.NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class _Expansion:
    """Arguments of `local_columns`."""

    centre: Float64Array
    psi: Float64Array
    real: Float64Array
    imaginary: Float64Array


def project_gauss(lonlat: Float64Array, zone: GaussKruger) -> Float64Array:
    """CGCS2000 degrees (n, 2) to a zone's plane, metres: Krüger's series in a compiled loop, PROJ as its twin.

    Error    < 1e-7 m against PROJ within ±3.5° of the meridian (tests/property/test_kernel_overlay.py)
    Raises   GT-1203 for a zone on another datum
    """
    if not COMPILED or zone.datum is not Datum.CGCS2000:
        return transform_xy(lonlat, CGCS2000, zone)
    xy = np.array(lonlat, np.float64).reshape(-1, 2)
    gauss_rows(xy, float(zone.central_meridian), zone.false_easting)
    return xy


def on_plane(lonlat: Float64Array, plane: GaussKruger | None, about: Float64Array) -> Float64Array:
    """Degrees (n, 2) to a zone's plane, or with None to the equal-area plane; fastest near the place `about` (2,)."""
    if not COMPILED:
        return equal_area_xy(lonlat) if plane is None else project_gauss(lonlat, plane)
    x, y = np.ascontiguousarray(lonlat.T)
    return np.column_stack(columns_on_plane(x, y, plane, about))


def columns_on_plane(
    x: Float64Array, y: Float64Array, plane: GaussKruger | None, about: Float64Array
) -> tuple[Float64Array, Float64Array]:
    """`on_plane` for columns of longitudes and latitudes (n,): eastings and northings (n,), compiled."""
    if plane is None:
        return equal_area_xs_ys(x, y)
    if plane.datum is not Datum.CGCS2000 or not np.isfinite(about).all():
        east, north = np.ascontiguousarray(project_gauss(np.column_stack([x, y]), plane).T)
        return east, north
    cell = np.rint(about / _CELL).astype(np.int64)
    series = _expansion(plane, int(cell[0]), int(cell[1]))
    east, north = np.empty_like(x), np.empty_like(y)
    local_columns(x, y, series.centre, series.psi, series.real, series.imaginary, east, north)
    return east, north


@lru_cache(maxsize=256)
def _expansion(zone: GaussKruger, column: int, row: int) -> _Expansion:
    """Power series about a cell's centre. The projection is analytic in ψ + iλ, so its coefficients are the Fourier
    coefficients of its values on a small circle."""
    longitude, latitude = column * _CELL, row * _CELL
    phi, lam = np.radians(latitude), np.radians(longitude - zone.central_meridian)
    circle = _CIRCLE * np.exp(2j * np.pi * np.arange(_SAMPLES) / _SAMPLES)
    isometric = _isometric(phi + circle) - _isometric(phi)
    start = _isometric(np.array([phi + 0j])) + 1j * lam
    origin = _northing_easting(start)[0]
    plane = _northing_easting(start + circle) - origin
    powers = _CIRCLE ** np.arange(1, _ORDER + 1)
    psi = (np.fft.fft(isometric) / _SAMPLES)[1 : _ORDER + 1].real / powers
    series = (np.fft.fft(plane) / _SAMPLES)[1 : _ORDER + 1] / powers
    centre = np.array([
        latitude, longitude, zone.central_meridian,
        origin.imag + zone.false_easting, origin.real, zone.false_easting, *_REACH,
    ])  # fmt: skip
    real, imaginary = np.ascontiguousarray(series.real), np.ascontiguousarray(series.imag)
    return _Expansion(centre, np.ascontiguousarray(psi), real, imaginary)


def _isometric(phi: Complexes | float) -> Complexes:
    eccentricity = np.sqrt(FLATTENING * (2 - FLATTENING))
    sine = np.sin(phi)
    return np.asarray(np.arctanh(sine) - eccentricity * np.arctanh(eccentricity * sine))


def _northing_easting(w: Complexes) -> Complexes:
    """Krüger's series for complex isometric latitude + i·longitude: northing + i·easting in metres."""
    zeta = np.arctan(np.sinh(w))
    return np.asarray(RADIUS * (zeta + sum(a * np.sin(2 * (j + 1) * zeta) for j, a in enumerate(ALPHA))))
