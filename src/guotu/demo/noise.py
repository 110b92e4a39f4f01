"""Smooth random functions of the plane and grids to hold them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from guotu.model.arrays import Float64Array

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Grid:
    """A square raster in county metres, row 0 in the south, values at cell centres."""

    west: float
    south: float
    cell: float
    rows: int
    cols: int

    def xy(self) -> Float64Array:
        """Centres, (rows, cols, 2)."""
        x = self.west + (np.arange(self.cols) + 0.5) * self.cell
        y = self.south + (np.arange(self.rows) + 0.5) * self.cell
        return np.stack(np.meshgrid(x, y), axis=-1)

    def index(self, xy: Float64Array) -> Float64Array:
        """Fractional (row, col) of points, (2, n)."""
        return np.stack(
            [(xy[..., 1] - self.south) / self.cell - 0.5, (xy[..., 0] - self.west) / self.cell - 0.5]
        )


@dataclass(frozen=True, slots=True)
class Field:
    """A quantity sampled on a grid."""

    grid: Grid
    values: Float64Array

    def at(self, xy: Float64Array) -> Float64Array:
        """Bilinear value at points (n, 2); the border value outside."""
        return np.asarray(
            ndimage.map_coordinates(self.values, self.grid.index(xy), order=1, mode="nearest"), float
        )


class Noise:
    """A fractal sum of smooth random lattices, about N(0, 1) distributed; the same at the same place forever."""

    def __init__(self, rng: Rng, wavelength: float, octaves: int = 4, gain: float = 0.5) -> None:
        self._layers: list[tuple[float, float, Float64Array, Float64Array]] = []
        weight, scale = 1.0, 0.0
        for octave in range(octaves):
            lattice = rng.standard_normal((64, 64))
            offset = rng.uniform(0, 64, 2)
            self._layers.append((wavelength / 2**octave, weight, lattice, offset))
            scale += weight * weight
            weight *= gain
        self._norm = 1.0 / (0.62 * scale**0.5)

    def __call__(self, xy: Float64Array) -> Float64Array:
        """Value at points (…, 2) in metres."""
        total = np.zeros(xy.shape[:-1])
        for length, weight, lattice, offset in self._layers:
            at = np.stack([xy[..., 1] / length + offset[1], xy[..., 0] / length + offset[0]])
            total += weight * ndimage.map_coordinates(lattice, at, order=2, mode="grid-wrap", prefilter=False)
        return np.asarray(total * self._norm, float)


def smoothstep(value: Float64Array, low: float, high: float) -> Float64Array:
    """0 below `low`, 1 above `high`, smooth between."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), float)
