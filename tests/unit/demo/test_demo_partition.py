from __future__ import annotations

import numpy as np
import pytest
import shapely

from guotu.demo.partition import OUTSIDE, Cover, Mesh, melt, voronoi


@pytest.fixture(scope="module")
def cover() -> tuple[Cover, int]:
    rng = np.random.default_rng(3)
    sites = rng.uniform(-1000, 1000, (6000, 2))
    inside = np.hypot(*sites.T) < 850
    block = (np.floor(sites[:, 0] / 130) * 40 + np.floor(sites[:, 1] / 130)).astype(int)
    block[rng.random(len(sites)) < 0.03] = 9999
    label = np.where(inside, block, -(10**6))
    kinds, number = np.unique(label, return_inverse=True)
    return melt(voronoi(sites, inside), number - 1, np.zeros(len(sites), bool), rng), len(kinds) - 1


def test_the_polygons_of_a_cover_are_valid_and_leave_no_gap(cover: tuple[Cover, int]) -> None:
    labels, polygons = cover[0].polygons()
    assert len(labels) == cover[1]
    assert shapely.is_valid(polygons).all()
    assert shapely.coverage_is_valid(shapely.get_parts(polygons))
    whole = cover[0].grouped(np.zeros(cover[1], np.int64)).polygons()[1][0]
    assert shapely.area(polygons).sum() == pytest.approx(whole.area, rel=1e-12)


def test_shared_edges_are_the_same_to_the_last_bit(cover: tuple[Cover, int]) -> None:
    ends = np.concatenate([cover[0].start, cover[0].end])
    used = cover[0].vertices[np.unique(ends)]
    assert len(np.unique(used, axis=0)) == len(used)
    assert np.array_equal(used, np.round(used, 3))


def test_a_coarser_grouping_nests_exactly(cover: tuple[Cover, int]) -> None:
    _, fine = cover[0].polygons()
    group = np.arange(cover[1]) % 7
    names, coarse = cover[0].grouped(group).polygons()
    for name, polygon in zip(names.tolist(), coarse, strict=True):
        assert polygon.is_valid
        assert polygon.area == pytest.approx(shapely.area(fine[group == name]).sum(), rel=1e-12)


def test_labels_left_outside_are_in_no_polygon(cover: tuple[Cover, int]) -> None:
    group = np.where(np.arange(cover[1]) < 5, 0, OUTSIDE)
    names, polygons = cover[0].grouped(group).polygons()
    _, fine = cover[0].polygons()
    assert names.tolist() == [0]
    assert polygons[0].area == pytest.approx(shapely.area(fine[:5]).sum(), rel=1e-12)


def test_faces_that_meet_themselves_in_a_point_stay_valid() -> None:
    # A chessboard of two labels: every inner vertex is a point where both meet themselves.
    n = 4
    vertices = np.array([(x, y) for y in range(n + 1) for x in range(n + 1)], float)

    def label(x: int, y: int) -> int:
        return (x + y) % 2 if 0 <= x < n and 0 <= y < n else OUTSIDE

    edges = [
        (y * (n + 1) + x, y * (n + 1) + x + 1, label(x, y), label(x, y - 1))
        for y in range(n + 1)
        for x in range(n)
    ]
    edges += [
        (y * (n + 1) + x, (y + 1) * (n + 1) + x, label(x - 1, y), label(x, y))
        for x in range(n + 1)
        for y in range(n)
    ]
    start, end, left, right = np.array(edges).T
    names, polygons = Cover(vertices, left, right, start, end).polygons()
    assert names.tolist() == [0, 1]
    assert shapely.is_valid(polygons).all()
    assert shapely.area(polygons).tolist() == [8.0, 8.0]


def test_counting_in_strips_gives_the_same_ridges() -> None:
    rng = np.random.default_rng(8)
    sites = rng.uniform(-4000, 4000, (9000, 2))
    inside = np.hypot(*sites.T) < 3600
    whole, strips = voronoi(sites, inside), voronoi(sites, inside, most=2500)

    def told(mesh: Mesh) -> np.ndarray:
        ends = np.hstack([mesh.vertices[mesh.start], mesh.vertices[mesh.end]])
        rows = np.column_stack([mesh.left, mesh.right, ends])
        turned = np.column_stack([mesh.right, mesh.left, ends[:, 2:], ends[:, :2]])
        rows = np.where((mesh.left < mesh.right)[:, None], rows, turned)
        return rows[np.lexsort((rows[:, 1], rows[:, 0]))]

    assert np.array_equal(told(whole), told(strips))
    assert len(np.unique(strips.vertices, axis=0)) == len(strips.vertices)
