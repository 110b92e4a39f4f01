"""Registering, classifying, listing and retiring resources."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import shapely

from catalog_cast import CAST, FARMLAND, IMAGERY, PARCELS, REPORT, SECRET, resource
from guotu.catalog import Catalog, record
from guotu.errors import GuotuError
from guotu.model.resource import DataClass, Label, Resource, ResourceKind, Secrecy, Sharing
from guotu.model.time import Clock

COUNTY = shapely.box(120.0, 28.0, 120.5, 28.5)

FULL = Resource(
    id="gl.ydsp",
    kind=ResourceKind.VECTOR,
    title="建设用地批准",
    title_en="Approved land",
    category="gl/land",
    owner="云溪县自然资源局",
    abstract="历年批准的建设用地",
    keywords=("农转用", "征收"),
    division="330382",
    label=Label(Secrecy.SECRET, DataClass.CORE, Sharing.NONE),
    update_cycle="每月",
    data_date=date(2024, 12, 31),
    published=datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC),
    extent=(120.0, 28.0, 120.5, 28.5),
    coverage=shapely.to_wkb(COUNTY),
    schema_id="zzdk",
    format="SHP",
    location="sha256:00",
    quality="通过",
    lineage="由审批系统导出",
    status="draft",
    links=("xz.dltb", "doc:plan-2035"),
)


def code_of(caught: pytest.ExceptionInfo[GuotuError]) -> str:
    return caught.value.code


@pytest.mark.parametrize("each", [*CAST, FULL], ids=lambda each: each.id)
def test_a_record_keeps_every_part_of_a_resource(each: Resource) -> None:
    assert record.from_record(record.to_record(each)) == each


def test_a_registered_resource_is_published_now(catalog: Catalog, clock: Clock) -> None:
    kept = catalog.register(PARCELS)
    assert kept == replace(PARCELS, published=clock())
    assert catalog.find("xz.dltb") == kept
    assert catalog.get("xz.dltb") == kept


def test_a_resource_keeps_the_publication_it_states(catalog: Catalog) -> None:
    assert catalog.register(FULL) == FULL
    assert catalog.get("gl.ydsp") == FULL


def test_an_id_is_given_once(catalog: Catalog) -> None:
    catalog.register(PARCELS)
    with pytest.raises(GuotuError) as caught:
        catalog.register(PARCELS)
    assert code_of(caught) == "GT-3002"


def test_an_update_replaces_everything_but_the_first_publication(catalog: Catalog, clock: Any) -> None:
    first = catalog.register(PARCELS)
    clock.pass_by(days=3)
    catalog.update(replace(PARCELS, title="地类图斑（2024）", keywords=("变更调查",)))
    kept = catalog.get("xz.dltb")
    assert (kept.title, kept.published) == ("地类图斑（2024）", first.published)
    assert len(catalog.search("耕地")) == 0
    assert len(catalog.search("变更调查")) == 1


def test_what_is_not_registered_cannot_be_updated_or_retired(catalog: Catalog) -> None:
    for attempt in (
        lambda: catalog.update(PARCELS),
        lambda: catalog.retire("xz.dltb"),
        lambda: catalog.get("xz.dltb"),
    ):
        with pytest.raises(GuotuError) as caught:
            attempt()
        assert code_of(caught) == "GT-3001"
    assert catalog.find("xz.dltb") is None


def test_a_retired_resource_stays_on_record_but_is_no_longer_found(stocked: Catalog) -> None:
    stocked.retire("xz.dltb")
    assert stocked.get("xz.dltb").status == "retired"
    assert "xz.dltb" not in [each.id for each in stocked.list()]
    assert [each.id for each in stocked.list(retired=True)] == ["xz.dltb"]
    assert [each.id for each in stocked.search("地类图斑")] == ["gh.yjjbntb"]
    assert "xz/land" not in stocked.counts()
    assert stocked.retire("xz.dltb").status == "retired"
    with pytest.raises(GuotuError) as caught:
        stocked.register(PARCELS)
    assert code_of(caught) == "GT-3002"


def test_an_update_brings_a_retired_resource_back(stocked: Catalog) -> None:
    stocked.retire("xz.dltb")
    stocked.update(PARCELS)
    assert stocked.search("dltb").total == 1


def test_resources_are_listed_by_kind_and_class(stocked: Catalog) -> None:
    assert [each.id for each in stocked.list()] == sorted(each.id for each in CAST)
    assert [each.id for each in stocked.list(ResourceKind.RASTER)] == ["xz.dem", "xz.dom"]
    assert [each.id for each in stocked.list(category="gh")] == ["doc:plan-2035", "gh.yjjbntb"]
    assert [each.id for each in stocked.list(category="gh/redline")] == ["gh.yjjbntb"]
    assert stocked.list(category="g") == []
    assert [each.id for each in stocked.list(ResourceKind.VECTOR, "xz")] == ["xz.dltb"]


def test_hidden_resources_are_absent(stocked: Catalog) -> None:
    def public(each: Resource) -> bool:
        return each.label.secrecy is not Secrecy.SECRET

    assert "xz.dem" not in [each.id for each in stocked.list(visible=public)]
    assert stocked.counts(visible=public)["xz/survey"] == 1
    assert stocked.counts()["xz/survey"] == 2
    for id in ("xz.dem", "xz.none"):
        with pytest.raises(GuotuError) as caught:
            stocked.get(id, visible=public)
        assert caught.value.code == "GT-3001"
        assert id in caught.value.detail("zh")


def test_categories_count_what_is_under_them(stocked: Catalog) -> None:
    counts = stocked.counts()
    assert counts == {"xz": 3, "xz/land": 1, "xz/survey": 2, "gh": 2, "gh/redline": 1, "gh/land": 1}


def test_the_coverage_of_a_dataset_is_a_polygon(catalog: Catalog) -> None:
    catalog.register(FULL)
    catalog.register(PARCELS)
    found = catalog.coverage("gl.ydsp")
    assert found is not None
    assert found.equals(COUNTY)
    assert catalog.coverage("xz.dltb") is None
    assert catalog.coverage("xz.none") is None


def _nested(depth: int) -> bytes:
    one = b"\x01\x07\x00\x00\x00\x01\x00\x00\x00"
    return one * depth + b"\x01\x07\x00\x00\x00\x00\x00\x00\x00"


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": "地类"}, "id"),
        ({"id": "../etc"}, "id"),
        ({"id": "a" * 200}, "id"),
        ({"title": " "}, "title"),
        ({"title_en": ""}, "title_en"),
        ({"owner": ""}, "owner"),
        ({"abstract": "长" * 10_001}, "abstract"),
        ({"division": "33"}, "division"),
        ({"division": "930000"}, "division"),
        ({"update_cycle": "有空时"}, "update_cycle"),
        ({"status": "gone"}, "status"),
        ({"extent": (121.0, 28.0, 120.0, 29.0)}, "extent"),
        ({"extent": (120.0, 28.0, float("nan"), 29.0)}, "extent"),
        ({"extent": (3.0e6, 4.0e7, 3.1e6, 4.1e7)}, "extent"),
        ({"coverage": b""}, "coverage"),
        ({"coverage": b"\x01\x03"}, "coverage"),
        ({"coverage": b"\x01\x03\x00\x00\x00\xff\xff\xff\xff"}, "coverage"),
        ({"coverage": shapely.to_wkb(shapely.Point(120, 28))}, "coverage"),
        ({"coverage": shapely.to_wkb(shapely.Polygon())}, "coverage"),
        ({"coverage": shapely.to_wkb(shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]))}, "coverage"),
        ({"coverage": shapely.to_wkb(shapely.box(0, 0, 500_000, 500_000))}, "coverage"),
        ({"coverage": _nested(20_000)}, "coverage"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_wrong_entry_is_refused_with_its_field(catalog: Catalog, parts: dict[str, Any], field: str) -> None:
    with pytest.raises(GuotuError) as caught:
        catalog.register(resource(**parts))
    assert code_of(caught) == "GT-3003"
    assert caught.value.place.field == field
    for lang in ("zh", "en"):
        assert caught.value.detail(lang)  # type: ignore[arg-type]
    assert catalog.list() == []


def test_a_category_must_be_in_the_tree(catalog: Catalog) -> None:
    with pytest.raises(GuotuError) as caught:
        catalog.register(resource(category="xz/moon"))
    assert code_of(caught) == "GT-1311"


def test_resources_of_every_kind_are_registered(catalog: Catalog) -> None:
    for kind in ResourceKind:
        catalog.register(resource(f"any:{kind}", f"某{kind}", kind=kind))
    assert {each.kind for each in catalog.list()} == set(ResourceKind)


def test_the_cast_is_what_the_catalogue_holds(stocked: Catalog) -> None:
    for each in (PARCELS, FARMLAND, IMAGERY, SECRET, REPORT):
        assert replace(stocked.get(each.id), published=None) == each
