"""The area-only overlay against GEOS and against itself."""

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

import kernel_shapes
from guotu.kernel.area import equal_area_xy
from guotu.kernel.coords import transform_xy
from guotu.kernel.overlay import difference, overlap_areas, overlap_areas_wkb, shared_areas_twin, subdivide
from guotu.kernel.plane import on_plane, project_gauss
from guotu.kernel.similarity import overlap_pairs
from guotu.kernel.wkb import to_wkb
from guotu.model.datum import CGCS2000, GaussKruger

metres = kernel_shapes.polygons(west=-100, east=100, south=-100, north=100, radius=200.0)
TOLERANCE = 1e-6


@given(metres, st.lists(metres, min_size=1, max_size=6))
def test_areas_equal_those_of_geos(subject, others):
    candidates = kernel_shapes.many(*others, subject, shapely.reverse(subject), None)
    assert overlap_areas(subject, candidates) == pytest.approx(
        shared_areas_twin(subject, candidates), abs=TOLERANCE, nan_ok=True
    )


@given(metres, metres)
def test_what_is_shared_and_what_is_left_make_the_whole(a, b):
    left = difference(a, kernel_shapes.many(b))
    assert overlap_areas(a, kernel_shapes.many(b))[0] + left.area == pytest.approx(a.area, abs=TOLERANCE)


@given(metres, metres)
def test_sharing_is_mutual(a, b):
    assert overlap_areas(a, kernel_shapes.many(b))[0] == pytest.approx(
        overlap_areas(b, kernel_shapes.many(a))[0], abs=TOLERANCE
    )


@given(metres, st.integers(4, 40))
def test_pieces_share_as_much_as_the_whole(a, most):
    other = shapely.box(-50, -50, 60, 70)
    pieces = subdivide(a, max(most, 8))
    assert overlap_areas(other, pieces).sum() == pytest.approx(
        overlap_areas(other, kernel_shapes.many(a))[0], abs=TOLERANCE
    )


@given(st.integers(0, 10_000), metres)
def test_a_mosaic_shares_all_that_lies_on_it(seed, subject):
    tiles = shapely.transform(kernel_shapes.mosaic(3, seed), lambda xy: xy * 300 - 450)
    assert overlap_areas(subject, tiles).sum() == pytest.approx(subject.area, abs=1e-5)


@given(st.integers(25, 45), st.floats(-3.5, 3.5), st.floats(0, 60))
def test_the_projection_equals_that_of_the_registry(number, off, latitude):
    zone = GaussKruger(3, number)
    place = np.array([[zone.central_meridian + off, latitude]])
    assert project_gauss(place, zone) == pytest.approx(transform_xy(place, CGCS2000, zone), abs=1e-6, rel=0)


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_pairs_of_two_mosaics_cover_both(one, two):
    old, new = kernel_shapes.mosaic(3, one), kernel_shapes.mosaic(3, two)
    i, j, area = overlap_pairs(old, new)
    assert np.bincount(i, area, 9) == pytest.approx(shapely.area(old), abs=1e-9)
    assert np.bincount(j, area, 9) == pytest.approx(shapely.area(new), abs=1e-9)
    if one == two:
        assert (i == j).all()


@given(
    st.integers(25, 45), st.floats(-3.3, 3.3), st.floats(3, 54),
    st.lists(st.tuples(st.floats(-0.9, 0.9), st.floats(-0.9, 0.9)), min_size=1, max_size=30),
)  # fmt: skip
def test_the_expansion_about_a_place_equals_the_registry_near_and_far(number, off, latitude, steps):
    zone = GaussKruger(3, number)
    about = np.array([zone.central_meridian + off, latitude])
    places = about + np.array(steps)
    assert on_plane(places, zone, about) == pytest.approx(
        transform_xy(places, CGCS2000, zone), abs=1e-6, rel=0
    )


def star(seed, centre, radius, corners):
    """A jagged ring about a place, in degrees."""
    chance = np.random.default_rng(seed)
    angle = np.sort(chance.uniform(0, 2 * np.pi, corners))
    reach = radius * chance.uniform(0.2, 1.0, corners)
    return shapely.Polygon(
        np.column_stack([centre[0] + reach * np.cos(angle), centre[1] + reach * np.sin(angle)])
    )


@given(
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.sampled_from([0.004, 0.05, 0.4]),
    st.integers(3, 400),
    st.sampled_from([None, GaussKruger(3, 39)]),
)
def test_what_a_feature_does_far_away_changes_nothing(seed, other, radius, corners, plane):
    subject = star(seed, (118.2, 31.0), 0.003, 12)
    offset = np.random.default_rng(other).uniform(-radius, radius, 2)
    big = star(other, (118.2 + offset[0], 31.0 + offset[1]), radius, corners)
    hole = star(other + 1, (118.2, 31.0), 0.002, 9)
    assume(subject.is_valid and big.is_valid and hole.is_valid)
    holed = big.difference(hole)
    candidates = kernel_shapes.many(big, holed, shapely.reverse(big), subject.buffer(1.0, quad_segs=64))

    def moved(xy):
        return equal_area_xy(xy) if plane is None else project_gauss(xy, plane)

    expected = shared_areas_twin(shapely.transform(subject, moved), shapely.transform(candidates, moved))
    assert overlap_areas_wkb(subject, to_wkb(candidates), plane) == pytest.approx(expected, abs=1e-5)
