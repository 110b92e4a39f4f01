"""Millimetres on the sheet against metres on the ground; lines and lengths that both need."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely

from guotu.analysis.cartography.canvas import Anchor, Words
from guotu.analysis.cartography.spec import MM_PER_INCH, MapSpec
from guotu.model.arrays import GeometryArray

CSS_PIXEL_MM = MM_PER_INCH / 96
NARROW = 0.56
"""Width of a digit or Latin letter as a part of the size."""
TEXT = 7.6


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet: millimetres from its lower left corner become plane coordinates."""

    spec: MapSpec

    def at(self, x: float, y: float) -> tuple[float, float]:
        west, south, _, _ = self.spec.fitted
        return west + x * self.spec.metres_per_mm, south + y * self.spec.metres_per_mm

    def box(self, x: float, y: float, width: float, height: float) -> Any:
        return shapely.box(*self.at(x, y), *self.at(x + width, y + height))

    def point(self, x: float, y: float) -> Any:
        return shapely.Point(*self.at(x, y))

    def line(self, x0: float, y0: float, x1: float, y1: float) -> Any:
        return shapely.LineString([self.at(x0, y0), self.at(x1, y1)])

    def shape(self, *corners: tuple[float, float]) -> Any:
        return shapely.Polygon([self.at(x, y) for x, y in corners])

    def words(self, text: str, x: float, y: float, anchor: Anchor = "right", **look: Any) -> Words:
        """Words that stay where they are put."""
        size, halo = look.pop("size", TEXT), look.pop("halo", 0)
        return Words(text, self.point(x, y), size, anchor, keep=True, halo=halo, **look)


def text_mm(text: str, size: float) -> float:
    """About how wide a line of text is."""
    return sum(NARROW if ord(c) < 0x2000 else 1.0 for c in text) * size * CSS_PIXEL_MM


def wrapped(text: str, size: float, width_mm: float) -> list[str]:
    """Text in lines of at most that width; Latin words stay whole where they can."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and text_mm((line + piece).rstrip(), size) > width_mm:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> Iterator[str]:
    piece = ""
    for character in text:
        if ord(character) >= 0x2000:
            if piece:
                yield piece
            piece = ""
            yield character
        else:
            piece += character
            if character == " ":
                yield piece
                piece = ""
    if piece:
        yield piece


def hatching(
    shapes: Any, spec: MapSpec, lean: Literal["left", "right"] = "right", gap_mm: float = 1.6
) -> list[Any]:
    """Lines at 45° through shapes, `gap_mm` apart on paper, on one grid for the whole map."""
    west, south, east, north = spec.view
    height, gap = north - south, gap_mm * spec.metres_per_mm * math.sqrt(2)
    starts = [west - height + gap * step for step in range(int((east - west + height) / gap) + 1)]
    foot, head = (south, north) if lean == "right" else (north, south)
    lines = shapely.multilinestrings([shapely.LineString([(x, foot), (x + height, head)]) for x in starts])
    near = shapely.union_all(shapely.intersection(shapes, shapely.box(*spec.view)))
    cut = shapely.intersection(near, lines)
    return [] if cut.is_empty else [cut]


def across_mm(shapes: GeometryArray, spec: MapSpec) -> float:
    """How large areas are on paper: the side of a square of their median area; without any, no limit."""
    if not len(shapes):
        return math.inf
    return math.sqrt(float(np.median(shapely.area(shapes)))) / spec.metres_per_mm


def round_length(metres: float) -> float:
    """The largest of 1, 2, 5 · 10ⁿ that is not longer."""
    power = 10.0 ** math.floor(math.log10(metres))
    return next(power * factor for factor in (5, 2, 1) if power * factor <= metres)


def multiples(low: float, high: float, step: float) -> Iterator[float]:
    """Multiples of a step from low to high."""
    value = math.ceil(low / step) * step
    while value <= high:
        yield value
        value += step
