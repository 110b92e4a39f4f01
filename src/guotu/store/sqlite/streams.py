"""Streams, schemas and commits as rows."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime

from guotu.errors.store import DATASET_UNKNOWN, VERSION_UNKNOWN
from guotu.model.dataset import Commit, CommitNote, StreamName
from guotu.model.query import Box
from guotu.model.schema import LayerSchema
from guotu.model.time import AsOf, Version
from guotu.store.checkpoint import parse
from guotu.store.inspection import CommitRecord
from guotu.store.journal import day_of, note_of, schema_from_text
from guotu.store.moments import Mark, Moment, resolve

_STREAM = "SELECT id, dataset, partition, owner, west, south, east, north FROM stream"
_COMMIT = "SELECT first, added, changed, deleted, features, text, note FROM ckpt"


@dataclass(frozen=True, slots=True)
class StreamRow:
    """A stream as the store keeps it; `extent` around its present features."""

    id: int
    name: StreamName
    owner: str
    extent: Box | None


def load_schema(connection: sqlite3.Connection, dataset: str) -> LayerSchema:
    """Raises GT-2001."""
    found = connection.execute("SELECT schema FROM dataset WHERE code = ?", (dataset,)).fetchone()
    if not found:
        raise DATASET_UNKNOWN(dataset=dataset)
    return schema_from_text(found[0])


def find_stream(connection: sqlite3.Connection, stream: StreamName) -> StreamRow:
    """Raises GT-2001."""
    query = f"{_STREAM} WHERE dataset = ? AND partition = ?"
    found = connection.execute(query, (stream.dataset, stream.partition)).fetchone()
    if not found:
        raise DATASET_UNKNOWN(dataset=stream)
    return _stream(found)


def list_streams(connection: sqlite3.Connection, dataset: str | None) -> list[StreamRow]:
    """Every stream, ordered by name."""
    query = f"{_STREAM} WHERE ? IS NULL OR dataset = ? ORDER BY dataset, partition"
    return [_stream(row) for row in connection.execute(query, (dataset, dataset))]


def _stream(row: tuple[int, str, str, str, float, float, float, float]) -> StreamRow:
    number, dataset, partition, owner, *extent = row
    west, south, east, north = extent
    return StreamRow(
        number, StreamName(dataset, partition), owner, None if west is None else (west, south, east, north)
    )


def genesis(connection: sqlite3.Connection, stream: StreamRow) -> Commit:
    """The state before the first commit, as version 1.0."""
    query = "SELECT epoch, start_hash, granted FROM epoch WHERE stream = ? ORDER BY epoch LIMIT 1"
    epoch, start, granted = connection.execute(query, (stream.id,)).fetchone()
    note = CommitNote(stream.owner, "")
    return Commit(
        stream.name, Version(epoch, 0), 1, datetime.fromisoformat(granted), note, 0, 0, 0, start, bytes(32)
    )


def head_of(connection: sqlite3.Connection, stream: StreamRow) -> tuple[Commit, int]:
    """The newest commit (or genesis) and how many features are live."""
    row = connection.execute(
        f"{_COMMIT} WHERE stream = ? ORDER BY last DESC LIMIT 1", (stream.id,)
    ).fetchone()
    return (_commit(stream.name, row), row[4]) if row else (genesis(connection, stream), 0)


def commits_of(connection: sqlite3.Connection, stream: StreamRow) -> list[Commit]:
    """Oldest first."""
    rows = connection.execute(f"{_COMMIT} WHERE stream = ? ORDER BY last", (stream.id,))
    return [_commit(stream.name, row) for row in rows]


def commit_at(connection: sqlite3.Connection, stream: StreamRow, version: Version) -> tuple[Commit, int]:
    """A commit and how many features are live after it."""
    row = connection.execute(f"{_COMMIT} WHERE stream = ? AND last = ?", (stream.id, version.seq)).fetchone()
    return _commit(stream.name, row), row[4]


def _commit(stream: StreamName, row: tuple[int, int, int, int, int, str, bytes]) -> Commit:
    first, added, changed, deleted, _, text, note = row
    checkpoint, _signatures = parse(text)
    return Commit(
        stream=stream,
        version=checkpoint.version,
        first=first,
        at=checkpoint.at,
        note=note_of(note),
        added=added,
        changed=changed,
        deleted=deleted,
        chain=checkpoint.chain,
        digest=checkpoint.digest,
    )


def records_of(connection: sqlite3.Connection, stream: StreamRow) -> list[CommitRecord]:
    """Everything kept beside the entries, oldest first."""
    query = (
        "SELECT epoch, first, last, added, changed, deleted, features, described, valid_time, text, note "
        "FROM ckpt WHERE stream = ? ORDER BY last"
    )
    records = []
    for row in connection.execute(query, (stream.id,)):
        epoch, first, last, added, changed, deleted, features, described, valid_time, text, note = row
        day = day_of(described) or date.min
        records.append(
            CommitRecord(
                epoch, first, last, added, changed, deleted, features, day, bool(valid_time), text, note
            )
        )
    return records


def marks_of(connection: sqlite3.Connection, stream: StreamRow) -> list[Mark]:
    """What time travel needs of every commit, oldest first."""
    query = "SELECT epoch, last, described, valid_time FROM ckpt WHERE stream = ? ORDER BY last"
    marks = []
    for epoch, last, described, valid_time in connection.execute(query, (stream.id,)):
        day = day_of(described)
        assert day is not None
        marks.append(Mark(Version(epoch, last), day, bool(valid_time)))
    return marks


def moment_of(connection: sqlite3.Connection, stream: StreamRow, at: AsOf) -> Moment:
    """Raises GT-2002."""
    moment = resolve(marks_of(connection, stream), at)
    if moment is None:
        raise VERSION_UNKNOWN(dataset=stream.name, at=at)
    return moment
