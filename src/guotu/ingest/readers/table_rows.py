"""Inside the sandbox: the rows of a delimited text or of a worksheet, as lists of texts."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TextIO

import pyarrow as pa
import pyogrio
from pyogrio.raw import open_arrow

from guotu.errors import Place
from guotu.errors.files import FILE_DAMAGED, TEXT_DAMAGED
from guotu.ingest.encoding import EncodingChoice, codec_named, first_damage, label, shown

Row = list[str | None]

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_DELIMITERS = ",\t;|，"
_SAMPLE_LINES = 50
_LONGEST_CELL = 64 << 20
_XLSX_ROWS = 4096


@dataclass(frozen=True, slots=True)
class TextForm:
    """How a delimited text is written."""

    encoding: EncodingChoice
    delimiter: str


@cache
def text_form(path: str, asked: str | None) -> TextForm:
    """Encoding and delimiter of a text table.

    Raises   GT-1119 unknown encoding asked for, GT-1120 text in no known encoding, with its line
    """
    encoding = _encoding(path, asked)
    with _opened(path, encoding.codec) as file:
        lines = list(islice(file, _SAMPLE_LINES))
    return TextForm(encoding, _delimiter(lines))


def text_rows(path: str, form: TextForm) -> Iterator[tuple[int, Row]]:
    """(line, cells) of every row that is not blank; empty cells are None.

    Raises   GT-1115 a quote that is never closed, a stray NUL, a cell beyond 64 MB
    """
    csv.field_size_limit(_LONGEST_CELL)
    with _opened(path, form.encoding.codec) as file:
        rows = csv.reader(file, delimiter=form.delimiter, strict=True, skipinitialspace=True)
        while True:
            line = rows.line_num + 1
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error as problem:
                raise _unreadable(line, problem) from None
            if any("\x00" in cell for cell in cells):
                raise _unreadable(line, csv.Error("NUL"))
            if any(cell and not cell.isspace() for cell in cells):
                yield line, [cell if cell and not cell.isspace() else None for cell in cells]


def sheets(path: str) -> list[str]:
    """Names of the worksheets that hold anything."""
    names = [str(name) for name, _ in pyogrio.list_layers(path)]
    return [name for name in names if next(sheet_rows(path, name), None) is not None]


def sheet_rows(path: str, sheet: str) -> Iterator[tuple[int, Row]]:
    """(row number, cells) of every row that is not blank, formulas as their stored values, dates as y/m/d."""
    with open_arrow(path, layer=sheet, batch_size=_XLSX_ROWS) as (_, stream):
        line = 0
        for batch in pa.RecordBatchReader.from_stream(stream):
            columns = [column.to_pylist() for column in batch.columns]
            for cells in zip(*columns, strict=True):
                line += 1
                row = [_cell(cell) for cell in cells]
                if any(cell is not None for cell in row):
                    yield line, row


def _cell(value: object) -> str | None:
    text = None if value is None else str(value)
    return None if not text or text.isspace() else text


def _opened(path: str, codec: str) -> TextIO:
    return open(path, encoding=codec, newline="")


def _unreadable(line: int, problem: csv.Error) -> Exception:
    never_closed = "end of data" in str(problem)
    zh = f"第 {line} 行起引号没有闭合" if never_closed else f"第 {line} 行不是有效的 CSV"
    en = f"a quote opened in line {line} is never closed" if never_closed else f"line {line} is no valid CSV"
    return FILE_DAMAGED(place=Place(row=line), name="", format="CSV", reason_zh=zh, reason_en=en)


def _encoding(path: str, asked: str | None) -> EncodingChoice:
    with open(path, "rb") as file:
        head = file.read(4)
    marked = next((codec for mark, codec in _MARKS.items() if head.startswith(mark)), None)
    if marked is not None and first_damage(path, marked) is None:
        return EncodingChoice(marked, "文件开头的字节序标记说明编码", "told by its byte-order mark")
    codec = codec_named(asked) if asked else ""
    if codec:
        _refuse_damage(path, codec)
        return EncodingChoice(codec, f"按指定的编码 {label(codec)} 读取", f"read as {label(codec)}, as asked")
    if first_damage(path, "utf-8") is None:
        return EncodingChoice("utf-8", "全部文字符合 UTF-8", "all of its text is UTF-8")
    _refuse_damage(path, "gb18030")
    zh, en = "不符合 UTF-8，全部文字符合 GB18030", "it is not UTF-8, all of its text is GB18030"
    return EncodingChoice("gb18030", zh, en)


def _refuse_damage(path: str, codec: str) -> None:
    damage = first_damage(path, codec)
    if damage is not None:
        line, raw = damage
        raise TEXT_DAMAGED(place=Place(row=line), name="", encoding=label(codec), bytes=shown(raw))


def _delimiter(lines: list[str]) -> str:
    """The mark that cuts most lines into the same number of cells, more cells before fewer; a full-width comma last."""
    best, merit = ",", (0.0, 0)
    for mark in _DELIMITERS:
        counts = [len(cells) for cells in _cut(lines, mark) if cells]
        widest = max(set(counts), key=lambda width: (counts.count(width), width), default=1)
        share = counts.count(widest) / len(counts) if widest > 1 else 0.0
        found = (round(share, 1), 0 if mark == "，" else widest)
        if share and found > merit:
            best, merit = mark, found
    return best


def _cut(lines: list[str], mark: str) -> list[list[str]]:
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(csv.reader(lines, delimiter=mark, skipinitialspace=True))
    return [row for row in rows if any(re.search(r"\S", cell) for cell in row)]
