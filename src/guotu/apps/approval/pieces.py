"""Parcel ∩ feature: how much, as plane and as ellipsoid area, and what of it is only a sliver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from guotu.apps.approval.profile import Tolerances
from guotu.apps.approval.sites import Site
from guotu.apps.approval.sources import Rows
from guotu.kernel.coords import transform
from guotu.kernel.overlay import intersections, overlap_areas_wkb, project_gauss
from guotu.model.arrays import BoolArray, Float64Array, GeometryArray
from guotu.model.datum import CGCS2000, GaussKruger
from guotu.model.query import Box


@dataclass(frozen=True, slots=True)
class Pieces:
    """The features that a parcel really meets, in the order of `rows`, with the areas (m²) they share with it."""

    site: Site
    rows: Rows
    plane: Float64Array
    ellipsoid: Float64Array

    def __len__(self) -> int:
        return len(self.rows)

    def statutory(self, area_kind: str) -> Float64Array:
        """The areas that hectares and verdicts come from."""
        return self.plane if area_kind == "plane" else self.ellipsoid

    def features(self) -> GeometryArray:
        """The features met, whole, in degrees."""
        return shapes_of(self.rows)


def measure(site: Site, rows: Rows, zone: GaussKruger, drop_m2: float, shape: Any = None) -> Pieces:
    """Every piece of at least `drop_m2`; `shape` (degrees) replaces the parcel where a check looks around it."""
    return measure_all(site, [rows], zone, drop_m2, shape)[0]


def measure_all(
    site: Site, layers: Sequence[Rows], zone: GaussKruger, drop_m2: float, shape: Any = None
) -> list[Pieces]:
    """`measure` for several layers at once: two calls of the kernel instead of two a layer, and the same bits."""
    subject = site.lonlat if shape is None else shape
    plane = [np.nan_to_num(part) for part in shared_areas(subject, [rows.shapes for rows in layers], zone)]
    met = [np.flatnonzero(areas >= drop_m2) for areas in plane]
    kept = [rows.take(index) if len(index) else rows.none() for rows, index in zip(layers, met, strict=True)]
    ellipsoid = shared_areas(subject, [rows.shapes for rows in kept], None)
    return [
        Pieces(site, rows, areas[index], other)
        for rows, areas, index, other in zip(kept, plane, met, ellipsoid, strict=True)
    ]


def shared_areas(
    subject: Any, columns: Sequence[pa.ChunkedArray], plane: GaussKruger | None
) -> list[Float64Array]:
    """`kernel.overlay.overlap_areas_wkb` over several WKB columns in one call."""
    ends = list(accumulate(len(column) for column in columns))
    if not ends or not ends[-1]:
        return [np.empty(0) for _ in columns]
    areas = overlap_areas_wkb(
        subject, pa.concat_arrays([chunk for column in columns for chunk in column.chunks]), plane
    )
    return [areas[begin:end] for begin, end in pairwise([0, *ends])]


def shapes_of(rows: Rows) -> GeometryArray:
    """The geometries of rows, in degrees."""
    return np.asarray(shapely.from_wkb(np.array(rows.wkb.to_pylist(), dtype=object)), dtype=object)


def shared_shapes(pieces: Pieces, shape: Any = None) -> GeometryArray:
    """What a parcel and each feature share, in degrees (GEOS); features are cut to the parcel's box first."""
    subject = pieces.site.lonlat if shape is None else shape
    if not len(pieces):
        return np.empty(0, dtype=object)
    return intersections(subject, cut_to(pieces.features(), subject.bounds))


def cut_to(features: GeometryArray, box: Box) -> GeometryArray:
    """Big features cut to a little more than a box: overlay then meets hundreds of edges instead of tens of thousands."""
    west, south, east, north = box
    aside, up = (east - west) / 50 + 1e-6, (north - south) / 50 + 1e-6
    out = np.array(features, dtype=object)
    for index in np.flatnonzero(shapely.get_num_coordinates(out) > 512):
        cut = shapely.clip_by_rect(out[index], west - aside, south - up, east + aside, north + up)
        if cut.is_valid:
            out[index] = cut
    return out


def slivers(
    areas: Float64Array, shapes: GeometryArray, zone: GaussKruger | None, tolerances: Tolerances
) -> BoolArray:
    """Pieces that are 压盖误差: too small, or too narrow (mean width 2A/P), measured in the project's plane.

    Shapes are in degrees, or with `zone` None on the plane already.
    """
    narrow = np.zeros(len(areas), bool)
    for index, shape in enumerate(shapes):
        around = (shape if zone is None else on_plane(shape, zone)).length
        narrow[index] = around > 0 and 2 * areas[index] / around < tolerances.sliver_width_m
    return np.asarray((areas < tolerances.sliver_m2) | narrow, bool)


def on_plane(shape: Any, zone: GaussKruger) -> Any:
    """A geometry in degrees on the project's plane."""
    return shapely.transform(shape, lambda xy: project_gauss(xy, zone))


def off_plane(shape: Any, zone: GaussKruger) -> Any:
    """A geometry on the project's plane in degrees."""
    return transform(np.array([shape], dtype=object), zone, CGCS2000)[0]
