"""Comparing the projection with the journal, and making it again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from guotu.errors import GuotuError
from guotu.errors.store import CHAIN_BROKEN
from guotu.model.change import FID, PUT, VALID_FROM, VALID_TO
from guotu.model.schema import LayerSchema
from guotu.store.canonical import Rows, canonical
from guotu.store.checkpoint import Verifier
from guotu.store.inspection import Replay, Step
from guotu.store.journal import chain_start, days, entries_table, entry_hash
from guotu.store.ports import Check
from guotu.store.sqlite import boxes
from guotu.store.sqlite.log import read_log
from guotu.store.sqlite.projecting import SLICE_ROWS, ProjectionWriter
from guotu.store.sqlite.rows import answer_schema, to_batch
from guotu.store.sqlite.streams import StreamRow, load_schema, records_of
from guotu.store.sqlite.tables import LIVE, Projection


def _replay(
    connection: sqlite3.Connection, stream: StreamRow, schema: LayerSchema, verifier: Verifier | None
) -> Replay:
    start = chain_start(stream.name, stream.owner)
    replay = Replay(stream.name, schema.id, start, verifier)
    found = connection.execute(
        "SELECT start_hash FROM epoch WHERE stream = ? AND epoch = 1", (stream.id,)
    ).fetchone()
    if not found or found[0] != start:
        replay.tell("epoch 1 starts from another hash")
    return replay


def verify(connection: sqlite3.Connection, stream: StreamRow, verifier: Verifier | None) -> Check:
    """See `guotu.store.ports.FeatureStore.verify`."""
    schema = load_schema(connection, stream.name.dataset)
    replay = _replay(connection, stream, schema, verifier)
    steps = replay.steps(read_log(connection, stream), records_of(connection, stream))
    comparison = _Comparison(connection, stream, schema, replay)
    for step in steps:
        comparison.take(step)
    comparison.finish()
    return Check(stream.name, replay.entries, len(replay.live), tuple(replay.problems))


class _Comparison:
    """Walks the rows of a projection beside the puts of its journal: both are in the order of writing."""

    def __init__(
        self, connection: sqlite3.Connection, stream: StreamRow, schema: LayerSchema, replay: Replay
    ) -> None:
        self._connection, self._stream, self._schema, self._replay = connection, stream, schema, replay
        self._projection = Projection(schema)
        self._rows = self._projected()
        self._ends: dict[int, int] = {}
        self._until: dict[int, int] = {}
        self._versions: dict[bytes, list[int]] = {}
        self._found_ends: dict[int, int] = {}
        self._found_until: dict[int, int] = {}
        self._boxes: list[Any] = []
        self._numbers: list[int] = []
        self._readable = True

    def _projected(self) -> Iterator[tuple[tuple[Any, ...], bytes]]:
        """(system columns, row hash of the present column values) of every row, in the order of writing."""
        names = ", ".join(self._projection.column(code) for code in self._schema.codes)
        cursor = self._connection.execute(
            f"SELECT fid, seq_from, valid_from, valid_to{', ' if names else ''}{names}, geometry, "
            f"row, seq_to, until, body_hash, row_hash FROM {self._projection.table} WHERE stream = ? ORDER BY row",
            (self._stream.id,),
        )
        shape = answer_schema(self._schema, self._schema.codes, True)
        while rows := cursor.fetchmany(SLICE_ROWS):
            batch = to_batch(rows, shape)
            content = canonical(self._schema, batch)
            found = boxes.bounds(batch.column("geometry"))
            self._boxes.append(found)
            self._numbers += [row[len(shape)] for row in rows]
            for index, row in enumerate(rows):
                yield (*row[:4], *row[len(shape) + 1 :]), content.hashes[index]

    def _next(self) -> tuple[tuple[Any, ...], bytes] | None:
        """The next row; None at the end, or where a row can no longer be read."""
        try:
            return next(self._rows, None)
        except (GuotuError, ValueError, shapely.GEOSException) as problem:
            self._replay.tell(f"the projection cannot be read: {problem}")
            self._readable = False
            return None

    def take(self, step: Step) -> None:
        """One entry of the journal."""
        entry = step.entry
        self._supersede(step)
        if entry.op != PUT:
            return
        row, content = self._next() or ((), b"")
        right = (entry.fid, step.seq, entry.valid_from, entry.valid_to)
        hashed = entry_hash(entry)
        if row[:4] != right or row[6:] != (step.body_hash, hashed) or content != hashed:
            self._replay.tell(f"projection differs at entry {step.seq}")
            return
        if row[4] != LIVE:
            self._found_ends[step.seq] = row[4]
        if row[5] is not None:
            self._found_until[step.seq] = row[5]

    def _supersede(self, step: Step) -> None:
        versions = self._versions.get(step.entry.fid)
        if step.replaces is not None:
            self._ends[step.replaces] = step.seq
            versions = self._versions.setdefault(step.entry.fid, [])
            versions.append(step.replaces)
        start = step.entry.valid_from if step.entry.op == PUT else step.entry.valid_to
        day = start if start is not None else days(step.described)
        assert day is not None
        # Oldest first, their days never fall: from the first that needs no change backwards none does.
        for seq in reversed(versions or ()):
            if self._until.get(seq, LIVE) <= day:
                break
            self._until[seq] = day

    def finish(self) -> None:
        """What can be compared only at the end."""
        replay = self._replay
        if self._next() is not None:
            replay.tell("the projection has rows that no entry made")
        if self._ends != self._found_ends:
            replay.tell("ends of rows differ from the journal")
        if self._until != self._found_until:
            replay.tell("valid times of rows differ from the journal")
        if self._readable:
            self._compare_tree()

    def _compare_tree(self) -> None:
        if self._connection.execute("SELECT rtreecheck(?)", (self._projection.tree,)).fetchone()[0] != "ok":
            self._replay.tell("the tree of boxes is damaged")
            return
        found = np.vstack([np.empty((0, 4)), *self._boxes])
        numbers = np.array(self._numbers, np.int64)
        present = ~np.isnan(found[:, 0])
        right = np.hstack(boxes.outward(found[present]))
        rows, stored = boxes.stored(self._connection, self._projection.tree)
        mine = np.isin(rows, numbers)
        order = np.argsort(rows[mine])
        if not np.array_equal(rows[mine][order], numbers[present]) or not np.array_equal(
            stored[mine][order], right
        ):
            self._replay.tell("boxes in the tree differ from the geometries")
        self._compare_extent()

    def _compare_extent(self) -> None:
        query = f"SELECT geometry FROM {self._projection.table} WHERE stream = ? AND seq_to = {LIVE}"
        cursor = self._connection.execute(query, (self._stream.id,))
        parts = [np.empty((0, 4))]
        while rows := cursor.fetchmany(SLICE_ROWS):
            parts.append(boxes.bounds(pa.array([row[0] for row in rows], pa.binary())))
        if boxes.union(np.vstack(parts)) != self._stream.extent:
            self._replay.tell("the extent differs from the features")


def rebuild(connection: sqlite3.Connection, stream: StreamRow) -> None:
    """See `guotu.store.ports.FeatureStore.rebuild`; raises GT-2004 if the journal is not sound."""
    schema = load_schema(connection, stream.name.dataset)
    projection = Projection(schema)
    _drop(connection, projection, stream)
    replay = _replay(connection, stream, schema, None)
    maker = _Maker(ProjectionWriter(connection, projection, stream), schema)
    for step in replay.steps(read_log(connection, stream), records_of(connection, stream)):
        maker.take(step)
    if replay.problems:
        raise CHAIN_BROKEN(stream=stream.name, version=replay.entries, reason=replay.problems[0])
    maker.finish()


def _drop(connection: sqlite3.Connection, projection: Projection, stream: StreamRow) -> None:
    others = f"SELECT row FROM {projection.table} WHERE stream <> ?"
    kept = np.array([row for (row,) in connection.execute(others, (stream.id,))], np.int64)
    rows, stored = boxes.stored(connection, projection.tree)
    mine = np.isin(rows, kept)
    connection.execute(f"DELETE FROM {projection.table} WHERE stream = ?", (stream.id,))
    boxes.rebuild(connection, projection.tree, rows[mine], stored[mine])


class _Maker:
    """Feeds entries to a projection in groups as large as their order allows."""

    def __init__(self, writer: ProjectionWriter, schema: LayerSchema) -> None:
        self._writer, self._schema = writer, schema
        self._group: list[Step] = []
        self._commit, self._later = 0, False
        self._described = date.min

    def take(self, step: Step) -> None:
        """One entry of the journal."""
        if self._commit != step.commit:
            self._close()
            self._later = self._commit > 0
            self._commit, self._described = step.commit, step.described
        if len(self._group) >= SLICE_ROWS:
            self._flush()
        self._group.append(step)

    def _flush(self) -> None:
        steps, self._group = self._group, []
        ended = [(step.seq, self._writer.live(step.entry.fid)) for step in steps if step.replaces is not None]
        for run in _runs([step for step in steps if step.entry.op == PUT]):
            self._writer.append(self._rows(run), run[0].seq, [step.body_hash for step in run])
        pairs = [(live, seq) for seq, live in ended if live is not None]
        self._writer.end([live for live, _ in pairs], [seq for _, seq in pairs])
        if self._later:
            starts = [
                step.entry.valid_from if step.entry.op == PUT else step.entry.valid_to for step in steps
            ]
            self._writer.supersede([step.entry.fid for step in steps], [step.seq for step in steps], starts)

    def _rows(self, steps: Sequence[Step]) -> Rows:
        columns = dict(entries_table(self._schema, [step.entry for step in steps]))
        columns[FID] = pa.array([step.entry.fid for step in steps], pa.binary(16))
        for name, values in (
            (VALID_FROM, [step.entry.valid_from for step in steps]),
            (VALID_TO, [step.entry.valid_to for step in steps]),
        ):
            columns[name] = pa.array(values, pa.int32()).view(pa.date32())
        return canonical(self._schema, pa.RecordBatch.from_pydict(columns))

    def finish(self) -> None:
        """The last commit, tree and extent."""
        self._close()
        self._writer.finish(None)

    def _close(self) -> None:
        """A feature is touched once per commit, so groups never reach over its end."""
        self._flush()
        self._writer.close_commit(self._described)


def _runs(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Groups with consecutive numbers."""
    run: list[Step] = []
    for step in steps:
        if run and step.seq != run[-1].seq + 1:
            yield run
            run = []
        run.append(step)
    if run:
        yield run
