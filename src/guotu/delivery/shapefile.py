"""Shapefiles: shapes, index and table written side by side from batches; shells clockwise as the format wants them."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyproj import CRS

from guotu.delivery.dbf import DbfFile, columns_of
from guotu.delivery.outgoing import Outgoing
from guotu.errors.export import FILE_TOO_LARGE, ROW_NOT_CARRIED
from guotu.kernel.wkb import lay_out
from guotu.model.arrays import BoolArray, Float64Array, Int64Array
from guotu.model.change import GEOMETRY
from guotu.model.schema import GeometryKind

LIMIT: Final = 2**31 - 1
"""Bytes of a .shp or .dbf that every program reads."""
_POINT, _LINE, _POLYGON = 1, 3, 5
_KINDS = {GeometryKind.POINT: _POINT, GeometryKind.LINE: _LINE, GeometryKind.POLYGON: _POLYGON}
_HEAD = 100
_Words = npt.NDArray[np.int32]


def write_shapefile(outgoing: Outgoing, target: Path) -> dict[str, Any]:
    """`.shp`, `.shx`, `.dbf`, `.prj` and `.cpg` beside `target`; a table is a lone `.dbf`.

    `options["encoding"]`: utf-8 (default) or gbk. Raises GT-6007 before anything is written where the rows alone pass 2 GB,
    else as soon as the shapes do; GT-6013 for a text over 254 bytes
    """
    encoding = outgoing.options.get("encoding", "utf-8")
    check_rows(outgoing)
    today = (outgoing.made or datetime(2000, 1, 1, tzinfo=UTC)).date()
    with ExitStack() as opened:
        table = DbfFile(target.with_suffix(".dbf"), outgoing.fields, outgoing.schema.code, encoding)
        opened.callback(table.abandon)
        shapes = _Shapes(target, _KINDS[outgoing.kind], opened) if outgoing.spatial else None
        for batch in outgoing.tables():
            table.append(batch)
            if table.row_width * table.rows > LIMIT:
                raise _too_large("dbf", table.row_width * table.rows)
            if shapes:
                shapes.append(batch.column(GEOMETRY))
        _finish(outgoing, target, table, shapes, today)
    target.with_suffix(".cpg").write_text({"utf-8": "UTF-8", "gbk": "GBK"}[encoding], encoding="ascii")
    renamed = {column.field.code: column.name for column in table.columns if column.name != column.field.code}
    remarks = {"encoding": encoding, "widened": table.widened, "renamed": renamed}
    return {name: value for name, value in remarks.items() if value}


def check_rows(outgoing: Outgoing) -> None:
    """Raises GT-6007 where the table, or the least that shapes take, is sure to pass the limit."""
    if outgoing.rows is None:
        return
    width = 1 + sum(column.width for column in columns_of(outgoing.fields))
    least = {_POINT: 28, _LINE: 88, _POLYGON: 120}.get(_KINDS.get(outgoing.kind, 0), 0)
    for part, size in (("dbf", width * outgoing.rows), ("shp", least * outgoing.rows)):
        if size > LIMIT:
            raise _too_large(part, size)


def _too_large(part: str, size: int) -> Exception:
    return FILE_TOO_LARGE(
        format="Shapefile", part=f".{part}", size=f"{size / 2**30:.2f} GB", limit=f"{LIMIT / 2**30:.0f} GB"
    )


def _finish(outgoing: Outgoing, target: Path, table: DbfFile, shapes: _Shapes | None, today: date) -> None:
    table.close(today)
    if shapes is None:
        return
    shapes.close()
    wkt = CRS.from_epsg(outgoing.crs.epsg).to_wkt("WKT1_ESRI")
    target.with_suffix(".prj").write_text(wkt, encoding="ascii")


class _Shapes:
    """`.shp` and `.shx` that grow; `close` writes their heads."""

    def __init__(self, target: Path, kind: int, opened: ExitStack) -> None:
        self._kind = kind
        self._shapes: IO[bytes] = opened.enter_context(target.with_suffix(".shp").open("w+b"))
        self._index: IO[bytes] = opened.enter_context(target.with_suffix(".shx").open("w+b"))
        self._at, self._count = _HEAD, 0
        self._box: Float64Array = np.array([np.inf, np.inf, -np.inf, -np.inf])
        for file in (self._shapes, self._index):
            file.write(bytes(_HEAD))

    def append(self, wkb: pa.Array) -> None:
        """Records of a batch; raises GT-6007 where the file would pass the limit."""
        layout = lay_out(wkb)
        if self._kind == _POINT and layout.largest > 1:
            raise ROW_NOT_CARRIED(
                format="Shapefile", reason_zh="一个要素有几个点", reason_en="it has several points"
            )
        xy, starts = layout.coordinates()
        lengths, words = _records(layout, xy, starts, self._kind)
        offsets = self._at + np.concatenate([[0], np.cumsum(8 + lengths)])
        if offsets[-1] > LIMIT:
            raise _too_large("shp", int(offsets[-1]))
        numbers = np.arange(self._count + 1, self._count + 1 + len(lengths))
        at = (offsets[:-1] - self._at) // 4
        words[at], words[at + 1] = numbers.astype(">i4").view("<i4"), (lengths // 2).astype(">i4").view("<i4")
        self._shapes.write(words.tobytes())
        entries = np.column_stack([offsets[:-1] // 2, lengths // 2]).astype(">i4")
        self._index.write(entries.tobytes())
        self._at, self._count = int(offsets[-1]), self._count + len(lengths)
        if len(xy):
            self._box[:2] = np.minimum(self._box[:2], xy.min(axis=0))
            self._box[2:] = np.maximum(self._box[2:], xy.max(axis=0))

    def close(self) -> None:
        for file, size in ((self._shapes, self._at), (self._index, _HEAD + 8 * self._count)):
            head = np.zeros(_HEAD // 4, "<i4")
            head[0], head[6] = np.array([9994, size // 2], ">i4").view("<i4")
            head[7], head[8] = 1000, self._kind
            head[9:17] = np.where(np.isfinite(self._box), self._box, 0.0).view("<i4")
            file.seek(0)
            file.write(head.tobytes())


def _records(layout: Any, xy: Float64Array, starts: Int64Array, kind: int) -> tuple[Int64Array, _Words]:
    """Content lengths in bytes (n,), and all records as 4-byte words with room for their heads."""
    parts, points = np.diff(layout.first), layout.vertices
    some = points > 0
    lengths = np.where(some, 20 if kind == _POINT else 44 + 4 * parts + 16 * points, 4)
    offsets = np.concatenate([[0], np.cumsum(8 + lengths)])
    words = np.zeros(int(offsets[-1]) // 4, np.int32)
    body = offsets[:-1] // 4 + 2
    words[body[some]] = kind
    if not len(xy):
        return lengths, words
    row_of = np.repeat(np.arange(len(layout)), points)
    rank = np.arange(len(xy)) - (np.cumsum(points) - points)[row_of]
    if kind == _POINT:
        _put(words, body[some] + 1, xy[np.flatnonzero(rank == 0)].view(np.int32).reshape(-1, 4))
        return lengths, words
    _put(words, body[some] + 1, _boxes(xy, np.flatnonzero(rank == 0)).view(np.int32).reshape(-1, 8))
    words[body[some] + 9], words[body[some] + 10] = parts[some], points[some]
    _part_starts(words, body, layout, starts)
    if kind == _POLYGON:
        xy = _turned(xy, starts, layout.shell)
    first = body + 11 + parts
    _put(words, first[row_of] + 4 * rank, np.ascontiguousarray(xy).view(np.int32).reshape(-1, 4))
    return lengths, words


def _part_starts(words: _Words, body: Int64Array, layout: Any, starts: Int64Array) -> None:
    """Where each part begins among the points of its record."""
    row_of = np.repeat(np.arange(len(layout)), np.diff(layout.first))
    rank = np.arange(len(row_of)) - layout.first[:-1][row_of]
    words[body[row_of] + 11 + rank] = starts[:-1] - starts[layout.first[:-1]][row_of]


def _put(words: _Words, at: Int64Array, rows: _Words) -> None:
    """Rows of words to their places."""
    for step in range(rows.shape[1]):
        words[at + step] = rows[:, step]


def _boxes(xy: Float64Array, begins: Int64Array) -> Float64Array:
    west, south = (np.minimum.reduceat(xy[:, axis], begins) for axis in (0, 1))
    east, north = (np.maximum.reduceat(xy[:, axis], begins) for axis in (0, 1))
    return np.ascontiguousarray(np.column_stack([west, south, east, north]))


def _turned(xy: Float64Array, starts: Int64Array, shell: BoolArray) -> Float64Array:
    """Rings with shells clockwise and holes the other way round."""
    sizes = np.diff(starts)
    path_of = np.repeat(np.arange(len(sizes)), sizes)
    rank = np.arange(len(xy)) - starts[:-1][path_of]
    local = xy - xy[starts[:-1]][path_of]  # seen from its own first vertex a small ring keeps its sign
    cross = np.append(local[1:, 0] * local[:-1, 1] - local[:-1, 0] * local[1:, 1], 0.0)
    clockwise = np.add.reduceat(cross, starts[:-1]) > 0
    turn = clockwise != shell
    source = np.where(turn[path_of], starts[1:][path_of] - 1 - rank, starts[:-1][path_of] + rank)
    return np.asarray(xy[source])
