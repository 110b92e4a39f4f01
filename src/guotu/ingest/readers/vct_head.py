"""Inside the sandbox: the coordinate system that the head of a VCT file declares. Its extent is never believed."""

from __future__ import annotations

import numpy as np

from guotu.errors import GuotuError
from guotu.model.arrays import Float64Array
from guotu.model.datum import CGCS2000, Crs, Datum, GaussKruger, Geographic

_NAMES = (
    ("2000", Datum.CGCS2000), ("西安", Datum.XIAN80), ("XIAN", Datum.XIAN80), ("北京", Datum.BEIJING54),
    ("BEIJING", Datum.BEIJING54),
)  # fmt: skip
_SPHEROIDS = ((6378137.0, Datum.CGCS2000), (6378140.0, Datum.XIAN80), (6378245.0, Datum.BEIJING54))

_REACH = 226_000.0
"""Metres that a 3-degree zone and half a degree of its neighbour reach from the central meridian."""


def declared(head: dict[str, str], xy: Float64Array) -> tuple[str | None, tuple[str, str] | None]:
    """("EPSG:n", evidence zh and en) of a head, (None, None) where it does not say enough.

    Whether eastings carry their zone's number is told by the coordinates: heads get it wrong.
    """
    datum = _datum(head.get("Spheroid", ""))
    if datum is None:
        return None, None
    degrees = "CoordinateSystemType" not in head and len(xy) > 0 and bool(np.abs(xy).max() <= 360)
    if head.get("CoordinateSystemType") == "D" or degrees:
        crs: Crs | None = _geographic(datum)
    else:
        crs = _plane(head, datum, xy) or _by_meridian(head, datum, xy)
    if crs is None:
        return None, None
    try:
        epsg = crs.epsg
    except (GuotuError, ValueError, KeyError):
        return None, None
    zh = f"文件头：{head.get('Spheroid', '')} {head.get('Projection', '')} {head.get('Parameters', '')}（EPSG:{epsg}）"
    en = f"its head: {head.get('Spheroid', '')}, parameters {head.get('Parameters', '—')} (EPSG:{epsg})"
    return f"EPSG:{epsg}", (zh, en)


def _datum(spheroid: str) -> Datum | None:
    parts = spheroid.replace("，", ",").split(",")
    name = parts[0].upper().replace(" ", "")
    for mark, datum in _NAMES:
        if mark in name:
            return datum
    try:
        axis = float(parts[1])
    except (IndexError, ValueError):
        return None
    if axis == _SPHEROIDS[0][0] and "84" in name:
        return Datum.WGS84
    return next((datum for known, datum in _SPHEROIDS if abs(axis - known) < 0.5), None)


def _geographic(datum: Datum) -> Crs:
    return CGCS2000 if datum is Datum.CGCS2000 else Geographic(datum)


def _plane(head: dict[str, str], datum: Datum, xy: Float64Array) -> Crs | None:
    """Parameters are central meridian, scale, false easting, false northing, zone width, zone number."""
    try:
        numbers = [float(part) for part in head.get("Parameters", "").replace("，", ",").split(",")]
        easting, width, zone = numbers[2], int(numbers[4]), int(numbers[5])
    except (IndexError, ValueError):
        return None
    if width not in (3, 6):
        return None
    prefixed = float(np.median(xy[:, 0])) > 1e7 if len(xy) else easting > 1e6
    try:
        return GaussKruger(3 if width == 3 else 6, zone, prefixed=prefixed, datum=datum)
    except (ValueError, GuotuError):
        return None


def _by_meridian(head: dict[str, str], datum: Datum, xy: Float64Array) -> Crs | None:
    """Old heads give the central meridian; the eastings' prefix, or how far they reach, says which width its zone has."""
    try:
        meridian = round(float(head.get("Meridian", "")))
    except ValueError:
        return None
    prefix = int(np.median(xy[:, 0]) // 1e6) if len(xy) else 0
    far = not prefix and len(xy) > 0 and float(np.abs(xy[:, 0] - 500_000).max()) > _REACH
    for width in (6, 3) if far else (3, 6):
        zone, rest = divmod(meridian + (0 if width == 3 else 3), width)
        if rest or prefix not in (0, zone):
            continue
        try:
            return GaussKruger(3 if width == 3 else 6, zone, prefixed=bool(prefix), datum=datum)
        except ValueError:
            continue
    return None
