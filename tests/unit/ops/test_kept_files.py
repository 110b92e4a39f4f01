"""Files kept in the catalogue: editions, time travel, words found inside them, relations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

import document_cast as cast
from guotu.analysis.pixels import values_at
from guotu.catalog import Holdings
from guotu.errors import GuotuError
from guotu.guard.policy import visible
from guotu.guard.subject import GUEST
from guotu.ingest.raster import RasterAsked
from guotu.model.resource import Label, Resource, ResourceKind, Secrecy
from guotu.model.time import Version
from guotu.node import Node, NodeIdentity
from guotu.ops import documents, rasters
from guotu.ops.intake import OUTLINE
from guotu.ops.keeping import FileDelivery, Kept
from guotu.ops.links import linking
from guotu.settings import load
from raster_cast import NORTH, STEP, WEST, grid, pixels_of, tiff

PUBLIC = Label(Secrecy.PUBLIC)


@pytest.fixture
def node(tmp_path: Path, clock: Any) -> Iterator[Node]:
    made = Node.create(
        tmp_path / "node",
        NodeIdentity("N-349021-01", "青禾县节点", "Node", "349021", "county"),
        load({}),
        clock,
    )
    yield made
    made.close()


def filed(path: Path, id: str, **about: Any) -> FileDelivery:
    return FileDelivery(path, id, category=about.pop("category", "gh"), **about)


def picture(node: Node, path: Path, pixels: Any, day: str | None = None, **about: Any) -> Kept:
    when = date.fromisoformat(day) if day else None
    return rasters.take_in(
        node, filed(tiff(path, pixels), "xz.dom", category="xz/survey", data_date=when, **about)
    )


def blobs(node: Node) -> int:
    return sum(1 for one in (node.home / "blobs").rglob("*") if one.is_file())


def test_a_raster_is_kept_as_it_came_and_as_a_cog(node: Node, tmp_path: Path) -> None:
    pixels = grid(bands=3)
    kept = picture(node, tmp_path / "a.tif", pixels, "2024-06-01")
    assert kept.new
    assert kept.resource.kind is ResourceKind.RASTER
    assert (kept.resource.title, kept.resource.data_date) == ("正射影像", date(2024, 6, 1))
    assert node.blobs.path(kept.edition.original).read_bytes() == (tmp_path / "a.tif").read_bytes()
    assert np.array_equal(pixels_of(node.blobs.path(kept.resource.location)), pixels)
    assert node.catalog.coverage("xz.dom") is not None
    assert kept.edition.label == f"1.1#{kept.edition.original[:12]}"


def test_the_same_file_is_not_kept_twice(node: Node, tmp_path: Path) -> None:
    first = picture(node, tmp_path / "a.tif", grid(), "2024-06-01")
    before = blobs(node)
    again = picture(node, tmp_path / "a.tif", grid(), "2024-06-01")
    assert not again.new
    assert again.edition == first.edition
    assert blobs(node) == before
    assert picture(node, tmp_path / "a.tif", grid(), "2025-06-01").edition.number == 2


def test_editions_are_had_by_date_and_version(node: Node, tmp_path: Path) -> None:
    for year in (2024, 2026, 2025):
        picture(node, tmp_path / f"{year}.tif", grid() + np.uint8(year - 2024), f"{year}-06-01")
    holdings = Holdings(node.records)
    found = holdings.find("xz.dom")
    assert found is not None
    assert found.data_date == date(2026, 6, 1), "an old picture that arrives late is not the present one"
    assert node.catalog.get("xz.dom").location == found.product
    assert holdings.get("xz.dom", date(2025, 12, 31)).number == 3
    assert holdings.get("xz.dom", date(2024, 12, 31)).number == 1
    assert holdings.get("xz.dom", Version(1, 2)).number == 2
    for moment in (date(2023, 1, 1), Version(1, 9), Version(2, 1)):
        with pytest.raises(GuotuError) as failure:
            holdings.get("xz.dom", moment)
        assert failure.value.code == "GT-3004"


def test_a_pixel_tells_its_value_with_scale_and_offset(node: Node, tmp_path: Path) -> None:
    import pyproj

    pixels = grid(200, 300, dtype="float32")
    pixels[0, 0, 0] = -9999
    path = tiff(tmp_path / "dem.tif", pixels, nodata=-9999)
    kept = rasters.take_in(node, filed(path, "xz.dem", category="xz"), RasterAsked(unit="m"))
    to_degrees = pyproj.Transformer.from_crs(4527, 4490, always_xy=True).transform
    cog = node.blobs.path(kept.edition.served)
    for row, column in ((17, 203), (199, 299), (0, 1)):
        lon, lat = to_degrees(WEST + (column + 0.5) * STEP, NORTH - (row + 0.5) * STEP)
        assert values_at(cog, lon, lat) == [float(pixels[0, row, column])]
    assert values_at(cog, *to_degrees(WEST + 1, NORTH - 1)) == [None]
    assert values_at(cog, 110.0, 20.0) is None
    assert kept.edition.facts["bands"][0]["unit"] == "m"


def test_a_raster_elsewhere_is_refused_and_one_beyond_the_border_is_told(node: Node, tmp_path: Path) -> None:
    frame = shapely.box(100, 20, 101, 21)
    outline = Resource(
        OUTLINE, ResourceKind.VECTOR, "行政区", "Divisions", "xz", "局", coverage=shapely.to_wkb(frame)
    )
    node.catalog.register(outline)
    with pytest.raises(GuotuError) as failure:
        picture(node, tmp_path / "a.tif", grid())
    assert failure.value.code == "GT-1155"
    assert node.catalog.find("xz.dom") is None
    assert not list((node.home / "blobs").iterdir())
    from dataclasses import replace

    node.catalog.update(replace(outline, coverage=shapely.to_wkb(shapely.box(118.2, 30.8, 118.6, 31.0))))
    kept = picture(node, tmp_path / "a.tif", grid())
    assert any("辖区" in zh for zh, _ in kept.edition.warnings)


def test_an_id_of_another_kind_is_not_overwritten(node: Node, tmp_path: Path) -> None:
    picture(node, tmp_path / "a.tif", grid())
    with pytest.raises(GuotuError) as failure:
        documents.take_in(node, filed(cast.docx(tmp_path / "a.docx", "甲"), "xz.dom"))
    assert failure.value.code == "GT-3005"
    assert len(Holdings(node.records).editions("xz.dom")) == 1


def test_chinese_words_are_found_inside_documents_with_their_page(node: Node, tmp_path: Path) -> None:
    path = cast.pdf(tmp_path / "plan.pdf", "总则。", "公路选线方案经过青禾镇。", cast.SENTENCE)
    documents.take_in(node, filed(path, "gh.text", title="总体规划"))
    found = node.catalog.search("公路选线")
    assert [one.id for one in found] == ["gh.text"]
    (passage,) = found.passages["gh.text"]
    assert (passage.page, passage.exact) == (2, True)
    assert "公路选线方案" in passage.snippet
    assert [one.id for one in node.catalog.search("总体规划 青禾镇")] == ["gh.text"], (
        "title and text together"
    )
    assert len(node.catalog.search("公路铁路")) == 0


def test_a_new_edition_is_found_by_its_own_words_only(node: Node, tmp_path: Path) -> None:
    documents.take_in(node, filed(cast.docx(tmp_path / "a.docx", "旧条文"), "gh.text"))
    documents.take_in(node, filed(cast.docx(tmp_path / "b.docx", "新规定"), "gh.text"))
    assert len(node.catalog.search("新规定")) == 1
    assert len(node.catalog.search("旧条文")) == 0
    assert node.blobs.path(Holdings(node.records).get("gh.text", Version(1, 1)).original).exists()


def test_hidden_documents_leave_no_trace_in_a_search(node: Node, tmp_path: Path) -> None:
    secret = Label(Secrecy.SECRET)
    documents.take_in(node, filed(cast.docx(tmp_path / "a.docx", "军事设施"), "gh.a", label=secret))
    documents.take_in(node, filed(cast.docx(tmp_path / "b.docx", "普通设施"), "gh.b", label=PUBLIC))
    seen = node.catalog.search("设施", visible=lambda resource: visible(GUEST, resource.label))
    assert (seen.total, [one.id for one in seen], list(seen.passages)) == (1, ["gh.b"], ["gh.b"])
    assert node.catalog.search("军事", visible=lambda resource: visible(GUEST, resource.label)).total == 0


def test_a_photograph_is_found_on_the_map(node: Node, tmp_path: Path) -> None:
    kept = documents.take_in(node, filed(cast.photo(tmp_path / "a.jpg"), "xz.photo", category="xz"))
    assert kept.resource.extent == pytest.approx((118.4429, 30.9049, 118.4429, 30.9049), abs=1e-6)


def test_relations_hold_both_ways(node: Node, tmp_path: Path) -> None:
    picture(node, tmp_path / "a.tif", grid())
    links = ("about:xz.dom", "division:349021", "project:2026-349021-01-01-000001")
    documents.take_in(node, filed(cast.docx(tmp_path / "a.docx", "甲"), "gh.text", links=links))
    assert node.catalog.get("gh.text").links == links
    assert [one.id for one in linking(node, "xz.dom")] == ["gh.text"]


@pytest.mark.parametrize(
    "link", ["about:nothing", "about:gh.text", "likes:xz.dom", "division:12", "project:!", "about"]
)
def test_a_relation_that_leads_nowhere_is_refused_and_nothing_kept(
    node: Node, tmp_path: Path, link: str
) -> None:
    with pytest.raises(GuotuError) as failure:
        documents.take_in(node, filed(cast.docx(tmp_path / "a.docx", "甲"), "gh.text", links=(link,)))
    assert failure.value.code == "GT-3006"
    assert node.catalog.find("gh.text") is None
    assert Holdings(node.records).editions("gh.text") == []
    assert not list((node.home / "blobs").iterdir())
