"""From a map's description to its picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from guotu.analysis.cartography.canvas import Canvas, Words
from guotu.analysis.cartography.furniture import furnish, hatching
from guotu.analysis.cartography.spec import MM_PER_INCH, MapLayer, MapSpec, Picture
from guotu.analysis.cartography.style import Paint

LABEL_SIZE = 7.0
OFFSET_MM = 0.9


def draw(spec: MapSpec) -> Picture:
    """The picture of a map; the same description gives the same pixels."""
    width = round(spec.width_mm / MM_PER_INCH * spec.dpi)
    height = round(spec.height_mm / MM_PER_INCH * spec.dpi)
    canvas = Canvas(spec.fitted, width, height, spec.dpi)
    ordered = sorted(spec.layers, key=lambda layer: layer.style.order)
    for layer in ordered:
        _paint(canvas, layer, spec)
    canvas.write([word for layer in reversed(ordered) for word in _labels(layer, spec)])
    furnish(canvas, spec)
    return Picture(canvas.png(), spec.width_mm, spec.height_mm, spec.scale)


def _paint(canvas: Canvas, layer: MapLayer, spec: MapSpec) -> None:
    points = layer.style.type == "circle"
    for paint, shapes in _by_paint(layer):
        if layer.style.type == "line":
            canvas.trace(shapes, paint)
        else:
            canvas.paint(shapes, paint, points=points)
        if paint.hatch:
            canvas.trace(hatching(shapes, spec), Paint(stroke=paint.stroke, width=0.6))


def _by_paint(layer: MapLayer) -> list[tuple[Paint, Any]]:
    """Shapes grouped by the paint they take, in the style's order."""
    if layer.classes is None or not layer.style.rules:
        return [(layer.style.default, layer.geometries)]
    taken = [layer.style.rule_of(value) for value in layer.classes]
    paints = {rule.paint if rule else layer.style.default: None for rule in (None, *layer.style.rules)}
    groups = []
    for paint in paints:
        mine = np.array([(rule.paint if rule else layer.style.default) == paint for rule in taken], bool)
        if mine.any():
            groups.append((paint, layer.geometries[mine]))
    return groups


def _label(text: str, part: Any, layer: MapLayer, spec: MapSpec) -> Words:
    """Areas carry their words inside, points to the right."""
    colour = "#3a4048" if layer.style.rules else (layer.style.default.stroke or "#1d2733")[:7]
    if layer.style.type == "circle":
        beside = shapely.Point(
            part.x + OFFSET_MM * spec.metres_per_mm, part.y + OFFSET_MM * spec.metres_per_mm
        )
        return Words(text, beside, LABEL_SIZE, "right", colour)
    return Words(text, part.representative_point(), LABEL_SIZE, colour=colour)


def _labels(layer: MapLayer, spec: MapSpec) -> list[Words]:
    if layer.labels is None:
        return []
    view = shapely.box(*spec.view)
    words = []
    for shape, text in zip(layer.geometries, layer.labels, strict=True):
        if not text:
            continue
        part = shapely.intersection(shape, view)
        if part.is_empty:
            continue
        words.append(_label(str(text), part, layer, spec))
    return words
