"""The grid codec keeps every vertex within half a step, once and for all."""

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import kernel_shapes
from guotu.kernel.area import ellipsoid_area
from guotu.kernel.grid import STEP, decode, encode, snap
from guotu.kernel.wkb import from_wkb, to_wkb

place = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@given(st.lists(place, min_size=2, max_size=50))
def test_vertices_stay_within_half_a_step_and_settle(places):
    line = to_wkb(kernel_shapes.many(shapely.LineString(places)))
    once = snap(line)
    assert np.abs(shapely.get_coordinates(from_wkb(once)) - np.array(places)).max() <= STEP / 2 + 1e-13
    assert snap(once).equals(once)
    assert encode(once).equals(encode(line))


@given(st.lists(st.one_of(st.none(), kernel_shapes.polygons()), max_size=6))
def test_decoding_equals_rounding_every_coordinate(parcels):
    wkb = to_wkb(kernel_shapes.many(*parcels))
    rounded = shapely.transform(kernel_shapes.many(*parcels), lambda xy: np.rint(xy * 1e10) / 1e10)
    assert decode(encode(wkb)).equals(to_wkb(rounded))


@given(st.binary(max_size=60))
def test_hostile_rows_raise_nothing_unforeseen(row):
    try:
        decode(pa.array([row], pa.binary()))
    except Exception as problem:
        assert getattr(problem, "code", "") == "GT-1210"  # noqa: PT017


@given(st.integers(0, 2**32 - 1), st.floats(74, 135), st.floats(4, 53))
def test_a_parcel_of_fifty_vertices_keeps_its_area_to_a_thousandth(seed, lon, lat):
    parcel = kernel_shapes.star(np.random.default_rng(seed), (lon, lat), 0.0008, 50)
    wkb = to_wkb(kernel_shapes.many(parcel))
    assert ellipsoid_area(from_wkb(snap(wkb)))[0] == pytest.approx(ellipsoid_area(from_wkb(wkb))[0], abs=1e-3)
