"""Repairs: what is proposed, made in a copy, found mended when checked again, and taken back to the very bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely

from guotu.errors import GuotuError
from guotu.ops import repairing
from guotu.ops.checking import Asked, Bench, Examination, copying, examine
from guotu.quality.repair import Proposal
from unit.quality.parcel_rows import cell, parcel, sloping

FIELDS = ("TBMJ", "KCMJ", "TBDLMJ", "KCXS")


def written(rows: list[dict], path: Path) -> Path:
    """Parcels as a GeoPackage."""
    columns = {name: pa.array([row.get(name) for row in rows]) for name in rows[0] if name != "geometry"}
    columns["geom"] = pa.array([shapely.to_wkb(row["geometry"]) for row in rows], pa.binary())
    pyogrio.write_arrow(
        pa.table(columns), path, driver="GPKG", layer="DLTB", geometry_name="geom", geometry_type="Polygon",
        crs="EPSG:4490",
    )  # fmt: skip
    return path


def looked_at(path: Path, work: Path) -> Examination:
    work.mkdir()
    asked = Asked(schema="dltb-2020")
    return examine(path, work, work=work / "work", asked=asked, bench=Bench(answers=False))


def knotted(n: int) -> shapely.Polygon:
    """A cell with a knot of a few metres in one edge."""
    west, south, east, north = shapely.bounds(cell(n))
    x, d = (west + east) / 2, 2e-5
    knot = [(x - d, south), (x + d, south + d), (x - d, south + d), (x + d, south)]
    return shapely.Polygon([(west, south), *knot, (east, south), (east, north), (west, north)])


def doubled(n: int) -> shapely.Polygon:
    west, south, east, north = shapely.bounds(cell(n))
    return shapely.Polygon([(west, south), (west + 3e-9, south), (east, south), (east, north), (west, north)])


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    rows = [parcel(n) for n in range(1, 5)]
    rows.append(sloping(5) | {"DLMC": "旱田"})
    wrong = sloping(6)
    rows.append(wrong | {"KCMJ": wrong["KCMJ"] + 7.0})
    big = parcel(7)
    rows.append(big | {"TBMJ": big["TBMJ"] + 500.0})
    rows.append(parcel(8) | {"geometry": doubled(8)})
    rows.append(parcel(9) | {"geometry": knotted(9)})
    return written(rows, tmp_path / "faulty.gpkg")


def counts(examined: Examination) -> dict[str, int]:
    [layer] = examined.layers
    assert layer.report is not None
    return {count.rule: count.count for count in layer.report.counts}


def test_every_mendable_finding_has_a_proposal_with_both_values(faulty: Path, tmp_path: Path) -> None:
    found = list(repairing.proposals(looked_at(faulty, tmp_path / "a")))
    told = {(p.row, p.rule): p for p in found}
    assert [(c.field, c.before) for c in told[5, "1306"].changes] == [("DLMC", "旱田")]
    assert {c.field for c in told[6, "1402"].changes} == {"KCMJ"}
    assert (6, "1403") not in told
    assert told[7, "1401"].changes[0].field == "TBMJ"
    assert told[8, "1509"].zh == "删去 1 个重复节点"
    assert told[9, "1501"].area_m2 == pytest.approx(0.0, abs=20)
    assert all(p.id == f"DLTB:{p.row}:{p.rule}" for p in found)


def test_a_repaired_copy_has_none_of_the_mended_findings_and_no_new_one(faulty: Path, tmp_path: Path) -> None:
    examined = looked_at(faulty, tmp_path / "a")
    before = counts(examined)
    made = list(repairing.proposals(examined))
    repairing.repair(examined, made, tmp_path / "fixed.gpkg", tmp_path / "log.jsonl")
    after = counts(looked_at(tmp_path / "fixed.gpkg", tmp_path / "b"))
    for rule in ("1306", "1402", "1403", "1501", "1509"):
        assert rule not in after, rule
    assert all(after[rule] <= before.get(rule, 0) for rule in after if rule != "1401")


def test_only_what_is_chosen_is_changed(faulty: Path, tmp_path: Path) -> None:
    examined = looked_at(faulty, tmp_path / "a")
    chosen = [p for p in repairing.proposals(examined) if p.rule == "1306"]
    repairing.repair(examined, chosen, tmp_path / "fixed.gpkg", tmp_path / "log.jsonl")
    copying.normalised(examined, tmp_path / "plain.gpkg")
    plain, fixed = (rows(tmp_path / name) for name in ("plain.gpkg", "fixed.gpkg"))
    assert [at for at in range(9) if plain[at] != fixed[at]] == [4]
    assert fixed[4]["DLMC"] != plain[4]["DLMC"]


def rows(path: Path) -> list[dict]:
    return pyogrio.read_arrow(path)[1].to_pylist()


def test_the_log_takes_a_repair_back_to_the_very_values(faulty: Path, tmp_path: Path) -> None:
    examined = looked_at(faulty, tmp_path / "a")
    copying.normalised(examined, tmp_path / "plain.gpkg")
    repairing.repair(examined, repairing.proposals(examined), tmp_path / "fixed.gpkg", tmp_path / "log.jsonl")
    fixed = looked_at(tmp_path / "fixed.gpkg", tmp_path / "b")
    assert repairing.undo(fixed, tmp_path / "log.jsonl", tmp_path / "back.gpkg") > 4
    assert rows(tmp_path / "back.gpkg") == rows(tmp_path / "plain.gpkg")


def test_a_list_of_another_file_is_refused_and_nothing_is_written(faulty: Path, tmp_path: Path) -> None:
    examined = looked_at(faulty, tmp_path / "a")
    offered = list(repairing.proposals(examined))
    other = looked_at(written([parcel(n) for n in range(1, 10)], tmp_path / "other.gpkg"), tmp_path / "b")
    with pytest.raises(GuotuError) as refused:
        repairing.repair(other, offered, tmp_path / "fixed.gpkg", tmp_path / "log.jsonl")
    assert refused.value.code == "GT-1408"
    assert not (tmp_path / "fixed.gpkg").exists()
    assert not (tmp_path / "log.jsonl").exists()


def test_a_list_that_is_none_is_refused_at_its_line(tmp_path: Path) -> None:
    broken = tmp_path / "a.jsonl"
    line = Proposal("1306", "DLTB", 1, None, (), "甲", "a").as_dict()
    repairing.write_list([Proposal.of(line)], broken)
    broken.write_bytes(broken.read_bytes() + b"{}\n")
    with pytest.raises(GuotuError) as refused:
        repairing.read_list(broken)
    assert (refused.value.code, refused.value.place.row) == ("GT-1409", 2)


def test_common_vertices_are_thinned_alike_from_both_sides() -> None:
    from guotu.quality.repair import _apart

    border = [(0.0, 0.0), (1.0, 0.0), (1.0, 3e-9), (1.0, 1.0), (0.0, 1.0)]
    one = _apart(np.array([*border, border[0]]), closed=True)
    other = _apart(np.array([*border, border[0]])[::-1], closed=True)
    assert set(map(tuple, one)) == set(map(tuple, other))
