"""Rows in the one form that is hashed, recorded and projected."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgpack
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from guotu.errors.store import SCHEMA_CONFLICT
from guotu.kernel import grid
from guotu.model.change import FID, FID_TYPE, GEOMETRY, LINEAGE, LINEAGE_TYPE, SEQ, VALID_FROM, VALID_TO
from guotu.model.schema import FieldType, GeometryKind, LayerSchema

ARROW_TYPES: dict[FieldType, pa.DataType] = {
    FieldType.CHAR: pa.string(),
    FieldType.VARCHAR: pa.string(),
    FieldType.TEXT: pa.string(),
    FieldType.INT: pa.int64(),
    FieldType.FLOAT: pa.float64(),
    FieldType.DATE: pa.date32(),
}
_OPTIONAL = {SEQ, VALID_FROM, VALID_TO, LINEAGE}


@dataclass(frozen=True, slots=True)
class Rows:
    """Canonical rows, column by column; dates as days since 1970-01-01, NaN as None, -0.0 as 0.0.

    `packed` is the msgpack array of each row's attributes, `grid` its geometry on the 1e-10 degree grid, `wkb` the same
    coordinates as WKB, `hashes` the row hashes; `plain` rows carry neither valid time nor lineage.
    """

    fids: list[bytes]
    values: list[list[Any]]
    packed: list[bytes]
    grid: list[bytes | None]
    wkb: pa.Array
    hashes: list[bytes]
    valid_from: list[int | None]
    valid_to: list[int | None]
    lineage: list[list[list[Any]] | None]
    plain: bool

    def take(self, chosen: Sequence[int]) -> Rows:
        """Only the rows at these positions."""

        def pick(items: list[Any]) -> list[Any]:
            return [items[index] for index in chosen]

        return Rows(
            pick(self.fids),
            [pick(values) for values in self.values],
            pick(self.packed),
            pick(self.grid),
            self.wkb.take(pa.array(chosen, pa.int64())),
            pick(self.hashes),
            pick(self.valid_from),
            pick(self.valid_to),
            pick(self.lineage),
            self.plain,
        )


def canonical(schema: LayerSchema, batch: pa.RecordBatch) -> Rows:
    """A batch of the schema's columns in canonical form; raises GT-2005 where columns are missing, unknown or of another type."""
    _check_columns(schema, batch)
    _check_texts(schema, batch)
    columns = [
        _values(field.type, _cast(schema, batch, field.code, ARROW_TYPES[field.type]))
        for field in schema.fields
    ]
    pack = msgpack.Packer().pack
    packed = [pack(row) for row in zip(*columns, strict=True)] if columns else [b"\x90"] * batch.num_rows
    encoded, wkb = _geometry(schema, batch)
    new = hashlib.sha256
    hashes = [
        new(attributes + geometry if geometry is not None else attributes).digest()[:16]
        for attributes, geometry in zip(packed, encoded, strict=True)
    ]
    valid_from, valid_to = (_optional_days(schema, batch, name) for name in (VALID_FROM, VALID_TO))
    lineage = _lineage(schema, batch)
    plain = not any(_carries(batch, name) for name in (VALID_FROM, VALID_TO, LINEAGE))
    fids = _cast(schema, batch, FID, FID_TYPE)
    if fids.null_count:
        raise SCHEMA_CONFLICT(dataset=schema.dataset, reason="fid: null")
    return Rows(fids.to_pylist(), columns, packed, encoded, wkb, hashes, valid_from, valid_to, lineage, plain)


def _check_columns(schema: LayerSchema, batch: pa.RecordBatch) -> None:
    found = set(batch.schema.names)
    expected = {*schema.codes, FID} | (
        {GEOMETRY} if schema.geometry is not GeometryKind.NONE else found & {GEOMETRY}
    )
    if missing := sorted(expected - found):
        raise SCHEMA_CONFLICT(dataset=schema.dataset, reason=f"- {', '.join(missing)}")
    if unknown := sorted(found - expected - _OPTIONAL):
        raise SCHEMA_CONFLICT(dataset=schema.dataset, reason=f"+ {', '.join(unknown)}")


def _check_texts(schema: LayerSchema, batch: pa.RecordBatch) -> None:
    """U+0000 ends a text in some backends, so it is in none."""
    for field in schema.fields:
        if (
            field.type.is_text
            and pc.any(pc.match_substring(_cast(schema, batch, field.code, pa.string()), "\0")).as_py()
        ):
            raise SCHEMA_CONFLICT(dataset=schema.dataset, reason=f"{field.code}: U+0000")


def _cast(schema: LayerSchema, batch: pa.RecordBatch, name: str, wanted: pa.DataType) -> pa.Array:
    array = batch.column(name)
    if array.type.equals(wanted):
        return array
    try:
        return array.cast(wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise SCHEMA_CONFLICT(dataset=schema.dataset, reason=f"{name}: {array.type} ≠ {wanted}") from None


def _values(kind: FieldType, array: pa.Array) -> list[Any]:
    if kind is FieldType.FLOAT:
        return _floats(array)
    if kind is FieldType.DATE:
        array = array.cast(pa.int32())
    if kind is not FieldType.INT and kind is not FieldType.DATE:
        return _texts(array)
    values: list[Any] = array.to_pylist() if array.null_count else array.to_numpy().tolist()
    return values


def _floats(array: pa.Array) -> list[Any]:
    numbers = array.to_numpy(zero_copy_only=False).astype(np.float64) + 0.0
    values: list[Any] = numbers.tolist()
    for index in np.flatnonzero(np.isnan(numbers)).tolist():
        values[index] = None
    return values


def _texts(array: pa.Array) -> list[Any]:
    """Through the dictionary: most text columns of the trade repeat few values, and equal values share one object."""
    if isinstance(array, pa.DictionaryArray):
        array = array.cast(pa.string())
    coded = array.dictionary_encode()
    words = [*coded.dictionary.to_pylist(), None]
    codes = coded.indices.fill_null(len(words) - 1).to_numpy().tolist()
    return [words[code] for code in codes]


def _geometry(schema: LayerSchema, batch: pa.RecordBatch) -> tuple[list[bytes | None], pa.Array]:
    if GEOMETRY not in batch.schema.names:
        return [None] * batch.num_rows, pa.nulls(batch.num_rows, pa.binary())
    array = _cast(schema, batch, GEOMETRY, pa.binary())
    if array.null_count == len(array):
        return [None] * len(array), array
    encoded = grid.encode(array)
    return encoded.to_pylist(), grid.decode(encoded)


def _carries(batch: pa.RecordBatch, name: str) -> bool:
    return name in batch.schema.names and batch.column(name).null_count < batch.num_rows


def _optional_days(schema: LayerSchema, batch: pa.RecordBatch, name: str) -> list[int | None]:
    if name not in batch.schema.names:
        return [None] * batch.num_rows
    values: list[int | None] = _cast(schema, batch, name, pa.date32()).cast(pa.int32()).to_pylist()
    return values


def _lineage(schema: LayerSchema, batch: pa.RecordBatch) -> list[list[list[Any]] | None]:
    if LINEAGE not in batch.schema.names:
        return [None] * batch.num_rows
    array = _cast(schema, batch, LINEAGE, LINEAGE_TYPE)
    if array.null_count == len(array):
        return [None] * batch.num_rows
    return [
        None if pairs is None else [[pair["fid"], pair["part"]] for pair in pairs]
        for pairs in array.to_pylist()
    ]
