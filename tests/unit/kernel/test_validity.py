"""Faults of geometries with reason and place."""

import numpy as np
import pytest
import shapely

import kernel_shapes
from guotu.kernel.validity import REASONS, faults, orient

CASES = {
    "self-intersection": "POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))",
    "hole-outside": "POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0), (5 5, 6 5, 6 6, 5 5))",
    "nested-holes": "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 8 1, 8 8, 1 8, 1 1), (2 2, 3 2, 3 3, 2 3, 2 2))",
    "nested-shells": "MULTIPOLYGON (((0 0, 3 0, 3 3, 0 3, 0 0)), ((1 1, 2 1, 2 2, 1 2, 1 1)))",
    "ring-self-intersection": "POLYGON ((0 0, 4 0, 4 4, 2 0, 0 4, 0 0))",
    "disconnected-interior": "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (0 2, 2 0, 4 2, 2 4, 0 2))",
    "duplicate-vertex": "POLYGON ((0 0, 2 0, 2 0, 2 2, 0 2, 0 0))",
    "spike": "POLYGON ((0 0, 2 0, 2 2, 1.0005 2, 1 90, 0.9995 2, 0 2, 0 0))",
    "empty": "POLYGON EMPTY",
}


@pytest.mark.parametrize("reason", CASES)
def test_each_fault_is_named(reason):
    found = faults(kernel_shapes.many(shapely.box(0, 0, 1, 1), shapely.from_wkt(CASES[reason])))
    assert reason in {fault.reason for fault in found}
    assert {fault.index for fault in found} == {1}
    assert {fault.reason for fault in found} <= set(REASONS)


def test_faults_have_places_in_order():
    found = faults(shapely.from_wkt([CASES["spike"], CASES["self-intersection"], CASES["duplicate-vertex"]]))
    assert [(f.index, f.reason) for f in found] == [
        (0, "spike"),
        (1, "self-intersection"),
        (2, "duplicate-vertex"),
    ]
    assert [(f.x, f.y) for f in found] == [(1, 90), (0.5, 0.5), (2, 0)]


def test_sound_missing_and_other_kinds_have_no_fault():
    rng = np.random.default_rng(1)
    sound = [kernel_shapes.holed(rng, (117, 31), 0.01, 30) for _ in range(20)]
    assert (
        faults(kernel_shapes.many(*sound, None, shapely.Point(1, 1), shapely.LineString([(0, 0), (1, 1)])))
        == []
    )
    assert faults(kernel_shapes.many()) == []


def test_a_ring_on_a_line_has_no_area():
    found = faults(shapely.from_wkt(["POLYGON ((0 0, 1 1, 2 2, 0 0))"]), spike_angle=0.0)
    assert {f.reason for f in found} >= {"zero-area", "self-intersection"}


def test_coordinates_that_are_no_numbers_are_told():
    with np.errstate(invalid="ignore"):
        broken = shapely.Polygon([(0, 0), (np.nan, 1), (2, 2), (0, 0)])
        found = faults(kernel_shapes.many(broken))
    assert "nan-coordinate" in {f.reason for f in found}


def test_angles_are_measured_on_the_ground():
    """At 60° north a degree of longitude is half as long: the angle is sharper than the numbers look."""
    wedge = shapely.Polygon([(0, 60), (0.0110, 60.1), (0, 60.1)])
    assert faults(kernel_shapes.many(wedge), spike_angle=4.0)[0].reason == "spike"
    plane = shapely.transform(wedge, lambda xy: xy * 1000)
    assert faults(kernel_shapes.many(plane), spike_angle=4.0) == []


def test_shells_go_counter_clockwise_and_holes_clockwise():
    holed = shapely.reverse(shapely.difference(shapely.box(0, 0, 9, 9), shapely.box(1, 1, 2, 2)))
    turned = orient(kernel_shapes.many(holed, None))
    assert turned[0].exterior.is_ccw
    assert not turned[0].interiors[0].is_ccw
    assert turned[1] is None
