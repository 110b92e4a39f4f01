"""The feature store on SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyarrow as pa

from guotu.errors.store import CONFLICTING_WRITE, SCHEMA_CONFLICT
from guotu.model.access import AccessPlan
from guotu.model.dataset import Commit, StreamName, StreamState
from guotu.model.query import Box, Query
from guotu.model.schema import LayerSchema
from guotu.model.time import AsOf, Clock, Version
from guotu.store.checkpoint import Signer, Verifier
from guotu.store.journal import chain_start, schema_text
from guotu.store.ports import Check
from guotu.store.sqlite import checking, comparing, reading
from guotu.store.sqlite import streams as rows
from guotu.store.sqlite.connections import Connections
from guotu.store.sqlite.draft import SqliteDraft
from guotu.store.sqlite.snapshots import make_snapshot
from guotu.store.sqlite.tables import DDL, FORMAT, Projection
from guotu.store.structure import differences

WAIT_SECONDS: Final = 5.0
LARGE_ROWS: Final = 20_000
_REGISTER: Final = "INSERT INTO dataset VALUES (?1, ?2) ON CONFLICT DO UPDATE SET schema = ?2"


def _no_step(_name: str) -> None:
    return None


class SqliteFeatureStore:
    """See `guotu.store.ports.FeatureStore`. One file, one writer at a time, readers never blocked.

    `verifier` checks what `signer` signed; `step` is told every step of a write (tests end the process there).
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        signer: Signer | None = None,
        snapshots: Path,
        verifier: Verifier | None = None,
        wait_seconds: float = WAIT_SECONDS,
        step: Callable[[str], None] = _no_step,
    ) -> None:
        self._clock, self._signer, self._verifier, self._step = clock, signer, verifier, step
        self._snapshots = snapshots
        self._connections = Connections(path, wait_seconds=wait_seconds, ddl=DDL, format_name=FORMAT)

    def found(self, stream: StreamName, schema: LayerSchema, *, owner: str) -> StreamState:
        if stream.dataset != schema.dataset:
            raise SCHEMA_CONFLICT(dataset=stream.dataset, reason=schema.dataset)
        with self._connections.writing() as connection:
            self._register(connection, schema)
            known = connection.execute(
                "SELECT 1 FROM stream WHERE dataset = ? AND partition = ?", (stream.dataset, stream.partition)
            )
            if not known.fetchone():
                self._found(connection, stream, owner)
        return self.state(stream)

    def _register(self, connection: sqlite3.Connection, schema: LayerSchema) -> None:
        found = connection.execute("SELECT 1 FROM dataset WHERE code = ?", (schema.dataset,)).fetchone()
        if found and (reason := differences(rows.load_schema(connection, schema.dataset), schema)):
            raise SCHEMA_CONFLICT(dataset=schema.dataset, reason=reason)
        connection.execute(
            "INSERT INTO dataset VALUES (?1, ?2) ON CONFLICT DO UPDATE SET schema = ?2",
            (schema.dataset, schema_text(schema)),
        )
        for statement in () if found else Projection(schema).create():
            connection.execute(statement)

    def _found(self, connection: sqlite3.Connection, stream: StreamName, owner: str) -> None:
        names = (stream.dataset, stream.partition, owner)
        number = connection.execute(
            "INSERT INTO stream (dataset, partition, owner) VALUES (?, ?, ?)", names
        ).lastrowid
        granted = self._clock().replace(microsecond=0).isoformat()
        connection.execute(
            "INSERT INTO epoch VALUES (?, 1, 0, ?, ?, ?)",
            (number, chain_start(stream, owner), owner, granted),
        )

    def schema(self, dataset: str) -> LayerSchema:
        with self._connections.reading() as connection:
            return rows.load_schema(connection, dataset)

    def streams(self, dataset: str | None = None) -> list[StreamState]:
        with self._connections.snapshot() as connection:
            states = [
                self._state(connection, stream, None) for stream in rows.list_streams(connection, dataset)
            ]
        return [state for state in states if state.head.version.seq]

    def moved(self) -> int:
        return self._connections.moved()

    def state(self, stream: StreamName, at: AsOf = None) -> StreamState:
        with self._connections.snapshot() as connection:
            return self._state(connection, rows.find_stream(connection, stream), at)

    def _state(self, connection: sqlite3.Connection, stream: rows.StreamRow, at: AsOf) -> StreamState:
        schema = rows.load_schema(connection, stream.name.dataset)
        head, features = rows.head_of(connection, stream)
        if at is None:
            return StreamState(stream.name, schema.id, stream.owner, head, features, stream.extent)
        moment = rows.moment_of(connection, stream, at)
        head, features = rows.commit_at(connection, stream, moment.version)
        query = Query(stream.name.dataset, (stream.name.partition,), at=at)
        answer = reading.prepare(connection, query, AccessPlan(stream.name.dataset, "store", "state"))
        if moment.day is not None:
            features = answer.count()
        return StreamState(stream.name, schema.id, stream.owner, head, features, answer.extent())

    @contextmanager
    def draft(self, stream: StreamName, *, base: Version | None) -> Iterator[SqliteDraft]:
        with self._connections.writing() as connection:
            row = rows.find_stream(connection, stream)
            schema = rows.load_schema(connection, stream.dataset)
            draft = SqliteDraft(
                connection,
                row,
                schema,
                clock=self._clock,
                signer=self._signer,
                step=self._step,
                commit=self._commit,
            )
            if draft.base.seq != (base.seq if base else 0) or (base is not None and base != draft.base):
                raise CONFLICTING_WRITE(stream=stream, found=draft.base, expected=base)
            yield draft
            if connection.in_transaction:
                connection.rollback()

    def _commit(self, rows_written: int) -> None:
        if rows_written > LARGE_ROWS:
            self._connections.commit_large()
        else:
            self._connections.commit()

    def read(self, query: Query, plan: AccessPlan) -> Iterator[pa.RecordBatch]:
        with self._connections.snapshot() as connection:
            yield from reading.prepare(connection, query, plan).batches()

    def ever(self, query: Query, plan: AccessPlan) -> Iterator[pa.RecordBatch]:
        with self._connections.snapshot() as connection:
            yield from reading.ever(connection, query, plan)

    def count(self, query: Query, plan: AccessPlan) -> int:
        with self._connections.snapshot() as connection:
            return reading.prepare(connection, query, plan).count()

    def extent(self, query: Query, plan: AccessPlan) -> Box | None:
        with self._connections.snapshot() as connection:
            return reading.prepare(connection, query, plan).extent()

    def commits(self, stream: StreamName) -> list[Commit]:
        with self._connections.reading() as connection:
            return rows.commits_of(connection, rows.find_stream(connection, stream))

    def current_keys(self, stream: StreamName, fields: Sequence[str]) -> Iterator[pa.RecordBatch]:
        with self._connections.snapshot() as connection:
            row = rows.find_stream(connection, stream)
            yield from reading.current_keys(
                connection, row, rows.load_schema(connection, stream.dataset), fields
            )

    def history(self, stream: StreamName, fid: bytes, plan: AccessPlan) -> pa.Table:
        with self._connections.snapshot() as connection:
            return comparing.history(connection, stream, fid, plan)

    def changes(
        self, stream: StreamName, after: Version | None, upto: Version | None, plan: AccessPlan
    ) -> Iterator[pa.RecordBatch]:
        with self._connections.snapshot() as connection:
            yield from comparing.changes(connection, stream, after, upto, plan)

    def verify(self, stream: StreamName) -> Check:
        with self._connections.snapshot() as connection:
            return checking.verify(connection, rows.find_stream(connection, stream), self._verifier)

    def rebuild(self, stream: StreamName) -> None:
        with self._connections.writing() as connection:
            checking.rebuild(connection, rows.find_stream(connection, stream))

    def snapshot(self, stream: StreamName, at: AsOf = None) -> Path:
        with self._connections.snapshot() as connection:
            return make_snapshot(connection, rows.find_stream(connection, stream), at, self._snapshots)

    def close(self) -> None:
        self._connections.close()
