"""Ellipsoidal area of rings, vertex by vertex."""

import numpy as np

from guotu.kernel.compiled import loop
from guotu.kernel.ellipsoid import SEMI_MINOR, SERIES

_RADIAN = np.pi / 180
_A, _B, _C, _D, _E = SERIES
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
def taylor_g(latitude, terms):
    """Coefficients of G(latitude + d) − G(latitude) in d, d², … d⁷ (latitude in radians) into `terms` (7,)."""
    s, c = np.sin(latitude), np.cos(latitude)
    cos2, sin2 = c * c - s * s, 2 * s * c
    terms[:] = 0.0
    weight = (_A, -_B, _C, -_D, _E)
    for k in range(5):
        n = 2 * k + 1.0
        odd, even = weight[k] * c, -weight[k] * s  # derivatives of sin(nB): n·cos, −n²·sin, −n³·cos, n⁴·sin …
        power = 1.0
        for m in range(7):
            power *= n / (m + 1)
            sign = 1.0 if m % 4 < 2 else -1.0
            terms[m] += sign * power * (odd if m % 2 == 0 else even)
        s, c = s * cos2 + c * sin2, c * cos2 - s * sin2


@loop
def _bring(data, at, size, begin, end, bytes_of):
    """Copy the paths begin:end one after the other to where doubles can be read aligned."""
    stop = 0
    for path in range(begin, end):
        length = 16 * size[path]
        bytes_of[stop : stop + length] = data[at[path] : at[path] + length]
        stop += length


@loop
def areas(data, first, at, size, shell, kind, scratch, out):
    """`scratch` is float64 with room for the largest geometry."""
    terms, bytes_of = np.empty(7), scratch.view(np.uint8)
    for row in range(len(kind)):
        out[row] = np.nan if kind[row] == 0 else 0.0
        if (kind[row] != 3 and kind[row] != 6) or first[row] == first[row + 1]:
            continue
        _bring(data, at, size, first[row], first[row + 1], bytes_of)
        count = 0
        for path in range(first[row], first[row + 1]):
            count += size[path]
        west, south, north = scratch[0], scratch[1], scratch[1]
        for k in range(count):
            west = min(west, scratch[2 * k])
            south = min(south, scratch[2 * k + 1])
            north = max(north, scratch[2 * k + 1])
        if (north - south) * _RADIAN < _NEAR:
            taylor_g(south * _RADIAN, terms)
            t1, t2, t3, t4, t5, t6, t7 = terms[0], terms[1], terms[2], terms[3], terms[4], terms[5], terms[6]
            for k in range(count):
                d = (scratch[2 * k + 1] - south) * _RADIAN
                scratch[2 * k + 1] = d * (t1 + d * (t2 + d * (t3 + d * (t4 + d * (t5 + d * (t6 + d * t7))))))
        else:
            for k in range(count):
                scratch[2 * k + 1] = series_g(np.sin(scratch[2 * k + 1] * _RADIAN))
        total, k = 0.0, 0
        for path in range(first[row], first[row + 1]):
            ring = 0.0
            for _ in range(size[path] - 1):
                middle = scratch[2 * k] - west + (scratch[2 * k + 2] - west)
                ring += middle * (scratch[2 * k + 3] - scratch[2 * k + 1])
                k += 1
            k += 1
            total += abs(ring) if shell[path] else -abs(ring)
        out[row] = total * 0.5 * _RADIAN * SEMI_MINOR * SEMI_MINOR


@loop
def equal_area_rows(xy, x_scale, y_scale):
    """Degrees (n, 2) to the equal-area plane in place."""
    for k in range(len(xy)):
        xy[k, 0] = xy[k, 0] * _RADIAN * x_scale
        xy[k, 1] = series_g(np.sin(xy[k, 1] * _RADIAN)) * y_scale
