"""地类占用: the table of owners and classes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from guotu.apps.approval import Review, ReviewRequest, Verdict, parse_profile
from guotu.standards import tables
from review_cast import Stage, box, clean_stage, dltb, run


def cells(found: Review) -> dict[tuple[str, str, str], Decimal]:
    return {(row.owner_unit, row.ownership, row.code): row.area_ha for row in found.landuse.rows}


def stage_of(*rows: tuple[object, dict[str, object]]) -> Stage:
    stage = clean_stage("xz.dltb")
    stage.put("xz.dltb", rows)
    return stage


def test_ridges_are_split_off_cultivated_land_only() -> None:
    stage = stage_of(
        (box(0, 0, 100, 100), dltb("0103", kcxs=0.1)),
        (box(100, 0, 100, 100), dltb("0301", kcxs=0.1)),
    )
    found = run(stage, box(0, 0, 200, 100))
    assert cells(found) == {
        ("甲村", "集体", "0103"): Decimal("0.9000"),
        ("甲村", "集体", "1203"): Decimal("0.1000"),
        ("甲村", "集体", "0301"): Decimal("1.0000"),
    }
    assert found.landuse.cultivated_ha == Decimal("0.9000")
    assert found.landuse.sum(three_class="农用地") == Decimal("2.0000")


def test_rows_are_kept_apart_by_owner_and_ownership() -> None:
    stage = stage_of(
        (box(0, 0, 50, 100), dltb("0102", owner="甲村")),
        (box(50, 0, 50, 100), dltb("0102", owner="乙村")),
        (box(100, 0, 100, 100), dltb("0601", owner="县政府", ownership="20")),
    )
    found = run(stage, box(0, 0, 200, 100))
    assert cells(found) == {
        ("甲村", "集体", "0102"): Decimal("0.5000"),
        ("乙村", "集体", "0102"): Decimal("0.5000"),
        ("县政府", "国有", "0601"): Decimal("1.0000"),
    }
    assert found.landuse.sum(ownership="国有") == Decimal("1.0000")


def test_wetland_rolls_up_by_table_not_by_the_first_digits() -> None:
    found = run(stage_of((box(0, 0, 200, 100), dltb("0304"))), box(0, 0, 200, 100))
    (row,) = found.landuse.rows
    assert (row.code, row.first_code, row.first_name, row.three_class) == ("0304", "00", "湿地", "农用地")


@pytest.mark.parametrize(("edition", "three"), [("sandiao", "农用地"), ("gbt21010", "未利用地")])
def test_other_grassland_follows_the_profile_and_the_choice_is_told(edition: str, three: str) -> None:
    text = tables.text("profiles/review-default.toml").replace(
        'three_class_edition = "sandiao"', f'three_class_edition = "{edition}"'
    )
    found = run(
        stage_of((box(0, 0, 200, 100), dltb("0404"))), box(0, 0, 200, 100), profile=parse_profile(text)
    )
    assert found.landuse.rows[0].three_class == three
    assert "0404" in found.landuse_notes[0].zh


def test_codes_of_the_second_survey_are_read_with_their_own_table() -> None:
    found = run(
        stage_of((box(0, 0, 100, 100), dltb("011")), (box(100, 0, 100, 100), dltb("113"))),
        box(0, 0, 200, 100),
    )
    assert {row.code: (row.name, row.three_class) for row in found.landuse.rows} == {
        "011": ("水田", "农用地"),
        "113": ("水库水面", "建设用地"),
    }
    check = found.check("landuse")
    assert check is not None
    assert check.total("paddy").area_ha == Decimal("1.0000")  # type: ignore[union-attr]


def test_an_unknown_code_is_told_and_never_dropped() -> None:
    found = run(stage_of((box(0, 0, 200, 100), dltb("9999"))), box(0, 0, 200, 100))
    assert found.landuse.rows[0].three_class == "未定"
    assert found.landuse.total_ha == Decimal("2.0000")
    check = found.check("landuse")
    assert check is not None
    assert check.verdict is Verdict.UNKNOWN
    assert "9999" in check.reason.zh
    assert "9999" in check.reason.en


def test_ground_under_no_parcel_has_its_own_row_and_makes_the_check_unknown() -> None:
    found = run(stage_of((box(0, 0, 150, 100), dltb("0102"))), box(0, 0, 200, 100))
    last = found.landuse.rows[-1]
    assert (last.three_class, last.area_ha, last.uncovered) == ("未覆盖", Decimal("0.5000"), True)
    assert abs(last.area_m2 - 5000) < 0.01
    check = found.check("landuse")
    assert check is not None
    assert check.verdict is Verdict.UNKNOWN
    assert "5000.00" in check.reason.zh
    assert found.authority.level == "unknown"


def test_overlapping_parcels_still_close_on_the_area_but_are_told() -> None:
    found = run(
        stage_of((box(0, 0, 150, 100), dltb("0102")), (box(140, 0, 60, 100), dltb("0301"))),
        box(0, 0, 200, 100),
    )
    assert found.landuse.total_ha == sum(row.area_ha for row in found.landuse.rows) == Decimal("2.0000")
    check = found.check("landuse")
    assert check is not None
    assert check.verdict is Verdict.UNKNOWN
    assert "重叠" in check.reason.zh


def test_slivers_of_the_layer_stay_in_the_table() -> None:
    rows = [(box(0, 0, 200, 99.99), dltb("0102")), (box(0, 99.99, 200, 0.01), dltb("1006"))]
    found = run(stage_of(*rows), box(0, 0, 200, 100))
    assert cells(found)["甲村", "集体", "1006"] == Decimal("0.0002")
    assert sum(row.area_ha for row in found.landuse.rows) == Decimal("2.0000")


def test_tables_of_parcels_add_up_to_the_table_of_the_project() -> None:
    stage = stage_of((box(0, 0, 70, 300), dltb("0102", kcxs=0.0731)), (box(70, 0, 330, 300), dltb("0301")))
    shapes = [box(x, 0, 33.3333, 77.7777) for x in (0, 50, 100)]
    found = run(stage, *shapes)
    assert [table.parcel for table in found.landuse_by_parcel] == ["1", "2", "3"]
    for table, parcel in zip(found.landuse_by_parcel, found.parcels, strict=True):
        assert sum((row.area_ha for row in table.rows), Decimal(0)) == table.total_ha == parcel.area_ha
    for row in found.landuse.rows:
        same = [r.area_ha for t in found.landuse_by_parcel for r in t.rows if r.code == row.code]
        assert sum(same, Decimal(0)) == row.area_ha
    assert sum((row.area_ha for row in found.landuse.rows), Decimal(0)) == found.area_ha


def test_no_conversion_is_needed_on_state_construction_land() -> None:
    found = run(stage_of((box(-10, -10, 300, 300), dltb("0601", ownership="20"))), box(0, 0, 200, 100))
    check = found.check("landuse")
    assert check is not None
    assert check.verdict is Verdict.PASS
    assert check.conditions == ()
    assert found.authority.level == "none"


def test_what_conversion_asks_for_stands_in_the_conditions() -> None:
    check = run(clean_stage(), box(0, 0, 200, 100), request=ReviewRequest(use="1001")).check("landuse")
    assert check is not None
    assert check.verdict is Verdict.ATTENTION
    assert [text.zh[:5] for text in check.conditions] == ["占用农用地", "占用耕地 ", "涉及集体土"]
    assert {hit.attributes["DLBM"] for hit in check.hits} == {"0102"}
