"""The sheet: round scales, the box inside the map, the map inside the frame."""

from __future__ import annotations

import pytest

import map_cast as cast
from guotu.analysis.cartography import Picture
from guotu.analysis.cartography.spec import ROUND


@pytest.mark.parametrize("size", [0.5, 3, 40, 119, 400, 3_000, 55_000, 800_000])
def test_the_scale_is_round_and_shows_the_box(size: float) -> None:
    spec = cast.spec(size=size)
    digits = spec.scale / 10 ** (len(str(spec.scale)) - 1)
    assert any(abs(digits - step) < 1e-9 for step in ROUND) or spec.scale < 10
    west, south, east, north = spec.view
    box = spec.box
    assert west <= box[0] + 1e-6
    assert south <= box[1] + 1e-6
    assert east >= box[2] - 1e-6
    assert north >= box[3] - 1e-6


def test_a_scale_that_fits_exactly_is_kept() -> None:
    spec = cast.spec(size=400)
    _, below, _, above = spec.frame
    exact = (above - below) * 5_000 / 1_000
    assert cast.spec(size=exact).scale == 5_000


def test_a_millimetre_is_the_scale_over_a_thousand() -> None:
    spec = cast.spec(size=400)
    west, south, east, north = spec.fitted
    assert (east - west) / spec.width_mm == pytest.approx(spec.scale / 1_000)
    assert (north - south) / spec.height_mm == pytest.approx(spec.scale / 1_000)


def test_the_box_stands_in_the_middle_of_the_map() -> None:
    spec = cast.spec(size=400)
    west, south, east, north = spec.view
    assert (west + east) / 2 == pytest.approx(cast.E0 + 200)
    assert (south + north) / 2 == pytest.approx(cast.N0 + 200)


def test_a_title_takes_room_from_the_map() -> None:
    assert cast.spec(title="图名").frame[3] < cast.spec().frame[3]


def test_only_a_png_is_read_as_one() -> None:
    with pytest.raises(TypeError):
        _ = Picture(b"", "svg", 1, 1, 1).png
