"""Reading a projection under an access plan."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

import pyarrow as pa

from guotu.errors import GuotuError
from guotu.errors.access import FORBIDDEN
from guotu.errors.store import VERSION_UNKNOWN
from guotu.model.access import AccessPlan
from guotu.model.change import ENDED, FID, FID_TYPE, GEOMETRY
from guotu.model.dataset import StreamName
from guotu.model.query import Box, Query
from guotu.model.schema import LayerSchema
from guotu.model.time import Version
from guotu.store.canonical import ARROW_TYPES
from guotu.store.cut import Clip, around, geometries, meets, union
from guotu.store.filters import visible_field, wanted_columns
from guotu.store.moments import Moment
from guotu.store.sqlite.rows import answer_schema, to_batch
from guotu.store.sqlite.selecting import Selection, at_moments, of_streams, present, select
from guotu.store.sqlite.streams import StreamRow, find_stream, list_streams, load_schema, moment_of
from guotu.store.sqlite.tables import LIVE, Projection

FIRST_ROWS: Final = 1024
BATCH_ROWS: Final = 8192
ROW_HASH: Final = "row_hash"


@dataclass(frozen=True)
class Answer:
    """A query made ready on one connection: give batches, count or extent."""

    connection: sqlite3.Connection
    query: Query
    plan: AccessPlan
    schema: LayerSchema
    columns: tuple[str, ...]
    selection: Selection | None
    """None where the dataset has no state to read."""

    @property
    def cuts(self) -> bool:
        """Whether geometry must be looked at row by row."""
        return self.query.box is not None or self.plan.clip is not None

    @property
    def limit(self) -> int | None:
        limits = [limit for limit in (self.query.limit, self.plan.limits.rows) if limit is not None]
        return min(limits) if limits else None

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Rows in fid order; at least one batch."""
        shape = answer_schema(self.schema, self.columns, self.query.geometry)
        left, given = self.limit, False
        for rows in self._ordered():
            part = rows if left is None else rows[:left]
            yield to_batch(part, shape)
            given, left = True, None if left is None else left - len(part)
            if left == 0:
                return
        if not given:
            yield to_batch([], shape)

    def _ordered(self) -> Iterator[list[tuple[Any, ...]]]:
        """Groups in fid order; what a small box finds is sorted here, as SQLite would carry every geometry through its sorter."""
        found = self._few()
        if found is None:
            yield from self.rows(self.expressions(), " ORDER BY p.fid")
        elif found:
            yield sorted(found, key=itemgetter(0))

    def _few(self) -> list[tuple[Any, ...]] | None:
        """All rows that the tree finds in a box, None where they are many or another way is taken."""
        if (
            self.selection is None
            or self.selection.walked
            or self.query.box is None
            or not self.query.geometry
        ):
            return None
        sql, values = self.selection.sql(self.expressions())
        rows = self.connection.execute(f"{sql} LIMIT {FIRST_ROWS + 1}", values).fetchall()
        return None if len(rows) > FIRST_ROWS else self._kept(rows, self._clip()) if rows else []

    def _clip(self) -> Clip | None:
        return Clip(self.plan.clip) if self.plan.clip is not None else None

    def count(self) -> int:
        limit = self.limit
        if self.selection is None:
            return 0
        if not self.cuts:
            sql, values = self.selection.sql(["count(*)"])
            found: int = self.connection.execute(sql, values).fetchone()[0]
        else:
            found = sum(len(rows) for rows in self.rows([], ""))
        return found if limit is None else min(found, limit)

    def extent(self) -> Box | None:
        """Box around the rows."""
        if GEOMETRY in self.plan.masked:
            return None
        box: Box | None = None
        left = self.limit
        for rows in self.rows(["p.geometry"], " ORDER BY p.fid" if left is not None else ""):
            part = rows if left is None else rows[:left]
            box = union([box, around(geometries([row[0] for row in part]))])
            left = None if left is None else left - len(part)
            if left == 0:
                break
        return box

    def expressions(self) -> list[str]:
        projection, masked = Projection(self.schema), self.plan.masked
        names = ["p.fid", "p.seq_from", "p.valid_from", "p.valid_to"]
        names += ["NULL" if code in masked else f"p.{projection.column(code)}" for code in self.columns]
        if self.query.geometry:
            names.append("NULL" if GEOMETRY in masked else "p.geometry")
        return names

    def rows(self, expressions: Sequence[str], tail: str) -> Iterator[list[tuple[Any, ...]]]:
        """Groups of rows that pass every test, none of them empty; columns beyond `expressions` may follow."""
        if self.selection is None:
            return
        looks = self.cuts
        geometry_last = bool(expressions) and expressions[-1] == "p.geometry"
        extra = [] if not looks or geometry_last else ["p.geometry"]
        sql, values = self.selection.sql([*expressions, *extra], tail)
        if not looks and self.limit is not None:
            sql += f" LIMIT {int(self.limit)}"
        cursor = self.connection.execute(sql, values)
        clip, size = self._clip(), FIRST_ROWS
        while rows := cursor.fetchmany(size):
            size = BATCH_ROWS
            kept = self._kept(rows, clip) if looks else rows
            if kept:
                yield kept

    def _kept(self, rows: list[tuple[Any, ...]], clip: Clip | None) -> list[tuple[Any, ...]]:
        """Rows whose geometry passes; the last two columns are the geometry and whether its box is near the border."""
        if clip is not None:
            found = geometries([row[-2] for row in rows])
            inside = clip.inside(found)
            rows = [row for row, good in zip(rows, inside.tolist(), strict=True) if good]
        near = [place for place, row in enumerate(rows) if row[-1]]
        if not near or self.query.box is None:
            return rows
        good = meets(geometries([rows[place][-2] for place in near]), self.query.box)
        out = {place for place, fits in zip(near, good.tolist(), strict=True) if not fits}
        return [row for place, row in enumerate(rows) if place not in out] if out else rows


def ever(connection: sqlite3.Connection, query: Query, plan: AccessPlan) -> Iterator[pa.RecordBatch]:
    """See `guotu.store.ports.FeatureStore.ever`."""
    answer = prepare(connection, query, plan, past=True)
    shape = answer_schema(answer.schema, answer.columns, query.geometry).insert(
        2, pa.field(ENDED, pa.int64())
    )
    names = answer.expressions()
    names.insert(2, f"NULLIF(p.seq_to, {LIVE})")
    given = False
    for rows in answer.rows(names, " ORDER BY p.fid, p.seq_from"):
        yield to_batch(rows, shape)
        given = True
    if not given:
        yield to_batch([], shape)


def prepare(connection: sqlite3.Connection, query: Query, plan: AccessPlan, *, past: bool = False) -> Answer:
    """Resolve names and moments of a query, or with `past` leave all moments in.

    Raises GT-2001, GT-2002, GT-2009, GT-2010, GT-4003.
    """
    if plan.dataset != query.dataset:
        raise FORBIDDEN(action=f"{query.dataset} ≠ {plan.dataset}")
    schema = load_schema(connection, query.dataset)
    columns = wanted_columns(schema, query, plan)
    streams = _streams(connection, query)
    moments = _moments(connection, streams, query)
    selection = select(Projection(schema), query, plan, _extent(streams))
    if moments is None and not past:
        present(selection)
    elif moments is not None:
        at_moments(selection, moments)
    if query.partitions is not None:
        of_streams(selection, streams)
    return Answer(connection, query, plan, schema, columns, selection if streams else None)


def _streams(connection: sqlite3.Connection, query: Query) -> list[StreamRow]:
    if query.partitions is None:
        return list_streams(connection, query.dataset)
    return [find_stream(connection, StreamName(query.dataset, partition)) for partition in query.partitions]


def _moments(
    connection: sqlite3.Connection, streams: Sequence[StreamRow], query: Query
) -> list[tuple[StreamRow, Moment]] | None:
    """A date leaves out the streams that do not reach back so far, as long as one does; a version must exist in all."""
    if query.at is None:
        return None
    found: list[tuple[StreamRow, Moment]] = []
    for stream in streams:
        try:
            found.append((stream, moment_of(connection, stream, query.at)))
        except GuotuError:
            if isinstance(query.at, Version) or query.partitions is not None:
                raise
    if not found:
        raise VERSION_UNKNOWN(dataset=query.dataset, at=query.at)
    return found


def _extent(streams: Sequence[StreamRow]) -> Box | None:
    """Around everything that is present; history may reach further, which costs time but no answer."""
    return union([stream.extent for stream in streams if stream.extent is not None])


def current_keys(
    connection: sqlite3.Connection, stream: StreamRow, schema: LayerSchema, fields: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    """See `guotu.store.ports.FeatureStore.current_keys`."""
    kinds = [ARROW_TYPES[visible_field(schema, None, code)] for code in fields]
    shape = pa.schema([(FID, FID_TYPE), *zip(fields, kinds, strict=True), (ROW_HASH, FID_TYPE)])
    projection = Projection(schema)
    columns = ", ".join(["fid", *(projection.column(code) for code in fields), "row_hash"])
    cursor = connection.execute(
        f"SELECT {columns} FROM {projection.table} WHERE stream = ? AND seq_to = {LIVE}",
        (stream.id,),
    )
    while rows := cursor.fetchmany(BATCH_ROWS):
        yield to_batch(rows, shape)
