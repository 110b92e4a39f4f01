"""Credit codes, real-estate units, licences and map sheets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guotu.errors import GuotuError
from guotu.standards import identifiers as ids
from guotu.standards import mapsheet

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)

bodies = st.builds(
    lambda head, area, tail: head + area + tail,
    st.text(ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9),
)

UNIT = "330382001002GB00001W00000000"


@given(bodies)
def test_the_check_character_is_the_weighted_sum_of_the_standard(body: str) -> None:
    due = ALPHABET[(31 - sum(w * ALPHABET.index(c) for w, c in zip(WEIGHTS, body, strict=True)) % 31) % 31]
    assert ids.credit_code_check(body) == due
    assert ids.is_credit_code(body + due)


@given(bodies, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_any_single_wrong_character_is_found(body: str, at: int, letter: str) -> None:
    code = body + ids.credit_code_check(body)
    changed = code[:at] + letter + code[at + 1 :]
    assert ids.is_credit_code(changed) == (changed == code)


@given(bodies, st.integers(0, 16))
def test_swapped_neighbours_are_found(body: str, at: int) -> None:
    code = body + ids.credit_code_check(body)
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert ids.is_credit_code(swapped) == (swapped == code)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "91110000802100433",
        "91110000802100433BB",
        "9111000080210043IB",
        "91110000802100433b",
        "911100O0802100433B",
    ],
)
def test_texts_of_another_shape_are_no_credit_codes(text: str) -> None:
    fault = ids.credit_code_fault(text)
    assert fault is not None
    assert "格式" in fault.zh
    assert "shape" in fault.en


def test_a_wrong_check_character_is_told_with_the_right_one() -> None:
    body = "91330382MA0000000"
    due = ids.credit_code_check(body)
    wrong = next(c for c in ALPHABET if c != due)
    fault = ids.credit_code_fault(body + wrong)
    assert fault is not None
    assert due in fault.zh
    assert due in fault.en


def test_the_check_of_a_wrong_body_is_refused() -> None:
    for body in ("", "9133038200000000I"):
        with pytest.raises(GuotuError) as caught:
            ids.credit_code_check(body)
        assert caught.value.code == "GT-1309"


def test_a_real_estate_unit_falls_into_its_parts() -> None:
    unit = ids.parse_real_estate_unit(UNIT)
    assert (unit.county, unit.district, unit.subdistrict, unit.owner, unit.right) == (
        "330382",
        "001",
        "002",
        "G",
        "B",
    )
    assert (unit.parcel_number, unit.fixture, unit.fixture_number) == ("00001", "W", "00000000")
    assert unit.parcel == UNIT[:19]
    assert not unit.has_building
    assert ids.parse_real_estate_unit("330382001002JC00012F00010003").has_building
    assert (
        ids.describe_real_estate_unit(unit)
        == "国家土地所有权 / 建设用地使用权宗地(地表) / 无定着物(后8位补0)"
    )


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "shape"),
        (UNIT[:-1], "shape"),
        (UNIT.replace("GB", "GI"), "shape"),
        (UNIT.replace("W0", "X0"), "shape"),
        (UNIT.replace("330382", "930382"), "county"),
        (UNIT.replace("GB", "JH"), "sea"),
        (UNIT.replace("GB", "ZG"), "sea"),
        (UNIT[:-1] + "1", "fixture"),
        ("330382001002GB00001F0001000a", "shape"),
        ("330382001002GBA0001W00000000", "three letters"),
    ],
)
def test_a_wrong_unit_is_told_what_is_wrong(text: str, word: str) -> None:
    fault = ids.real_estate_unit_fault(text)
    assert fault is not None
    assert word in fault.en
    assert fault.zh
    with pytest.raises(GuotuError) as caught:
        ids.parse_real_estate_unit(text)
    assert caught.value.code == "GT-1309"
    assert fault.zh in caught.value.detail("zh")


@pytest.mark.parametrize(
    "text", ["330382001002GH00001W00000000", "330382001002GG00001W00000000", "330382001002JD00001L00000001"]
)
def test_sea_island_and_wood_units_are_right(text: str) -> None:
    assert ids.real_estate_unit_fault(text) is None


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("parcel", UNIT[:19], UNIT[:18]),
        ("feature", "140322211000006557", "140322211000065"),
        ("project", "2023-330382-48-01-123456", "2023-330382-48-01-12345"),
        ("mining_right", "C3300002010123456789012"[:23], "T3300002010123456"),
        ("exploration_right", "T3300002010123456"[:17], "C1"),
    ],
)
def test_shapes_of_other_identifiers(kind: ids.IdentifierKind, right: str, wrong: str) -> None:
    assert ids.shape_fault(kind, right) is None
    assert ids.shape_fault(kind, wrong) is not None
    assert kind in ids.kinds()


def test_a_sheet_number_as_the_standard_writes_it() -> None:
    assert mapsheet.sheet_number(114.5625, 39.375, 1_000_000) == "J50"
    assert mapsheet.sheet_number(114.5625, 39.375, 100_000) == "J50D002002"
    assert mapsheet.sheet_number(114.5625, 39.375, 10_000) == "J50G015010"
    assert mapsheet.sheet_number(-0.1, 0.1, 500_000) == "A30B002002"


def test_a_sheet_of_the_boundary_files_lies_where_it_should() -> None:
    west, south, east, north = mapsheet.sheet_box("I50G077016")
    assert (east - west, north - south) == pytest.approx((0.0625, 1 / 24))
    assert (west, north) == pytest.approx((114 + 15 / 16, 36 - 76 / 24))
    assert mapsheet.sheet_box(" j50 ") == (114.0, 36.0, 120.0, 40.0)


scales = st.sampled_from([each.scale for each in mapsheet.series()])


@given(st.floats(73, 135), st.floats(3, 54), scales)
def test_a_point_lies_in_its_sheet_and_the_sheet_keeps_its_number(x: float, y: float, scale: int) -> None:
    number = mapsheet.sheet_number(x, y, scale)
    west, south, east, north = mapsheet.sheet_box(number)
    half = 0.5 / 3_600_000
    assert west - half <= x <= east + half
    assert south - half <= y <= north + half
    assert mapsheet.sheet_number((west + east) / 2, (south + north) / 2, scale) == number
    assert mapsheet.sheet_number(west, south, scale) == number


def test_the_sheets_of_a_box_come_from_the_north_west() -> None:
    found = mapsheet.sheets((119.97, 30.01, 120.03, 30.06), 10_000)
    assert found == ("H50G047096", "H51G047001", "H50G048096", "H51G048001")


@pytest.mark.parametrize(
    "number",
    ["", "I50", "I50G077", "I50J001001", "I61", "I00", "Z50", "I50G000001", "I50G097001", "I50G001097"],
)
def test_wrong_sheet_numbers_are_refused(number: str) -> None:
    if number == "I50":
        assert mapsheet.sheet_box(number)
        return
    with pytest.raises(GuotuError) as caught:
        mapsheet.sheet_box(number)
    assert caught.value.code == "GT-1310"


@pytest.mark.parametrize(
    "call",
    [
        lambda: mapsheet.sheet_number(120, 30, 12_345),
        lambda: mapsheet.sheet_number(120, -1, 10_000),
        lambda: mapsheet.sheet_number(180, 30, 10_000),
        lambda: mapsheet.sheet_number(120, 88, 10_000),
        lambda: mapsheet.sheets((110, 20, 120, 30), 2_000),
    ],
)
def test_points_and_boxes_without_sheets_are_refused(call: object) -> None:
    assert callable(call)
    with pytest.raises(GuotuError) as caught:
        call()
    assert caught.value.code == "GT-1310"
    assert caught.value.detail("zh")
    assert caught.value.detail("en")
