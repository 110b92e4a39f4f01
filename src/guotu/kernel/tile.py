"""Vector tiles (Mapbox Vector Tile 2.1, Web-Mercator XYZ) straight from WKB in degrees.

CGCS2000 is shown as WGS84: for a web map only.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from guotu.kernel.loops.tile import features, mercator_terms
from guotu.kernel.wkb import lay_out
from guotu.model.arrays import Float64Array, Int64Array
from guotu.model.query import Box

EXTENT = 4096
_BUFFER = 64 / 4096
DEEPEST = 24


def tile_box(z: int, x: int, y: int, *, buffer: float = _BUFFER) -> Box:
    """West, south, east, north in degrees of a tile with a margin of `buffer` tile widths (64 of 4096 units).

    Raises   ValueError where there is no such tile
    """
    _check(z, x, y)
    n = 2**z
    west, east = (x - buffer) / n * 360 - 180, (x + 1 + buffer) / n * 360 - 180
    return west, _latitude((y + 1 + buffer) / n), east, _latitude((y - buffer) / n)


def _latitude(share: float) -> float:
    """Of a place `share` of the way down the Mercator square."""
    return float(np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * share)))))


def _check(z: int, x: int, y: int) -> None:
    if not 0 <= z <= DEEPEST or not 0 <= x < 2**z or not 0 <= y < 2**z:
        raise ValueError(f"there is no tile {z}/{x}/{y}")


def encode_layer(  # noqa: PLR0913 - a tile's address alone is three numbers
    name: str,
    wkb: Any,
    columns: Mapping[str, Any],
    z: int,
    x: int,
    y: int,
    *,
    extent: int = EXTENT,
    ids: Any = None,
    smallest: float = 4.0,
) -> bytes:
    """One layer of a tile, ready to be joined with others into a tile by concatenation; empty bytes where nothing is seen.

    wkb      Arrow binary (n,), degrees, points, lines and polygons; missing geometries are left out
    columns  Arrow arrays (n,): strings, integers, floats, booleans; dates are written as ISO text; null leaves the tag out
    ids      int64 (n,), zero or more
    smallest polygons with less than `smallest`² square units are dropped (a quarter pixel of a 256-pixel tile at 4)
    Raises   ValueError for a tile that does not exist or negative ids, GT-1206, GT-1208
    """
    _check(z, x, y)
    layout = lay_out(wkb)
    frame, terms = _frame(z, x, y, extent)
    margin = round(extent * _BUFFER)
    keys, values, tags = _tags(columns, len(layout))
    numbers = np.empty(0, np.int64) if ids is None else np.ascontiguousarray(np.asarray(ids), np.int64)
    if len(numbers) not in {0, len(layout)} or (numbers < 0).any():
        raise ValueError("ids must be zero or more, one for every feature")
    body = features(
        layout.data, layout.kind, layout.first, layout.at, layout.size, layout.shell,
        numbers, tags, frame, terms, -margin, extent + margin, round(2 * smallest * smallest), layout.largest,
    ).tobytes()  # fmt: skip
    if not body:
        return b""
    head = b"\x78\x02" + _field(0x0A, name.encode())
    tail = b"".join(_field(0x1A, key.encode()) for key in keys) + b"".join(_field(0x22, v) for v in values)
    return _field(0x1A, head + body + tail + b"\x28" + _varint(extent))


def _frame(z: int, x: int, y: int, extent: int) -> tuple[Float64Array, Float64Array]:
    n = 2**z
    west = x / n * 360 - 180
    north = np.pi * (1 - 2 * y / n)
    middle = np.arctan(np.sinh(north - np.pi / n))
    frame = np.array([west, extent * n / 360, north, extent * n / (2 * np.pi), middle])
    terms = np.empty(6)
    mercator_terms(middle, terms)
    return frame, terms


def _tags(columns: Mapping[str, Any], n: int) -> tuple[list[str], list[bytes], Int64Array]:
    """Keys, encoded values, and for every feature and key the index of its value (−1 for null)."""
    tags = np.full((n, len(columns)), -1, np.int64)
    values: list[bytes] = []
    for position, column in enumerate(columns.values()):
        coded = _dictionary(column)
        indices = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        tags[:, position] = np.where(indices >= 0, indices + len(values), -1)
        values += [_value(value) for value in coded.dictionary.to_pylist()]
    return list(columns), values, tags


def _dictionary(column: Any) -> Any:
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_temporal(column.type) or pa.types.is_decimal(column.type):
        column = column.cast(pa.string())
    return pc.dictionary_encode(column)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(tag: int, body: bytes) -> bytes:
    return bytes([tag]) + _varint(len(body)) + body


def _value(value: object) -> bytes:
    """A Value message: string 1, double 3, uint 5, sint 6, bool 7."""
    if isinstance(value, bool):
        return b"\x38" + _varint(int(value))
    if isinstance(value, int):
        return b"\x28" + _varint(value) if value >= 0 else b"\x30" + _varint(-2 * value - 1)
    if isinstance(value, float):
        return b"\x19" + struct.pack("<d", value)
    if isinstance(value, str):
        return _field(0x0A, value.encode())
    raise TypeError(f"a tile cannot carry {type(value).__name__}")
