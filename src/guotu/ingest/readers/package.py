"""Inside the sandbox: the leaf elements of a package's metadata document, by local name, bounded in number and length."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from guotu.ingest.readers.xml_tree import Node, tree

Emit = Callable[[bytes, Any], None]

_MOST, _LONGEST = 2_000, 2_000


def prepare(driver: str, options: dict[str, str]) -> None:
    """Nothing to prepare."""
    if driver or options:
        raise RuntimeError("metadata need no driver")


def elements(emit: Emit, path: str) -> None:
    """The root's name and the text of every leaf, the first of equal names; raises GT-1115, GT-1134."""
    root = tree(Path(path).read_bytes(), "XML")
    found: dict[str, str] = {}
    _gather(root, found)
    emit(b"J", {"root": root.name[:100], "elements": found})


def _gather(node: Node, found: dict[str, str]) -> None:
    if not node.children and len(found) < _MOST:
        found.setdefault(node.name[:100], " ".join(node.text.split())[:_LONGEST])
    for child in node.children:
        _gather(child, found)


ANSWERS: dict[str, Callable[..., None]] = {"elements": elements}
