"""An increment replaces the ground it lies on and leaves the rest."""

from datetime import date
from pathlib import Path

import pytest
import shapely

from guotu.errors import GuotuError
from guotu.model.access import AccessPlan
from guotu.model.dataset import CommitNote
from unit.ingest.deliveries import NOTE, STREAM, Node, node, write  # noqa: F401
from unit.quality.parcel_rows import built, cell, parcel, wood

LATER = CommitNote("李四", "变更调查", date(2025, 12, 31))
BASE = [parcel(number) for number in range(6)]


def division_of_the_second():
    left = parcel(11, cell(1, 0, 0.4), TBMJ=round(BASE[1]["TBMJ"] * 0.4, 2))
    left["TBDLMJ"] = left["TBMJ"]
    rest = round(BASE[1]["TBMJ"] - left["TBMJ"], 2)
    return [left, built(12, geometry=cell(1.4, 0, 0.6), TBMJ=rest, TBDLMJ=rest)]


@pytest.fixture
def based(node: Node, tmp_path: Path) -> Node:  # noqa: F811
    node.land(write(tmp_path / "base.gpkg", BASE))
    return node


def test_only_the_ground_of_the_increment_changes(based: Node, tmp_path: Path) -> None:
    before = based.features()
    commit = based.land(write(tmp_path / "gx.gpkg", division_of_the_second()), note=LATER, increment=True)
    assert commit is not None
    assert (commit.added, commit.changed, commit.deleted) == (2, 0, 1)
    after = based.features()
    assert set(after) == {row["BSM"] for row in BASE if row is not BASE[1]} | {
        row["BSM"] for row in division_of_the_second()
    }
    assert all(after[key] == before[key] for key in after if key in before)
    assert round(sum(row["TBMJ"] for row in after.values()), 2) == round(sum(row["TBMJ"] for row in BASE), 2)
    assert "update" in commit.note.quality


def test_the_parts_know_the_parcel_they_come_from(based: Node, tmp_path: Path) -> None:
    parent = based.features()[BASE[1]["BSM"]]["fid"]
    based.land(write(tmp_path / "gx.gpkg", division_of_the_second()), note=LATER, increment=True)
    plan = AccessPlan("xz.dltb", "test", "test")
    shares = []
    for row in division_of_the_second():
        fid = based.features()[row["BSM"]]["fid"]
        (heir,) = based.store.history(STREAM, fid, plan)["lineage"].to_pylist()
        assert [one["fid"] for one in heir] == [parent]
        shares.append(heir[0]["part"])
    assert shares == pytest.approx([0.4, 0.6], abs=1e-3)


def test_an_increment_that_loses_ground_is_refused_and_changes_nothing(based: Node, tmp_path: Path) -> None:
    before = based.features()
    with pytest.raises(GuotuError) as refusal:
        based.land(write(tmp_path / "gx.gpkg", division_of_the_second()[:1]), note=LATER, increment=True)
    assert refusal.value.code == "GT-1401"
    report = refusal.value.facts["report"]
    (lost,) = [finding for finding in report.findings if finding.rule == "2002"]
    assert lost.place.file == "gx.gpkg"
    assert shapely.Point(lost.place.coordinate).within(cell(1.4, 0, 0.6))
    assert based.features() == before


def test_an_increment_whose_areas_do_not_balance_is_refused(based: Node, tmp_path: Path) -> None:
    left, right = division_of_the_second()
    right["TBMJ"] = right["TBDLMJ"] = round(right["TBMJ"] + 0.05, 2)
    with pytest.raises(GuotuError) as refusal:
        based.land(write(tmp_path / "gx.gpkg", [left, right]), note=LATER, increment=True)
    assert [finding.rule for finding in refusal.value.facts["report"].findings if finding.rule[0] == "2"] == [
        "2001"
    ]


def test_an_attribute_may_change_under_the_same_number(based: Node, tmp_path: Path) -> None:
    changed = wood(2, BSM=BASE[2]["BSM"])
    commit = based.land(write(tmp_path / "gx.gpkg", [changed]), note=LATER, increment=True)
    assert commit is not None
    assert (commit.added, commit.changed, commit.deleted) == (0, 1, 0)
    assert based.features()[BASE[2]["BSM"]]["DLBM"] == "0301"


def test_a_neighbour_whose_border_is_drawn_a_centimetre_off_stays(based: Node, tmp_path: Path) -> None:
    left, right = division_of_the_second()
    west, south, east, north = right["geometry"].bounds
    right["geometry"] = shapely.box(west, south, east + 1e-7, north)
    commit = based.land(write(tmp_path / "gx.gpkg", [left, right]), note=LATER, increment=True)
    assert commit is not None
    assert commit.deleted == 1


def test_a_number_given_up_earlier_is_remarked_when_it_comes_again(based: Node, tmp_path: Path) -> None:
    based.land(write(tmp_path / "gx.gpkg", division_of_the_second()), note=LATER, increment=True)
    again = wood(3, BSM=BASE[1]["BSM"])
    commit = based.land(write(tmp_path / "gx2.gpkg", [again]), note=LATER, increment=True)
    assert commit is not None
    assert "1 处问题" in commit.note.quality


def test_an_increment_to_nothing_is_refused(node: Node, tmp_path: Path) -> None:  # noqa: F811
    with pytest.raises(GuotuError) as refusal:
        node.land(write(tmp_path / "gx.gpkg", division_of_the_second()), note=NOTE, increment=True)
    assert refusal.value.code == "GT-1430"
    assert node.features_or_none() is None
