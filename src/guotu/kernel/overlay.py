"""Polygons against polygons: how much they share (areas without geometry), and what they share (geometry by GEOS)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from guotu.kernel.compiled import COMPILED
from guotu.kernel.loops.overlay import (
    SLABS,
    column_box,
    near_rings,
    ring_signs,
    shared_areas,
    slab_index,
    subject_edges,
)
from guotu.kernel.plane import columns_on_plane, on_plane, project_gauss
from guotu.kernel.wkb import from_wkb, lay_out, plain_polygons, to_wkb
from guotu.model.arrays import BoolArray, Float64Array, GeometryArray, Int64Array
from guotu.model.datum import GaussKruger

__all__ = [
    "difference",
    "intersections",
    "overlap_areas",
    "overlap_areas_wkb",
    "polygonal",
    "project_gauss",
    "shared_areas_twin",
    "subdivide",
]


_ASIDE = 0.0001
"""Degrees around the subject within which every vertex is kept: eight times what a step of `_REACH` bends on a plane."""
_REACH = 0.1
_EVERYWHERE = np.array([-np.inf, -np.inf, np.inf, np.inf])


@dataclass(frozen=True, slots=True)
class _Rings:
    """Rings of n polygons: their vertices as columns, and the sign by which each ring counts."""

    x: Float64Array
    y: Float64Array
    starts: Int64Array
    signs: Float64Array
    first: Int64Array
    missing: BoolArray

    @property
    def box(self) -> Float64Array:
        """West, south, east, north."""
        found: Float64Array = column_box(self.x, self.y)
        return found


def _rings(wkb: Any, window: Float64Array = _EVERYWHERE) -> _Rings:
    """Polygons from Arrow WKB; what they do far from the window (degrees) is told in few steps."""
    layout = lay_out(wkb)
    plain_polygons(layout)
    x, y = np.empty((2, int(layout.size.sum())))
    starts, signs = np.empty(len(layout.at) + 1, np.int64), np.empty(len(layout.at))
    count = near_rings(layout.data, layout.at, layout.size, layout.shell, window, _REACH, x, y, starts, signs)
    return _Rings(x[:count], y[:count], starts, signs, layout.first, layout.missing)


def _rings_of(polygon: Any) -> _Rings:
    """One polygon's rings, all of them; a single ring needs no detour through WKB."""
    if shapely.get_type_id(polygon) != 3 or shapely.get_num_interior_rings(polygon) or not polygon.area:
        return _rings(to_wkb(np.array([polygon], dtype=object)))
    xy = shapely.get_coordinates(polygon)
    starts, signs = np.array([0, len(xy)]), np.empty(1)
    ring_signs(xy, starts, np.ones(1, np.bool_), signs)
    x, y = np.ascontiguousarray(xy.T)
    return _Rings(x, y, starts, signs, np.array([0, 1]), np.zeros(1, np.bool_))


def _shared(subject: _Rings, candidates: _Rings) -> Float64Array:
    out = np.zeros(len(candidates.first) - 1)
    if len(subject.x) and len(candidates.x):
        box = subject.box
        edges = np.empty((len(subject.x), 5))
        count = subject_edges(subject.x, subject.y, subject.starts, subject.signs, edges)
        if count and box[2] > box[0]:
            offsets, listed = slab_index(edges, count, box[0], (box[2] - box[0]) / SLABS)
            shared_areas(
                edges[:count], offsets, listed, box,
                candidates.x, candidates.y, candidates.starts, candidates.signs, candidates.first, out,
            )  # fmt: skip
    out[candidates.missing] = np.nan
    return out


def shared_areas_twin(subject: Any, candidates: GeometryArray) -> Float64Array:
    """The same by GEOS: intersect, then measure."""
    candidates = np.asarray(candidates, dtype=object)
    shapely.prepare(subject)
    hit = shapely.intersects(subject, candidates)
    out = np.where(shapely.is_missing(candidates), np.nan, 0.0)
    out[hit] = shapely.area(intersections(subject, candidates[hit]))
    return out


def overlap_areas(subject: Any, candidates: GeometryArray) -> Float64Array:
    """Area of subject ∩ candidate for every candidate, without building geometry.

    Shapes   subject polygon or multipolygon, candidates (n,), on one plane → (n,) float64 in its square units
    Units    missing candidate → NaN, empty → 0.0; less than 1e-13 of the common box is dust of rounding and counts as 0.0
    Error    about 1e-7 m² against GEOS; inputs must be valid, orientation does not matter
    Order    every pair is summed by itself in a fixed order: splitting the candidates changes no bit of any answer
             (add many with `math.fsum`, which is exact and so independent of order too)
    Raises   GT-1208 for what is not polygonal
    """
    if not COMPILED:
        return shared_areas_twin(subject, candidates)
    return _shared(_rings_of(subject), _rings(to_wkb(candidates)))


def overlap_areas_wkb(subject_lonlat: Any, wkb: Any, plane: GaussKruger | None) -> Float64Array:
    """Area of subject ∩ candidate straight from Arrow WKB in degrees (CGCS2000), measured on `plane`.

    With a zone, edges are straight in its Gauss plane and areas are plane areas (勘测定界); with None the plane is the
    equal-area plane of the official series, so areas are 椭球面积.
    Shapes   subject polygon, Arrow binary (n,) → (n,) square metres; missing → NaN
    Order    as `overlap_areas`
    Raises   GT-1206 malformed WKB, GT-1208 for what is not polygonal
    """
    if not COMPILED:
        return _shared_wkb_twin(subject_lonlat, wkb, plane)
    mine = _rings_of(subject_lonlat)
    box = mine.box if len(mine.x) else np.full(4, np.nan)
    near = _rings(wkb, box + np.array([-_ASIDE, -_ASIDE, _ASIDE, _ASIDE])) if len(mine.x) else _rings(wkb)
    return _shared(*(_moved(rings, plane, (box[:2] + box[2:]) / 2) for rings in (mine, near)))


def _moved(rings: _Rings, plane: GaussKruger | None, about: Float64Array) -> _Rings:
    x, y = columns_on_plane(rings.x, rings.y, plane, about)
    return replace(rings, x=x, y=y)


def _shared_wkb_twin(subject_lonlat: Any, wkb: Any, plane: GaussKruger | None) -> Float64Array:
    plain_polygons(lay_out(wkb))

    def moved(xy: Float64Array) -> Float64Array:
        return on_plane(xy, plane, np.full(2, np.nan))

    return shared_areas_twin(
        shapely.transform(subject_lonlat, moved), shapely.transform(from_wkb(wkb), moved)
    )


def polygonal(geoms: GeometryArray) -> GeometryArray:
    """The polygonal part of each geometry: polygon, multipolygon, or an empty polygon."""
    geoms = np.array(geoms, dtype=object)
    kinds = shapely.get_type_id(geoms)
    lower = (kinds >= 0) & ~np.isin(kinds, (3, 6, 7))
    geoms[lower] = shapely.Polygon()
    for index in np.flatnonzero(kinds == 7):
        parts = shapely.get_parts(shapely.get_parts(geoms[index]))
        parts = parts[shapely.get_type_id(parts) == 3]
        geoms[index] = _joined(parts)
    return geoms


def _joined(parts: GeometryArray) -> Any:
    if len(parts) == 0:
        return shapely.Polygon()
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def _grid_of(geometry: Any) -> float:
    """A snapping grid below the accuracy of the data: a tenth of a millimetre, in degrees or metres."""
    bounds = shapely.total_bounds(geometry)
    return 1e-9 if np.nanmax(np.abs(bounds), initial=0.0) <= 360 else 1e-4


def _robust(operation: Any, left: Any, right: Any) -> Any:
    try:
        return operation(left, right)
    except shapely.GEOSException:
        grid = _grid_of(left)
        return operation(shapely.make_valid(left), shapely.make_valid(right), grid_size=grid)


def intersections(subject: Any, candidates: GeometryArray) -> GeometryArray:
    """Polygonal part of subject ∩ candidate for every candidate (GEOS).

    Candidates wholly inside come back as they are; coordinates are snapped to a grid (0.1 mm) only where the exact overlay
    fails. Missing stays missing; no area in common gives an empty polygon.
    """
    candidates = np.asarray(candidates, dtype=object)
    out = np.full(len(candidates), shapely.Polygon(), dtype=object)
    shapely.prepare(subject)
    inside = shapely.covers(subject, candidates) & np.isin(shapely.get_type_id(candidates), (3, 6))
    out[inside] = candidates[inside]
    out[shapely.is_missing(candidates)] = None
    crossing = np.flatnonzero(shapely.intersects(subject, candidates) & ~inside)
    try:
        out[crossing] = polygonal(shapely.intersection(subject, candidates[crossing]))
    except shapely.GEOSException:
        for index in crossing:
            out[index] = polygonal(
                np.array([_robust(shapely.intersection, subject, candidates[index])], dtype=object)
            )[0]
    return out


def difference(subject: Any, candidates: GeometryArray) -> Any:
    """What of the subject no candidate covers: one polygon or multipolygon, empty where all is covered.

    Snapped to a grid (0.1 mm) only where the exact overlay fails.
    """
    candidates = np.asarray(candidates, dtype=object)
    shapely.prepare(subject)
    near = candidates[shapely.intersects(subject, candidates)]
    if len(near) == 0:
        return subject
    try:
        covered = shapely.union_all(near)
    except shapely.GEOSException:
        covered = shapely.union_all(shapely.make_valid(near), grid_size=_grid_of(subject))
    rest = _robust(shapely.difference, subject, covered)
    return polygonal(np.array([rest], dtype=object))[0]


def subdivide(polygon: Any, max_vertices: int = 128) -> GeometryArray:
    """Cut a polygon into pieces of at most `max_vertices` by halving its box; areas add up to the whole.

    Pieces are polygons in a fixed order. A part that cannot be cut smaller (more than 64 halvings) stays as it is.
    """
    done: list[Any] = []
    parts = shapely.get_parts(np.array([polygon], dtype=object))
    todo = [(part, 0) for part in parts[~shapely.is_empty(parts)]][::-1]
    while todo:
        piece, level = todo.pop()
        if shapely.get_num_coordinates(piece) <= max_vertices or level >= 64:
            done.append(piece)
            continue
        todo.extend((part, level + 1) for part in _halves(piece)[::-1])
    return np.array(done, dtype=object)


def _halves(piece: Any) -> list[Any]:
    west, south, east, north = shapely.bounds(piece)
    if east - west >= north - south:
        middle = (west + east) / 2
        boxes = ((west, south, middle, north), (middle, south, east, north))
    else:
        middle = (south + north) / 2
        boxes = ((west, south, east, middle), (west, middle, east, north))
    clipped = polygonal(np.array([shapely.clip_by_rect(piece, *box) for box in boxes], dtype=object))
    parts = shapely.get_parts(clipped)
    return [part for part in parts if part.area > 0]
