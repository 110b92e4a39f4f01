"""A packed tree finds what comparing every box finds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guotu.kernel.tree import FAN, build, levels, search, search_twin


def boxes_of(rng: np.random.Generator, count: int, missing: float) -> np.ndarray:
    low = rng.uniform(0, 10, (count, 2)).round(2)
    boxes = np.hstack([low, low + rng.uniform(0, 1, (count, 2)).round(2)])
    boxes[rng.uniform(size=count) < missing] = np.nan
    return boxes


@given(
    st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 2, FAN, FAN + 1, FAN**2, FAN**2 + 1, 700]), st.floats(0, 1)
)  # fmt: skip
def test_the_tree_finds_exactly_the_boxes_that_meet_the_window(seed, count, missing):
    rng = np.random.default_rng(seed)
    tree = build(boxes_of(rng, count, missing))
    for window in [(0, 0, 11, 11), (2, 3, 2, 3), *boxes_of(rng, 4, 0).tolist()]:
        found = search(tree, tuple(window), 1000)
        assert found.tolist() == search_twin(tree, tuple(window), 1000).tolist()


def test_a_window_with_more_than_asked_for_finds_none():
    tree = build(np.tile([0.0, 0, 1, 1], (40, 1)))
    assert search(tree, (0, 0, 1, 1), 39) is None
    assert search_twin(tree, (0, 0, 1, 1), 39) is None
    assert len(search(tree, (0, 0, 1, 1), 40)) == 40


@pytest.mark.parametrize(("leaves", "ends"), [(0, [0, 0]), (1, [0, 1]), (17, [0, 17, 19, 20])])
def test_levels_shrink_by_the_fan_until_one_is_left(leaves, ends):
    assert levels(leaves).tolist() == ends
