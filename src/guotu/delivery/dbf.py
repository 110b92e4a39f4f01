"""The attribute table of a shapefile: rows of fixed width by the schema, widened only where a value needs it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from guotu.errors import Place
from guotu.errors.export import VALUE_TOO_LONG
from guotu.model.schema import Field, FieldType

WIDEST: Final = 254
_UNSAID_TEXT, _UNSAID_NUMBER = 100, 19
_ROWS_A_COPY = 8192
_Bytes = npt.NDArray[np.uint8]


@dataclass(slots=True)
class Column:
    """A column as its descriptor says: name (at most ten bytes), letter, width, decimals."""

    field: Field
    name: str
    letter: bytes
    width: int
    decimals: int


def columns_of(fields: tuple[Field, ...]) -> list[Column]:
    """Columns by the schema's types and lengths; where it gives none, wide enough for most."""
    names = dbf_names([field.code for field in fields])
    return [_column(field, name) for field, name in zip(fields, names, strict=True)]


def dbf_names(codes: list[str]) -> list[str]:
    """Names of at most ten bytes, all different; a standard's codes fit as they are."""
    taken: list[str] = []
    for code in codes:
        name, number = code.encode()[:10].decode(errors="ignore"), 1
        while name in taken:
            name = f"{code.encode()[:8].decode(errors='ignore')}_{number}"
            number += 1
        taken.append(name)
    return taken


def _column(field: Field, name: str) -> Column:
    match field.type:
        case FieldType.DATE:
            return Column(field, name, b"D", 8, 0)
        case FieldType.INT:
            return Column(field, name, b"N", field.length or _UNSAID_NUMBER, 0)
        case FieldType.FLOAT:
            width = field.length or _UNSAID_NUMBER
            decimals = field.decimals if field.decimals is not None else max(width - 10, 0)
            return Column(field, name, b"N", max(width, decimals + 2 if decimals else 1), decimals)
        case _:
            return Column(field, name, b"C", min(field.length or _UNSAID_TEXT, WIDEST), 0)


class DbfFile:
    """A table that grows batch by batch; `close` writes its head. Text is UTF-8 unless told otherwise."""

    def __init__(self, path: Path, fields: tuple[Field, ...], layer: str, encoding: str = "utf-8") -> None:
        self._path, self._layer, self._encoding = path, layer, encoding
        self.columns = columns_of(fields) or [Column(Field("ID", "序号", FieldType.INT, 9), "ID", b"N", 9, 0)]
        self._numbered = not fields
        self._planned = [column.width for column in self.columns]
        self.rows = 0
        self._body: IO[bytes] = path.with_suffix(".rows").open("w+b")

    @property
    def row_width(self) -> int:
        return 1 + sum(column.width for column in self.columns)

    @property
    def widened(self) -> dict[str, int]:
        """Fields that had to be wider than their schema says, with their width."""
        pairs = zip(self.columns, self._planned, strict=True)
        return {column.field.code: column.width for column, planned in pairs if column.width > planned}

    def append(self, batch: pa.RecordBatch) -> None:
        """Rows of the fields in order; raises GT-6013 for a value that no DBF holds."""
        if self._numbered:
            numbers = np.arange(self.rows + 1, self.rows + 1 + batch.num_rows)
            batch = pa.RecordBatch.from_pydict({"ID": numbers})
        cells = [self._cells(batch.column(at), column) for at, column in enumerate(self.columns)]
        self._widen([max(c.width, grid.shape[1]) for c, grid in zip(self.columns, cells, strict=True)])
        rows = np.full((batch.num_rows, self.row_width), 0x20, np.uint8)
        at = 1
        for column, grid in zip(self.columns, cells, strict=True):
            right = column.letter == b"N"  # numbers stand to the right
            start = at + column.width - grid.shape[1] if right else at
            rows[:, start : start + grid.shape[1]] = grid
            at += column.width
        self._body.write(rows.tobytes())
        self.rows += batch.num_rows

    def close(self, today: date) -> None:
        """Put head and rows together."""
        self._body.seek(0)
        with self._path.open("wb") as target:
            target.write(self._head(today))
            while chunk := self._body.read(1 << 20):
                target.write(chunk)
            target.write(b"\x1a")
        self.abandon()

    def abandon(self) -> None:
        self._body.close()
        self._path.with_suffix(".rows").unlink(missing_ok=True)

    def _head(self, today: date) -> bytes:
        language = {"utf-8": 0x00, "gbk": 0x4D}[self._encoding]
        length = 33 + 32 * len(self.columns)
        head = bytes([3, today.year - 1900, today.month, today.day]) + self.rows.to_bytes(4, "little")
        head += length.to_bytes(2, "little") + self.row_width.to_bytes(2, "little")
        head += bytes(17) + bytes([language]) + bytes(2)
        for column in self.columns:
            head += column.name.encode(self._encoding).ljust(11, b"\0") + column.letter + bytes(4)
            head += bytes([column.width, column.decimals]) + bytes(14)
        return head + b"\r"

    def _cells(self, values: pa.Array, column: Column) -> _Bytes:
        """Bytes (rows, widest of them), padded with blanks: to the right, numbers to the left."""
        coded = values.dictionary_encode()
        words = [self._word(value, column) for value in coded.dictionary.to_pylist()]
        longest = max(map(len, words), default=0)
        if longest > WIDEST:
            row = int(np.argmax([len(w) == longest for w in words]))
            raise VALUE_TOO_LONG(
                place=Place(layer=self._layer, field=column.field.code),
                format="Shapefile", field=column.field.code, size=f"{len(words[row])} B", limit=f"{WIDEST} B",
            )  # fmt: skip
        pad = bytes.rjust if column.letter == b"N" else bytes.ljust
        table = b"".join(pad(word, longest) for word in [*words, b""])
        grid = np.frombuffer(table, np.uint8).reshape(len(words) + 1, longest)
        places = coded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
        return np.asarray(grid[places])

    def _word(self, value: Any, column: Column) -> bytes:
        if value is None or value != value:
            return b""
        match column.letter:
            case b"D":
                return f"{value:%Y%m%d}".encode()
            case b"N" if isinstance(value, float):
                return _number(value, column)
            case b"N":
                return str(value).encode()
        return str(value).replace("\0", " ").encode(self._encoding, "xmlcharrefreplace")

    def _widen(self, widths: list[int]) -> None:
        """Copy the rows so far into wider columns, if any has become wider."""
        before = [column.width for column in self.columns]
        if widths == before:
            return
        old_width = self.row_width
        for column, width in zip(self.columns, widths, strict=True):
            column.width = width
        with self._path.with_suffix(".wider").open("w+b") as wider:
            self._body.seek(0)
            while chunk := self._body.read(old_width * _ROWS_A_COPY):
                old = np.frombuffer(chunk, np.uint8).reshape(-1, old_width)
                new = np.full((len(old), self.row_width), 0x20, np.uint8)
                self._move(old, new, before)
                wider.write(new.tobytes())
        self._body.close()
        os.replace(self._path.with_suffix(".wider"), self._path.with_suffix(".rows"))
        self._body = self._path.with_suffix(".rows").open("r+b")
        self._body.seek(0, os.SEEK_END)

    def _move(self, old: _Bytes, new: _Bytes, before: list[int]) -> None:
        from_, to = 1, 1
        for column, width in zip(self.columns, before, strict=True):
            start = to + (column.width - width if column.letter == b"N" else 0)
            new[:, start : start + width] = old[:, from_ : from_ + width]
            from_, to = from_ + width, to + column.width


def _number(value: float, column: Column) -> bytes:
    """With the schema's decimals; where it names none, the shortest text that gives the number back."""
    if column.field.decimals is not None:
        return f"{value:.{column.decimals}f}".encode()
    return np.format_float_positional(value, trim="-").encode()
