"""The lie of the land: a valley between hills, drained everywhere."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from guotu.demo.noise import Field, Grid, Noise, Rng, smoothstep
from guotu.demo.plan import CountyPlan
from guotu.model.arrays import Float64Array, Int64Array

INFLOW_KM2 = 400.0
"""Catchment of the main river above the map's edge."""


@dataclass(frozen=True, slots=True)
class Drainage:
    """Where water goes: `receiver` flat index of the cell below (itself at an outlet), `order` outlets first, `catchment` km²."""

    receiver: Int64Array
    order: Int64Array
    catchment: Float64Array


@dataclass(frozen=True, slots=True)
class Terrain:
    """Height (m), slope (degrees) and height above the nearest stream (m) on one grid, and how it drains."""

    height: Field
    slope: Field
    above_stream: Field
    drainage: Drainage
    valley_bearing: float

    @property
    def grid(self) -> Grid:
        return self.height.grid


def raise_terrain(plan: CountyPlan, rng: Rng) -> Terrain:
    """Terrain of a domain half as wide again as the county, centred on (0, 0)."""
    side = plan.side * 1.6 + 800.0
    bearing = float(rng.uniform(-0.5, 0.5))
    coarse = _grid(side, int(np.clip(side / 130.0, 90, 190)))
    fine = _grid(side, int(np.clip(side / 55.0, 150, 600)))
    worn = _erode(coarse, bearing, rng)
    height = ndimage.map_coordinates(worn, coarse.index(fine.xy()), order=3, mode="nearest")
    height = height + Noise(rng, 900.0, 5)(fine.xy()) * (2.4 + 0.012 * (height - height.min()))
    drainage = _drain(height, fine, _inlet(height))
    height, above = _flatten_valleys(height, drainage, fine)
    slope = np.degrees(np.arctan(np.hypot(*np.gradient(height, fine.cell))))
    return Terrain(
        Field(fine, height),
        Field(fine, ndimage.gaussian_filter(slope, 0.7)),
        Field(fine, above),
        drainage,
        bearing,
    )


def _grid(side: float, count: int) -> Grid:
    return Grid(-side / 2, -side / 2, side / count, count, count)


def _uplift(grid: Grid, bearing: float, rng: Rng) -> tuple[Float64Array, Float64Array]:
    """How fast each cell rises (0 in the main valley, about 1 in the hills) and the distance from the valley's axis."""
    side = grid.cell * grid.rows
    xy = grid.xy()
    along = xy[..., 0] * np.cos(bearing) + xy[..., 1] * np.sin(bearing)
    across = -xy[..., 0] * np.sin(bearing) + xy[..., 1] * np.cos(bearing)
    line = np.stack([along, np.zeros_like(along)], axis=-1)
    axis = side * 0.08 * Noise(rng, side / 2.5, 3)(line)
    width = np.maximum(side * (0.035 + 0.025 * Noise(rng, side / 3.0, 2)(line)), side * 0.02)
    ragged = side * 0.045 * Noise(rng, side / 6.0, 4)(xy)
    distance = np.abs(across - axis)
    rise = smoothstep(distance + ragged - width, 0.0, side * 0.13)
    knolls = 0.4 + 0.6 * smoothstep(Noise(rng, side / 5.0, 3)(xy), -1.0, 1.2)
    return rise * knolls + 0.025 * np.exp(Noise(rng, 1800.0, 4)(xy) * 0.6), distance


def _erode(grid: Grid, bearing: float, rng: Rng) -> Float64Array:
    """Uplift against stream-power erosion, implicit steps down the drainage tree, until valleys have branched."""
    uplift, distance = _uplift(grid, bearing, rng)
    strength = 26_000.0
    height = distance / (grid.cell * grid.rows) * 60.0 - grid.xy()[..., 0] * 1e-3
    height += 6.0 * Noise(rng, 2500.0, 5, 0.6)(grid.xy())
    lift = (uplift * strength * 0.07).ravel()
    outlet = (40.0 + 0.3 * np.minimum(distance / grid.cell, 40.0)).ravel().tolist()
    for _ in range(13):
        inlet = _inlet(height)
        drainage = _drain(height, grid, inlet)
        pull = (strength * np.sqrt(drainage.catchment) / grid.cell).tolist()
        raised = (height.ravel() + lift).tolist()
        receiver = drainage.receiver.tolist()
        for cell in drainage.order.tolist():
            below = receiver[cell]
            if below == cell:
                raised[cell] = outlet[cell]
            else:
                raised[cell] = (raised[cell] + pull[cell] * raised[below]) / (1.0 + pull[cell])
        height = ndimage.gaussian_filter(np.array(raised).reshape(height.shape), 0.55)
    return np.asarray(height, float)


def _inlet(height: Float64Array) -> int:
    """The cell where the main river comes in: the lowest of the western border."""
    return int(int(np.argmin(height[:, 1])) * height.shape[1] + 1)


def _drain(height: Float64Array, grid: Grid, inlet: int) -> Drainage:
    """Priority flood from the border: every cell drains to the neighbour it was reached from."""
    rows, cols = height.shape
    flat = height.ravel().tolist()
    # Water leaves by the lower (eastern) border only, so that rivers cross the county.
    border = np.arange(rows) * cols + cols - 1
    heap = [(flat[cell], int(cell)) for cell in border]
    open_cells = [True] * (rows * cols)
    receiver = list(range(rows * cols))
    for cell in border:
        open_cells[cell] = False
    heapq.heapify(heap)
    order: list[int] = []
    steps = [(dr, dc, dr * cols + dc) for dr in (-1, 0, 1) for dc in (-1, 0, 1) if dr or dc]
    while heap:
        level, cell = heapq.heappop(heap)
        order.append(cell)
        row, col = divmod(cell, cols)
        for dr, dc, step in steps:
            if 0 <= row + dr < rows and 0 <= col + dc < cols and open_cells[cell + step]:
                other = cell + step
                open_cells[other] = False
                receiver[other] = cell
                heapq.heappush(heap, (max(flat[other], level + 1e-4), other))
    catchment = _accumulate(receiver, order, grid.cell**2 / 1e6, inlet)
    return Drainage(np.array(receiver), np.array(order), catchment)


def _accumulate(receiver: list[int], order: list[int], own: float, inlet: int) -> Float64Array:
    total = [own] * len(receiver)
    total[inlet] += INFLOW_KM2
    for cell in reversed(order):
        if receiver[cell] != cell:
            total[receiver[cell]] += total[cell]
    return np.array(total)


def stream_threshold(grid: Grid) -> float:
    """km² that make a stream."""
    return float(np.clip((grid.cell * grid.rows) ** 2 / 1e6 / 400.0, 0.12, 1.2))


def _flatten_valleys(raw: Float64Array, drainage: Drainage, grid: Grid) -> tuple[Float64Array, Float64Array]:
    """Valley floors: low ground near streams is pressed down to them; returns height and height above stream."""
    flat = raw.ravel()
    stream = drainage.catchment > stream_threshold(grid)
    level = flat.copy().tolist()
    channel = stream.tolist()
    receiver = drainage.receiver.tolist()
    for cell in drainage.order.tolist():
        below = receiver[cell]
        if not channel[cell] and below != cell:
            level[cell] = level[below]
        elif below != cell:
            level[cell] = max(level[cell], level[below] + 1e-3)
    base = ndimage.gaussian_filter(np.array(level).reshape(raw.shape), 2.0)
    above = np.maximum(ndimage.gaussian_filter(raw, 0.6) - base, 0.0)
    pressed = above * (0.12 + 0.88 * smoothstep(above, 4.0, 40.0))
    height = base + pressed
    return np.asarray(height, float), np.asarray(pressed, float)
