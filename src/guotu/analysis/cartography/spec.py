"""What a map shows, in plain values, and how its sheet is divided."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from guotu.analysis.cartography.style import LayerStyle
from guotu.errors import Lang
from guotu.model.arrays import Float64Array, GeometryArray
from guotu.model.datum import GaussKruger

MM_PER_INCH = 25.4
ROUND = (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 8, 10)
"""Steps of a round scale within a power of ten."""

BAND, FOOT, HEAD = 4.4, 9.0, 10.0
"""Millimetres: around the map for coordinates, under it for the scale, above it for the title where there is one."""
NORTH_MM = 13.4
"""Side of the map's upper right corner that the north arrow keeps for itself."""

PictureFormat = Literal["png", "svg", "pdf"]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class MapLayer:
    """Geometries in the map's plane (n,), with the class that paints each and the words written on each, if any.

    `away` (n, 2) says for points in which direction (unit vectors, 0 0 for none) their words stand; `faded` paints the layer
    in pale colours, as a ground for others, and gives it one line in the legend; `outlined` leaves its fills out. Words of
    earlier geometries win over later ones where there is no room for both.
    """

    title: str
    style: LayerStyle
    geometries: GeometryArray
    classes: Sequence[Any] | None = None
    labels: Sequence[str | None] | None = None
    away: Float64Array | None = None
    faded: bool = False
    outlined: bool = False
    legend: bool = True

    @property
    def look(self) -> LayerStyle:
        """The style as this map paints it."""
        style = self.style.repainted(lambda paint: paint.outlined) if self.outlined else self.style
        return style.repainted(lambda paint: paint.quiet) if self.faded else style


@dataclass(frozen=True, slots=True)
class MapSpec:
    """A map in one zone: box (west, south, east, north) in metres, layers bottom to top by style order, size on paper in mm.

    The box is shown at a round scale. The right-hand `column_mm` hold the legend and, below it, the reference system, the lines
    of `note`, and the number of the map's approval (审图号); without a number the map says that it is for internal use.
    `focus` is what the map is about: where the legend has no room for all classes, it names those under it.
    """

    box: Box
    zone: GaussKruger
    layers: tuple[MapLayer, ...]
    title: str = ""
    width_mm: float = 156.0
    height_mm: float = 112.0
    column_mm: float = 38.0
    dpi: int = 250
    note: str = ""
    approval: str = ""
    lang: Lang = "zh"
    focus: Any = None

    @property
    def frame(self) -> Box:
        """The map on the sheet, in millimetres from its lower left corner."""
        top = self.height_mm - (HEAD if self.title else 0.0)
        return BAND, FOOT + BAND, self.width_mm - self.column_mm - BAND, top - BAND

    @property
    def fitted(self) -> Box:
        """The plane under the whole sheet."""
        west, south, east, north = self.box
        left, below, right, above = self.frame
        x = (west + east) / 2 - self.metres_per_mm * (left + right) / 2
        y = (south + north) / 2 - self.metres_per_mm * (below + above) / 2
        return x, y, x + self.metres_per_mm * self.width_mm, y + self.metres_per_mm * self.height_mm

    @property
    def view(self) -> Box:
        """The plane that the map shows."""
        x, y, _, _ = self.fitted
        left, below, right, above = (self.metres_per_mm * mm for mm in self.frame)
        return x + left, y + below, x + right, y + above

    @property
    def metres_per_mm(self) -> float:
        return self.scale / 1000

    @property
    def scale(self) -> int:
        """Denominator on paper: the smallest round one at which the box fits."""
        west, south, east, north = self.box
        left, below, right, above = self.frame
        least = 1000 * max((east - west) / (right - left), (north - south) / (above - below), 1e-2)
        power: float = 10.0 ** math.floor(math.log10(least))
        return round(next(step * power for step in ROUND if step * power >= least * (1 - 1e-12)))


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn map: its bytes, its true size on paper, its scale."""

    data: bytes
    format: PictureFormat
    width_mm: float
    height_mm: float
    scale: int

    @property
    def png(self) -> bytes:
        """The bytes of a PNG."""
        if self.format != "png":
            raise TypeError(f"a picture drawn as {self.format}")
        return self.data
