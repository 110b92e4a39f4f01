"""Rivers and streams along the drainage of the terrain."""

from __future__ import annotations

import numpy as np

from guotu.demo.lines import Strip, resample, smooth
from guotu.demo.noise import Noise, Rng
from guotu.demo.terrain import INFLOW_KM2, Terrain, stream_threshold
from guotu.model.arrays import Float64Array


def trace_rivers(terrain: Terrain, names: list[str], rng: Rng) -> list[Strip]:
    """Strips of class 1101, the widest first; the first is the main river."""
    grid = terrain.grid
    catchment = terrain.drainage.catchment
    receiver = terrain.drainage.receiver
    cells = np.flatnonzero(catchment > stream_threshold(grid) * 1.6)
    heads = _heads(cells, receiver)
    heads = heads[np.argsort(-_length_to_outlet(heads, receiver, catchment), kind="stable")]
    meander = Noise(rng, 700.0, 3)
    taken: dict[int, tuple[int, int]] = {}
    strips: list[Strip] = []
    for head in heads.tolist():
        path, join = _follow(head, receiver, taken)
        if len(path) < 6:
            continue
        line = _shape(path, terrain, meander)
        if join is not None:
            line = np.vstack([line, _nearest(strips[join[0]].path, line[-1])])
        number = len(strips)
        taken.update({cell: (number, at) for at, cell in enumerate(path)})
        width = _width(float(np.median(catchment[path])))
        name = names[number] if number < len(names) else ""
        strips.append(Strip(line, width, "1101", name))
    order = np.argsort([-strip.width for strip in strips], kind="stable")
    return [strips[i] for i in order]


def _heads(cells: np.ndarray, receiver: np.ndarray) -> np.ndarray:
    fed = np.zeros(len(receiver), bool)
    below = receiver[cells]
    fed[below[below != cells]] = True
    return np.asarray(cells[~fed[cells]])


def _length_to_outlet(heads: np.ndarray, receiver: np.ndarray, catchment: np.ndarray) -> Float64Array:
    """Rank of a source: the main river's source (greatest inflow) first, then by length."""
    lengths = np.zeros(len(heads))
    at = heads.copy()
    moving = np.ones(len(heads), bool)
    while moving.any():
        lengths[moving] += 1
        below = receiver[at]
        moving &= below != at
        at = below
    return np.asarray(lengths + 1e6 * (catchment[heads] > INFLOW_KM2 * 0.9), float)


def _follow(
    head: int, receiver: np.ndarray, taken: dict[int, tuple[int, int]]
) -> tuple[list[int], tuple[int, int] | None]:
    path, cell = [head], head
    while True:
        below = int(receiver[cell])
        if below == cell:
            return path, None
        if below in taken:
            return path, taken[below]
        path.append(below)
        cell = below


def _shape(path: list[int], terrain: Terrain, meander: Noise) -> Float64Array:
    """The stepped path of cells made a flowing line; wide rivers swing wider."""
    grid = terrain.grid
    row, col = np.divmod(np.array(path), grid.cols)
    line = np.column_stack([grid.west + (col + 0.5) * grid.cell, grid.south + (row + 0.5) * grid.cell])
    big = min(1.0, float(np.median(terrain.drainage.catchment[path])) / 60.0)
    line = smooth(line, grid.cell, grid.cell * (2.2 + 5.0 * big))
    swing = 14.0 + 95.0 * big
    shift = np.stack([meander(line), meander(line + 9000.0)], axis=-1)
    return smooth(line + swing * shift, 12.0, 30.0)


def _nearest(path: Float64Array, point: Float64Array) -> Float64Array:
    fine = resample(path, 10.0)
    return np.asarray(fine[np.argmin(((fine - point) ** 2).sum(axis=1))], float)[None, :]


def _width(catchment: float) -> float:
    return float(np.clip(3.4 * catchment**0.48, 4.0, 80.0))
