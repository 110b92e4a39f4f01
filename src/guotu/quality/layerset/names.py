"""1306 names of units agree with the layer of units, 1307 the units that a layer names exist."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from guotu.quality.clause import Clause
from guotu.quality.layerset.layers import LayerSet
from guotu.quality.layerset.reader import LayerReader
from guotu.quality.layerset.registry import at, set_rule
from guotu.quality.registry import Late

_UNITS = (("xz.cjdcq", "ZLDWDM", "ZLDWMC", 12), ("xz.xzq", "XZQDM", "XZQMC", 9))
"""Layers that say which units there are: dataset, code, name, digits that identify a unit."""
_NAMED = (
    ("ZLDWDM", "ZLDWMC", 12),
    ("XZQDM", "XZQMC", 9),
    ("QSDWDM", "QSDWMC", 12),
)
"""Pairs of a code and a name, and the level of the units they are of."""


def _units(given: LayerSet, digits: int) -> tuple[LayerReader, dict[str, str]] | None:
    """The layer that lists the units of a level, and their names by code."""
    for dataset, code, name, size in _UNITS:
        layer = given.first(dataset)
        if layer is None or size != digits:
            continue
        found: dict[str, str] = {}
        for batch in layer.batches((code, name)):
            if {code, name} <= set(batch.schema.names):
                codes = pc.utf8_slice_codeunits(batch.column(code), 0, digits).to_pylist()
                pairs = zip(codes, batch.column(name).to_pylist(), strict=True)
                found |= {unit: text for unit, text in pairs if unit and text and len(unit) == digits}
        return (layer, found) if found else None
    return None


def _rows(layer: LayerReader, code: str, name: str) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Batches with the number of their first row."""
    first = 1
    for batch in layer.batches(tuple(dict.fromkeys((*layer.schema.key, code, name, "BSM")))):
        if code in batch.schema.names:
            yield first, batch
        first += batch.num_rows


@set_rule("1306")
def unit_names(given: LayerSet, _: Clause) -> Iterator[Late]:
    """A unit is called in every layer as the layer of units calls it."""
    for code, name, digits in _NAMED:
        units = _units(given, digits)
        for layer in given.layers if units else ():
            given.stop()
            if (
                units is None
                or layer is units[0]
                or layer.present
                or not {code, name} <= set(layer.schema.codes)
            ):
                continue
            for first, batch in _rows(layer, code, name):
                if name in batch.schema.names:
                    yield from _misnamed(layer, batch, first, (code, name, digits), units)


def _misnamed(
    layer: LayerReader,
    batch: pa.RecordBatch,
    first: int,
    pair: tuple[str, str, int],
    units: tuple[LayerReader, dict[str, str]],
) -> Iterator[Late]:
    code, name, digits = pair
    due = _looked_up(batch.column(code), digits, units[1])
    given = batch.column(name)
    wrong = pc.fill_null(pc.and_(pc.is_valid(given), pc.not_equal(due, given)), False)
    for row in np.flatnonzero(wrong.to_numpy(zero_copy_only=False)).tolist():
        yield at(
            layer,
            f"{code} {batch.column(code)[row]} 在图层 {units[0].name} 中名为“{due[row]}”，此处为“{given[row]}”",
            f"{code} {batch.column(code)[row]} is named {due[row]} in layer {units[0].name}, here {given[row]}",
            row=first + row,
            key=_key(layer, batch, row),
            field=name,
        )


def _looked_up(column: pa.Array, digits: int, names: dict[str, str]) -> pa.Array:
    """Names of the units that codes begin with; a longer code than the unit's (a group of villagers) counts only where
    the rest is zeros.
    """
    encoded = column.dictionary_encode()
    due = [
        names.get(value[:digits]) if value is not None and not value[digits:].strip("0") else None
        for value in encoded.dictionary.to_pylist()
    ]
    return pa.array(due, pa.string()).take(encoded.indices)


@set_rule("1307")
def known_units(given: LayerSet, _: Clause) -> Iterator[Late]:
    """The village (ZLDWDM) and the town (XZQDM) that a feature names exist in the layers of units."""
    for code, _name, digits in _NAMED[:2]:
        units = _units(given, digits)
        for layer in given.layers if units else ():
            given.stop()
            if units is None or layer is units[0] or layer.present or code not in layer.schema.codes:
                continue
            for first, batch in _rows(layer, code, code):
                yield from _strangers(layer, batch, first, (code, digits), units)


def _strangers(
    layer: LayerReader,
    batch: pa.RecordBatch,
    first: int,
    field: tuple[str, int],
    units: tuple[LayerReader, dict[str, str]],
) -> Iterator[Late]:
    code, digits = field
    column = batch.column(code)
    if not pa.types.is_string(column.type):
        return
    encoded = column.dictionary_encode()
    strange = [
        value is not None and len(value) >= digits and value[:digits] not in units[1]
        for value in encoded.dictionary.to_pylist()
    ]
    wrong = pc.fill_null(pa.array(strange, pa.bool_()).take(encoded.indices), False)
    for row in np.flatnonzero(wrong.to_numpy(zero_copy_only=False)).tolist():
        yield at(
            layer,
            f"{code} {column[row]} 所属单位不在图层 {units[0].name} 中",
            f"the unit of {code} {column[row]} is not in layer {units[0].name}",
            row=first + row,
            key=_key(layer, batch, row),
            field=code,
        )


def _key(layer: LayerReader, batch: pa.RecordBatch, row: int) -> str | None:
    codes = layer.schema.key or ("BSM",)
    parts = [batch.column(code)[row].as_py() for code in codes if code in batch.schema.names]
    return "/".join("" if part is None else str(part) for part in parts) or None
