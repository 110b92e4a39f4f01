"""Walk well-known binary: every header, length and count is checked before it is believed."""

import numpy as np

from guotu.kernel.compiled import loop

LINE, POLYGON = 2, 3
SOUND, TRUNCATED, FOREIGN, OPEN_RING, TRAILING, WRONG_PART = 0, 1, 2, 3, 4, 5


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
    """Little-endian double at a byte position of any alignment.

    Unsigned positions need no test for counting from the end, so LLVM joins the eight loads into one.
    """
    a = np.uint64(at)
    bits = np.uint64(data[a])
    bits |= np.uint64(data[a + np.uint64(1)]) << np.uint64(8)
    bits |= np.uint64(data[a + np.uint64(2)]) << np.uint64(16)
    bits |= np.uint64(data[a + np.uint64(3)]) << np.uint64(24)
    bits |= np.uint64(data[a + np.uint64(4)]) << np.uint64(32)
    bits |= np.uint64(data[a + np.uint64(5)]) << np.uint64(40)
    bits |= np.uint64(data[a + np.uint64(6)]) << np.uint64(48)
    bits |= np.uint64(data[a + np.uint64(7)]) << np.uint64(56)
    return np.uint64(bits).view(np.float64)


@loop
def gather(data, at, size, xy):
    """Vertices of all paths one after the other into `xy` (N, 2)."""
    to = 0
    for path in range(len(at)):
        for k in range(size[path]):
            xy[to, 0] = read_f64(data, at[path] + 16 * k)
            xy[to, 1] = read_f64(data, at[path] + 16 * k + 8)
            to += 1


@loop
def _polygon(data, pos, end, path, at, size, shell):
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
        if path < len(at):
            at[path] = pos
            size[path] = count
            shell[path] = ring == 0
        path += 1
        pos += 16 * count
    return SOUND, pos, path


@loop
def _simple(data, pos, end, kind, path, at, size, shell):
    if kind == POLYGON:
        return _polygon(data, pos, end, path, at, size, shell)
    count = np.int64(1)
    if kind == LINE:
        if end - pos < 4:
            return TRUNCATED, pos, path
        count = read_u32(data, pos)
        pos += 4
    if count * 16 > end - pos:
        return TRUNCATED, pos, path
    if count > 0:
        if path < len(at):
            at[path] = pos
            size[path] = count
            shell[path] = True
        path += 1
    return SOUND, pos + 16 * count, path


@loop
def walk(data, offsets, valid, kind, first, at, size, shell):
    """One pass over all geometries: counts paths into `first` and fills the path table as far as it reaches; (status, row)."""
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
            status, pos, path = _simple(data, pos, end, code, path, at, size, shell)
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
                status, pos, path = _simple(data, pos + 5, end, code - 3, path, at, size, shell)
                if status != SOUND:
                    return status, row
        if pos != end:
            return TRAILING, row
        kind[row] = code
    first[len(valid)] = path
    return SOUND, np.int64(-1)
