"""Transformations on one datum, across datums only with parameters, and zones."""

import numpy as np
import pyproj
import pytest
import shapely

import kernel_shapes
from guotu.errors import GuotuError
from guotu.kernel.coords import (
    Bursa,
    DatumShift,
    PlaneShift,
    crs_from_epsg,
    transform,
    transform_xy,
    transformer,
    zone_of,
)
from guotu.model.datum import CGCS2000, Datum, GaussKruger, Geographic

ZONE = GaussKruger(3, 39)
PLACE = np.array([[117.3, 31.2], [116.8, 30.1]])
CHINA = (73.0, 3.0, 136.0, 54.0)
PARAMETERS = Bursa(-12.3, 45.6, -78.9, 1.2, -0.7, 0.4, 3.5)


@pytest.mark.parametrize("target", [ZONE, GaussKruger(6, 20), GaussKruger(3, 39, prefixed=False)])
def test_the_gauss_plane_is_that_of_the_registry(target):
    expected = pyproj.Transformer.from_crs(4490, target.epsg, always_xy=True).transform(*PLACE.T)
    assert transform_xy(PLACE, CGCS2000, target) == pytest.approx(np.column_stack(expected), abs=1e-6)


def test_there_and_back_again():
    there = transform_xy(PLACE, CGCS2000, ZONE)
    assert transform_xy(there, ZONE, CGCS2000) == pytest.approx(PLACE, abs=1e-12)
    next_zone = transform_xy(there, ZONE, GaussKruger(3, 40))
    assert transform_xy(next_zone, GaussKruger(3, 40), ZONE) == pytest.approx(there, abs=1e-6)


def test_geometries_travel_and_missing_ones_stay_missing():
    moved = transform(
        kernel_shapes.many(shapely.Point(117, 31), None, shapely.Point(117, 31, 5)), CGCS2000, ZONE
    )
    assert moved[0].x == pytest.approx(39_500_000)
    assert moved[1] is None
    assert not moved[2].has_z


@pytest.mark.parametrize("datum", [Datum.XIAN80, Datum.BEIJING54])
def test_old_datums_project_on_their_own_ellipsoid(datum):
    zone = GaussKruger(3, 39, datum=datum)
    own = pyproj.Transformer.from_crs(Geographic(datum).epsg, zone.epsg, always_xy=True)
    expected = own.transform(*PLACE.T)
    got = transform_xy(PLACE, Geographic(datum), zone)
    assert got == pytest.approx(np.column_stack(expected), abs=1e-6)


@pytest.mark.parametrize(
    "source", [Geographic(Datum.XIAN80), Geographic(Datum.BEIJING54), Geographic(Datum.WGS84)]
)
def test_a_change_of_datum_without_parameters_is_refused(source):
    with pytest.raises(GuotuError, match="GT-1203"):
        transformer(source, CGCS2000)


def test_parameters_for_other_datums_do_not_help():
    shift = DatumShift(Datum.BEIJING54, Datum.CGCS2000, PARAMETERS, CHINA, "test")
    with pytest.raises(GuotuError, match="GT-1203"):
        transformer(Geographic(Datum.XIAN80), CGCS2000, shift=shift)


def test_wgs84_counts_as_cgcs2000_for_display_only():
    wgs = Geographic(Datum.WGS84)
    assert transform_xy(PLACE, wgs, CGCS2000, web_display=True) == pytest.approx(PLACE, abs=1e-12)
    onto = transform_xy(PLACE, wgs, ZONE, web_display=True)
    assert onto == pytest.approx(transform_xy(PLACE, CGCS2000, ZONE), abs=1e-9)


def test_seven_parameters_are_applied_and_undone():
    shift = DatumShift(Datum.XIAN80, Datum.CGCS2000, PARAMETERS, CHINA, "test")
    old = Geographic(Datum.XIAN80)
    new = transform_xy(PLACE, old, CGCS2000, shift=shift)
    assert new == pytest.approx(_by_hand(PLACE, PARAMETERS), abs=1e-9)
    assert transform_xy(new, CGCS2000, old, shift=shift) == pytest.approx(PLACE, abs=1e-8)


def _by_hand(lonlat, p):
    """The Bursa-Wolf formula of the textbooks, heights zero."""
    a, f = 6378140.0, 1 / 298.257
    lon, lat = np.radians(lonlat).T
    n = a / np.sqrt(1 - f * (2 - f) * np.sin(lat) ** 2)
    x = np.array(
        [n * np.cos(lat) * np.cos(lon), n * np.cos(lat) * np.sin(lon), n * (1 - f) ** 2 * np.sin(lat)]
    )
    rx, ry, rz = np.radians(np.array([p.rx, p.ry, p.rz]) / 3600)
    turn = np.array([[1, rz, -ry], [-rz, 1, rx], [ry, -rx, 1]])
    moved = np.array([[p.dx], [p.dy], [p.dz]]) + (1 + p.scale_ppm * 1e-6) * turn @ x
    back = pyproj.Transformer.from_pipeline(
        "+proj=pipeline +step +inv +proj=cart +a=6378137 +rf=298.257222101"
        " +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    out = back.transform(*moved)
    return np.column_stack(out[:2])


def test_four_parameters_move_one_plane_to_the_other():
    old = GaussKruger(3, 39, datum=Datum.XIAN80)
    method = PlaneShift(old, ZONE, d_easting=115.5, d_northing=-3.25, rotation=0.5, scale=1.000002)
    shift = DatumShift(Datum.XIAN80, Datum.CGCS2000, method, CHINA, "test")
    place = np.array([[39_512_345.678, 3_451_234.5]])
    angle = np.radians(0.5 / 3600)
    e, n = 512_345.678, 3_451_234.5
    expected = [
        39_000_000 + 115.5 + 1.000002 * (e * np.cos(angle) - n * np.sin(angle)),
        -3.25 + 1.000002 * (e * np.sin(angle) + n * np.cos(angle)),
    ]
    new = transform_xy(place, old, ZONE, shift=shift)
    assert new[0] == pytest.approx(expected, abs=1e-4)
    assert transform_xy(new, ZONE, old, shift=shift) == pytest.approx(place, abs=1e-4)


def test_parameters_hold_only_in_their_area():
    old = GaussKruger(3, 39, datum=Datum.XIAN80)
    shift = DatumShift(Datum.XIAN80, Datum.CGCS2000, PARAMETERS, (118.0, 31.0, 119.0, 32.0), "test")
    for source, place in ((Geographic(Datum.XIAN80), PLACE), (old, np.array([[39_500_000.0, 3_450_000.0]]))):
        with pytest.raises(GuotuError, match="GT-1209"):
            transform_xy(place, source, CGCS2000, shift=shift)


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ((190.0, 31.0), CGCS2000), ((117.0, 91.0), CGCS2000), ((np.inf, 31.0), CGCS2000),
        ((500_000.0, 3_400_000.0), ZONE), ((39_500_000.0, 39_500_000.0), ZONE),
    ],
)  # fmt: skip
def test_impossible_coordinates_are_refused_with_their_place(place, source):
    with pytest.raises(GuotuError, match="GT-1201") as caught:
        transform_xy(np.array([place]), source, GaussKruger(3, 38))
    assert caught.value.place.coordinate == place


@pytest.mark.parametrize("place", [(27.5, 0.0), (-63.0, 0.0), (-63.0, -45.0), (60.0, 10.0)])
def test_what_the_projection_cannot_hold_is_refused(place):
    with pytest.raises(GuotuError, match="GT-1201"):
        transform_xy(np.array([place]), CGCS2000, ZONE)


def test_nan_passes_as_nan():
    assert np.isnan(transform_xy(np.array([[np.nan, np.nan]]), CGCS2000, ZONE)).all()


def test_zones_follow_from_longitudes():
    assert zone_of(114.0) == GaussKruger(3, 38)
    assert zone_of(115.5) == GaussKruger(3, 39)
    assert zone_of(115.49) == GaussKruger(3, 38)
    assert zone_of(117.0, 6) == GaussKruger(6, 20)
    assert zone_of(114.0, 6, prefixed=False) == GaussKruger(6, 20, prefixed=False)
    with pytest.raises(GuotuError, match="GT-1201"):
        zone_of(10.0)


def test_epsg_codes_are_those_of_the_registry():
    for epsg in (
        *range(4491, 4555),
        *range(2327, 2391),
        *range(2401, 2443),
        *range(21413, 21424),
        *range(21453, 21464),
    ):
        crs = crs_from_epsg(epsg)
        registered = {p.name: p.value for p in pyproj.CRS.from_epsg(epsg).coordinate_operation.params}
        assert isinstance(crs, GaussKruger)
        assert crs.epsg == epsg
        assert registered["Longitude of natural origin"] == crs.central_meridian
        assert registered["False easting"] == crs.false_easting


def test_other_epsg_codes_are_refused():
    with pytest.raises(GuotuError, match="GT-1204"):
        crs_from_epsg(32650)
