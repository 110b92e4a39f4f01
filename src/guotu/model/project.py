"""A construction project's boundary: parcels with holes and parts, in degrees and in the project's own plane."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from guotu.model.datum import GaussKruger

Area: TypeAlias = Any
"""A shapely Polygon or MultiPolygon, shells counter-clockwise, holes clockwise."""


@dataclass(frozen=True, slots=True)
class BoundaryPoint:
    """A 界址点: its label (`J1`), the ring (圈号, from 1) it belongs to, easting and northing in the project's plane (m)."""

    label: str
    ring: int
    easting: float
    northing: float


@dataclass(frozen=True, slots=True)
class ProjectParcel:
    """One parcel (地块).

    `polygon_lonlat` is in degrees on CGCS2000; `polygon_plane` in metres (easting with the zone's prefix, northing) of the
    project's zone; `points` are listed once each, without the closing repetition; `declared_ha` is what the file claims.
    """

    number: str
    name: str
    use: str
    polygon_lonlat: Area
    polygon_plane: Area
    points: tuple[BoundaryPoint, ...]
    declared_ha: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ProjectBoundary:
    """All parcels of a project with the zone they are measured in and why that zone was chosen.

    `warnings` are (zh, en) pairs; `source_hash` is the hex SHA-256 of the file as handed in.
    """

    name: str
    zone: GaussKruger
    parcels: tuple[ProjectParcel, ...]
    evidence_zh: str
    evidence_en: str
    warnings: tuple[tuple[str, str], ...]
    source_hash: str
