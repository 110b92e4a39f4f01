"""Inside the sandbox: what the rows of a table mean — where its header is, what its columns are called, where coordinates are."""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from guotu.errors.files import TABLE_NO_HEADER
from guotu.ingest.readers.table_rows import Row

HEAD_ROWS = 400
_TITLE_ROWS = 20
_MOSTLY = 0.6
_NUMBER = re.compile(r"[-+]?[\d,]*\.?\d+([eE][-+]?\d+)?%?")
_WKT = re.compile(
    r"\s*(SRID\s*=\s*(\d+)\s*;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)\s*(ZM?|M)?\s*(\(|EMPTY)",
    re.I,
)
_DMS = re.compile(
    r"\s*([-+]?\d{1,3})\s*[°度]\s*(\d{1,2})\s*[′'’分]\s*(\d{1,2}(?:\.\d+)?)?\s*(?:[″\"”秒]|'')?\s*[NE东北]?\s*"
)
_DEEPEST = 32
_UNREADABLE = struct.pack("<BIIIdd", 1, 3, 1, 1, 0.0, 0.0)
"""WKB of a ring of one point: what stands in a table for a geometry cannot be one, and the gate says so by its row."""
_PAIRS = (
    ("经度", "纬度"), ("lon", "lat"), ("lng", "lat"), ("long", "lat"), ("longitude", "latitude"), ("geox", "geoy"),
    ("easting", "northing"), ("east", "north"), ("东坐标", "北坐标"), ("横坐标", "纵坐标"), ("中心点经度", "中心点纬度"),
    ("x坐标", "y坐标"), ("坐标x", "坐标y"), ("x", "y"), ("pointx", "pointy"), ("xcoord", "ycoord"), ("coordx", "coordy"),
)  # fmt: skip
_AMBIGUOUS = {"x坐标", "坐标x", "x"}
"""Columns whose X is the easting in GIS and the northing in surveying; their values decide."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where a table's coordinates are: one column of WKT, or a column of eastings and one of northings."""

    wkt: int | None = None
    easting: int | None = None
    northing: int | None = None
    epsg: int | None = None
    warnings: tuple[tuple[str, str], ...] = ()

    def column(self, rows: Sequence[Row], dimensions: int = 2) -> pa.Array:
        """WKB of every row, null where its cells are blank; what cannot be read becomes a ring that the gate reports."""
        if self.wkt is not None:
            at = self.wkt
            return pa.array([_from_wkt(row[at], dimensions) for row in rows], pa.binary())
        east, north = self.easting or 0, self.northing or 0
        return pa.array([_point(row[east], row[north]) for row in rows], pa.binary())


@dataclass(frozen=True, slots=True)
class Shape:
    """A table understood: rows before `first` are titles and header; `fields` its attribute columns by position."""

    first: int
    width: int
    names: tuple[str, ...]
    fields: tuple[int, ...]
    geometry: Geometry | None
    warnings: tuple[tuple[str, str], ...]


def shape_of(rows: Sequence[tuple[int, Row]]) -> Shape:
    """The shape of a table from its first rows; raises GT-1132 where no row can be its header."""
    header = _header(rows)
    if header is None:
        raise TABLE_NO_HEADER(name="")
    line, cells = rows[header]
    width = max((at + 1 for at, cell in enumerate(cells) if cell), default=0)
    names = _names(cells[:width])
    body = [_fit(row, width) for _, row in rows[header + 1 :]]
    geometry = _geometry(names, body)
    fields = tuple(at for at in range(width) if geometry is None or at != geometry.wkt)
    warnings = geometry.warnings if geometry else ()
    if header:
        zh, en = (
            f"第 {line} 行是表头，其上 {header} 行是标题",
            f"row {line} is the header; {header} title rows above",
        )
        warnings = ((zh, en), *warnings)
    return Shape(line + 1, width, names, fields, geometry, warnings)


def _fit(row: Row, width: int) -> Row:
    return [*row[:width], *[None] * (width - len(row))]


def _header(rows: Sequence[tuple[int, Row]]) -> int | None:
    """The first row that names most columns of the rows to come, in words of which none comes twice or is a number."""
    filled = [[cell.strip() for cell in row if cell] for _, row in rows[:_TITLE_ROWS]]
    widest = max(map(len, filled), default=0)
    for at, cells in enumerate(filled):
        words = not any(_NUMBER.fullmatch(cell) for cell in cells)
        if cells and len(cells) >= _MOSTLY * widest and words:
            return at
    return None


def _names(cells: Row) -> tuple[str, ...]:
    """Column names; nameless ones are numbered, repeated ones get a number behind them."""
    names: list[str] = []
    for at, cell in enumerate(cells, start=1):
        name = re.sub(r"\s+", " ", (cell or "").strip("\ufeff \t\r\n*")) or f"列{at}"
        same = sum(known == name or known.startswith(f"{name}_") for known in names)
        names.append(f"{name}_{same}" if same else name)
    return tuple(names)


def _plain(name: str) -> str:
    """A column name without case, blanks, separators and units in brackets."""
    text = re.sub(r"[(（].*?[)）]", "", unicodedata.normalize("NFKC", name).lower())
    return re.sub(r"[\s_\-.:°]", "", text)


def _geometry(names: Sequence[str], body: Sequence[Row]) -> Geometry | None:
    for at in range(len(names)):
        texts = [row[at] for row in body if row[at]]
        if texts and all(_WKT.match(text or "") for text in texts[:20]):
            found = _WKT.match(texts[0] or "")
            return Geometry(wkt=at, epsg=int(found[2]) if found and found[2] else None)
    plain = [_plain(name) for name in names]
    for east, north in _PAIRS:
        if east in plain and north in plain:
            return _placed(plain.index(east), plain.index(north), east in _AMBIGUOUS, body)
    return None


def _placed(x: int, y: int, ambiguous: bool, body: Sequence[Row]) -> Geometry | None:
    pairs = np.array([(number(row[x]), number(row[y])) for row in body], np.float64).reshape(-1, 2)
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    if len(pairs) == 0:
        return None
    first, second = np.median(pairs, axis=0)
    if ambiguous and 3e5 <= first <= 6.1e6 and (second >= 1.3e7 or second < 1e6 <= first):
        zh, en = (
            "列 X 的数值是纵坐标（北），Y 是横坐标（东），按测绘习惯读取",
            "column X holds northings and Y eastings, read as surveyors write them",
        )
        return Geometry(easting=y, northing=x, warnings=((zh, en),))
    return Geometry(easting=x, northing=y)


def number(text: str | None) -> float:
    """A coordinate as a number, degrees, minutes and seconds too; NaN for anything else."""
    if text is None:
        return float("nan")
    if found := _DMS.fullmatch(text):
        degrees, minutes, seconds = (float(part or 0) for part in found.groups())
        return float(np.copysign(abs(degrees) + minutes / 60 + seconds / 3600, degrees))
    try:
        return float(text) if "_" not in text else float("nan")
    except ValueError:
        return float("nan")


def _point(east: str | None, north: str | None) -> bytes | None:
    if east is None and north is None:
        return None
    x, y = number(east), number(north)
    return struct.pack("<BIdd", 1, 1, x, y) if np.isfinite((x, y)).all() else _UNREADABLE


def _from_wkt(text: str | None, dimensions: int) -> bytes | None:
    if text is None:
        return None
    if text.upper().count("COLLECTION") > _DEEPEST:
        return _UNREADABLE
    found = _WKT.match(text)
    body = text[found.end(1) :] if found and found[1] else text
    with np.errstate(over="ignore"):
        shape = shapely.from_wkt(body, on_invalid="ignore")
    if shape is None or not np.isfinite(shapely.get_coordinates(shape)).all():
        return _UNREADABLE
    return bytes(shapely.to_wkb(shape, output_dimension=dimensions, byte_order=1))


def sample(wkb: pa.Array) -> npt.NDArray[np.float64]:
    """(n, 2) the first vertex of each geometry."""
    shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
    coordinates, index = shapely.get_coordinates(shapes, return_index=True)
    return np.asarray(coordinates[np.unique(index, return_index=True)[1]], np.float64)
