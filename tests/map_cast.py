"""A small plane to draw, and eyes for what was drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mapnik
import numpy as np
import shapely

from guotu.analysis.cartography import LayerStyle, MapLayer, MapSpec, Paint, Picture
from guotu.analysis.cartography.spec import MM_PER_INCH
from guotu.model.datum import GaussKruger

ZONE = GaussKruger(3, 39)
E0, N0 = 39_640_000.0, 3_420_000.0
RED = Paint(fill="#ff0000", stroke=None)


def shapes(*geometries: Any) -> Any:
    return np.array(geometries, object)


def square(x: float, y: float, size: float) -> Any:
    return shapely.box(E0 + x, N0 + y, E0 + x + size, N0 + y + size)


def style(paint: Paint = RED, *, order: int = 40, type: Any = "fill", **more: Any) -> LayerStyle:
    return LayerStyle("test", type, order, paint, **more)


def layer(*geometries: Any, paint: Paint = RED, title: str = "图层", **more: Any) -> MapLayer:
    order, kind = more.pop("order", 40), more.pop("type", "fill")
    return MapLayer(
        title, more.pop("style", style(paint, order=order, type=kind)), shapes(*geometries), **more
    )


def spec(*layers: MapLayer, size: float = 400.0, **more: Any) -> MapSpec:
    return MapSpec((E0, N0, E0 + size, N0 + size), ZONE, layers, **({"dpi": 96} | more))


class Pixels:
    """Colours of a drawn picture at millimetres from its lower left corner."""

    def __init__(self, picture: Picture) -> None:
        self.image = mapnik.Image.from_string(picture.png)
        self.picture = picture

    def at_mm(self, x: float, y: float) -> tuple[int, int, int]:
        column = round(x / self.picture.width_mm * self.image.width() - 0.5)
        row = round((1 - y / self.picture.height_mm) * self.image.height() - 0.5)
        return self.at(column, row)

    def at(self, column: int, row: int) -> tuple[int, int, int]:
        packed = self.image.get_pixel(column, row)
        return packed & 0xFF, packed >> 8 & 0xFF, packed >> 16 & 0xFF

    def run(self, colour: tuple[int, int, int], row: int) -> int:
        """How many pixels of a row have about a colour."""
        return sum(near(self.at(x, row), colour) for x in range(self.image.width()))

    def count(self, colour: tuple[int, int, int]) -> int:
        return sum(self.run(colour, row) for row in range(self.image.height()))


def near(one: Sequence[int], other: Sequence[int], by: int = 40) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


def sheet_mm(spec: MapSpec, x: float, y: float) -> tuple[float, float]:
    """Where a place of the plane lies on the sheet."""
    west, south, _, _ = spec.fitted
    return (E0 + x - west) / spec.metres_per_mm, (N0 + y - south) / spec.metres_per_mm


def pixels_of(mm: float, dpi: int) -> float:
    return mm / MM_PER_INCH * dpi
