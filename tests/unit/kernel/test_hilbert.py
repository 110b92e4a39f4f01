"""Hilbert order."""

import numpy as np
import shapely

from guotu.kernel import hilbert
from guotu.kernel.hilbert import hilbert_order, keys_twin
from guotu.kernel.loops.hilbert import ORDER


def test_the_curve_goes_from_cell_to_neighbouring_cell():
    x, y = map(np.ravel, np.meshgrid(np.arange(16), np.arange(16)))
    keys = keys_twin(x, y)
    assert sorted(keys.tolist()) == list(range(256))
    path = np.argsort(keys)
    assert (np.abs(np.diff(x[path])) + np.abs(np.diff(y[path])) == 1).all()


def test_the_loop_equals_its_twin(monkeypatch):
    rng = np.random.default_rng(1)
    x, y = rng.integers(0, 2**ORDER, (2, 2000))
    assert np.array_equal(hilbert._keys(x, y), keys_twin(x, y))
    bounds = np.repeat(rng.random((500, 2)), 2, axis=1)[:, [0, 2, 1, 3]]
    compiled = hilbert_order(bounds)
    monkeypatch.setattr(hilbert, "COMPILED", False)
    assert np.array_equal(hilbert_order(bounds), compiled)


def test_neighbours_come_together_and_the_empty_last():
    boxes = shapely.bounds(
        shapely.box([0, 9, 0.1, 9.1], [0, 9, 0.1, 9.1], [1, 10, 1.1, 10], [1, 10, 1.1, 10])
    )
    order = hilbert_order(np.vstack([np.full(4, np.nan), boxes])).tolist()
    assert order[-1] == 0
    assert abs(order.index(1) - order.index(3)) == 1
    assert hilbert_order(np.empty((0, 4))).tolist() == []
    assert hilbert_order(np.full((2, 4), np.nan)).tolist() == [0, 1]
    assert hilbert_order(np.ones((3, 4))).tolist() == [0, 1, 2]
