"""The feature store in memory: every answer by looking at every row."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from guotu.errors import GuotuError
from guotu.errors.access import FORBIDDEN
from guotu.errors.general import BUSY
from guotu.errors.store import CONFLICTING_WRITE, DATASET_UNKNOWN, SCHEMA_CONFLICT, VERSION_UNKNOWN
from guotu.kernel.hilbert import hilbert_order
from guotu.model.access import AccessPlan
from guotu.model.change import DELETE, ENDED, FID, FID_TYPE, GEOMETRY, OP, PUT, SEQ, VALID_FROM, VALID_TO
from guotu.model.dataset import Commit, StreamName, StreamState
from guotu.model.query import Box, Query
from guotu.model.schema import LayerSchema
from guotu.model.time import AsOf, Clock, Version
from guotu.store.canonical import ARROW_TYPES
from guotu.store.checkpoint import Signer, Verifier
from guotu.store.cut import Clip, around, boxes_of, geometries, meets
from guotu.store.filters import checked, holds, visible_field, wanted_columns
from guotu.store.geoparquet import GROUP_ROWS, snapshot_path, write_snapshot
from guotu.store.history import history_table
from guotu.store.inspection import Replay
from guotu.store.journal import column
from guotu.store.memory.draft import MemoryDraft
from guotu.store.memory.stream import MemoryStream, Row
from guotu.store.moments import Moment, resolve
from guotu.store.ports import Check
from guotu.store.structure import differences

BATCH_ROWS = 1000


class MemoryFeatureStore:
    """See `guotu.store.ports.FeatureStore`."""

    def __init__(
        self,
        *,
        clock: Clock,
        signer: Signer | None = None,
        verifier: Verifier | None = None,
        snapshots: Path | None = None,
        wait_seconds: float = 0.0,
    ) -> None:
        self._clock, self._signer, self._verifier, self._wait = clock, signer, verifier, wait_seconds
        self._snapshots = snapshots
        self._schemas: dict[str, LayerSchema] = {}
        self._streams: dict[StreamName, MemoryStream] = {}
        self._writing = threading.Lock()

    def found(self, stream: StreamName, schema: LayerSchema, *, owner: str) -> StreamState:
        if stream.dataset != schema.dataset:
            raise SCHEMA_CONFLICT(dataset=stream.dataset, reason=schema.dataset)
        known = self._schemas.get(stream.dataset)
        if known and (reason := differences(known, schema)):
            raise SCHEMA_CONFLICT(dataset=stream.dataset, reason=reason)
        self._schemas[stream.dataset] = schema
        self._streams.setdefault(stream, MemoryStream(stream, owner, self._clock().replace(microsecond=0)))
        return self.state(stream)

    def schema(self, dataset: str) -> LayerSchema:
        if dataset not in self._schemas:
            raise DATASET_UNKNOWN(dataset=dataset)
        return self._schemas[dataset]

    def streams(self, dataset: str | None = None) -> list[StreamState]:
        names = sorted(name for name in self._streams if dataset in (None, name.dataset))
        return [self.state(name) for name in names if self._streams[name].commits]

    def moved(self) -> int:
        return sum(len(stream.commits) + 1 for stream in self._streams.values())

    def state(self, stream: StreamName, at: AsOf = None) -> StreamState:
        found = self._stream(stream)
        schema = self._schemas[stream.dataset]
        if at is None:
            rows, head = list(found.live().values()), found.head
        else:
            moment = self._moment(found, at)
            rows = [row for row in found.rows if row.holds_at(moment)]
            head = next(commit for commit in found.commits if commit.version == moment.version)
        extent = around(geometries([row.wkb for row in rows]))
        return StreamState(stream, schema.id, found.owner, head, len(rows), extent)

    def _stream(self, stream: StreamName) -> MemoryStream:
        if stream not in self._streams:
            raise DATASET_UNKNOWN(dataset=stream)
        return self._streams[stream]

    def _moment(self, stream: MemoryStream, at: AsOf) -> Moment:
        moment = resolve(stream.marks, at)
        if moment is None:
            raise VERSION_UNKNOWN(dataset=stream.name, at=at)
        return moment

    @contextmanager
    def draft(self, stream: StreamName, *, base: Version | None) -> Iterator[MemoryDraft]:
        if not self._writing.acquire(timeout=self._wait):
            raise BUSY(reason="有写入正在进行 (a write is going on)")
        try:
            found = self._stream(stream)
            head = found.head.version
            if head != (base or Version(1, 0)):
                raise CONFLICTING_WRITE(stream=stream, found=head, expected=base)
            schema = self._schemas[stream.dataset]
            yield MemoryDraft(found, schema, clock=self._clock, signer=self._signer, keep=self._keep)
        finally:
            self._writing.release()

    def _keep(self, stream: MemoryStream) -> None:
        self._streams[stream.name] = stream

    def _selected(self, query: Query, plan: AccessPlan, *, past: bool = False) -> list[Row]:
        """Rows of a query, in fid order."""
        if plan.dataset != query.dataset:
            raise FORBIDDEN(action=f"{query.dataset} ≠ {plan.dataset}")
        schema = self.schema(query.dataset)
        wanted_columns(schema, query, plan)
        rows = _visible(schema, query, plan, self._rows_at(query, past=past))
        if query.after is not None:
            rows = [row for row in rows if row.fid > query.after]
        limits = [limit for limit in (query.limit, plan.limits.rows) if limit is not None]
        return sorted(rows, key=lambda row: row.fid)[: min(limits) if limits else None]

    def _rows_at(self, query: Query, *, past: bool = False) -> list[Row]:
        if query.partitions is None:
            streams = [
                stream for name, stream in sorted(self._streams.items()) if name.dataset == query.dataset
            ]
        else:
            streams = [self._stream(StreamName(query.dataset, partition)) for partition in query.partitions]
        if past:
            return [row for stream in streams for row in stream.rows]
        if query.at is None:
            return [row for stream in streams for row in stream.live().values()]
        found: list[tuple[MemoryStream, Moment]] = []
        for stream in streams:
            try:
                found.append((stream, self._moment(stream, query.at)))
            except GuotuError:
                if isinstance(query.at, Version) or query.partitions is not None:
                    raise
        if not found:
            raise VERSION_UNKNOWN(dataset=query.dataset, at=query.at)
        return [row for stream, moment in found for row in stream.rows if row.holds_at(moment)]

    def read(self, query: Query, plan: AccessPlan) -> Iterator[pa.RecordBatch]:
        rows = self._selected(query, plan)
        schema = self._schemas[query.dataset]
        columns = wanted_columns(schema, query, plan)
        for start in range(0, max(len(rows), 1), BATCH_ROWS):
            yield _batch(schema, plan, columns, rows[start : start + BATCH_ROWS], geometry=query.geometry)

    def ever(self, query: Query, plan: AccessPlan) -> Iterator[pa.RecordBatch]:
        rows = sorted(self._selected(query, plan, past=True), key=lambda row: (row.fid, row.seq_from))
        schema = self._schemas[query.dataset]
        columns = wanted_columns(schema, query, plan)
        batch = _batch(schema, plan, columns, rows, geometry=query.geometry)
        ended = pa.array([row.seq_to for row in rows], pa.int64())
        yield batch.add_column(2, ENDED, ended)

    def count(self, query: Query, plan: AccessPlan) -> int:
        return len(self._selected(query, plan))

    def extent(self, query: Query, plan: AccessPlan) -> Box | None:
        rows = self._selected(query, plan)
        return None if GEOMETRY in plan.masked else around(geometries([row.wkb for row in rows]))

    def commits(self, stream: StreamName) -> list[Commit]:
        return list(self._stream(stream).commits)

    def history(self, stream: StreamName, fid: bytes, plan: AccessPlan) -> pa.Table:
        if plan.dataset != stream.dataset:
            raise FORBIDDEN(action=f"{stream.dataset} ≠ {plan.dataset}")
        found = self._stream(stream)
        return history_table(stream, self._schemas[stream.dataset], plan, fid, found.entries_of(fid))

    def changes(
        self, stream: StreamName, after: Version | None, upto: Version | None, plan: AccessPlan
    ) -> Iterator[pa.RecordBatch]:
        found, schema = self._stream(stream), self.schema(stream.dataset)
        query = Query(stream.dataset)
        states = []
        for version in (after or Version(1, 0), upto or found.head.version):
            if version.seq and version not in [mark.version for mark in found.marks]:
                raise VERSION_UNKNOWN(dataset=stream, at=version)
            rows = [row for row in found.rows if row.holds_at(Moment(version))]
            states.append({row.fid: row for row in _visible(schema, query, plan, rows)})
        before, now = states
        put = [row for fid, row in sorted(now.items()) if fid not in before or not _equal(before[fid], row)]
        gone = sorted(set(before) - set(now))
        columns = wanted_columns(schema, query, plan)
        batch = _batch(schema, plan, columns, put, geometry=True)
        kinds = pa.array([PUT] * len(put) + [DELETE] * len(gone), pa.string())
        nothing = [pa.nulls(len(gone), field.type) for field in list(batch.schema)[1:]]
        ended = pa.RecordBatch.from_arrays([pa.array(gone, FID_TYPE), *nothing], schema=batch.schema)
        both = pa.Table.from_batches([batch, ended]).combine_chunks()
        yield pa.RecordBatch.from_arrays(
            [kinds, *(chunked.combine_chunks() for chunked in both.columns)], names=[OP, *both.column_names]
        )

    def current_keys(self, stream: StreamName, fields: Sequence[str]) -> Iterator[pa.RecordBatch]:
        schema, rows = self.schema(stream.dataset), list(self._stream(stream).live().values())
        columns: dict[str, Any] = {FID: pa.array([row.fid for row in rows], FID_TYPE)}
        for code in fields:
            columns[code] = column(visible_field(schema, None, code), [row.values[code] for row in rows])
        columns["row_hash"] = pa.array([row.row_hash for row in rows], FID_TYPE)
        if rows:
            yield pa.RecordBatch.from_pydict(columns)

    def verify(self, stream: StreamName) -> Check:
        found = self._stream(stream)
        replay = Replay(stream, self._schemas[stream.dataset].id, found.start, self._verifier)
        expected = [
            (step.entry.fid, step.seq, step.body_hash)
            for step in replay.steps([(1, found.bodies)] if found.bodies else [], found.records)
            if step.entry.op == PUT
        ]
        if expected != [(row.fid, row.seq_from, row.body_hash) for row in found.rows]:
            replay.tell("projection differs")
        return Check(stream, replay.entries, len(replay.live), tuple(replay.problems))

    def rebuild(self, stream: StreamName) -> None:
        self._stream(stream)

    def snapshot(self, stream: StreamName, at: AsOf = None) -> Path:
        found, schema = self._stream(stream), self._schemas[stream.dataset]
        moment = self._moment(found, at)
        rows = [row for row in found.rows if row.holds_at(moment)]
        order = hilbert_order(boxes_of(geometries([row.wkb for row in rows]))).tolist() if rows else []
        plan = AccessPlan(stream.dataset, "store", "snapshot")
        groups = (
            _batch(
                schema,
                plan,
                schema.codes,
                [rows[index] for index in order[start : start + GROUP_ROWS]],
                geometry=True,
            )
            for start in range(0, max(len(order), 1), GROUP_ROWS)
        )
        folder = self._snapshots or Path(tempfile.mkdtemp(prefix="guotu-snapshots-"))
        commit = next(commit for commit in found.commits if commit.version == moment.version)
        return write_snapshot(snapshot_path(folder, stream, moment), groups, {"version": commit.label})

    def close(self) -> None:
        return None


def _visible(schema: LayerSchema, query: Query, plan: AccessPlan, rows: list[Row]) -> list[Row]:
    """Rows that pass query and plan. The query sees masked columns as null; what the plan demands sees the truth."""
    if query.where is not None:
        asked = checked(schema, plan, query.where)
        rows = [
            row
            for row in rows
            if holds(asked, {c: None if c in plan.masked else v for c, v in row.values.items()})
        ]
    if plan.where is not None:
        demanded = checked(schema, None, plan.where)
        rows = [row for row in rows if holds(demanded, row.values)]
    found = geometries([row.wkb for row in rows])
    if query.box is not None:
        fits = meets(found, query.box) & (GEOMETRY not in plan.masked)
        rows, found = [row for row, good in zip(rows, fits, strict=True) if good], found[fits]
    if plan.clip is not None:
        rows = [row for row, good in zip(rows, Clip(plan.clip).inside(found), strict=True) if good]
    return rows


def _equal(one: Row, other: Row) -> bool:
    """Whether two versions of a feature say the same."""
    return (one.row_hash, one.valid_from, one.valid_to) == (other.row_hash, other.valid_from, other.valid_to)


def _batch(
    schema: LayerSchema, plan: AccessPlan, columns: Sequence[str], rows: Sequence[Row], *, geometry: bool
) -> pa.RecordBatch:
    arrays: dict[str, pa.Array] = {
        FID: pa.array([row.fid for row in rows], FID_TYPE),
        SEQ: pa.array([row.seq_from for row in rows], pa.int64()),
        VALID_FROM: pa.array([row.valid_from for row in rows], pa.int32()).view(pa.date32()),
        VALID_TO: pa.array([row.valid_to for row in rows], pa.int32()).view(pa.date32()),
    }
    for code in columns:
        kind = schema.field(code).type
        masked = code in plan.masked
        arrays[code] = (
            pa.nulls(len(rows), ARROW_TYPES[kind])
            if masked
            else column(kind, [row.values[code] for row in rows])
        )
    if geometry:
        masked = GEOMETRY in plan.masked
        arrays[GEOMETRY] = pa.array([None if masked else row.wkb for row in rows], pa.binary())
    return pa.RecordBatch.from_pydict(arrays)
