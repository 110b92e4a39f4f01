"""Guessing the system from numbers, with evidence."""

import numpy as np
import pytest

from guotu.kernel.coords import crs_from_eastings, looks_packed, unpack_degrees
from guotu.model.datum import CGCS2000, Datum, GaussKruger

EAST, NORTH = np.array([39_512_345.6, 39_513_000.0]), np.array([3_451_234.5, 3_451_999.0])


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ([39_512_345.0], GaussKruger(3, 39)), ([25_400_000.0, 25_600_000.0], GaussKruger(3, 25)),
        ([20_500_000.0], GaussKruger(6, 20)), ([45_500_000.0], GaussKruger(3, 45)), ([13_500_000.0], GaussKruger(6, 13)),
        ([117.3, 116.2], CGCS2000),
    ],
)  # fmt: skip
def test_the_first_digits_tell_the_zone(x, expected):
    guess = crs_from_eastings(np.array(x))
    assert guess.crs == expected
    assert not guess.swapped
    assert guess.evidence_zh
    assert guess.evidence_en


def test_swapped_columns_are_seen():
    guess = crs_from_eastings(NORTH, EAST)
    assert guess.crs == GaussKruger(3, 39)
    assert guess.swapped
    assert "纵坐标" in guess.evidence_zh
    degrees = crs_from_eastings(np.array([31.2, 30.1]), np.array([117.3, 116.2]))
    assert degrees.geographic
    assert degrees.swapped
    assert degrees.crs == CGCS2000


def test_numbers_that_are_northings_only_may_be_eastings_of_the_second_column():
    assert crs_from_eastings(NORTH, NORTH).crs is None
    assert crs_from_eastings(NORTH, np.array([20_500_000.0, 20_510_000.0])).crs == GaussKruger(6, 20)


def test_northings_alone_do_not_tell():
    guess = crs_from_eastings(NORTH)
    assert guess.crs is None
    assert guess.swapped


def test_without_prefix_something_else_must_tell_the_zone():
    plain = EAST - 39e6
    assert crs_from_eastings(plain, NORTH).crs is None
    hinted = crs_from_eastings(plain, NORTH, hint=GaussKruger(3, 39, datum=Datum.XIAN80))
    assert hinted.crs == GaussKruger(3, 39, prefixed=False, datum=Datum.XIAN80)
    placed = crs_from_eastings(plain, NORTH, longitude=117.3)
    assert placed.crs == GaussKruger(3, 39, prefixed=False)
    assert "117.30" in placed.evidence_en
    assert crs_from_eastings(NORTH, plain, longitude=117.3).swapped


def test_a_hint_carries_its_datum_to_prefixed_eastings():
    hint = GaussKruger(3, 39, datum=Datum.BEIJING54)
    assert crs_from_eastings(EAST, NORTH, hint=hint).crs == hint


def test_the_next_zone_is_warned_about_and_farther_refused():
    near = crs_from_eastings(np.array([39_680_000.0]))
    assert near.crs == GaussKruger(3, 39)
    assert near.warning_zh
    assert near.warning_en
    far = crs_from_eastings(np.array([39_800_000.0]))
    assert far.crs is None
    assert "wrong" in far.evidence_en


@pytest.mark.parametrize(
    ("x", "words"),
    [([39_500_000.0, 40_500_000.0], "several"), ([50_500_000.0], "no zone"), ([60.0], "no zone"), ([], "no usable"),
     ([np.nan], "no usable")],
)  # fmt: skip
def test_other_numbers_are_explained(x, words):
    guess = crs_from_eastings(np.array(x))
    assert guess.crs is None
    assert words in guess.evidence_en


def test_packed_degrees_are_recognised_and_unpacked():
    packed = np.array([117.3045, 117.5912, 116.0159, 31.2530, 31.0709, 30.4512])
    assert looks_packed(packed)
    assert crs_from_eastings(packed[:3], packed[3:]).packed
    assert unpack_degrees(np.array([117.3045, -31.253012, 30.0])) == pytest.approx(
        [117 + 30 / 60 + 45 / 3600, -(31 + 25 / 60 + 30.12 / 3600), 30.0], abs=1e-12
    )


def test_plain_degrees_or_too_few_values_are_not_taken_for_packed():
    assert not looks_packed(np.array([117.3045, 31.2530]))
    assert not looks_packed(np.array([117.0, 31.0, 118.0, 32.0, 119.0]))
    assert not looks_packed(np.random.default_rng(1).uniform(116, 118, 40))
