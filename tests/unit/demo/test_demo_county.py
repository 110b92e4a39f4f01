from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import rasterio
import shapely

from guotu.demo.county import generate
from guotu.demo.manifest import CARDS, CountyFiles
from guotu.demo.measure import to_lonlat
from guotu.demo.plan import plan_for


def read(
    path: Path, layer: str | None = None, encoding: str | None = None
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    meta, _, geometry, values = pyogrio.raw.read(path, layer=layer, encoding=encoding)
    return dict(zip(meta["fields"].tolist(), values, strict=True)), shapely.from_wkb(geometry)


def dltb(county: CountyFiles, edition: int = 1) -> tuple[dict[str, np.ndarray], np.ndarray]:
    file = next(e.file for e in county.entries if e.dataset == "xz.dltb" and e.edition == edition)
    return read(county.folder / file, encoding="gbk")


def test_an_unknown_size_is_refused() -> None:
    with pytest.raises(ValueError, match="no size named"):
        plan_for("huge")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least 500"):
        plan_for(10)


def test_every_dataset_is_delivered_and_listed(county: CountyFiles) -> None:
    listed = json.loads(county.manifest.read_text("utf-8"))["files"]
    assert {entry["dataset"] for entry in listed} == set(CARDS)
    for entry in listed:
        assert (county.folder / entry["file"]).exists()
        assert entry["data_date"] < "2026-06-30"


def test_parcels_tile_the_towns_and_villages_exactly(county: CountyFiles) -> None:
    _, parcels = dltb(county)
    assert shapely.is_valid(parcels).all()
    assert shapely.coverage_is_valid(parcels)
    assert set(shapely.get_type_id(parcels).tolist()) == {3}
    for layer in ("XZQ", "CJDCQ"):
        _, areas = read(county.folder / "行政区.gpkg", layer)
        assert shapely.area(areas).sum() == pytest.approx(shapely.area(parcels).sum(), rel=1e-12)
        assert set(shapely.get_type_id(areas).tolist()) == {3}


def test_numbers_are_unique_in_their_village(county: CountyFiles) -> None:
    values, _ = dltb(county)
    assert len(set(values["BSM"])) == len(values["BSM"])
    pairs = set(zip(values["ZLDWDM"], values["TBBH"], strict=True))
    assert len(pairs) == len(values["BSM"])


def test_villages_add_up_to_the_cent(county: CountyFiles) -> None:
    values, _ = dltb(county)
    villages, _ = read(county.folder / "行政区.gpkg", "CJDCQ")
    for code, declared in zip(villages["ZLDWDM"], villages["DCMJ"], strict=True):
        assert round(values["TBMJ"][values["ZLDWDM"] == code].sum(), 2) == declared


def test_the_three_lines_never_meet(county: CountyFiles) -> None:
    _, farm = read(county.folder / "永久基本农田.gpkg")
    _, red = read(county.folder / "生态保护红线.gdb.zip")
    _, urban = read(county.folder / "城镇开发边界.zip")
    stored = [shapely.transform(g, lambda xy: np.round(xy, 10)) for g in (farm, red, to_lonlat(urban))]
    lines = [shapely.union_all(geometries) for geometries in stored]
    for a, b in ((0, 1), (0, 2), (1, 2)):
        # On the store's grid. A square metre is about 1e-10 square degrees.
        assert lines[a].intersection(lines[b]).area < 1e-14


def test_the_next_year_conserves_the_area_of_every_village(
    county: CountyFiles, truth: dict[str, Any]
) -> None:
    before, _ = dltb(county)
    after, parcels = dltb(county, 2)
    assert shapely.coverage_is_valid(parcels)
    for code in np.unique(before["ZLDWDM"]):
        sums = [values["TBMJ"][values["ZLDWDM"] == code].sum() for values in (before, after)]
        assert sums[0] == pytest.approx(sums[1], abs=0.004)
    changes = truth["second_edition"]
    assert all(changes[kind] for kind in ("splits", "merges", "classes", "fixes"))
    gone = {change["from"] for change in changes["splits"] + changes["classes"]}
    gone |= {key for change in changes["merges"] for key in change["from"]}
    assert gone == set(before["BSM"]) - set(after["BSM"])


def test_every_planted_project_meets_what_was_planted(truth: dict[str, Any]) -> None:
    projects = {project["key"]: project["expected"] for project in truth["projects"]}
    assert len(projects) >= 18
    clean = projects["clean"]
    assert {check["verdict"] for name, check in clean.items() if name not in ("landuse", "planning_old")} == {
        "pass"
    }
    planted = {
        "park": {"farmland": "fail", "planning": "fail", "approved": "fail", "supplied": "fail"},
        "farmland": {"farmland": "fail"},
        "red-line": {"ecology": "fail"},
        "outside": {"planning": "fail", "farmland": "pass"},
        "approved": {"approved": "fail"},
        "supplied": {"supplied": "fail", "approved": "attention"},
        "unapproved": {"supplied": "fail", "approved": "pass"},
        "mineral": {"minerals": "fail"},
        "sand": {"minerals": "pass"},
        "mineral-buffer": {"minerals": "fail"},
        "hazard": {"geohazard": "attention"},
        "sliver": {"farmland": "pass"},
        "old-plan": {"planning_old": "attention"},
        "conditional": {"planning": "attention"},
    }
    for key, checks in planted.items():
        for check, verdict in checks.items():
            assert projects[key][check]["verdict"] == verdict, (key, check)
    assert projects["sand"]["minerals"]["level"] == "ordinary"
    assert not projects["mineral-buffer"]["minerals"]["direct"]
    assert projects["hazard"]["geohazard"]["points_inside"]


def test_the_sliver_is_five_centimetres_wide(truth: dict[str, Any]) -> None:
    sliver = next(project for project in truth["projects"] if project["key"] == "sliver")
    features = sliver["overlaps"]["gh.yjjbntb"]["features"].values()
    assert [round(feature["mean_width_m"], 2) for feature in features] == [0.05]
    assert not any(feature["counted"] for feature in features)


def test_the_park_is_twenty_hectares_of_about_fifty_vertices(
    county: CountyFiles, truth: dict[str, Any]
) -> None:
    park = truth["projects"][0]
    assert park["key"] == truth["main"]
    assert park["area_plane_m2"] == pytest.approx(200_000, abs=5)
    text = county.project.read_bytes().decode("gbk")
    points = [line for line in text.splitlines() if line.startswith("J")]
    assert 45 <= len(points) <= 60


def test_land_classes_under_a_project_fill_it(truth: dict[str, Any]) -> None:
    for project in truth["projects"]:
        total = sum(project["expected"]["landuse"]["classes_m2"].values())
        assert total == pytest.approx(project["area_plane_m2"], abs=0.02), project["key"]


def test_imagery_of_two_dates_shows_the_planted_change(county: CountyFiles, truth: dict[str, Any]) -> None:
    files = [county.folder / e.file for e in county.entries if e.dataset == "xz.dom"]
    with rasterio.open(files[0]) as first, rasterio.open(files[1]) as second:
        assert first.crs.to_epsg() == 4527
        assert first.overviews(1)
        place = shapely.from_wkt(truth["bare_ground"][0]).centroid
        pixels = [next(iter(image.sample([(place.x, place.y)]))) for image in (first, second)]
    assert int(pixels[1][0]) - int(pixels[0][0]) > 15


def test_the_same_seed_makes_the_same_county(county: CountyFiles, tmp_path: Path) -> None:
    again = generate(900, 11, tmp_path)
    for one, two in zip(county.entries, again.entries, strict=True):
        assert one == two
        if one.file.endswith((".zip", ".geojson", ".csv")) and ".gdb" not in one.file:
            assert (county.folder / one.file).read_bytes() == (again.folder / two.file).read_bytes(), one.file
    assert county.truth.read_bytes() == again.truth.read_bytes()
