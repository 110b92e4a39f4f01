"""Geometry of a project's parcels: soundness, the zone to measure in, the way into its plane."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon

from guotu.errors import GuotuError, Place
from guotu.errors.files import FILE_DAMAGED, GEOMETRY_BAD, GEOMETRY_KIND
from guotu.ingest.boundary_txt_rings import bad_geometry
from guotu.kernel.area import ellipsoid_area
from guotu.kernel.coords import transform_xy, zone_of
from guotu.model.arrays import Float64Array
from guotu.model.datum import Crs, GaussKruger, Geographic

Texts = tuple[str, str]

_MOST_VERTICES = 2_000_000
_LARGEST_GEOJSON = 16 << 20
_REACH_DEGREES = 0.5
_OVERLAP = 1.0
_TYPES_ZH = {"Point": "点", "MultiPoint": "点", "LineString": "线", "MultiLineString": "线"}


def from_wkb(wkb: bytes, parcel: str, file: str) -> Any:
    """A geometry of a checked batch.

    Raises   GT-1130 where GEOS cannot build it (a ring that is open or has too few points)
    """
    try:
        with np.errstate(invalid="ignore"):
            return shapely.from_wkb(wkb)
    except shapely.errors.GEOSException:
        raise _faulty(
            parcel, file, "有不闭合或点数不足的环", "a ring is open or has too few points"
        ) from None


def from_geojson(data: bytes, file: str) -> Any:
    """The Polygon or MultiPolygon of a small GeoJSON text, built ring by ring (nothing nested is followed).

    Raises   GT-1115
    """
    if len(data) > _LARGEST_GEOJSON:
        raise _unreadable(file, "过大", "it is too large")
    try:
        found = json.loads(data)
        while isinstance(found, dict) and found.get("type") in ("Feature", "FeatureCollection"):
            found = found["geometry"] if found["type"] == "Feature" else found["features"][0]
        parts = {"Polygon": lambda c: [c], "MultiPolygon": list}[found["type"]](found["coordinates"])
        polygons = [_polygon(part) for part in parts]
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, shapely.errors.GEOSException):
        raise _unreadable(file, "其中没有可读的面", "it holds no readable polygon") from None
    return polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)


def _polygon(rings: Any) -> Polygon:
    shell, *holes = (np.asarray(ring, dtype=np.float64)[:, :2] for ring in rings)
    with np.errstate(invalid="ignore"):
        return Polygon(shell, holes)


def _unreadable(file: str, zh: str, en: str) -> GuotuError:
    return FILE_DAMAGED(place=Place(file=file), name=file, format="GeoJSON", reason_zh=zh, reason_en=en)


def sound(polygon: Any, parcel: str, file: str) -> Any:
    """The polygon itself if it is one, finite, valid and not empty.

    Raises   GT-1128 another kind of geometry, GT-1130 with the place of the fault
    """
    if polygon.geom_type not in ("Polygon", "MultiPolygon"):
        zh = _TYPES_ZH.get(polygon.geom_type, polygon.geom_type)
        raise GEOMETRY_KIND(
            place=Place(file=file, key=parcel), name=file, found_zh=zh, found_en=polygon.geom_type
        )
    if shapely.get_num_coordinates(polygon) > _MOST_VERTICES:
        raise _faulty(
            parcel, file, f"顶点超过 {_MOST_VERTICES}", f"it has more than {_MOST_VERTICES} vertices"
        )
    xy = shapely.get_coordinates(polygon)
    if not np.isfinite(xy).all():
        raise _faulty(parcel, file, "坐标不是有限数", "a coordinate is not finite")
    if polygon.is_empty or polygon.area == 0:
        raise _faulty(
            parcel, file, "面积为零", "its area is zero", tuple(xy[0].tolist()) if len(xy) else None
        )
    if not polygon.is_valid:
        reason, _, at = shapely.is_valid_reason(polygon).partition("[")
        numbers = at.rstrip("]").split()
        where = (float(numbers[0]), float(numbers[1])) if len(numbers) >= 2 else None
        raise bad_geometry(reason, parcel, file, where)
    return polygon


def _faulty(parcel: str, file: str, zh: str, en: str, at: Any = None) -> GuotuError:
    place = Place(file=file, key=parcel, coordinate=at)
    return GEOMETRY_BAD(place=place, parcel=parcel, reason_zh=zh, reason_en=en)


def rough_area(polygon: Any, crs: Crs) -> float:
    """Square metres, good enough to tell hectares from square metres."""
    if isinstance(crs, Geographic):
        return float(ellipsoid_area(np.array([polygon], dtype=object))[0])
    return float(polygon.area)


def zone_for(crs: Crs, lonlat: list[Any]) -> tuple[GaussKruger, Texts]:
    """The zone to measure in, and what to add to the evidence.

    Raises   GT-1201 degrees outside the zones of China
    """
    if isinstance(crs, GaussKruger):
        return GaussKruger(crs.width, crs.zone), ("", "")
    shares = _shares(lonlat)
    zone = max(shares, key=lambda each: (shares[each], -each.zone))
    zh = f"；按 3 度带第 {zone.zone} 带（中央经线 {zone.central_meridian}°）量算"
    en = f"; measured in 3-degree zone {zone.zone} (central meridian {zone.central_meridian}E)"
    if len(shares) > 1:
        listed = "、".join(str(each.zone) for each in sorted(shares, key=lambda each: each.zone))
        zh, en = (
            f"；跨 {listed} 带，面积以第 {zone.zone} 带为多{zh}",
            f"; it lies in zones {listed}, mostly in {zone.zone}{en}",
        )
    return zone, (zh, en)


def _shares(lonlat: list[Any]) -> dict[GaussKruger, float]:
    """Ellipsoid area by 3-degree zone."""
    shares: dict[GaussKruger, float] = {}
    for polygon in lonlat:
        west, south, east, north = polygon.bounds
        first, last = zone_of(west), zone_of(east)
        for number in range(first.zone, last.zone + 1):
            zone = GaussKruger(3, number)
            low, high = zone.central_meridian - 1.5, zone.central_meridian + 1.5
            part = (
                polygon if first == last else shapely.clip_by_rect(polygon, low, south - 1, high, north + 1)
            )
            area = float(ellipsoid_area(np.array([part], dtype=object))[0]) if not part.is_empty else 0.0
            if area > 0:
                shares[zone] = shares.get(zone, 0.0) + area
    return shares


def to_plane(crs: Crs, zone: GaussKruger) -> Callable[[Float64Array], Float64Array]:
    """From a parcel's coordinates to the project's plane; coordinates already in that zone keep every digit."""
    if isinstance(crs, GaussKruger) and (crs.width, crs.zone, crs.datum) == (
        zone.width,
        zone.zone,
        zone.datum,
    ):
        shift = zone.false_easting - crs.false_easting
        return lambda xy: np.asarray(xy) + np.array((shift, 0.0)) if shift else np.asarray(xy)
    return lambda xy: transform_xy(xy, crs, zone)


def straddles(lonlat: list[Any], zone: GaussKruger) -> Iterator[Texts]:
    """A warning where a project reaches beyond its zone."""
    bounds = shapely.total_bounds(np.array(lonlat, dtype=object))
    half = zone.width / 2
    beyond = max(zone.central_meridian - half - bounds[0], bounds[2] - zone.central_meridian - half)
    if beyond > 0:
        yield (
            f"范围超出第 {zone.zone} 带 {beyond:.2f}°，仍按该带量算",
            f"the boundary reaches {beyond:.2f}° beyond zone {zone.zone} and is still measured in it",
        )


def overlaps(planes: list[Any]) -> Iterator[Texts]:
    """A warning for parcels that overlap: their common ground would be counted twice."""
    if len(planes) < 2:
        return
    tree = shapely.STRtree(planes)
    left, right = tree.query(planes, predicate="intersects")
    for i, j in zip(left.tolist(), right.tolist(), strict=True):
        if i < j and (common := planes[i].intersection(planes[j]).area) > _OVERLAP:
            yield (
                f"第 {i + 1} 与第 {j + 1} 个地块重叠 {common:.2f} 平方米，面积会重复计算",
                f"parcels {i + 1} and {j + 1} overlap by {common:.2f} m², which counts twice",
            )
