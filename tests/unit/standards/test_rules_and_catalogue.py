"""Quality rules, the classification, datasets and metadata elements."""

from __future__ import annotations

import re

import pytest

from guotu.errors import GuotuError
from guotu.model.dataset import DATASET_CODE
from guotu.model.finding import Severity
from guotu.model.resource import ResourceKind
from guotu.standards import catalogue, metadata
from guotu.standards.rules import rule, rules

HAN = re.compile("[\u4e00-\u9fff]")


def test_there_are_49_rules_and_one_of_our_own_in_both_languages() -> None:
    assert len(rules().keys() - {"1511"}) == 49
    for id, found in rules().items():
        assert found.id == id
        for zh in (found.category, found.name, found.text_zh, found.remedy_zh):
            assert HAN.search(zh)
        for en in (found.category_en, found.name_en, found.text_en, found.remedy_en):
            assert en
            assert not HAN.search(en)


def test_major_rules_are_hard() -> None:
    assert all(found.hard for found in rules().values() if found.severity is Severity.MAJOR)
    assert not any(found.hard for found in rules().values() if found.severity is Severity.LIGHT)


@pytest.mark.parametrize(
    ("id", "name", "value"),
    [
        ("1502", "tolerance_m", 0.0001),
        ("1504", "smallest_m2", 600.0),
        ("1505", "length_m", 0.2),
        ("1509", "angle_deg", 10.0),
        ("1406", "share", 0.02),
        ("1406", "absolute_m2", 20.0),
        ("1403", "tolerance_m2", 0.01),
        ("1318", "rural_road_m", 8.0),
        ("1401", "adjustment_m2", 0.05),
    ],
)
def test_thresholds_have_the_defaults_of_the_trade(id: str, name: str, value: float) -> None:
    assert rule(id).parameters[name] == value


def test_the_smallest_mapped_area_depends_on_the_class() -> None:
    parameters = rule("1504").parameters
    assert parameters["smallest_by_class"] == {"1202": 200.0}
    assert parameters["smallest_by_group"] == {"建设用地": 200.0, "农用地": 400.0, "未利用地": 600.0}


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(GuotuError) as caught:
        rule("9999")
    assert caught.value.code == "GT-1313"


def test_the_tree_has_the_five_groups() -> None:
    assert [root.id for root in catalogue.categories()] == ["xz", "gh", "gl", "sj", "cp"]
    assert [root.title for root in catalogue.categories()] == ["现状", "规划", "管理", "社会经济", "数据产品"]
    for root in catalogue.categories():
        assert root.children
        assert all(child.id.startswith(root.id) for child in root.walk())
    assert catalogue.category("gh/redline").title == "规划红线"


def test_every_dataset_stands_in_its_group() -> None:
    for found in catalogue.datasets():
        assert DATASET_CODE.fullmatch(found.code)
        assert found.category.split("/")[0] == found.code.split(".")[0]
        assert catalogue.dataset(found.code) is found
        assert found.style


def test_imagery_and_terrain_are_raster_datasets() -> None:
    assert catalogue.dataset("xz.dem").kind is ResourceKind.RASTER
    assert catalogue.dataset("xz.dom").kind is ResourceKind.RASTER
    assert catalogue.dataset("sj.rk").kind is ResourceKind.TABLE


@pytest.mark.parametrize(("ask", "code"), [(catalogue.category, "GT-1311"), (catalogue.dataset, "GT-1312")])
def test_what_the_catalogue_does_not_know_is_refused(ask: object, code: str) -> None:
    assert callable(ask)
    with pytest.raises(GuotuError) as caught:
        ask("xz/none")
    assert caught.value.code == code


def test_the_core_metadata_elements_are_there() -> None:
    found = {element.id: element for element in metadata.elements()}
    assert len(found) == 40
    assert found["resTitle"].resource == "title"
    assert found["secClass"].resource == "secrecy"
    assert found["scale"].resource == ""


def test_the_exchange_table_for_vector_metadata_is_whole() -> None:
    codes = [field.code for field in metadata.vector_fields()]
    assert codes[0] == "data_id"
    assert len(codes) == 23
