"""Land classes, mappings and the three statutory classes."""

from __future__ import annotations

import re

import pytest

from guotu.errors import GuotuError
from guotu.standards import landclass, tables
from guotu.standards.landclass import mapping, scheme, three_classes

SCHEMES = landclass.scheme_ids()


@pytest.mark.parametrize("id", SCHEMES)
def test_every_scheme_loads_and_climbs_to_first_classes(id: str) -> None:
    classes = scheme(id)
    for found in classes:
        assert classes.get(found.code) is found
        assert classes.name(found.code) == found.name
        assert classes.first_class(found.code).level == 1
        assert classes.second_class(found.code).level <= 2
        assert found.code in classes
    assert {child.code for child in classes.children(None)} == {c.code for c in classes if c.level == 1}


def test_the_standard_of_2017_has_12_first_and_73_second_classes() -> None:
    levels = [found.level for found in scheme("gbt21010-2017")]
    assert (levels.count(1), levels.count(2), len(levels)) == (12, 73, 85)


@pytest.mark.parametrize("code", ["0303", "0304", "0306", "0402", "0603", "1105", "1106", "1108"])
def test_wetlands_of_the_third_survey_keep_their_digits_but_not_their_first_class(code: str) -> None:
    classes = scheme("sandiao")
    assert classes.first_class(code).code == "00"
    assert classes.first_class(code).name == "湿地"
    assert code[:2] != classes.first_class(code).code


def test_only_wetlands_have_another_first_class_than_their_digits() -> None:
    classes = scheme("sandiao")
    odd = {
        found.code
        for found in classes
        if found.level > 1 and classes.first_class(found.code).code != found.code[:2]
    }
    assert odd == {child.code for child in classes.children("00")}


@pytest.mark.parametrize(
    ("code", "second", "first"),
    [
        ("0201K", "0201", "02"),
        ("1104A", "1104", "11"),
        ("1104K", "1104", "11"),
        ("1107A", "1107", "11"),
        ("08H2A", "08H2", "08"),
    ],
)
def test_marked_classes_roll_up_to_the_class_they_refine(code: str, second: str, first: str) -> None:
    classes = scheme("sandiao")
    assert classes.second_class(code).code == second
    assert classes.first_class(code).code == first


def test_adjustable_classes_are_exactly_those_of_the_survey_rules() -> None:
    adjustable = {found.code for found in scheme("sandiao") if found.kind == "可调整"}
    expected = ["0201K", "0202K", "0203K", "0204K", "0301K", "0302K", "0307K", "0403K", "1104K"]
    assert adjustable == set(expected)
    assert {found.code for found in scheme("sandiao") if found.kind == "细化"} == {
        "08H2A",
        "0810A",
        "1104A",
        "1107A",
    }


def test_settlement_codes_are_no_land_classes_of_the_third_survey() -> None:
    assert not {"201", "202A", "203", "204", "205"} & set(scheme("sandiao").classes)
    assert "203" in scheme("gbt21010-2007")


def test_a_parcel_carries_the_most_detailed_class_there_is() -> None:
    survey = scheme("sandiao").data_codes
    assert {"0101", "0201", "0201K", "09", "05H1"} <= survey
    assert not {"01", "00", "05", "11"} & survey
    assert "01" in scheme("ydyh-2023").data_codes


def test_codes_of_the_second_survey_are_strangers_to_the_third() -> None:
    assert scheme("gbt21010-2007").name("011") == "水田"
    assert scheme("sandiao").name("0101") == "水田"
    assert "011" not in scheme("sandiao")
    assert "0101" not in scheme("gbt21010-2007")


def test_reservoirs_were_construction_land_in_the_second_survey_only() -> None:
    assert three_classes("gbt21010-2007").of("113") == "建设用地"
    assert three_classes("sandiao").of("1103") == "农用地"


def test_the_same_digits_name_other_things_in_2020_and_2023() -> None:
    trial, final = scheme("ydyh-2020"), scheme("ydyh-2023")
    assert [(trial.name(c), final.name(c)) for c in ("2302", "0601", "0602", "1311", "2303", "0204")] == [
        ("田坎", "后备耕地"),
        ("乡村道路用地", "农村道路"),
        ("种植设施建设用地", "设施农用地"),
        ("干渠", "水工设施用地"),
        ("田间道", "田坎"),
        ("其他园地", "油料园地"),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2302", "2303"),
        ("2303", "060102"),
        ("0601", "0601"),
        ("060102", "1207"),
        ("0602", "060201"),
        ("0603", "060202"),
        ("0604", "060203"),
        ("1311", "1311"),
        ("1312", "1311"),
        ("1313", "1312"),
        ("0204", "0205"),
        ("090302", "0903"),
        ("2202", "2206"),
    ],
)
def test_trial_codes_move_to_the_final_edition(before: str, after: str) -> None:
    found = mapping("ydyh-2020", "ydyh-2023")
    assert found.targets(before) == (after,)
    assert found.is_exact(before)


def test_every_code_of_the_trial_edition_is_mapped_and_lands_in_the_same_realm() -> None:
    trial, final = scheme("ydyh-2020"), scheme("ydyh-2023")
    found = mapping("ydyh-2020", "ydyh-2023")
    for each in trial:
        (target,) = found.targets(each.code)
        assert final.get(target).realm == each.realm


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("0204", "02"),
        ("08H2", "08"),
        ("0809", "13"),
        ("09", "15"),
        ("1005", "12"),
        ("1006", "06"),
        ("1202", "06"),
    ],
)
def test_classes_that_split_are_sure_of_their_first_class_only(code: str, first: str) -> None:
    found = mapping("sandiao", "ydyh-2023")
    assert not found.is_exact(code)
    assert found.of(code).target == first
    assert "待细分" in found.of(code).note
    assert len(found.targets(code)) > 1
    final = scheme("ydyh-2023")
    assert {final.first_class(target).code for target in found.targets(code)} == {first}


def test_only_the_known_seven_classes_split_on_the_way_to_2023() -> None:
    found = mapping("sandiao", "ydyh-2023")
    assert {c for c, row in found.rows.items() if not row.exact} == {
        "0204",
        "08H2",
        "0809",
        "09",
        "1005",
        "1006",
        "1202",
    }


def test_a_mapping_refuses_codes_it_does_not_hold() -> None:
    found = mapping("sandiao", "ydyh-2023")
    assert "0101" in found
    assert "011" not in found
    with pytest.raises(KeyError):
        found.of("011")
    with pytest.raises(KeyError):
        found.targets("01")


def test_merged_working_classes_open_into_the_national_standard() -> None:
    found = mapping("sandiao", "gbt21010-2017")
    assert found.targets("05H1") == ("0501", "0502", "0503", "0504", "0505", "0506", "0507")
    assert found.targets("0508") == ("0604",)
    assert found.targets("1104K") == ("1104",)


def test_other_grassland_changes_sides_with_the_edition() -> None:
    assert three_classes("sandiao").of("0404") == "农用地"
    assert three_classes("sandiao", "gbt21010").of("0404") == "未利用地"
    assert three_classes("gbt21010-2017").of("0404") == "未利用地"
    assert three_classes("gbt21010-2017", "sandiao").of("0404") == "农用地"
    assert three_classes("ydyh-2023", "gbt21010").of("0403") == "未利用地"


def test_the_editions_differ_in_the_disputed_classes_only_and_say_so() -> None:
    for id in SCHEMES:
        one, other = three_classes(id, "sandiao"), three_classes(id, "gbt21010")
        changed = {code for code in one.classes if one.get(code) != other.get(code)}
        assert set(one.disputed) <= changed
        assert {code for code in changed if scheme(id).get(code).level > 1} == set(one.disputed)
        assert "0404" in one.note
        assert "0404" in one.note_en
        assert one.note != other.note


@pytest.mark.parametrize(
    ("three", "codes"),
    [
        ("农用地", "0101 0303 0304 0306 0402 1006 1103 1104 1104A 1107 1107A 1202 1203 0204K"),
        ("建设用地", "0603 1109 1201 05H1 0702 09 1004"),
        ("未利用地", "1101 1102 1105 1106 1108 1110 1204 1205 1206 1207"),
    ],
)
def test_fixed_assignments_of_the_third_survey(three: str, codes: str) -> None:
    classes = three_classes("sandiao")
    assert {classes.of(code) for code in codes.split()} == {three}


def test_every_land_class_a_parcel_may_carry_has_one_statutory_class() -> None:
    for id in ("sandiao", "gbt21010-2017", "gbt21010-2007"):
        classes = three_classes(id)
        assert {code for code in scheme(id).data_codes if classes.get(code) is None} == set()


def test_classes_on_several_sides_and_sea_uses_have_none() -> None:
    assert three_classes("sandiao").of("01") == "农用地"
    assert three_classes("sandiao").get("00") is None
    assert three_classes("ydyh-2023").get("05") is None
    assert three_classes("ydyh-2023").get("1801") is None
    with pytest.raises(KeyError):
        three_classes("ydyh-2023").of("05")


def test_statutory_classes_agree_along_exact_mappings_on_land() -> None:
    found, before, after = (
        mapping("sandiao", "ydyh-2023"),
        three_classes("sandiao"),
        three_classes("ydyh-2023"),
    )
    odd = {
        code: (before.of(code), after.get(row.target))
        for code, row in found.rows.items()
        if row.exact and before.of(code) != after.get(row.target)
    }
    assert odd == {
        "1107A": ("农用地", "建设用地")
    }  # a main canal is a hydraulic structure in the land-and-sea classification


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: scheme("gb"), "GT-1302"),
        (lambda: mapping("ydyh-2023", "sandiao"), "GT-1303"),
        (lambda: three_classes("sandiao", "2099"), "GT-1304"),
        (lambda: three_classes("gb"), "GT-1302"),
    ],
)
def test_unknown_tables_are_refused_with_the_known_ones(call: object, code: str) -> None:
    assert callable(call)
    with pytest.raises(GuotuError) as caught:
        call()
    assert caught.value.code == code
    for lang in ("zh", "en"):
        assert "sandiao" in caught.value.hint(lang)  # type: ignore[arg-type]


def test_codes_look_like_what_their_manifest_says() -> None:
    for entry in tables.manifest("land_classes")["scheme"]:
        for found in scheme(entry["id"]):
            assert re.fullmatch(entry["pattern"], found.code)
        assert entry["source"]
        assert entry["edition"]
