"""The column beside a map: legend of what is seen, reference system, sources, approval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from guotu.analysis.cartography.canvas import Canvas, Words
from guotu.analysis.cartography.paper import Paper, wrapped
from guotu.analysis.cartography.spec import HEAD, MapLayer, MapSpec
from guotu.analysis.cartography.style import Paint, Rule

MARGIN = 2.6
TITLE_MM = 7.5
SWATCH = 6.0
ROW_MM = 4.5
TIGHTEST_MM = 3.1
LINE_MM = 2.8
NOTE_SIZE, NOTE_MM = 6.0, 2.75
PALE = "#47525e"
FOCUS_M2 = 1e12
"""Weight of a class that lies under what the map is about, beyond any area."""
PARTING = Paint(stroke="#9aa4b0", width=0.6)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the legend."""

    text: str
    paint: Paint
    kind: str
    weight: float = 0.0
    """Classes of little weight give way first; what has none always stays."""


def column(canvas: Canvas, paper: Paper) -> None:
    """Draw the column."""
    spec = paper.spec
    left = spec.width_mm - spec.column_mm + MARGIN
    room = spec.column_mm - 2 * MARGIN
    notes = [line for note in _notes(spec) for line in wrapped(note, NOTE_SIZE, room)]
    top = spec.height_mm - (HEAD if spec.title else 0) - MARGIN
    foot = MARGIN + len(notes) * NOTE_MM
    title = "图　例" if spec.lang == "zh" else "Legend"
    middle = left + room / 2
    words = [paper.words(title, middle, top - 2, "middle", size=9.5, bold=True)]
    for row, line in enumerate(reversed(notes)):
        words.append(
            paper.words(line, left, MARGIN + row * NOTE_MM + NOTE_MM / 2, size=NOTE_SIZE, colour=PALE)
        )
    canvas.trace([paper.line(left, foot + 1.2, left + room, foot + 1.2)], PARTING)
    canvas.write([*words, *_entries(canvas, paper, left, top - TITLE_MM, foot + 2)])


def _notes(spec: MapSpec) -> Iterator[str]:
    zone = spec.zone
    if spec.lang == "zh":
        yield "2000国家大地坐标系"
        yield f"高斯—克吕格投影 {zone.width}°带第{zone.zone}带"
        yield f"中央经线{zone.central_meridian}°E EPSG:{zone.epsg}"
    else:
        yield f"CGCS2000, Gauss–Krüger {zone.width}° zone {zone.zone}"
        yield f"Central meridian {zone.central_meridian}°E, EPSG:{zone.epsg}"
    yield from (line for line in spec.note.split("\n") if line)
    if spec.lang == "zh":
        yield f"审图号：{spec.approval}" if spec.approval else "审图号：　　　（内部使用）"
    else:
        yield f"Map approval: {spec.approval}" if spec.approval else "Not approved for publication"


def _entries(canvas: Canvas, paper: Paper, left: float, top: float, foot: float) -> list[Words]:
    """Draw the swatches; gives the words. What finds no room, least seen first, is counted in the last line."""
    spec = paper.spec
    room = spec.column_mm - 2 * MARGIN - SWATCH - 1.4
    entries = list(legend_entries(spec))
    pitch = max(TIGHTEST_MM, min(ROW_MM, (top - foot) / max(len(entries) + 0.5, 1)))
    size = 7.0 if pitch > 3.6 else 6.3
    lines = {entry: wrapped(entry.text, size, room) for entry in entries}
    left_out = 0
    while sum(_height(lines[entry], pitch) for entry in entries) > top - foot - (pitch if left_out else 0):
        entries.remove(min(entries, key=lambda entry: (entry.weight == 0, entry.weight)))
        left_out += 1
    words: list[Words] = []
    y = top
    for entry in entries:
        height = _height(lines[entry], pitch)
        _swatch(canvas, paper, left, y - height / 2, entry, min(2.8, pitch - 0.7))
        for row, line in enumerate(lines[entry]):
            at = y - height / 2 + (len(lines[entry]) - 1) * LINE_MM / 2 - row * LINE_MM
            words.append(paper.words(line, left + SWATCH + 1.4, at, size=size))
        y -= height
    if left_out:
        rest = f"其余 {left_out} 类从略" if spec.lang == "zh" else f"{left_out} more"
        words.append(paper.words(rest, left, y - pitch / 2, size=NOTE_SIZE, colour=PALE))
    return words


def _height(lines: list[str], pitch: float) -> float:
    return pitch + (len(lines) - 1) * LINE_MM


def _swatch(canvas: Canvas, paper: Paper, x: float, y: float, entry: Entry, height: float) -> None:
    if entry.kind == "circle":
        canvas.paint([paper.point(x + SWATCH / 2, y)], entry.paint, points=True)
        return
    if entry.kind == "line":
        canvas.trace([paper.line(x, y, x + SWATCH, y)], entry.paint)
        return
    box = paper.box(x, y - height / 2, SWATCH, height)
    canvas.paint([box], entry.paint)
    if entry.paint.hatch:
        canvas.trace(_hatched(paper, x, y, height, entry.paint), Paint(stroke=entry.paint.stroke, width=0.6))


def _hatched(paper: Paper, x: float, y: float, height: float, paint: Paint) -> list[Any]:
    """Hatching of a swatch; the map's own grid does not reach the column."""
    box = paper.box(x, y - height / 2, SWATCH, height)
    slant = height if paint.lean == "right" else -height
    starts = [x - height + 1.6 * step for step in range(int((SWATCH + 2 * height) / 1.6) + 1)]
    lines = [paper.line(s, y - height / 2, s + slant, y + height / 2) for s in starts]
    return [part for part in shapely.intersection(box, np.array(lines, object)) if not part.is_empty]


def legend_entries(spec: MapSpec) -> Iterator[Entry]:
    """What the map shows, marks first, then layers from top to bottom."""
    view = shapely.box(*spec.view)
    for layer in sorted(spec.layers, key=lambda layer: -layer.style.order):
        seen = shapely.intersects(layer.geometries, view)
        if layer.legend and seen.any():
            yield from _of_layer(layer, seen, spec)


def _of_layer(layer: MapLayer, seen: Any, spec: MapSpec) -> Iterator[Entry]:
    style = layer.look
    if layer.classes is None or not style.rules or layer.faded:
        yield Entry(layer.title, style.default, style.type)
        return
    focus = shapely.box(*spec.view) if spec.focus is None else spec.focus
    shapes = layer.geometries[seen]
    values = [value for value, here in zip(layer.classes, seen, strict=True) if here]
    sums: dict[Rule | None, float] = {}
    for value, area, near in zip(
        values, shapely.area(shapes), shapely.intersects(shapes, focus), strict=True
    ):
        rule = style.rule_of(value)
        sums[rule] = max(sums.get(rule, 0.0) + float(area), FOCUS_M2 if near else 0.0)
    for rule in style.rules:
        if rule in sums:
            yield Entry(rule.label(spec.lang), rule.paint, style.type, sums[rule])
    if None in sums:
        yield Entry(layer.title, style.default, style.type, sums[None])
