"""Geometry to varints on the store's integer grid, and back."""

import numpy as np

from guotu.kernel.compiled import loop
from guotu.kernel.loops.wkb import read_f64

SCALE = 1e10
LON_LIMIT, LAT_LIMIT = 1_800_000_000_000, 900_000_000_000
SOUND, OUTSIDE, DAMAGED = 0, 1, 2
VERSION = 0x10


@loop
def put_varint(out, pos, value):
    """Unsigned LEB128; the position behind it."""
    value = np.uint64(value)
    while value >= np.uint64(128):
        out[pos] = np.uint8((value & np.uint64(127)) | np.uint64(128))
        value = value >> np.uint64(7)
        pos += 1
    out[pos] = np.uint8(value)
    return pos + 1


@loop
def put_signed(out, pos, value):
    """Zig-zag LEB128."""
    return put_varint(out, pos, (value << 1) ^ (value >> 63))


@loop
def encode_rows(data, kind, first, at, size, shell, out, offsets):
    """Fill `out` and `offsets` (n + 1,); (status, row, x, y)."""
    pos = np.int64(0)
    for row in range(len(kind)):
        offsets[row] = pos
        code = kind[row]
        if code == 0:
            continue
        out[pos] = np.uint8(VERSION | code)
        pos += 1
        begin, end = first[row], first[row + 1]
        if code == 1 or code == 4:  # an empty point is written as NaN in WKB
            count = 0
            for path in range(begin, end):
                if not np.isnan(read_f64(data, at[path])):
                    count += 1
            pos = put_varint(out, pos, count)
        elif code == 2:
            if begin == end:
                pos = put_varint(out, pos, 0)
        elif code == 3 or code == 5:
            pos = put_varint(out, pos, end - begin)
        else:
            count = 0
            for path in range(begin, end):
                if shell[path]:
                    count += 1
            pos = put_varint(out, pos, count)
        px, py = np.int64(0), np.int64(0)
        for path in range(begin, end):
            length = size[path]
            if code == 1 or code == 4:
                if np.isnan(read_f64(data, at[path])):
                    continue
            else:
                if code == 6 and shell[path]:
                    rings = 1
                    while path + rings < end and not shell[path + rings]:
                        rings += 1
                    pos = put_varint(out, pos, rings)
                if code == 3 or code == 6:
                    length -= 1  # the closing vertex
                pos = put_varint(out, pos, length)
            for k in range(length):
                x = read_f64(data, at[path] + 16 * k)
                y = read_f64(data, at[path] + 16 * k + 8)
                if not (abs(x) <= 180.0 and abs(y) <= 90.0):
                    return OUTSIDE, row, x, y
                qx, qy = np.int64(np.rint(x * SCALE)), np.int64(np.rint(y * SCALE))
                pos = put_signed(out, pos, qx - px)
                pos = put_signed(out, pos, qy - py)
                px, py = qx, qy
    offsets[len(kind)] = pos
    return SOUND, -1, 0.0, 0.0


@loop
def get_varint(data, pos, end):
    """(value, position behind it); position -1 where the bytes end early or the number does not fit."""
    value, move = np.uint64(0), 0
    while pos < end and move < 63:
        byte = np.uint64(data[pos])
        value |= (byte & np.uint64(127)) << np.uint64(move)
        pos += 1
        if byte < np.uint64(128):
            return np.int64(value), pos
        move += 7
    return np.int64(0), np.int64(-1)


@loop
def _put_u32(out, pos, value):
    for k in range(4):
        out[pos + k] = np.uint8((value >> (8 * k)) & 255)
    return pos + 4


@loop
def _put_f64(out, pos, value):
    bits = np.float64(value).view(np.uint64)
    for k in range(8):
        out[pos + k] = np.uint8((bits >> np.uint64(8 * k)) & np.uint64(255))
    return pos + 8


@loop
def _put_head(out, pos, code, fill):
    if fill:
        out[pos] = np.uint8(1)
        _put_u32(out, pos + 1, code)
    return pos + 5


@loop
def _run(data, pos, end, count, state, out, to, fill, closing):
    """`count` vertices from varints to doubles; state holds the running grid position. (pos or -1, to)."""
    if count > (end - pos) // 2:
        return np.int64(-1), to
    px, py, begin = state[0], state[1], to
    for _ in range(count):
        zx, pos = get_varint(data, pos, end)
        if pos < 0:
            return pos, to
        zy, pos = get_varint(data, pos, end)
        if pos < 0:
            return pos, to
        px += (zx >> 1) ^ -(zx & 1)
        py += (zy >> 1) ^ -(zy & 1)
        if abs(px) > LON_LIMIT or abs(py) > LAT_LIMIT:
            return np.int64(-1), to
        if fill:
            _put_f64(out, to, px / SCALE)
            _put_f64(out, to + 8, py / SCALE)
        to += 16
    if closing:
        if fill:
            out[to : to + 16] = out[begin : begin + 16]
        to += 16
    state[0], state[1] = px, py
    return pos, to


@loop
def _rings(data, pos, end, state, out, to, fill):
    rings, pos = get_varint(data, pos, end)
    if pos < 0 or rings > end - pos:
        return np.int64(-1), to
    if fill:
        _put_u32(out, to, rings)
    to += 4
    for _ in range(rings):
        count, pos = get_varint(data, pos, end)
        if pos < 0 or count < 3:
            return np.int64(-1), to
        if fill:
            _put_u32(out, to, count + 1)
        pos, to = _run(data, pos, end, count, state, out, to + 4, fill, True)
        if pos < 0:
            return pos, to
    return pos, to


@loop
def _member(data, pos, end, code, state, out, to, fill):
    """One part of a multi-geometry, or the body of a line or polygon."""
    if code == 3:
        return _rings(data, pos, end, state, out, to, fill)
    count = np.int64(1)
    if code == 2:
        count, pos = get_varint(data, pos, end)
        if pos < 0:
            return pos, to
        if fill:
            _put_u32(out, to, count)
        to += 4
    return _run(data, pos, end, count, state, out, to, fill, False)


@loop
def decode_rows(data, starts, valid, fill, out, offsets):
    """Measure (fill False) or write plain WKB of every row; `offsets` (n + 1,) are filled either way. (status, row)."""
    to, state = np.int64(0), np.zeros(2, np.int64)
    for row in range(len(valid)):
        offsets[row] = to
        if not valid[row]:
            continue
        pos, end = starts[row], starts[row + 1]
        if end - pos < 2:
            return DAMAGED, row
        code = np.int64(data[pos]) - VERSION
        pos += 1
        if code < 1 or code > 6:
            return DAMAGED, row
        state[0], state[1] = 0, 0
        to = _put_head(out, to, code, fill)
        if code == 2 or code == 3:
            pos, to = _member(data, pos, end, code, state, out, to, fill)
        else:
            count, pos = get_varint(data, pos, end)
            if pos < 0 or count > end - pos or (code == 1 and count > 1):
                return DAMAGED, row
            if code == 1:
                if count == 1:
                    pos, to = _member(data, pos, end, code, state, out, to, fill)
                else:
                    if fill:
                        _put_f64(out, to, np.nan)
                        _put_f64(out, to + 8, np.nan)
                    to += 16
            else:
                if fill:
                    _put_u32(out, to, count)
                to += 4
                for _ in range(count):
                    to = _put_head(out, to, code - 3, fill)
                    pos, to = _member(data, pos, end, code - 3, state, out, to, fill)
                    if pos < 0:
                        return DAMAGED, row
        if pos != end:
            return DAMAGED, row
    offsets[len(valid)] = to
    return SOUND, -1
