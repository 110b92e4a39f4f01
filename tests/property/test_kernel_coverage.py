"""The balance of edges against sorting them, and coverages with one planted fault."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import kernel_shapes
from guotu.kernel import coverage
from guotu.kernel.coverage import EdgeBalance, check_coverage
from guotu.kernel.wkb import to_wkb


def _net(tiles, compiled):
    before, coverage.COMPILED = coverage.COMPILED, compiled
    try:
        balance = EdgeBalance()
        balance.feed(to_wkb(tiles))
        return balance.net()
    finally:
        coverage.COMPILED = before


@given(st.integers(0, 10_000), st.integers(2, 7), st.floats(0, 1))
def test_both_ways_leave_the_same_edges(seed, side, share):
    rng = np.random.default_rng(seed)
    tiles = kernel_shapes.mosaic(side, seed)
    tiles = tiles[rng.random(len(tiles)) <= share]
    loop, twin = _net(tiles, True), _net(tiles, False)
    assert np.array_equal(loop.ends, twin.ends)
    assert np.array_equal(loop.weight, twin.weight)


@given(st.integers(0, 10_000), st.integers(3, 6), st.data())
def test_a_planted_fault_is_found_whole(seed, side, data):
    tiles = kernel_shapes.mosaic(side, seed)
    victim = data.draw(st.integers(0, side * side - 1))
    tiles[victim] = shapely.transform(tiles[victim], lambda xy: np.add(xy, [0.04, 0.02]))
    faults = check_coverage(tiles, 0.0)
    expected = sum(
        shapely.intersection(tiles[victim], tile).area for k, tile in enumerate(tiles) if k != victim
    )
    assert sum(o.area for o in faults.overlaps) == pytest.approx(expected, abs=1e-9)
    assert all(victim in (o.first, o.second) for o in faults.overlaps)


@given(st.integers(0, 10_000))
def test_a_missing_inner_tile_is_a_gap(seed):
    tiles = kernel_shapes.mosaic(3, seed)
    faults = check_coverage(np.delete(tiles, 4), 0.0)
    assert not faults.overlaps
    assert [gap.area for gap in faults.gaps] == pytest.approx([tiles[4].area])
