"""Lines with a width that become parcels of their own: rivers, roads, canals, streets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from guotu.model.arrays import BoolArray, Float64Array, Int64Array


@dataclass(frozen=True, slots=True)
class Strip:
    """A polyline (n, 2) with one width (m), the land class it makes and a name. Earlier strips cut later ones."""

    path: Float64Array
    width: float
    dlbm: str
    name: str = ""


def resample(path: Float64Array, step: float) -> Float64Array:
    """Points every `step` metres along a polyline, both ends kept."""
    legs = np.hypot(*np.diff(path, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(legs)])
    count = max(2, round(along[-1] / step) + 1)
    at = np.linspace(0.0, along[-1], count)
    return np.column_stack([np.interp(at, along, path[:, 0]), np.interp(at, along, path[:, 1])])


def smooth(path: Float64Array, step: float, reach: float) -> Float64Array:
    """The line resampled to `step` and rounded over about `reach` metres; ends stay."""
    fine = resample(path, step)
    if len(fine) < 5:
        return fine
    sigma = reach / step
    soft = ndimage.gaussian_filter1d(fine, sigma, axis=0, mode="nearest")
    gap = np.minimum(np.arange(len(fine)), np.arange(len(fine))[::-1])[:, None] / max(sigma, 1e-9)
    hold = np.exp(-((gap / 1.2) ** 2))
    return resample(fine * hold + soft * (1.0 - hold), step)


def normals(path: Float64Array) -> Float64Array:
    """Unit normals to the left, (n, 2)."""
    tangent = np.gradient(path, axis=0)
    tangent /= np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-12)[:, None]
    return np.column_stack([-tangent[:, 1], tangent[:, 0]])


def runs(mask: BoolArray, least: int) -> list[tuple[int, int]]:
    """Half-open index ranges of consecutive True of at least `least` items."""
    padded = np.concatenate([[False], mask, [False]]).astype(np.int8)
    turns = np.flatnonzero(np.diff(padded))
    return [(int(a), int(b)) for a, b in zip(turns[::2], turns[1::2], strict=True) if b - a >= least]


@dataclass(frozen=True, slots=True)
class Samples:
    """Points along many strips: where, the normal there, and which strip."""

    xy: Float64Array
    normal: Float64Array
    strip: Int64Array

    @classmethod
    def of(cls, strips: Sequence[Strip], step: float) -> Samples:
        """Samples about every `step` metres of every strip."""
        paths = [resample(strip.path, step) for strip in strips]
        if not paths:
            return cls(np.empty((0, 2)), np.empty((0, 2)), np.empty(0, np.int64))
        counts = [len(path) for path in paths]
        return cls(
            np.vstack(paths),
            np.vstack([normals(path) for path in paths]),
            np.repeat(np.arange(len(paths)), counts),
        )

    def distance(self, xy: Float64Array, within: float) -> Float64Array:
        """Distance from points to the nearest sample; inf beyond `within`."""
        if not len(self.xy):
            return np.full(len(xy), np.inf)
        return np.asarray(cKDTree(self.xy).query(xy, distance_upper_bound=within)[0], float)
