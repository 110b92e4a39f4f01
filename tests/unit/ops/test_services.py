"""Remote services against a real server on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from guotu.catalog.services import Services
from guotu.errors import GuotuError
from guotu.model.resource import ResourceKind
from guotu.model.service import Service, ServiceKind
from guotu.node import Node, NodeIdentity
from guotu.ops import service_tiles, services
from guotu.settings import load
from service_cast import BOX, Remote, remote, tile_png


@pytest.fixture(scope="module")
def server() -> Iterator[Remote]:
    with remote() as running:
        yield running


@pytest.fixture
def node(tmp_path: Path, clock: Any, server: Remote) -> Iterator[Node]:
    settings = load({"GUOTU_OUTBOUND_ALLOW": server.allow})
    identity = NodeIdentity("N-349021-01", "青禾县节点", "Node", "349021", "county")
    made = Node.create(tmp_path / "node", identity, settings, clock)
    yield made
    made.close()


def registered(node: Node, kind: str, url: str, **entry: Any) -> Service:
    service = Service(f"gh.{kind}", ServiceKind(kind), url)
    services.register(node, services.door_of(node), service, {"category": "gh"} | entry)
    found = Services(node.records).find(service.id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("kind", "path", "title", "layers", "drawn"),
    [
        ("wms", "/wms", "省级国土空间规划", ["plan", "lines"], ["plan", "lines"]),
        ("wms", "/old", "Old", ["base"], ["base"]),
        ("wmts", "/wmts", "影像瓦片", ["img", "img_c"], ["img"]),
        ("wfs", "/wfs", "地名要素", ["ns:dm"], []),
        ("ogcapi", "/ogc", "开放数据", ["parks"], []),
        ("arcgis", "/arcgis/MapServer", "现状一张图", ["0", "3"], ["0", "3"]),
        ("xyz", "/xyz/{z}/{x}/{y}", "地图", ["tiles"], ["tiles"]),
    ],
)
def test_every_kind_of_service_tells_its_layers(
    node: Node, server: Remote, kind: str, path: str, title: str, layers: list[str], drawn: list[str]
) -> None:
    found = registered(node, kind, server.address + path, **({"title": title} if kind == "xyz" else {}))
    assert [layer.name for layer in found.layers] == layers
    assert [layer.name for layer in found.layers if layer.drawing] == drawn
    entry = node.catalog.get(found.id)
    assert (entry.kind, entry.title, entry.format) == (ResourceKind.SERVICE, title, kind.upper())
    if kind != "xyz":
        assert entry.extent == pytest.approx(BOX, abs=0.01)
    assert entry.location == ""
    for name in drawn:
        body, type = service_tiles.fetch_tile(services.door_of(node), found, name, 9, 424, 208)
        assert (body[:4], type) == (b"\x89PNG", "image/png")


def test_layers_inherit_systems_and_extents(node: Node, server: Remote) -> None:
    found = registered(node, "wms", f"{server.address}/wms")
    plan, lines = found.layers
    assert (plan.title, plan.extent, plan.crs) == ("规划分区", BOX, ("EPSG:4490", "EPSG:3857"))
    assert lines.extent == (118.0, 30.5, 118.5, 31.0)
    assert lines.crs == ("EPSG:4490", "EPSG:3857", "EPSG:4527")
    assert found.contact == "省自然资源厅 0551-0000"
    assert node.catalog.get("gh.wms").owner == "省自然资源厅"
    assert [one.id for one in node.catalog.search("控制线")] == ["gh.wms"]


def test_a_tile_asks_for_its_own_square(node: Node, server: Remote) -> None:
    found = registered(node, "wms", f"{server.address}/wms?map=a.map&request=x")
    layer = found.layer("plan")
    assert layer is not None
    url = service_tiles.tile_url(found, layer, 1, 1, 0)
    assert "BBOX=0.000000%2C0.000000%2C20037508.342789%2C20037508.342789" in url
    assert "map=a.map" in url
    assert "request=x" not in url
    wmts = registered(node, "wmts", f"{server.address}/wmts")
    image = wmts.layer("img")
    assert image is not None
    assert "TILEMATRIX=L07&TILEROW=52&TILECOL=106" in service_tiles.tile_url(wmts, image, 7, 106, 52)
    with pytest.raises(GuotuError) as failure:
        service_tiles.tile_url(wmts, image, 15, 0, 0)
    assert failure.value.code == "GT-3014"


@pytest.mark.parametrize(
    ("kind", "path", "code"),
    [
        ("wms", "/bomb", "GT-1134"), ("wms", "/report", "GT-1115"), ("wms", "/wfs", "GT-1115"), ("wfs", "/wms", "GT-1115"),
        ("wms", "/script", "GT-1115"), ("wms", "/nothing", "GT-3013"), ("wms", "/large", "GT-3013"), ("wms", "/away", "GT-3013"),
        ("arcgis", "/ogc/collections", "GT-1115"), ("ogcapi", "/script", "GT-3013"), ("xyz", "/xyz/1/2/3", "GT-3015"),
    ],
)  # fmt: skip
def test_what_is_no_such_service_is_not_registered(
    node: Node, server: Remote, kind: str, path: str, code: str
) -> None:
    with pytest.raises(GuotuError) as failure:
        registered(node, kind, server.address + path)
    assert failure.value.code == code
    assert node.catalog.find(f"gh.{kind}") is None
    assert Services(node.records).all() == []


def test_a_service_that_is_not_listed_is_not_asked(node: Node, server: Remote) -> None:
    before = len(server.asked)
    with pytest.raises(GuotuError) as failure:
        registered(node, "wms", server.address.replace("127.0.0.1", "localhost") + "/wms")
    assert failure.value.code == "GT-3010"
    assert len(server.asked) == before


def test_a_probe_tells_whether_a_service_answers(node: Node, server: Remote, clock: Any) -> None:
    registered(node, "wms", f"{server.address}/wms")
    alive = services.probe(node, services.door_of(node), "gh.wms")
    assert alive.alive
    assert alive.milliseconds is not None
    clock.pass_by(hours=1)
    gone = services.Door(())
    silent = services.probe(node, gone, "gh.wms")
    assert (silent.alive, silent.problem[:7], silent.probed) == (False, "GT-3010", clock.now)
    assert len(silent.layers) == 2, "what it offered is remembered"


def test_a_second_harvest_brings_the_present_layers(node: Node, server: Remote, clock: Any) -> None:
    first = registered(node, "wms", f"{server.address}/wms")
    clock.pass_by(days=1)
    again = services.harvest(node, services.door_of(node), "gh.wms")
    assert again.harvested != first.harvested
    assert again.layers == first.layers
    for id, code in (("gh.nothing", "GT-3001"),):
        with pytest.raises(GuotuError) as failure:
            services.harvest(node, services.door_of(node), id)
        assert failure.value.code == code


def test_what_is_no_picture_is_not_passed_on(node: Node, server: Remote) -> None:
    found = Service(
        "gh.x",
        ServiceKind.XYZ,
        f"{server.address}/script",
        layers=registered(node, "xyz", server.address + "/xyz/{z}/{x}/{y}").layers,
    )
    with pytest.raises(GuotuError) as failure:
        service_tiles.fetch_tile(services.door_of(node), found, "tiles", 1, 0, 0)
    assert failure.value.code == "GT-3013"
    assert "script" not in failure.value.detail("en")
    assert tile_png()[:4] == b"\x89PNG"
