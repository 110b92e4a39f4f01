"""Boundary TXT, the coordinate half: what the header claims, what the numbers show, columns turned to (x, y)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

from guotu.errors import GuotuError, Place
from guotu.errors.datum import CRS_CONTRADICTED, CRS_UNKNOWN, GCJ_REFUSED
from guotu.errors.files import TXT_DECLARED
from guotu.ingest.crs_evidence import name as crs_name
from guotu.ingest.crs_evidence import refuse_old_datum
from guotu.kernel.coords import crs_from_epsg, unpack_degrees
from guotu.model.arrays import Float64Array
from guotu.model.datum import Crs, Datum, GaussKruger, Geographic

Warnings = list[tuple[str, str]]
_UNITS = {"", "米", "m", "meter", "metre", "度", "十进制度", "度分秒", "ddd.mmss", "dms"}
_PACKED_UNITS = {"度分秒", "ddd.mmss", "dms"}
_EAST, _NORTH = (73.0, 136.0), (3.0, 54.0)


@dataclass(frozen=True, slots=True)
class Declared:
    """The header's claim; None where it says nothing."""

    datum: Datum
    width: Literal[3, 6] | None
    zone: int | None
    packed: bool


def declared(header: dict[str, str], name: str) -> Declared:
    """The header keys 坐标系, 几度分带, 投影类型, 计量单位, 带号.

    Raises   GT-1131 a value nobody can accept, GT-1224 an offset system, GT-1203 a datum without parameters
    """
    datum = _datum(header.get("坐标系", ""), name)
    projection = header.get("投影类型", "")
    if projection and not re.search(r"高斯|gauss", projection, re.IGNORECASE):
        raise _refused("投影类型", projection, name)
    unit = header.get("计量单位", "").lower()
    if unit not in _UNITS:
        raise _refused("计量单位", unit, name)
    width = _integer(header, "几度分带", name)
    if width not in (None, 3, 6):
        raise _refused("几度分带", str(width), name)
    zone = _integer(header, "带号", name)
    known: Literal[3, 6] | None = 3 if width == 3 else 6 if width == 6 else None
    return Declared(datum, known, zone, unit in _PACKED_UNITS)


def _datum(text: str, name: str) -> Datum:
    plain = text.upper().replace(" ", "")
    if re.search(r"GCJ|BD-?09|火星|百度|高德", plain):
        raise GCJ_REFUSED(place=Place(file=name, field="坐标系"), system=text)
    if not plain or re.search(r"2000", plain):
        return Datum.CGCS2000
    for pattern, datum in ((r"80|西安", Datum.XIAN80), (r"54|北京", Datum.BEIJING54), (r"WGS", Datum.WGS84)):
        if re.search(pattern, plain):
            return datum
    raise _refused("坐标系", text, name)


def _integer(header: dict[str, str], key: str, name: str) -> int | None:
    text = re.sub(r"[度带第\s]", "", header.get(key, ""))
    if not text:
        return None
    if not re.fullmatch(r"\d{1,3}", text):
        raise _refused(key, header[key], name)
    return int(text)


def _refused(key: str, value: str, name: str) -> GuotuError:
    return TXT_DECLARED(place=Place(file=name, field=key), key=key, value=value[:40])


@dataclass(frozen=True, slots=True)
class Columns:
    """How the two coordinate columns become (x, y): degrees or metres, swapped or not, ddd.mmss or not."""

    degrees: bool
    x_first: bool
    packed: bool

    def xy(self, first: Float64Array, second: Float64Array) -> Float64Array:
        """(n, 2): longitude/latitude in decimal degrees, or easting/northing in metres."""
        x, y = (first, second) if self.x_first else (second, first)
        if self.packed:
            x, y = unpack_degrees(x), unpack_degrees(y)
        return np.column_stack([x, y])


def columns_of(
    first: Float64Array, second: Float64Array, claim: Declared, warnings: Warnings, name: str
) -> Columns:
    """Tell degrees from metres and which column is the easting, by magnitude over the whole file.

    The format says X = northing first; degrees come longitude first. What is the other way round is read rightly, with a warning.
    Raises   GT-1221 where the numbers are neither
    """
    a, b = float(np.median(first)), float(np.median(second))
    if _in(a, _EAST) and _in(b, _NORTH):
        return Columns(True, True, claim.packed)
    if _in(a, _NORTH) and _in(b, _EAST):
        warnings.append(
            (
                "经纬度两列次序颠倒，已按（经度，纬度）读取",
                "latitude comes first; read as (longitude, latitude)",
            )
        )
        return Columns(True, False, claim.packed)
    northing_first = _is_northing(a) and _is_easting(b)
    easting_first = _is_easting(a) and _is_northing(b)
    if northing_first and (not easting_first or a > b):
        return Columns(False, False, False)
    if easting_first:
        warnings.append(
            (
                "X、Y 两列颠倒（东坐标在前），已按数值调换",
                "X and Y are swapped (easting first); put right by magnitude",
            )
        )
        return Columns(False, True, False)
    raise CRS_UNKNOWN(
        place=Place(file=name, coordinate=(a, b)),
        reason_zh=f"({a:.3f}, {b:.3f}) 既不是度也不是高斯坐标",
        reason_en=f"({a:.3f}, {b:.3f}) is neither degrees nor Gauss coordinates",
    )


def _in(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _is_northing(value: float) -> bool:
    return 300_000 <= value <= 6_100_000


def _is_easting(value: float) -> bool:
    return value >= 13_000_000 or 100_000 <= value <= 999_999


def could_be_packed(values: Float64Array) -> bool:
    """Whether no value, read as ddd.mmss, has minutes or seconds beyond 59."""
    scaled = np.round(np.abs(values) * 10_000, 6)
    return bool((np.floor(scaled % 10_000 / 100) < 60).all() and (scaled % 100 < 60).all())


def crs_of(
    x: Float64Array, claim: Declared, asked: int | None, name: str, known: frozenset[Datum] = frozenset()
) -> tuple[Crs, str, str]:
    """The system of one parcel's plane eastings, with evidence zh and en.

    Raises   GT-1221 no zone to be found, GT-1222 header and eastings disagree or a parcel mixes zones, GT-1203 old datums
    """
    prefixes = set(np.unique(np.floor(x / 1e6).astype(int)).tolist())
    place = Place(file=name, coordinate=(float(x[0]), 0.0))
    if prefixes == {0}:
        crs = _unprefixed(claim, asked, name)
        found = ("横坐标不带带号，带号取自文件头", "eastings carry no zone; it is taken from the header")
    elif len(prefixes) > 1:
        listed = "、".join(map(str, sorted(prefixes)))
        raise _disagree(
            "同一地块", "one parcel", f"界址点带号不一：{listed}", f"its points carry zones {listed}", place
        )
    else:
        crs = _prefixed(prefixes.pop(), claim, float(np.median(x)), place)
        found = (f"横坐标前两位 {crs.zone}", f"eastings begin with {crs.zone}")
    refuse_old_datum(crs, Place(file=name, field="坐标系"), known)
    zh, en = crs_name(crs)
    return crs, f"{found[0]}：{zh}", f"{found[1]}: {en}"


def _prefixed(prefix: int, claim: Declared, easting: float, place: Place) -> GaussKruger:
    if 25 <= prefix <= 45:
        crs = GaussKruger(3, prefix, datum=claim.datum)
    elif 13 <= prefix <= 23:
        crs = GaussKruger(6, prefix, datum=claim.datum)
    else:
        raise CRS_UNKNOWN(
            place=place, reason_zh=f"没有第 {prefix} 带", reason_en=f"there is no zone {prefix}"
        )
    wrong_width = claim.width not in (None, crs.width)
    if wrong_width or claim.zone not in (None, crs.zone):
        said_zh = f"{claim.width or '?'} 度带第 {claim.zone or '?'} 带"
        said_en = f"{claim.width or '?'}-degree zone {claim.zone or '?'}"
        zh, en = crs_name(crs)
        raise _disagree(
            said_zh,
            said_en,
            f"横坐标 {easting:.3f} 属于 {zh}",
            f"easting {easting:.3f} belongs to {en}",
            place,
        )
    reach = 220_000 if crs.width == 3 else 390_000
    if abs(easting - crs.false_easting) > reach:
        zh, en = crs_name(crs)
        raise _disagree(
            zh, en, f"横坐标 {easting:.3f} 不在该带内", f"easting {easting:.3f} lies outside it", place
        )
    return crs


def _disagree(said_zh: str, said_en: str, found_zh: str, found_en: str, place: Place) -> GuotuError:
    return CRS_CONTRADICTED(
        place=place, declared_zh=said_zh, declared_en=said_en, found_zh=found_zh, found_en=found_en
    )


def _unprefixed(claim: Declared, asked: int | None, name: str) -> GaussKruger:
    if claim.zone is not None:
        width = claim.width or (3 if claim.zone >= 25 else 6)
        try:
            return GaussKruger(width, claim.zone, prefixed=False, datum=claim.datum)
        except ValueError:
            raise _refused("带号", str(claim.zone), name) from None
    if asked is not None:
        crs = crs_from_epsg(asked)
        if isinstance(crs, GaussKruger):
            return GaussKruger(crs.width, crs.zone, prefixed=False, datum=crs.datum)
    raise CRS_UNKNOWN(
        place=Place(file=name, field="带号"),
        reason_zh="横坐标不带带号，文件头也没有带号",
        reason_en="eastings carry no zone and the header names none",
    )


def geographic(claim: Declared, name: str, known: frozenset[Datum] = frozenset()) -> tuple[Crs, str, str]:
    """Degrees on the header's datum; raises GT-1203 for an old one that is not `known`."""
    crs = Geographic(claim.datum)
    refuse_old_datum(crs, Place(file=name, field="坐标系"), known)
    zh, en = crs_name(crs)
    return crs, f"坐标是度：{zh}", f"coordinates are degrees: {en}"
