"""Datum shifts: local, controlled parameters handed in by the node; the house ships none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from guotu.model.datum import Datum, GaussKruger


@dataclass(frozen=True, slots=True)
class Bursa:
    """Seven parameters: metres, arc seconds, parts per million.

    Chinese textbooks give rotations of the coordinate frame; parameters made for position vectors have the other sign.
    """

    dx: float
    dy: float
    dz: float
    rx: float
    ry: float
    rz: float
    scale_ppm: float
    convention: Literal["coordinate_frame", "position_vector"] = "coordinate_frame"


@dataclass(frozen=True, slots=True)
class PlaneShift:
    """Four parameters between two Gauss planes, eastings without zone prefix.

    E' = dE + k·(E·cos α − N·sin α), N' = dN + k·(E·sin α + N·cos α); α in arc seconds, k about 1.
    """

    source_zone: GaussKruger
    target_zone: GaussKruger
    d_easting: float
    d_northing: float
    rotation: float
    scale: float


@dataclass(frozen=True, slots=True)
class GridShift:
    """Corrections of longitude and latitude on a grid: an NTv2 file (.gsb) of the node, by its absolute path."""

    path: str


@dataclass(frozen=True, slots=True)
class DatumShift:
    """Parameters from one datum to another with the area (west, south, east, north in degrees) they hold for."""

    source: Datum
    target: Datum
    method: Bursa | PlaneShift | GridShift
    valid: tuple[float, float, float, float]
    provenance: str
    """Who determined the parameters and when; shown as evidence."""
    name: str = ""
    residual_m: float | None = None
    """Root mean square of what was left at the check points, metres."""

    @property
    def extent(self) -> float:
        """Square degrees of the area; of two that fit, the smaller one is the better."""
        west, south, east, north = self.valid
        return (east - west) * (north - south)
