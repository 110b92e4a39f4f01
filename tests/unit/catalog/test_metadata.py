"""The core metadata of an entry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from catalog_cast import IMAGERY, PARCELS, REPORT
from guotu.catalog.metadata import describe, lacking
from guotu.model.resource import Label, Secrecy
from guotu.standards.layers import schema


def test_an_entry_fills_the_core_elements() -> None:
    entry = replace(
        PARCELS, data_date=date(2024, 12, 31), extent=(120.0, 28.0, 120.5, 28.5), label=Label(Secrecy.SECRET)
    )
    said = {each.element.id: each.value for each in describe(entry, schema("xz.dltb"))}
    assert said["resTitle"] == "地类图斑"
    assert said["resRefDate"] == "2024-12-31"
    assert said["keyword"] == "三调、耕地"
    assert said["secClass"] == "秘密"
    assert said["shareType"] == "有条件共享"
    assert said["spatRpType"] == "矢量"
    assert said["refSysID"].startswith("EPSG:4490")
    assert said["bbox"] == "120.0、28.0、120.5、28.5"
    assert said["openAttr"] == "否"
    assert said["items"].startswith("标识码 Char；")
    assert said["mdLang"] == "zh"
    assert said["scale"] == ""


def test_mandatory_elements_that_are_empty_are_named() -> None:
    missing = {element.id for element in lacking(PARCELS)}
    assert {"resRefDate", "bbox", "dqStatement", "format", "items"} <= missing
    assert not {"resTitle", "provider", "secClass"} & missing


def test_other_kinds_say_what_they_are() -> None:
    picture = {each.element.id: each.value for each in describe(IMAGERY)}
    report = {each.element.id: each.value for each in describe(replace(REPORT, label=Label(Secrecy.PUBLIC)))}
    assert (picture["spatRpType"], report["spatRpType"]) == ("栅格", "文字表格")
    assert report["openAttr"] == "是"
    assert report["refSysID"] == "-"
