"""Inside the sandbox: a CSV text or an XLSX workbook as layers, every value as its text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import Any

import pyarrow as pa

from guotu.errors import Place
from guotu.errors.files import TABLE_ROW
from guotu.ingest.readers import vector
from guotu.ingest.readers.table_rows import Row, TextForm, sheet_rows, sheets, text_form, text_rows
from guotu.ingest.readers.table_shape import HEAD_ROWS, Shape, sample, shape_of
from guotu.ingest.readers.vector import GEOMETRY, MAX_ROWS, Emit, emit_batches, left_behind
from guotu.ingest.readers.wkb_guard import type_names
from guotu.ingest.readers.xml_guard import check_package

_BATCH_CHARACTERS = 8 << 20


def prepare(driver: str, options: dict[str, str]) -> None:
    """A text needs no driver of GDAL's, a workbook only one."""
    if driver:
        vector.prepare(driver, options)


def describe(emit: Emit, path: str, layer: str | None, encoding: str | None) -> None:
    """The tables with their fields, counts and a sample of coordinates."""
    if _is_workbook(path):
        check_package(path, "XLSX")
    names = _tables(path)
    emit(b"J", {"names": names, "layers": [] if layer is None else [_described(path, layer, encoding)]})


def read(emit: Emit, path: str, layer: str, encoding: str | None, columns: list[str]) -> None:
    """The rows under the header; `columns` are the attributes as described."""
    shape = _shape(path, layer, encoding)
    emit_batches(emit, _batches(path, layer, encoding, shape, columns))


def _tables(path: str) -> list[str]:
    return sheets(path) if _is_workbook(path) else ["data"]


def _is_workbook(path: str) -> bool:
    return path.endswith(".xlsx")


def _rows(path: str, layer: str, encoding: str | None) -> Iterator[tuple[int, Row]]:
    if _is_workbook(path):
        return sheet_rows(path, layer)
    return text_rows(path, _form(path, encoding))


def _form(path: str, encoding: str | None) -> TextForm:
    return text_form(path, encoding)


@cache
def _shape(path: str, layer: str, encoding: str | None) -> Shape:
    return shape_of(list(islice(_rows(path, layer, encoding), HEAD_ROWS)))


def _body(
    path: str, layer: str, encoding: str | None, shape: Shape, short: list[int] | None = None
) -> Iterator[Row]:
    """The rows under the header, all as wide as it; `short` learns the lines that had fewer cells.

    Raises   GT-1133 for a row with values beyond the last named column
    """
    for line, row in _rows(path, layer, encoding):
        if line < shape.first:
            continue
        if any(cell is not None for cell in row[shape.width :]):
            raise TABLE_ROW(place=Place(row=line), name="", line=line, cells=len(row), width=shape.width)
        if len(row) < shape.width and short is not None:
            short.append(line)
        yield [*row[: shape.width], *[None] * (shape.width - len(row))]


def _described(path: str, layer: str, encoding: str | None) -> dict[str, Any]:
    shape = _shape(path, layer, encoding)
    short: list[int] = []
    head: list[Row] = []
    count = 0
    for row in _body(path, layer, encoding, shape, short):
        count += 1
        if len(head) < HEAD_ROWS:
            head.append(row)
    wkb = shape.geometry.column(head) if shape.geometry else pa.nulls(0, pa.binary())
    kinds = [name for name in type_names(wkb) if name]
    warnings = [
        *shape.warnings,
        *(left_behind("", shape.geometry.column(head, 4)) if shape.geometry and kinds else ()),
    ]
    if short:
        zh = f"有 {len(short)} 行的列数少于表头（首个在第 {short[0]} 行），缺的按空值"
        en = (
            f"{len(short)} rows have fewer cells than the header (first in line {short[0]}), taken as missing"
        )
        warnings.append((zh, en))
    return {
        "name": layer,
        "fields": [shape.names[at] for at in shape.fields],
        "geometry_type": "Unknown" if kinds else None,
        "count": count,
        "crs": f"EPSG:{shape.geometry.epsg}" if shape.geometry and shape.geometry.epsg else None,
        "sample": sample(wkb).tolist(),
        "kinds": kinds,
        "warnings": warnings,
        "encoding": None if _is_workbook(path) else _told(path, encoding),
    }


def _told(path: str, encoding: str | None) -> list[str]:
    choice = _form(path, encoding).encoding
    codec = "utf-8" if choice.codec == "utf-8-sig" else choice.codec
    return [codec, choice.zh, choice.en]


def _batches(
    path: str, layer: str, encoding: str | None, shape: Shape, columns: list[str]
) -> Iterator[pa.RecordBatch]:
    rows: list[Row] = []
    characters = 0
    for row in _body(path, layer, encoding, shape):
        rows.append(row)
        characters += sum(len(cell) for cell in row if cell)
        if len(rows) == MAX_ROWS or characters > _BATCH_CHARACTERS:
            yield _batch(rows, shape, columns)
            rows, characters = [], 0
    if rows:
        yield _batch(rows, shape, columns)


def _batch(rows: list[Row], shape: Shape, columns: list[str]) -> pa.RecordBatch:
    arrays = [pa.array([row[at] for row in rows], pa.string()) for at in shape.fields]
    names = list(columns)
    if shape.geometry is not None:
        arrays.append(shape.geometry.column(rows))
        names.append(GEOMETRY)
    return pa.RecordBatch.from_arrays(arrays, names=names)


ANSWERS: dict[str, Callable[..., None]] = {"describe": describe, "read": read}
