"""Layer schemas, value domains, and recognising layers by their columns."""

from __future__ import annotations

import pytest

from guotu.errors import GuotuError
from guotu.model.schema import Constraint, FieldType, GeometryKind, LayerSchema
from guotu.standards import domains, landclass, layers
from guotu.standards.layers import all_schemas, match, schema

POLYGON = GeometryKind.POLYGON

REVIEWED = (
    *("xz." + code for code in ("dltb", "xzq", "xzqjx", "cjdcq", "dzzhd", "dzzhyfq", "kcd")),
    *("gh." + code for code in ("yjjbntb", "stbhhx", "czkfbj", "ghyt", "jsydgzq", "tdytq", "zdxm")),
    *("gl." + code for code in ("ydsp", "gdgl", "ckq", "tkq", "bdc", "wfyd")),
    *("sj.rk", "sj.jj"),
)


def cut(name: str, encoding: str = "gbk") -> str:
    """A name as a Shapefile keeps it."""
    return name.encode(encoding)[:10].decode(encoding, errors="ignore")


@pytest.mark.parametrize("dataset", REVIEWED)
def test_every_layer_of_the_reviews_has_a_schema(dataset: str) -> None:
    found = schema(dataset)
    assert found.dataset == dataset
    assert set(found.key) <= set(found.codes)
    assert found.source
    assert found.confidence in "ABC"


@pytest.mark.parametrize("found", all_schemas(), ids=lambda found: found.id)
def test_schemas_are_whole(found: LayerSchema) -> None:
    assert schema(found.id) is found
    for field in found.fields:
        assert found.field(field.code) is field
        assert field.name
        if field.type is FieldType.CHAR:
            assert field.length
        if field.domain:
            assert len(domains.domain(field.domain)) > 0
    assert any(field.constraint is Constraint.MANDATORY for field in found.fields)


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("DLTB", "dltb-2020"),
        ("dltb", "dltb-2020"),
        (" 地类图斑 ", "dltb-2020"),
        ("xz.dltb", "dltb-2020"),
        ("dltb-2007", "dltb-2007"),
        ("gh.stbhhx", "stbhhx-planning"),
        ("永久基本农田", "yjjbnttb-2020"),
        ("批准用地", "zzdk"),
        ("CSKFBJ", "czkfbj-2021"),
    ],
)
def test_a_schema_is_found_by_any_of_its_names(name: str, id: str) -> None:
    assert schema(name).id == id


def test_an_unknown_layer_is_refused() -> None:
    with pytest.raises(GuotuError) as caught:
        schema("ABC")
    assert caught.value.code == "GT-1301"
    assert "dltb-2020" in caught.value.hint("en")
    with pytest.raises(KeyError):
        layers.names("ABC")


def test_the_parcel_layer_reads_as_its_standard() -> None:
    found = schema("xz.dltb")
    kcxs, width = found.field("KCXS"), found.field("XZDWKD")
    assert (kcxs.type, kcxs.length, kcxs.decimals) == (FieldType.FLOAT, 6, 4)
    assert (width.length, width.decimals) == (5, 1)
    assert found.field("DLBM").domain == "sandiao"
    assert schema("dltb-2007").field("DLBM").domain == "gbt21010-2007"
    assert (found.area_field, found.key, found.coverage, found.ysdm) == ("TBMJ", ("BSM",), True, "2001010100")


def test_an_area_field_is_named_only_where_it_holds_square_metres() -> None:
    elsewhere = {"gl.ydsp": "DKMJ", "gl.gdgl": "TDMJ", "gl.ckq": "KQMJ", "gl.tkq": "KCMJ", "gl.bdc": "ZDMJ"}
    for dataset, field in elsewhere.items():
        assert field in schema(dataset).codes
        assert schema(dataset).area_field is None
    assert schema("stbhhx-survey").area_field is None


def test_name_variants_stand_for_one_field() -> None:
    found = schema("DLTB")
    hits = layers.fields(found, ["XXTBKD", "GDZZSXDM", "DLTBBH", "座落单位代码", "foo"])
    assert [hit.field and hit.field.code for hit in hits] == ["XZDWKD", "ZZSXDM", "TBBH", "ZLDWDM", None]
    assert [hit.by for hit in hits] == ["alias"] * 4 + [""]
    assert layers.fields(schema("gh.yjjbntb"), ["ZZSXDM"])[0].field == schema("gh.yjjbntb").field("GDZZSXDM")


def test_a_field_is_given_to_one_column_and_the_plain_code_wins() -> None:
    hits = layers.fields(schema("DLTB"), ["XXTBKD", "xzdwkd"])
    assert [hit.field and hit.field.code for hit in hits] == [None, "XZDWKD"]


@pytest.mark.parametrize("found", all_schemas(), ids=lambda found: found.id)
def test_full_chinese_names_and_codes_in_any_case_are_recognised(found: LayerSchema) -> None:
    for names in (found.codes, [c.lower() for c in found.codes], [field.name for field in found.fields]):
        hits = layers.fields(found, list(names))
        assert [hit.field for hit in hits] == list(found.fields)
        assert all(hit.zh and hit.en for hit in hits)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
@pytest.mark.parametrize("found", all_schemas(), ids=lambda found: found.id)
def test_names_cut_to_ten_bytes_are_recognised(found: LayerSchema, encoding: str) -> None:
    names = [cut(field.name, encoding) for field in found.fields]
    assert {hit.field for hit in layers.fields(found, names)} == set(found.fields)


def test_numbered_twins_of_a_cut_name_follow_the_order_of_the_schema() -> None:
    hits = layers.fields(schema("gh.yjjbntb"), ["永久基本农", "永久基本_1", "永久基本2"])
    assert [hit.field and hit.field.code for hit in hits] == ["YJJBNTTBBH", "YJJBNTTBMJ", "YJJBNTMJ"]
    assert {hit.by for hit in hits} == {"cut"}


def test_short_stems_prove_nothing() -> None:
    assert [hit.field for hit in layers.fields(schema("DLTB"), ["图1", "坐", "a_1"])] == [None, None, None]


@pytest.mark.parametrize("found", all_schemas(), ids=lambda found: found.id)
def test_a_layer_is_recognised_by_all_its_columns(found: LayerSchema) -> None:
    for names in (
        list(found.codes),
        [field.name for field in found.fields],
        [cut(field.name) for field in found.fields],
        ["OBJECTID", *found.codes, "Shape_Area", "Shape_Leng"],
    ):
        best = match(names, found.geometry)[0]
        assert best.schema is found
        assert best.score > 0.7


@pytest.mark.parametrize(
    "found", [s for s in all_schemas() if s.id != "dltb-2007"], ids=lambda found: found.id
)
def test_a_layer_is_recognised_by_its_mandatory_columns(found: LayerSchema) -> None:
    names = [field.code for field in found.fields if field.constraint is Constraint.MANDATORY]
    best = match(names, found.geometry)[0]
    assert best.schema is found
    assert not best.missing


def test_a_match_says_why_and_what_is_missing() -> None:
    best = match(["DLBM", "DLMC", "TBMJ", "QSXZ", "ZLDWDM", "foo"], POLYGON, dataset="xz.dltb")[0]
    assert "SJNF" in best.missing
    assert "5/6" in best.zh
    assert "5 of 6" in best.en
    assert "SJNF" in best.zh
    assert "SJNF" in best.en


def test_a_match_unpacks_as_schema_and_score() -> None:
    found, score = match(list(schema("DLTB").codes), POLYGON)[0]
    assert found is schema("DLTB")
    assert score == 1.0


def test_geometry_and_dataset_narrow_the_choice() -> None:
    columns = list(schema("xz.dzzhd").codes)
    assert match(columns, POLYGON) == [] or match(columns, POLYGON)[0].schema.dataset != "xz.dzzhd"
    assert match(columns)[0].schema.dataset == "xz.dzzhd"
    assert {found.schema.dataset for found in match(list(schema("DLTB").codes), dataset="gh.jqdltb")} == {
        "gh.jqdltb"
    }


def test_the_name_of_a_layer_counts() -> None:
    columns = ["BSM", "YSDM", "XZQDM", "BZ"]
    plain = {found.schema.id: found.score for found in match(columns, POLYGON)}
    named = match(columns, POLYGON, name="330382XZQ_2023")[0]
    assert named.schema.id == "xzq-2020"
    assert named.score > plain["xzq-2020"]
    assert "图层名" in named.zh
    assert match(columns, POLYGON, name="生态保护红线")[0].schema.dataset == "gh.stbhhx"


def test_columns_of_no_layer_match_nothing() -> None:
    assert match(["population", "gdp_usd", "iso3"], POLYGON) == []
    assert match([], POLYGON) == []


def test_feature_codes_of_the_survey_database_are_listed() -> None:
    listed = {layer.code: layer for layer in layers.survey_layers()}
    assert listed["DLTB"].ysdm == "2001010100"
    assert listed["GDDB"].fields[:2] == ("DYBH", "DLBM")
    assert listed["CLKZD"].ysdm == ""


@pytest.mark.parametrize(
    ("domain", "code", "name"),
    [
        ("QSXZ", "20", "国有土地使用权"),
        ("QSXZ", "30", "集体土地所有权"),
        ("GDLX", "TT", "梯田"),
        ("ZZSXDM", "JKHF", "即可恢复"),
        ("KCDLBM", "1203", "田坎"),
        ("GZQLXDM", "010", "允许建设区"),
        ("CZKFBJ", "420", "城镇弹性发展区"),
        ("JXLX", "650200", "县、区、旗、县级市界"),
        ("sandiao", "0101", "水田"),
        ("ydyh-2023", "06", "农业设施建设用地"),
    ],
)
def test_domains_name_their_codes(domain: str, code: str, name: str) -> None:
    found = domains.domain(domain)
    assert code in found
    assert found.name(code) == name
    assert found.confidence[code] in "ABC"


def test_a_land_class_domain_holds_only_what_a_parcel_may_carry() -> None:
    assert "01" not in domains.domain("sandiao")
    assert set(domains.domain("sandiao")) == landclass.scheme("sandiao").data_codes


def test_an_unknown_domain_is_refused() -> None:
    with pytest.raises(GuotuError) as caught:
        domains.domain("NONE")
    assert caught.value.code == "GT-1305"
    assert "sandiao" in caught.value.hint("zh")
    with pytest.raises(KeyError):
        domains.domain("QSXZ").name("99")
