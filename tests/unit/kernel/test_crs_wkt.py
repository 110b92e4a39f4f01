"""Recognising .prj texts without authority."""

import re

import pyproj
import pytest

from guotu.errors import GuotuError
from guotu.kernel.coords import crs_from_epsg, crs_from_wkt
from guotu.model.datum import Datum, GaussKruger, Geographic

ESRI_ZONE = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_39",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",39500000.0],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",117.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


@pytest.mark.parametrize("version", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
@pytest.mark.parametrize(
    "epsg", [4490, 4610, 4214, 4326, 4526, 4547, 4498, 4507, 2363, 2384, 2332, 2415, 2436, 21420, 21460]
)
def test_every_dialect_is_matched_by_parameters(epsg, version):
    text = re.sub(r',\s*(AUTHORITY|ID)\["EPSG",[^\]]*\]', "", pyproj.CRS.from_epsg(epsg).to_wkt(version))
    expected, got = crs_from_epsg(epsg), crs_from_wkt(text)
    if isinstance(expected, GaussKruger) and not expected.prefixed:
        assert isinstance(got, GaussKruger)
        assert (got.central_meridian, got.prefixed, got.datum) == (
            expected.central_meridian,
            False,
            expected.datum,
        )
    else:
        assert got == expected


def test_the_desktop_texts_of_the_trade_are_known():
    assert crs_from_wkt(ESRI_ZONE) == GaussKruger(3, 39)
    assert crs_from_wkt("\ufeff" + ESRI_ZONE + "\r\n") == GaussKruger(3, 39)
    six = ESRI_ZONE.replace("3_Degree_GK_Zone_39", "GK_CM_117E").replace("39500000", "500000")
    assert crs_from_wkt(six) == GaussKruger(6, 20, prefixed=False)
    three = ESRI_ZONE.replace("GK_Zone_39", "GK_CM_117E").replace("39500000", "500000")
    assert crs_from_wkt(three) == GaussKruger(3, 39, prefixed=False)
    nameless = ESRI_ZONE.replace("CGCS2000_3_Degree_GK_Zone_39", "unnamed").replace("39500000", "500000")
    assert crs_from_wkt(nameless) == GaussKruger(3, 39, prefixed=False)


def test_a_nameless_datum_is_known_by_its_ellipsoid():
    text = ESRI_ZONE.replace("GCS_China_Geodetic_Coordinate_System_2000", "unknown").replace(
        "D_China_2000", "D_unknown"
    )
    assert crs_from_wkt(text) == GaussKruger(3, 39)
    old = text.replace("6378137.0,298.257222101", "6378140.0,298.257")
    assert crs_from_wkt(old) == GaussKruger(3, 39, datum=Datum.XIAN80)


def test_a_compound_or_bound_system_is_known_by_its_horizontal_part():
    assert crs_from_wkt(pyproj.CRS("EPSG:4490+5737").to_wkt()) == Geographic(Datum.CGCS2000)
    bound = pyproj.CRS("+proj=tmerc +lon_0=117 +x_0=39500000 +a=6378140 +rf=298.257 +towgs84=1,2,3")
    assert crs_from_wkt(bound.to_wkt()) == GaussKruger(3, 39, datum=Datum.XIAN80)


@pytest.mark.parametrize("epsg", [4269, 4258, 32650, 3857, 2326, 4479, 5737, 4807])
def test_foreign_systems_are_refused(epsg):
    with pytest.raises(GuotuError, match="GT-1204"):
        crs_from_wkt(pyproj.CRS.from_epsg(epsg).to_wkt("WKT2_2019"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"Scale_Factor",1.0', '"Scale_Factor",0.9996'),
        ('"Central_Meridian",117.0', '"Central_Meridian",117.5'),
        ('"Central_Meridian",117.0', '"Central_Meridian",118.0'),
        ("39500000.0", "40500000.0"),
        ("39500000.0", "250000.0"),
        ('"Central_Meridian",117.0', '"Central_Meridian",12.0'),
        ('PROJECTION["Gauss_Kruger"]', 'PROJECTION["Mercator"]'),
        ('"Latitude_Of_Origin",0.0', '"Latitude_Of_Origin",30.0'),
        ('UNIT["Meter",1.0]', 'UNIT["Foot_US",0.3048006096012192]'),
        ("6378137.0,298.257222101", "6378388.0,297.0"),
        ('"Greenwich",0.0', '"Paris",2.337229166666667'),
    ],
)
def test_near_misses_are_refused(old, new):
    with pytest.raises(GuotuError, match="GT-1204"):
        crs_from_wkt(ESRI_ZONE.replace(old, new))


@pytest.mark.parametrize("text", ["", "not wkt", "PROJCS[", "G" * 70_000])
def test_what_is_no_wkt_is_told_so(text):
    with pytest.raises(GuotuError, match="GT-1205"):
        crs_from_wkt(text)
