from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import shapely
from hypothesis import given
from hypothesis import strategies as st

from guotu.kernel.wkb import lay_out
from guotu.quality.edges import OpenEdges
from guotu.quality.seams import Seams, seams

MILLIMETRE = 0.001 / 111_000


def found(shapes: list[shapely.Polygon], order: list[int] | None = None) -> Seams:
    wkb = [shapely.to_wkb(shapely.orient_polygons(shape)) for shape in shapes]
    table = OpenEdges()
    for row in order or range(len(shapes)):
        table.feed(lay_out(pa.array([wkb[row]], pa.binary())), row + 1)
    edges, owners = table.edges({int(row): wkb[row - 1] for row in table.rows()})
    return seams(edges, owners, MILLIMETRE)


def box(x0: float, y0: float, x1: float, y1: float, *more: tuple[float, float]) -> shapely.Polygon:
    return shapely.box(117 + x0 / 1000, 31 + y0 / 1000, 117 + x1 / 1000, 31 + y1 / 1000)


def test_a_vertex_that_the_neighbour_lacks_is_told_at_its_place() -> None:
    told = found([box(0, 0, 1, 2), box(1, 0, 2, 1), box(1, 1, 2, 2)])
    assert (told.missing.tolist(), told.having.tolist()) == ([1], [2])
    assert np.allclose(told.places, [[117.001, 31.001]])


def test_common_borders_with_common_vertices_have_no_seam() -> None:
    left = shapely.Polygon([(117, 31), (117.001, 31), (117.001, 31.001), (117.001, 31.002), (117, 31.002)])
    assert len(found([left, box(1, 0, 2, 1), box(1, 1, 2, 2)])) == 0


def test_an_overlap_a_metre_wide_is_no_seam() -> None:
    assert len(found([box(0, 0, 1, 2), box(0.99, 0.5, 2, 1.5)])) == 0


@given(st.lists(st.integers(1, 9), max_size=4, unique=True), st.permutations(range(4)))
def test_each_cut_of_one_side_is_found_once_in_any_order(cuts: list[int], order: list[int]) -> None:
    ends = [0, *sorted(cuts), 10]
    right = [box(1, a, 2, b) for a, b in pairwise(ends)]
    told = found(
        [box(0, 0, 1, 10), *right], [n for n in order if n <= len(right)] if len(right) == 3 else None
    )
    assert told.places[:, 1].tolist() == sorted(
        {shapely.get_y(shapely.points(0, 31 + c / 1000)) for c in cuts}
    )
    assert set(told.missing.tolist()) <= {1}
