"""Nouns of the territory."""

from __future__ import annotations

from datetime import date

import pyproj
import pytest

from guotu.model.dataset import StreamName
from guotu.model.datum import Datum, GaussKruger, Geographic
from guotu.model.filter import And, Between, Compare, In, IsNull, Like, Not, Or, fields_of
from guotu.model.identity import feature_id, genesis_id, uuid7
from guotu.model.time import Version, parse_as_of

ZONES = [
    GaussKruger(width, zone, prefixed, datum)
    for datum in (Datum.CGCS2000, Datum.XIAN80, Datum.BEIJING54)
    for width, zones in ((3, range(25, 46)), (6, range(13, 24)))
    for zone in zones
    for prefixed in (True, False)
]


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_every_zone_has_the_registry_s_code_meridian_and_false_easting(zone: GaussKruger) -> None:
    conversion = pyproj.CRS.from_epsg(zone.epsg).coordinate_operation
    values = {parameter.name: parameter.value for parameter in conversion.params}
    assert values["Longitude of natural origin"] == zone.central_meridian
    assert values["False easting"] == zone.false_easting


def test_zones_outside_china_do_not_exist() -> None:
    for width, zone in ((3, 24), (3, 46), (6, 12), (6, 24)):
        with pytest.raises(ValueError, match="zone"):
            GaussKruger(width, zone)
    with pytest.raises(ValueError, match="CGCS2000"):
        GaussKruger(3, 38, datum=Datum.WGS84)


def test_geographic_codes_are_the_registry_s() -> None:
    assert [Geographic(datum).epsg for datum in Datum] == [4490, 4610, 4214, 4326]


def test_moments_are_versions_dates_or_now() -> None:
    assert parse_as_of("1.42") == Version(1, 42)
    assert parse_as_of("2024-12-31") == date(2024, 12, 31)
    assert parse_as_of("") is parse_as_of(None) is None
    for wrong in ("1", "1.2.3", "2024-13-01", "newest"):
        with pytest.raises(ValueError, match=r"version|month|isoformat"):
            parse_as_of(wrong)
    assert Version(1, 42) < Version(2, 1)
    assert str(Version(1, 42)) == "1.42"


def test_stream_names_are_a_dataset_and_a_partition() -> None:
    assert str(StreamName.parse("xz.dltb/330106")) == "xz.dltb/330106"
    for wrong in ("dltb/330106", "xz.dltb", "xz.dltb/", "xz.dltb/../x"):
        with pytest.raises(ValueError, match="stream"):
            StreamName.parse(wrong)


def test_feature_ids_depend_on_stream_and_key_only() -> None:
    stream, other = genesis_id("xz.dltb/330106", "owner"), genesis_id("xz.dltb/330107", "owner")
    assert feature_id(stream, "1") == feature_id(stream, "1")
    assert len({feature_id(stream, "1"), feature_id(stream, "2"), feature_id(other, "1")}) == 3


def test_uuid7_sorts_by_time_and_carries_version_and_variant() -> None:
    early, late = uuid7(1_000, b"\xff" * 10), uuid7(1_001, b"\x00" * 10)
    assert early < late
    assert early[6] >> 4 == 7
    assert early[8] >> 6 == 2


def test_a_filter_names_every_field_it_looks_at() -> None:
    tree = And(
        (Compare("A", "=", 1), Or((In("B", (1,)), Like("C", "x%"))), Not(IsNull("D")), Between("E", 1, 2))
    )
    assert fields_of(tree) == {"A", "B", "C", "D", "E"}
