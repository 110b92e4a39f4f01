"""Sessions over HTTP on a clock moved by hand, and every family of failures as a problem document."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import httpx
import pytest

from guotu.errors import Family
from guotu.errors.base import KINDS
from guotu.guard.subject import Role, Subject
from guotu.model.resource import Secrecy
from guotu.node import Node, NodeIdentity
from guotu.serve import create_app
from guotu.serve.problems import STATUS
from guotu.settings import load

PASSWORD = "Yi-Ge-Hen-Chang-De-2026"


class Client:
    """Asks an application in this process; keeps cookies."""

    def __init__(self, app: Any) -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._asking = httpx.AsyncClient(transport=transport, base_url="http://node")
        self.headers = self._asking.headers

    def get(self, path: str, **given: Any) -> httpx.Response:
        return asyncio.run(self._asking.get(path, **given))

    def post(self, path: str, **given: Any) -> httpx.Response:
        return asyncio.run(self._asking.post(path, **given))


@pytest.fixture
def node(tmp_path: Path, clock: Any) -> Iterator[Node]:
    made = Node.create(
        tmp_path / "node", NodeIdentity("N-1", "节点", "Node", "349021", "county"), load({}), clock
    )
    made.accounts.create(
        Subject("wang", "王工", "所", frozenset({Role.SURVEYOR}), Secrecy.INTERNAL), PASSWORD
    )
    yield made
    made.close()


@pytest.fixture
def client(node: Node) -> Client:
    client = Client(create_app(node))
    answer = client.post("/api/session", json={"account": "wang", "password": PASSWORD})
    client.headers["X-Guotu-CSRF"] = answer.json()["csrf"]
    return client


def test_an_idle_session_ends(client: Client, clock: Any) -> None:
    clock.pass_by(minutes=29)
    assert client.get("/api/session").json()["signed_in"]
    clock.pass_by(minutes=29)
    assert client.get("/api/session").json()["signed_in"]
    clock.pass_by(minutes=31)
    assert not client.get("/api/session").json()["signed_in"]
    assert client.get("/api/reviews").json()["code"] == "GT-4002"


def test_no_session_outlives_a_working_day(client: Client, clock: Any) -> None:
    for _ in range(40):
        clock.pass_by(minutes=20)
        client.get("/api/session")
    assert not client.get("/api/session").json()["signed_in"]


def test_an_empty_node_answers_too(client: Client) -> None:
    assert client.get("/api/node").json()["extent"] is None
    assert client.get("/api/layers").json() == {"groups": [], "imagery": [], "services": []}
    assert client.get("/api/catalog").json() == {"total": 0, "items": []}
    assert client.get("/api/moments").json() == []
    assert client.get("/readyz").status_code in (200, 503)


@pytest.mark.parametrize("family", list(Family))
def test_every_family_of_failures_has_its_status(node: Node, family: Family) -> None:
    kind = next((one for one in KINDS.values() if one.family is family), None)
    if kind is None:
        pytest.skip(f"no kind of {family} yet")
    texts = (kind.zh, kind.en, kind.hint_zh, kind.hint_en)
    facts = {field.split("!")[0]: 1 for text in texts for _, field, _, _ in Formatter().parse(text) if field}
    app = create_app(node)

    @app.get("/api/fail")
    def fail() -> None:
        raise kind(**facts)

    app.router.routes.insert(0, app.router.routes.pop())
    answer = Client(app).get("/api/fail", headers={"Accept-Language": "en"})
    assert answer.status_code == STATUS[family]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == kind.code
    assert ("retry-after" in answer.headers) == (answer.status_code == 503)


def test_surprises_tell_a_reference_and_nothing_else(node: Node) -> None:
    app = create_app(node)

    @app.get("/api/fail")
    def fail() -> None:
        raise RuntimeError("the password is 12345")

    app.router.routes.insert(0, app.router.routes.pop())
    answer = Client(app).get("/api/fail")
    assert answer.status_code == 500
    assert answer.json()["code"] == "GT-9001"
    assert "12345" not in answer.text
