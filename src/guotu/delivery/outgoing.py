"""A layer on its way out, as every writer is given it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from guotu.model.change import FID, GEOMETRY
from guotu.model.datum import CGCS2000, Crs, Geographic
from guotu.model.schema import Field, FieldType, GeometryKind, LayerSchema
from guotu.store.canonical import ARROW_TYPES

IDENTITY: Final = (
    Field("FEATURE_ID", "要素标识", FieldType.CHAR, 32),
    Field("VALID_FROM", "生效日期", FieldType.DATE, 8),
    Field("VALID_TO", "失效日期", FieldType.DATE, 8),
)
"""What may leave beside the standard's fields; ten letters, so that a DBF holds the names."""


_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Colours:
    """Paint of one class, #rrggbb or #rrggbbaa; None is nothing."""

    fill: str | None
    stroke: str | None
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Appearance:
    """How a layer is painted: by the class in `field` (its first `prefix` characters), else `default`."""

    default: Colours
    field: str | None = None
    prefix: int | None = None
    classes: Mapping[str, tuple[str, Colours]] = attribute(default_factory=dict)
    """By value: the name of the class and its paint."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A layer to write: `batches` carry `fid`, the columns named by `fields`, and unless it is a table `geometry`, WKB in `crs`."""

    schema: LayerSchema
    fields: tuple[Field, ...]
    batches: Iterable[pa.RecordBatch]
    crs: Crs = CGCS2000
    title: str = ""
    geometry: GeometryKind | None = None
    """What the file holds; None: as the schema says."""
    rows: int | None = None
    """How many features there are at most, where that is known."""
    made: datetime | None = None
    appearance: Appearance | None = None
    label_field: str | None = None
    class_field: str | None = None
    options: Mapping[str, Any] = attribute(default_factory=dict)

    @property
    def kind(self) -> GeometryKind:
        return self.schema.geometry if self.geometry is None else self.geometry

    @property
    def spatial(self) -> bool:
        return self.kind is not GeometryKind.NONE

    @property
    def in_degrees(self) -> bool:
        return isinstance(self.crs, Geographic)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(field.code for field in self.fields)

    def tables(self) -> Iterator[pa.RecordBatch]:
        """Batches of the fields and the geometry alone, in order and in the types of `arrow()`."""
        shape = self.arrow()
        for batch in self.batches:
            columns = [_as(batch.column(each.name), each.type) for each in shape]
            yield pa.RecordBatch.from_arrays(columns, schema=shape)

    def arrow(self, describe: Callable[[Field], dict[str, str]] | None = None) -> pa.Schema:
        """The shape of `tables()`, each field with the metadata that `describe` gives it."""
        fields = [
            pa.field(each.code, _type(each), metadata=describe(each) if describe else None)
            for each in self.fields
        ]
        return pa.schema([*fields, pa.field(GEOMETRY, pa.binary())] if self.spatial else fields)


def _type(field: Field) -> pa.DataType:
    """Numbers of up to nine digits are 32-bit integers, which every program knows."""
    small = field.type is FieldType.INT and field.length is not None and field.length <= _DIGITS
    return pa.int32() if small else ARROW_TYPES[field.type]


def _as(column: pa.Array, kind: pa.DataType) -> pa.Array:
    return column if column.type == kind else column.cast(kind)


Writer = Callable[[Outgoing, Path], dict[str, Any]]
"""Writes a layer to a path in a folder of its own (companions beside it); gives remarks for the receipt. It may take the batches
once. Raises GT-60xx for what the format cannot hold."""


def key_of(outgoing: Outgoing, batch: pa.RecordBatch, row: int) -> str:
    """What names a feature to people: its business key, else its id where the batch carries it."""
    keys = [code for code in outgoing.schema.key if code in batch.schema.names]
    values = [str(batch.column(code)[row].as_py()) for code in keys]
    if not values and FID in batch.schema.names:
        values = [batch.column(FID)[row].as_py().hex()]
    return "/".join(values)
