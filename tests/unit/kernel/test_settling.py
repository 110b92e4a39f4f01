"""Pieces settle to what was declared before and after."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guotu.kernel.settling import settle


def settled(pieces, before, after):
    old, new, measured = (np.array(column) for column in zip(*pieces, strict=True))
    return settle(old, new, measured.astype(float), np.array(before), np.array(after)).tolist()


def test_parts_of_a_divided_parcel_take_what_was_declared_of_them():
    assert settled([(0, 0, 60.004), (0, 1, 39.999)], [10_000], [6_001, 3_999]) == [6001, 3999]


def test_parts_add_up_to_the_old_parcel_where_the_new_ones_do_not():
    assert settled([(0, 0, 60.0), (0, 1, 40.0)], [10_001], [6_000, 4_000]) == [6001, 4000]


def test_merged_parcels_bring_what_was_declared_of_them():
    assert settled([(0, 0, 10.0), (1, 0, 20.0)], [1_003, 1_998], [3_001]) == [1003, 1998]


def test_a_chain_of_exchanges_settles_on_both_sides():
    pieces = [(0, 0, 50.0), (0, 1, 10.0), (1, 1, 30.0), (1, 2, 5.0)]
    cents = settled(pieces, [6_002, 3_499], [5_001, 4_000, 500])
    assert cents == [5001, 1001, 2999, 500]


def test_a_ring_of_exchanges_settles_too():
    pieces = [(0, 0, 50.0), (0, 1, 10.0), (1, 0, 20.0), (1, 1, 30.0)]
    cents = settled(pieces, [6_001, 5_000], [7_000, 4_001])
    assert [cents[0] + cents[1], cents[2] + cents[3]] == [6001, 5000]
    assert [cents[0] + cents[2], cents[1] + cents[3]] == [7000, 4001]


def test_a_declaration_far_from_the_ground_is_not_followed():
    pieces = [(0, 0, 60.0), (0, 1, 40.0)]
    assert settled(pieces, [10_000], [9_000, 1_000]) == [6000, 4000]


def test_nothing_settles_to_nothing():
    empty = np.empty(0, np.int64)
    assert settle(empty, empty, np.empty(0), empty, empty).tolist() == []


@given(
    st.lists(st.lists(st.integers(1, 100_000), min_size=1, max_size=5), min_size=1, max_size=6),
    st.lists(st.integers(-3, 3), min_size=30, max_size=30),
)
def test_whatever_was_declared_the_old_parcels_keep_their_area(cuts, drift):
    """Every old parcel is cut into parts of its own; declarations drift by cents from the measures."""
    pieces, before, after = [], [], []
    shift = iter(drift)
    for number, parts in enumerate(cuts):
        before.append(sum(parts))
        for part in parts:
            pieces.append((number, len(after), (part + next(shift)) / 100 if part > 3 else part / 100))
            after.append(part)
    cents = settled(pieces, before, after)
    sums = np.bincount([old for old, _, _ in pieces], cents, len(before))
    assert sums == pytest.approx(before)
    assert cents == after
