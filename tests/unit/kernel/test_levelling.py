"""Levelling deals out cents."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guotu.kernel.levelling import level


def test_the_largest_parcels_take_what_does_not_divide():
    assert level(np.array([500, 900, 700]), ["a", "b", "c"], 2105).tolist() == [501, 902, 702]


def test_equal_parcels_take_it_in_the_order_of_their_keys():
    assert level(np.array([500, 500, 500]), ["c", "a", "b"], 1501).tolist() == [500, 501, 500]


def test_too_much_is_taken_away_alike():
    assert level(np.array([500, 900]), ["a", "b"], 1397).tolist() == [499, 898]


@pytest.mark.parametrize(("cents", "control"), [([], 5), ([1, 2], 0)])
def test_what_cannot_be_levelled_is_refused(cents, control):
    if cents:
        assert level(np.array(cents), ["a", "b"], control + 1).sum() == control + 1
    with pytest.raises(ValueError, match=r"parcel|nothing"):
        level(np.array(cents, np.int64), ["a", "b"][: len(cents)], control if not cents else -3)


def test_nothing_levels_to_nothing():
    assert level(np.empty(0, np.int64), [], 0).tolist() == []


@given(st.lists(st.integers(10_000, 10**9), min_size=1, max_size=50), st.integers(-4_000, 4_000))
def test_the_sum_is_the_control_area_and_nobody_is_favoured(areas, apart):
    cents = np.array(areas)
    out = level(cents, [f"{n:03d}" for n in range(len(areas))], int(cents.sum()) + apart)
    assert out.sum() == cents.sum() + apart
    assert np.ptp(out - cents) <= 1
