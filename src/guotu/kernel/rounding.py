"""Rounding as the trade does it: half up, and sums that stay exact."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from guotu.model.arrays import Float64Array

HECTARE = 10_000.0
"""Square metres in a 公顷."""


def half_up(values: npt.ArrayLike, decimals: int) -> Float64Array:
    """Round halves away from zero, judged on the shortest decimal form (2.675 → 2.68 at two decimals).

    Shapes   (n,) or scalar → float64 of the same shape; NaN and infinities pass
    """
    given = np.asarray(values, np.float64)
    scale = 10.0**decimals
    finite = np.isfinite(given)
    scaled = np.where(finite, np.abs(given), 0.0) * scale
    whole = np.floor(scaled)
    rounded = np.copysign((whole + (scaled - whole >= 0.5)) / scale, given)
    doubtful = finite & (np.abs(scaled - whole - 0.5) <= 1e-6 + scaled * 1e-15)
    out: Float64Array = np.where(finite, rounded, given)
    if doubtful.any():
        unit = Decimal(1).scaleb(-decimals)
        exact = [float(_quantized(float(value), unit)) for value in given[doubtful]]
        out[doubtful] = exact
    return out


def _quantized(value: float, unit: Decimal) -> Decimal:
    return Decimal(repr(value)).quantize(unit, ROUND_HALF_UP)


def balance(values: Sequence[float], total: Decimal, decimals: int) -> list[Decimal]:
    """Round values so that they add up to `total` exactly (largest remainder; ties: larger value, then lower index).

    Values are first brought to the total in proportion, so where they already add up to it (within the dust of measuring)
    no value moves by a whole unit of the last decimal. Used for statutory tables (面积汇总统计规定).
    Raises   ValueError for negative values, a total finer than the unit, or a total to share among nothing
    """
    unit = Decimal(1).scaleb(-decimals)
    units = total / unit
    if units != units.to_integral_value() or total < 0:
        raise ValueError(f"total {total} is not a whole number of {unit}")
    shares = [Fraction(value) for value in values]
    if any(share < 0 for share in shares):
        raise ValueError("only values of zero or more can be balanced")
    whole = sum(shares, Fraction(0))
    if whole == 0:
        if units != 0:
            raise ValueError("there is nothing to share the total among")
        return [Decimal(0) * unit for _ in shares]
    exact = [share * int(units) / whole for share in shares]
    floors = [value.numerator // value.denominator for value in exact]
    order = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], -shares[i], i))
    for index in order[: int(units) - sum(floors)]:
        floors[index] += 1
    return [Decimal(count) * unit for count in floors]


def hectares(m2: float) -> float:
    """Square metres in 公顷."""
    return m2 / HECTARE


def mu(m2: float) -> float:
    """Square metres in 亩 (1 亩 = 2000/3 m²)."""
    return m2 * 3 / 2000
