"""From a map's description to its picture."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import typst

from guotu.analysis.cartography.canvas import VECTOR_DPI, Canvas
from guotu.analysis.cartography.furniture import crosses, furnish
from guotu.analysis.cartography.lettering import lettering
from guotu.analysis.cartography.paper import across_mm, hatching
from guotu.analysis.cartography.spec import MapLayer, MapSpec, Picture, PictureFormat
from guotu.analysis.cartography.style import Paint

ROOMY_MM, THINNEST = 5.0, 0.15
"""Areas narrower than so many millimetres have thinner outlines, down to a part of the width that their style gives them."""
HATCH_FROM = 0.3
CASING = 2.4
"""How much broader than its line a casing is, in CSS pixels."""


def draw(spec: MapSpec, format: PictureFormat = "png") -> Picture:
    """The picture of a map in its true size on paper; the same description gives the same pixels."""
    dpi = spec.dpi if format == "png" else VECTOR_DPI
    canvas = Canvas(spec.fitted, spec.width_mm, spec.height_mm, dpi)
    layers = sorted(spec.layers, key=lambda layer: layer.style.order)
    for layer in layers:
        _paint(canvas, layer, spec)
    crosses(canvas, spec)
    canvas.write(word for layer in reversed(layers) for word in lettering(layer, spec))
    furnish(canvas, spec)
    return Picture(_render(canvas, spec, format), format, spec.width_mm, spec.height_mm, spec.scale)


def _render(canvas: Canvas, spec: MapSpec, format: PictureFormat) -> bytes:
    if format == "png":
        return canvas.png()
    body = canvas.vector(format)
    return body if format == "svg" else _page(body, spec)


def _page(body: bytes, spec: MapSpec) -> bytes:
    """A PDF page of the sheet's true size: the renderer writes one unit a pixel."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "sheet.pdf").write_bytes(body)
        (root / "page.typ").write_text(
            f"#set document(date: none)\n#set page(width: {spec.width_mm}mm, height: {spec.height_mm}mm, margin: 0mm)\n"
            '#image("sheet.pdf", width: 100%)',
            encoding="utf-8",
        )
        page: bytes = typst.compile(root / "page.typ", root=root, ignore_system_fonts=True)
    return page


def _paint(canvas: Canvas, layer: MapLayer, spec: MapSpec) -> None:
    kind, thin = layer.style.type, _thinning(layer, spec)
    for bold, shapes in _by_paint(layer):
        paint = replace(bold, width=bold.width * thin, hatch=bold.hatch and thin > HATCH_FROM)
        if paint.casing and kind != "circle":
            edges = shapes if kind == "line" else shapely.boundary(shapes)
            canvas.trace(edges, Paint(stroke=paint.casing, width=paint.width + CASING))
        if kind == "line":
            canvas.trace(shapes, paint)
            continue
        canvas.paint(shapes, paint, points=kind == "circle")
        if paint.hatch:
            canvas.trace(hatching(shapes, spec, paint.lean), Paint(stroke=paint.stroke, width=0.6))


def _thinning(layer: MapLayer, spec: MapSpec) -> float:
    """1 where features are large on paper, less where their outlines would cover them."""
    if layer.style.type != "fill":
        return 1.0
    return min(max(across_mm(layer.geometries, spec) / ROOMY_MM, THINNEST), 1.0)


def _by_paint(layer: MapLayer) -> list[tuple[Paint, Any]]:
    """Shapes grouped by the paint they take, in the style's order."""
    style = layer.look
    if layer.classes is None or not style.rules:
        return [(style.default, layer.geometries)]
    taken = [rule.paint if (rule := style.rule_of(value)) else style.default for value in layer.classes]
    groups = []
    for paint in dict.fromkeys((style.default, *(rule.paint for rule in style.rules))):
        mine = np.array([one == paint for one in taken], bool)
        if mine.any():
            groups.append((paint, layer.geometries[mine]))
    return groups
