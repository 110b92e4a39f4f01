"""Ten invented counties, taken in through the real gate: every planted conflict is found, none is invented."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from guotu.apps.approval import Review, ReviewRequest, Sources, Verdict, review, review_profile
from guotu.demo.county import generate
from guotu.guard.subject import OPERATOR
from guotu.ingest import Reading
from guotu.ingest.project import read_project
from guotu.model.project import ProjectBoundary
from guotu.node import Node, NodeIdentity
from guotu.ops.intake import Delivery, take_in
from guotu.settings import load

pytestmark = pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")
"""Of rasterio's own making, when the county's imagery is written."""

SEEDS = [1, 2, 3, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(4, 11))]
"""Three counties with every run of the suite, all ten with the slow tests."""
PARCELS = 800
TODAY = date(2025, 6, 1)
NEAR = 0.01
"""m²: how far an area may be from the one computed for the truth."""
BENT = 2e-6
"""Relative: the truth cuts pieces along lines straight in the plane, the review along the stored edges, straight in (L, B);
over an edge of 150 m the two lie a quarter of a millimetre apart, which only the ellipsoid area of long pieces shows."""
AREAS = {"farmland": "gross", "ecology": "inside"}
OVERLAPS = {
    "farmland": ("gh.yjjbntb",), "ecology": ("gh.stbhhx",), "planning": ("gh.czkfbj", "gh.ghyt"), "approved": ("gl.ydsp",),
    "supplied": ("gl.gdgl",), "landuse": ("xz.dltb",), "geohazard": ("xz.dzzhyfq",),
}  # fmt: skip
FIELDS = {"标识码": "BSM"}
"""Keys that the gate renames."""


@dataclass(frozen=True)
class County:
    """A county taken in, its truth, and the reviews of its planted projects."""

    truth: dict[str, Any]
    reviews: dict[str, Review]


@pytest.fixture(scope="module", params=SEEDS)
def county(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    folder = tmp_path_factory.mktemp(f"county-{request.param}")
    generate(PARCELS, request.param, folder / "files")
    node = Node.create(
        folder / "home", NodeIdentity("N-349021-01", "青禾县", "Qinghe", "349021", "county"), load({})
    )
    for entry in json.loads((folder / "files" / "manifest.json").read_text(encoding="utf-8"))["files"]:
        if (
            entry["kind"] == "vector"
            and entry["dataset"] in review_profile().layers
            and entry["edition"] == 1
        ):
            take_in(
                node,
                Delivery(
                    folder / "files" / entry["file"],
                    dataset=entry["dataset"],
                    schema=entry["schema"],
                    data_date=date.fromisoformat(entry["data_date"]),
                    reading=Reading(layer=entry["layer"]),
                ),
            )
    truth = json.loads((folder / "files" / "truth.json").read_text(encoding="utf-8"))
    yield County(truth, {told["key"]: _review(node, folder / "files", told) for told in truth["projects"]})
    node.close()


def _review(node: Node, files: Path, told: dict[str, Any]) -> Review:
    asked = dict(told["request"])
    if asked.pop("adjust_out", None):
        asked["adjust_in"] = _read(node, files / told["file"], told).parcels
        asked["adjust_out"] = _read(node, files / told["file"].replace(".txt", "-out.txt"), told).parcels
    sources = Sources(node.reader(OPERATOR, "review"), node.catalog)
    return review(
        _read(node, files / told["file"], told),
        sources,
        review_profile(),
        today=TODAY,
        request=ReviewRequest(**asked),
    )


def _read(node: Node, path: Path, told: dict[str, Any]) -> ProjectBoundary:
    with node.workspace() as work:
        return read_project(path, work=work, name=told["title"])


def _covered(told: dict[str, Any]) -> bool:
    """Whether the project lies wholly in the county; in so small a county the park may reach over its edge."""
    met = math.fsum(areas["plane_m2"] for areas in told["overlaps"]["xz.dltb"]["features"].values())
    return met >= told["area_plane_m2"] - 1


def test_every_planted_conflict_is_found_and_none_is_invented(county: County) -> None:
    wrong = []
    for told in county.truth["projects"]:
        found = county.reviews[told["key"]]
        for name, expected in told["expected"].items():
            check = found.check(name)
            assert check is not None
            wanted = {expected.get("verdict", check.verdict)} if _covered(told) else {"unknown", "fail"}
            if check.verdict not in wanted:
                wrong.append((told["key"], name, wanted, check.verdict.value, check.reason.zh))
    assert wrong == []


def test_nothing_is_unknown_where_every_layer_is_held_and_reaches(county: County) -> None:
    reached = [told["key"] for told in county.truth["projects"] if _covered(told)]
    every = [(key, check) for key in reached for check in county.reviews[key].checks]
    assert len(reached) > 10
    assert {
        (key, check.id, check.reason.zh) for key, check in every if check.verdict is Verdict.UNKNOWN
    } == set()


def test_the_same_features_are_met_with_the_same_areas(county: County) -> None:
    for told in county.truth["projects"]:
        found = county.reviews[told["key"]]
        for name, datasets in OVERLAPS.items():
            check = found.check(name)
            assert check is not None
            for dataset in datasets:
                _compare(
                    told,
                    dataset,
                    [hit for hit in check.hits if hit.dataset == dataset and hit.feature],
                    _same_plane(told, found),
                )


def _compare(told: dict[str, Any], dataset: str, hits: list[Any], same_plane: bool) -> None:
    layer = told["overlaps"][dataset]
    key = FIELDS.get(layer["key_field"], layer["key_field"])
    expected = layer["features"]
    if key not in (hits[0].attributes if hits else {key: None}):
        # The check does not show this key: compare what is met by area.
        assert len(hits) >= len(expected)
        return
    met: dict[str, list[Any]] = {}
    for hit in hits:
        met.setdefault(str(hit.attributes[key]), []).append(hit)
    place = f"{told['key']} {dataset}"
    assert set(met) == set(expected), place
    for feature, areas in expected.items():
        if same_plane:
            plane = math.fsum(hit.area_m2 for hit in met[feature])
            assert abs(plane - areas["plane_m2"]) < NEAR, (place, feature)
        ellipsoid = math.fsum(hit.area_ellipsoid_m2 for hit in met[feature])
        assert abs(ellipsoid - areas["ellipsoid_m2"]) < NEAR + BENT * ellipsoid, (place, feature)
        # Of land-use parcels every piece counts: the table must close on the parcel's area.
        if len(met[feature]) == 1 and dataset != "xz.dltb":
            assert met[feature][0].counted == areas["counted"], (place, feature)


def _same_plane(told: dict[str, Any], found: Review) -> bool:
    """A boundary in degrees is measured in the zone that holds most of it; the truth takes the county's."""
    return bool(found.project.zone.epsg == told["zone_epsg"])


def test_project_areas_are_those_of_plain_shapely_and_pyproj(county: County) -> None:
    for told in county.truth["projects"]:
        found = county.reviews[told["key"]]
        assert not _same_plane(told, found) or abs(found.area_plane_m2 - told["area_plane_m2"]) < NEAR
        assert abs(found.area_ellipsoid_m2 - told["area_ellipsoid_m2"]) < NEAR


def test_land_class_tables_add_up_and_agree_with_the_truth(county: County) -> None:
    for told in county.truth["projects"]:
        found = county.reviews[told["key"]]
        assert (
            sum((row.area_ha for row in found.landuse.rows), Decimal(0))
            == found.landuse.total_ha
            == found.area_ha
        )
        for row in found.landuse.rows:
            assert row.area_ha == row.area_ha.quantize(Decimal("0.0001"))
        parts = [sum((row.area_ha for row in table.rows), Decimal(0)) for table in found.landuse_by_parcel]
        assert parts == [table.total_ha for table in found.landuse_by_parcel]
        assert sum(parts, Decimal(0)) == found.area_ha
        if not _same_plane(told, found):
            continue
        measured: dict[str, float] = {}
        for row in found.landuse.rows:
            measured[row.code] = measured.get(row.code, 0.0) + row.area_m2
        expected = {
            code: area for code, area in told["expected"]["landuse"]["classes_m2"].items() if area >= 0.01
        }
        assert set(expected) <= set(measured)
        for code, area in expected.items():
            # The table is closed on the parcel's area, so a class may move by its share of the dropped traces.
            assert abs(measured[code] - area) < 0.05, (told["key"], code)


def test_sums_of_the_conflicts_are_the_planted_ones(county: County) -> None:
    for told in county.truth["projects"]:
        found = county.reviews[told["key"]]
        if not _same_plane(told, found):
            continue
        for name, key in AREAS.items():
            total = found.check(name).total(key)  # type: ignore[union-attr]
            assert abs(total.area_m2 - told["expected"][name]["area_m2"]) < NEAR * max(
                1, told["expected"][name]["features"]
            )
        supplied = found.check("supplied")
        assert supplied is not None
        bare = supplied.total("unapproved")
        assert bare is not None
        assert abs(bare.area_m2 - told["expected"]["supplied"]["uncovered_m2"]) < 0.05
