"""Ellipsoidal area of rings, vertex by vertex."""

import numpy as np

from guotu.kernel.compiled import loop
from guotu.kernel.ellipsoid import SEMI_MINOR, SERIES
from guotu.kernel.loops.wkb import read_f64

_RADIAN = np.pi / 180
_A, _B, _C, _D, _E = SERIES
STEPS = 4
_NEAR = 0.01  # radians of latitude within which seven terms of Taylor's series leave < 1e-18


@loop
def series_g(sine):
    """G(B) = A·sin B − B·sin 3B + C·sin 5B − D·sin 7B + E·sin 9B, from sin B."""
    s2 = sine * sine
    c1 = _A - 3 * _B + 5 * _C - 7 * _D + 9 * _E
    c3 = 4 * _B - 20 * _C + 56 * _D - 120 * _E
    c5 = 16 * _C - 112 * _D + 432 * _E
    c7 = 64 * _D - 576 * _E
    return sine * (c1 + s2 * (c3 + s2 * (c5 + s2 * (c7 + s2 * (256 * _E)))))


@loop
def _ring(data, at, size, west, middle, terms, lon, g):
    """Twice the signed area of a ring in degrees × G, and how many vertices lie too far from the lattice's parallel.

    Three plain passes over `lon` and `g` (room for the ring): the middle one runs in vector registers.
    """
    t1, t2, t3, t4, t5, t6, t7 = terms[0], terms[1], terms[2], terms[3], terms[4], terms[5], terms[6]
    for k in range(size):
        lon[k] = read_f64(data, at + 16 * k) - west
        g[k] = read_f64(data, at + 16 * k + 8)
    far = 0
    for k in range(size):
        d = (g[k] - middle) * _RADIAN
        far += d * d >= _NEAR * _NEAR
        g[k] = d * (t1 + d * (t2 + d * (t3 + d * (t4 + d * (t5 + d * (t6 + d * t7))))))
    total = 0.0
    for k in range(1, size):
        total += (lon[k - 1] + lon[k]) * (g[k] - g[k - 1])
    return total, far


@loop
def _wide_ring(data, at, size, west):
    """The same where the ring reaches too far for Taylor's series."""
    total, l0, g0 = 0.0, 0.0, 0.0
    for k in range(size):
        l1 = read_f64(data, at + 16 * k) - west
        g1 = series_g(np.sin(read_f64(data, at + 16 * k + 8) * _RADIAN))
        if k > 0:
            total += (l0 + l1) * (g1 - g0)
        l0, g0 = l1, g1
    return total


@loop
def areas(data, first, at, size, shell, kind, lattice, scratch, out):
    """`lattice` (n, 7): coefficients of Taylor's series of G about parallels 1/STEPS degrees apart from −90°;
    `scratch` (2, vertices of the largest ring)."""
    lon, g = scratch[0], scratch[1]
    for row in range(len(kind)):
        out[row] = np.nan if kind[row] == 0 else 0.0
        if (kind[row] != 3 and kind[row] != 6) or first[row] == first[row + 1]:
            continue
        begin = at[first[row]]
        west, south = read_f64(data, begin), read_f64(data, begin + 8)
        node = np.int64(np.rint((min(max(south, -90.0), 90.0) + 90.0) * STEPS))
        middle, total = node / STEPS - 90.0, 0.0
        for path in range(first[row], first[row + 1]):
            ring, far = _ring(data, at[path], size[path], west, middle, lattice[node], lon, g)
            if far:
                ring = _wide_ring(data, at[path], size[path], west)
            total += abs(ring) if shell[path] else -abs(ring)
        out[row] = total * 0.5 * _RADIAN * SEMI_MINOR * SEMI_MINOR


@loop
def equal_area_columns(x, y, lattice, whole, x_scale, y_scale, east, north):
    """Degrees x, y (n,) to the equal-area plane: G from the lattice of Taylor's series and `whole` (n,), G at its nodes."""
    for k in range(len(x)):
        east[k] = x[k] * _RADIAN * x_scale
    for k in range(len(y)):
        latitude = y[k]
        if not abs(latitude) <= 90.0:
            north[k] = np.nan
            continue
        node = np.int64(np.rint((latitude + 90.0) * STEPS))
        d, t = (latitude - (node / STEPS - 90.0)) * _RADIAN, lattice[node]
        tail = t[0] + d * (t[1] + d * (t[2] + d * (t[3] + d * (t[4] + d * (t[5] + d * t[6])))))
        north[k] = (whole[node] + d * tail) * y_scale
