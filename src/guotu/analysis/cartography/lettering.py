"""Words on a map: each where it has room, in a size that does not shout."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from guotu.analysis.cartography.canvas import Words
from guotu.analysis.cartography.paper import across_mm, text_mm
from guotu.analysis.cartography.spec import NORTH_MM, MapLayer, MapSpec

BOLD_ABOVE = 9.0
OFFSET_MM = 1.1
QUIET_ORDER = 20
"""Layers of a lower style order are ground: their words are grey and small."""
CROWDED_MM = 3.0
"""Ground whose areas are mostly smaller than this carries no words: the few that fit would seem to be the ones that matter."""
ASIDE = 0.38
"""Sine of the angle within which words stand above or below a point and not beside it."""
CENTRE_TOLERANCE = 0.01


def lettering(layer: MapLayer, spec: MapSpec) -> Iterator[Words]:
    """The words of a layer that fit into the map."""
    if layer.labels is None:
        return
    if layer.style.type == "circle":
        yield from _beside(layer, spec)
    else:
        yield from _inside(layer, spec)


def _inside(layer: MapLayer, spec: MapSpec) -> Iterator[Words]:
    """Areas carry their words at the centre of the largest circle inside, if the words have room there."""
    ground = layer.faded or layer.style.order < QUIET_ORDER
    if ground and across_mm(layer.geometries, spec) < CROWDED_MM:
        return
    size = layer.style.text - 0.8 if ground else layer.style.text
    colour = "#4a525c" if ground or layer.style.rules else (layer.style.default.stroke or "#1d2733")[:7]
    least = 0.5 * text_mm("口", size) * spec.metres_per_mm
    named = np.array([bool(text) for text in layer.labels or ()], bool)
    named &= (shapely.area(layer.geometries) > np.pi * least**2) | (
        shapely.get_dimensions(layer.geometries) < 2
    )
    parts = shapely.intersection(layer.geometries[named], shapely.box(*spec.view))
    texts = [str(text) for text, here in zip(layer.labels or (), named, strict=True) if here]
    for part, text in zip(parts, texts, strict=True):
        centre, radius = _roomiest(part)
        if centre is None or radius < least:
            continue
        if _within(centre, text_mm(text, size), text_mm("口", size), spec):
            yield Words(text, centre, size, colour=colour, bold=size > BOLD_ABOVE)


def _roomiest(part: Any) -> tuple[Any, float]:
    """Centre and radius of the largest circle inside an area, or a point on a line and no limit."""
    if part.is_empty:
        return None, 0.0
    if part.area == 0:
        return part.representative_point(), np.inf
    tolerance = CENTRE_TOLERANCE * float(part.area) ** 0.5
    circle = shapely.maximum_inscribed_circle(part, tolerance)
    return shapely.Point(circle.coords[0]), float(circle.length)


def _beside(layer: MapLayer, spec: MapSpec) -> Iterator[Words]:
    """Points carry their words beside them, on the side that the layer names."""
    colour = (layer.style.default.stroke or "#1d2733")[:7]
    if layer.style.default.fill and layer.style.default.fill != "#ffffff":
        colour = layer.style.default.fill[:7]
    away = layer.away if layer.away is not None else np.tile((0.7, 0.7), (len(layer.geometries), 1))
    for point, text, (x, y) in zip(layer.geometries, layer.labels or (), away, strict=True):
        if not text:
            continue
        offset = OFFSET_MM * spec.metres_per_mm
        at = shapely.Point(point.x + x * offset, point.y + y * offset)
        anchor = "middle" if abs(x) < ASIDE else "right" if x > 0 else "left"
        height = "middle" if abs(y) < ASIDE else "top" if y > 0 else "bottom"
        size = layer.style.text
        if _within(at, 2 * text_mm(str(text), size), text_mm("口", size), spec):
            yield Words(str(text), at, size, anchor, height, colour)  # type: ignore[arg-type]


def _within(centre: Any, width_mm: float, height_mm: float, spec: MapSpec) -> bool:
    """Whether words around a point stay inside the map and clear of the north arrow; a cut word misleads."""
    west, south, east, north = spec.view
    x, y = width_mm / 2 * spec.metres_per_mm, height_mm / 2 * spec.metres_per_mm
    corner = NORTH_MM * spec.metres_per_mm
    if centre.x + x > east - corner and centre.y + y > north - corner:
        return False
    return bool(west + x <= centre.x <= east - x and south + y <= centre.y <= north - y)
