"""Broken tables are found when they are loaded."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from guotu.standards import (
    catalogue,
    divisioncode,
    domains,
    landclass,
    layers,
    mapsheet,
    metadata,
    rules,
    schemas,
    tables,
)

_CACHED = (
    tables.rows, tables.manifest, landclass.scheme, landclass.mapping, landclass.three_classes, landclass.scheme_ids,
    landclass.mappings, landclass.three_class_editions, domains.domain, domains.all_domains, schemas.all_schemas,
    schemas.schema, schemas.names, schemas.survey_layers, rules.rules, catalogue.categories, catalogue.datasets,
    divisioncode.levels, divisioncode.province_rows, metadata.elements, metadata.vector_fields, mapsheet.series,
)  # fmt: skip


SURVEY = partial(landclass.scheme, "sandiao")
SURVEY_THREE = partial(landclass.three_classes, "sandiao")
SURVEY_TO_2023 = partial(landclass.mapping, "sandiao", "ydyh-2023")


def forget() -> None:
    for function in _CACHED:
        function.cache_clear()


@pytest.fixture
def edited(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, tuple[str, str]]]:
    """Tables changed in passing: path → (old, new); nothing of it stays cached."""
    changes: dict[str, tuple[str, str]] = {}
    read = tables.text

    def changed(path: str) -> str:
        old, new = changes.get(path, ("", ""))
        text = read(path)
        assert old in text
        return text.replace(old, new, 1)

    forget()
    monkeypatch.setattr(tables, "text", changed)
    yield changes
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize(
    ("path", "old", "new", "load"),
    [
        ("land_classes/sandiao.csv", "0102,", "0101,", SURVEY),
        ("land_classes/sandiao.csv", "0101,水田,2,01", "0101,水田,2,77", SURVEY),
        ("land_classes/sandiao.csv", "0101,水田,2,01", "0101,水田,3,01", SURVEY),
        ("land_classes/sandiao.csv", "0101,水田", "0X01,水田", SURVEY),
        ("land_classes/sandiao.csv", "0101,水田", "0101,", SURVEY),
        ("land_classes/sandiao.csv", "0101,水田", "0101, 水田", SURVEY),
        ("land_classes/sandiao.csv", "0101,水田,2,01", "0101,水田,2", SURVEY),
        ("land_classes/sandiao.csv", "code,name", "kode,name", SURVEY),
        ("land_classes/sandiao.csv", "0101,水田,2,01,农用地,,,A", "0101,水田,2,01,农用地,,,Z", SURVEY),
        ("land_classes/sandiao.csv", "0101,水田,2,01,农用地", "0101,水田,2,01,田", SURVEY_THREE),
        ("land_classes/sandiao_to_ydyh-2023.csv", "0101,0101,exact", "0101,9999,exact", SURVEY_TO_2023),
        ("land_classes/sandiao_to_ydyh-2023.csv", "0101,0101,exact", "0101,0101,rough", SURVEY_TO_2023),
        ("land_classes/sandiao_to_ydyh-2023.csv", "0101,0101,exact", "0101,0101,split", SURVEY_TO_2023),
        ("land_classes/sandiao_to_ydyh-2023.csv", "0101,0101,exact", "0199,0101,exact", SURVEY_TO_2023),
        ("land_classes/sandiao_to_ydyh-2023.csv", "0204;0205", "0204;0301", SURVEY_TO_2023),
        ("land_classes/sandiao_to_ydyh-2023.csv", "0204;0205", "0204;9999", SURVEY_TO_2023),
        ("land_classes/three_class_choices.csv", "sandiao,sandiao,0404", "sandiao,sandiao,9999", SURVEY_THREE),
        ("domains/values.csv", "QSXZ,20,", "QSXZ,10,", domains.all_domains),
        ("domains/values.csv", "QSXZ,20,", "NONE,20,", domains.all_domains),
        ("layers/dltb-2020.csv", "TBYBH,", "BSM,", layers.all_schemas),
        ("layers/dltb-2020.csv", "C,QSXZ", "C,NONE", layers.all_schemas),
        ("layers/dltb-2020.csv", "TBMJ,图斑面积", "TBMJX,图斑面积", layers.all_schemas),
        ("layers/dltb-2020.csv", "QSXZ,权属性质,Char,2,,M,QSXZ", "QSXZ,权属性质,Char,1,,M,QSXZ", layers.all_schemas),
        ("layers/dltb-2020.csv", "QSXZ,权属性质,Char,2,,M,QSXZ", "QSXZ,权属性质,Int,2,,M,QSXZ", layers.all_schemas),
        ("layers/dltb-2020.csv", "TBBH,图斑编号", "Tbbh,图斑编号", layers.all_schemas),
        ("layers/dltb-2020.csv", "坐落单位名称,B", "DLTBBH,B", layers.all_schemas),
        ("layers/manifest.toml", 'id = "dltb-2007"', 'id = "dltb-2020"', layers.all_schemas),
        ("layers/manifest.toml", "default = true", "default = false", layers.all_schemas),
        ("layers/manifest.toml", 'dataset = "xz.dltb"', 'dataset = "dltb"', layers.all_schemas),
        ("layers/manifest.toml", 'key = ["BSM"]', 'key = ["BSN"]', layers.all_schemas),
        ("layers/manifest.toml", 'ysdm = "2001010100"', 'ysdm = "2001010199"', layers.all_schemas),
        ("layers/survey_layers.csv", "1000600200", "1000600100", layers.survey_layers),
        ("rules/rules.toml", 'id = "1102"', 'id = "1101"', rules.rules),
        ("rules/rules.toml", 'id = "1101"', 'id = "1104"', rules.rules),
        ("rules/rules.toml", 'category = "完整性"', 'category = "别的"', rules.rules),
        ("rules/rules.toml", "rural_road_m = 8.0", 'rural_road_m = "8"', rules.rules),
        ("rules/rules.toml", 'name_en = "Metadata"', 'name_en = ""', rules.rules),
        ("catalogue/categories.csv", "xz/land,", "xy/land,", catalogue.categories),
        ("catalogue/datasets.csv", "xz.dltb,", "xz.dltc,", catalogue.datasets),
        ("catalogue/datasets.csv", "xz.dltb,", "dltb,", catalogue.datasets),
        ("catalogue/datasets.csv", "Land-use parcels,xz/land", "Land-use parcels,gh/land", catalogue.datasets),
        ("divisions/provinces.csv", "330000", "330100", divisioncode.province_rows),
        ("divisions/provinces.csv", "330000", "320000", divisioncode.province_rows),
        ("divisions/levels.csv", "town,", "city,", divisioncode.levels),
        ("metadata/elements.csv", ",abstract,B", ",summary,B", metadata.elements),
        ("identifiers/map_sheets.csv", "225000,150000", "225001,150000", mapsheet.series),
    ],
)  # fmt: skip
def test_a_broken_table_is_caught_at_load(
    edited: dict[str, tuple[str, str]], path: str, old: str, new: str, load: object
) -> None:
    edited[path] = (old, new)
    assert callable(load)
    with pytest.raises((AssertionError, ValueError)) as caught:
        load()
    assert not isinstance(caught.value, UnicodeError)


def test_tables_are_read_once() -> None:
    assert landclass.scheme("sandiao") is landclass.scheme("sandiao")
    assert layers.all_schemas() is layers.all_schemas()
    assert rules.rules() is rules.rules()


def test_every_family_names_where_it_comes_from() -> None:
    for family in ("rules", "catalogue", "metadata", "divisions"):
        about = tables.manifest(family)
        assert about["source"]
        assert about["edition"]
    for family, entries in (("land_classes", "scheme"), ("domains", "domain"), ("layers", "layer")):
        assert all(entry["source"] for entry in tables.manifest(family)[entries])


def test_a_cell_holds_several_values_between_semicolons() -> None:
    assert tables.split("a;b;") == ("a", "b")
    assert tables.split("") == ()
