"""The versions of one feature as a table, for every backend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from guotu.errors.store import FEATURE_UNKNOWN
from guotu.model.access import AccessPlan
from guotu.model.change import FID, GEOMETRY, LINEAGE, LINEAGE_TYPE, OP, PUT, SEQ, VALID_FROM, VALID_TO
from guotu.model.dataset import StreamName
from guotu.model.schema import LayerSchema
from guotu.store.canonical import ARROW_TYPES
from guotu.store.cut import Clip, geometries
from guotu.store.filters import checked, holds
from guotu.store.journal import Entry, column, decode_grid


def history_table(
    stream: StreamName,
    schema: LayerSchema,
    plan: AccessPlan,
    fid: bytes,
    entries: Sequence[tuple[int, Entry]],
) -> pa.Table:
    """Versions the reader may see, oldest first; an end is seen by whoever sees what it ended. Raises GT-2008 if there is none."""
    wkb = decode_grid([entry.grid for _, entry in entries])
    seen = _visible(schema, plan, [entry for _, entry in entries], wkb)
    kept = [index for index, good in enumerate(seen) if good]
    if not kept:
        raise FEATURE_UNKNOWN(stream=stream, fid=fid.hex())
    return _table(schema, plan, [entries[index] for index in kept], wkb.take(pa.array(kept, pa.int64())))


def _visible(schema: LayerSchema, plan: AccessPlan, entries: Sequence[Entry], wkb: pa.Array) -> list[bool]:
    where = checked(schema, None, plan.where) if plan.where is not None else None
    inside = (
        Clip(plan.clip).inside(geometries(wkb)).tolist() if plan.clip is not None else [True] * len(entries)
    )
    seen: list[bool] = []
    for index, entry in enumerate(entries):
        if entry.op == PUT:
            fits = where is None or holds(where, named_values(schema, entry)) is True
            seen.append(bool(fits and inside[index]))
        else:
            seen.append(bool(seen) and seen[-1])
    return seen


def named_values(schema: LayerSchema, entry: Entry) -> dict[str, Any]:
    """Attributes by field code; columns younger than the entry are None."""
    values = (*entry.values, *[None] * (len(schema.fields) - len(entry.values)))
    return dict(zip(schema.codes, values, strict=False))


def _table(
    schema: LayerSchema, plan: AccessPlan, entries: Sequence[tuple[int, Entry]], wkb: pa.Array
) -> pa.Table:
    columns: dict[str, pa.Array] = {
        OP: pa.array([entry.op for _, entry in entries], pa.string()),
        FID: pa.array([entry.fid for _, entry in entries], pa.binary(16)),
        SEQ: pa.array([seq for seq, _ in entries], pa.int64()),
        VALID_FROM: pa.array([entry.valid_from for _, entry in entries], pa.int32()).view(pa.date32()),
        VALID_TO: pa.array([entry.valid_to for _, entry in entries], pa.int32()).view(pa.date32()),
        LINEAGE: pa.array([_lineage(entry) for _, entry in entries], LINEAGE_TYPE),
    }
    values = [named_values(schema, entry) for _, entry in entries]
    for field in schema.fields:
        if not plan.sees(field.code):
            continue
        if field.code in plan.masked:
            columns[field.code] = pa.nulls(len(entries), ARROW_TYPES[field.type])
        else:
            columns[field.code] = column(field.type, [row[field.code] for row in values])
    columns[GEOMETRY] = pa.nulls(len(entries), pa.binary()) if GEOMETRY in plan.masked else wkb
    return pa.table(columns)


def _lineage(entry: Entry) -> list[dict[str, Any]] | None:
    if entry.lineage is None:
        return None
    return [{"fid": fid, "part": part} for fid, part in entry.lineage]
