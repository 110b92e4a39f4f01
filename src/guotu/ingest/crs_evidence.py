"""Which coordinate system a layer is in, and why: declared, by parameters, by magnitude, or as the user said.

What a file declares is compared with its coordinates: a declaration that the coordinates contradict is an error naming both,
never silently corrected.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from guotu.errors import GuotuError, Place
from guotu.errors.datum import AXES_SWAPPED, CRS_CONTRADICTED, CRS_UNKNOWN, DATUM_SHIFT_UNCONFIGURED
from guotu.kernel.coords import crs_from_eastings, crs_from_epsg, crs_from_wkt
from guotu.model.arrays import Float64Array
from guotu.model.datum import CGCS2000, Crs, Datum, GaussKruger, Geographic

How = Literal["declared", "parameters", "magnitude", "asked", "default"]

_CHINA_EAST, _CHINA_NORTH = (73.0, 136.0), (3.0, 54.0)
_NORTHINGS = (300_000.0, 6_100_000.0)


@dataclass(frozen=True, slots=True)
class CrsEvidence:
    """The system found and the reason in both languages; `warnings` are (zh, en) pairs."""

    crs: Crs
    how: How
    zh: str
    en: str
    warnings: tuple[tuple[str, str], ...] = ()


def resolve(
    declared: str | None,
    xy: Float64Array,
    *,
    asked: int | None = None,
    place: Place,
    free: bool = False,
    known: frozenset[Datum] = frozenset(),
) -> CrsEvidence:
    """Weigh what is known of a layer.

    Shapes   xy (n, 2): a vertex of each sampled feature as found in the file
    Needs    declared: "EPSG:n" or WKT as the file has it, None for nothing; `free`: the declaration is only a format's default;
             `known`: datums the node has parameters for
    Raises   GT-1203 an old datum without parameters, GT-1204 a system that is not supported, GT-1221 nothing to go
             by, GT-1222 contradiction, GT-1223 swapped axes
    """
    xy = xy[np.isfinite(xy).all(axis=1)]
    try:
        found = _found(declared, xy, asked, place, free)
    except GuotuError as problem:
        here = problem.place if problem.place != Place() else place
        raise GuotuError(problem.kind, place=here, facts=problem.facts) from None
    refuse_old_datum(found.crs, place, known)
    return found


def _found(
    declared: str | None, xy: Float64Array, asked: int | None, place: Place, free: bool
) -> CrsEvidence:
    if declared and not free:
        return _checked(_declared(declared), xy, asked, place)
    if asked is not None:
        crs = crs_from_epsg(asked)
        zh, en = (
            f"按指定的 EPSG:{asked}（文件未声明坐标系）",
            f"EPSG:{asked} as asked (the file declares none)",
        )
        return _checked(CrsEvidence(crs, "asked", zh, en), xy, None, place)
    return _guessed(xy, place, format_default=declared if free else None)


def refuse_old_datum(crs: Crs, place: Place, known: frozenset[Datum] = frozenset()) -> None:
    """Xi'an 80 and Beijing 54 need parameters that are controlled data; without them (`known`) nothing is read.

    Raises   GT-1203
    """
    if crs.datum in (Datum.XIAN80, Datum.BEIJING54) and crs.datum not in known:
        raise DATUM_SHIFT_UNCONFIGURED(place=place, source=name(crs)[0], target="CGCS2000")


def name(crs: Crs) -> tuple[str, str]:
    """How a system is called, zh and en."""
    datum = {
        Datum.CGCS2000: "CGCS2000",
        Datum.XIAN80: "西安80",
        Datum.BEIJING54: "北京54",
        Datum.WGS84: "WGS84",
    }[crs.datum]
    if isinstance(crs, Geographic):
        return f"{datum} 经纬度（EPSG:{crs.epsg}）", f"{crs.datum} longitude/latitude (EPSG:{crs.epsg})"
    prefix_zh, prefix_en = (
        ("带号加于横坐标", "with prefix") if crs.prefixed else ("横坐标不带带号", "without prefix")
    )
    return (
        f"{datum} {crs.width} 度带第 {crs.zone} 带（中央经线 {crs.central_meridian}°，{prefix_zh}，EPSG:{crs.epsg}）",
        f"{crs.datum} {crs.width}-degree zone {crs.zone} (central meridian {crs.central_meridian}E, {prefix_en}, EPSG:{crs.epsg})",
    )


def _declared(declared: str) -> CrsEvidence:
    authority = declared.upper().startswith("EPSG:")
    crs = crs_from_epsg(int(declared[5:])) if authority else crs_from_wkt(declared)
    zh, en = name(crs)
    if authority:
        return CrsEvidence(crs, "declared", f"文件声明 {zh}", f"the file declares {en}")
    return CrsEvidence(
        crs, "parameters", f"文件的投影参数即 {zh}", f"the file's projection parameters are {en}"
    )


def _checked(found: CrsEvidence, xy: Float64Array, asked: int | None, place: Place) -> CrsEvidence:
    """The evidence, or what the coordinates or the user say against it."""
    _refuse_contradiction(found.crs, xy, place)
    if asked is None or asked == found.crs.epsg:
        return found
    wanted = crs_from_epsg(asked)
    if wanted == CGCS2000 and found.crs == Geographic(Datum.WGS84):
        zh = f"{found.zh}；按指定视为 CGCS2000（历元 2000.0）"
        en = f"{found.en}; taken as CGCS2000 (epoch 2000.0) as asked"
        return CrsEvidence(wanted, "asked", zh, en)
    raise _contradiction(name(found.crs), name(wanted), place)


def _refuse_contradiction(crs: Crs, xy: Float64Array, place: Place) -> None:
    if len(xy) == 0:
        return
    x, y = (float(value) for value in np.median(xy, axis=0))
    here = Place(file=place.file, layer=place.layer, coordinate=(x, y))
    if isinstance(crs, Geographic):
        if not (abs(x) <= 360 and abs(y) <= 90):
            if abs(x) <= 90 and _CHINA_EAST[0] <= abs(y) <= _CHINA_EAST[1]:
                raise AXES_SWAPPED(place=here)
            raise _contradiction(
                name(crs), (f"坐标 ({x:.3f}, {y:.3f}) 不是度", f"({x:.3f}, {y:.3f}) is not in degrees"), here
            )
        if _within(x, _CHINA_NORTH) and _within(y, _CHINA_EAST):
            raise AXES_SWAPPED(place=here)
        return
    _check_zone(crs, x, y, here)


def _check_zone(crs: GaussKruger, x: float, y: float, place: Place) -> None:
    if abs(x) <= 360 and abs(y) <= 90:
        found = (f"坐标 ({x:.6f}, {y:.6f}) 是度", f"({x:.6f}, {y:.6f}) is in degrees")
        raise _contradiction(name(crs), found, place)
    if _fits(crs, x) and _within(y, _NORTHINGS):
        return
    if _fits(crs, y) and _within(x, _NORTHINGS):
        raise AXES_SWAPPED(place=place)
    other = crs_from_eastings(np.array([x]), np.array([y])).crs
    if other is not None and other != crs:
        raise _contradiction(name(crs), _eastings(x, other), place)
    raise _contradiction(name(crs), (f"横坐标 {x:.3f} 不在该带内", f"easting {x:.3f} lies outside it"), place)


def _eastings(x: float, crs: Crs) -> tuple[str, str]:
    zh, en = name(crs)
    return f"横坐标 {x:.3f} 属于 {zh}", f"easting {x:.3f} belongs to {en}"


def _fits(crs: GaussKruger, easting: float) -> bool:
    """Within the zone and half a degree of its neighbours."""
    reach = 220_000.0 if crs.width == 3 else 390_000.0
    return abs(easting - crs.false_easting) <= reach


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _contradiction(declared: tuple[str, str], found: tuple[str, str], place: Place) -> GuotuError:
    return CRS_CONTRADICTED(
        place=place, declared_zh=declared[0], declared_en=declared[1], found_zh=found[0], found_en=found[1]
    )


def _guessed(xy: Float64Array, place: Place, *, format_default: str | None) -> CrsEvidence:
    if len(xy) == 0:
        return CrsEvidence(CGCS2000, "default", "没有坐标可供判断", "there are no coordinates to judge by")
    x, y = xy[:, 0], xy[:, 1]
    here = Place(file=place.file, layer=place.layer, coordinate=(float(np.median(x)), float(np.median(y))))
    if bool((np.abs(x) <= 360).all() and (np.abs(y) <= 90).all()):
        return _degrees(x, y, here, format_default)
    guess = crs_from_eastings(x, y)
    if guess.swapped:
        raise AXES_SWAPPED(place=here)
    if guess.crs is None:
        raise CRS_UNKNOWN(place=here, reason_zh=guess.evidence_zh, reason_en=guess.evidence_en)
    _refuse_contradiction(guess.crs, xy, here)
    zh, en = name(guess.crs)
    warnings = [
        (f"文件未声明坐标系，按坐标数值判断为 {zh}", f"no CRS declared; judged by magnitude to be {en}")
    ]
    if guess.warning_zh:
        warnings.append((guess.warning_zh, guess.warning_en))
    return CrsEvidence(
        guess.crs, "magnitude", f"{guess.evidence_zh}：{zh}", f"{guess.evidence_en}: {en}", tuple(warnings)
    )


def _degrees(x: Float64Array, y: Float64Array, place: Place, format_default: str | None) -> CrsEvidence:
    lon, lat = float(np.median(x)), float(np.median(y))
    if _within(lon, _CHINA_NORTH) and _within(lat, _CHINA_EAST):
        raise AXES_SWAPPED(place=place)
    if not (_within(lon, _CHINA_EAST) and _within(lat, _CHINA_NORTH)):
        if format_default:
            return _declared(format_default)
        raise CRS_UNKNOWN(
            place=place,
            reason_zh=f"({lon:.6f}, {lat:.6f}) 不在中国范围内",
            reason_en=f"({lon:.6f}, {lat:.6f}) lies outside China",
        )
    zh = "文件未声明坐标系；坐标是中国范围内的经纬度，按 CGCS2000 处理"
    en = "no CRS declared; the coordinates are degrees within China, taken as CGCS2000"
    return CrsEvidence(CGCS2000, "magnitude", zh, en, ((zh, en),))
