"""Boundary TXT, the geometry half: points to closed rings, rings to polygons by containment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon

from guotu.errors import GuotuError, Place
from guotu.errors.files import GEOMETRY_BAD, TXT_RING
from guotu.ingest.boundary_txt_lines import RawPoint
from guotu.model.arrays import Float64Array

Warnings = list[tuple[str, str]]

_FAR = 1_000.0
_SPIKE_DEGREES = 10.0
_CLOSE_GAP = 1.0


@dataclass(frozen=True, slots=True)
class TxtPoint:
    """A point as labelled in the file, at (x, y) of the parcel's CRS."""

    label: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class TxtRing:
    """One 圈: its number and its points once each, without the closing repetition."""

    number: int
    points: tuple[TxtPoint, ...]

    @property
    def xy(self) -> Float64Array:
        return np.array([(point.x, point.y) for point in self.points], dtype=np.float64).reshape(-1, 2)


@dataclass(frozen=True, slots=True)
class Scale:
    """What a metre is in the units of the coordinates."""

    metre: float

    @property
    def same(self) -> float:
        """Points nearer than a millimetre are one."""
        return 1e-3 * self.metre


METRES, DEGREES = Scale(1.0), Scale(1e-5)


def drop_bogus_closings(points: list[RawPoint], warnings: Warnings, parcel: str) -> list[RawPoint]:
    """Without closing lines written as X,X: a fault of one widespread script."""
    kept = [point for point in points if point.first != point.second or point.first == 0]
    if len(kept) < len(points):
        warnings.append(
            (
                f"地块 {parcel} 的闭合行两列坐标相同（X,X），已忽略",
                f"parcel {parcel}: a closing line repeats X twice; ignored",
            )
        )
    return kept


def rings_of(
    points: list[RawPoint], xy: Float64Array, scale: Scale, parcel: str, place: Place, warnings: Warnings
) -> tuple[TxtRing, ...]:
    """Rings in order of appearance. A ring that has closed and goes on under the same number begins a new one.

    Raises   GT-1127 a ring of fewer than three points, or whose last point bears the first one's number elsewhere
    """
    runs: list[tuple[int, list[tuple[RawPoint, float, float]]]] = []
    open_runs: dict[int, list[tuple[RawPoint, float, float]]] = {}
    for point, (x, y) in zip(points, xy.tolist(), strict=True):
        run = open_runs.get(point.ring)
        if run is None:
            run = open_runs[point.ring] = []
            runs.append((point.ring, run))
        run.append((point, x, y))
        if len(run) > 3 and _near(run[0], run[-1], scale.same):
            del open_runs[point.ring]
    merged = _rejoin_strays(runs, scale, parcel, warnings)
    return tuple(_closed(number, run, scale, parcel, place, warnings) for number, run in merged)


def _near(a: tuple[RawPoint, float, float], b: tuple[RawPoint, float, float], tolerance: float) -> bool:
    return abs(a[1] - b[1]) <= tolerance and abs(a[2] - b[2]) <= tolerance


def _rejoin_strays(
    runs: list[tuple[int, list[tuple[RawPoint, float, float]]]], scale: Scale, parcel: str, warnings: Warnings
) -> list[tuple[int, list[tuple[RawPoint, float, float]]]]:
    """A closed ring followed by one more point under its number: a repeated or stray closing line."""
    kept: list[tuple[int, list[tuple[RawPoint, float, float]]]] = []
    for number, run in runs:
        before = next((other for ring, other in kept if ring == number), None)
        if before is not None and len(run) == 1:
            far = not _near(before[0], run[0], _FAR * scale.metre)
            same = _near(before[0], run[0], scale.same)
            if far or same:
                what = (
                    ("重复的闭合点", "a repeated closing point")
                    if same
                    else ("离群的闭合点", "a stray closing point")
                )
                warnings.append(
                    (
                        f"地块 {parcel} 第 {number} 圈有{what[0]}，已忽略",
                        f"parcel {parcel}, ring {number}: {what[1]}; ignored",
                    )
                )
                continue
        kept.append((number, run))
    return kept


def _closed(
    number: int,
    run: list[tuple[RawPoint, float, float]],
    scale: Scale,
    parcel: str,
    place: Place,
    warnings: Warnings,
) -> TxtRing:
    first, last = run[0], run[-1]
    gap = float(np.hypot(first[1] - last[1], first[2] - last[2])) / scale.metre
    here = Place(file=place.file, row=last[0].line, key=parcel, coordinate=(last[1], last[2]))
    if len(run) > 1 and gap <= 1e-3:
        run = run[:-1]
    elif len(run) > 1 and first[0].label == last[0].label:
        if gap > _CLOSE_GAP:
            zh = f"首尾点号同为 {first[0].label}，坐标却相差 {gap:.3f} 米，没有闭合"
            en = f"its first and last point are both {first[0].label} but {gap:.3f} m apart"
            raise TXT_RING(place=here, parcel=parcel, ring=number, reason_zh=zh, reason_en=en)
        warnings.append(
            (
                f"地块 {parcel} 第 {number} 圈闭合差 {gap:.3f} 米，已按首点闭合",
                f"parcel {parcel}, ring {number}: closing gap of {gap:.3f} m closed",
            )
        )
        run = run[:-1]
    else:
        warnings.append(
            (
                f"地块 {parcel} 第 {number} 圈没有重复首点，已自动闭合",
                f"parcel {parcel}, ring {number}: first point not repeated; closed",
            )
        )
    run = _distinct(run, scale, number, parcel, warnings)
    if len(run) < 3:
        zh, en = f"只有 {len(run)} 个不同的点", f"it has only {len(run)} different points"
        raise TXT_RING(place=here, parcel=parcel, ring=number, reason_zh=zh, reason_en=en)
    ring = TxtRing(number, tuple(TxtPoint(point.label, x, y) for point, x, y in run))
    if shapely.convex_hull(Polygon(ring.xy)).area < 0.01 * scale.metre**2:
        raise TXT_RING(
            place=here, parcel=parcel, ring=number, reason_zh="面积为零", reason_en="its area is zero"
        )
    _warn_of_spikes(ring, parcel, warnings)
    return ring


def _distinct(
    run: list[tuple[RawPoint, float, float]], scale: Scale, number: int, parcel: str, warnings: Warnings
) -> list[tuple[RawPoint, float, float]]:
    kept = [
        point for index, point in enumerate(run) if index == 0 or not _near(run[index - 1], point, scale.same)
    ]
    if len(kept) < len(run):
        zh = f"地块 {parcel} 第 {number} 圈有 {len(run) - len(kept)} 个重复点，已合并"
        warnings.append(
            (zh, f"parcel {parcel}, ring {number}: {len(run) - len(kept)} repeated points merged")
        )
    return kept


def _warn_of_spikes(ring: TxtRing, parcel: str, warnings: Warnings) -> None:
    xy = ring.xy
    back, on = np.roll(xy, 1, axis=0) - xy, np.roll(xy, -1, axis=0) - xy
    cross = np.abs(back[:, 0] * on[:, 1] - back[:, 1] * on[:, 0])
    angles = np.degrees(np.arctan2(cross, (back * on).sum(axis=1)))
    sharp = [ring.points[index].label for index in np.flatnonzero(angles < _SPIKE_DEGREES)]
    if sharp:
        shown = "、".join(sharp[:5])
        warnings.append(
            (
                f"地块 {parcel} 第 {ring.number} 圈在 {shown} 处夹角小于 10°",
                f"parcel {parcel}, ring {ring.number}: angle under 10° at {shown}",
            )
        )


def assemble(rings: tuple[TxtRing, ...], parcel: str, place: Place) -> Any:
    """Polygon or MultiPolygon: the ring in no other is a shell, one in a shell a hole, one in a hole a part again.

    Raises   GT-1130 rings that cross themselves or each other, with the place
    """
    faces = [Polygon(ring.xy) for ring in rings]
    order = sorted(range(len(faces)), key=lambda index: -faces[index].area)
    for index in order:
        _refuse_invalid(faces[index], rings[index].number, parcel, place)
    parents: dict[int, list[int]] = {}
    for rank, index in enumerate(order):
        parents[index] = [other for other in order[:rank] if faces[other].covers(faces[index])]
    shells = [index for index in order if len(parents[index]) % 2 == 0]
    polygons = []
    for shell in shells:
        depth = len(parents[shell]) + 1
        holes = [rings[i].xy for i in order if len(parents[i]) == depth and shell in parents[i]]
        polygons.append(shapely.orient_polygons(Polygon(rings[shell].xy, holes)))
    whole = polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)
    _refuse_invalid(whole, rings[0].number, parcel, place)
    return whole


def _refuse_invalid(face: Any, ring: int, parcel: str, place: Place) -> None:
    if shapely.is_valid(face):
        return
    reason = str(shapely.is_valid_reason(face))
    at = reason.partition("[")[2].rstrip("]").split()
    coordinate = (float(at[0]), float(at[1])) if len(at) >= 2 else None
    raise bad_geometry(reason.partition("[")[0], f"{parcel}", place.file, coordinate, ring)


_REASONS = {
    "Self-intersection": ("边界自相交", "its boundary crosses itself"),
    "Ring Self-intersection": ("边界自接触", "its boundary touches itself"),
    "Hole lies outside shell": ("内圈在外圈之外", "a hole lies outside its shell"),
    "Holes are nested": ("内圈套内圈", "holes are nested"),
    "Duplicate Rings": ("两圈相同", "two rings are the same"),
    "Interior is disconnected": ("内部不连通", "its interior is disconnected"),
    "Nested shells": ("部件重叠", "parts are nested"),
    "Invalid Coordinate": ("坐标不是有限数", "a coordinate is not finite"),
    "Too few points in geometry component": ("点数不足", "it has too few points"),
}


def bad_geometry(
    reason: str,
    parcel: str,
    file: str | None,
    coordinate: tuple[float, float] | None,
    ring: int | None = None,
) -> GuotuError:
    """GT-1130 for a GEOS validity reason."""
    zh, en = _REASONS.get(reason.strip(), (reason.strip(), reason.strip()))
    if ring is not None and coordinate is None:
        zh, en = f"第 {ring} 圈{zh}", f"ring {ring}: {en}"
    place = Place(file=file, key=parcel, coordinate=coordinate)
    return GEOMETRY_BAD(place=place, parcel=parcel, reason_zh=zh, reason_en=en)
