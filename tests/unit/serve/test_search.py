"""Words that are coordinates."""

from __future__ import annotations

import pytest

from guotu.serve.search import coordinate


@pytest.mark.parametrize("words", ["118.5, 31.9", "31.9 118.5", "118.5　31.9"])
def test_degrees_are_understood_in_either_order(words: str) -> None:
    found = coordinate(words)
    assert (found["lon"], found["lat"]) == (118.5, 31.9)


@pytest.mark.parametrize("words", ["39500000 3400000", "3400000, 39500000"])
def test_gauss_krueger_eastings_carry_their_zone(words: str) -> None:
    found = coordinate(words)
    assert found["lon"] == pytest.approx(117.0, abs=1e-9)
    assert 30 < found["lat"] < 31


@pytest.mark.parametrize(
    "words",
    [
        "118°30′00″E 31°54′00″N",
        "东经118度30分 北纬31度54分",
        "31°54'N, 118°30'E",
        "118.5E 31.9N",
        "E118.5° N31.9°",
    ],
)
def test_degrees_are_understood_however_a_keyboard_writes_them(words: str) -> None:
    found = coordinate(words)
    assert (found["lon"], found["lat"]) == (pytest.approx(118.5), pytest.approx(31.9))


@pytest.mark.parametrize(
    "words", ["青禾 118.5 31.9", "118.5", "1 2 3", "500000 3400000", "", "5 6", "99500000 3400000"]
)
def test_other_words_are_no_coordinates(words: str) -> None:
    assert coordinate(words) is None
