"""The territory that a node or a delivery answers for, asked for a million features."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely

from guotu.kernel.overlay import polygonal
from guotu.model.arrays import BoolArray, GeometryArray
from guotu.quality.layerset.shelf import Shelf

_METRES = 111_320.0
"""Of a degree of latitude; of longitude times the cosine."""
_PIECE = 64
"""Segments of the boundary in one box of the index."""


class Control:
    """All divisions as one area. Only features whose box meets its boundary are looked at exactly; for the others one
    point tells.
    """

    def __init__(self, divisions: Shelf) -> None:
        parts = divisions.geometries(np.arange(len(divisions)))
        parts = parts[~shapely.is_missing(parts)]
        sound = np.where(shapely.is_valid(parts), parts, shapely.make_valid(parts))
        whole = polygonal(np.array([shapely.union_all(sound)], object))[0]
        self.area: Any = shapely.orient_polygons(whole)
        self._wider: dict[float, tuple[Any, shapely.STRtree]] = {}

    def beyond(self, geometries: GeometryArray, tolerance_m: float) -> BoolArray:
        """(n,) features that leave the area by more than a tolerance; missing ones do not."""
        wider, edges = self._widened(tolerance_m)
        near = np.zeros(len(geometries), bool)
        near[np.unique(edges.query(shapely.envelope(geometries), predicate=None)[0])] = True
        out = ~shapely.is_missing(geometries) & ~shapely.is_empty(geometries)
        far = np.flatnonzero(out & ~near)
        points = shapely.get_coordinates(shapely.get_point(_first_line(geometries[far]), 0))
        out[far] = ~shapely.contains_xy(wider, points) if len(points) else out[far]
        close = np.flatnonzero(out & near)
        out[close] = ~shapely.covers(wider, geometries[close])
        return np.asarray(out, np.bool_)

    def rest(self, geometry: Any) -> Any:
        """What of a feature lies beyond the area."""
        return shapely.difference(shapely.make_valid(geometry), self.area)

    def _widened(self, tolerance_m: float) -> tuple[Any, shapely.STRtree]:
        """The area a tolerance wider, prepared, and boxes of its boundary."""
        if tolerance_m not in self._wider:
            middle = self.area.envelope.centroid.y if not self.area.is_empty else 0.0
            # Degrees of longitude are shorter: the wider of both is taken, which a tolerance may be.
            distance = tolerance_m / (_METRES * max(0.1, math.cos(math.radians(middle))))
            wider = shapely.buffer(self.area, distance, join_style="mitre")
            shapely.prepare(wider)
            self._wider[tolerance_m] = wider, shapely.STRtree(boundary_boxes(wider))
        return self._wider[tolerance_m]


def boundary_boxes(area: Any) -> GeometryArray:
    """Boxes around every few segments of a boundary."""
    lines = shapely.get_parts(np.atleast_1d(shapely.boundary(area)))
    boxes = []
    for line in lines:
        xy = shapely.get_coordinates(line)
        for start in range(0, max(len(xy) - 1, 0), _PIECE):
            piece = xy[start : start + _PIECE + 1]
            boxes.append((*piece.min(axis=0), *piece.max(axis=0)))
    corners = np.array(boxes).reshape(-1, 4)
    return np.asarray(shapely.box(*corners.T), object)


def _first_line(geometries: GeometryArray) -> GeometryArray:
    """A line of each geometry: its first shell, the line, or the point."""
    first = shapely.get_geometry(geometries, 0)
    shells = shapely.get_exterior_ring(first)
    lines = np.where(shapely.is_missing(shells), first, shells)
    points = shapely.get_type_id(lines) == 0
    doubled = np.array([shapely.LineString([p, p]) for p in lines[points]], object)
    if points.any():
        lines[points] = doubled
    return np.asarray(lines, object)
