"""Lengths and lines of the sheet."""

from __future__ import annotations

import pytest
import shapely

import map_cast as cast
from guotu.analysis.cartography.paper import (
    Paper,
    across_mm,
    hatching,
    multiples,
    round_length,
    text_mm,
    wrapped,
)


@pytest.mark.parametrize(
    ("metres", "round_one"), [(1, 1), (1.9, 1), (2, 2), (49, 20), (50, 50), (0.3, 0.2), (12_345, 10_000)]
)
def test_round_lengths_are_one_two_or_five(metres: float, round_one: float) -> None:
    assert round_length(metres) == pytest.approx(round_one)


def test_multiples_stand_on_the_grid() -> None:
    assert list(multiples(101, 450, 100)) == [200, 300, 400]


def test_paper_turns_millimetres_into_metres() -> None:
    spec = cast.spec(size=400)
    x, y = Paper(spec).at(10, 20)
    assert (x - spec.fitted[0], y - spec.fitted[1]) == pytest.approx(
        (10 * spec.scale / 1_000, 20 * spec.scale / 1_000)
    )


def test_lines_wrap_within_the_width_and_keep_every_word() -> None:
    text = "高斯—克吕格投影 3°带第39带 中央经线117°E EPSG:4527"
    lines = wrapped(text, 6, 20)
    assert len(lines) > 1
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(text_mm(line, 6) <= 20 for line in lines)
    assert wrapped("", 6, 20) == []


def test_a_latin_word_is_not_torn() -> None:
    assert wrapped("Central meridian 117", 6, 9) == ["Central", "meridian", "117"]


def test_hatching_stays_inside_and_leans_either_way() -> None:
    spec = cast.spec(size=400)
    area = cast.square(50, 50, 200)
    for lean, sign in (("right", 1), ("left", -1)):
        (lines,) = hatching(cast.shapes(area), spec, lean)  # type: ignore[arg-type]
        assert lines.within(area.buffer(1e-6))
        (x0, y0), (x1, y1) = shapely.get_parts(lines)[3].coords
        assert (y1 - y0) / (x1 - x0) == pytest.approx(sign)


def test_hatching_of_nothing_seen_is_nothing() -> None:
    assert hatching(cast.shapes(cast.square(9_000, 0, 10)), cast.spec(size=400)) == []


def test_areas_are_measured_on_paper() -> None:
    spec = cast.spec(size=400)
    assert across_mm(cast.shapes(cast.square(0, 0, 50)), spec) == pytest.approx(50 / spec.metres_per_mm)
    assert across_mm(cast.shapes(), spec) == float("inf")
