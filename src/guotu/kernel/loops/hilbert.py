"""Distance along Hilbert's curve."""

from guotu.kernel.compiled import loop

ORDER = 20
"""Bits per axis."""


@loop
def hilbert_keys(x, y, keys):
    """Key of each cell (x, y), both int64 in 0 … 2^ORDER − 1."""
    for i in range(len(x)):
        a, b, key = x[i], y[i], 0
        s = 1 << (ORDER - 1)
        while s > 0:
            rx = 1 if a & s else 0
            ry = 1 if b & s else 0
            key += s * s * ((3 * rx) ^ ry)
            if ry == 0:
                if rx == 1:
                    a, b = (s - 1) ^ (a & (s - 1)), (s - 1) ^ (b & (s - 1))
                a, b = b, a
            s >>= 1
        keys[i] = key
