"""What a map shows, in plain values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from guotu.analysis.cartography.style import LayerStyle
from guotu.errors import Lang
from guotu.model.arrays import GeometryArray
from guotu.model.datum import GaussKruger

MM_PER_INCH = 25.4
ROUND = (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 8, 10)
"""Steps of a round scale within a power of ten."""


@dataclass(frozen=True, slots=True)
class MapLayer:
    """Geometries in the map's plane (n,), with the class that paints each and the words written on each, if any."""

    title: str
    style: LayerStyle
    geometries: GeometryArray
    classes: Sequence[Any] | None = None
    labels: Sequence[str | None] | None = None
    legend: bool = True


@dataclass(frozen=True, slots=True)
class MapSpec:
    """A map in one zone: box (west, south, east, north) in metres, layers bottom to top by style order, size on paper in mm.

    The right-hand `column_mm` hold legend, scale and notes; the map stands left of them at a round scale that shows the box.
    """

    box: tuple[float, float, float, float]
    zone: GaussKruger
    layers: tuple[MapLayer, ...]
    width_mm: float = 150.0
    height_mm: float = 105.0
    column_mm: float = 39.0
    dpi: int = 200
    note: str = ""
    lang: Lang = "zh"

    @property
    def fitted(self) -> tuple[float, float, float, float]:
        """The plane under the whole sheet, column included."""
        west, south, east, north = self.box
        x, y = (west + east) / 2, (south + north) / 2
        left = x - self.metres_per_mm * self.map_mm / 2
        below = y - self.metres_per_mm * self.height_mm / 2
        return (
            left,
            below,
            left + self.metres_per_mm * self.width_mm,
            below + self.metres_per_mm * self.height_mm,
        )

    @property
    def view(self) -> tuple[float, float, float, float]:
        """The plane that the map shows, column left out."""
        west, south, _, north = self.fitted
        return west, south, west + self.metres_per_mm * self.map_mm, north

    @property
    def map_mm(self) -> float:
        """Width of the map itself."""
        return self.width_mm - self.column_mm

    @property
    def metres_per_mm(self) -> float:
        return self.scale / 1000

    @property
    def scale(self) -> int:
        """Denominator on paper: the smallest round one at which the box fits."""
        west, south, east, north = self.box
        least = 1000 * max((east - west) / self.map_mm, (north - south) / self.height_mm, 1e-3)
        power: float = 10.0 ** math.floor(math.log10(least))
        return round(next(step * power for step in ROUND if step * power >= least))


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn map."""

    png: bytes
    width_mm: float
    height_mm: float
    scale: int
