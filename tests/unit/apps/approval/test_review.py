"""The review as a whole: areas against an independent calculation, parcels, zones, versions, and the same bytes again."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely

from guotu.apps.approval import Review, ReviewRequest, Sources, Verdict, parse_profile, review, review_profile
from guotu.errors import GuotuError
from guotu.model.datum import GaussKruger
from guotu.model.time import Version
from guotu.standards import tables
from guotu.store.sqlite import SqliteFeatureStore
from review_cast import (
    DATED,
    E0,
    N0,
    OTHERS,
    TODAY,
    ZONE,
    Stage,
    box,
    clean_stage,
    dltb,
    lonlat,
    parcel,
    project,
    run,
)

E2 = 0.006694380022901
"""First eccentricity squared of CGCS2000."""


def official_area(shape: Any) -> float:
    """国土调查办发〔2008〕32号, written out here once more: the area of a polygon in degrees by the trapezoid series."""
    e2, b2 = E2, 6356752.314140356**2
    a = 1 + 3 / 6 * e2 + 30 / 80 * e2**2 + 35 / 112 * e2**3 + 630 / 2304 * e2**4
    b = 1 / 6 * e2 + 15 / 80 * e2**2 + 21 / 112 * e2**3 + 420 / 2304 * e2**4
    c = 3 / 80 * e2**2 + 7 / 112 * e2**3 + 180 / 2304 * e2**4
    d, e = 1 / 112 * e2**3 + 45 / 2304 * e2**4, 5 / 2304 * e2**4

    def ring(coordinates: Any) -> float:
        lon, lat = np.radians(np.asarray(coordinates).T)
        lon = lon - lon.min()
        half, middle = np.diff(lat) / 2, (lat[1:] + lat[:-1]) / 2
        terms = zip((a, -b, c, -d, e), (1, 3, 5, 7, 9), strict=True)
        bracket = sum(k * np.sin(n * half) * np.cos(n * middle) for k, n in terms)
        return float(abs(np.sum(2 * b2 * (lon[1:] + lon[:-1]) / 2 * bracket)))

    parts = shapely.get_parts(shape)
    return sum(
        ring(part.exterior.coords) - sum(ring(hole.coords) for hole in part.interiors) for part in parts
    )


def wavy(seed: int, reach: float, points: int = 60) -> shapely.Polygon:
    """A star-shaped polygon around the origin of the cast."""
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, points))
    radius = reach * rng.uniform(0.5, 1.0, points)
    ring = np.column_stack([E0 + radius * np.cos(angle), N0 + radius * np.sin(angle)])
    return shapely.orient_polygons(shapely.Polygon(np.round(ring, 3)))


def plane_shape(shape: Any, epsg: int) -> Any:
    to = pyproj.Transformer.from_crs(4490, epsg, always_xy=True)
    return shapely.transform(shape, lambda xy: np.column_stack(to.transform(xy[:, 0], xy[:, 1])))


@pytest.mark.parametrize("seed", range(4))
def test_areas_equal_an_independent_calculation(seed: int) -> None:
    """Expected areas by shapely and pyproj alone: intersect in the plane for plane area, in (L, B) for the official series."""
    subject, farm = wavy(seed, 250.0), wavy(seed + 100, 300.0)
    stage = clean_stage("gh.yjjbntb")
    stage.put("gh.yjjbntb", [(farm, {})])
    found = run(stage, subject)
    assert abs(found.area_plane_m2 - subject.area) < 0.01
    assert abs(found.area_ellipsoid_m2 - official_area(lonlat(subject))) < 0.01
    (hit,) = found.check("farmland").hits  # type: ignore[union-attr]
    assert abs(hit.area_m2 - subject.intersection(farm).area) < 0.01
    stored = shapely.transform(lonlat(farm), lambda xy: np.round(xy, 10))
    assert abs(hit.area_ellipsoid_m2 - official_area(shapely.intersection(lonlat(subject), stored))) < 0.01
    assert abs(plane_shape(shapely.from_wkb(hit.geometry), 4528).area - hit.area_m2) < 0.05


def test_plane_and_ellipsoid_areas_stand_side_by_side() -> None:
    found = run(clean_stage(), box(0, 0, 100, 100))
    assert found.area_plane_m2 == pytest.approx(10_000, abs=1e-6)
    assert 0.01 < abs(found.area_plane_m2 - found.area_ellipsoid_m2) < 2
    hit = found.check("landuse").hits[0]  # type: ignore[union-attr]
    assert abs(hit.area_m2 - hit.area_ellipsoid_m2) > 0.01


def test_the_statutory_area_can_be_the_ellipsoids() -> None:
    profile = parse_profile(
        tables.text("profiles/review-default.toml").replace('area_kind = "plane"', 'area_kind = "ellipsoid"')
    )
    shape = box(-400, -400, 800, 800)
    plane, ellipsoid = run(clean_stage(), shape), run(clean_stage(), shape, profile=profile)
    assert (plane.area_kind, ellipsoid.area_kind) == ("plane", "ellipsoid")
    assert plane.area_ha == Decimal("64.0000")
    assert ellipsoid.area_ha == Decimal(f"{ellipsoid.area_ellipsoid_m2 / 10_000:.4f}")
    assert sum((row.area_ha for row in ellipsoid.landuse.rows), Decimal(0)) == ellipsoid.area_ha
    assert {check.area_kind for check in ellipsoid.checks} == {"ellipsoid"}


@pytest.mark.parametrize("zone", [GaussKruger(3, 39), GaussKruger(3, 40), GaussKruger(3, 40, prefixed=False)])
def test_a_parcel_across_two_zones_is_measured_in_its_own(zone: GaussKruger) -> None:
    """118.5° E is where zone 39 ends; layers come from either side, in degrees."""
    west = shapely.box(118.49, 30.3, 118.50, 30.31)
    east = shapely.box(118.50, 30.3, 118.51, 30.31)
    stage = Stage()
    stage.put("xz.dltb", [(west, dltb("0102")), (east, dltb("0301"))], plane=False)
    for dataset in (*OTHERS, "gh.czkfbj", "gh.ghyt"):
        stage.empty(dataset)
    degrees = shapely.box(118.499, 30.302, 118.5015, 30.304)
    shape = shapely.transform(plane_shape(degrees, zone.epsg), lambda xy: np.round(xy, 3))
    found = review(project(parcel(shape, zone=zone), zone=zone), stage.sources, review_profile(), today=TODAY)
    assert abs(found.area_plane_m2 - shape.area) < 0.01
    areas = {row.code: row.area_m2 for row in found.landuse.rows}
    for code, side in (("0102", west), ("0301", east)):
        assert abs(areas[code] - plane_shape(side, zone.epsg).intersection(shape).area) < 0.01
    assert sum((row.area_ha for row in found.landuse.rows), Decimal(0)) == found.area_ha
    assert found.as_json()["project"]["zone_epsg"] == zone.epsg


def test_overlapping_parcels_are_refused_with_their_names() -> None:
    with pytest.raises(GuotuError) as caught:
        run(clean_stage(), box(0, 0, 100, 100), box(90, 0, 100, 100))
    assert caught.value.code == "GT-5005"
    assert "1000.00" in caught.value.detail("zh")


def test_parcels_that_touch_or_share_a_trace_are_reviewed_and_told() -> None:
    assert run(clean_stage(), box(0, 0, 100, 100), box(100, 0, 100, 100)).warnings == ()
    (remark,) = run(clean_stage(), box(0, 0, 100, 100), box(99.995, 0, 100, 100)).warnings
    assert "0.50" in remark.zh


def test_a_boundary_that_crosses_itself_is_refused() -> None:
    bow = shapely.Polygon([(E0, N0), (E0 + 100, N0 + 100), (E0 + 100, N0), (E0, N0 + 130)])
    with pytest.raises(GuotuError, match="GT-5006"):
        run(clean_stage(), bow)
    with pytest.raises(GuotuError, match="GT-5004"):
        run(clean_stage())


def test_declared_areas_are_compared_with_the_measured_ones() -> None:
    boundary = project(
        parcel(box(0, 0, 100, 100), declared=Decimal("1.0000")),
        parcel(box(200, 0, 100, 100), "2", declared=Decimal("1.0100")),
    )
    found = review(boundary, clean_stage().sources, review_profile(), today=TODAY)
    (remark,) = found.warnings
    assert "地块 2" in remark.zh


def test_parcels_without_or_with_repeated_numbers_are_told_apart() -> None:
    boundary = project(
        *(parcel(box(x, 0, 50, 50), number) for x, number in ((0, ""), (100, "A"), (200, "A")))
    )
    found = review(boundary, clean_stage().sources, review_profile(), today=TODAY)
    assert [row.number for row in found.parcels] == ["1", "A", "A-2"]


def test_an_unknown_kind_or_profile_is_refused() -> None:
    with pytest.raises(GuotuError, match="GT-5002"):
        run(clean_stage(), box(0, 0, 10, 10), request=ReviewRequest(kind="spaceport"))
    with pytest.raises(GuotuError, match="GT-5001"):
        review_profile("nowhere")
    with pytest.raises(GuotuError, match="GT-5001"):
        review_profile("../rules/none")


def test_the_same_inputs_give_the_same_bytes() -> None:
    first, second = (run(clean_stage(), box(0, 0, 100, 100), box(200, 0, 30, 30)) for _ in range(2))
    assert first.as_bytes() == second.as_bytes()
    assert first.as_bytes("en") == second.as_bytes("en")


def changed(stage: Stage) -> None:
    """A second edition of the farmland: the project is covered now."""
    before = stage.commits["gh.yjjbntb/330106"]
    stage.put("gh.yjjbntb", [(box(0, 0, 300, 300), {"BSM": "new"})], dated=date(2026, 2, 1), base=before)


def test_a_basis_gives_the_same_review_after_the_data_moved_on() -> None:
    stage = clean_stage()
    before = run(stage, box(0, 0, 100, 100))
    changed(stage)
    after = run(stage, box(0, 0, 100, 100))
    assert before.check("farmland").verdict is Verdict.PASS  # type: ignore[union-attr]
    assert after.check("farmland").verdict is Verdict.FAIL  # type: ignore[union-attr]
    again = run(stage, box(0, 0, 100, 100), basis=before.as_json()["basis"])
    assert again.as_bytes() == before.as_bytes()


def test_a_basis_that_is_no_longer_what_it_was_is_refused() -> None:
    stage = clean_stage()
    basis = dict(run(stage, box(0, 0, 100, 100)).as_json()["basis"])
    version = basis["xz.dltb/330106"].partition("#")[0]
    basis["xz.dltb/330106"] = f"{version}#000000000000"
    with pytest.raises(GuotuError, match="GT-5007"):
        run(stage, box(0, 0, 100, 100), basis=basis)


def test_a_date_looks_at_the_data_of_that_day() -> None:
    stage = clean_stage()
    changed(stage)
    then = run(stage, box(0, 0, 100, 100), at=date(2026, 1, 15))
    assert then.check("farmland").verdict is Verdict.PASS  # type: ignore[union-attr]
    assert then.as_json()["as_of"] == "2026-01-15"
    earlier = run(stage, box(0, 0, 100, 100), at=date(2020, 1, 1))
    assert earlier.check("farmland").verdict is Verdict.UNKNOWN  # type: ignore[union-attr]


def test_a_layer_that_moves_during_the_review_is_read_at_one_version() -> None:
    stage = clean_stage("gh.yjjbntb")
    stage.put("gh.yjjbntb", [(box(150, 0, 50, 50), {})])
    alone = run(stage, box(0, 0, 140, 40), box(0, 45, 260, 60))
    moved = []

    class Busy:
        """A store in which the farmland gets a new edition as soon as it was read."""

        def __getattr__(self, name: str) -> Any:
            return getattr(stage.store, name)

        def read(self, query: Any, plan: Any) -> Any:
            batches = list(stage.store.read(query, plan))
            if query.dataset == "gh.yjjbntb" and not moved:
                moved.append(True)
                changed(stage)
            return iter(batches)

    sources = stage.sources
    busy = Sources(dataclasses.replace(sources.reader, store=Busy()), stage)
    boundary = project(parcel(box(0, 0, 140, 40)), parcel(box(0, 45, 260, 60), "2"))
    found = review(boundary, busy, review_profile(), today=TODAY, request=ReviewRequest(use="1001"))
    assert moved
    assert found.as_bytes() == alone.as_bytes()


def test_every_result_names_its_version_year_tolerances_and_clauses() -> None:
    stage = clean_stage("gh.yjjbntb")
    stage.put("gh.yjjbntb", [(box(60, 0, 500, 500), {})])
    found = run(stage, box(0, 0, 100, 100))
    for check in found.checks:
        if check.id == "adjustment":
            continue
        assert check.clauses, check.id
        assert check.tolerances["verdict_m2"] == 1.0
        for entry in check.basis:
            assert Version.parse(entry.version.partition("#")[0])
            assert entry.data_date == DATED
    assert found.as_json()["basis"]["gh.yjjbntb/330106"] == stage.commits["gh.yjjbntb/330106"].label


@pytest.mark.parametrize(("cultivated", "level"), [(30.0, "province"), (36.0, "state-council")])
def test_much_cultivated_land_goes_to_the_state_council(cultivated: float, level: str) -> None:
    side = (cultivated * 10_000) ** 0.5
    found = run(clean_stage(), box(-490, -490, side, side))
    assert found.authority.level == level


def test_much_other_land_goes_to_the_state_council() -> None:
    stage = clean_stage("xz.dltb")
    stage.put("xz.dltb", [(box(-500, -500, 1000, 1000), dltb("0301"))])
    assert run(stage, box(-490, -490, 840, 840)).authority.level == "state-council"
    assert run(stage, box(-490, -490, 830, 830)).authority.level == "province"


def test_a_long_thin_parcel_does_not_call_up_the_whole_county() -> None:
    """Its boxes follow it; the answer is the same as with one box."""
    from guotu.apps.approval.sites import look_up_boxes

    road = shapely.LineString([(E0, N0), (E0 + 6000, N0 + 5000)]).buffer(10, cap_style="flat")
    boxes = look_up_boxes(lonlat(road))
    assert len(boxes) > 4
    assert sum((b[2] - b[0]) * (b[3] - b[1]) for b in boxes) < 0.5 * shapely.box(*lonlat(road).bounds).area
    stage = clean_stage("xz.dltb")
    rows = [
        (box(x, y, 500, 500), dltb("0102", BSM=f"{x}-{y}"))
        for x in range(-500, 7000, 500)
        for y in range(-500, 6000, 500)
    ]
    stage.put("xz.dltb", rows)
    found = run(stage, road)
    assert found.landuse.uncovered_ha == 0
    assert found.landuse.total_ha == found.area_ha
    hits = found.check("landuse").hits  # type: ignore[union-attr]
    assert len({hit.feature for hit in hits}) == len(hits)


def test_sqlite_gives_the_bytes_that_memory_gives(tmp_path: Any) -> None:
    def staged(store: Any) -> Review:
        stage = Stage(store)
        stage.put(
            "xz.dltb",
            [
                (box(-500, -500, 520, 1000), dltb("0102", kcxs=0.05)),
                (box(20, -500, 480, 1000), dltb("0601", ownership="20")),
            ],
        )
        stage.put("gh.czkfbj", [(wavy(5, 400), {"GHFQDM": "410"})])
        stage.put("gh.ghyt", [(box(-500, -500, 1000, 1000), {"GHDLBM": "1001"})])
        stage.put("gh.yjjbntb", [(wavy(6, 90), {"KCXS": 0.1})])
        for dataset in OTHERS:
            if dataset != "gh.yjjbntb":
                stage.empty(dataset)
        return run(stage, wavy(7, 150))

    memory = staged(None)
    sqlite = staged(
        SqliteFeatureStore(tmp_path / "data.db", clock=Stage().store._clock, snapshots=tmp_path / "snapshots")
    )
    assert memory.project.zone == ZONE
    assert sqlite.as_bytes() == memory.as_bytes()
