"""A project's boundary as a record of the control plane and as JSON for the portal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import orjson
import shapely

from guotu.errors import Lang
from guotu.kernel.area import ellipsoid_area
from guotu.kernel.coords import transform
from guotu.model.datum import CGCS2000, GaussKruger
from guotu.model.project import BoundaryPoint, ProjectBoundary, ProjectParcel


def to_record(boundary: ProjectBoundary) -> dict[str, Any]:
    """Everything, exactly; coordinates as WKB."""
    return {
        "name": boundary.name,
        "zone": [boundary.zone.width, boundary.zone.zone, boundary.zone.prefixed],
        "evidence": [boundary.evidence_zh, boundary.evidence_en],
        "warnings": [list(pair) for pair in boundary.warnings],
        "source_hash": boundary.source_hash,
        "parcels": [_parcel_record(parcel) for parcel in boundary.parcels],
    }


def from_record(body: dict[str, Any]) -> ProjectBoundary:
    """The inverse of `to_record`."""
    width, zone, prefixed = body["zone"]
    return ProjectBoundary(
        name=body["name"],
        zone=GaussKruger(width, zone, prefixed),
        parcels=tuple(_parcel(parcel) for parcel in body["parcels"]),
        evidence_zh=body["evidence"][0],
        evidence_en=body["evidence"][1],
        warnings=tuple((zh, en) for zh, en in body["warnings"]),
        source_hash=body["source_hash"],
    )


def shown(id: str, boundary: ProjectBoundary, lang: Lang) -> dict[str, Any]:
    """What the portal previews: geometry in degrees, both areas in m², points in both coordinates."""
    parcels = [_parcel_shown(parcel, boundary.zone) for parcel in boundary.parcels]
    bounds = shapely.total_bounds([parcel.polygon_lonlat for parcel in boundary.parcels])
    return {
        "id": id,
        "name": boundary.name,
        "zone": {"epsg": boundary.zone.epsg, "label": zone_label(boundary.zone, lang)},
        "evidence": boundary.evidence_zh if lang == "zh" else boundary.evidence_en,
        "warnings": [zh if lang == "zh" else en for zh, en in boundary.warnings],
        "area_plane_m2": sum(parcel["area_plane_m2"] for parcel in parcels),
        "area_ellipsoid_m2": sum(parcel["area_ellipsoid_m2"] for parcel in parcels),
        "parcels": parcels,
        "extent": bounds.tolist(),
    }


def zone_label(zone: GaussKruger, lang: Lang) -> str:
    """`CGCS2000 3度带第39带（中央经线117°E）`"""
    meridian = zone.central_meridian
    if lang == "zh":
        return f"{zone.datum} {zone.width}度带第{zone.zone}带，中央经线{meridian}°E"
    return f"{zone.datum} {zone.width}-degree zone {zone.zone}, central meridian {meridian}°E"


def _parcel_record(parcel: ProjectParcel) -> dict[str, Any]:
    return {
        "number": parcel.number,
        "name": parcel.name,
        "use": parcel.use,
        "declared_ha": None if parcel.declared_ha is None else str(parcel.declared_ha),
        "lonlat": shapely.to_wkb(parcel.polygon_lonlat, hex=True),
        "plane": shapely.to_wkb(parcel.polygon_plane, hex=True),
        "points": [[point.label, point.ring, point.easting, point.northing] for point in parcel.points],
    }


def _parcel(body: dict[str, Any]) -> ProjectParcel:
    return ProjectParcel(
        number=body["number"],
        name=body["name"],
        use=body["use"],
        polygon_lonlat=shapely.from_wkb(body["lonlat"]),
        polygon_plane=shapely.from_wkb(body["plane"]),
        points=tuple(BoundaryPoint(*point) for point in body["points"]),
        declared_ha=None if body["declared_ha"] is None else Decimal(body["declared_ha"]),
    )


def _parcel_shown(parcel: ProjectParcel, zone: GaussKruger) -> dict[str, Any]:
    corners = shapely.points([(point.easting, point.northing) for point in parcel.points])
    degrees = shapely.get_coordinates(transform(corners, zone, CGCS2000))
    return {
        "number": parcel.number,
        "name": parcel.name,
        "use": parcel.use,
        "declared_ha": None if parcel.declared_ha is None else str(parcel.declared_ha),
        "area_plane_m2": float(parcel.polygon_plane.area),
        "area_ellipsoid_m2": float(ellipsoid_area(np.array([parcel.polygon_lonlat], object))[0]),
        "geometry": orjson.Fragment(shapely.to_geojson(parcel.polygon_lonlat)),
        "points": [
            {
                "label": point.label,
                "ring": point.ring,
                "x": point.northing,
                "y": point.easting,
                "lon": lon,
                "lat": lat,
            }
            for point, (lon, lat) in zip(parcel.points, degrees.tolist(), strict=True)
        ],
    }
