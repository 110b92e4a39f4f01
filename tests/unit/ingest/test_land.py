from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from guotu.errors import GuotuError
from guotu.ingest.land import Registration, division_of, originals
from guotu.model.dataset import StreamName
from guotu.model.finding import QualityReport
from guotu.model.resource import Label, Secrecy
from unit.ingest.deliveries import NOTE, STREAM, Node, node, write
from unit.quality.parcel_rows import built, cell, parcel, road, sloping, wood

__all__ = ["node"]
ROWS = [parcel(1), sloping(2), wood(3), built(4), road(5)]


def test_a_delivery_becomes_one_commit_with_its_original(node: Node, tmp_path: Path) -> None:
    path = write(tmp_path / "first.gpkg", ROWS)
    commit = node.land(path)
    assert commit is not None
    assert (commit.added, commit.changed, commit.deleted) == (5, 0, 0)
    assert len(commit.note.source) == 1
    assert node.blobs.path(commit.note.source[0]).read_bytes() == path.read_bytes()
    assert commit.note.quality.startswith("通过")
    stored = node.features()["330106211000000002"]
    assert (stored["GDLX"], stored["KCXS"]) == ("TT", 0.05)
    assert shapely.hausdorff_distance(shapely.from_wkb(stored["geometry"]), cell(2)) < 1e-9
    assert node.store.verify(STREAM).sound
    assert list(node.work.iterdir()) == []


def test_the_same_delivery_again_changes_nothing(node: Node, tmp_path: Path) -> None:
    path = write(tmp_path / "first.gpkg", ROWS)
    node.land(path)
    assert node.land(path) is None


def test_the_next_edition_lands_as_the_difference(node: Node, tmp_path: Path) -> None:
    node.land(write(tmp_path / "first.gpkg", ROWS))
    before = node.features()
    split = [parcel(11, cell(1, 0, 0.5)), parcel(12, cell(1.5, 0, 0.5))]
    commit = node.land(write(tmp_path / "second.gpkg", [*split, ROWS[1], wood(3, QSXZ="20"), *ROWS[3:]]))
    assert commit is not None
    assert (commit.added, commit.changed, commit.deleted) == (2, 1, 1)
    after = node.features()
    assert after["330106211000000003"]["fid"] == before["330106211000000003"]["fid"]
    assert after["330106211000000003"]["QSXZ"] == "20"
    assert "330106211000000001" not in after


def test_a_refused_delivery_stores_nothing_and_carries_its_report(node: Node, tmp_path: Path) -> None:
    path = write(tmp_path / "bad.gpkg", [*ROWS, parcel(6, QSXZ="77")])
    with pytest.raises(GuotuError) as told:
        node.land(path)
    assert told.value.code == "GT-1401"
    report = told.value.facts["report"]
    assert isinstance(report, QualityReport)
    assert [finding.rule for finding in report.findings] == ["1302"]
    assert "1" in told.value.detail("zh")
    assert told.value.hint("en")
    assert node.store.streams() == []
    assert not list((node.home / "blobs").rglob("*.gpkg"))
    assert node.catalog.find("xz.dltb") is None


def test_the_catalogue_learns_extent_coverage_moment_and_verdict(node: Node, tmp_path: Path) -> None:
    label = Label(secrecy=Secrecy.PUBLIC)
    node.land(write(tmp_path / "first.gpkg", ROWS), registration=Registration(label=label))
    resource = node.catalog.get("xz.dltb")
    assert resource.label == label
    assert resource.title == "地类图斑"
    assert resource.division == "330106"
    assert resource.data_date == NOTE.data_date
    assert resource.extent == pytest.approx((120.001, 30, 120.006, 30.001), abs=1e-9)
    coverage = node.catalog.coverage("xz.dltb")
    assert coverage is not None
    assert coverage.symmetric_difference(cell(1, 0, 5, 1)).area < 1e-12
    assert resource.quality.startswith("通过")
    assert "年度变更" in resource.lineage


@pytest.mark.parametrize("stage", ["read", "compare", "store"])
def test_cancelling_in_any_stage_stores_nothing(node: Node, tmp_path: Path, stage: str) -> None:
    path = write(tmp_path / "first.gpkg", ROWS)
    reached: list[str] = []
    with pytest.raises(GuotuError) as told:
        node.land(path, progress=lambda name, _d, _t: reached.append(name), cancel=lambda: stage in reached)
    assert told.value.code == "GT-1005"
    assert node.features_or_none() is None
    assert list(node.work.iterdir()) == []


def test_the_files_behind_a_path(tmp_path: Path) -> None:
    for name in ("a.shp", "a.dbf", "a.prj", "b.dbf", "a.txt"):
        (tmp_path / name).touch()
    assert [file.name for file in originals(tmp_path / "a.shp")] == ["a.dbf", "a.prj", "a.shp"]
    assert [file.name for file in originals(tmp_path / "a.txt")] == ["a.txt"]
    assert len(list(originals(tmp_path))) == 5


@pytest.mark.parametrize(
    ("partition", "division"), [("330106", "330106"), ("000000", None), ("I50G077016", None)]
)
def test_a_partition_that_is_a_division_binds_codes(partition: str, division: str | None) -> None:
    assert division_of(StreamName("xz.dltb", partition)) == division
