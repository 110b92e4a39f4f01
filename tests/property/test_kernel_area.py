"""Ellipsoidal area: what must not change it, and its twins."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import kernel_shapes
from guotu.kernel.area import areas_twin, ellipsoid_area, equal_area_twin, equal_area_xy
from guotu.kernel.wkb import from_wkb, lay_out, to_wkb


def measured(geometry):
    return ellipsoid_area(kernel_shapes.many(geometry))[0]


@given(kernel_shapes.polygons(), st.integers(0, 100))
def test_a_ring_may_begin_anywhere(polygon, turn):
    ring = shapely.get_coordinates(polygon.exterior)[:-1]
    turned = shapely.Polygon(np.roll(ring, turn, axis=0), [hole.coords for hole in polygon.interiors])
    assert measured(turned) == pytest.approx(measured(polygon), rel=1e-11)


@given(kernel_shapes.polygons(west=80, east=130), st.floats(-5, 5))
def test_moving_along_the_parallel_keeps_the_area(polygon, step):
    moved = shapely.transform(polygon, lambda xy: np.add(xy, [step, 0]))
    assert measured(moved) == pytest.approx(measured(polygon), rel=1e-8)


@given(kernel_shapes.polygons())
def test_the_direction_of_rings_does_not_matter(polygon):
    assert measured(shapely.reverse(polygon)) == pytest.approx(measured(polygon), rel=1e-12)


@given(kernel_shapes.polygons(holes=False), st.integers(1, 100))
def test_pieces_add_up(polygon, cut):
    """Halves of a ring closed over one inner point share their new edges."""
    ring = shapely.get_coordinates(polygon)[:-1]
    middle, at = ring.mean(axis=0), 1 + cut % (len(ring) - 2)
    first, second = np.vstack([middle, ring[: at + 1]]), np.vstack([middle, ring[at:], ring[:1]])
    halves = [shapely.Polygon(first), shapely.Polygon(second)]
    signed = [measured(half) * (1 if half.exterior.is_ccw else -1) for half in halves]
    assert sum(signed) == pytest.approx(measured(polygon), rel=1e-10, abs=1e-5)


@given(st.lists(kernel_shapes.polygons(radius=0.8), min_size=1, max_size=8))
def test_the_compiled_series_equals_the_product_form(parcels):
    wkb = to_wkb(kernel_shapes.many(*parcels, None, shapely.multipolygons(parcels[:1])))
    assert ellipsoid_area(from_wkb(wkb)) == pytest.approx(
        areas_twin(lay_out(wkb)), rel=1e-10, abs=1e-5, nan_ok=True
    )


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-89, 89)), min_size=1))
def test_the_equal_area_plane_equals_its_twin(places):
    assert equal_area_xy(np.array(places)) == pytest.approx(
        equal_area_twin(np.array(places)), rel=1e-13, abs=1e-7
    )
