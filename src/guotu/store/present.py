"""The present state held ready: heads of streams, and small reads answered from packs while they are the newest."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from guotu.model.access import AccessPlan
from guotu.model.change import FID, GEOMETRY, SEQ, VALID_FROM, VALID_TO
from guotu.model.dataset import StreamState
from guotu.model.query import Query
from guotu.model.schema import LayerSchema
from guotu.model.time import Version
from guotu.store.filters import wanted_columns
from guotu.store.packed import Pack, fids_of, make_pack, open_pack
from guotu.store.ports import FeatureStore

MOST_LOOKS: Final = 64
"""Kinds of questions remembered of a dataset."""


@dataclass(frozen=True)
class _Dataset:
    """What is known of a dataset until the next commit."""

    schema: LayerSchema
    states: tuple[StreamState, ...]
    packs: tuple[Pack | None, ...]
    looks: dict[Hashable, _Look] = field(default_factory=dict)

    def look(self, query: Query, plan: AccessPlan) -> _Look:
        """The packs as a query and a plan see them; raises GT-2009."""
        key = (query.columns, query.geometry, plan.columns, plan.masked)
        if key not in self.looks:
            if len(self.looks) >= MOST_LOOKS:
                self.looks.clear()
            self.looks[key] = _look(self, query, plan)
        return self.looks[key]


@dataclass(frozen=True)
class _Look:
    """Packs with the columns of one kind of question."""

    empty: pa.Table
    packs: tuple[Pack | None, ...]


def _look(known: _Dataset, query: Query, plan: AccessPlan) -> _Look:
    columns = [FID, SEQ, VALID_FROM, VALID_TO, *wanted_columns(known.schema, query, plan)]
    columns += [GEOMETRY] if query.geometry else []
    packs = tuple(pack and pack.narrowed(columns) for pack in known.packs)
    shape = next(pack.batches[0].schema for pack in packs if pack)
    return _Look(shape.empty_table(), packs)


@dataclass
class Present:
    """A store's newest state, kept between calls for as long as `FeatureStore.moved` stands still.

    Whatever it answers, the store would answer at the moment of the call; where it has no answer it gives None.
    """

    store: FeatureStore
    folder: Path
    _known: dict[str, _Dataset] = field(default_factory=dict)
    _moved: int = -1
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def states(self, dataset: str) -> tuple[StreamState, ...]:
        """`FeatureStore.streams` of a dataset."""
        known = self._dataset(dataset, self.store.moved())
        return known.states if known else tuple(self.store.streams(dataset))

    def schema(self, dataset: str) -> LayerSchema:
        """`FeatureStore.schema`; raises GT-2001."""
        known = self._dataset(dataset, self.store.moved())
        return known.schema if known else self.store.schema(dataset)

    def table(self, query: Query, plan: AccessPlan) -> pa.Table | None:
        """`tables` for one query."""
        return self._table(query, plan, self.store.moved())

    def tables(self, asked: Sequence[tuple[Query, AccessPlan]]) -> list[pa.Table | None]:
        """`FeatureStore.read` of each in one table, where packs can answer: the features of a small box, uncut but for columns.

        All that packs answer is of one moment.
        """
        moved = self.store.moved()
        return [self._table(query, plan, moved) for query, plan in asked]

    def _table(self, query: Query, plan: AccessPlan, moved: int) -> pa.Table | None:
        if query.box is None or query.where is not None or query.after is not None or query.limit is not None:
            return None
        if plan.dataset != query.dataset or plan.where is not None or plan.clip is not None:
            return None
        if plan.limits.rows is not None or GEOMETRY in plan.masked:
            return None
        known = self._dataset(query.dataset, moved)
        return self._answer(known, query, plan) if known else None

    def _answer(self, known: _Dataset, query: Query, plan: AccessPlan) -> pa.Table | None:
        numbers = _asked(known, query)
        if not numbers:
            return None
        look = known.look(query, plan)
        found: list[pa.RecordBatch] = []
        for number in numbers:
            pack = look.packs[number]
            assert pack is not None
            assert query.box is not None
            part = pack.within(query.box)
            if part is None:
                return None
            found += part
        if not found:
            return look.empty
        table = pa.Table.from_batches(found)
        return _masked(table if len(numbers) == 1 or len(found) == 1 else _merged(table), plan.masked)

    def _dataset(self, dataset: str, moved: int) -> _Dataset | None:
        with self._guard:
            if moved != self._moved:
                self._known.clear()
                self._moved = moved
            known = self._known.get(dataset)
        return known or self._learn(dataset, moved)

    def _learn(self, dataset: str, moved: int) -> _Dataset | None:
        states = tuple(self.store.streams(dataset))
        if not states:
            return None
        packs = tuple(open_pack(self.folder, state) for state in states)
        known = _Dataset(self.store.schema(dataset), states, packs)
        with self._guard:
            if moved == self._moved:
                self._known[dataset] = known
        return known

    def unpacked(self) -> list[StreamState]:
        """Streams whose newest state has no pack."""
        found = self.store.streams()
        return [state for state in found if open_pack(self.folder, state) is None]

    def pack(self, state: StreamState) -> bool:
        """Make a stream's pack and use it from now on; False if the stream moved meanwhile."""
        made = make_pack(self.store, state, self.folder)
        with self._guard:
            self._known.pop(state.stream.dataset, None)
        return made


def _asked(known: _Dataset, query: Query) -> list[int]:
    """Places of the streams a query reads, none unless every one has a pack at the version asked for."""
    numbers = list(range(len(known.states)))
    if query.partitions is not None:
        numbers = [place for place in numbers if known.states[place].stream.partition in query.partitions]
        if len(numbers) != len(query.partitions):
            return []
    ready = all(known.packs[place] is not None and _at_head(known.states[place], query) for place in numbers)
    return numbers if ready else []


def _at_head(state: StreamState, query: Query) -> bool:
    return query.at is None or (isinstance(query.at, Version) and query.at == state.head.version)


def _merged(table: pa.Table) -> pa.Table:
    """Rows of several streams in fid order."""
    fids = np.concatenate([fids_of(batch) for batch in table.select([FID]).to_batches()])
    return table.take(pa.array(np.argsort(fids))).combine_chunks()


def _masked(table: pa.Table, masked: frozenset[str]) -> pa.Table:
    if not masked:
        return table
    for number, name in enumerate(table.column_names):
        if name in masked:
            kind = table.schema.field(number)
            table = table.set_column(number, kind, pa.nulls(table.num_rows, kind.type))
    return table
