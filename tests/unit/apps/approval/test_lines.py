"""永久基本农田 and 生态保护红线: lines that may not be crossed."""

from __future__ import annotations

from decimal import Decimal

import pytest
import shapely

from guotu.apps.approval import CheckResult, ReviewRequest, Verdict
from review_cast import Stage, box, clean_stage, run

LINES = [("farmland", "gh.yjjbntb", "gross"), ("ecology", "gh.stbhhx", "inside")]


def met(stage: Stage, id: str, *shapes: object, kind: str = "general") -> CheckResult:
    check = run(
        stage, *(shapes or (box(0, 0, 100, 100),)), request=ReviewRequest(kind=kind, use="1001")
    ).check(id)
    assert check is not None
    return check


def staged(dataset: str, *shapes: object, **values: object) -> Stage:
    stage = clean_stage(dataset)
    stage.put(dataset, [(shape, {"BSM": str(place), **values}) for place, shape in enumerate(shapes)])
    return stage


@pytest.mark.parametrize(("id", "dataset", "key"), LINES)
def test_ground_inside_fails_and_is_measured(id: str, dataset: str, key: str) -> None:
    check = met(staged(dataset, box(60, 0, 500, 500)), id)
    assert check.verdict is Verdict.FAIL
    total = check.total(key)
    assert total is not None
    assert abs(total.area_m2 - 4000) < 0.001
    assert total.area_ha == Decimal("0.4000")
    (hit,) = check.hits
    assert hit.geometry is not None
    assert shapely.from_wkb(hit.geometry).geom_type == "Polygon"
    assert abs((hit.share or 0) - 4000 / 250_000) < 1e-6


@pytest.mark.parametrize(("id", "dataset", "key"), LINES)
@pytest.mark.parametrize("kind", ["highway", "water", "military"])
def test_listed_kinds_may_apply_under_conditions(id: str, dataset: str, key: str, kind: str) -> None:
    check = met(staged(dataset, box(60, 0, 500, 500)), id, kind=kind)
    assert check.verdict is Verdict.ATTENTION
    assert check.conditions


@pytest.mark.parametrize(("id", "dataset", "key"), LINES)
def test_touching_the_line_is_no_conflict(id: str, dataset: str, key: str) -> None:
    check = met(staged(dataset, box(100, 0, 500, 500)), id)
    assert check.verdict is Verdict.PASS
    assert check.hits == ()


@pytest.mark.parametrize(("id", "dataset", "key"), LINES)
@pytest.mark.parametrize(
    ("width", "height", "listed", "counted"),
    [
        (0.05, 100, 1, False),
        (0.9, 1.0, 1, False),
        (1.1, 1.1, 1, True),
        (0.0001, 50, 0, False),
        (0.3, 100, 1, True),
    ],
)
def test_slivers_are_listed_and_not_counted(
    id: str, dataset: str, key: str, width: float, height: float, listed: int, counted: bool
) -> None:
    check = met(staged(dataset, box(100 - width, 0, 500, height)), id)
    assert len(check.hits) == listed
    assert [hit.counted for hit in check.hits] == [counted] * listed
    assert check.verdict is (Verdict.FAIL if counted else Verdict.PASS)
    if listed and not counted:
        assert check.hits[0].note is not None
        assert "压盖误差" in check.hits[0].note.zh


def test_net_farmland_takes_ridges_out() -> None:
    check = met(staged("gh.yjjbntb", box(0, 0, 50, 100), box(50, 0, 50, 100), KCXS=0.12), "farmland")
    gross, net = check.total("gross"), check.total("net")
    assert gross is not None
    assert net is not None
    assert (gross.area_ha, net.area_ha) == (Decimal("1.0000"), Decimal("0.8800"))


@pytest.mark.parametrize(("id", "dataset", "key"), LINES)
def test_holes_of_the_project_are_left_out(id: str, dataset: str, key: str) -> None:
    ring = shapely.orient_polygons(box(0, 0, 100, 100).difference(box(30, 30, 40, 40)))
    check = met(staged(dataset, box(30, 30, 40, 40)), id, ring)
    assert check.verdict is Verdict.PASS
    check = met(staged(dataset, box(20, 20, 60, 60)), id, ring)
    total = check.total(key)
    assert total is not None
    assert abs(total.area_m2 - (3600 - 1600)) < 0.001


@pytest.mark.parametrize(("id", "dataset", "key"), LINES)
def test_parts_and_parcels_are_measured_each_and_together(id: str, dataset: str, key: str) -> None:
    parts = shapely.MultiPolygon([box(0, 0, 40, 40), box(100, 0, 40, 40)])
    check = met(staged(dataset, box(20, 0, 100, 20)), id, parts, box(0, 100, 50, 50))
    assert {hit.parcel for hit in check.hits} == {"1"}
    total = check.total(key)
    assert total is not None
    assert abs(total.area_m2 - 800) < 0.001


def test_farmland_sends_the_case_to_the_state_council() -> None:
    done = run(
        staged("gh.yjjbntb", box(60, 0, 500, 500)),
        box(0, 0, 100, 100),
        request=ReviewRequest(kind="railway", use="1201"),
    )
    assert done.authority.level == "state-council"
    assert "永久基本农田" in done.authority.reason.zh
