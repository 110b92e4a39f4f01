"""The journal's geometry codec: every vertex on a 10⁻¹⁰° integer grid (about 0.01 mm), written as varint differences.

A row is one byte 0x10 | WKB type (0x1 is the version of the format), then, all numbers LEB128 varints:
point: 0 or 1, vertex · line: count, vertices · polygon: rings, each (count without the closing vertex, vertices) ·
multi: number of parts, each part as above (points: the vertex alone). Vertices are zig-zag differences in x and y from the
vertex before in the row, the first from (0, 0). Empty parts of a multi-geometry are left out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from guotu.errors import Place
from guotu.errors.datum import COORDINATES_OUTSIDE, GRID_DAMAGED
from guotu.kernel.columns import buffers, from_buffers
from guotu.kernel.loops.grid import SOUND, decode_rows, encode_rows
from guotu.kernel.wkb import lay_out

STEP = 1e-10
"""Degrees between neighbouring grid values."""


def encode(wkb: Any) -> Any:
    """Arrow WKB (degrees, 2-D, simple and multi types) → Arrow binary of grid rows; null stays null.

    Raises   GT-1206 malformed WKB, GT-1208 collections, GT-1201 a coordinate that is no longitude or latitude
    """
    layout = lay_out(wkb)
    most = 14 * int(layout.size.sum()) + 10 * len(layout.size) + 12 * len(layout)
    out, offsets = np.empty(most, np.uint8), np.empty(len(layout) + 1, np.int64)
    status, row, x, y = encode_rows(
        layout.data, layout.kind, layout.first, layout.at, layout.size, layout.shell, out, offsets
    )
    if status != SOUND:
        raise COORDINATES_OUTSIDE(
            place=Place(row=int(row), coordinate=(float(x), float(y))),
            x=float(x),
            y=float(y),
            system_zh="经纬度",
            system_en="longitude and latitude",
        )
    return from_buffers(out[: offsets[-1]].copy(), offsets, layout.missing)


def decode(encoded: Any) -> Any:
    """Arrow binary of grid rows → Arrow WKB in degrees; null stays null.

    Raises   GT-1210 bytes that no encoder wrote
    """
    data, starts, valid = buffers(encoded)
    offsets = np.empty(len(valid) + 1, np.int64)
    status, row = decode_rows(data, starts, valid, False, np.empty(0, np.uint8), offsets)
    if status != SOUND:
        raise GRID_DAMAGED(place=Place(row=int(row)), row=int(row))
    out = np.empty(offsets[-1], np.uint8)
    decode_rows(data, starts, valid, True, out, offsets)
    return from_buffers(out, offsets, ~valid)


def snap(wkb: Any) -> Any:
    """Geometries as the store will give them back: every vertex on the grid."""
    return decode(encode(wkb))
