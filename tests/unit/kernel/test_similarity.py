"""Shared ground of two editions."""

import shapely

import kernel_shapes
from guotu.kernel.similarity import overlap_pairs

box = shapely.box


def test_pairs_are_ordered_and_touching_is_no_pair():
    old = kernel_shapes.many(box(0, 0, 2, 2), box(2, 0, 4, 2), None)
    new = kernel_shapes.many(box(0, 0, 1, 2), box(1, 0, 3, 2), shapely.Polygon(), box(4, 0, 5, 5))
    i, j, area = overlap_pairs(old, new)
    assert list(zip(i.tolist(), j.tolist(), area.tolist(), strict=True)) == [
        (0, 0, 2.0),
        (0, 1, 2.0),
        (1, 1, 2.0),
    ]


def test_nothing_shares_nothing():
    i, j, area = overlap_pairs(kernel_shapes.many(), kernel_shapes.many(box(0, 0, 1, 1)))
    assert len(i) == len(j) == len(area) == 0
