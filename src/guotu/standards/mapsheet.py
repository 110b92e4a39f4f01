"""Map sheet numbers (图幅号, TFH; GB/T 13989-2012) from 1:1,000,000 down to 1:2,000.

Sheets are cells of a grid in latitude and longitude; the arithmetic is in whole milliseconds of arc, so that edges are exact.
A point on an edge belongs to the sheet north or east of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from guotu.errors.schema import SHEET_INVALID
from guotu.standards import tables
from guotu.standards.tables import require

_COLUMNS = ("letter", "scale", "width_ms", "height_ms", "confidence")
_DEGREE = 3_600_000
"""Milliseconds of arc in a degree."""
_NUMBER = re.compile(r"([A-V])(\d{2})(?:([B-I])(\d{3})(\d{3}))?", re.ASCII)
_NORTHERNMOST = 88 * _DEGREE
_EQUATOR_ZONE = 31

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class SheetSeries:
    """One scale: its letter ('' for 1:1,000,000) and the size of a sheet in milliseconds of arc."""

    letter: str
    scale: int
    width: int
    height: int


@cache
def series() -> tuple[SheetSeries, ...]:
    """Every scale, from small to large."""
    rows = tables.rows("identifiers/map_sheets.csv", _COLUMNS)
    tables.require_distinct((row["letter"] for row in rows), "map_sheets")
    found = tuple(
        SheetSeries(row["letter"], int(row["scale"]), int(row["width_ms"]), int(row["height_ms"]))
        for row in rows
    )
    whole = found[0]
    for each in found:
        require(
            whole.width % each.width == whole.height % each.height == 0,
            f"map_sheets: {each.scale} does not divide",
        )
    return found


def sheet_number(longitude: float, latitude: float, scale: int) -> str:
    """The sheet of a point in degrees, north of the equator; raises GT-1310.

    (114.5625°, 39.375°) at 1:10,000 → J50G015010.
    """
    chosen = _of_scale(scale)
    east, north = round(longitude * _DEGREE), round(latitude * _DEGREE)
    if not (-180 * _DEGREE <= east < 180 * _DEGREE and 0 <= north < _NORTHERNMOST):
        reason = (f"({longitude}, {latitude}) 不在分幅范围内", f"({longitude}, {latitude}) has no sheet")
        raise SHEET_INVALID(text=scale, reason_zh=reason[0], reason_en=reason[1])
    whole = series()[0]
    number = f"{chr(ord('A') + north // whole.height)}{east // whole.width + _EQUATOR_ZONE:02d}"
    if not chosen.letter:
        return number
    row = whole.height // chosen.height - north % whole.height // chosen.height
    column = east % whole.width // chosen.width + 1
    return f"{number}{chosen.letter}{row:03d}{column:03d}"


def sheet_box(number: str) -> Box:
    """West, south, east, north of a sheet in degrees; raises GT-1310."""
    found = _NUMBER.fullmatch(number.strip().upper())
    if found is None or not 1 <= int(found[2]) <= 60:
        raise SHEET_INVALID(text=number, reason_zh="格式不对", reason_en="not the shape of one")
    whole = series()[0]
    west, south = (int(found[2]) - _EQUATOR_ZONE) * whole.width, (ord(found[1]) - ord("A")) * whole.height
    if found[3] is None:
        return _degrees(west, south, whole)
    chosen = next(each for each in series() if each.letter == found[3])
    rows, columns = whole.height // chosen.height, whole.width // chosen.width
    row, column = int(found[4]), int(found[5])
    if not (1 <= row <= rows and 1 <= column <= columns):
        zh, en = f"行号 1–{rows}、列号 1–{columns}", f"rows run 1–{rows}, columns 1–{columns}"
        raise SHEET_INVALID(text=number, reason_zh=zh, reason_en=en)
    return _degrees(west + (column - 1) * chosen.width, south + (rows - row) * chosen.height, chosen)


def sheets(box: Box, scale: int, *, most: int = 1_000) -> tuple[str, ...]:
    """The sheets that a box in degrees touches, from the north-west, row by row; raises GT-1310 beyond `most`."""
    chosen = _of_scale(scale)
    west, south, east, north = (round(value * _DEGREE) for value in box)
    columns = range(west // chosen.width, east // chosen.width + 1)
    rows = range(north // chosen.height, south // chosen.height - 1, -1)
    if len(rows) * len(columns) > most:
        zh, en = f"范围内超过 {most} 幅", f"more than {most} sheets in the box"
        raise SHEET_INVALID(text=scale, reason_zh=zh, reason_en=en)
    return tuple(_cells(chosen, rows, columns))


def _cells(chosen: SheetSeries, rows: range, columns: range) -> Iterator[str]:
    for row in rows:
        for column in columns:
            west, south = column * chosen.width, row * chosen.height
            yield sheet_number(west / _DEGREE, south / _DEGREE, chosen.scale)


def _of_scale(scale: int) -> SheetSeries:
    for each in series():
        if each.scale == scale:
            return each
    known = "、".join(str(each.scale) for each in series())
    raise SHEET_INVALID(text=f"1:{scale}", reason_zh=f"比例尺应为 {known}", reason_en=f"scales are {known}")


def _degrees(west: int, south: int, size: SheetSeries) -> Box:
    return west / _DEGREE, south / _DEGREE, (west + size.width) / _DEGREE, (south + size.height) / _DEGREE
