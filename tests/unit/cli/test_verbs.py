"""The verbs on a tiny node: what they say, what they write, what they refuse."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pyogrio
import pytest

from guotu.ops.demo_folder import MARK
from tiny_county import Tiny


@pytest.fixture
def home(tiny: Tiny, tmp_path: Path) -> Path:
    return tiny.copied(tmp_path)


def test_a_node_is_made_once(guotu, tmp_path: Path) -> None:
    words = ("--home", tmp_path / "n", "init", "--id", "N-349021-01", "--name", "甲", "--division", "349021")
    made = guotu(*words, "--level", "county", "--json")
    assert made.status == 0
    assert made.document["node"] == "N-349021-01"
    assert len(bytes.fromhex(made.document["public_key"])) == 32
    again = guotu(*words, "--level", "county", "--json")
    assert (again.status, again.code) == (2, "GT-1004")


def test_areas_are_told_for_every_feature_and_in_all(guotu, tiny: Tiny) -> None:
    ran = guotu("area", tiny.files / "project.txt", "--json")
    feature, total = ran.document["features"][0], ran.document["totals"]
    assert feature["zone_epsg"] == 4527
    assert total["area_plane_m2"] == feature["area_plane_m2"] == pytest.approx(200_000, abs=1)
    plain = guotu("area", tiny.files / "project.txt")
    assert plain.out.split("\t")[2] == f"{feature['area_plane_m2']:.4f}"


def test_a_table_without_shapes_has_no_areas(guotu, tmp_path: Path) -> None:
    features = [{"type": "Feature", "geometry": None, "properties": {"A": 1}}]
    collection = {"type": "FeatureCollection", "features": features}
    (tmp_path / "a.geojson").write_text(json.dumps(collection), encoding="utf-8")
    ran = guotu("area", tmp_path / "a.geojson", "--json")
    if ran.status == 0:
        assert all(feature["area_plane_m2"] is None for feature in ran.document["features"])
        assert ran.document["totals"]["area_plane_m2"] == 0
    else:
        assert ran.code.startswith("GT-1")


@pytest.mark.parametrize("form", ["html", "xlsx", "json", "gpkg"])
def test_a_check_writes_its_report(guotu, tiny: Tiny, tmp_path: Path, form: str) -> None:
    report = tmp_path / f"findings.{form}"
    ran = guotu("check", tiny.files / "采矿权.geojson", "--report", report, "--json")
    assert ran.status == 0
    assert ran.document["passed"]
    assert report.stat().st_size > 500


def test_a_refused_check_has_status_three_and_still_writes(guotu, tiny: Tiny, tmp_path: Path) -> None:
    report = tmp_path / "findings.html"
    ran = guotu("check", tiny.files / "采矿权.geojson", "--schema", "dltb-2020", "--report", report, "--json")
    assert ran.status == 3
    assert not ran.document["passed"]
    page = report.read_text(encoding="utf-8")
    assert "未通过" in page
    assert "1301" in page
    assert "http" not in page


def test_the_same_file_again_changes_nothing(guotu, home: Path, tiny: Tiny) -> None:
    words = ("--home", home, "ingest", tiny.files / "DLTB_2025.zip", "--dataset", "xz.dltb", "--json")
    ran = guotu(*words)
    assert (ran.status, ran.document["version"]) == (0, None)


def test_a_refused_delivery_tells_its_report_and_changes_nothing(guotu, home: Path, tiny: Tiny) -> None:
    before = guotu("--home", home, "history", "xz.dltb", "--json").document
    ran = guotu("--home", home, "ingest", tiny.files / "采矿权.geojson", "--dataset", "xz.dltb", "--json")
    assert (ran.status, ran.code) == (3, "GT-1401")
    assert ran.document["report"]["counts"]
    assert guotu("--home", home, "history", "xz.dltb", "--json").document == before


def test_history_and_diff_agree(guotu, tiny: Tiny) -> None:
    commits = guotu("--home", tiny.home, "history", "xz.dltb", "--json").document
    first, second = (commit["version"] for commit in commits)
    by_version = guotu("--home", tiny.home, "diff", "xz.dltb", first, second, "--json").document["changes"]
    by_date = guotu("--home", tiny.home, "diff", "xz.dltb", "2024-12-31", "2025-12-31", "--json")
    assert by_date.document["changes"] == by_version
    assert sum(row["op"] == "put" for row in by_version) == commits[1]["added"] + commits[1]["changed"]
    assert sum(row["op"] == "del" for row in by_version) == commits[1]["deleted"]


def test_a_changed_feature_has_a_history(guotu, tiny: Tiny) -> None:
    words = ("--home", tiny.home, "diff", "xz.dltb", "2024-12-31", "2025-12-31", "--json")
    fid = next(row["feature"] for row in guotu(*words).document["changes"] if row["op"] == "put")
    ran = guotu("--home", tiny.home, "history", "xz.dltb", fid, "--json")
    assert ran.document[-1]["attributes"]["BSM"]
    plain = guotu("--home", tiny.home, "history", "xz.dltb", fid)
    assert "BSM=" in plain.out


@pytest.mark.parametrize(("fid", "status"), [("zz", 2), ("00", 6)])
def test_a_feature_nobody_knows_is_told_so(guotu, tiny: Tiny, fid: str, status: int) -> None:
    assert guotu("--home", tiny.home, "history", "xz.dltb", fid).status == status


def test_a_condition_chooses_features(guotu, tiny: Tiny, tmp_path: Path) -> None:
    words = ("--home", tiny.home, "query", "xz.dltb", "--filter", "DLBM LIKE '01%' AND TBMJ > 10000")
    chosen = guotu(*words).document["features"]
    assert chosen
    assert all(each["properties"]["DLBM"].startswith("01") for each in chosen)
    assert all(each["properties"]["TBMJ"] > 10000 for each in chosen)
    ran = guotu(*words, "-o", tmp_path / "a.gpkg", "--json")
    assert ran.document["features"] == len(chosen) == pyogrio.read_info(tmp_path / "a.gpkg")["features"]


def test_a_box_and_a_limit_choose_features(guotu, tiny: Tiny) -> None:
    west, south, east, north = 118.0, 30.0, 119.0, 31.5
    words = ("--home", tiny.home, "query", "xz.xzq", "--bbox", west, south, east, north, "--limit", 2)
    assert len(guotu(*words).document["features"]) == 2
    assert guotu("--home", tiny.home, "query", "xz.xzq", "--bbox", 3, 2, 1, 0).status == 2


def test_what_is_not_held_is_not_found(guotu, tiny: Tiny) -> None:
    for verb in (
        ("query", "a.b"),
        ("history", "a.b"),
        ("diff", "a.b", "1.1", "1.2"),
        ("catalog", "show", "a.b"),
    ):
        assert guotu("--home", tiny.home, *verb, "--json").status == 6


def test_the_catalogue_is_listed_searched_and_shown(guotu, tiny: Tiny) -> None:
    listed = {row["id"] for row in guotu("--home", tiny.home, "catalog", "list", "--json").document}
    assert "xz.dltb" in listed
    rasters = guotu("--home", tiny.home, "catalog", "list", "--kind", "raster", "--json").document
    assert {row["kind"] for row in rasters} == {"raster"}
    found = guotu("--home", tiny.home, "catalog", "search", "基本农田", "--json").document
    assert found[0]["id"] == "gh.yjjbntb"
    shown = guotu("--home", tiny.home, "catalog", "show", "xz.dltb", "--json").document
    assert shown["fields"]["DLBM"].startswith("地类编码")
    assert "DLBM\t地类编码" in guotu("--home", tiny.home, "catalog", "show", "xz.dltb").out


def test_a_document_is_registered_with_its_file_and_retired(guotu, home: Path, tmp_path: Path) -> None:
    text = tmp_path / "plan.txt"
    text.write_text("规划文本", encoding="utf-8")
    words = ("--home", home, "catalog", "add", "gh.text", "--kind", "document", "--title", "规划文本")
    words += ("--category", "gh", "--owner", "某局", "--json")
    added = guotu(*words, "--file", text)
    digest = added.document["location"]
    assert (home / "blobs" / digest[:2] / digest).read_bytes() == text.read_bytes()
    assert guotu(*words).code == "GT-3002"
    assert guotu("--home", home, "catalog", "retire", "gh.text").status == 0
    assert guotu("--home", home, "catalog", "search", "规划文本", "--json").document == []
    assert [
        row["id"] for row in guotu("--home", home, "catalog", "list", "--retired", "--json").document
    ] == ["gh.text"]


def test_a_missing_file_registers_nothing(guotu, home: Path) -> None:
    words = (
        "--home",
        home,
        "catalog",
        "add",
        "gh.text",
        "--kind",
        "document",
        "--title",
        "文",
        "--category",
        "gh",
    )
    assert guotu(*words, "--owner", "某局", "--file", "nothing.pdf", "--json").code == "GT-1101"
    assert guotu("--home", home, "catalog", "show", "gh.text").status == 6


def test_accounts_come_and_go_with_passwords_from_a_pipe(
    guotu, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = ("--home", home, "user", "add", "wang", "--name", "王", "--role", "officer", "--json")
    monkeypatch.setattr(sys, "stdin", io.StringIO("Qinghe-Mima-2026\n"))
    assert guotu(*add).document["clearance"] == "内部"
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert guotu(*add).status == 2
    assert guotu(*add, "--password", "Qinghe-Mima-2026").code == "GT-4005"
    assert guotu("--home", home, "user", "password", "wang", "--password", "short", "--json").status == 2
    assert "wang" in guotu("--home", home, "user", "list").out
    assert guotu("--home", home, "user", "remove", "wang", "--json").document == {"id": "wang"}
    assert guotu("--home", home, "user", "remove", "wang").status == 6


def test_a_sound_node_is_told_so(guotu, tiny: Tiny) -> None:
    ran = guotu("--home", tiny.home, "doctor", "--json")
    assert ran.status == 0
    assert all(not check["problems"] for check in ran.document)


def test_a_review_without_report_speaks_ten_verdicts(guotu, tiny: Tiny) -> None:
    ran = guotu("--home", tiny.home, "--lang", "en", "review", tiny.files / "project.txt")
    assert ran.status == 0
    assert sum(line.startswith("  [") for line in ran.out.splitlines()) == 10


def test_a_change_of_the_plan_is_reviewed(guotu, tiny: Tiny) -> None:
    inward, outward = (tiny.files / "projects" / f"adjustment{end}.txt" for end in ("", "-out"))
    ran = guotu(
        "--home", tiny.home, "review", inward, "--adjust-in", inward, "--adjust-out", outward, "--json"
    )  # fmt: skip
    assert ran.status == 0
    assert ran.document["request"]["adjust_in"]
    check = next(check for check in ran.document["checks"] if check["id"] == "adjustment")
    assert check["totals"]


def test_the_demo_leaves_foreign_files_alone(guotu, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    ran = guotu("demo", "--out", tmp_path, "--no-serve", "--json")
    assert (ran.status, ran.code) == (2, "GT-1016")
    assert [entry.name for entry in tmp_path.iterdir()] == ["letter.txt"]
    assert guotu("demo", "--out", tmp_path / "letter.txt").status == 2
    assert MARK not in {entry.name for entry in tmp_path.iterdir()}
