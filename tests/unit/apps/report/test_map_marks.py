"""What the maps of a report mark, where points are numbered, and what is shown enlarged."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Any

import docx
import numpy as np
import pytest
import shapely

import review_cast as cast
from guotu.apps.approval import Review, ReviewRequest, review_profile
from guotu.apps.approval.report import MapPictures, pictures_of, render
from guotu.apps.approval.report.marks import MOST_LABELS, bearing, corners
from guotu.apps.approval.result import CheckResult, Fact, Hit, Verdict
from guotu.apps.approval.words import same
from guotu.model.access import AccessPlan

PROFILE = review_profile()


def hit(dataset: str, *, feature: str = "ab" * 16, counted: bool = True, **attributes: Any) -> Hit:
    return Hit(
        dataset, f"{dataset}/1", feature, "1.1#0", "1", same("某"), attributes, 100.0, 100.0, Decimal("0.01"), counted=counted
    )  # fmt: skip


def check(id: str, verdict: Verdict = Verdict.FAIL, **more: Any) -> CheckResult:
    return CheckResult(id, same(id), verdict, same("因"), **more)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (hit("gh.czkfbj", GHFQDM="410"), None),
        (hit("gh.czkfbj", GHFQDM="420"), "conflict"),
        (hit("gh.czkfbj", feature=""), "conflict"),
        (hit("gh.czkfbj", GHFQDM="430"), "conflict"),
        (hit("gh.czkfbj", feature="", counted=False), "noted"),
    ],
)
def test_ground_inside_the_construction_zone_is_not_marked(found: Hit, expected: str | None) -> None:
    marked = bearing(check("planning"), found, PROFILE)
    if expected == "conflict":
        assert marked in ("conflict", "attention")
    else:
        assert marked == expected


def test_permitted_ground_of_the_old_plan_is_not_marked() -> None:
    old = check("planning_old")
    assert bearing(old, hit("gh.jsydgzq", GZQLXDM="010"), PROFILE) is None
    assert bearing(old, hit("gh.jsydgzq", GZQLXDM="020"), PROFILE) in ("attention", "conflict")
    assert bearing(old, hit("gh.jsydgzq", GZQLXDM="040"), PROFILE) == "conflict"


def test_a_check_that_did_not_fail_marks_nothing_as_a_conflict() -> None:
    for verdict in (Verdict.PASS, Verdict.ATTENTION, Verdict.UNKNOWN):
        assert bearing(check("minerals", verdict), hit("gl.ckq"), PROFILE) == "attention"
    assert bearing(check("minerals"), hit("gl.ckq"), PROFILE) == "conflict"


def test_ground_not_approved_yet_is_a_conflict_only_where_land_is_to_be_supplied() -> None:
    gap = hit("gl.ydsp", feature="")
    stage = {name: (Fact("stage", same("环节"), name, same(name)),) for name in ("approval", "supply")}
    assert bearing(check("supplied", facts=stage["approval"]), gap, PROFILE) is None
    assert bearing(check("supplied", facts=stage["supply"]), gap, PROFILE) == "conflict"
    assert bearing(check("supplied", Verdict.PASS, facts=stage["supply"]), gap, PROFILE) is None


def boundary(*shapes: Any) -> Review:
    return cast.run(cast.clean_stage(), *shapes)


def test_a_corner_is_numbered_and_its_number_stands_outside() -> None:
    review = boundary(cast.box(0, 0, 100, 60))
    found = corners(review)
    assert all(found.labels)
    shape = review.project.parcels[0].polygon_plane
    for place, (x, y) in zip(found.places, found.away, strict=True):
        assert np.hypot(x, y) == pytest.approx(1.0)
        assert not shape.contains(shapely.Point(place.x + x, place.y + y))


def test_the_number_of_a_holes_corner_stands_in_the_hole() -> None:
    ring = cast.box(0, 0, 100, 100).difference(cast.box(40, 40, 20, 20))
    review = boundary(shapely.orient_polygons(ring))
    hole = cast.box(40, 40, 20, 20)
    found = corners(review)
    inner = [at for at, place in enumerate(found.places) if hole.distance(place) < 1e-6]
    assert len(inner) == 4
    for at in inner:
        place, (x, y) = found.places[at], found.away[at]
        assert hole.contains(shapely.Point(place.x + x, place.y + y))


def test_of_many_points_only_some_are_numbered_and_every_turn_is() -> None:
    round_ = shapely.orient_polygons(shapely.Point(*cast.at(100, 100)).buffer(90, quad_segs=60))
    smooth = corners(boundary(round_))
    assert 0 < sum(label is not None for label in smooth.labels) <= MOST_LABELS
    square = shapely.segmentize(cast.box(0, 0, 100, 100), 2.0)
    found = corners(boundary(square))
    by_place = {(place.x, place.y): label for place, label in zip(found.places, found.labels, strict=True)}
    for corner in ((0, 0), (100, 0), (100, 100), (0, 100)):
        assert by_place[cast.at(*corner)]


@pytest.fixture(scope="module")
def tiny() -> tuple[Review, MapPictures]:
    """Two parcels far apart; a speck of farmland in one, a hazard point near the other, a mine with a safety distance."""
    stage = cast.clean_stage("gh.yjjbntb", "xz.dzzhd", "gl.ckq")
    stage.plans = {dataset: AccessPlan(dataset, "tests", "review") for dataset in ("xz.xzq", "xz.cjdcq")}
    stage.put("gh.yjjbntb", [(cast.box(-5, -5, 7, 7), {"DLBM": "0102", "YJJBNTTBBH": "7"})])
    stage.put("xz.dzzhd", [(shapely.Point(*cast.at(330, 100)), {"MC": "屋后", "TYBH": "1", "ZHLX": "02"})])
    stage.put(
        "gl.ckq",
        [
            (
                cast.box(420, 0, 60, 60),
                {"KSMC": "铜山铜矿", "KCZKZ": "铜矿", "XKZH": "C34902120210000000000001"},
            )
        ],
    )
    review = cast.run(
        stage,
        cast.box(0, 0, 100, 100),
        cast.box(300, 0, 90, 90),
        request=ReviewRequest(kind="blasting", use="1001"),
    )
    pictures = pictures_of(review, stage.sources.reader, "pdf")
    assert pictures is not None
    return review, pictures


def test_a_conflict_too_small_to_be_seen_is_also_shown_enlarged(tiny: tuple[Review, MapPictures]) -> None:
    _, pictures = tiny
    assert pictures.details["farmland"].scale < pictures.conflicts["farmland"].scale / 5


def test_the_map_of_a_search_shows_all_of_its_reach(tiny: tuple[Review, MapPictures]) -> None:
    review, pictures = tiny
    found = review.check("minerals")
    assert found is not None
    assert found.tolerances["buffer_m"] > 0
    assert pictures.conflicts["minerals"].scale > pictures.conflicts["farmland"].scale


def test_every_picture_of_the_report_is_numbered_in_order(tiny: tuple[Review, MapPictures]) -> None:
    file = docx.Document(BytesIO(render(*tiny, "docx")))
    captions = [p.text for p in file.paragraphs if p.text.startswith("图") and "1:" in p.text]
    drawn = 1 + len(tiny[1].conflicts) + len(tiny[1].details)
    assert [caption.partition("　")[0] for caption in captions] == [f"图{n}" for n in range(1, drawn + 1)]
    for paragraph in file.paragraphs:
        if "（见图" in paragraph.text:
            number = int(paragraph.text.rpartition("（见图")[2].rstrip("）。"))
            assert 2 <= number <= drawn


def test_several_parcels_have_their_areas_side_by_side(tiny: tuple[Review, MapPictures]) -> None:
    text = render(*tiny, "html").decode()
    assert "分地块三大类面积表" in text
    assert "地块面积表" in text
    assert "Land by category and parcel" in render(*tiny, "html", "en").decode()


def test_the_same_review_gives_the_same_pictures_in_the_reports_width() -> None:
    stage = cast.clean_stage()
    stage.plans = {dataset: AccessPlan(dataset, "tests", "review") for dataset in ("xz.xzq", "xz.cjdcq")}
    review = cast.run(stage, cast.box(450, 0, 100, 100))
    first, second = (pictures_of(review, stage.sources.reader, "html") for _ in range(2))
    assert first is not None
    assert first == second
    assert {picture.width_mm for picture in (first.overview, *first.conflicts.values())} == {156.0}
