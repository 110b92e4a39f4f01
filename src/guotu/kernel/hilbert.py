"""Spatial order: features near each other on the ground lie near each other in a file."""

from __future__ import annotations

import numpy as np

from guotu.kernel.compiled import COMPILED
from guotu.kernel.loops.hilbert import ORDER, hilbert_keys
from guotu.model.arrays import Float64Array, Int64Array


def hilbert_order(bounds: Float64Array) -> Int64Array:
    """The permutation that puts boxes in the order of Hilbert's curve through their middles.

    Shapes   bounds (n, 4) west, south, east, north → (n,) int64; boxes without numbers (empty geometries) come last,
             equal places keep their order
    """
    bounds = np.asarray(bounds, np.float64).reshape(-1, 4)
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    known = np.isfinite(middle).all(axis=1)
    keys = np.full(len(bounds), np.iinfo(np.int64).max, np.int64)
    if known.any():
        low, high = middle[known].min(axis=0), middle[known].max(axis=0)
        side = np.where(high > low, high - low, 1.0)
        cells = ((middle[known] - low) / side * (2**ORDER - 1)).astype(np.int64)
        keys[known] = _keys(np.ascontiguousarray(cells[:, 0]), np.ascontiguousarray(cells[:, 1]))
    return np.argsort(keys, kind="stable").astype(np.int64)


def _keys(x: Int64Array, y: Int64Array) -> Int64Array:
    if not COMPILED:
        return keys_twin(x, y)
    keys = np.empty(len(x), np.int64)
    hilbert_keys(x, y, keys)
    return keys


def keys_twin(x: Int64Array, y: Int64Array) -> Int64Array:
    """The same curve, all cells one bit at a time."""
    x, y, keys = x.copy(), y.copy(), np.zeros(len(x), np.int64)
    for bit in range(ORDER - 1, -1, -1):
        s = 1 << bit
        rx, ry = (x >> bit) & 1, (y >> bit) & 1
        keys += s * s * ((3 * rx) ^ ry)
        x, y = x & (s - 1), y & (s - 1)
        flip = (ry == 0) & (rx == 1)
        x, y = np.where(flip, (s - 1) ^ x, x), np.where(flip, (s - 1) ^ y, y)
        x, y = np.where(ry == 0, y, x), np.where(ry == 0, x, y)
    return keys
