"""Areas on the ellipsoid and on the plane."""

import numpy as np
import pyarrow as pa
import pytest
import shapely

import kernel_shapes
from guotu.errors import GuotuError
from guotu.kernel import area
from guotu.kernel.coords import transform
from guotu.kernel.wkb import lay_out, to_wkb
from guotu.model.datum import CGCS2000, GaussKruger

PARCEL = shapely.box(116.0, 30.0, 116.01, 30.01)


def test_a_missing_parcel_has_no_number_and_an_empty_one_no_area():
    areas = area.ellipsoid_area(
        kernel_shapes.many(
            None, shapely.Polygon(), shapely.Point(116, 30), shapely.LineString([(1, 1), (2, 2)])
        )
    )
    assert np.isnan(areas[0])
    assert areas[1:].tolist() == [0.0, 0.0, 0.0]


def test_holes_are_removed_and_parts_added():
    hole = shapely.box(116.002, 30.002, 116.004, 30.004)
    other = shapely.box(117.0, 30.0, 117.01, 30.01)
    holed = shapely.difference(PARCEL, hole)
    both = shapely.multipolygons([holed, other])
    whole, of_hole, of_other, of_holed, of_both = area.ellipsoid_area(
        kernel_shapes.many(PARCEL, hole, other, holed, both)
    )
    assert of_holed == pytest.approx(whole - of_hole, abs=1e-6)
    assert of_both == pytest.approx(of_holed + of_other, abs=1e-6)


def test_a_parcel_over_many_degrees_takes_the_long_way_round_the_series():
    wide = kernel_shapes.many(shapely.box(100, 20, 110, 40), shapely.box(75, 3, 135, 54))
    assert area.ellipsoid_area(wide) == pytest.approx(area.areas_twin(lay_out(to_wkb(wide))), rel=1e-12)


def test_without_compiled_loops_the_twin_measures(monkeypatch):
    parcels = kernel_shapes.many(PARCEL, None, shapely.Polygon(), shapely.Point(1, 1))
    compiled, plane = area.ellipsoid_area(parcels), area.equal_area_xy(np.array([[116.0, 30.0]]))
    monkeypatch.setattr(area, "COMPILED", False)
    assert area.ellipsoid_area(parcels) == pytest.approx(compiled, rel=1e-9, nan_ok=True)
    assert area.equal_area_xy(np.array([[116.0, 30.0]])) == pytest.approx(plane, rel=1e-15)
    assert area.ellipsoid_area(kernel_shapes.many(None))[0] != 0


def test_all_layouts_of_an_arrow_array_are_read():
    plain = to_wkb(kernel_shapes.many(PARCEL, PARCEL, None, PARCEL))
    expected = area.ellipsoid_area_wkb(plain)
    for other in (
        plain.cast(pa.large_binary()),
        plain.cast(pa.binary_view()),
        pa.chunked_array([plain[:1], plain[1:]]),
        pa.concat_arrays([plain[:2], plain])[2:],
    ):
        assert np.array_equal(area.ellipsoid_area_wkb(other), expected, equal_nan=True)
    assert len(area.ellipsoid_area_wkb(pa.chunked_array([], pa.binary()))) == 0


def test_big_endian_and_three_dimensional_bytes_give_the_same_area():
    expected = area.ellipsoid_area(kernel_shapes.many(PARCEL))
    big = shapely.to_wkb(PARCEL, byte_order=0)
    deep = shapely.to_wkb(shapely.force_3d(PARCEL, 5.0), include_srid=True)
    assert area.ellipsoid_area_wkb(pa.array([big, deep])) == pytest.approx([expected[0]] * 2, rel=0)


def test_a_collection_has_no_area_here():
    mixed = shapely.GeometryCollection([PARCEL, shapely.Point(1, 1)])
    with pytest.raises(GuotuError, match="GT-1208"):
        area.ellipsoid_area(kernel_shapes.many(mixed))


def test_the_equal_area_plane_carries_the_official_area():
    polygon = kernel_shapes.holed(np.random.default_rng(5), (117.3, 31.2), 0.01, 40)
    plane = shapely.transform(polygon, area.equal_area_xy)
    assert shapely.area(plane) == pytest.approx(area.ellipsoid_area(kernel_shapes.many(polygon))[0], abs=1e-4)


def test_no_latitude_has_no_place_on_the_equal_area_plane():
    assert np.isnan(area.equal_area_xy(np.array([[117.0, 90.5], [117.0, np.nan]]))[:, 1]).all()


def test_plane_area_is_in_square_metres():
    square = shapely.box(39_500_000, 3_400_000, 39_500_100, 3_400_100)
    areas = area.plane_area(kernel_shapes.many(square, None))
    assert areas[0] == 10_000.0
    assert np.isnan(areas[1])


def test_short_edges_are_left_alone_and_long_ones_split():
    zone = GaussKruger(3, 39)
    small = shapely.box(39_500_000, 3_400_000, 39_500_900, 3_400_900)
    large = shapely.box(39_500_000, 3_400_000, 39_505_000, 3_400_900)
    parcels = transform(kernel_shapes.many(small, large, None, shapely.Polygon()), zone, CGCS2000)
    split = area.densify_for_area(parcels)
    assert split[0] is parcels[0]
    assert shapely.get_num_coordinates(split[1]) > shapely.get_num_coordinates(parcels[1])
    assert split[2] is None
    again = area.densify_for_area(parcels, zone)
    assert shapely.get_num_coordinates(again[1]) == shapely.get_num_coordinates(split[1])
