"""Division codes by their digits, and division tables with dates."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guotu.errors import GuotuError
from guotu.standards import divisioncode
from guotu.standards.division import Division, DivisionTable, Level, divisions, prefix_range, read_divisions
from guotu.standards.divisioncode import (
    contains,
    is_code,
    is_collector,
    kind_of,
    level_of,
    prefix,
    structural_parent,
)

HEADER = "code,name,level,parent,valid_from,valid_to,successor\n"

OWN = (
    HEADER
    + """\
330300,温州市,地级,,,,
330382,乐清市,county,,1993-09-18,,
330382100,柳市镇,,,,,
330382100201,某村,village,,,,
330382100202,旧村,,,,2020-01-01,330382100201
419000,省直辖县级行政区划,city,,,,
419001,济源市,county,,,,
429004,仙桃市,,,,,
429004100,郑场镇,,,,,
441900,东莞市,,,,,
441900003,东城街道,,,,,
110105,朝阳区,,,,,
659001,石河子市,,,,,
330371,某开发区,,330300,2021-01-01,,
"""
)


def own() -> DivisionTable:
    return divisions().extended(read_divisions(OWN))


six = st.from_regex(r"[1-8][0-9]{5}", fullmatch=True).filter(is_code)
codes = st.one_of(
    st.just("000000"),
    six,
    st.builds(
        lambda code, rest: code + rest, six, st.from_regex(r"([0-9]{3}|[0-9]{6}|[0-9]{13})", fullmatch=True)
    ),
)


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("000000", Level.NATION),
        ("330000", Level.PROVINCE),
        ("330300", Level.CITY),
        ("441900", Level.CITY),
        ("330382", Level.COUNTY),
        ("441900003", Level.TOWN),
        ("330382100201", Level.VILLAGE),
        ("3303821002010000000", Level.UNIT),
    ],
)
def test_the_digits_tell_the_level(code: str, level: Level) -> None:
    assert level_of(code) is level
    assert divisioncode.levels()[level].digits == len(code)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "33",
        "3303",
        "930000",
        "170000",
        "33038",
        "33038210",
        "3303821a0",
        "３３０３８２",
        "330382 ",
        "000000000",
    ],
)
def test_other_texts_are_no_codes(text: str) -> None:
    assert not is_code(text)
    with pytest.raises(GuotuError) as caught:
        level_of(text)
    assert caught.value.code == "GT-1307"


@pytest.mark.parametrize(
    ("code", "low", "high"),
    [
        ("000000", "", ":"),
        ("110000", "11", "12"),
        ("330000", "33", "34"),
        ("330300", "3303", "3304"),
        ("331000", "3310", "3311"),
        ("330382", "330382", "330383"),
        ("330900", "3309", "331"),
        ("330399", "330399", "3304"),
        ("330382100", "330382100", "330382101"),
        ("330382000000", "330382", "330383"),
        ("330382100000", "330382100", "330382101"),
        ("3303821002010000000", "330382100201", "330382100202"),
        ("3303821002010000012", "3303821002010000012", "3303821002010000013"),
    ],
)
def test_prefix_ranges_for_an_index(code: str, low: str, high: str) -> None:
    assert prefix_range(code) == (low, high)
    assert prefix(code) == low


@given(codes, codes)
def test_a_range_holds_exactly_the_codes_with_its_prefix(code: str, other: str) -> None:
    low, high = prefix_range(code)
    assert (low <= other < high) == other.startswith(prefix(code)) == contains(code, other)


@given(codes)
def test_every_code_lies_in_itself_and_in_what_is_above(code: str) -> None:
    assert contains(code, code)
    above = structural_parent(code)
    while above is not None:
        assert contains(above, code)
        assert level_of(above).rank < level_of(code).rank
        above = structural_parent(above)


@pytest.mark.parametrize(
    ("code", "parent"),
    [
        ("000000", None),
        ("330000", "000000"),
        ("330300", "330000"),
        ("330382", "330300"),
        ("429004", "420000"),
        ("110105", "110000"),
        ("441900003", "441900"),
        ("330382100201", "330382100"),
        ("3303821002010000000", "330382100201"),
    ],
)
def test_the_digits_suggest_the_parent(code: str, parent: str | None) -> None:
    assert structural_parent(code) == parent


@pytest.mark.parametrize(
    ("code", "kind", "extension"),
    [
        ("330300", "地级市", False),
        ("222400", "地区、自治州、盟", False),
        ("429000", "省直辖县级行政区划", False),
        ("330302", "市辖区", False),
        ("330324", "县、自治县、旗", False),
        ("330382", "县级市（省辖，由地级市代管）", False),
        ("659001", "省直辖县级行政区划单位", False),
        ("330371", "开发区、管理区", True),
        ("660100", "新疆生产建设兵团系统", True),
        ("330382100", "镇", False),
        ("330382001", "街道", False),
        ("330382100201", "村民委员会", False),
        ("330382100001", "居民委员会", False),
    ],
)
def test_ranges_tell_the_kind_of_place(code: str, kind: str, extension: bool) -> None:
    found = kind_of(code)
    assert found is not None
    assert (found.kind, found.extension) == (kind, extension)
    assert found.kind_en


def test_digits_outside_every_range_tell_nothing() -> None:
    assert kind_of("330382999") is None
    assert kind_of("330000") is None
    assert kind_of("339800") is None


def test_collectors_of_statistics_are_no_places() -> None:
    assert is_collector("330301")
    assert is_collector("419000")
    assert is_collector("110100")
    assert not is_collector("110101")
    assert not is_collector("419001")
    assert not is_collector("330302")
    assert not is_collector("330300")


def test_the_nation_and_its_provinces_are_known_without_a_table() -> None:
    assert divisions().get("330000").name == "浙江省"
    assert divisions().get("000000").level is Level.NATION
    assert len(divisions().children("000000")) == 35
    assert "330382" not in divisions()


def test_a_county_without_its_prefecture_in_the_table_hangs_on_the_province() -> None:
    parent = divisions().parent("330382100201")
    assert parent is not None
    assert parent.code == "330000"
    assert divisions().parent("000000") is None


def test_towns_of_a_city_without_counties_hang_on_the_city() -> None:
    parent = own().parent("441900003")
    assert parent is not None
    assert parent.code == "441900"
    assert own().path_name("441900003") == "广东省东莞市东城街道"
    assert [child.code for child in own().children("441900")] == ["441900003"]


def test_counties_of_the_province_skip_the_virtual_prefecture() -> None:
    assert own().path_name("429004100") == "湖北省仙桃市郑场镇"
    assert own().path_name("419001") == "河南省济源市"
    assert own().path_name("110105") == "北京市朝阳区"


def test_full_names_go_from_the_province_down() -> None:
    assert own().path_name("330382100201") == "浙江省温州市乐清市柳市镇某村"
    assert own().path_name("3303821002010000000") == "浙江省温州市乐清市柳市镇某村"
    assert [step.code for step in own().path("330382")] == ["330000", "330300", "330382"]
    assert own().path_name("000000") == "中华人民共和国"


def test_a_division_stands_only_between_its_dates() -> None:
    table = own()
    assert table.find("330382", date(1993, 9, 17)) is None
    assert table.get("330382", date(1993, 9, 18)).name == "乐清市"
    assert table.find("330382100202") is None
    assert table.get("330382100202", date(2019, 12, 31)).name == "旧村"
    assert table.find("330382100202", date(2020, 1, 1)) is None
    assert [child.code for child in table.children("330300", date(2020, 6, 1))] == ["330382"]
    assert [child.code for child in table.children("330300", date(2022, 6, 1))] == ["330371", "330382"]
    with pytest.raises(GuotuError) as caught:
        table.get("330382", date(1990, 1, 1))
    assert caught.value.code == "GT-1306"
    assert "1990-01-01" in caught.value.detail("en")


def test_successors_are_followed_to_the_date() -> None:
    table = divisions().extended(
        read_divisions(
            HEADER
            + "330381,甲县,,,,2000-01-01,330382\n330382,乙县,,,2000-01-01,2010-01-01,330383\n330383,丙县,,,2010-01-01,,\n"
            + "330384,丁县,,,,2000-01-01,330385\n330385,戊县,,,,2000-01-01,330384\n330386,己县,,,,2000-01-01,\n"
        )
    )
    on = [date(1999, 1, 1), date(2005, 1, 1), None]
    found = [table.successor("330381", day) for day in on]
    assert [each and each.code for each in found] == ["330381", "330382", "330383"]
    assert table.successor("330384") is None
    assert table.successor("330386") is None
    assert table.successor("999999") is None


def test_one_code_may_carry_two_names_one_after_the_other() -> None:
    table = divisions().extended(
        read_divisions(HEADER + "330109,萧山市,,,1988-01-01,2001-03-25,\n330109,萧山区,,,2001-03-25,,\n")
    )
    assert table.get("330109", date(2000, 1, 1)).name == "萧山市"
    assert table.get("330109").name == "萧山区"


def test_own_rows_replace_what_the_table_had() -> None:
    table = divisions().extended(read_divisions(HEADER + "500000,重庆市,province,,1997-03-14,,\n"))
    assert table.find("500000", date(1996, 1, 1)) is None
    assert table.get("500000").name == "重庆市"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("33038,短码,,,,,\n", "33038"),
        ("330382,,,,,,\n", "名称"),
        ("330382,乐清市,乡镇级,,,,\n", "乡镇级"),
        ("330382,乐清市,town,,,,\n", "级别"),
        ("330382,乐清市,,,1993-13-01,,\n", "日期"),
        ("330382,乐清市,,,2001-01-01,2000-01-01,\n", "颠倒"),
        ("330382,乐清市,,330700,,,\n", "330700"),
        ("330382,乐清市,,320000,,,\n", "320000"),
        ("330382,乐清市,,330382,,,\n", "330382"),
        ("330382,乐清市,,,,2000-01-01,330399\n", "330399"),
        ("330382,乐清市,,,,2000-01-01,\n330382,乐清市,,,1999-01-01,,\n", "重叠"),
        ("330382,乐清市,,,,,,多一列\n", "330382"),
        ('330382,"乐清市,,,,,\n', "CSV"),
    ],
)
def test_a_wrong_row_is_refused_with_its_place(rows: str, words: str) -> None:
    with pytest.raises(GuotuError) as caught:
        divisions().extended(read_divisions(HEADER + rows, name="own.csv"))
    assert caught.value.code == "GT-1308"
    assert words in caught.value.detail("zh")
    assert caught.value.detail("en")
    assert caught.value.place.row or caught.value.place.key


def test_a_wrong_header_is_refused() -> None:
    for text in ("", "code,name\n330382,乐清市\n"):
        with pytest.raises(GuotuError) as caught:
            read_divisions(text)
        assert caught.value.code == "GT-1308"


def test_a_byte_order_mark_before_the_header_is_no_harm() -> None:
    assert read_divisions("\ufeff" + HEADER + "330382,乐清市,县级,,,,\n")[0].level is Level.COUNTY


def test_a_table_lists_its_rows_by_code() -> None:
    assert [row.code for row in own()] == sorted(row.code for row in own())
    assert Division("330382", "乐清市", Level.COUNTY, None).valid(None)
