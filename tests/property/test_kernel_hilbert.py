"""Hilbert order is a permutation."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from guotu.kernel.hilbert import hilbert_order

number = st.floats(-1e8, 1e8)


@given(st.lists(st.tuples(number, number, number, number), max_size=60))
def test_every_box_comes_once(boxes):
    order = hilbert_order(np.array(boxes, np.float64).reshape(-1, 4))
    assert sorted(order.tolist()) == list(range(len(boxes)))
