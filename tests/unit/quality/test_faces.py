from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely

from guotu.kernel.wkb import lay_out
from guotu.quality.edges import OpenEdges
from guotu.quality.faces import faces

STEP = 0.001


def cell(column: float, row: float, width: float = 1, height: float = 1) -> shapely.Polygon:
    west, south = 118 + column * STEP, 31 + row * STEP
    return shapely.box(west, south, 118 + (column + width) * STEP, 31 + (row + height) * STEP, ccw=True)


def open_edges(polygons: list[shapely.Polygon], batch: int = 7) -> tuple[OpenEdges, np.ndarray]:
    wkb = pa.array(shapely.to_wkb(polygons), pa.binary())
    table = OpenEdges()
    for start in range(0, len(wkb), batch):
        table.feed(lay_out(wkb.slice(start, batch)), start + 1)
    edges, _ = table.edges({int(row): wkb[int(row) - 1].as_py() for row in table.rows()})
    return table, edges


def nearly(one: shapely.Geometry, other: shapely.Geometry) -> bool:
    """Equal but for the store's grid."""
    return bool(one.symmetric_difference(other).area < 1e-3 * STEP * STEP)


def square(n: int) -> list[shapely.Polygon]:
    return [cell(column, row) for column in range(n) for row in range(n)]


def test_only_the_outline_of_a_tiling_stays_open() -> None:
    table, edges = open_edges(square(10))
    assert len(table) == len(edges) == 40
    assert len(table.rows()) == 36


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_polygons_does_not_matter(seed: int) -> None:
    polygons = square(12)
    np.random.default_rng(seed).shuffle(polygons)
    assert len(open_edges(polygons, batch=5)[0]) == 48


def test_a_growing_table_loses_nothing() -> None:
    apart = [cell(2 * column, 2 * row) for column in range(150) for row in range(150)]
    table, edges = open_edges(apart, batch=1000)
    assert len(table) == len(edges) == 4 * len(apart)


def test_a_tiling_has_neither_overlap_nor_gap() -> None:
    found = faces(open_edges(square(6))[1])
    assert len(found.overlaps) == len(found.gaps) == 0
    assert nearly(found.covered, cell(0, 0, 6, 6))


def test_a_missing_cell_inside_is_a_gap() -> None:
    polygons = [c for c in square(5) if not c.equals(cell(2, 2))]
    found = faces(open_edges(polygons)[1])
    assert len(found.gaps) == 1
    assert nearly(found.gaps[0], cell(2, 2))
    assert len(found.overlaps) == 0


def test_a_missing_cell_at_the_edge_is_outline() -> None:
    polygons = [c for c in square(5) if not c.equals(cell(0, 2))]
    assert len(faces(open_edges(polygons)[1]).gaps) == 0


def test_a_cell_laid_over_others_is_an_overlap() -> None:
    found = faces(open_edges([*square(5), cell(1.5, 1.5)])[1])
    assert nearly(shapely.union_all(found.overlaps), cell(1.5, 1.5))
    assert len(found.gaps) == 0


def test_the_same_polygon_three_times_is_one_overlap() -> None:
    found = faces(open_edges([*square(4), cell(1, 1), cell(1, 1)])[1])
    assert len(found.overlaps) == 1
    assert nearly(found.overlaps[0], cell(1, 1))


def test_a_vertex_that_the_neighbour_lacks_is_no_fault() -> None:
    left = shapely.Polygon([(118, 31), (118.001, 31), (118.001, 31.0005), (118.001, 31.001), (118, 31.001)])
    found = faces(open_edges([left, cell(1, 0)])[1])
    assert len(found.overlaps) == len(found.gaps) == 0


def test_two_layers_of_cells_upon_each_other_overlap_everywhere() -> None:
    found = faces(open_edges([*square(3), cell(0, 0, 3, 3)])[1])
    assert nearly(shapely.union_all(found.overlaps), cell(0, 0, 3, 3))


def test_a_hole_filled_by_its_island_is_whole() -> None:
    ring = shapely.Polygon(cell(0, 0, 5, 5).exterior, [list(cell(2, 2).exterior.coords)[::-1]])
    assert len(open_edges([ring, cell(2, 2)])[0]) == 4
    assert len(faces(open_edges([ring])[1]).gaps) == 1


@pytest.mark.parametrize("strip", [5, 40, 10_000])
def test_faces_agree_with_overlay_for_random_polygons(strip: int) -> None:
    rng = np.random.default_rng(5)
    polygons = []
    for _ in range(25):
        angle = np.sort(rng.random(12)) * 2 * np.pi
        radius = (0.5 + rng.random(12)) * 2 * STEP
        x, y = 118 + rng.random() * 10 * STEP, 31 + rng.random() * 10 * STEP
        shape = shapely.Polygon(np.column_stack((x + radius * np.cos(angle), y + radius * np.sin(angle))))
        polygons.append(shapely.orient_polygons(shape.buffer(0) if shape.is_valid else shape.convex_hull))
    polygons = [p for p in polygons if p.geom_type == "Polygon"]
    found = faces(open_edges(polygons)[1], strip=strip)
    pairs = [a.intersection(b) for i, a in enumerate(polygons) for b in polygons[:i] if a.intersects(b)]
    due = shapely.union_all(pairs)
    assert abs(shapely.union_all(found.overlaps).area - due.area) < 1e-12
    assert abs(found.covered.area - shapely.union_all(polygons).area) < 1e-12
    holes = [
        shapely.Polygon(ring)
        for part in shapely.get_parts(shapely.union_all(polygons))
        for ring in part.interiors
    ]
    assert abs(sum(gap.area for gap in found.gaps) - sum(hole.area for hole in holes)) < 1e-12


@pytest.mark.parametrize("strip", [4, 10_000])
def test_a_bay_of_the_outline_is_no_gap_however_the_map_is_cut(strip: int) -> None:
    polygons = [c for c in square(5) if not nearly(c, cell(4, 2)) and not nearly(c, cell(1, 1))]
    found = faces(open_edges(polygons)[1], strip=strip)
    assert len(found.gaps) == 1
    assert nearly(found.gaps[0], cell(1, 1))
