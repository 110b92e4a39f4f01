"""Areas in common without geometry, geometry by GEOS, and cutting up."""

import math

import numpy as np
import pytest
import shapely

import kernel_shapes
from guotu.errors import GuotuError
from guotu.kernel import overlay
from guotu.kernel.area import ellipsoid_area
from guotu.kernel.coords import transform, transform_xy
from guotu.kernel.wkb import to_wkb
from guotu.model.datum import CGCS2000, Datum, GaussKruger

box = shapely.box
SQUARE = box(0, 0, 10, 10)
RING = shapely.difference(box(0, 0, 10, 10), box(2, 2, 8, 8))
ZONE = GaussKruger(3, 39)


def areas(subject, *candidates):
    return overlay.overlap_areas(subject, kernel_shapes.many(*candidates)).tolist()


def test_simple_cases_are_exact():
    assert areas(SQUARE, box(5, 5, 15, 15), box(10, 0, 20, 10), box(20, 20, 30, 30), box(2, 2, 3, 3), SQUARE) == [
        25.0, 0.0, 0.0, 1.0, 100.0,
    ]  # fmt: skip


def test_holes_and_parts_count():
    two = shapely.multipolygons([box(0, 0, 1, 1), box(9, 9, 12, 12)])
    assert areas(RING, SQUARE, box(3, 3, 7, 7), box(0, 0, 5, 5), RING, two) == [64.0, 0.0, 16.0, 64.0, 2.0]
    assert areas(two, RING) == [2.0]


def test_missing_and_empty_candidates():
    got = areas(SQUARE, None, shapely.Polygon())
    assert math.isnan(got[0])
    assert got[1] == 0.0
    assert areas(shapely.Polygon(), SQUARE) == [0.0]
    assert areas(SQUARE) == []


def test_a_flat_subject_shares_nothing():
    assert areas(shapely.Polygon([(1, 0), (1, 5), (1, 9), (1, 0)]), SQUARE) == [0.0]


def test_direction_of_rings_does_not_matter():
    assert areas(shapely.reverse(RING), RING, shapely.reverse(RING)) == [64.0, 64.0]


def test_only_polygons_are_measured():
    with pytest.raises(GuotuError, match="GT-1208"):
        areas(SQUARE, shapely.Point(1, 1))
    with pytest.raises(GuotuError, match="GT-1208"):
        overlay.overlap_areas(shapely.LineString([(0, 0), (1, 1)]), kernel_shapes.many(SQUARE))


def test_large_coordinates_lose_nothing():
    far = [
        shapely.transform(g, lambda xy: np.add(xy, [39_500_000, 3_400_000]))
        for g in (SQUARE, box(5.25, 5, 15, 15))
    ]
    assert areas(far[0], far[1])[0] == pytest.approx(23.75, abs=1e-7)


def test_chunking_changes_no_bit():
    rng = np.random.default_rng(3)
    subject = kernel_shapes.holed(rng, (0, 0), 300, 400)
    candidates = kernel_shapes.many(
        *(kernel_shapes.star(rng, tuple(rng.uniform(-300, 300, 2)), 90, 40) for _ in range(60))
    )
    whole = overlay.overlap_areas(subject, candidates)
    parts = np.concatenate([overlay.overlap_areas(subject, chunk) for chunk in np.array_split(candidates, 7)])
    assert whole.tobytes() == parts.tobytes()
    order = rng.permutation(60)
    assert overlay.overlap_areas(subject, candidates[order]).tobytes() == whole[order].tobytes()
    assert math.fsum(whole) == math.fsum(whole[order])


@pytest.fixture(params=["compiled", "twin"])
def way(request, monkeypatch):
    monkeypatch.setattr(overlay, "COMPILED", request.param == "compiled")


@pytest.mark.usefixtures("way")
def test_bytes_in_degrees_are_measured_on_the_plane_asked_for():
    rng = np.random.default_rng(4)
    subject = kernel_shapes.holed(rng, (117.4, 31.1), 0.01, 60)
    near = [
        kernel_shapes.star(rng, tuple(rng.uniform([117.39, 31.09], [117.41, 31.11])), 0.004, 30)
        for _ in range(8)
    ]
    candidates = kernel_shapes.many(*near, None, shapely.Polygon())
    plane = overlay.overlap_areas_wkb(subject, to_wkb(candidates), ZONE)
    moved = transform(kernel_shapes.many(subject, *candidates), CGCS2000, ZONE)
    assert plane == pytest.approx(overlay.overlap_areas(moved[0], moved[1:]), abs=1e-5, nan_ok=True)
    equal = overlay.overlap_areas_wkb(subject, to_wkb(candidates), None)
    pieces = ellipsoid_area(shapely.intersection(subject, kernel_shapes.many(*near)))
    assert equal[:8] == pytest.approx(pieces, rel=1e-6)
    assert overlay.overlap_areas_wkb(subject, to_wkb(kernel_shapes.many(subject)), None)[0] == pytest.approx(
        ellipsoid_area(kernel_shapes.many(subject))[0], abs=1e-4
    )


@pytest.mark.usefixtures("way")
def test_only_polygons_are_measured_from_bytes():
    with pytest.raises(GuotuError, match="GT-1208"):
        overlay.overlap_areas_wkb(SQUARE, to_wkb(kernel_shapes.many(shapely.Point(1, 1))), ZONE)
    assert overlay.overlap_areas(SQUARE, kernel_shapes.many(RING)).tolist() == [64.0]


def test_an_empty_subject_shares_nothing_from_bytes_either():
    near = to_wkb(kernel_shapes.many(box(117, 31, 117.1, 31.1)))
    assert overlay.overlap_areas_wkb(shapely.Polygon(), near, ZONE).tolist() == [0.0]
    assert overlay.overlap_areas_wkb(shapely.Polygon(), near, None).tolist() == [0.0]


def test_candidates_far_from_the_subject_are_measured_too():
    subject, wide = box(117.0, 31.0, 117.1, 31.1), box(114.5, 28.0, 120.0, 34.0)
    moved = transform(kernel_shapes.many(subject, wide), CGCS2000, ZONE)
    got = overlay.overlap_areas_wkb(subject, to_wkb(kernel_shapes.many(wide)), ZONE)
    assert got == pytest.approx(overlay.overlap_areas(moved[0], moved[1:]), rel=1e-10)


def test_other_datums_go_through_the_registry():
    old = GaussKruger(3, 39, datum=Datum.XIAN80)
    with pytest.raises(GuotuError, match="GT-1203"):
        overlay.project_gauss(np.array([[117.0, 31.0]]), old)


def test_the_series_agrees_with_the_registry_to_a_hundred_millionth():
    rng = np.random.default_rng(9)
    places = np.column_stack([rng.uniform(113.5, 120.5, 5000), rng.uniform(0, 60, 5000)])
    places = np.vstack([places, [[117.0, 0.0], [117.0, 90.0], [120.5, -54.0]]])
    assert np.abs(overlay.project_gauss(places, ZONE) - transform_xy(places, CGCS2000, ZONE)).max() < 5e-8


def test_intersections_keep_the_polygonal_part():
    got = overlay.intersections(
        SQUARE,
        kernel_shapes.many(
            box(2, 2, 3, 3), box(10, 0, 20, 10), box(5, 5, 15, 15), box(50, 50, 60, 60), None, shapely.Point(5, 5),
            shapely.union(box(10, 0, 20, 10), box(9, 9, 12, 12)),
        ),
    )  # fmt: skip
    assert got[0].equals(box(2, 2, 3, 3))
    assert got[1].is_empty
    assert got[2].equals(box(5, 5, 10, 10))
    assert got[3].is_empty
    assert got[4] is None
    assert got[5].is_empty
    assert got[6].geom_type == "Polygon"
    assert got[6].area == 1.0


def test_the_polygonal_part_of_collections():
    mixed = shapely.GeometryCollection([box(0, 0, 1, 1), shapely.Point(5, 5), box(3, 3, 4, 4)])
    lines = shapely.GeometryCollection([shapely.Point(5, 5)])
    one = shapely.GeometryCollection([shapely.Point(5, 5), box(0, 0, 1, 1)])
    got = overlay.polygonal(kernel_shapes.many(mixed, lines, one, None, shapely.LineString([(0, 0), (1, 1)])))
    assert [g if g is None else g.geom_type for g in got] == [
        "MultiPolygon",
        "Polygon",
        "Polygon",
        None,
        "Polygon",
    ]
    assert [g.area for g in got if g is not None] == [2.0, 0.0, 1.0, 0.0]


BOW_TIE = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10), (0, 0)])


def test_where_the_exact_overlay_fails_it_is_snapped():
    got = overlay.intersections(BOW_TIE, kernel_shapes.many(box(0, 0, 10, 5), box(6, 0, 8, 10)))
    assert [g.area for g in got] == pytest.approx([25.0, 8.0])
    metres = shapely.transform(BOW_TIE, lambda xy: xy * 1000)
    assert overlay.intersections(metres, kernel_shapes.many(box(0, 0, 1e4, 5e3)))[0].area == pytest.approx(
        25e6
    )


def test_difference_leaves_what_nobody_covers():
    rest = overlay.difference(
        SQUARE, kernel_shapes.many(box(0, 0, 5, 10), box(5, 0, 12, 4), None, box(90, 90, 91, 91))
    )
    assert rest.equals(box(5, 4, 10, 10))
    assert overlay.difference(SQUARE, kernel_shapes.many(box(50, 50, 51, 51))) is SQUARE
    assert overlay.difference(SQUARE, kernel_shapes.many(box(-1, -1, 11, 11))).is_empty
    assert overlay.difference(SQUARE, kernel_shapes.many(BOW_TIE, box(0, 0, 1, 10))).area < 50


def test_cutting_up_keeps_the_area_and_bounds_the_pieces():
    rng = np.random.default_rng(2)
    big = kernel_shapes.holed(rng, (0, 0), 1e4, 3000)
    pieces = overlay.subdivide(big)
    assert shapely.get_num_coordinates(pieces).max() <= 128
    assert math.fsum(shapely.area(pieces)) == pytest.approx(big.area, rel=1e-14)
    assert (shapely.get_type_id(pieces) == 3).all()
    assert overlay.subdivide(SQUARE)[0].equals(SQUARE)
    assert len(overlay.subdivide(shapely.Polygon())) == 0
    assert len(overlay.subdivide(shapely.multipolygons([SQUARE, box(20, 0, 21, 1)]))) == 2
