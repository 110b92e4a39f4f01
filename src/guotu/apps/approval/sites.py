"""The project's parcels made ready to be measured against layers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import shapely

from guotu.apps.approval.result import ParcelSummary
from guotu.apps.approval.words import Text
from guotu.errors import Place
from guotu.errors.review import PARCEL_INVALID, PARCELS_OVERLAP, PROJECT_EMPTY
from guotu.kernel.area import ellipsoid_area, plane_area
from guotu.kernel.rounding import HECTARE, balance
from guotu.model.project import ProjectBoundary, ProjectParcel
from guotu.model.query import Box

HA_DECIMALS = 4
UNIT = Decimal("0.0001")
SPARSE = 0.15
"""A box of which a parcel fills less than this is split, so that long thin parcels do not call up half a county."""
SPLIT_ABOVE = 0.01
"""Degrees; shorter boxes are never split."""
METRES_PER_DEGREE = 110_000.0
"""Less than any degree of latitude is long: a margin computed with it is never too small."""


@dataclass(frozen=True, slots=True)
class Site:
    """One parcel: its shapes, its two areas (m²), and the boxes it is looked up by (degrees)."""

    number: str
    parcel: ProjectParcel
    lonlat: Any
    plane: Any
    area_plane: float
    area_ellipsoid: float
    boxes: tuple[Box, ...] = field(repr=False)

    @property
    def wkb(self) -> bytes:
        return bytes(shapely.to_wkb(self.lonlat))


def sites(project: ProjectBoundary) -> tuple[Site, ...]:
    """Every parcel of a project, measured.

    Raises   GT-5004 nothing to review, GT-5006 a boundary that crosses itself
    """
    found = [
        (number, parcel) for number, parcel in zip(_numbers(project.parcels), project.parcels, strict=True)
    ]
    if not found:
        raise PROJECT_EMPTY(name=project.name)
    return tuple(_site(number, parcel) for number, parcel in found)


def extra_sites(parcels: Sequence[ProjectParcel]) -> tuple[Site, ...]:
    """Parcels that are not the project's own (调入, 调出)."""
    return tuple(_site(number, parcel) for number, parcel in zip(_numbers(parcels), parcels, strict=True))


def _numbers(parcels: Sequence[ProjectParcel]) -> list[str]:
    """The parcels' own numbers, their place where they have none, with a suffix where one repeats."""
    taken: set[str] = set()
    numbers = []
    for place, parcel in enumerate(parcels, start=1):
        wanted = number = parcel.number.strip() or str(place)
        repeat = 1
        while number in taken:
            repeat += 1
            number = f"{wanted}-{repeat}"
        taken.add(number)
        numbers.append(number)
    return numbers


def _site(number: str, parcel: ProjectParcel) -> Site:
    shape, plane = parcel.polygon_lonlat, parcel.polygon_plane
    for polygon in (shape, plane):
        if polygon is None or polygon.is_empty or polygon.area <= 0:
            raise PARCEL_INVALID(parcel=number, reason="empty", place=Place(key=number))
        if not polygon.is_valid:
            raise PARCEL_INVALID(
                parcel=number, reason=shapely.is_valid_reason(polygon), place=Place(key=number)
            )
    pair = (float(plane_area(_one(plane))[0]), float(ellipsoid_area(_one(shape))[0]))
    return Site(number, parcel, shape, plane, *pair, boxes=look_up_boxes(shape))


def _one(geometry: Any) -> Any:
    return np.array([geometry], dtype=object)


def look_up_boxes(shape: Any, margin_m: float = 0.0) -> tuple[Box, ...]:
    """Boxes that together hold a polygon and `margin_m` metres around it, without too much else."""
    boxes: list[Box] = []
    todo = [(shape, 0)]
    while todo:
        piece, depth = todo.pop()
        west, south, east, north = piece.bounds
        side = max(east - west, north - south)
        fills = piece.area / max((east - west) * (north - south), 1e-30)
        if depth >= 6 or side < SPLIT_ABOVE or fills > SPARSE:
            boxes.append(_widen((west, south, east, north), margin_m))
            continue
        todo += [(half, depth + 1) for half in _halves(piece) if not half.is_empty]
    return tuple(sorted(boxes))


def _halves(piece: Any) -> Iterable[Any]:
    west, south, east, north = piece.bounds
    if east - west >= north - south:
        middle = (west + east) / 2
        return shapely.clip_by_rect(piece, west, south, middle, north), shapely.clip_by_rect(
            piece, middle, south, east, north
        )
    middle = (south + north) / 2
    return shapely.clip_by_rect(piece, west, south, east, middle), shapely.clip_by_rect(
        piece, west, middle, east, north
    )


def _widen(box: Box, margin_m: float) -> Box:
    west, south, east, north = box
    up = margin_m / METRES_PER_DEGREE
    aside = up / max(np.cos(np.radians(max(abs(south), abs(north)) + up)), 0.1)
    return west - aside, south - up, east + aside, north + up


def require_apart(found: Sequence[Site], limit_m2: float) -> tuple[Text, ...]:
    """Remarks on parcels that share a little ground; raises GT-5005 where they share more than `limit_m2`."""
    remarks = []
    tree = shapely.STRtree([site.plane for site in found])
    for first, second in sorted(
        zip(*tree.query([site.plane for site in found], predicate="intersects").tolist(), strict=True)
    ):
        if first >= second:
            continue
        shared = found[first].plane.intersection(found[second].plane).area
        names = {"first": found[first].number, "second": found[second].number}
        if shared > limit_m2:
            raise PARCELS_OVERLAP(**names, area_m2=f"{shared:.2f}", place=Place(key=names["first"]))
        if shared > 0.01:
            zh = f"地块 {names['first']} 与地块 {names['second']} 重叠 {shared:.2f} 平方米，未作扣除。"
            en = f"Parcels {names['first']} and {names['second']} overlap by {shared:.2f} m²; nothing was deducted."
            remarks.append(Text(zh, en))
    return tuple(remarks)


def hectares_of(m2: float) -> Decimal:
    """公顷 of four places, half up."""
    return Decimal(repr(m2 / HECTARE)).quantize(UNIT, ROUND_HALF_UP)


def summaries(found: Sequence[Site], kind: str) -> tuple[Decimal, tuple[ParcelSummary, ...]]:
    """The project's hectares, and every parcel with its own, which add up to them."""
    areas = [site.area_plane if kind == "plane" else site.area_ellipsoid for site in found]
    total = hectares_of(sum(areas))
    shares = balance(areas, total, HA_DECIMALS)
    rows = tuple(
        ParcelSummary(
            number=site.number,
            name=site.parcel.name,
            use=site.parcel.use,
            area_plane_m2=site.area_plane,
            area_ellipsoid_m2=site.area_ellipsoid,
            area_ha=share,
            declared_ha=site.parcel.declared_ha,
            geometry=site.wkb,
        )
        for site, share in zip(found, shares, strict=True)
    )
    return total, rows


def declared_remarks(rows: Sequence[ParcelSummary], tolerance_ha: float) -> tuple[Text, ...]:
    """Remarks on parcels whose declared area is not what was measured."""
    remarks = []
    for row in rows:
        if row.declared_ha is None or abs(float(row.declared_ha - row.area_ha)) <= tolerance_ha + 1e-9:
            continue
        remarks.append(
            Text(
                f"地块 {row.number} 申报面积 {row.declared_ha} 公顷，量算面积 {row.area_ha} 公顷，以量算为准。",
                f"Parcel {row.number} declares {row.declared_ha} ha, measured are {row.area_ha} ha; the measured area is used.",
            )
        )
    return tuple(remarks)
