"""Areas of what a file holds, each feature in the plane it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import shapely

from guotu.ingest.source import SourceLayer
from guotu.kernel.area import ellipsoid_area, plane_area
from guotu.kernel.coords import transform, zone_of
from guotu.model.arrays import Float64Array, GeometryArray
from guotu.model.change import GEOMETRY
from guotu.model.datum import CGCS2000, GaussKruger

FIGURES = ("area_ellipsoid_m2", "area_plane_m2")


def measured(layer: SourceLayer) -> Iterator[dict[str, Any]]:
    """Each feature's index, areas in m² and the zone of its plane; all None but the index where it has no geometry."""
    index = 0
    for batch in layer.batches():
        if GEOMETRY not in batch.schema.names:
            return
        shapes = np.asarray(shapely.from_wkb(batch.column(GEOMETRY).to_numpy(zero_copy_only=False)))
        degrees = shapes if layer.crs == CGCS2000 else transform(shapes, layer.crs, CGCS2000)
        plane, zones = _plane(layer, shapes, degrees)
        for on_ellipsoid, in_plane, zone in zip(
            ellipsoid_area(degrees).tolist(), plane.tolist(), zones, strict=True
        ):
            there = zone is not None
            yield {
                "index": index,
                "area_ellipsoid_m2": on_ellipsoid if there else None,
                "area_plane_m2": in_plane if there else None,
                "zone_epsg": zone.epsg if zone else None,
            }
            index += 1


def totals(features: Sequence[dict[str, Any]]) -> dict[str, float]:
    """The sums of both areas; what has no geometry counts nothing."""
    return {name: float(sum(feature[name] or 0.0 for feature in features)) for name in FIGURES}


def _plane(
    layer: SourceLayer, shapes: GeometryArray, degrees: GeometryArray
) -> tuple[Float64Array, list[GaussKruger | None]]:
    """Plane areas in the file's own zone, or in the zone each feature lies in where the file is in degrees."""
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if isinstance(layer.crs, GaussKruger):
        return plane_area(shapes), [None if none else layer.crs for none in empty.tolist()]
    middles = np.where(empty, 0.0, shapely.get_x(shapely.centroid(degrees)))
    zones = [
        None if none else zone_of(middle)
        for middle, none in zip(middles.tolist(), empty.tolist(), strict=True)
    ]
    areas = np.full(len(shapes), np.nan)
    for zone in {zone for zone in zones if zone is not None}:
        mine = np.array([one == zone for one in zones])
        areas[mine] = plane_area(transform(degrees[mine], CGCS2000, zone))
    return areas, zones
