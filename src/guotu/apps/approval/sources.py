"""Where a review takes its data from: a reader under access plans, and what the catalogue knows of each dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Protocol, TypeAlias

import numpy as np
import pyarrow as pa

from guotu.apps.approval.profile import LayerRule, ReviewProfile
from guotu.apps.approval.result import BasisEntry, LayerState
from guotu.apps.approval.words import Text
from guotu.errors import GuotuError
from guotu.errors.review import BASIS_CHANGED
from guotu.errors.store import DATASET_UNKNOWN, VERSION_UNKNOWN
from guotu.model.arrays import Int64Array
from guotu.model.change import FID, GEOMETRY
from guotu.model.dataset import StreamName, StreamState
from guotu.model.query import Box, Query
from guotu.model.resource import Resource
from guotu.model.time import AsOf, Version
from guotu.store.reading import Reader

Basis: TypeAlias = Mapping[str, str]
"""Labels of versions by stream, as a review's JSON gives them: `{"xz.dltb/330106": "1.42#9f86d081884c"}`."""


class Registry(Protocol):
    """What a review asks of the catalogue."""

    def find(self, id: str) -> Resource | None:
        """The entry of a dataset, None where it has none."""

    def coverage(self, dataset: str) -> Any:
        """The polygon (degrees) that a dataset claims to cover entirely, None where it claims none."""


@dataclass(frozen=True, slots=True)
class Sources:
    """A subject's view of the store, and the catalogue (None: without one)."""

    reader: Reader
    registry: Registry | None = None


@dataclass(frozen=True, slots=True)
class Moments:
    """The moment a review looks at: the newest data, a date, one version, or every stream at a version of its own."""

    at: AsOf = None
    basis: Basis | None = None

    @property
    def day(self) -> date | None:
        return self.at if isinstance(self.at, date) else None

    def __str__(self) -> str:
        return "" if self.at is None else str(self.at)


@dataclass(frozen=True, slots=True)
class Layer:
    """One dataset at the review's moment, with the reason, if any, why it cannot carry a verdict whatever the place."""

    rule: LayerRule
    states: tuple[StreamState, ...]
    entries: tuple[BasisEntry, ...]
    columns: tuple[str, ...]
    coverage: Any
    restricted: bool

    @property
    def dataset(self) -> str:
        return self.rule.dataset

    @property
    def held(self) -> bool:
        return bool(self.states)

    def entry(self, stream: str) -> BasisEntry:
        return next(entry for entry in self.entries if entry.stream == stream)


@dataclass(frozen=True, slots=True)
class Rows:
    """Features of one layer near a parcel: an Arrow table, and which stream each row came from."""

    layer: Layer
    table: pa.Table
    stream: Int64Array

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @property
    def shapes(self) -> pa.ChunkedArray:
        """Arrow binary (n,) of WKB in degrees, in as many pieces as were read."""
        return self.table[GEOMETRY]

    @property
    def wkb(self) -> Any:
        """The same in one piece."""
        return _flat(self.shapes)

    def column(self, code: str) -> list[Any]:
        """Values of a field, None for every row where the layer (or the reader) has no such field."""
        if code not in self.table.column_names:
            return [None] * len(self)
        values: list[Any] = self.table[code].to_pylist()
        return values

    def take(self, index: Int64Array) -> Rows:
        return Rows(self.layer, self.table.take(pa.array(index)), self.stream[index])

    def none(self) -> Rows:
        """The same layer without a row."""
        return Rows(self.layer, self.table.slice(0, 0), self.stream[:0])

    def fids(self) -> list[str]:
        """Feature ids in hex."""
        return [value.hex() for value in self.table[FID].to_pylist()]


def _flat(column: Any) -> Any:
    joined = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined


@dataclass
class Layers:
    """Every layer a review opens, each resolved once; `pinned` reads streams at the versions found, not at their heads."""

    sources: Sources
    profile: ReviewProfile
    moments: Moments
    today: date
    pinned: bool = False
    _open: dict[str, Layer] = field(default_factory=dict)

    def open(self, dataset: str) -> Layer:
        """The layer of a dataset; a dataset that is absent (or hidden) gives a layer that holds nothing."""
        if dataset not in self._open:
            self._open[dataset] = self._resolve(self.profile.layers[dataset])
        return self._open[dataset]

    @property
    def opened(self) -> tuple[Layer, ...]:
        return tuple(self._open[dataset] for dataset in sorted(self._open))

    def unmoved(self) -> bool:
        """Whether every stream is still where it was when opened."""
        return all(_labels(self._states(layer.dataset)) == _labels(layer.states) for layer in self.opened)

    def near(self, layer: Layer, boxes: Sequence[Box], columns: Sequence[str]) -> Rows:
        """Features whose boxes meet any of these, each once, in fid order within its stream."""
        return self.near_all([(layer, columns)], boxes)[0]

    def near_all(self, asked: Sequence[tuple[Layer, Sequence[str]]], boxes: Sequence[Box]) -> list[Rows]:
        """`near` for several layers, read together."""
        wanted = [tuple(code for code in columns if code in layer.columns) for layer, columns in asked]
        places, queries = [], []
        for place, (layer, _) in enumerate(asked):
            for number, state in enumerate(layer.states):
                met = [box for box in boxes if _meet(box, state.extent)]
                places += [(place, number)] * len(met)
                queries += [self._query(layer, state, box, wanted[place]) for box in met]
        parts: list[dict[int, list[pa.Table]]] = [{} for _ in asked]
        for (place, number), table in zip(places, self.sources.reader.tables(queries), strict=True):
            parts[place].setdefault(number, []).append(table)
        return [
            _rows(layer, columns, found)
            for (layer, _), columns, found in zip(asked, wanted, parts, strict=True)
        ]

    def _query(self, layer: Layer, state: StreamState, box: Box, columns: tuple[str, ...]) -> Query:
        return Query(
            state.stream.dataset,
            partitions=None if len(layer.states) == 1 else (state.stream.partition,),
            box=box,
            at=self.moments.day or (state.head.version if self._fixed else self.moments.at),
            columns=columns,
        )

    @property
    def _fixed(self) -> bool:
        return self.pinned or self.moments.basis is not None

    def _states(self, dataset: str) -> tuple[StreamState, ...]:
        """Streams that have a state at the moment asked for, each at the version a basis names, if there is one."""
        reader, basis = self.sources.reader, self.moments.basis
        try:
            reader.plan(dataset)
        except GuotuError as failure:
            if failure.kind is DATASET_UNKNOWN:
                return ()
            raise
        heads = reader.heads(dataset)
        if basis is not None:
            cited = [head.stream for head in heads if str(head.stream) in basis]
            return tuple(self._as_cited(stream, basis[str(stream)]) for stream in cited)
        if self.moments.at is None:
            return tuple(heads)
        return tuple(state for head in heads if (state := self._state(head.stream)) is not None)

    def _state(self, stream: StreamName) -> StreamState | None:
        try:
            return self.sources.reader.store.state(stream, self.moments.at)
        except GuotuError as failure:
            if failure.kind is VERSION_UNKNOWN:
                return None
            raise

    def _as_cited(self, stream: StreamName, label: str) -> StreamState:
        """A stream at the version a basis names; raises GT-2002 or GT-5007 where that version is no longer what it was."""
        version = Version.parse(label.partition("#")[0])
        state = self.sources.reader.store.state(stream, self.moments.day or version)
        if state.head.label != label:
            raise BASIS_CHANGED(stream=stream, label=label, found=state.head.label)
        return state

    def _resolve(self, rule: LayerRule) -> Layer:
        states = self._states(rule.dataset)
        registry = self.sources.registry
        resource = registry.find(rule.dataset) if registry else None
        coverage = registry.coverage(rule.dataset) if registry and states else None
        if not states:
            return Layer(rule, (), (_missing(rule),), (), None, False)
        plan = self.sources.reader.plan(rule.dataset)
        schema = self.sources.reader.schema(rule.dataset)
        columns = tuple(code for code in schema.codes if plan.sees(code) and code not in plan.masked)
        cut = plan.where is not None or plan.clip is not None or plan.limits.rows is not None
        entries = tuple(self._entry(rule, state, resource) for state in states)
        return Layer(rule, states, entries, columns, coverage, cut or GEOMETRY in plan.masked)

    def _entry(self, rule: LayerRule, state: StreamState, resource: Resource | None) -> BasisEntry:
        described = state.head.note.data_date or (resource.data_date if resource else None)
        found, reason = self._age(rule, described)
        return BasisEntry(
            rule.dataset, str(state.stream), rule.title, state.head.label, described,
            state.features, state.owner, found, reason,
        )  # fmt: skip

    def _age(self, rule: LayerRule, described: date | None) -> tuple[LayerState, Text | None]:
        if rule.max_age_years <= 0:
            return LayerState.CURRENT, None
        if described is None:
            zh = f"{rule.title.zh}没有数据时点，无法判断是否现势"
            return LayerState.UNDATED, Text(zh, f"{rule.title.en}: no data date, so its age is not known")
        day = min(self.moments.day or self.today, self.today)
        years = (day - described).days / 365.25
        if years <= rule.max_age_years:
            return LayerState.CURRENT, None
        zh = f"{rule.title.zh}时点为 {described}，距今 {years:.1f} 年，超过 {rule.max_age_years:g} 年"
        en = f"{rule.title.en}: data of {described} is {years:.1f} years old, over {rule.max_age_years:g}"
        return LayerState.STALE, Text(zh, en)


def _labels(states: Sequence[StreamState]) -> list[tuple[str, str]]:
    return [(str(state.stream), state.head.label) for state in states]


def _missing(rule: LayerRule) -> BasisEntry:
    reason = Text(f"缺少{rule.title.zh}", f"no data: {rule.title.en}")
    return BasisEntry(rule.dataset, rule.dataset, rule.title, "", None, 0, "", LayerState.MISSING, reason)


def _meet(box: Box, extent: Box | None) -> bool:
    if extent is None:
        return False
    return box[0] <= extent[2] and box[2] >= extent[0] and box[1] <= extent[3] and box[3] >= extent[1]


def _rows(layer: Layer, columns: tuple[str, ...], found: dict[int, list[pa.Table]]) -> Rows:
    """Rows of a layer from the tables read of each of its streams."""
    tables = [parts[0] if len(parts) == 1 else _distinct(pa.concat_tables(parts)) for parts in found.values()]
    if not tables:
        return Rows(layer, _empty(columns), np.empty(0, np.int64))
    if len(tables) == 1:
        return Rows(layer, tables[0], np.repeat(list(found), tables[0].num_rows))
    stream = np.repeat(np.array(list(found), np.int64), [table.num_rows for table in tables])
    return Rows(layer, pa.concat_tables(tables), stream)


def _distinct(table: pa.Table) -> pa.Table:
    """Each feature once, in fid order."""
    fids = np.array(table[FID].to_pylist(), dtype=object)
    _, first = np.unique(fids, return_index=True)
    return table.take(pa.array(first))


@cache
def _empty(columns: tuple[str, ...]) -> pa.Table:
    fields = [(FID, pa.binary(16)), *((code, pa.string()) for code in columns), (GEOMETRY, pa.binary())]
    return pa.schema(fields).empty_table()
