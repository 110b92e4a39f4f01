"""Cutting rows by geometry: boxes compared exactly, and the clip of an access plan."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely

from guotu.model.arrays import BoolArray, Float64Array, GeometryArray
from guotu.model.query import Box


def geometries(wkb: object) -> GeometryArray:
    """Shapely geometries of an Arrow WKB array or a sequence of WKB."""
    values = wkb.to_numpy(zero_copy_only=False) if hasattr(wkb, "to_numpy") else np.array(wkb, dtype=object)
    found: GeometryArray = shapely.from_wkb(values)
    return found


def boxes_of(found: GeometryArray) -> Float64Array:
    """(n, 4) west, south, east, north; NaN where there is no geometry."""
    boxes: Float64Array = shapely.bounds(found).reshape(-1, 4)
    return boxes


def meets(found: GeometryArray, box: Box) -> BoolArray:
    """Whether the box of each geometry meets the box, borders included; False where there is none."""
    west, south, east, north = boxes_of(found).T
    with np.errstate(invalid="ignore"):
        answer: BoolArray = (east >= box[0]) & (west <= box[2]) & (north >= box[1]) & (south <= box[3])
    return answer


def union(boxes: Iterable[Box | None]) -> Box | None:
    """Box around boxes; None among them is nothing."""
    present = [box for box in boxes if box is not None]
    if not present:
        return None
    west, south, east, north = zip(*present, strict=True)
    return min(west), min(south), max(east), max(north)


def around(found: GeometryArray) -> Box | None:
    """Box around geometries; missing and empty ones are left out."""
    boxes = boxes_of(found)
    boxes = boxes[~np.isnan(boxes[:, 0])]
    if not len(boxes):
        return None
    west, south = boxes[:, :2].min(axis=0).tolist()
    east, north = boxes[:, 2:].max(axis=0).tolist()
    return west, south, east, north


class Clip:
    """A plan's clip: features that share no more than border with it are outside, as are those without geometry."""

    def __init__(self, wkb: bytes) -> None:
        self._area = shapely.from_wkb(wkb)
        shapely.prepare(self._area)

    def inside(self, found: GeometryArray) -> BoolArray:
        answer: BoolArray = shapely.intersects(self._area, found) & ~shapely.touches(self._area, found)
        return answer

    @property
    def box(self) -> Box:
        west, south, east, north = shapely.bounds(self._area).tolist()
        return west, south, east, north
