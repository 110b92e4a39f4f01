"""Inside the sandbox: entities of a drawing as plain geometry in world coordinates, bulges and curves as chords."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely
from ezdxf.math import OCS

from guotu.ingest.readers.arcs import GAP, stroke
from guotu.model.arrays import Float64Array

_STRAIGHT = 1e-9
"""Bulges below this are straight lines."""
_SAME = 1e-6
_SHAPE_LIMIT = 1_000_000
"""Vertices of one entity."""
READ = frozenset(
    (
        "LWPOLYLINE", "POLYLINE", "LINE", "ARC", "CIRCLE", "ELLIPSE", "SPLINE", "POINT", "INSERT", "TEXT", "MTEXT",
    )
)  # fmt: skip


def shape_of(entity: Any, gap: float = GAP) -> Any:
    """The shapely geometry of an entity of `READ`, None for one without extent; chords leave their curve by at most `gap`."""
    match entity.dxftype():
        case "LWPOLYLINE":
            rows = [(x, y, bulge) for x, y, bulge in entity.get_points("xyb")]
            return _path(rows, bool(entity.closed), _ocs(entity), gap)
        case "POLYLINE":
            return _polyline(entity, gap)
        case "LINE":
            return _line(np.array([tuple(entity.dxf.start)[:2], tuple(entity.dxf.end)[:2]]))
        case "ARC":
            return _arc(entity, gap)
        case "CIRCLE":
            return _circle(entity, gap)
        case "ELLIPSE" | "SPLINE":
            return _curve(entity, gap)
        case "POINT":
            return _spot(entity.dxf.location)
        case "MTEXT":
            return _spot(entity.dxf.insert)
        case "TEXT":
            aligned = entity.dxf.halign or entity.dxf.valign
            at = (
                entity.dxf.align_point if aligned and entity.dxf.hasattr("align_point") else entity.dxf.insert
            )
            return _spot(_ocs(entity).to_wcs(at))
        case _:
            return _spot(_ocs(entity).to_wcs(entity.dxf.insert))


def height_of(entity: Any) -> float:
    """The one height of an entity, 0 where it has none."""
    kind = entity.dxftype()
    if kind == "LWPOLYLINE":
        return float(entity.dxf.elevation)
    if kind == "POLYLINE" and entity.is_3d_polyline:
        heights = {float(vertex.dxf.location[2]) for vertex in entity.vertices}
        return heights.pop() if len(heights) == 1 else 0.0
    for name in ("location", "insert", "elevation", "start", "center"):
        if entity.dxf.hasattr(name):
            return float(entity.dxf.get(name)[2])
    return 0.0


def _ocs(entity: Any) -> OCS:
    return OCS(entity.dxf.get("extrusion", (0, 0, 1)))


def _spot(at: Any) -> Any:
    x, y = float(at[0]), float(at[1])
    return shapely.Point(x, y)


def _world(points: Float64Array, ocs: OCS) -> Float64Array:
    if not ocs.transform:
        return points
    return np.array([tuple(ocs.to_wcs((x, y, 0)))[:2] for x, y in points.tolist()])


def _path(rows: list[tuple[float, float, float]], closed: bool, ocs: OCS, gap: float) -> Any:
    """Vertices with bulges: a polygon where they close, else a line."""
    if not 0 < len(rows) <= _SHAPE_LIMIT:
        return None
    points = _world(np.array([row[:2] for row in rows], np.float64), ocs)
    mirrored = bool(ocs.transform and ocs.uz.z < 0)
    bulges = [-row[2] if mirrored else row[2] for row in rows]
    if closed and np.abs(points[0] - points[-1]).max() > _SAME:
        points = np.concatenate([points, points[:1]])
        bulges = [*bulges, 0.0]
    ends = bool(len(points) > 2 and np.abs(points[0] - points[-1]).max() <= _SAME)
    if ends:
        points[-1] = points[0]
    pieces = [points[:1]]
    for start, end, bulge in zip(points, points[1:], bulges, strict=False):
        if abs(bulge) > _STRAIGHT and np.isfinite(bulge) and (start != end).any():
            middle = (start + end) / 2 + bulge / 2 * np.array([end[1] - start[1], start[0] - end[0]])
            pieces.append(stroke(np.array([start, middle, end]), gap)[1:])
        elif (start != end).any():
            pieces.append(end[None])
    whole = np.concatenate(pieces)
    return shapely.Polygon(whole) if ends and len(whole) >= 4 else _line(whole)


def _line(points: Float64Array) -> Any:
    if len(points) < 2 or bool((points == points[0]).all()):
        return None
    return shapely.LineString(points)


def _polyline(entity: Any, gap: float) -> Any:
    """Old polylines; nets and bodies are no lines (None)."""
    if entity.is_polygon_mesh or entity.is_poly_face_mesh:
        return None
    vertices = [vertex for vertex in entity.vertices if not vertex.dxf.flags & 16]
    plain = OCS() if entity.is_3d_polyline else _ocs(entity)
    rows = [
        (float(v.dxf.location[0]), float(v.dxf.location[1]), float(v.dxf.get("bulge", 0))) for v in vertices
    ]
    return _path(rows, bool(entity.is_closed), plain, gap)


def _arc(entity: Any, gap: float) -> Any:
    first = math.radians(float(entity.dxf.start_angle))
    sweep = (math.radians(float(entity.dxf.end_angle)) - first) % (2 * math.pi) or 2 * math.pi
    centre, radius = entity.dxf.center, float(entity.dxf.radius)
    turns = [first, first + sweep / 4, first + sweep / 2, first + sweep * 3 / 4, first + sweep]
    points = np.array([(centre[0] + radius * math.cos(a), centre[1] + radius * math.sin(a)) for a in turns])
    return _line(stroke(_world(points, _ocs(entity)), gap))


def _circle(entity: Any, gap: float) -> Any:
    centre, radius = entity.dxf.center, abs(float(entity.dxf.radius))
    if radius == 0:
        return None
    points = np.array(
        [(centre[0] + radius, centre[1]), (centre[0] - radius, centre[1]), (centre[0] + radius, centre[1])]
    )
    return shapely.Polygon(stroke(_world(points, _ocs(entity)), gap))


def _curve(entity: Any, gap: float) -> Any:
    points: list[tuple[float, float]] = []
    for point in entity.flattening(gap):
        points.append((float(point[0]), float(point[1])))
        if len(points) > _SHAPE_LIMIT:
            raise ValueError("a curve has too many chords")
    whole = np.array(points, np.float64).reshape(-1, 2)
    if len(whole) >= 4 and np.abs(whole[0] - whole[-1]).max() <= _SAME:
        whole[-1] = whole[0]
        return shapely.Polygon(whole)
    return _line(whole)
