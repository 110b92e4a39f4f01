"""Balanced tables add up."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guotu.kernel.rounding import balance, half_up


@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=40), st.integers(0, 4))
def test_balanced_values_sum_exactly_and_move_less_than_a_unit(values, decimals):
    unit = Decimal(1).scaleb(-decimals)
    total = Decimal(repr(sum(values))).quantize(unit, ROUND_HALF_UP)
    if sum(values) < 1e-9:
        return
    balanced = balance(values, total, decimals)
    assert sum(balanced) == total
    # bringing n values to a rounded total moves each by at most half a unit besides
    share = float(total) / sum(values)
    for value, got in zip(values, balanced, strict=True):
        assert abs(float(got) - value * share) <= float(unit) * (1 + 1e-9) + value * 1e-12
        assert got >= 0


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_half_up_agrees_with_decimal_arithmetic(value, decimals):
    exact = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert half_up(value, decimals) == pytest.approx(float(exact), rel=1e-15, abs=0)
