"""Source columns as the types of the schema: text, whole numbers, decimals, dates, each with the rows that would not fit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from guotu.kernel.rounding import half_up
from guotu.model.arrays import BoolArray, Float64Array
from guotu.model.schema import Field, FieldType

_FULL_WIDTH = re.compile(r"[！-～]")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_BLANK = " \t\r\n\u3000\xa0\x00\ufeff"
_DATE = re.compile(
    r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?(?:[ T]00:00(?::00(?:\.0+)?)?Z?)?"
)
_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Converted:
    """`values` of the field's Arrow type; `lost` (n,) where a value was there but could not be read; `rounded` how many
    values had more decimals than declared.
    """

    values: pa.Array
    lost: BoolArray
    rounded: int = 0


def convert(column: pa.Array, field: Field) -> Converted:
    """A source column of any type as the values of a field."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        column = column.cast(pa.string())
    match field.type:
        case FieldType.INT:
            return _whole(column)
        case FieldType.FLOAT:
            return _decimal(column, field.decimals)
        case FieldType.DATE:
            return _date(column)
        case _:
            return _text(column)


def tidy(text: str | None) -> str | None:
    """Without blanks at the ends, full-width codes and numbers made half-width, empty as None.

    Text with Chinese characters keeps its own full-width signs.
    """
    if text is None:
        return None
    text = text.strip(_BLANK)
    if _FULL_WIDTH.search(text) and not _HAN.search(text):
        text = unicodedata.normalize("NFKC", text).strip(_BLANK)
    return text or None


def _mapped(column: pa.Array, change: Callable[[str | None], Any], kind: pa.DataType) -> pa.Array:
    """`change` asked once per distinct text; the column itself where nothing changes."""
    coded = column.dictionary_encode()
    words = coded.dictionary.to_pylist()
    changed = [change(word) for word in words]
    if changed == words and kind == column.type:
        return column
    return pa.array(changed, kind).take(coded.indices)


def _nothing_lost(column: pa.Array) -> BoolArray:
    return np.zeros(len(column), bool)


def _lost(before: pa.Array, after: pa.Array) -> BoolArray:
    """Where text that is not blank became null."""
    if after.null_count == before.null_count:
        return _nothing_lost(before)
    given = _mapped(before, tidy, pa.string()) if pa.types.is_string(before.type) else before
    return np.asarray(pc.and_(given.is_valid(), after.is_null()).to_numpy(zero_copy_only=False))


def _text(column: pa.Array) -> Converted:
    kind = column.type
    if pa.types.is_floating(kind):
        numbers = column.to_numpy(zero_copy_only=False)
        with np.errstate(invalid="ignore"):
            whole = np.isnan(numbers) | ((numbers == np.floor(numbers)) & (np.abs(numbers) < _EXACT))
        if whole.all():
            column = pc.cast(pc.if_else(pa.array(np.isnan(numbers)), None, column), pa.int64())
    elif pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        column = pc.strftime(column, format="%Y%m%d")
    elif pa.types.is_boolean(kind):
        column = pc.cast(column, pa.int8())
    text = column if pa.types.is_string(column.type) else pc.cast(column, pa.string())
    return Converted(_mapped(text, tidy, pa.string()), _nothing_lost(column))


def _number(text: str | None) -> float | None:
    tidied = tidy(text)
    if tidied is None:
        return None
    try:
        number = float(tidied.replace(",", "").replace("，", "").replace("_", "x"))
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def _numbers(column: pa.Array) -> tuple[pa.Array, BoolArray]:
    """Any column as float64 with nulls, and what would not become a number."""
    if pa.types.is_string(column.type):
        values = _mapped(column, _number, pa.float64())
        return values, _lost(column, values)
    if pa.types.is_floating(column.type):
        values = pc.cast(column, pa.float64())
        finite = pc.is_finite(values)
        infinite = np.asarray(pc.fill_null(pc.is_inf(values), False).to_numpy(zero_copy_only=False))
        return (
            values if pc.all(finite, skip_nulls=True).as_py() else pc.if_else(finite, values, None)
        ), infinite
    try:
        return pc.cast(column, pa.float64()), _nothing_lost(column)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        empty = pa.nulls(len(column), pa.float64())
        return empty, np.asarray(column.is_valid().to_numpy(zero_copy_only=False))


def _decimal(column: pa.Array, decimals: int | None) -> Converted:
    values, lost = _numbers(column)
    if decimals is None:
        return Converted(values, lost)
    raw: Float64Array = values.to_numpy(zero_copy_only=False)
    neat = half_up(raw, decimals)
    with np.errstate(invalid="ignore"):
        rounded = int((np.abs(neat - raw) > 1e-9 * np.maximum(1.0, np.abs(raw))).sum())
    return Converted(
        pa.array(neat, pa.float64(), mask=values.is_null().to_numpy(zero_copy_only=False)), lost, rounded
    )


def _whole(column: pa.Array) -> Converted:
    if pa.types.is_integer(column.type):
        return Converted(pc.cast(column, pa.int64()), _nothing_lost(column))
    values, lost = _numbers(column)
    raw: Float64Array = values.to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):
        broken = ~np.isnan(raw) & ((raw != np.floor(raw)) | (np.abs(raw) > _EXACT))
    gone = broken | np.isnan(raw)
    whole = np.where(gone, 0.0, raw).astype(np.int64)
    return Converted(pa.array(whole, pa.int64(), mask=gone), lost | broken)


def read_date(text: str | None) -> date | None:
    """20240101, 2024-01-01, 2024/1/1, 2024.1.1, 2024年1月1日; None where it is none of them or no day of the calendar."""
    tidied = tidy(text)
    found = _DATE.fullmatch(tidied) if tidied else None
    if found is None or (tidied is not None and tidied.isdigit() and len(tidied) != 8):
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


def _date(column: pa.Array) -> Converted:
    kind = column.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return Converted(
            pc.cast(pc.cast(column, pa.date32(), safe=False), pa.date32()), _nothing_lost(column)
        )
    text = column if pa.types.is_string(kind) else _text(column).values
    values = _mapped(text, read_date, pa.date32())
    return Converted(values, _lost(text, values))
