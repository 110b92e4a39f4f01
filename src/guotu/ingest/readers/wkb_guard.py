"""A look at raw WKB before GEOS sees it: what would overflow a stack is refused here."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

MAX_DEPTH = 32
_COLLECTION, _LAST_KIND = 7, 17
_NAMES = {1: "Point", 2: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon",
          8: "CircularString", 9: "CompoundCurve", 10: "CurvePolygon", 11: "MultiCurve", 12: "MultiSurface"}  # fmt: skip
CURVED = tuple(_NAMES[code] for code in range(8, 13))


class GeometryTooDeep(ValueError):  # noqa: N818
    """A geometry collection nested beyond `MAX_DEPTH`."""

    def __init__(self, row: int) -> None:
        super().__init__(f"row {row}")
        self.row = row


@dataclass(frozen=True, slots=True)
class WkbKinds:
    """`flat` where every geometry is little-endian and 2-D, `curved` where one has arcs."""

    flat: bool
    curved: bool


def type_names(wkb: pa.Array) -> list[str]:
    """The geometry type of every value by its code alone, "" for missing ones."""
    offsets, data = _buffers(wkb)
    present = np.diff(offsets) >= 5
    starts = offsets[:-1][present]
    little = data[starts] == 1
    codes = data[starts[:, None] + np.where(little[:, None], [1, 2], [4, 3])].astype(np.int64) @ [1, 256]
    names = iter(codes.tolist())
    return [_NAMES.get(next(names) % 1000, "Unknown") if known else "" for known in present.tolist()]


@dataclass(frozen=True, slots=True)
class Carried:
    """What WKB carries beyond straight lines in the plane."""

    heights: bool
    measures: bool
    curves: bool


def carries(wkb: pa.Array) -> Carried:
    """By the type codes alone, of ISO and of GEOS."""
    offsets, data = _buffers(wkb)
    starts = offsets[:-1][np.diff(offsets) >= 5]
    heads = data[starts[:, None] + np.arange(5)]
    codes = heads[:, 1:5].copy().view("<u4").ravel()
    codes = np.where(heads[:, 0] == 1, codes, codes.byteswap()).astype(np.int64)
    flags, plain = codes >> 28, codes & 0x0FFF_FFFF
    thousands, kinds = plain // 1000, plain % 1000
    return Carried(
        bool(((flags & 8) > 0).any() or np.isin(thousands, (1, 3)).any()),
        bool(((flags & 4) > 0).any() or np.isin(thousands, (2, 3)).any()),
        bool(((kinds >= 8) & (kinds <= 14)).any()),
    )


def check_wkb(wkb: pa.Array) -> WkbKinds:
    """What kinds of WKB a binary array holds.

    Raises   GeometryTooDeep, ValueError for a value too short to be WKB
    """
    offsets, data = _buffers(wkb)
    starts, lengths = offsets[:-1], np.diff(offsets)
    present = np.flatnonzero(lengths > 0)
    if len(present) == 0:
        return WkbKinds(flat=True, curved=False)
    if (lengths[present] < 5).any():
        raise ValueError("a geometry is cut short")
    heads = data[starts[present, None] + np.arange(5)]
    little = heads[:, 0] == 1
    codes = heads[:, 1:5].copy().view("<u4").ravel()
    codes = np.where(little, codes, codes.byteswap())
    simple = (codes & 0x0FFF_FFFF) % 1000
    for row in present[simple == _COLLECTION]:
        _check_depth(data[starts[row] : starts[row] + lengths[row]].tobytes(), int(row))
    return WkbKinds(
        flat=bool((little & (codes <= _LAST_KIND)).all()), curved=bool(((simple >= 8) & (simple <= 14)).any())
    )


def _buffers(wkb: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    _, offsets, data = wkb.buffers()
    width = np.int64 if pa.types.is_large_binary(wkb.type) else np.int32
    indices = np.frombuffer(offsets, dtype=width)[wkb.offset : wkb.offset + len(wkb) + 1].astype(np.int64)
    return indices, np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, dtype=np.uint8)


def _check_depth(raw: bytes, row: int) -> None:
    """Walk every member with a stack of our own."""
    at, left = 0, [1]
    while left:
        if left[-1] == 0:
            left.pop()
            continue
        left[-1] -= 1
        try:
            at, members = _member(raw, at)
        except (struct.error, IndexError):
            raise ValueError("a geometry is cut short") from None
        if members:
            left.append(members)
        if len(left) > MAX_DEPTH:
            raise GeometryTooDeep(row)


def _member(raw: bytes, at: int) -> tuple[int, int]:
    """Where the next geometry starts, and how many members this one announces."""
    order = "<" if raw[at] == 1 else ">"
    code = struct.unpack_from(f"{order}I", raw, at + 1)[0]
    flags, kind, thousands = code >> 28, (code & 0x0FFF_FFFF) % 1000, (code & 0x0FFF_FFFF) // 1000
    ordinates = (
        2 + (1 if flags & 8 or thousands in (1, 3) else 0) + (1 if flags & 4 or thousands in (2, 3) else 0)
    )
    if kind == 1:
        return at + 5 + 8 * ordinates, 0
    count = struct.unpack_from(f"{order}I", raw, at + 5)[0]
    at += 9
    if kind in (2, 8):
        return at + count * 8 * ordinates, 0
    if kind != 3:
        return at, count
    for _ in range(count):
        points = struct.unpack_from(f"{order}I", raw, at)[0]
        at += 4 + points * 8 * ordinates
    return at, 0
