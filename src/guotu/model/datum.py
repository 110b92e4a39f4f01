"""Datums and the plane coordinate systems of the trade (GB/T 2260's neighbours: CGCS2000 and Gauss-Krüger).

Coordinates are always x = longitude or easting, y = latitude or northing (`always_xy`); the EPSG axis order
of the registry never enters the house.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Datum(StrEnum):
    """Geodetic reference frames met in files; only CGCS2000 is stored."""

    CGCS2000 = "CGCS2000"
    XIAN80 = "Xian80"
    BEIJING54 = "Beijing54"
    WGS84 = "WGS84"


@dataclass(frozen=True, slots=True)
class Geographic:
    """Longitude and latitude in degrees on a datum."""

    datum: Datum = Datum.CGCS2000

    @property
    def epsg(self) -> int:
        return {Datum.CGCS2000: 4490, Datum.XIAN80: 4610, Datum.BEIJING54: 4214, Datum.WGS84: 4326}[
            self.datum
        ]


@dataclass(frozen=True, slots=True)
class GaussKruger:
    """One Gauss-Krüger zone: `width` 3 or 6 degrees, `zone` its number, `prefixed` where eastings carry it."""

    width: Literal[3, 6]
    zone: int
    prefixed: bool = True
    datum: Datum = Datum.CGCS2000

    def __post_init__(self) -> None:
        low, high = (25, 45) if self.width == 3 else (13, 23)
        if not low <= self.zone <= high:
            raise ValueError(f"no {self.width}-degree zone {self.zone} in China")
        if self.datum is Datum.WGS84:
            raise ValueError("Gauss-Krüger zones of China are defined on CGCS2000, Xian80 and Beijing54")

    @property
    def central_meridian(self) -> int:
        """Degrees east: 3n, or 6n-3."""
        return 3 * self.zone if self.width == 3 else 6 * self.zone - 3

    @property
    def false_easting(self) -> float:
        """Metres: 500 000, and zone · 10⁶ before it where the eastings carry the zone."""
        return 500_000.0 + (self.zone * 1e6 if self.prefixed else 0.0)

    @property
    def epsg(self) -> int:
        first = {
            Datum.CGCS2000: {(3, True): 4488, (3, False): 4509, (6, True): 4478, (6, False): 4489},
            Datum.XIAN80: {(3, True): 2324, (3, False): 2345, (6, True): 2314, (6, False): 2325},
            Datum.BEIJING54: {(3, True): 2376, (3, False): 2397, (6, True): 21400, (6, False): 21440},
        }
        return first[self.datum][self.width, self.prefixed] + self.zone


Crs = Geographic | GaussKruger

CGCS2000 = Geographic(Datum.CGCS2000)
"""What the store holds: EPSG:4490 as (longitude, latitude)."""
