"""From a query and an access plan to one SELECT over a projection."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guotu.model.access import AccessPlan
from guotu.model.change import GEOMETRY
from guotu.model.query import Box, Query
from guotu.store.cut import Clip
from guotu.store.filters import checked
from guotu.store.journal import days
from guotu.store.moments import Moment
from guotu.store.sqlite.streams import StreamRow
from guotu.store.sqlite.tables import LIVE, Projection
from guotu.store.sqlite.where import compile_filter

TREE_MARGIN: Final = 1e-4
"""Degrees; more than float32 can be wrong by. Boxes nearer than this to the border of the one asked for are compared exactly."""
WIDE_SHARE: Final = 0.1
WIDE_SHARE_OF_PAGES: Final = 0.005
"""A box that covers more of the extent is answered by walking the features in order, not by sorting what the tree finds;
the second where only a page is asked for, because walking may stop when it is full."""


@dataclass
class Selection:
    """Parts of a SELECT, gathered step by step; `sql` puts them together."""

    source: str
    conditions: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    before: str = ""
    before_values: list[Any] = field(default_factory=list)
    walked: str = ""
    """Condition on `p.row` that must not lead the search when features are wanted in order."""
    near: str = "0"
    near_values: list[Any] = field(default_factory=list)

    def add(self, condition: str, *values: Any) -> None:
        self.conditions.append(condition)
        self.values += values

    def sql(self, columns: Sequence[str], tail: str = "") -> tuple[str, list[Any]]:
        # A unary plus takes a column away from SQLite's choice of indexes.
        walked = [("+" if "p.fid" in tail else "") + self.walked] if self.walked else []
        where = " AND ".join([*walked, *self.conditions]) or "1"
        text = (
            f"{self.before}SELECT {', '.join((*columns, self.near))} FROM {self.source} WHERE {where}{tail}"
        )
        return text, [*self.before_values, *self.near_values, *self.values]


def select(projection: Projection, query: Query, plan: AccessPlan, extent: Box | None) -> Selection:
    """Rows of a query under a plan, of any time (`present`, `at_moments`); raises GT-2009, GT-2010."""
    selection = Selection(f"{projection.table} p")
    boxes = [
        box for box in (query.box, Clip(plan.clip).box if plan.clip is not None else None) if box is not None
    ]
    if boxes:
        limited = query.limit is not None or plan.limits.rows is not None
        _within(selection, projection, boxes, extent, WIDE_SHARE_OF_PAGES if limited else WIDE_SHARE)
    if query.box is not None and GEOMETRY in plan.masked:
        selection.add("0")
    _filter(selection, projection, query, plan)
    if query.after is not None:
        selection.add("p.fid > ?", query.after)
    return selection


def present(selection: Selection) -> None:
    """Keep the present rows."""
    selection.add(f"p.seq_to = {LIVE}")


def of_streams(selection: Selection, streams: Sequence[StreamRow]) -> None:
    """Keep only these streams."""
    numbers = ", ".join(str(stream.id) for stream in streams)
    selection.add(f"p.stream IN ({numbers})")


def _within(
    selection: Selection, projection: Projection, boxes: Sequence[Box], extent: Box | None, wide: float
) -> None:
    """Rows whose box in the tree meets all of these; `near` tells which of them must be compared with the first exactly."""
    meets = "b.east >= ? AND b.west <= ? AND b.north >= ? AND b.south <= ?"
    every = " AND ".join([meets] * len(boxes))
    values = [value for west, south, east, north in boxes for value in (west, east, south, north)]
    west, south, east, north = boxes[0]
    inner = [west + TREE_MARGIN, east - TREE_MARGIN, south + TREE_MARGIN, north - TREE_MARGIN]
    selection.near_values = inner
    if extent is not None and min(_share(box, extent) for box in boxes) > wide:
        selection.walked = f"p.row IN (SELECT b.row FROM {projection.tree} b WHERE {every})"
        selection.values = values
        selection.near = f"p.row NOT IN (SELECT b.row FROM {projection.tree} b WHERE {meets})"
        return
    selection.source = f"{projection.tree} b CROSS JOIN {projection.table} p ON p.row = b.row"
    selection.add(every, *values)
    selection.near = f"NOT ({meets})"


def _share(box: Box, extent: Box) -> float:
    """Part of the extent that a box covers."""
    width = min(box[2], extent[2]) - max(box[0], extent[0])
    height = min(box[3], extent[3]) - max(box[1], extent[1])
    whole = (extent[2] - extent[0]) * (extent[3] - extent[1])
    return max(width, 0.0) * max(height, 0.0) / whole if whole > 0 else 1.0


def at_moments(selection: Selection, moments: Sequence[tuple[StreamRow, Moment]]) -> None:
    """State of each stream at its own moment."""
    marks = ", ".join(f"({stream.id}, {moment.version.seq}, ?)" for stream, moment in moments)
    selection.before = f"WITH moment (stream, seq, day) AS (VALUES {marks}) "
    selection.before_values = [days(moment.day) for _, moment in moments]
    selection.source += " CROSS JOIN moment m ON m.stream = p.stream"
    # The day a row holds from, where its feature does not say: the date its commit describes.
    described = "(SELECT c.described FROM ckpt c WHERE c.stream = p.stream AND c.last >= p.seq_from ORDER BY c.last LIMIT 1)"
    selection.add(
        "CASE WHEN m.day IS NULL THEN p.seq_from <= m.seq AND p.seq_to > m.seq "
        f"ELSE p.seq_from <= m.seq AND coalesce(p.valid_from, {described}) <= m.day "
        "AND coalesce(p.until > m.day, 1) AND coalesce(p.valid_to > m.day, 1) END"
    )


def _filter(selection: Selection, projection: Projection, query: Query, plan: AccessPlan) -> None:
    def shown(code: str) -> str:
        return "NULL" if code in plan.masked else f"p.{projection.column(code)}"

    def real(code: str) -> str:
        return f"p.{projection.column(code)}"

    # What the reader asks sees masked columns as null, like the answer; what the plan demands sees the truth.
    if query.where is not None:
        sql, values = compile_filter(checked(projection.schema, plan, query.where), shown)
        selection.add(sql, *values)
    if plan.where is not None:
        sql, values = compile_filter(checked(projection.schema, None, plan.where), real)
        selection.add(sql, *values)


def plan_of(connection: sqlite3.Connection, sql: str, values: Sequence[Any]) -> str:
    """SQLite's own account of how it answers."""
    return "\n".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values))
