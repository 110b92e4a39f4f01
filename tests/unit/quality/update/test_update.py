"""Rules between the parcels before and after a change."""

import pyarrow as pa
import pytest
import shapely

from guotu.errors import Place
from guotu.quality.update import exchange, judge
from unit.quality.parcel_rows import STEP, UNIT, batch, built, cell, parcel, wood

OTHER = "330106200000" + "0000000"
PLACE = Place(file="gx.gpkg", layer="DLTBGX")


def table(rows) -> pa.Table:
    return pa.Table.from_batches([batch(rows)])


def exchanged(before, after):
    return exchange(table(before), table(after), "TBMJ")


def rules_of(before, after, given_up=()):
    findings, _ = judge(exchanged(before, after), PLACE, given_up)
    return [(finding.rule, finding.place.key) for finding in findings]


WHOLE = parcel(1)
LEFT, RIGHT = cell(1, 0, 0.4), cell(1.4, 0, 0.6)


def divided():
    """Two parts of the first parcel, declared so that they add up to it."""
    left = parcel(11, LEFT, TBMJ=round(WHOLE["TBMJ"] * 0.4, 2))
    return [left, built(12, geometry=RIGHT, TBMJ=round(WHOLE["TBMJ"] - left["TBMJ"], 2))]


def test_a_divided_parcel_agrees_with_its_parts():
    assert rules_of([WHOLE], divided()) == []


def test_pieces_carry_what_was_declared_and_what_they_are():
    found = exchanged([WHOLE], divided())
    assert list(zip(found.old.tolist(), found.new.tolist(), strict=True)) == [(0, 0), (0, 1)]
    assert found.cents.tolist() == [round(row["TBMJ"] * 100) for row in divided()]
    assert shapely.equals(found.shapes(), [LEFT, RIGHT]).all()
    assert found.measured.sum() == pytest.approx(WHOLE["TBMJ"], abs=0.01)


def test_a_part_that_claims_a_cent_more_than_flowed_in_is_found():
    left, right = divided()
    right["TBMJ"] = round(right["TBMJ"] + 0.02, 2)
    findings, counts = judge(exchanged([WHOLE], [left, right]), PLACE)
    assert [(finding.rule, finding.place.key) for finding in findings] == [("2001", UNIT[:12])]
    assert findings[0].measure == pytest.approx(0.02)
    assert "0702" in findings[0].zh
    assert [(count.rule, count.hard) for count in counts] == [("2001", True)]


def test_ground_that_is_lost_is_found_where_it_lies():
    findings, _ = judge(exchanged([WHOLE], [parcel(11, LEFT, TBMJ=WHOLE["TBMJ"])]), PLACE)
    (lost,) = [finding for finding in findings if finding.rule == "2002"]
    assert lost.place.key == WHOLE["BSM"]
    assert RIGHT.contains(shapely.Point(lost.place.coordinate))
    assert lost.measure == pytest.approx(WHOLE["TBMJ"] * 0.6, abs=0.1)


def test_ground_from_nowhere_is_found_with_its_row():
    wider = parcel(11, cell(1, 0, 1.2), TBMJ=WHOLE["TBMJ"])
    findings, _ = judge(exchanged([WHOLE], [wider]), PLACE)
    (extra,) = [finding for finding in findings if finding.rule == "2002"]
    assert (extra.place.row, extra.place.key) == (1, wider["BSM"])


def test_a_line_drawn_a_centimetre_aside_is_no_lost_ground():
    aside = shapely.box(120 + STEP, 30, 120 + 2 * STEP + 1e-7, 30 + STEP)
    assert rules_of([WHOLE], [parcel(11, aside, TBMJ=WHOLE["TBMJ"])]) == []


def test_an_unchanged_parcel_must_keep_its_number():
    assert rules_of([WHOLE], [WHOLE | {"BSM": "330106211000000099"}]) == [("2003", "330106211000000099")]
    assert rules_of([WHOLE], [WHOLE]) == []


def test_a_number_that_was_given_up_is_not_given_again():
    new = wood(7, geometry=cell(1), TBMJ=WHOLE["TBMJ"])
    assert rules_of([WHOLE], [new], given_up={new["BSM"]}) == [("2003", new["BSM"])]
    assert rules_of([WHOLE], [new]) == []


def test_land_that_passes_to_another_village_is_counted_there():
    moved = WHOLE | {"BSM": "330106211000000050", "ZLDWDM": OTHER}
    assert rules_of([WHOLE], [moved]) == []


def test_a_side_without_parcels_loses_or_gains_everything():
    assert rules_of([WHOLE], []) == [("2002", WHOLE["BSM"])]
    assert ("2002", WHOLE["BSM"]) in rules_of([], [WHOLE])
