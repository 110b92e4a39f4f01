"""Half-up rounding, forced balance, units."""

from decimal import Decimal

import numpy as np
import pytest

from guotu.kernel.rounding import balance, half_up, hectares, mu


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (0.125, 2, 0.13), (2.675, 2, 2.68), (1.005, 2, 1.01), (-2.5, 0, -3.0), (2.5, 0, 3.0), (2.4999, 0, 2.0),
        (0.285, 2, 0.29), (1234567.885, 2, 1234567.89), (0.0, 2, 0.0), (27847757.0265, 2, 27847757.03),
    ],
)  # fmt: skip
def test_halves_go_away_from_zero_as_written_in_decimals(value, decimals, expected):
    assert half_up(value, decimals) == expected


def test_what_is_no_number_passes():
    out = half_up([np.nan, np.inf, -np.inf, 1.005], 2)
    assert np.isnan(out[0])
    assert out[1:].tolist() == [np.inf, -np.inf, 1.01]


def test_largest_remainders_take_what_is_left():
    assert balance([1.004, 1.003, 1.003], Decimal("3.01"), 2) == [
        Decimal("1.01"),
        Decimal("1.00"),
        Decimal("1.00"),
    ]


def test_ties_go_to_the_larger_value_then_to_the_first():
    assert balance([0.25, 2.25, 0.25, 0.25], Decimal("3"), 0) == [0, 3, 0, 0]
    assert balance([0.5, 0.5], Decimal("1"), 0) == [1, 0]


def test_nothing_is_shared_among_nothing():
    assert balance([], Decimal(0), 2) == []
    assert balance([0.0, 0.0], Decimal(0), 2) == [Decimal("0.00"), Decimal("0.00")]


@pytest.mark.parametrize(
    ("values", "total", "decimals"),
    [([1.0], "1.001", 2), ([-1.0, 2.0], "1", 0), ([0.0], "1", 0), ([1.0], "-1", 0)],
)
def test_impossible_balances_are_refused(values, total, decimals):
    with pytest.raises(ValueError, match=r"total|zero or more"):
        balance(values, Decimal(total), decimals)


def test_units_of_land():
    assert hectares(15_000.0) == 1.5
    assert mu(10_000.0) == 15.0
