"""Between longitude/latitude and Gauss-Krüger planes, on one datum; across datums only with parameters handed in.

Coordinates are always (longitude or easting, latitude or northing).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import pyproj
import shapely

from guotu.errors import Place
from guotu.errors.datum import (
    COORDINATES_OUTSIDE,
    CRS_UNSUPPORTED,
    DATUM_SHIFT_UNCONFIGURED,
    SHIFT_OUT_OF_AREA,
)
from guotu.kernel.crs_wkt import crs_from_wkt
from guotu.kernel.eastings import ZoneGuess, crs_from_eastings, looks_packed, unpack_degrees
from guotu.kernel.shift import Bursa, DatumShift, GridShift, PlaneShift
from guotu.model.arrays import BoolArray, Float64Array, GeometryArray
from guotu.model.datum import CGCS2000, Crs, Datum, GaussKruger, Geographic

__all__ = [
    "Bursa",
    "DatumShift",
    "PlaneShift",
    "Transformer",
    "ZoneGuess",
    "crs_from_eastings",
    "crs_from_epsg",
    "crs_from_wkt",
    "looks_packed",
    "transform",
    "transform_xy",
    "transformer",
    "unpack_degrees",
    "zone_of",
]

ELLIPSOIDS = {
    Datum.CGCS2000: "+a=6378137 +rf=298.257222101",
    Datum.XIAN80: "+a=6378140 +rf=298.257",
    Datum.BEIJING54: "+a=6378245 +rf=298.3",
    Datum.WGS84: "+a=6378137 +rf=298.257223563",
}
_FARTHEST = 1_000_000.0  # metres from the central meridian where the inverse is still unique
_DEGREES = "+step {inverse} +proj=unitconvert +xy_in=deg +xy_out=rad"


@dataclass(frozen=True, slots=True)
class Transformer:
    """A checked way from `source` to `target`; call it with (n, 2) coordinates."""

    source: Crs
    target: Crs
    steps: tuple[pyproj.Transformer, ...]
    shift: DatumShift | None = None

    def __call__(self, xy: Float64Array) -> Float64Array:
        """Transformed copy (n, 2).

        Raises   GT-1201 a coordinate cannot lie in `source`, GT-1209 outside the parameters' area
        """
        xy = np.array(xy, np.float64).reshape(-1, 2)
        beyond = _beyond(xy, self.source)
        if beyond.any():
            raise _outside(xy[np.argmax(beyond)], self.source)
        if self.shift is not None:
            _check_validity(xy, self.source, self.shift)
        x, y = xy[:, 0].copy(), xy[:, 1].copy()
        for step in self.steps:
            x, y = step.transform(x, y, errcheck=False)
        out = np.column_stack([x, y])
        lost = _beyond(out, self.target) | (np.isnan(out) & ~np.isnan(xy)).any(axis=1)
        if lost.any():
            raise _outside(xy[np.argmax(lost)], self.source)
        return out


def _outside(at: Float64Array, crs: Crs) -> Exception:
    x, y = float(at[0]), float(at[1])
    zh, en = (
        ("经纬度", "longitude and latitude")
        if isinstance(crs, Geographic)
        else ("高斯-克吕格平面", "the Gauss plane")
    )
    return COORDINATES_OUTSIDE(place=Place(coordinate=(x, y)), x=x, y=y, system_zh=zh, system_en=en)


def _beyond(xy: Float64Array, crs: Crs) -> BoolArray:
    """Which coordinates cannot lie in a system; NaN is let pass."""
    if isinstance(crs, Geographic):
        bad = (np.abs(xy[:, 0]) > 180) | (np.abs(xy[:, 1]) > 90)
    else:
        bad = (np.abs(xy[:, 0] - crs.false_easting) > _FARTHEST) | (np.abs(xy[:, 1]) > 10_002_000)
    return np.asarray(bad | np.isinf(xy).any(axis=1))


def _check_validity(xy: Float64Array, source: Crs, shift: DatumShift) -> None:
    degrees = xy if isinstance(source, Geographic) else transformer(source, Geographic(source.datum))(xy)
    west, south, east, north = shift.valid
    bad = (degrees[:, 0] < west) | (degrees[:, 0] > east) | (degrees[:, 1] < south) | (degrees[:, 1] > north)
    if bad.any():
        x, y = map(float, xy[np.argmax(bad)])
        raise SHIFT_OUT_OF_AREA(place=Place(coordinate=(x, y)), x=x, y=y)


def _gauss(zone: GaussKruger, datum: Datum, *, inverse: bool = False) -> str:
    return (
        f"+step {'+inv' if inverse else ''} +proj=tmerc +lat_0=0 +lon_0={zone.central_meridian} +k=1"
        f" +x_0={zone.false_easting} +y_0=0 {ELLIPSOIDS[datum]}"
    )


def _to_radians(crs: Crs) -> str:
    if isinstance(crs, Geographic):
        return _DEGREES.format(inverse="")
    return _gauss(crs, crs.datum, inverse=True)


def _from_radians(crs: Crs) -> str:
    if isinstance(crs, Geographic):
        return _DEGREES.format(inverse="+inv")
    return _gauss(crs, crs.datum)


def _pipeline(*steps: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_pipeline("+proj=pipeline " + " ".join(steps))


def _bursa(method: Bursa, source: Datum, target: Datum, inverse: bool) -> str:
    helmert = (
        f"+step {'+inv' if inverse else ''} +proj=helmert +x={method.dx} +y={method.dy} +z={method.dz}"
        f" +rx={method.rx} +ry={method.ry} +rz={method.rz} +s={method.scale_ppm} +convention={method.convention}"
    )
    return f"+step +proj=cart {ELLIPSOIDS[source]} {helmert} +step +inv +proj=cart {ELLIPSOIDS[target]}"


def _plane_affine(method: PlaneShift, inverse: bool) -> str:
    angle = np.radians(method.rotation / 3600)
    c, s = method.scale * np.cos(angle), method.scale * np.sin(angle)
    return (
        f"+step {'+inv' if inverse else ''} +proj=affine +xoff={method.d_easting!r} +yoff={method.d_northing!r}"
        f" +s11={float(c)!r} +s12={float(-s)!r} +s21={float(s)!r} +s22={float(c)!r}"
    )


def _shifted(source: Crs, target: Crs, shift: DatumShift) -> pyproj.Transformer:
    inverse = shift.source is not source.datum
    method = shift.method
    if isinstance(method, Bursa):
        middle = (_bursa(method, source.datum, target.datum, inverse),)
        return _pipeline(_to_radians(source), *middle, _from_radians(target))
    if isinstance(method, GridShift):
        grid = f"+step {'+inv' if inverse else ''} +proj=hgridshift +grids={_quoted(method.path)}"
        return _pipeline(_to_radians(source), grid, _from_radians(target))
    first, last = method.source_zone, method.target_zone
    if inverse:
        first, last = last, first
    first, last = _unprefixed(first, source.datum), _unprefixed(last, target.datum)
    return _pipeline(
        _to_radians(source),
        _gauss(first, source.datum),
        _plane_affine(method, inverse),
        _gauss(last, target.datum, inverse=True),
        _from_radians(target),
    )


def _quoted(path: str) -> str:
    """A path as PROJ takes it; one it could misread is refused by an assertion, it comes from the node's own table."""
    assert not any(mark in path for mark in ('"', ",", "+"))
    return f'"{path}"'


def _unprefixed(zone: GaussKruger, datum: Datum) -> GaussKruger:
    return GaussKruger(zone.width, zone.zone, prefixed=False, datum=datum)


@lru_cache(maxsize=256)
def transformer(
    source: Crs, target: Crs, *, shift: DatumShift | None = None, web_display: bool = False
) -> Transformer:
    """The way from one system to another, made once and kept.

    On one datum the projection alone is used. WGS84 counts as CGCS2000 only for `web_display` (they drift apart by
    plate motion); any other change of datum needs `shift`.
    Raises   GT-1203 no parameters for this change of datum
    """
    if source.datum is target.datum:
        return Transformer(source, target, (_pipeline(_to_radians(source), _from_radians(target)),))
    if web_display and {source.datum, target.datum} == {Datum.WGS84, Datum.CGCS2000}:
        alike = _alike(source), _alike(target)
        return Transformer(source, target, (_pipeline(_to_radians(alike[0]), _from_radians(alike[1])),))
    if shift is None or {shift.source, shift.target} != {source.datum, target.datum}:
        raise DATUM_SHIFT_UNCONFIGURED(source=source.datum.value, target=target.datum.value)
    return Transformer(source, target, (_shifted(source, target, shift),), shift)


def _alike(crs: Crs) -> Crs:
    return CGCS2000 if isinstance(crs, Geographic) else crs


def transform_xy(
    xy: Float64Array, source: Crs, target: Crs, *, shift: DatumShift | None = None, web_display: bool = False
) -> Float64Array:
    """Coordinates (n, 2) from one system to another; see `transformer`."""
    return transformer(source, target, shift=shift, web_display=web_display)(xy)


def transform(
    geoms: GeometryArray,
    source: Crs,
    target: Crs,
    *,
    shift: DatumShift | None = None,
    web_display: bool = False,
) -> GeometryArray:
    """Geometries (n,) from one system to another, 2-D; missing stays missing. See `transformer`."""
    way = transformer(source, target, shift=shift, web_display=web_display)
    moved: GeometryArray = shapely.transform(np.asarray(geoms, dtype=object), way)
    return moved


def zone_of(longitude: float, width: Literal[3, 6] = 3, prefixed: bool = True) -> GaussKruger:
    """The CGCS2000 zone a longitude lies in (a boundary belongs to the eastern zone).

    Raises   GT-1201 outside the zones of China (3-degree 25…45, 6-degree 13…23)
    """
    zone = int(np.floor(longitude / 3 + 0.5)) if width == 3 else int(np.floor(longitude / 6)) + 1
    try:
        return GaussKruger(width, zone, prefixed)
    except ValueError:
        raise COORDINATES_OUTSIDE(
            x=longitude, y="-", system_zh="中国的分带", system_en="the zones of China"
        ) from None


@lru_cache(maxsize=1)
def _by_epsg() -> dict[int, Crs]:
    known: dict[int, Crs] = {Geographic(datum).epsg: Geographic(datum) for datum in Datum}
    for datum in (Datum.CGCS2000, Datum.XIAN80, Datum.BEIJING54):
        for width, zones in ((3, range(25, 46)), (6, range(13, 24))):
            for zone in zones:
                for prefixed in (True, False):
                    crs = GaussKruger(3 if width == 3 else 6, zone, prefixed, datum)
                    known[crs.epsg] = crs
    return known


def crs_from_epsg(epsg: int) -> Crs:
    """The system behind an EPSG code.

    Raises   GT-1204 not a system of the trade
    """
    try:
        return _by_epsg()[int(epsg)]
    except KeyError:
        raise CRS_UNSUPPORTED(name=f"EPSG:{epsg}") from None
