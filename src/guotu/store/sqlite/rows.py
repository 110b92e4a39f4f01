"""Sqlite rows as Arrow batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from guotu.model.change import FID, FID_TYPE, GEOMETRY, SEQ, VALID_FROM, VALID_TO
from guotu.model.schema import LayerSchema
from guotu.store.canonical import ARROW_TYPES


def answer_schema(schema: LayerSchema, columns: Sequence[str], geometry: bool) -> pa.Schema:
    """Columns of an answer: fid, seq, valid_from, valid_to, the attributes asked for, geometry."""
    fields = [(FID, FID_TYPE), (SEQ, pa.int64()), (VALID_FROM, pa.date32()), (VALID_TO, pa.date32())]
    fields += [(code, ARROW_TYPES[schema.field(code).type]) for code in columns]
    if geometry:
        fields.append((GEOMETRY, pa.binary()))
    return pa.schema(fields)


def to_batch(rows: Sequence[tuple[Any, ...]], shape: pa.Schema) -> pa.RecordBatch:
    """Rows in the order of `shape`, further columns left out; dates arrive as days since 1970-01-01."""
    if not rows:
        return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in shape], schema=shape)
    columns = list(zip(*rows, strict=True))[: len(shape)]
    arrays = [
        pa.array(values, pa.int32()).view(pa.date32())
        if pa.types.is_date32(field.type)
        else pa.array(values, field.type)
        for values, field in zip(columns, shape, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=shape)
