from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from guotu.quality import lines as subject
from guotu.quality.lines import Ends, Fault, Kind, network, pseudo_nodes

SNAP = 0.5 / 111_000


def faults(shapes: list[Any], *, strict: bool = True, alike: list[int] | None = None) -> list[Fault]:
    """Faults of lines in rows 1, 2, 3 …"""
    array = np.array(shapes, object)
    rows = np.arange(1, len(shapes) + 1)
    tips = [shapely.get_coordinates(shapely.get_point(array, at)) for at in (0, -1)]
    ends = Ends.of(*tips)
    wkb = dict(enumerate(shapely.to_wkb(array), 1))
    boxes = shapely.bounds(array)
    found = list(
        network(
            rows, boxes, ends, lambda wanted: {r: wkb[r] for r in wanted.tolist()}, snap=SNAP, strict=strict
        )
    )
    kinds = np.array(alike if alike is not None else range(len(shapes)), np.int64)
    return sorted([*found, *pseudo_nodes(rows, ends, kinds)], key=lambda f: (f.row, f.kind, f.place))


def line(*xy: tuple[float, float]) -> Any:
    return shapely.LineString([(117 + x / 1000, 31 + y / 1000) for x, y in xy])


def at(x: float, y: float) -> tuple[float, float]:
    return pytest.approx((117 + x / 1000, 31 + y / 1000), abs=1e-9)


STAR = [line((0, 0), (1, 0)), line((0, 0), (0, 1)), line((0, 0), (-1, -1))]
RIM = [line((1, 0), (0, 1)), line((0, 1), (-1, -1)), line((-1, -1), (1, 0))]


def test_a_network_broken_at_its_junctions_has_no_fault() -> None:
    assert faults([*STAR, *RIM]) == []


def test_a_ring_of_one_line_has_no_fault() -> None:
    assert faults([line((0, 0), (1, 0), (1, 1), (0, 0))]) == []


def test_a_line_that_crosses_itself_is_told_where() -> None:
    [found] = faults([line((0, 0), (2, 2), (2, 0), (0, 2))], strict=False)
    assert (found.kind, found.row) == (Kind.SELF, 1)
    assert found.place == at(1, 1)


def test_a_line_that_touches_its_own_inside_with_an_end_crosses_itself() -> None:
    [found] = faults([line((0, 0), (2, 0), (2, 1), (1, 0))], strict=False)
    assert (found.kind, found.place) == (Kind.SELF, at(1, 0))


def test_lines_that_cross_without_breaking_are_told_once() -> None:
    found = [f for f in faults([line((0, 0), (2, 2)), line((0, 2), (2, 0))]) if f.kind is Kind.CROSSING]
    assert [(f.row, f.other, f.place) for f in found] == [(1, 2, at(1, 1))]


def test_an_end_on_a_line_that_does_not_break_is_a_junction_left_out() -> None:
    found = [f for f in faults([line((0, 0), (2, 0)), line((1, 0), (1, 1))]) if f.kind is Kind.JUNCTION]
    assert [(f.row, f.other, f.place) for f in found] == [(2, 1, at(1, 0))]


def test_an_end_thirty_centimetres_short_is_told_with_its_distance() -> None:
    for strict in (False, True):
        found = faults([line((0, 0), (2, 0)), line((1, 0.0027), (1, 1))], strict=strict)
        [short] = [f for f in found if f.kind is Kind.SHORT]
        assert (short.row, short.other) == (2, 1)
        assert short.distance * 111_000 == pytest.approx(0.3, abs=0.001)


def test_a_loose_end_is_a_fault_of_boundaries_only() -> None:
    assert [f.kind for f in faults([line((0, 0), (1, 1))])] == [Kind.DANGLE, Kind.DANGLE]
    assert faults([line((0, 0), (1, 1))], strict=False) == []


def test_two_lines_of_one_kind_that_only_meet_each_other_could_be_one() -> None:
    ring = [line((0, 0), (1, 0), (1, 1)), line((1, 1), (0, 1), (0, 0))]
    assert faults(ring, alike=[1, 2]) == []
    found = faults(ring, alike=[1, 1])
    assert {(f.kind, f.row, f.other) for f in found} == {(Kind.PSEUDO, 1, 2)}
    assert len(found) == 2


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 4), min_size=1, max_size=12), st.randoms())
def test_neither_order_nor_chunks_change_what_is_found(given: list[Any], random: Any) -> None:
    shapes = [line((a, b), (c, d)) for a, b, c, d in given if (a, b) != (c, d)]
    if not shapes:
        return
    order = list(range(len(shapes)))
    random.shuffle(order)
    told = {(f.kind, f.row, f.place) for f in faults(shapes) if f.kind in (Kind.DANGLE, Kind.JUNCTION)}
    mixed = {
        (f.kind, order[f.row - 1] + 1, f.place)
        for f in _in_chunks([shapes[n] for n in order])
        if f.kind in (Kind.DANGLE, Kind.JUNCTION)
    }
    assert told == mixed


def _in_chunks(shapes: list[Any]) -> list[Fault]:
    whole = subject._AT_ONCE
    try:
        subject._AT_ONCE = 2  # type: ignore[misc]
        return faults(shapes)
    finally:
        subject._AT_ONCE = whole  # type: ignore[misc]
