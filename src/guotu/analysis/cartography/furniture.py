"""What makes a picture a map: frame, coordinate ticks, scale bar, north arrow, legend, note."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import shapely

from guotu.analysis.cartography.canvas import Anchor, Canvas, Words
from guotu.analysis.cartography.spec import MapLayer, MapSpec
from guotu.analysis.cartography.style import Paint, Rule

INK = Paint(fill="#1d2733", stroke=None)
OUTLINE = Paint(fill="#ffffff", stroke="#1d2733", width=0.6)
COLUMN = Paint(fill="#ffffff", stroke=None)
HAIR = Paint(stroke="#1d2733", width=0.8)
FRAME = Paint(stroke="#1d2733", width=1.4)
RULE = Paint(stroke="#9aa4b0", width=0.6)

TEXT = 8.0
ROW = 4.0
SWATCH = 6.0
MARGIN = 3.0
FOOT = 30.0
"""Millimetres at the bottom of the column for scale and notes."""
HEAD = 18.0


@dataclass(frozen=True, slots=True)
class Paper:
    """Millimetres from the lower left corner of the map to plane coordinates and back."""

    spec: MapSpec

    def at(self, x: float, y: float) -> tuple[float, float]:
        west, south, _, _ = self.spec.fitted
        return west + x * self.spec.metres_per_mm, south + y * self.spec.metres_per_mm

    def box(self, x: float, y: float, width: float, height: float) -> Any:
        return shapely.box(*self.at(x, y), *self.at(x + width, y + height))

    def point(self, x: float, y: float) -> Any:
        return shapely.Point(*self.at(x, y))

    def words(self, text: str, x: float, y: float, anchor: Anchor = "right", **look: Any) -> Words:
        return Words(
            text,
            self.point(x, y),
            look.pop("size", TEXT),
            anchor,
            keep=True,
            halo=look.pop("halo", 0),
            **look,
        )


def furnish(canvas: Canvas, spec: MapSpec) -> None:
    """Add everything around the map's content."""
    paper = Paper(spec)
    _ticks(canvas, paper)
    canvas.paint([paper.box(spec.map_mm, 0, spec.column_mm, spec.height_mm)], COLUMN)
    _legend(canvas, paper)
    _scale_bar(canvas, paper)
    _north(canvas, paper)
    canvas.trace([_segment(paper, spec.map_mm, FOOT, spec.width_mm, FOOT)], RULE)
    canvas.trace([_segment(paper, spec.map_mm, 0, spec.map_mm, spec.height_mm)], FRAME)
    inset = 0.15
    sheet = paper.box(inset, inset, spec.width_mm - 2 * inset, spec.height_mm - 2 * inset)
    canvas.trace([sheet.exterior], FRAME)


def _ticks(canvas: Canvas, paper: Paper) -> None:
    """Full coordinates of the grid lines, written inside the frame."""
    spec = paper.spec
    west, south, east, north = spec.view
    step = round_length(spec.metres_per_mm * 45)
    lines, words = [], []
    for x in _multiples(west, east, step):
        at = (x - west) / spec.metres_per_mm
        if 10 < at < spec.map_mm - 10:
            lines += [_segment(paper, at, spec.height_mm, at, spec.height_mm - 2)]
            words.append(paper.words(f"{x:.0f}", at, spec.height_mm - 3.6, "middle", size=6.5, halo=1.2))
    for y in _multiples(south, north, step):
        at = (y - south) / spec.metres_per_mm
        if 4 < at < spec.height_mm - 8:
            lines += [_segment(paper, 0, at, 2, at)]
            words.append(paper.words(f"{y:.0f}", 2.6, at, "right", size=6.5, halo=1.2))
    canvas.trace(lines, HAIR)
    canvas.write(words)


def _scale_bar(canvas: Canvas, paper: Paper) -> None:
    spec = paper.spec
    x, y = spec.map_mm + MARGIN + 1, FOOT - 10
    length = round_length(spec.metres_per_mm * (spec.column_mm - 2 * MARGIN - 8))
    half = length / spec.metres_per_mm / 2
    canvas.paint([paper.box(x, y, half, 1.5)], INK)
    canvas.paint([paper.box(x + half, y, half, 1.5)], OUTLINE)
    unit = "m" if length < 2000 else "km"
    shown = length if unit == "m" else length / 1000
    marks = (("0", 0.0), (f"{shown / 2:g}", half), (f"{shown:g} {unit}", 2 * half))
    words = [paper.words(text, x + at, y + 3.6, "middle", size=6.5) for text, at in marks]
    words.append(paper.words(f"1:{spec.scale:,}", x, y - 3.2, bold=True))
    for row, line in enumerate(_note_lines(spec)):
        words.append(paper.words(line, x, y - 7.2 - row * 3.3, size=6.5, colour="#47525e"))
    canvas.write(words)


def _note_lines(spec: MapSpec) -> list[str]:
    if spec.lang == "zh":
        zone = f"CGCS2000 {spec.zone.width}度带第{spec.zone.zone}带"
    else:
        zone = f"CGCS2000 {spec.zone.width}° zone {spec.zone.zone}"
    return [zone, f"EPSG:{spec.zone.epsg}", *spec.note.split("\n")][:4]


def _north(canvas: Canvas, paper: Paper) -> None:
    x, y = paper.spec.width_mm - 8, paper.spec.height_mm - 17
    left = shapely.Polygon([paper.at(x, y + 10), paper.at(x - 2.6, y), paper.at(x, y + 2.4)])
    right = shapely.Polygon([paper.at(x, y + 10), paper.at(x + 2.6, y), paper.at(x, y + 2.4)])
    canvas.paint([left], INK)
    canvas.paint([right], OUTLINE)
    canvas.write([paper.words("北" if paper.spec.lang == "zh" else "N", x, y + 12.4, "middle", bold=True)])


def _legend(canvas: Canvas, paper: Paper) -> None:
    spec = paper.spec
    left, top = spec.map_mm + MARGIN, spec.height_mm - 6.5
    words = [paper.words("图例" if spec.lang == "zh" else "Legend", left, top, bold=True, size=10)]
    entries = list(legend_entries(spec))
    room = int((spec.height_mm - FOOT - HEAD) / ROW)
    shown, more = (entries, 0) if len(entries) <= room else (entries[: room - 1], len(entries) - room + 1)
    for row, (text, paint, kind) in enumerate(shown):
        y = spec.height_mm - HEAD - row * ROW
        _swatch(canvas, paper, left, y, paint, kind)
        words.append(paper.words(text, left + SWATCH + 1.4, y, size=7.5))
    if more:
        rest = f"其余 {more} 类从略" if spec.lang == "zh" else f"{more} more"
        words.append(
            paper.words(rest, left, spec.height_mm - HEAD - len(shown) * ROW, size=6.5, colour="#47525e")
        )
    canvas.write(words)


def _swatch(canvas: Canvas, paper: Paper, x: float, y: float, paint: Paint, kind: str) -> None:
    if kind == "circle":
        canvas.paint([paper.point(x + SWATCH / 2, y)], paint, points=True)
        return
    box = paper.box(x, y - 1.4, SWATCH, 2.8)
    canvas.paint([box], paint)
    if paint.hatch:
        canvas.trace(hatching([box], paper.spec), Paint(stroke=paint.stroke, width=0.6))


def legend_entries(spec: MapSpec) -> Iterator[tuple[str, Paint, str]]:
    """(words, paint, kind) of what the map shows, marks first, then layers from top to bottom."""
    view = shapely.box(*spec.view)
    for layer in sorted(spec.layers, key=lambda layer: -layer.style.order):
        if not layer.legend:
            continue
        seen = shapely.intersects(layer.geometries, view)
        if not seen.any():
            continue
        yield from _entries(layer, seen, spec)


def _entries(layer: MapLayer, seen: Any, spec: MapSpec) -> Iterator[tuple[str, Paint, str]]:
    if layer.classes is None or not layer.style.rules:
        yield layer.title, layer.style.default, layer.style.type
        return
    rules: dict[Rule | None, None] = {}
    for value, here in zip(layer.classes, seen, strict=True):
        if here:
            rules.setdefault(layer.style.rule_of(value))
    order = {rule: number for number, rule in enumerate(layer.style.rules)}
    for rule in sorted((rule for rule in rules if rule), key=order.__getitem__):
        yield rule.label(spec.lang), rule.paint, layer.style.type
    if None in rules:
        yield layer.title, layer.style.default, layer.style.type


def hatching(shapes: Any, spec: MapSpec, gap_mm: float = 1.6) -> list[Any]:
    """Lines at 45° through shapes, `gap_mm` apart on paper, on one grid for the whole map."""
    west, south, east, north = spec.fitted
    height, gap = north - south, gap_mm * spec.metres_per_mm * math.sqrt(2)
    starts = [west - height + gap * step for step in range(int((east - west + height) / gap) + 1)]
    lines = shapely.multilinestrings([shapely.LineString([(x, south), (x + height, north)]) for x in starts])
    cut = shapely.intersection(shapely.union_all(shapes), lines)
    return [] if cut.is_empty else [cut]


def round_length(metres: float) -> float:
    """The largest of 1, 2, 5 · 10ⁿ that is not longer."""
    power = 10.0 ** math.floor(math.log10(metres))
    return next(power * factor for factor in (5, 2, 1) if power * factor <= metres)


def _multiples(low: float, high: float, step: float) -> Iterator[float]:
    value = math.ceil(low / step) * step
    while value <= high:
        yield value
        value += step


def _segment(paper: Paper, x0: float, y0: float, x1: float, y1: float) -> Any:
    return shapely.LineString([paper.at(x0, y0), paper.at(x1, y1)])
