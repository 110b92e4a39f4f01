from __future__ import annotations

import numpy as np
import pytest
import shapely

from guotu.demo.measure import ellipsoid_area, half_up, to_lonlat, to_plane


def test_a_map_sheet_has_its_published_area() -> None:
    sheet = shapely.box(114.0, 30.0, 114.0625, 30 + 2.5 / 60)
    assert ellipsoid_area(np.array([sheet]))[0] == pytest.approx(27_847_757.0265, abs=1e-3)


def test_holes_and_parts_count_as_they_should() -> None:
    ring = shapely.box(114.0, 30.0, 114.01, 30.01).difference(shapely.box(114.002, 30.002, 114.004, 30.004))
    other = shapely.box(114.02, 30.0, 114.03, 30.01)
    hole = shapely.box(114.002, 30.002, 114.004, 30.004)
    areas = ellipsoid_area(np.array([ring, other, hole, shapely.union_all([ring, other])]))
    full = ellipsoid_area(np.array([shapely.box(114.0, 30.0, 114.01, 30.01)]))[0]
    assert areas[0] == pytest.approx(full - areas[2], abs=1e-6)
    assert areas[3] == pytest.approx(areas[0] + areas[1], abs=1e-6)


def test_plane_and_degrees_come_back_to_the_same_place() -> None:
    plot = shapely.box(39_640_000, 3_420_000, 39_640_200, 3_420_100)
    there = to_lonlat(np.array([plot]))
    back = to_plane(there)[0]
    assert shapely.hausdorff_distance(plot, back) < 1e-6
    assert 118.4 < there[0].centroid.x < 118.5


def test_halves_are_rounded_up() -> None:
    assert half_up(np.array([0.125, 2.5, -0.125, 7.004])).tolist() == [0.13, 2.5, -0.13, 7.0]
