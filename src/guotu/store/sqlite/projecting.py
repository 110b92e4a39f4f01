"""Writing the projection of a dataset: rows, boxes, extent."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa

from guotu.model.arrays import Float64Array, Int64Array
from guotu.model.query import Box
from guotu.store.canonical import Rows
from guotu.store.journal import days
from guotu.store.sqlite import boxes
from guotu.store.sqlite.streams import StreamRow
from guotu.store.sqlite.tables import LIVE, Projection

SLICE_ROWS: Final = 8192
PACKED_ROWS: Final = 1000
PACKED_SHARE: Final = 0.2
"""From this share of new rows on, packing the whole tree again is cheaper than inserting into it."""


@dataclass(frozen=True, slots=True)
class Live:
    """The present row of a feature."""

    row: int
    body_hash: bytes
    row_hash: bytes
    valid_from: int | None
    valid_to: int | None


class ProjectionWriter:
    """Brings a projection from one version of a stream to a later one, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection, projection: Projection, stream: StreamRow) -> None:
        self._connection, self._projection, self._stream = connection, projection, stream
        table = projection.table
        self._next = connection.execute(f"SELECT coalesce(max(row), 0) + 1 FROM {table}").fetchone()[0]
        self._find = (
            f"SELECT row, body_hash, row_hash, valid_from, valid_to FROM {table} "
            f"WHERE fid = ? AND stream = ? AND seq_to = {LIVE}"
        )
        self._first_row = self._next
        self._unindexed = False
        self._rows: list[Int64Array] = []
        self._boxes: list[Float64Array] = []
        self._ended: list[int] = []
        self._superseded: list[tuple[int | None, bytes, int]] = []
        self.valid_time = False

    def live(self, fid: bytes) -> Live | None:
        """The present row of a feature, if it has one."""
        found = self._connection.execute(self._find, (fid, self._stream.id)).fetchone()
        return Live(*found) if found else None

    def append(self, rows: Rows, first_seq: int, body_hashes: Sequence[bytes]) -> None:
        """New present rows; their entries have consecutive numbers from `first_seq` on."""
        count = len(rows.fids)
        if self._next == 1:
            self._drop_indexes()
        numbers = range(self._next, self._next + count)
        nothing: list[None] = [None] * count
        values = zip(
            numbers, [self._stream.id] * count, rows.fids, range(first_seq, first_seq + count), [LIVE] * count,
            rows.valid_from, rows.valid_to, nothing, body_hashes, rows.hashes, *rows.values, rows.wkb.to_pylist(), strict=True,
        )  # fmt: skip
        self._connection.executemany(self._projection.insert, values)
        self._keep_boxes(np.arange(self._next, self._next + count), rows.wkb)
        self._next += count
        dated = not rows.plain and any(
            v is not None for side in (rows.valid_from, rows.valid_to) for v in side
        )
        self.valid_time = self.valid_time or dated

    def _drop_indexes(self) -> None:
        """Into an empty table rows go without indexes: making these afterwards sorts once."""
        self._unindexed = True
        for statement in self._projection.drop_indexes():
            self._connection.execute(statement)

    def _keep_boxes(self, numbers: Int64Array, wkb: pa.Array) -> None:
        if wkb.null_count == len(wkb):
            return
        found = boxes.bounds(wkb)
        present = ~np.isnan(found[:, 0])
        self._rows.append(numbers[present])
        self._boxes.append(found[present])

    def end(self, lives: Sequence[Live], seqs: Sequence[int]) -> None:
        """Present rows end at the entries `seqs`."""
        pairs = [(seq, live.row) for live, seq in zip(lives, seqs, strict=True)]
        self._connection.executemany(f"UPDATE {self._projection.table} SET seq_to = ? WHERE row = ?", pairs)
        self._ended += [live.row for live in lives]

    def supersede(self, fids: Sequence[bytes], seqs: Sequence[int], starts: Sequence[int | None]) -> None:
        """Entries `seqs` hold from the days `starts` on (None: the commit's described date), whatever was said before."""
        self._superseded += zip(starts, fids, seqs, strict=True)
        self.valid_time = self.valid_time or any(start is not None for start in starts)

    def close_commit(self, described: date) -> None:
        """Settle the valid time of what this commit ended."""
        for statement in self._projection.create_indexes() if self._unindexed else ():
            self._connection.execute(statement)
        self._unindexed = False
        self._settle(described)

    def finish(self, extent: Box | None) -> None:
        """Tree and extent, once after the last commit; `extent` is the box before the first."""
        rows = np.concatenate(self._rows) if self._rows else np.empty(0, np.int64)
        new = np.concatenate(self._boxes) if self._boxes else np.empty((0, 4))
        self._add_boxes(rows, new)
        self._store_extent(self._extent(new, extent))

    def _settle(self, described: date) -> None:
        day = days(described)
        ends = [(start if start is not None else day, fid, seq) for start, fid, seq in self._superseded]
        self._connection.executemany(
            f"UPDATE {self._projection.table} SET until = ?1 "
            f"WHERE fid = ?2 AND seq_from < ?3 AND stream = {self._stream.id} AND coalesce(until, {LIVE}) > ?1",
            ends,
        )
        self._superseded = []

    def _add_boxes(self, rows: Int64Array, new: Float64Array) -> None:
        tree = self._projection.tree
        if len(rows) >= PACKED_ROWS and len(rows) >= PACKED_SHARE * self._first_row:
            old_rows, old = boxes.stored(self._connection, tree)
            boxes.rebuild(self._connection, tree, np.concatenate([old_rows, rows]), np.vstack([old, new]))
        else:
            boxes.insert(self._connection, tree, rows, new)

    def _extent(self, new: Float64Array, before: Box | None) -> Box | None:
        """Box around the present rows; looks at all of them only if one that ended held a side alone."""
        after = boxes.union(new, before)
        if not self._ended or after is None:
            return after
        held = boxes.union(np.vstack([np.empty((0, 4)), *self._border(after)]))
        return (
            after if held == after else boxes.union(np.vstack([np.empty((0, 4)), *self._live_boxes("", ())]))
        )

    def _border(self, box: Box) -> Iterator[Float64Array]:
        """Exact boxes of the present rows that may touch a side of the box."""
        west, south, east, north = box
        for condition, side in (
            ("b.west <= ?", west),
            ("b.south <= ?", south),
            ("b.east >= ?", east),
            ("b.north >= ?", north),
        ):
            yield from self._live_boxes(
                f"{self._projection.tree} b CROSS JOIN", (side,), f" AND {condition} AND p.row = b.row"
            )

    def _live_boxes(self, join: str, values: tuple[Any, ...], condition: str = "") -> Iterator[Float64Array]:
        cursor = self._connection.execute(
            f"SELECT p.geometry FROM {join} {self._projection.table} p WHERE p.stream = {self._stream.id} "
            f"AND p.seq_to = {LIVE} AND p.geometry IS NOT NULL{condition}",
            values,
        )
        while some := cursor.fetchmany(SLICE_ROWS):
            yield boxes.bounds(pa.array([geometry for (geometry,) in some], pa.binary()))

    def _store_extent(self, extent: Box | None) -> None:
        self._connection.execute(
            "UPDATE stream SET west = ?, south = ?, east = ?, north = ? WHERE id = ?",
            (*(extent or (None, None, None, None)), self._stream.id),
        )
