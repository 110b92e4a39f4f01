"""Recognise a coordinate system from its WKT (`.prj`) by parameters: files of the trade rarely name an authority."""

from __future__ import annotations

import re
from typing import Any, Literal

import pyproj
from pyproj.exceptions import CRSError

from guotu.errors.datum import CRS_UNREADABLE, CRS_UNSUPPORTED
from guotu.model.datum import Crs, Datum, GaussKruger, Geographic

_LONGEST = 65_536
_DATUM_NAMES = (
    (re.compile(r"china2000|cgcs2000|chinageodeticcoordinatesystem2000|chinageodetic2000"), Datum.CGCS2000),
    (re.compile(r"xian(19)?80|xiansys|gdz80"), Datum.XIAN80),
    (re.compile(r"beijing(19)?54|peking(19)?54|bj54"), Datum.BEIJING54),
    (re.compile(r"wgs(19)?84|worldgeodeticsystem1984"), Datum.WGS84),
)
_NAMELESS = re.compile(r"|unnamed|unknown|userdefined|undefined|custom|notspecified.*|unknownbasedon.*")
_ELLIPSOIDS = (
    (Datum.CGCS2000, 6378137.0, 298.257222101),
    (Datum.XIAN80, 6378140.0, 298.257),
    (Datum.BEIJING54, 6378245.0, 298.3),
)


def crs_from_wkt(wkt: str) -> Crs:
    """The system a WKT text describes, matched by datum name, ellipsoid and projection parameters.

    A nameless datum is taken for the one whose ellipsoid it carries; a named foreign datum (NAD83, ETRS89…) is not, though
    it may share the ellipsoid. Without zone prefix 3- and 6-degree zones can be the same plane: the name decides, then 3.
    Raises   GT-1204 not a system of the trade, GT-1205 not WKT
    """
    if len(wkt) > _LONGEST:
        raise CRS_UNREADABLE(reason=f"> {_LONGEST}")
    try:
        crs = pyproj.CRS.from_wkt(wkt.strip("\ufeff \t\r\n\0"))
    except CRSError as problem:
        raise CRS_UNREADABLE(reason=str(problem)[:200]) from None
    crs = _horizontal(crs)
    if crs.prime_meridian is not None and crs.prime_meridian.longitude != 0:
        raise CRS_UNSUPPORTED(name=crs.name)
    datum = _datum(crs)
    if datum is None:
        raise CRS_UNSUPPORTED(name=crs.name)
    if crs.is_geographic:
        return Geographic(datum)
    zone = _zone(crs, datum) if crs.is_projected else None
    if zone is None:
        raise CRS_UNSUPPORTED(name=crs.name)
    return zone


def _horizontal(crs: Any) -> Any:
    while crs.is_bound or crs.is_compound:
        crs = crs.source_crs if crs.is_bound else crs.sub_crs_list[0]
    return crs


def _plain(name: str) -> str:
    squeezed = re.sub(r"[^a-z0-9]", "", name.lower())
    return re.sub(r"^d(?=china|xian|beijing|wgs|cgcs|user|unknown|unnamed)", "", squeezed)


def _datum(crs: Any) -> Datum | None:
    ellipsoid = crs.ellipsoid
    if ellipsoid is None:
        return None
    fitting = {
        datum
        for datum, semi_major, inverse in _ELLIPSOIDS
        if abs(ellipsoid.semi_major_metre - semi_major) < 1e-3
        and abs(ellipsoid.inverse_flattening - inverse) < 1e-8
    }
    geographic = crs.geodetic_crs
    names = [_plain(n) for n in (crs.datum.name if crs.datum else "", geographic.name if geographic else "")]
    if _NAMELESS.fullmatch(names[0]) and len(fitting) == 1:
        return fitting.pop()
    for pattern, datum in _DATUM_NAMES:
        if any(pattern.search(name) for name in names):
            return datum if datum in fitting or datum is Datum.WGS84 else None
    return None


def _zone(crs: Any, datum: Datum) -> GaussKruger | None:
    operation = crs.coordinate_operation
    if (
        datum is Datum.WGS84
        or operation is None
        or operation.method_name
        not in {
            "Transverse Mercator",
            "Gauss-Kruger",
            "Gauss_Kruger",
        }
    ):
        return None
    if any(abs(axis.unit_conversion_factor - 1) > 1e-12 for axis in crs.axis_info):
        return None
    values = {parameter.name: parameter.value for parameter in operation.params}
    plain = (
        values.get("Latitude of natural origin", 0.0) == 0
        and abs(values.get("Scale factor at natural origin", 1.0) - 1) < 1e-12
        and abs(values.get("False northing", 0.0)) < 1e-6
    )
    meridian, easting = values.get("Longitude of natural origin"), values.get("False easting")
    if not plain or meridian is None or easting is None or abs(meridian - round(meridian)) > 1e-9:
        return None
    return _fit(round(meridian), easting, crs.name, datum)


def _fit(meridian: int, easting: float, name: str, datum: Datum) -> GaussKruger | None:
    prefixed = abs(easting - 500_000) > 1e-3
    for width in _widths(name):
        zone, rest = divmod(meridian + (0 if width == 3 else 3), width)
        if rest:
            continue
        try:
            fitted = GaussKruger(width, zone, prefixed, datum)
        except ValueError:
            continue
        if abs(fitted.false_easting - easting) < 1e-3:
            return fitted
    return None


def _widths(name: str) -> tuple[Literal[3, 6], Literal[3, 6]]:
    six = re.search(r"(?i)(?<!\d)6[ _-]?deg|6°|6度", name) or (
        re.search(r"(?i)gauss|gk", name) and not re.search(r"(?i)(?<!\d)3[ _-]?deg|3°|3度", name)
    )
    return (6, 3) if six else (3, 6)
