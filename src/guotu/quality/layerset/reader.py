"""A layer as the rules between layers need it: readable again and again, column by column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from guotu.model.change import GEOMETRY
from guotu.model.datum import Crs
from guotu.model.query import Query
from guotu.model.schema import GeometryKind, LayerSchema
from guotu.store.reading import Reader

Batches = Callable[[tuple[str, ...]], Iterator[pa.RecordBatch]]
"""Gives the columns asked for (`geometry` among them where wanted), all rows in their order, batch by batch."""


class LayerReader(Protocol):
    """A layer that can be read more than once; rows count from 1 in the order of `batches`."""

    @property
    def name(self) -> str: ...

    @property
    def schema(self) -> LayerSchema: ...

    @property
    def file(self) -> str | None: ...

    @property
    def crs(self) -> Crs | None: ...

    @property
    def present(self) -> bool:
        """Whether it is only what others are held against: its own faults are not told."""

    @property
    def superior(self) -> bool:
        """Whether it belongs to the plan of the level above."""

    def batches(self, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]: ...


@dataclass(frozen=True, slots=True)
class SetLayer:
    """A `LayerReader` of plain values."""

    name: str
    schema: LayerSchema
    read: Batches = field(repr=False)
    file: str | None = None
    crs: Crs | None = None
    present: bool = False
    superior: bool = False

    def batches(self, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        """The columns asked for, those that the layer has."""
        return self.read(tuple(code for code in columns if self._has(code)))

    def _has(self, code: str) -> bool:
        return code in self.schema.codes or (
            code == GEOMETRY and self.schema.geometry is not GeometryKind.NONE
        )


def stored_layer(
    reader: Reader, dataset: str, *, partitions: tuple[str, ...] | None = None, superior: bool = False
) -> SetLayer:
    """The present features of a node's dataset, seen under the reader's access plan; other layers are held against it."""

    def read(columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        fields = tuple(code for code in columns if code != GEOMETRY)
        query = Query(dataset, partitions=partitions, columns=fields, geometry=GEOMETRY in columns)
        for batch in reader.batches(query):
            yield batch.select([code for code in columns if code in batch.schema.names])

    return SetLayer(dataset, reader.schema(dataset), read, present=True, superior=superior)
