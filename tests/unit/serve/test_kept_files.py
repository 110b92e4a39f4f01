"""Kept files and remote layers over HTTP, to those who may see them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from rasterio.io import MemoryFile

import document_cast as cast
from guotu.catalog.services import Services
from guotu.guard.subject import Role, Subject
from guotu.ingest.raster import RasterAsked
from guotu.model.resource import Label, Secrecy, Sharing
from guotu.model.service import Service, ServiceKind
from guotu.node import Node, NodeIdentity
from guotu.ops import documents, rasters, services
from guotu.ops.keeping import FileDelivery
from guotu.serve import create_app
from guotu.settings import load
from raster_cast import grid, tiff
from service_cast import Remote, remote

PASSWORD = "Shencha-2026-Mima"
PUBLIC = Label(Secrecy.PUBLIC)
HERE = (118.28, 30.925)


class Client:
    """Asks an application in this process; keeps cookies."""

    def __init__(self, node: Node) -> None:
        transport = httpx.ASGITransport(create_app(node), raise_app_exceptions=False)
        self._asking = httpx.AsyncClient(transport=transport, base_url="http://node")

    def get(self, path: str, **given: Any) -> httpx.Response:
        return asyncio.run(self._asking.get(path, **given))

    def sign_in(self) -> None:
        answer = asyncio.run(
            self._asking.post("/api/session", json={"account": "officer", "password": PASSWORD})
        )
        assert answer.status_code == 200


@pytest.fixture(scope="module")
def server() -> Iterator[Remote]:
    with remote() as running:
        yield running


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, server: Remote) -> Iterator[Node]:
    folder = tmp_path_factory.mktemp("kept")
    settings = load({"GUOTU_OUTBOUND_ALLOW": server.allow})
    made = Node.create(
        folder / "node", NodeIdentity("N-349021-01", "节点", "Node", "349021", "county"), settings
    )
    made.accounts.create(
        Subject("officer", "员", "局", frozenset({Role.OFFICER}), Secrecy.INTERNAL), PASSWORD
    )

    def filed(path: Path, id: str, label: Label, **more: Any) -> FileDelivery:
        return FileDelivery(path, id, category="xz", label=label, **more)

    for year in (2024, 2025):
        path = tiff(folder / f"{year}.tif", grid(dtype="float32") + year)
        delivery = filed(path, "xz.dem", PUBLIC, data_date=date(year, 1, 1))
        rasters.take_in(made, delivery, RasterAsked(unit="m"))
    documents.take_in(made, filed(cast.pdf(folder / "规划.pdf", "总则", cast.SENTENCE), "gh.text", PUBLIC))
    documents.take_in(made, filed(cast.docx(folder / "内部.docx", "内部资料"), "gh.inner", Label()))
    unshared = replace(PUBLIC, sharing=Sharing.NONE)
    documents.take_in(made, filed(cast.docx(folder / "a.docx", "不共享"), "gh.kept", unshared))
    door = services.door_of(made)
    for id, label in (("gh.open", PUBLIC), ("gh.closed", Label())):
        entry = {"category": "gh", "label": label}
        services.register(made, door, Service(id, ServiceKind.WMS, f"{server.address}/wms?key=SECRET"), entry)
    yield made
    made.close()


@pytest.fixture
def guest(node: Node) -> Client:
    return Client(node)


@pytest.fixture
def officer(node: Node) -> Client:
    client = Client(node)
    client.sign_in()
    return client


def test_a_resource_tells_its_editions_newest_first(guest: Client) -> None:
    told = guest.get("/api/catalog/xz.dem").json()
    assert [one["version"] for one in told["editions"]] == ["1.2", "1.1"]
    assert told["editions"][0]["facts"]["bands"][0]["unit"] == "m"
    assert "coverage" not in told["editions"][0]["facts"]
    assert guest.get("/api/catalog/xz.dem/thumbnail").content[:4] == b"\x89PNG"


def test_a_file_is_saved_whole_or_in_part_under_its_own_name(guest: Client) -> None:
    whole = guest.get("/api/catalog/gh.text/file")
    assert whole.content[:5] == b"%PDF-"
    assert "attachment; filename*=UTF-8''%E8%A7%84%E5%88%92.pdf" in whole.headers["content-disposition"]
    assert whole.headers["x-content-type-options"] == "nosniff"
    part = guest.get("/api/catalog/gh.text/file", headers={"Range": "bytes=1-4"})
    assert (part.status_code, part.content) == (206, b"PDF-")


def test_an_earlier_edition_is_saved_by_date(guest: Client) -> None:
    found = {}
    for at in ("2024-06-01", "1.2", ""):
        body = guest.get("/api/catalog/xz.dem/file", params={"at": at}).content
        with MemoryFile(body) as memory, memory.open() as image:
            found[at] = float(np.max(image.read(1)))
            assert image.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    assert found["2024-06-01"] + 1 == pytest.approx(found["1.2"]) == found[""]
    missing = guest.get("/api/catalog/xz.dem/file", params={"at": "2020-01-01"})
    assert (missing.status_code, missing.json()["code"]) == (404, "GT-3004")


def test_text_is_read_page_by_page(guest: Client) -> None:
    told = guest.get("/api/catalog/gh.text/text", params={"limit": 1}).json()
    assert (told["unit"], told["total"], told["next"]) == ("page", 2, 2)
    assert "总则" in told["pages"][0]["text"]
    found = guest.get("/api/catalog", params={"text": "生态保护红线"}).json()
    assert found["items"][0]["passages"][0]["page"] == 2


def test_what_a_guest_may_not_know_of_is_not_there(guest: Client, officer: Client) -> None:
    for path in ("", "/thumbnail", "/text", "/file"):
        hidden, absent = (
            guest.get(f"/api/catalog/gh.inner{path}"),
            guest.get(f"/api/catalog/gh.nothing{path}"),
        )
        assert hidden.status_code == absent.status_code == 404
        assert hidden.json()["code"] == absent.json()["code"] == "GT-3001"
    assert guest.get("/api/catalog", params={"text": "内部资料"}).json()["total"] == 0
    assert officer.get("/api/catalog/gh.inner/file").status_code == 200


def test_what_is_not_shared_is_shown_and_not_given(officer: Client) -> None:
    assert officer.get("/api/catalog/gh.kept").status_code == 200
    refused = officer.get("/api/catalog/gh.kept/file")
    assert (refused.status_code, refused.json()["code"]) == (403, "GT-3016")


def test_tiles_and_values_follow_the_moment(guest: Client) -> None:
    tree = guest.get("/api/layers", params={"at": "2024-06-01"}).json()
    (image,) = tree["imagery"]
    assert (image["version"][:3], image["date"], image["resolution"]["unit"]) == ("1.1", "2024-01-01", "m")
    values = {}
    for at in ("2024-06-01", "2025-06-01"):
        told = guest.get("/api/identify", params={"lon": HERE[0], "lat": HERE[1], "at": at}).json()
        (raster,) = told["rasters"]
        (band,) = raster["bands"]
        assert band["unit"] == "m"
        values[at] = band["value"]
    assert values["2025-06-01"] - values["2024-06-01"] == pytest.approx(1.0, abs=1e-3)
    x, y = 13572, 6713
    address = image["tiles"].replace("{z}", "14").replace("{x}", str(x)).replace("{y}", str(y))
    assert guest.get(address).status_code in (200, 204)
    assert guest.get("/api/imagery/xz.dem/1/0/0.png", params={"at": "2020-01-01"}).status_code == 404


def test_remote_layers_come_through_the_node_to_those_who_may(
    guest: Client, officer: Client, server: Remote
) -> None:
    for client, expected in ((guest, ["gh.open"]), (officer, ["gh.closed", "gh.open"])):
        tree = client.get("/api/layers").json()["services"]
        assert [service["id"] for service in tree] == expected
    (layer, _) = guest.get("/api/layers").json()["services"][0]["layers"]
    address = layer["tiles"].replace("{z}", "9").replace("{x}", "424").replace("{y}", "208")
    tile = guest.get(address)
    assert (tile.status_code, tile.headers["content-type"]) == (200, "image/png")
    asked = len(server.asked)
    assert guest.get(address).content == tile.content
    assert len(server.asked) == asked, "kept"
    assert guest.get(address.replace("gh.open", "gh.closed")).status_code == 404
    assert guest.get(address.replace("/plan/", "/nothing/")).json()["code"] == "GT-3014"


def test_the_address_of_a_service_never_leaves_the_node(officer: Client, server: Remote) -> None:
    answers = [
        officer.get(path)
        for path in ("/api/layers", "/api/catalog/gh.open", "/api/catalog?text=plan", "/api/catalog")
    ]
    answers.append(officer.get("/api/services/gh.open/nothing/1/0/0.png"))
    assert all("SECRET" not in answer.text and "/wms?" not in answer.text for answer in answers)


def test_a_service_that_sends_no_picture_or_nothing_ends_in_a_clean_answer(
    node: Node, guest: Client, server: Remote
) -> None:
    held = Services(node.records)
    service = held.find("gh.open")
    assert service is not None
    try:
        held.keep(replace(service, url=f"{server.address}/script"))
        wrong = guest.get("/api/services/gh.open/plan/9/424/209.png")
        assert (wrong.status_code, wrong.json()["code"]) == (422, "GT-3013")
        held.keep(replace(service, url=service.url.replace("127.0.0.1", "localhost")))
        refused = guest.get("/api/services/gh.open/plan/9/424/210.png")
        assert (refused.status_code, refused.json()["code"]) == (403, "GT-3010")
    finally:
        held.keep(service)
