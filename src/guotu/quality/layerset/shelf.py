"""One layer laid out on disk so that any of its geometries is at hand: boxes and places in memory, WKB in a flat file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from guotu.kernel.hilbert import hilbert_order
from guotu.kernel.wkb import from_wkb
from guotu.model.arrays import Float64Array, GeometryArray, Int64Array
from guotu.model.change import GEOMETRY
from guotu.quality.layerset.reader import LayerReader

_ROWS, _BYTES = 16_384, 24 << 20
"""Features and bytes of WKB of one chunk."""
_GAP = 4096
"""Bytes between two geometries that are rather read than jumped over."""


class Shelf:
    """The geometries of a layer by row (from 0), and some of its columns as text; 40 bytes a feature and those columns.

    `bounds` (n, 4) in degrees, NaN where a feature has no geometry.
    """

    def __init__(self, layer: LayerReader, columns: tuple[str, ...], path: Path, stop: Callable[[], None]):
        self.layer, self.path = layer, path
        self.bounds, self._start = np.empty((0, 4)), np.zeros(1, np.int64)
        self.columns = pa.table({})
        self._fill(columns, stop)
        self._file = os.open(path, os.O_RDONLY)

    def __len__(self) -> int:
        return len(self.bounds)

    def close(self) -> None:
        """Forget the file; it goes with its folder."""
        os.close(self._file)

    def _fill(self, columns: tuple[str, ...], stop: Callable[[], None]) -> None:
        boxes, sizes, texts = [], [np.zeros(1, np.int64)], []
        with self.path.open("wb") as out:
            for batch in self.layer.batches((*dict.fromkeys(columns), GEOMETRY)):
                stop()
                wkb = batch.column(GEOMETRY)
                boxes.append(shapely.bounds(np.atleast_1d(from_wkb(wkb))))
                values = wkb.to_pylist()
                sizes.append(np.fromiter((len(value or b"") for value in values), np.int64, len(values)))
                out.write(b"".join(value for value in values if value))
                texts.append(_texts(batch, columns))
        if boxes:
            self.bounds = np.concatenate(boxes).reshape(-1, 4)
            self._start = np.cumsum(np.concatenate(sizes))
            self.columns = pa.concat_tables(texts).combine_chunks()

    def value(self, column: str, row: int) -> str | None:
        """A column's value as text; None where it is null or did not arrive."""
        if column not in self.columns.column_names:
            return None
        value: str | None = self.columns.column(column)[row].as_py()
        return value

    def texts(self, column: str) -> pa.Array:
        """(n,) text; nulls where the column did not arrive."""
        if column not in self.columns.column_names:
            return pa.nulls(len(self), pa.string())
        chunked = self.columns.column(column)
        return chunked.chunk(0) if chunked.num_chunks else pa.array([], pa.string())

    def wkb(self, row: int) -> bytes | None:
        """One geometry."""
        start, end = int(self._start[row]), int(self._start[row + 1])
        return os.pread(self._file, end - start, start) if end > start else None

    def geometries(self, rows: Int64Array) -> GeometryArray:
        """(k,) geometries of some rows; None where missing or unreadable."""
        values = np.empty(len(rows), object)
        order = np.argsort(rows, kind="stable")
        for run in _runs(self._start, rows[order]):
            first, last = int(self._start[rows[order[run[0]]]]), int(self._start[rows[order[run[-1]]] + 1])
            held = os.pread(self._file, last - first, first)
            for at in order[run]:
                start, end = int(self._start[rows[at]]) - first, int(self._start[rows[at] + 1]) - first
                values[at] = held[start:end] or None
        found = np.atleast_1d(shapely.from_wkb(values, on_invalid="ignore"))
        return np.asarray(found, object)

    def chunks(self, rows: Int64Array | None = None) -> Iterator[Int64Array]:
        """All rows that have a geometry (or those among `rows`), neighbours together, a bounded share at a time."""
        known = np.isfinite(self.bounds[:, 0])
        if rows is not None:
            chosen = np.zeros(len(self), bool)
            chosen[rows] = True
            known &= chosen
        mine = np.flatnonzero(known)
        mine = mine[hilbert_order(self.bounds[mine])]
        weight = np.cumsum(self._start[mine + 1] - self._start[mine])
        part = np.maximum(weight // _BYTES, np.arange(len(mine)) // _ROWS) if len(mine) else weight
        for cut in np.split(mine, np.flatnonzero(np.diff(part)) + 1):
            if len(cut):
                yield cut.astype(np.int64)

    def meeting(self, box: Float64Array, within: Int64Array | None = None) -> Int64Array:
        """Rows (among `within`) whose box meets a box."""
        bounds = self.bounds if within is None else self.bounds[within]
        with np.errstate(invalid="ignore"):
            meets = (bounds[:, 0] <= box[2]) & (bounds[:, 2] >= box[0])
            meets &= (bounds[:, 1] <= box[3]) & (bounds[:, 3] >= box[1])
        found = np.flatnonzero(meets)
        return np.asarray(found if within is None else within[found], np.int64)

    def window(self, rows: Int64Array) -> Float64Array:
        """The box around some rows."""
        bounds = self.bounds[rows]
        return np.concatenate([bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)])


def _texts(batch: pa.RecordBatch, columns: tuple[str, ...]) -> pa.Table:
    found = {code: batch.column(code) for code in columns if code in batch.schema.names}
    kinds = {code: column.cast(pa.string()) for code, column in found.items()}
    return pa.table(kinds or {"": pa.nulls(batch.num_rows, pa.string())})


def _runs(start: Int64Array, rows: Int64Array) -> Iterator[Int64Array]:
    """Positions of ascending rows that lie close enough to be read at once."""
    if not len(rows):
        return
    gaps = start[rows[1:]] - start[rows[:-1] + 1]
    apart = np.flatnonzero(gaps > _GAP) + 1
    for run in np.split(np.arange(len(rows)), apart):
        for piece in np.array_split(run, 1 + int((start[rows[run[-1]] + 1] - start[rows[run[0]]]) // _BYTES)):
            if len(piece):
                yield piece
