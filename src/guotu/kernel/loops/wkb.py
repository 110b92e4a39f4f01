"""Walk well-known binary: every header, length and count is checked before it is believed."""

import numpy as np

from guotu.kernel.compiled import loop

LINE, POLYGON = 2, 3
SOUND, TRUNCATED, FOREIGN, OPEN_RING, TRAILING, WRONG_PART = 0, 1, 2, 3, 4, 5


@loop
def gather(data, at, size, target):
    end = 0
    for path in range(len(at)):
        begin, end = end, end + 16 * size[path]
        target[begin:end] = data[at[path] : at[path] + 16 * size[path]]


@loop
def read_u32(data, at):
    """Little-endian unsigned 32-bit number at a byte position."""
    return (
        np.int64(data[at])
        | (np.int64(data[at + 1]) << 8)
        | (np.int64(data[at + 2]) << 16)
        | (np.int64(data[at + 3]) << 24)
    )


@loop
def read_f64(data, at):
    """Little-endian double at a byte position of any alignment (LLVM joins the eight loads into one)."""
    low = (
        np.uint64(data[at])
        | (np.uint64(data[at + 1]) << np.uint64(8))
        | (np.uint64(data[at + 2]) << np.uint64(16))
        | (np.uint64(data[at + 3]) << np.uint64(24))
    )
    high = (
        np.uint64(data[at + 4])
        | (np.uint64(data[at + 5]) << np.uint64(8))
        | (np.uint64(data[at + 6]) << np.uint64(16))
        | (np.uint64(data[at + 7]) << np.uint64(24))
    )
    return np.uint64(low | (high << np.uint64(32))).view(np.float64)


@loop
def _polygon(data, pos, end, path, fill, at, size, shell):
    if end - pos < 4:
        return TRUNCATED, pos, path
    rings = read_u32(data, pos)
    pos += 4
    for ring in range(rings):
        if end - pos < 4:
            return TRUNCATED, pos, path
        count = read_u32(data, pos)
        pos += 4
        if count * 16 > end - pos:
            return TRUNCATED, pos, path
        if count < 4:
            return OPEN_RING, pos, path
        last = pos + 16 * (count - 1)
        if read_f64(data, pos) != read_f64(data, last) or read_f64(data, pos + 8) != read_f64(data, last + 8):
            return OPEN_RING, pos, path
        if fill:
            at[path] = pos
            size[path] = count
            shell[path] = ring == 0
        path += 1
        pos += 16 * count
    return SOUND, pos, path


@loop
def _simple(data, pos, end, kind, path, fill, at, size, shell):
    if kind == POLYGON:
        return _polygon(data, pos, end, path, fill, at, size, shell)
    count = np.int64(1)
    if kind == LINE:
        if end - pos < 4:
            return TRUNCATED, pos, path
        count = read_u32(data, pos)
        pos += 4
    if count * 16 > end - pos:
        return TRUNCATED, pos, path
    if count > 0:
        if fill:
            at[path] = pos
            size[path] = count
            shell[path] = True
        path += 1
    return SOUND, pos + 16 * count, path


@loop
def walk(data, offsets, valid, fill, kind, first, at, size, shell):
    """One pass over all geometries: counts paths into `first`, or fills the path table; (status, row) at the end."""
    path = np.int64(0)
    for row in range(len(valid)):
        first[row] = path
        if not valid[row]:
            continue
        pos, end = offsets[row], offsets[row + 1]
        if end - pos < 5:
            return TRUNCATED, row
        code = read_u32(data, pos + 1)
        if data[pos] != 1 or code < 1 or code > 6:
            return FOREIGN, row
        pos += 5
        if code <= POLYGON:
            status, pos, path = _simple(data, pos, end, code, path, fill, at, size, shell)
            if status != SOUND:
                return status, row
        else:
            if end - pos < 4:
                return TRUNCATED, row
            parts = read_u32(data, pos)
            pos += 4
            for _ in range(parts):
                if end - pos < 5:
                    return TRUNCATED, row
                if data[pos] != 1 or read_u32(data, pos + 1) != code - 3:
                    return (FOREIGN if data[pos] == 0 else WRONG_PART), row
                status, pos, path = _simple(data, pos + 5, end, code - 3, path, fill, at, size, shell)
                if status != SOUND:
                    return status, row
        if pos != end:
            return TRAILING, row
        kind[row] = code
    first[len(valid)] = path
    return SOUND, np.int64(-1)
