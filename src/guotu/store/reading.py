"""Reading under access plans: the only way the rooms above see features."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from guotu.model.access import AccessPlan
from guotu.model.dataset import StreamState
from guotu.model.query import Box, Query
from guotu.model.schema import LayerSchema
from guotu.model.time import AsOf
from guotu.store.ports import FeatureStore

Planner = Callable[[str], AccessPlan]
"""Gives the access plan of one dataset for the present subject and purpose; raises GT-4003 or GT-2001."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A store seen by one subject for one purpose: every call carries the plan of its dataset."""

    store: FeatureStore
    plan: Planner

    def batches(self, query: Query) -> Iterator[pa.RecordBatch]:
        """Features batch by batch, in fid order."""
        return self.store.read(query, self.plan(query.dataset))

    def table(self, query: Query) -> pa.Table:
        """All features of a query in one table."""
        return pa.Table.from_batches(self.batches(query))

    def count(self, query: Query) -> int:
        return self.store.count(query, self.plan(query.dataset))

    def extent(self, query: Query) -> Box | None:
        return self.store.extent(query, self.plan(query.dataset))

    def schema(self, dataset: str) -> LayerSchema:
        self.plan(dataset)
        return self.store.schema(dataset)

    def states(self, dataset: str, at: AsOf = None) -> list[StreamState]:
        """The streams of a dataset at a moment; empty if the node does not hold it."""
        self.plan(dataset)
        return [self.store.state(state.stream, at) for state in self.store.streams(dataset)]
