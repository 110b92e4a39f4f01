"""Measure untrusted WKB of any dimension and byte order without building anything."""

import numpy as np

from guotu.kernel.compiled import loop

STACK = 64
SOUND, TRUNCATED, UNKNOWN, DEEP = 0, 1, 2, 3


@loop
def _number(data, at, little):
    value = np.int64(0)
    for k in range(4):
        value |= np.int64(data[at + k]) << (8 * k if little else 24 - 8 * k)
    return value


@loop
def prescan(data, pos, end, deepest):
    """(status, depth, vertices) of one WKB geometry of any dimension and byte order, nothing built."""
    left = np.zeros(STACK, np.int64)  # geometries still to come at each level
    left[0] = 1
    level, depth, vertices = 0, 0, np.int64(0)
    while level >= 0:
        if left[level] == 0:
            level -= 1
            continue
        left[level] -= 1
        if end - pos < 5:
            return TRUNCATED, depth, vertices
        little = data[pos] == 1
        code = _number(data, pos + 1, little)
        pos += 5
        extra = ((code >> 31) & 1) + ((code >> 30) & 1)  # EWKB flags for Z and M
        if (code >> 29) & 1:
            pos += 4
        code &= 0x1FFFFFFF
        thousands = code // 1000  # ISO: 1 Z, 2 M, 3 ZM
        code %= 1000
        extra += 2 if thousands == 3 else (1 if thousands > 0 else 0)
        stride = 8 * (2 + extra)
        depth = max(depth, level + 1)
        if thousands > 3 or code < 1 or code == 13 or code == 14 or code > 17:
            return UNKNOWN, depth, vertices
        if code == 1:
            vertices += 1
            pos += stride
            if pos > end:
                return TRUNCATED, depth, vertices
            continue
        if end - pos < 4:
            return TRUNCATED, depth, vertices
        count = _number(data, pos, little)
        pos += 4
        if code == 2 or code == 8:
            vertices += count
            if count * stride > end - pos:
                return TRUNCATED, depth, vertices
            pos += count * stride
        elif code == 3 or code == 17:
            for _ in range(count):
                if end - pos < 4:
                    return TRUNCATED, depth, vertices
                points = _number(data, pos, little)
                pos += 4
                vertices += points
                if points * stride > end - pos:
                    return TRUNCATED, depth, vertices
                pos += points * stride
        else:
            if count * 5 > end - pos:
                return TRUNCATED, depth, vertices
            if level + 1 >= min(deepest, STACK - 1) and count > 0:
                return DEEP, level + 2, vertices
            level += 1
            left[level] = count
    return SOUND, depth, vertices
