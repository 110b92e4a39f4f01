"""Any project on any coverage: the table closes, the order of rows does not matter, and a second run gives the same bytes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from guotu.apps.approval import Review
from review_cast import E0, N0, OTHERS, Stage, dltb, run

CODES = (
    "0101",
    "0103",
    "0301",
    "0404",
    "0601",
    "0702",
    "1003",
    "1006",
    "1101",
    "1104A",
    "0303",
    "1203",
    "1207",
)
OWNERS = (("甲村", "30"), ("乙村", "30"), ("县政府", "20"))
seeds = st.integers(0, 2**32 - 1)


def coverage(seed: int, cells: int, gap: bool) -> list[tuple[Any, dict[str, Any]]]:
    """Voronoi cells that tile a kilometre; with `gap` one of them is missing."""
    rng = np.random.default_rng(seed)
    centres = shapely.multipoints(
        np.column_stack([E0 + rng.uniform(-500, 500, cells), N0 + rng.uniform(-500, 500, cells)])
    )
    frame = shapely.box(E0 - 500, N0 - 500, E0 + 500, N0 + 500)
    tiles = shapely.get_parts(shapely.voronoi_polygons(centres, extend_to=frame))
    tiles = shapely.transform(shapely.intersection(tiles, frame), lambda xy: np.round(xy, 3))
    tiles = tiles[shapely.area(tiles) > 1][1 if gap else 0 :]
    rows = []
    for tile in tiles:
        owner, ownership = OWNERS[rng.integers(len(OWNERS))]
        values = dltb(
            str(rng.choice(CODES)),
            owner=owner,
            ownership=ownership,
            kcxs=float(np.round(rng.choice([0.0, 0.0731, 0.2557]), 4)),
        )
        rows.append((shapely.orient_polygons(tile), values))
    return rows


def parcels(seed: int, count: int) -> list[Any]:
    """Star-shaped parcels side by side, some with a hole."""
    rng = np.random.default_rng(seed)
    found = []
    for place in range(count):
        angle = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(5, 30))))
        radius = rng.uniform(20, 90) * rng.uniform(0.4, 1.0, len(angle))
        east, north = E0 - 350 + 200 * place, N0 + rng.uniform(-300, 300)
        ring = np.round(np.column_stack([east + radius * np.cos(angle), north + radius * np.sin(angle)]), 3)
        shape = shapely.Polygon(ring)
        if rng.random() < 0.3:
            shape = shape.difference(
                shapely.Point(east, north).buffer(float(radius.min()) * 0.2, quad_segs=2)
            )
        assume(shape.is_valid and shape.geom_type == "Polygon" and shape.area > 50)
        found.append(shapely.orient_polygons(shape))
    return found


def reviewed(rows: list[tuple[Any, dict[str, Any]]], shapes: list[Any]) -> Review:
    stage = Stage()
    stage.put("xz.dltb", rows)
    for dataset in (*OTHERS, "gh.czkfbj", "gh.ghyt"):
        stage.empty(dataset)
    return run(stage, *shapes)


@settings(max_examples=25)
@given(seeds, st.integers(2, 60), seeds, st.integers(1, 3), st.booleans())
def test_rows_sum_to_the_projects_area(seed: int, cells: int, other: int, count: int, gap: bool) -> None:
    shapes = parcels(other, count)
    found = reviewed(coverage(seed, cells, gap), shapes)
    assert (
        sum((row.area_ha for row in found.landuse.rows), Decimal(0))
        == found.landuse.total_ha
        == found.area_ha
    )
    assert found.area_ha == Decimal(f"{sum(shape.area for shape in shapes) / 10_000:.4f}")
    for table, parcel in zip(found.landuse_by_parcel, found.parcels, strict=True):
        assert sum((row.area_ha for row in table.rows), Decimal(0)) == table.total_ha == parcel.area_ha
    for three in ("农用地", "建设用地", "未利用地", "未定", "未覆盖"):
        parts = sum((table.sum(three_class=three) for table in found.landuse_by_parcel), Decimal(0))
        assert parts == found.landuse.sum(three_class=three)
    measured = sum(row.area_m2 for row in found.landuse.rows)
    assert abs(measured - found.area_plane_m2) < 1e-3


@settings(max_examples=25)
@given(seeds, st.integers(2, 40), seeds)
def test_every_class_has_the_area_that_shapely_gives_it(seed: int, cells: int, other: int) -> None:
    """The oracle: intersect in the plane, take 田坎 out of cultivated land, add up by class."""
    rows, (shape,) = coverage(seed, cells, gap=False), parcels(other, 1)
    expected: dict[str, float] = {}
    for tile, values in rows:
        code, area = values["DLBM"], shape.intersection(tile).area
        ridge = values["KCXS"] if code.startswith("01") else 0.0
        expected[code] = expected.get(code, 0.0) + area * (1 - ridge)
        expected["1203"] = expected.get("1203", 0.0) + area * ridge
    measured: dict[str, float] = {}
    for row in reviewed(rows, [shape]).landuse.rows:
        measured[row.code] = measured.get(row.code, 0.0) + row.area_m2
    for code, area in expected.items():
        assert (
            abs(measured.get(code, 0.0) - area) < 0.05
        )  # rounding of the tiles to 0.001 m leaves traces between them


@settings(max_examples=15)
@given(seeds, st.integers(2, 40), seeds, st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_a_second_run_changes_a_byte(
    seed: int, cells: int, other: int, random: Any
) -> None:
    rows, shapes = coverage(seed, cells, gap=False), parcels(other, 2)
    first = reviewed(rows, shapes)
    shuffled = rows.copy()
    random.shuffle(shuffled)
    assert without_versions(reviewed(shuffled, shapes)) == without_versions(first)
    assert reviewed(rows, shapes).as_bytes() == first.as_bytes()


def without_versions(found: Review) -> Any:
    """The JSON without the journal's labels, which tell in what order rows were written."""

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: strip(item) for key, item in value.items() if key not in ("version", "basis")}
        return [strip(item) for item in value] if isinstance(value, list) else value

    return strip(found.as_json())
