"""What is wrong with geometries, each fault with a reason code and a place; the guard against hostile bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import shapely

from guotu.kernel.guard import depth, guard
from guotu.model.arrays import BoolArray, Float64Array, GeometryArray, Int64Array

__all__ = ["REASONS", "Fault", "depth", "faults", "guard", "orient"]

REASONS: dict[str, tuple[str, str]] = {
    "empty": ("空几何", "empty geometry"),
    "nan-coordinate": ("坐标不是有效数值", "a coordinate is not a finite number"),
    "too-few-points": ("点数不足以构成图形", "too few points"),
    "ring-self-intersection": ("环自相交（自接触）", "a ring touches itself"),
    "self-intersection": ("边界自相交", "the boundary crosses itself"),
    "hole-outside": ("内环在外环之外", "a hole lies outside its shell"),
    "nested-holes": ("内环互相嵌套", "holes are nested"),
    "nested-shells": ("多部件互相嵌套", "parts are nested"),
    "disconnected-interior": ("内部被切断", "the interior is disconnected"),
    "duplicate-rings": ("环重复", "a ring is repeated"),
    "ring-not-closed": ("环不闭合", "a ring is not closed"),
    "invalid": ("几何无效", "invalid geometry"),
    "zero-area": ("面积为零", "no area"),
    "duplicate-vertex": ("相邻点重复", "a vertex is repeated"),
    "spike": ("尖锐角（毛刺）", "a spike"),
}
"""Reason codes with what to show, (zh, en)."""

_BY_GEOS = (
    ("ring self-intersection", "ring-self-intersection"),
    ("self-intersection", "self-intersection"),
    ("hole lies outside shell", "hole-outside"),
    ("holes are nested", "nested-holes"),
    ("nested shells", "nested-shells"),
    ("interior is disconnected", "disconnected-interior"),
    ("duplicate rings", "duplicate-rings"),
    ("too few points", "too-few-points"),
    ("invalid coordinate", "nan-coordinate"),
    ("ring is not closed", "ring-not-closed"),
)
_PLACE = re.compile(r"\[(\S+) (\S+?)\]?$")


@dataclass(frozen=True, slots=True)
class Fault:
    """Geometry `index` is wrong for `reason` (a key of `REASONS`) at (x, y), NaN where no place can be named."""

    index: int
    reason: str
    x: float
    y: float


def faults(geoms: GeometryArray, *, spike_angle: float = 1.0) -> list[Fault]:
    """Everything wrong with each geometry, in order of index; missing geometries are not judged.

    GEOS names one invalidity each; besides it looks for empty geometries, polygons without area, repeated vertices and
    angles under `spike_angle` degrees (geometries in degrees are measured with longitudes shrunk by the latitude).
    """
    geoms = np.asarray(geoms, dtype=object)
    present = ~shapely.is_missing(geoms)
    found: list[Fault] = [
        Fault(int(i), "empty", np.nan, np.nan) for i in np.flatnonzero(shapely.is_empty(geoms) & present)
    ]
    for index in np.flatnonzero(present & ~shapely.is_valid(geoms)):
        found.append(_geos_fault(int(index), shapely.is_valid_reason(geoms[index])))
    flat = np.isin(shapely.get_type_id(geoms), (3, 6)) & ~shapely.is_empty(geoms) & (shapely.area(geoms) == 0)
    flat[flat] = (
        shapely.area(shapely.convex_hull(geoms[flat])) == 0
    )  # a bow tie's halves cancel, it is not flat
    found += [Fault(int(index), "zero-area", *_somewhere(geoms[index])) for index in np.flatnonzero(flat)]
    found += _vertex_faults(geoms, spike_angle)
    return sorted(found, key=lambda fault: (fault.index, fault.reason))


def _geos_fault(index: int, reason: str) -> Fault:
    place = _PLACE.search(reason)
    x, y = (float(place[1]), float(place[2])) if place else (np.nan, np.nan)
    lowered = reason.lower()
    code = next((code for words, code in _BY_GEOS if words in lowered), "invalid")
    return Fault(index, code, x, y)


def _somewhere(geometry: object) -> tuple[float, float]:
    x, y = shapely.get_coordinates(geometry)[0]
    return float(x), float(y)


def _rings(geoms: GeometryArray) -> tuple[Float64Array, Int64Array, Int64Array]:
    """Vertices, the ring each belongs to, and the geometry of each ring."""
    polygons = np.flatnonzero(np.isin(shapely.get_type_id(geoms), (3, 6)))
    parts, of_part = shapely.get_parts(geoms[polygons], return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    return xy, ring, polygons[of_part[of_ring]]


def _vertex_faults(geoms: GeometryArray, spike_angle: float) -> list[Fault]:
    xy, ring, owner = _rings(geoms)
    if len(xy) == 0:
        return []
    same_ring = ring[1:] == ring[:-1]
    repeated = same_ring & (xy[1:] == xy[:-1]).all(axis=1)
    found = [
        Fault(int(owner[ring[k]]), "duplicate-vertex", float(xy[k, 0]), float(xy[k, 1]))
        for k in np.flatnonzero(repeated)
    ]
    keep = np.append(True, ~repeated)
    sharp, at = _sharp(xy[keep], ring[keep], spike_angle)
    found += [
        Fault(int(owner[r]), "spike", float(x), float(y))
        for r, (x, y) in zip(ring[keep][sharp], at, strict=True)
    ]
    return found


def _sharp(xy: Float64Array, ring: Int64Array, angle: float) -> tuple[BoolArray, Float64Array]:
    """Which vertices have an interior angle under `angle` degrees, and where they are."""
    n = len(xy)
    first = np.flatnonzero(np.append(True, ring[1:] != ring[:-1]))
    last = np.append(first[1:], n) - 1
    before, after = np.arange(n) - 1, np.arange(n) + 1
    before[first], after[last] = (
        last - 1,
        np.minimum(first + 1, n - 1),
    )  # the closing vertex repeats the first
    shrink = np.ones(n)
    if np.abs(xy[np.isfinite(xy).all(axis=1)]).max(initial=0.0) <= 360:
        shrink = np.cos(np.radians(xy[:, 1]))
    u, v = xy[before] - xy, xy[after] - xy
    u[:, 0] *= shrink
    v[:, 0] *= shrink
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = (u * v).sum(axis=1) / (np.hypot(*u.T) * np.hypot(*v.T))
    sharp = np.asarray(cosine > np.cos(np.radians(angle)))
    sharp[last] = False
    return sharp, xy[sharp]


def orient(geoms: GeometryArray) -> GeometryArray:
    """Shells counter-clockwise, holes clockwise, as they are stored; missing stays missing."""
    with np.errstate(invalid="ignore"):  # NaN coordinates are for `faults` to tell
        turned: GeometryArray = shapely.orient_polygons(np.asarray(geoms, dtype=object), exterior_cw=False)
    return turned
