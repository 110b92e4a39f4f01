"""What a user is shown before a boundary is reviewed: the guessed zone and why, both areas, warnings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from guotu.errors import Lang
from guotu.kernel.area import densify_for_area, ellipsoid_area, plane_area
from guotu.model.arrays import Float64Array
from guotu.model.project import ProjectBoundary


@dataclass(frozen=True, slots=True)
class BoundaryPreview:
    """Areas (n,) in m² of each parcel, in the project's plane and on the ellipsoid."""

    project: ProjectBoundary
    plane_m2: Float64Array
    ellipsoid_m2: Float64Array

    def as_json(self, lang: Lang) -> dict[str, Any]:
        """Plain data for a portal or a command line."""
        project = self.project
        return {
            "name": project.name,
            "zone_epsg": project.zone.epsg,
            "evidence": project.evidence_zh if lang == "zh" else project.evidence_en,
            "warnings": [zh if lang == "zh" else en for zh, en in project.warnings],
            "area_plane_m2": float(self.plane_m2.sum()),
            "area_ellipsoid_m2": float(self.ellipsoid_m2.sum()),
            "parcels": [
                {
                    "number": parcel.number,
                    "name": parcel.name,
                    "use": parcel.use,
                    "points": len(parcel.points),
                    "declared_ha": None if parcel.declared_ha is None else float(parcel.declared_ha),
                    "area_plane_m2": float(plane),
                    "area_ellipsoid_m2": float(ellipsoid),
                }
                for parcel, plane, ellipsoid in zip(
                    project.parcels, self.plane_m2, self.ellipsoid_m2, strict=True
                )
            ],
        }


def preview(project: ProjectBoundary) -> BoundaryPreview:
    """Both kinds of area, long edges following the line that was surveyed."""
    planes = np.array([parcel.polygon_plane for parcel in project.parcels], dtype=object)
    degrees = np.array([parcel.polygon_lonlat for parcel in project.parcels], dtype=object)
    return BoundaryPreview(
        project, plane_area(planes), ellipsoid_area(densify_for_area(degrees, project.zone))
    )
