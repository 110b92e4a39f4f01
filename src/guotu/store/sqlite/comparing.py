"""What happened: the versions of one feature, and the net changes between two versions of a stream."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from guotu.errors.access import FORBIDDEN
from guotu.errors.store import VERSION_UNKNOWN
from guotu.model.access import AccessPlan
from guotu.model.change import DELETE, OP, PUT
from guotu.model.dataset import StreamName
from guotu.model.query import Query
from guotu.model.time import Version
from guotu.store.filters import wanted_columns
from guotu.store.history import history_table
from guotu.store.journal import Entry, decode, unpack_block
from guotu.store.sqlite.reading import BATCH_ROWS, Answer
from guotu.store.sqlite.rows import answer_schema, to_batch
from guotu.store.sqlite.selecting import of_streams, select
from guotu.store.sqlite.streams import StreamRow, find_stream, head_of, load_schema, marks_of
from guotu.store.sqlite.tables import LIVE, Projection


def require_plan(stream: StreamName, plan: AccessPlan) -> None:
    """Raises GT-4003 if the plan is for another dataset."""
    if plan.dataset != stream.dataset:
        raise FORBIDDEN(action=f"{stream.dataset} ≠ {plan.dataset}")


def history(connection: sqlite3.Connection, stream: StreamName, fid: bytes, plan: AccessPlan) -> pa.Table:
    """See `guotu.store.ports.FeatureStore.history`."""
    require_plan(stream, plan)
    row = find_stream(connection, stream)
    schema = load_schema(connection, stream.dataset)
    query = f"SELECT seq_from, seq_to FROM {Projection(schema).table} WHERE fid = ? AND stream = ? ORDER BY seq_from"
    numbers = {seq for pair in connection.execute(query, (fid, row.id)) for seq in pair if seq != LIVE}
    entries = [(seq, _entry(connection, row, seq)) for seq in sorted(numbers)]
    return history_table(stream, schema, plan, fid, entries)


def _entry(connection: sqlite3.Connection, stream: StreamRow, seq: int) -> Entry:
    query = "SELECT first, last, bodies FROM log WHERE stream = ? AND first <= ? ORDER BY first DESC LIMIT 1"
    first, last, data = connection.execute(query, (stream.id, seq)).fetchone()
    return decode(unpack_block(data, last - first + 1)[seq - first])


def changes(
    connection: sqlite3.Connection,
    stream: StreamName,
    after: Version | None,
    upto: Version | None,
    plan: AccessPlan,
) -> Iterator[pa.RecordBatch]:
    """See `guotu.store.ports.FeatureStore.changes`: puts in fid order, then deletes in fid order."""
    require_plan(stream, plan)
    row = find_stream(connection, stream)
    schema = load_schema(connection, stream.dataset)
    low, high = (_sequence(connection, row, version, none) for version, none in ((after, 0), (upto, None)))
    query = Query(stream.dataset, (stream.partition,))
    columns = wanted_columns(schema, query, plan)

    def answer(condition: str, *values: int) -> Answer:
        selection = select(Projection(schema), query, plan, row.extent)
        of_streams(selection, [row])
        selection.add(condition, *values)
        return Answer(connection, query, plan, schema, columns, selection)

    differs = "p.seq_from <= ? AND p.seq_to > ? AND NOT (p.seq_from <= ? AND p.seq_to > ?)"
    gone = answer(differs, low, low, high, high)
    come = answer(differs, high, high, low, low)
    yield from _net(gone, come)


def _sequence(
    connection: sqlite3.Connection, stream: StreamRow, version: Version | None, none: int | None
) -> int:
    """Sequence number of a version; of None, `none` or the head."""
    if version is None:
        return none if none is not None else head_of(connection, stream)[0].version.seq
    if version.seq and version not in [mark.version for mark in marks_of(connection, stream)]:
        raise VERSION_UNKNOWN(dataset=stream.name, at=version)
    return version.seq


def _net(gone: Answer, come: Answer) -> Iterator[pa.RecordBatch]:
    shape = answer_schema(come.schema, come.columns, True).insert(0, pa.field(OP, pa.string()))
    same = ["p.fid", "p.row_hash", "p.valid_from", "p.valid_to", "p.geometry"]
    before = {row[0]: row[1:4] for rows in gone.rows(same, " ORDER BY p.fid") for row in rows}
    expressions = [f"'{PUT}'", "p.row_hash", *come.expressions()]
    given = False
    for rows in come.rows(expressions, " ORDER BY p.fid"):
        kept = [(row[0], *row[2:]) for row in rows if before.pop(row[2], None) != (row[1], row[4], row[5])]
        if kept:
            given = True
            yield to_batch(kept, shape)
    ended = list(before)
    nothing: Sequence[Any] = [None] * (len(shape) - 2)
    for start in range(0, len(ended), BATCH_ROWS):
        given = True
        yield to_batch([(DELETE, fid, *nothing) for fid in ended[start : start + BATCH_ROWS]], shape)
    if not given:
        yield to_batch([], shape)
