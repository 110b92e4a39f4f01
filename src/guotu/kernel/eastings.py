"""Tell the coordinate system from the numbers themselves, with evidence a reviewer can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from guotu.model.arrays import Float64Array
from guotu.model.datum import CGCS2000, Crs, GaussKruger

_REACH: dict[int, float] = {3: 170_000.0, 6: 335_000.0}
_HALF_DEGREE = 56_000.0
"""A neighbour zone's strip of half a degree may be kept in one zone (a county across zones uses one)."""


@dataclass(frozen=True, slots=True)
class ZoneGuess:
    """What the numbers tell. `crs` is None where they do not suffice; `swapped` where the first column is the northing
    (or latitude); `packed` where they look like ddd.mmss; `warning_*` is empty or worth showing."""

    crs: Crs | None
    evidence_zh: str
    evidence_en: str
    swapped: bool = False
    geographic: bool = False
    packed: bool = False
    warning_zh: str = ""
    warning_en: str = ""


def crs_from_eastings(
    x: Float64Array,
    y: Float64Array | None = None,
    *,
    hint: GaussKruger | None = None,
    longitude: float | None = None,
) -> ZoneGuess:
    """Guess the system of coordinates from the first column (and the second, where given).

    25 ≤ E÷10⁶ ≤ 45 is a 3-degree zone, 13…23 a 6-degree zone; without prefix the zone comes from `hint` (a file header's
    带号) or from the county's `longitude`. A first column of northings or latitudes is reported as swapped. The datum is
    CGCS2000 unless `hint` names another; numbers cannot show the datum.
    """
    columns = [np.asarray(column, np.float64).ravel() for column in (x, y) if column is not None]
    if not columns or any(len(c) == 0 or not np.isfinite(c).all() for c in columns):
        return ZoneGuess(None, "没有可用的坐标值", "there are no usable coordinates")
    first = columns[0]
    second = columns[1] if len(columns) > 1 else None
    if _inside(first, 73, 136) and (second is None or _inside(second, 3, 54)):
        return _degrees(columns, swapped=False)
    if _inside(first, 3, 54) and (second is None or _inside(second, 73, 136)):
        return _degrees(columns, swapped=True)
    swapped = _northings(first) and (second is None or not _northings(second) or _prefixed(second))
    east = second if swapped else first
    if east is None:
        return ZoneGuess(
            None,
            "第一列像纵坐标（北），缺少横坐标",
            "the first column looks like northings; eastings are missing",
            swapped=True,
        )
    return _plane(east, swapped, hint, longitude)


def _inside(values: Float64Array, low: float, high: float) -> bool:
    return bool((values >= low).all() and (values <= high).all())


def _prefixed(values: Float64Array) -> bool:
    return bool((values >= 13e6).all() and (values < 46e6).all())


def _northings(values: Float64Array) -> bool:
    return _inside(values, 400_000, 5_950_000) and bool((values > 900_000).any())


def _degrees(columns: list[Float64Array], *, swapped: bool) -> ZoneGuess:
    packed = looks_packed(np.concatenate(columns))
    order_zh, order_en = ("纬度在前", "latitude first") if swapped else ("经度在前", "longitude first")
    note_zh, note_en = ("，形如 度.分秒", ", shaped like ddd.mmss") if packed else ("", "")
    return ZoneGuess(
        CGCS2000,
        f"数值在经纬度范围内（{order_zh}）{note_zh}",
        f"values lie in the range of degrees ({order_en}){note_en}",
        swapped=swapped,
        geographic=True,
        packed=packed,
    )


def _plane(east: Float64Array, swapped: bool, hint: GaussKruger | None, longitude: float | None) -> ZoneGuess:
    prefixes = np.unique(np.floor(east / 1e6).astype(np.int64))
    if len(prefixes) != 1:
        shown = "、".join(map(str, prefixes[:4]))
        return ZoneGuess(
            None,
            f"横坐标的带号不一致：{shown}",
            f"eastings carry several zone numbers: {shown}",
            swapped=swapped,
        )
    prefix = int(prefixes[0])
    zh_order, en_order = ("；第一列是纵坐标", "; the first column is the northing") if swapped else ("", "")
    if prefix == 0 and _inside(east, 100_000, 900_000):
        return _without_prefix(east, swapped, hint, longitude)
    width = _width_of(prefix)
    if width is None:
        return ZoneGuess(
            None,
            f"横坐标 {east[0]:.3f} 不是任何分带的坐标",
            f"easting {east[0]:.3f} belongs to no zone",
            swapped=swapped,
        )
    zone = GaussKruger(width, prefix, True, hint.datum) if hint else GaussKruger(width, prefix)
    return _checked(
        east, zone, swapped,
        f"横坐标前两位 {prefix} 是 {width} 度带带号，中央经线 {zone.central_meridian}°{zh_order}",
        f"eastings begin with {prefix}, a {width}-degree zone, central meridian {zone.central_meridian}°{en_order}",
    )  # fmt: skip


def _width_of(prefix: int) -> Literal[3, 6] | None:
    if 25 <= prefix <= 45:
        return 3
    return 6 if 13 <= prefix <= 23 else None


def _without_prefix(
    east: Float64Array, swapped: bool, hint: GaussKruger | None, longitude: float | None
) -> ZoneGuess:
    if hint is not None:
        zone = GaussKruger(hint.width, hint.zone, False, hint.datum)
        why_zh, why_en = "文件说明", "the file's header"
    elif longitude is not None and 73.5 <= longitude < 136.5:
        zone = GaussKruger(3, int(np.floor(longitude / 3 + 0.5)), False)
        why_zh, why_en = f"所在地经度 {longitude:.2f}°", f"the place's longitude {longitude:.2f}°"
    else:
        return ZoneGuess(
            None, "横坐标不带带号，且没有其他依据判断带号",
            "eastings carry no zone number and nothing else tells the zone", swapped=swapped,
        )  # fmt: skip
    return _checked(
        east, zone, swapped,
        f"横坐标不带带号，按{why_zh}取 {zone.width} 度带 {zone.zone} 带",
        f"eastings carry no zone number; zone {zone.zone} ({zone.width} degrees) from {why_en}",
    )  # fmt: skip


def _checked(east: Float64Array, zone: GaussKruger, swapped: bool, zh: str, en: str) -> ZoneGuess:
    farthest = float(np.abs(east - zone.false_easting).max())
    reach = _REACH[zone.width]
    if farthest > reach + _HALF_DEGREE:
        return ZoneGuess(
            None, f"{zh}；但离中央经线 {farthest / 1000:.0f} 千米，带号有误",
            f"{en}; but {farthest / 1000:.0f} km from the central meridian, so the zone is wrong", swapped=swapped,
        )  # fmt: skip
    if farthest > reach:
        return ZoneGuess(
            zone, zh, en, swapped=swapped,
            warning_zh=f"最远离中央经线 {farthest / 1000:.0f} 千米，已伸入邻带",
            warning_en=f"reaches {farthest / 1000:.0f} km from the central meridian, into the next zone",
        )  # fmt: skip
    return ZoneGuess(zone, zh, en, swapped=swapped)


def _split(values: Float64Array) -> tuple[Float64Array, Float64Array, Float64Array]:
    """Degrees, minutes and seconds of ddd.mmss numbers, free of binary dust."""
    parts = np.round(np.abs(np.asarray(values, np.float64)) * 10_000, 6)
    degrees = np.floor(parts / 10_000)
    minutes = np.floor((parts - degrees * 10_000) / 100)
    return degrees, minutes, parts - degrees * 10_000 - minutes * 100


def looks_packed(values: Float64Array) -> bool:
    """Whether degrees look like ddd.mmss: no minute or second over 59 where chance alone would leave < 1 % doubt."""
    values = np.unique(np.asarray(values, np.float64))
    values = values[np.isfinite(values) & (values != np.floor(values))]
    if len(values) == 0 or 0.36 ** len(values) > 0.01:
        return False
    _, minutes, seconds = _split(values)
    return bool((minutes < 60).all() and (seconds < 60).all())


def unpack_degrees(values: Float64Array) -> Float64Array:
    """Decimal degrees of ddd.mmss(sss) numbers."""
    degrees, minutes, seconds = _split(values)
    return np.asarray(np.sign(values) * (degrees + minutes / 60 + seconds / 3600), np.float64)
