"""Edges of a coverage that no neighbour shares, kept while the polygons stream by.

Where polygons tile their territory, every inner edge is walked twice, once in each direction, and cancels. What is left
at the end bounds the territory, or a fault: the number of polygons over a point changes only across these edges.
Memory follows the edges open at one time, not the polygons seen.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from guotu.kernel.wkb import Layout, lay_out
from guotu.model.arrays import Float64Array, Int64Array
from guotu.quality.loops import feed, rehash, still_open

_FULL = 0.75


class OpenEdges:
    """The edges not met in both directions so far. Rows are numbered from 1; shells counter-clockwise, holes clockwise."""

    def __init__(self) -> None:
        self._keys = np.zeros(1 << 16, np.uint64)
        self._rows = np.zeros(1 << 16, np.int32)
        self._used = 0

    def __len__(self) -> int:
        return self._used

    @property
    def nbytes(self) -> int:
        """Memory of the table."""
        return int(self._keys.nbytes + self._rows.nbytes)

    def feed(self, layout: Layout, first_row: int) -> None:
        """Take the polygons of one batch; other geometries are passed over."""
        at = 0
        while at < len(layout):
            limit = int(len(self._keys) * _FULL)
            paths = (layout.data, layout.kind, layout.first, layout.at, layout.size)
            at, self._used = feed(*paths, at, first_row, self._keys, self._rows, self._used, limit)
            if at < len(layout):
                self._grow()

    def rows(self) -> Int64Array:
        """The polygons that own an open edge, ascending."""
        return np.unique(np.abs(self._rows[self._rows != 0]).astype(np.int64))

    def edges(self, shapes: Mapping[int, bytes]) -> tuple[Float64Array, Int64Array]:
        """The open edges of some polygons given again by row: (k, 4) x0 y0 x1 y1, interior on the left; (k,) row."""
        layout = lay_out(pa.array(list(shapes.values()), pa.large_binary()))
        numbers = np.fromiter(shapes, np.int64, len(shapes))
        out, owners = np.empty((int(layout.size.sum()), 4)), np.empty(int(layout.size.sum()), np.int64)
        paths = (layout.data, layout.kind, layout.first, layout.at, layout.size)
        found = still_open(*paths, numbers, self._keys, self._rows, out, owners)
        return out[:found], owners[:found]

    def _grow(self) -> None:
        keys, rows = np.zeros(len(self._keys) * 2, np.uint64), np.zeros(len(self._rows) * 2, np.int32)
        rehash(self._keys, self._rows, keys, rows)
        self._keys, self._rows = keys, rows
