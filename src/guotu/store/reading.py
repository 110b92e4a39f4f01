"""Reading under access plans: the only way the rooms above see features."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from guotu.model.access import AccessPlan
from guotu.model.dataset import StreamState
from guotu.model.query import Box, Query
from guotu.model.schema import LayerSchema
from guotu.model.time import AsOf
from guotu.store.ports import FeatureStore
from guotu.store.present import Present

Planner = Callable[[str], AccessPlan]
"""Gives the access plan of one dataset for the present subject and purpose; raises GT-4003 or GT-2001."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A store seen by one subject for one purpose: every call carries the plan of its dataset."""

    store: FeatureStore
    plan: Planner
    present: Present | None = None
    """The newest state held ready, where a node keeps it."""

    def batches(self, query: Query) -> Iterator[pa.RecordBatch]:
        """Features batch by batch, in fid order."""
        plan = self.plan(query.dataset)
        ready = self.present.table(query, plan) if self.present else None
        return self.store.read(query, plan) if ready is None else _batches(ready)

    def table(self, query: Query) -> pa.Table:
        """All features of a query in one table."""
        return self.tables([query])[0]

    def tables(self, queries: Sequence[Query]) -> list[pa.Table]:
        """All features of each query, a table each."""
        asked = [(query, self.plan(query.dataset)) for query in queries]
        ready = self.present.tables(asked) if self.present else [None] * len(asked)
        return [
            pa.Table.from_batches(self.store.read(query, plan)) if table is None else table
            for (query, plan), table in zip(asked, ready, strict=True)
        ]

    def ever(self, query: Query) -> pa.Table:
        """Every version, past and present, of what a query takes."""
        return pa.Table.from_batches(self.store.ever(query, self.plan(query.dataset)))

    def count(self, query: Query) -> int:
        return self.store.count(query, self.plan(query.dataset))

    def extent(self, query: Query) -> Box | None:
        return self.store.extent(query, self.plan(query.dataset))

    def schema(self, dataset: str) -> LayerSchema:
        self.plan(dataset)
        return (self.present or self.store).schema(dataset)

    def states(self, dataset: str, at: AsOf = None) -> list[StreamState]:
        """The streams of a dataset at a moment; empty if the node does not hold it."""
        heads = self.heads(dataset)
        return heads if at is None else [self.store.state(head.stream, at) for head in heads]

    def heads(self, dataset: str) -> list[StreamState]:
        """The streams of a dataset, each with its newest state; empty if the node does not hold it."""
        self.plan(dataset)
        return list(self.present.states(dataset)) if self.present else self.store.streams(dataset)


def _batches(table: pa.Table) -> Iterator[pa.RecordBatch]:
    """At least one batch."""
    if table.num_rows:
        yield from table.to_batches()
    else:
        yield pa.RecordBatch.from_pylist([], table.schema)
