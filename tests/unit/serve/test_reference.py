"""The reference page knows every route."""

from __future__ import annotations

from pathlib import Path

import pytest

from guotu.node import Node, NodeIdentity
from guotu.serve import create_app
from guotu.settings import load

PAGE = Path(__file__).parents[3] / "docs" / "references" / "http.md"


@pytest.fixture
def paths(tmp_path: Path) -> dict[str, dict[str, object]]:
    node = Node.create(tmp_path / "node", NodeIdentity("N-1", "节点", "Node", "349021", "county"), load({}))
    found: dict[str, dict[str, object]] = create_app(node).openapi()["paths"]
    node.close()
    return found


def test_every_route_is_in_the_reference(paths: dict[str, dict[str, object]]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    missing = [
        f"{method.upper()} {path}"
        for path, methods in paths.items()
        for method in methods
        if f"**{method.upper()} {path}**" not in page
    ]
    assert missing == []


def test_every_parameter_is_in_the_reference(paths: dict[str, dict[str, object]]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    missing = []
    for path, methods in paths.items():
        for method, operation in methods.items():
            at = page.index(f"**{method.upper()} {path}**")
            section = page[at : page.find("\n**", at + 2)]
            for parameter in operation.get("parameters", []):  # type: ignore[attr-defined]
                if parameter["in"] == "query" and f"`{parameter['name']}`" not in section:
                    missing.append(f"{path}: {parameter['name']}")
    assert missing == []
