"""Snapshots of a stream from its projection, in bounded memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from guotu.errors.store import VERSION_UNKNOWN
from guotu.kernel.hilbert import hilbert_order
from guotu.model.access import AccessPlan
from guotu.model.arrays import Int64Array
from guotu.model.query import Query
from guotu.model.time import AsOf
from guotu.store.geoparquet import GROUP_ROWS, snapshot_path, write_snapshot
from guotu.store.moments import Moment
from guotu.store.sqlite import boxes
from guotu.store.sqlite.reading import Answer
from guotu.store.sqlite.rows import answer_schema, to_batch
from guotu.store.sqlite.selecting import at_moments, of_streams, select
from guotu.store.sqlite.streams import StreamRow, commit_at, load_schema, marks_of, moment_of
from guotu.store.sqlite.tables import Projection


def make_snapshot(connection: sqlite3.Connection, stream: StreamRow, at: AsOf, folder: Path) -> Path:
    """See `guotu.store.ports.FeatureStore.snapshot`."""
    if not marks_of(connection, stream):
        raise VERSION_UNKNOWN(dataset=stream.name, at=at)
    moment = moment_of(connection, stream, at)
    path = snapshot_path(folder, stream.name, moment)
    if path.exists():
        return path
    commit, _ = commit_at(connection, stream, moment.version)
    schema = load_schema(connection, stream.name.dataset)
    facts = {
        "stream": str(stream.name), "version": commit.label, "chain": commit.chain.hex(),
        "digest": commit.digest.hex(), "schema": schema.id,
    }  # fmt: skip
    answer = _answer(connection, stream, moment)
    return write_snapshot(path, _groups(answer, _ordered(answer)), facts)


def _answer(connection: sqlite3.Connection, stream: StreamRow, moment: Moment) -> Answer:
    """Everything of the stream at a moment; snapshots are cut for readers when they are read."""
    schema = load_schema(connection, stream.name.dataset)
    query = Query(stream.name.dataset, (stream.name.partition,))
    plan = AccessPlan(stream.name.dataset, "store", "snapshot")
    selection = select(Projection(schema), query, plan, None)
    of_streams(selection, [stream])
    at_moments(selection, [(stream, moment)])
    return Answer(connection, query, plan, schema, schema.codes, selection)


def _ordered(answer: Answer) -> Int64Array:
    """Row numbers along the Hilbert curve of their boxes, rows without geometry last."""
    numbers = [
        np.array([row[0] for row in rows], np.int64) for rows in answer.rows(["p.row"], " ORDER BY p.row")
    ]
    rows = np.concatenate(numbers) if numbers else np.empty(0, np.int64)
    placed, stored = boxes.stored(answer.connection, Projection(answer.schema).tree)
    mine = np.isin(placed, rows)
    placed, stored = placed[mine], stored[mine]
    order = hilbert_order(stored) if len(placed) else np.empty(0, np.int64)
    return np.concatenate([placed[order], np.setdiff1d(rows, placed)])


def _groups(answer: Answer, order: Int64Array) -> Iterator[pa.RecordBatch]:
    shape = answer_schema(answer.schema, answer.columns, True)
    names = ", ".join(["p.row", *answer.expressions()])
    sql = f"SELECT {names} FROM {Projection(answer.schema).table} p WHERE p.row IN (SELECT value FROM json_each(?))"
    for start in range(0, max(len(order), 1), GROUP_ROWS):
        wanted = order[start : start + GROUP_ROWS].tolist()
        found: dict[int, tuple[Any, ...]] = {
            row[0]: row[1:] for row in answer.connection.execute(sql, (json.dumps(wanted),))
        }
        yield to_batch([found[number] for number in wanted], shape)
