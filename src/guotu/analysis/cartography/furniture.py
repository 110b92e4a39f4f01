"""What makes a picture a map: frame, coordinates, title, scale, north."""

from __future__ import annotations

import shapely

from guotu.analysis.cartography.canvas import Canvas, Words
from guotu.analysis.cartography.legend import column
from guotu.analysis.cartography.paper import Paper, multiples, round_length, text_mm
from guotu.analysis.cartography.spec import BAND, FOOT, HEAD, NORTH_MM, MapSpec
from guotu.analysis.cartography.style import Paint

INK = Paint(fill="#1d2733", stroke=None)
HOLLOW = Paint(fill="#ffffff", stroke="#1d2733", width=0.6)
VEIL = Paint(fill="#ffffffd0", stroke=None)
BLANK = Paint(fill="#ffffff", stroke=None)
HAIR = Paint(stroke="#1d2733", width=0.6)
CROSS = Paint(stroke="#1d2733a0", width=0.5)
FRAME = Paint(stroke="#1d2733", width=0.9)
HEAVY = Paint(stroke="#1d2733", width=1.6)

SMALL = 6.3
TICKS_MM = 32.0
CROSS_MM = 1.3


def furnish(canvas: Canvas, spec: MapSpec) -> None:
    """Add everything around the map's content."""
    paper = Paper(spec)
    left, below, right, above = spec.frame
    sheet = paper.box(0, 0, spec.width_mm, spec.height_mm)
    canvas.paint([sheet.difference(paper.box(left, below, right - left, above - below))], BLANK)
    _coordinates(canvas, paper)
    _north(canvas, paper)
    _scale(canvas, paper)
    column(canvas, paper)
    _frames(canvas, paper)
    if spec.title:
        middle, top = spec.width_mm / 2, spec.height_mm - HEAD / 2
        canvas.write([paper.words(spec.title, middle, top, "middle", size=15, bold=True)])


def _frames(canvas: Canvas, paper: Paper) -> None:
    spec, inset = paper.spec, 0.25
    left, below, right, above = spec.frame
    top = spec.height_mm - (HEAD if spec.title else 0)
    edge = spec.width_mm - spec.column_mm
    outer = paper.box(inset, inset, spec.width_mm - 2 * inset, spec.height_mm - 2 * inset)
    canvas.trace([paper.box(left, below, right - left, above - below).exterior], FRAME)
    inner = [paper.line(edge, inset, edge, top), paper.line(inset, FOOT, edge, FOOT)]
    canvas.trace(
        [*inner, *([paper.line(inset, top, spec.width_mm - inset, top)] if spec.title else [])], HAIR
    )
    canvas.trace([outer.exterior], HEAVY)


def _coordinates(canvas: Canvas, paper: Paper) -> None:
    """Full coordinates of the grid lines in the band around the map, crosses where the lines meet."""
    spec = paper.spec
    left, below, right, above = spec.frame
    west, south, east, north = spec.view
    step = round_length(spec.metres_per_mm * TICKS_MM)
    columns = {x: left + (x - west) / spec.metres_per_mm for x in multiples(west, east, step)}
    rows = {y: below + (y - south) / spec.metres_per_mm for y in multiples(south, north, step)}
    lines, words = [], []
    for value, x in columns.items():
        lines += [paper.line(x, above, x, above + 1), paper.line(x, below, x, below - 1)]
        words += _marks(paper, f"{value:.0f}", (x, above + 2.7), (x, below - 2.7), (left, right), 0)
    for value, y in rows.items():
        lines += [paper.line(left, y, left - 1, y), paper.line(right, y, right + 1, y)]
        words += _marks(paper, f"{value:.0f}", (left - 2.7, y), (right + 2.7, y), (below, above), 90)
    canvas.trace(lines, HAIR)
    canvas.write(words)


def _marks(
    paper: Paper,
    text: str,
    one: tuple[float, float],
    other: tuple[float, float],
    limits: tuple[float, float],
    turn: int,
) -> list[Words]:
    """A coordinate on both sides, unless it would reach beyond the map's corners."""
    along = one[1] if turn else one[0]
    half = text_mm(text, SMALL) / 2
    if not limits[0] + half <= along <= limits[1] - half:
        return []
    return [paper.words(text, *place, "middle", size=SMALL, turn=turn) for place in (one, other)]


def crosses(canvas: Canvas, spec: MapSpec) -> None:
    """Mark where the grid lines meet; words drawn later win over them."""
    west, south, east, north = spec.view
    step, reach = round_length(spec.metres_per_mm * TICKS_MM), CROSS_MM * spec.metres_per_mm
    lines = []
    for x in multiples(west + reach, east - reach, step):
        for y in multiples(south + reach, north - reach, step):
            lines.append(shapely.LineString([(x - reach, y), (x + reach, y)]))
            lines.append(shapely.LineString([(x, y - reach), (x, y + reach)]))
    canvas.trace(lines, CROSS)


def _scale(canvas: Canvas, paper: Paper) -> None:
    """The bar, drawn true to the plane, and the number."""
    spec = paper.spec
    x, y = BAND + 2, 2.6
    length = round_length(spec.metres_per_mm * 46)
    part = length / spec.metres_per_mm / 4
    canvas.paint([paper.box(x + at * part, y, part, 1.3) for at in (0, 2)], INK)
    canvas.paint([paper.box(x + at * part, y, part, 1.3) for at in (1, 3)], HOLLOW)
    unit, shown = ("m", length) if length < 2000 else ("km", length / 1000)
    words = [
        paper.words(f"{shown * at / 4:g}", x + at * part, y + 3.1, "middle", size=SMALL) for at in (0, 1, 2)
    ]
    words.append(paper.words(f"{shown:g} {unit}", x + 4 * part, y + 3.1, "middle", size=SMALL))
    label = "比例尺 " if spec.lang == "zh" else "Scale "
    end = spec.width_mm - spec.column_mm - 3
    words.append(paper.words(f"{label}1:{spec.scale:,}", end, FOOT / 2, "left", size=9, bold=True))
    canvas.write(words)


def _north(canvas: Canvas, paper: Paper) -> None:
    _, _, right, above = paper.spec.frame
    x, y = right - NORTH_MM / 2, above - NORTH_MM
    canvas.paint([shapely.Point(paper.at(x, y + 5.2)).buffer(6.4 * paper.spec.metres_per_mm)], VEIL)
    canvas.paint([paper.shape((x, y + 8), (x - 2.2, y), (x, y + 1.8))], INK)
    canvas.paint([paper.shape((x, y + 8), (x + 2.2, y), (x, y + 1.8))], HOLLOW)
    canvas.write([paper.words("北" if paper.spec.lang == "zh" else "N", x, y + 9.8, "middle", bold=True)])
