"""Overlaps and gaps of coverages."""

import numpy as np
import pytest
import shapely

import kernel_shapes
from guotu.errors import GuotuError
from guotu.kernel import coverage
from guotu.kernel.coverage import EdgeBalance, check_coverage
from guotu.kernel.wkb import to_wkb

box = shapely.box


@pytest.fixture(params=["compiled", "twin"], autouse=True)
def way(request, monkeypatch):
    monkeypatch.setattr(coverage, "COMPILED", request.param == "compiled")


def found(*polygons, tolerance=0.0, frame=None):
    return check_coverage(kernel_shapes.many(*polygons), tolerance, frame)


def test_a_mosaic_is_sound():
    tiles = kernel_shapes.mosaic(8, 1)
    assert check_coverage(tiles, 0.0).sound
    assert check_coverage(tiles[np.random.default_rng(0).permutation(64)], 0.0).sound
    assert found().sound
    assert found(None, shapely.Polygon()).sound


def test_one_moved_vertex_is_an_overlap_and_a_gap():
    tiles = kernel_shapes.mosaic(4, 2)
    ring = shapely.get_coordinates(tiles[5])
    ring[2] += 0.05
    tiles[5] = shapely.Polygon(ring)
    faults = check_coverage(tiles, 0.0)
    assert faults.overlaps or len(faults.gaps)
    for overlap in faults.overlaps:
        assert overlap.area == pytest.approx(overlap.geometry.area, abs=1e-12)
        assert 5 in (overlap.first, overlap.second)
        assert overlap.first < overlap.second


def test_overlaps_name_the_pair_and_the_place():
    faults = found(box(0, 0, 1.25, 1), box(1, 0, 2, 1), box(0, 1, 2, 2))
    assert [(o.first, o.second, o.area) for o in faults.overlaps] == [(0, 1, 0.25)]
    assert faults.overlaps[0].geometry.equals(box(1, 0, 1.25, 1))
    assert not faults.sound


def test_two_sound_coverings_on_top_of_each_other_overlap_everywhere():
    """Every edge has its partner, and still the ground is covered twice."""
    faults = found(box(0, 0, 1, 2), box(1, 0, 2, 2), box(0, 0, 2, 1), box(0, 1, 2, 2))
    assert [(o.first, o.second) for o in faults.overlaps] == [(0, 2), (0, 3), (1, 2), (1, 3)]
    doubled = found(box(0, 0, 1, 1), box(0, 0, 1, 1))
    assert [(o.first, o.second, o.area) for o in doubled.overlaps] == [(0, 1, 1.0)]


def test_gaps_are_what_polygons_enclose():
    ring = [box(0, 0, 3, 1), box(0, 2, 3, 3), box(0, 1, 1, 2), box(2, 1, 3, 2)]
    assert [gap.wkt for gap in shapely.normalize(found(*ring).gaps)] == [
        shapely.normalize(box(1, 1, 2, 2)).wkt
    ]
    holed = shapely.difference(box(0, 0, 3, 3), box(1, 1, 2, 2))
    assert found(holed).gaps[0].equals(box(1, 1, 2, 2))
    assert found(holed, box(1, 1, 2, 2)).sound


def test_a_frame_shows_what_is_not_covered():
    faults = found(box(0, 0, 3, 1), frame=box(0, 0, 3, 2))
    assert [gap.equals(box(0, 1, 3, 2)) for gap in faults.gaps] == [True]
    assert found(box(0, 0, 3, 2), frame=box(0, 0, 3, 2)).sound
    assert found(box(-1, -1, 4, 4), frame=box(0, 0, 3, 2)).sound
    assert found(frame=box(0, 0, 3, 2)).gaps[0].equals(box(0, 0, 3, 2))


def test_slivers_within_the_tolerance_are_passed_over():
    left, right = box(0, 0, 1, 100), box(0.99, 0, 2, 100)
    assert found(left, right, tolerance=0.02).sound
    assert len(found(left, right, tolerance=0.005).overlaps) == 1


def test_vertices_missing_on_one_side_are_no_fault():
    right = shapely.Polygon([(1, 0), (2, 0), (2, 1), (1, 1), (1, 0.5)])
    assert found(box(0, 0, 1, 1), right).sound


def test_corner_touches_are_no_fault():
    assert found(box(0, 0, 1, 1), box(1, 1, 2, 2)).sound


def test_batches_in_any_order_leave_the_same_edges():
    tiles = kernel_shapes.mosaic(12, 3, points=9)
    whole, batched = EdgeBalance(), EdgeBalance()
    whole.feed(to_wkb(tiles))
    for batch in np.array_split(tiles, 5):
        batched.feed(to_wkb(batch))
    assert np.array_equal(whole.net().ends, batched.net().ends)
    assert np.array_equal(whole.net().weight, batched.net().weight)
    assert np.array_equal(whole.net().owner, batched.net().owner)
    assert len(whole.net().ends) == 4 * 12 * 9


def test_the_table_grows_with_the_frontier():
    scattered = kernel_shapes.many(*(box(3 * k, 0, 3 * k + 1, 1) for k in range(3000)), box(0, 5, 1, 6))
    balance = EdgeBalance()
    balance.feed(to_wkb(scattered))
    assert len(balance.net().ends) == 4 * 3001
    rng = np.random.default_rng(1)
    balance.feed(to_wkb(kernel_shapes.many(kernel_shapes.star(rng, (0, 99), 20, 30_000))))
    assert len(balance.net().ends) == 4 * 3001 + 30_000


def test_lines_do_not_cover():
    with pytest.raises(GuotuError, match="GT-1208"):
        found(shapely.LineString([(0, 0), (1, 1)]))


def test_repeated_vertices_and_spikes_cancel():
    spiky = shapely.Polygon([(0, 0), (1, 0), (1, 0), (1, 1), (1, 3), (1, 1), (0, 1)])
    assert found(spiky, box(1, 0, 2, 1)).sound
