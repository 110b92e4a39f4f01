"""Bringing files in: which schema, which stream, what the node then holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from guotu import settings
from guotu.errors import GuotuError
from guotu.ingest import Reading
from guotu.model.dataset import StreamName
from guotu.model.resource import Label, Resource, ResourceKind, Secrecy
from guotu.node import Node, NodeIdentity
from guotu.ops import documents
from guotu.ops.intake import Delivery, judge, limits, schema_of, take_in
from guotu.ops.keeping import FileDelivery
from tiny_county import Tiny


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    identity = NodeIdentity("N-349021-01", "青禾县节点", "Qinghe", "349021", "county")
    made = Node.create(tmp_path / "home", identity, settings.load({}))
    yield made
    made.close()


def test_a_layer_is_recognised_from_its_fields(tiny: Tiny, tmp_path: Path) -> None:
    assert schema_of(Delivery(tiny.files / "DLTB_2024.zip"), tmp_path).id == "dltb-2020"
    assert schema_of(Delivery(tiny.files / "采矿权.geojson"), tmp_path).id == "ckq"


def test_what_is_said_of_a_layer_counts_more_than_its_fields(tiny: Tiny, tmp_path: Path) -> None:
    said = Delivery(tiny.files / "采矿权.geojson", schema="tkq")
    assert schema_of(said, tmp_path).id == "tkq"
    assert schema_of(replace(said, schema=None, dataset="xz.kcd"), tmp_path).dataset == "xz.kcd"


def test_a_layer_that_tells_nothing_is_refused(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [118.4, 30.9]}
    features = [{"type": "Feature", "geometry": point, "properties": {"colour": "red"}}]
    file = tmp_path / "a.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    with pytest.raises(GuotuError) as failure:
        schema_of(Delivery(file), tmp_path)
    assert failure.value.code == "GT-1390"


def test_a_delivery_lands_under_the_division_of_the_node(node: Node, tiny: Tiny) -> None:
    label = Label(Secrecy.PUBLIC)
    delivery = Delivery(
        tiny.files / "采矿权.geojson", data_date=date(2025, 12, 31), label=label, author="wang"
    )
    stream, commit = take_in(node, delivery)
    assert stream == StreamName("gl.ckq", "349021")
    assert commit is not None
    assert commit.note.author == "wang"
    entry = node.catalog.get("gl.ckq")
    assert (entry.owner, entry.data_date, entry.label.secrecy) == (
        "青禾县节点",
        date(2025, 12, 31),
        Secrecy.PUBLIC,
    )
    assert take_in(node, delivery)[1] is None


def test_layers_after_the_divisions_claim_their_territory(node: Node, tiny: Tiny) -> None:
    take_in(node, Delivery(tiny.files / "行政区.gpkg", dataset="xz.xzq", reading=Reading(layer="XZQ")))
    take_in(node, Delivery(tiny.files / "采矿权.geojson"))
    claimed, territory = node.catalog.coverage("gl.ckq"), node.catalog.coverage("xz.xzq")
    assert claimed is not None
    assert territory is not None
    assert claimed.equals_exact(territory, 1e-9)


def test_a_judged_delivery_is_not_stored(tiny: Tiny, tmp_path: Path) -> None:
    report = judge(Delivery(tiny.files / "采矿权.geojson"), tmp_path)
    assert report.passed
    assert not judge(Delivery(tiny.files / "采矿权.geojson", schema="dltb-2020"), tmp_path).passed


def test_settings_bound_the_reading_process(tiny: Tiny, tmp_path: Path) -> None:
    bounds = limits(settings.load({"GUOTU_SANDBOX_SECONDS": "7", "GUOTU_SANDBOX_MEMORY_MB": "900"}))
    assert (bounds.sandbox.seconds, bounds.sandbox.memory_mb) == (7, 900)
    tight = limits(settings.load({"GUOTU_SANDBOX_MEMORY_MB": "16"}))
    with pytest.raises(GuotuError) as failure:
        judge(Delivery(tiny.files / "永久基本农田.gpkg", reading=Reading(limits=tight)), tmp_path)
    assert failure.value.code in ("GT-1122", "GT-1123")


def a_document(id: str = "gh.text") -> Resource:
    return Resource(id, ResourceKind.DOCUMENT, "规划文本", "Plan text", "gh", "某局")


def test_an_entry_without_a_file_is_registered_once(node: Node) -> None:
    assert documents.register(node, a_document()).division == "349021"
    with pytest.raises(GuotuError) as failure:
        documents.register(node, a_document())
    assert failure.value.code == "GT-3002"


@pytest.mark.parametrize(
    ("name", "code"), [("nothing.pdf", "GT-1101"), (".", "GT-1015"), ("cut.pdf", "GT-1115")]
)
def test_an_entry_names_no_bytes_that_are_not_there(node: Node, tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "cut.pdf").write_bytes(b"%PDF-1.7 cut")
    with pytest.raises(GuotuError) as failure:
        documents.take_in(node, FileDelivery(tmp_path / name, "gh.text", category="gh"))
    assert failure.value.code == code
    assert node.catalog.find("gh.text") is None
    assert list((node.home / "blobs").iterdir()) == []
