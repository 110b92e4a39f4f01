# ruff: noqa: ARG001 - every reader is asked alike
"""Inside the sandbox: a personal geodatabase (Access) by the programs of mdbtools; its shapes are decoded by us."""

from __future__ import annotations

import csv
import io
import struct
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pyarrow as pa
import shapely

from guotu.errors import GuotuError, Place
from guotu.errors.files import FILE_DAMAGED, TEXT_DAMAGED
from guotu.ingest.readers.esri_shape import Shape, decode
from guotu.ingest.readers.vector import GEOMETRY, Emit, emit_batches

_ROWS = 2048
_SAMPLE = 400
_UNREADABLE = struct.pack("<BIIIdd", 1, 3, 1, 1, 0.0, 0.0)
"""WKB of a ring of one point, for a shape that cannot be one: the gate says so by its row."""
_SYSTEM = ("GDB_", "MSys", "Selections", "SelectedObjects", "~")
_INDEX = "_SHAPE_Index"
_KINDS = {1: "Point", 2: "Point", 3: "LineString", 4: "Polygon"}
"""The shape types of GDB_GeomColumns."""
_FORMATS = ("-b", "hex", "-D", "%Y%m%d", "-T", "%Y-%m-%d %H:%M:%S")

Row = list[str]


@dataclass(frozen=True, slots=True)
class Layer:
    """A table: where its shapes are (None: nowhere), their kind, its system."""

    name: str
    shape: str | None = None
    kind: str | None = None
    crs: str | None = None


@dataclass(slots=True)
class Seen:
    """A table walked once."""

    header: Row
    count: int = 0
    nulls: int = 0
    unreadable: int = 0
    heights: int = 0
    measures: int = 0
    curves: int = 0
    sample: list[list[float]] = field(default_factory=list)


def prepare(driver: str, options: dict[str, str]) -> None:
    """Room for shapes of millions of points in one cell."""
    csv.field_size_limit(1 << 30)


@contextmanager
def _running(*command: str) -> Iterator[io.TextIOWrapper]:
    """The output of a program of mdbtools as text; raises GT-1115 where it fails."""
    with (
        tempfile.TemporaryFile(dir=".") as said,
        subprocess.Popen(  # noqa: S603 fixed programs, a path of our own
            command, stdout=subprocess.PIPE, stderr=said, stdin=subprocess.PIPE
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdin.close()
        finished = False
        try:
            yield io.TextIOWrapper(process.stdout, encoding="utf-8", newline="")
            finished = True
        except UnicodeDecodeError as problem:
            raw = problem.object[problem.start : problem.start + 8]
            raise TEXT_DAMAGED(name="", encoding="UTF-8", bytes=raw.hex(" ")) from None
        finally:
            if not finished:
                process.kill()
        failed = process.wait() != 0
        said.seek(0)
        complaint = said.read(500).decode("utf-8", "replace").strip()
        if failed:
            raise _damaged(complaint or f"{command[0]} {process.returncode}")


def _damaged(reason: str) -> GuotuError:
    reason = reason.replace("{", "(").replace("}", ")")
    return FILE_DAMAGED(
        name="", format="MDB", reason_zh=f"读取程序报告“{reason}”", reason_en=f"the reader reports {reason!r}"
    )


@contextmanager
def _exported(path: str, table: str) -> Iterator[tuple[Row, Iterator[Row]]]:
    """The header and the rows of a table, every value as text."""
    with _running("mdb-export", *_FORMATS, path, table) as text:
        rows = csv.reader(text)
        try:
            header = next(rows, [])
            yield header, rows
        except csv.Error as problem:
            raise _damaged(f"{table}: {problem}") from None


def _small(path: str, table: str, names: tuple[str, ...]) -> list[dict[str, str]]:
    """A system table as a list, nothing where it is missing."""
    if table not in names:
        return []
    with _exported(path, table) as (header, rows):
        return [dict(zip(header, row, strict=False)) for row in rows]


@cache
def tables(path: str) -> tuple[str, ...]:
    """Names of all tables but Access's own; raises GT-1115."""
    with _running("mdb-tables", "-1", path) as text:
        return tuple(line.rstrip("\r\n") for line in text if line.strip())


@cache
def layers(path: str) -> dict[str, Layer]:
    """Feature classes first, then the tables that are no part of the geodatabase's own book-keeping."""
    names = tables(path)
    systems = {row.get("SRID", ""): row.get("SRTEXT", "") for row in _small(path, "GDB_SpatialRefs", names)}
    found: dict[str, Layer] = {}
    for row in _small(path, "GDB_GeomColumns", names):
        name = row.get("TableName", "")
        if name in names:
            kind = _KINDS.get(int(row.get("ShapeType", "0") or 0))
            crs = systems.get(row.get("SRID", ""), "").strip()
            crs = crs if crs.startswith(("PROJCS", "GEOGCS")) else ""
            found[name] = Layer(name, row.get("FieldName") or None, kind, crs or None)
    for name in names:
        if name not in found and not name.startswith(_SYSTEM) and not name.endswith(_INDEX):
            found[name] = Layer(name)
    return found


def _columns(path: str, layer: str, header: Row) -> list[dict[str, str]]:
    """What the geodatabase calls the columns, and the domain it names for them."""
    names = tables(path)
    ids = {row.get("ID") for row in _small(path, "GDB_ObjectClasses", names) if row.get("Name") == layer}
    told = {
        row.get("FieldName", ""): row
        for row in _small(path, "GDB_FieldInfo", names)
        if row.get("ClassID") in ids
    }
    return [
        {
            "name": name,
            "alias": told.get(name, {}).get("AliasName", ""),
            "domain": told.get(name, {}).get("DefaultDomainName", ""),
        }
        for name in header
    ]


@cache
def walked(path: str, name: str) -> Seen:
    """Count and look over a table."""
    layer = layers(path)[name]
    with _exported(path, name) as (header, rows):
        seen = Seen(header)
        at = header.index(layer.shape) if layer.shape in header else -1
        for row in rows:
            seen.count += 1
            _look(row[at] if 0 <= at < len(row) else "", seen)
    return seen


def _look(cell: str, seen: Seen) -> None:
    shape = _shape(cell)
    if shape is None:
        seen.unreadable += 1
        return
    seen.heights += shape.heights
    seen.measures += shape.measures
    seen.curves += shape.curves
    if shape.geometry is None:
        seen.nulls += 1
    elif len(seen.sample) < _SAMPLE:
        seen.sample.append(shapely.get_coordinates(shape.geometry)[0].tolist())


def _shape(cell: str) -> Shape | None:
    """The shape of a cell, None where it cannot be one."""
    try:
        return decode(bytes.fromhex(cell)) if cell else Shape(None)
    except ValueError:
        return None


def describe(emit: Emit, path: str, layer: str | None, encoding: str | None) -> None:
    """All feature classes and tables, the wanted one in full."""
    found = layers(path)
    emit(b"J", {"names": list(found), "layers": [] if layer is None else [_described(path, found[layer])]})


def _described(path: str, layer: Layer) -> dict[str, Any]:
    seen = walked(path, layer.name)
    fields = [name for name in seen.header if name != layer.shape]
    return {
        "name": layer.name,
        "fields": fields,
        "geometry_type": layer.kind if layer.shape in seen.header else None,
        "count": seen.count,
        "crs": layer.crs,
        "sample": seen.sample,
        "kinds": [],
        "encoding": ["utf-8", "数据库内为 Unicode", "the database holds Unicode"],
        "columns": _columns(path, layer.name, fields),
        "warnings": list(_warnings(seen)) if layer.shape else [],
    }


def _warnings(seen: Seen) -> Iterator[tuple[str, str]]:
    if seen.heights:
        yield (
            f"{seen.heights} 个图形带高程（Z），未入库",
            f"{seen.heights} shapes have heights (Z), left behind",
        )
    if seen.measures:
        yield (
            f"{seen.measures} 个图形带测量值（M），未入库",
            f"{seen.measures} shapes have measures (M), left behind",
        )
    if seen.curves:
        yield (
            f"{seen.curves} 个图形有曲线，已折线化（离差不超过 0.01 m）",
            f"{seen.curves} shapes have curves, turned into chords within 0.01 m",
        )
    if seen.nulls:
        yield f"{seen.nulls} 条记录没有图形", f"{seen.nulls} rows have no shape"
    if seen.unreadable:
        yield f"{seen.unreadable} 个图形读不懂", f"{seen.unreadable} shapes cannot be read"


def read(emit: Emit, path: str, layer: str, encoding: str | None, columns: list[str]) -> None:
    """The rows in the order of the table."""
    emit_batches(emit, _batches(path, layers(path)[layer], columns))


def _batches(path: str, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
    with _exported(path, layer.name) as (header, rows):
        at = header.index(layer.shape) if layer.shape in header else None
        some: list[Row] = []
        for number, row in enumerate(rows, start=1):
            if len(row) != len(header):
                place = Place(layer=layer.name, row=number)
                zh, en = f"第 {number} 行的列数不对", f"row {number} has a wrong number of columns"
                raise FILE_DAMAGED(place=place, name="", format="MDB", reason_zh=zh, reason_en=en)
            some.append(row)
            if len(some) >= _ROWS:
                yield _batch(some, at, columns)
                some = []
        if some:
            yield _batch(some, at, columns)


def _batch(rows: list[Row], at: int | None, columns: list[str]) -> pa.RecordBatch:
    width = len(rows[0])
    arrays = [pa.array([row[k] or None for row in rows], pa.string()) for k in range(width) if k != at]
    if at is None:
        return pa.RecordBatch.from_arrays(arrays, names=columns)
    wkb = pa.array([_wkb(row[at]) for row in rows], pa.binary())
    return pa.RecordBatch.from_arrays([*arrays, wkb], names=[*columns, GEOMETRY])


def _wkb(cell: str) -> bytes | None:
    shape = _shape(cell)
    if shape is None:
        return _UNREADABLE
    return None if shape.geometry is None else bytes(shapely.to_wkb(shape.geometry, byte_order=1))


ANSWERS: dict[str, Callable[..., None]] = {"describe": describe, "read": read}
