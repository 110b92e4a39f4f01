"""How a node judges what comes in: its own rule packs, the exceptions it has approved, the layers it already holds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from guotu.errors import Place
from guotu.errors.quality import PACK_UNREADABLE
from guotu.guard.subject import Subject
from guotu.ingest import Judging
from guotu.model.schema import LayerSchema
from guotu.node import Node
from guotu.ops.exceptions import ExceptionBook
from guotu.quality.layerset import SetLayer, stored_layer
from guotu.quality.profile import Pack, profile_for, read_pack

FOLDER = "rules"
"""Where in a node's home an office keeps its rule packs."""
REFERENCES = ("xz.xzq", "xz.cjdcq", "xz.dltb", "gh.yjjbntb", "gh.stbhhx", "gh.czkfbj")
"""Datasets of the node that a delivery may be held against."""


def local_packs(home: Path) -> tuple[Pack, ...]:
    """The rule packs of a node's home, by file name; raises GT-1403, GT-1404, GT-1405 where one is wrong."""
    packs = []
    for file in sorted((home / FOLDER).glob("*.toml")):
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError as wrong:
            raise PACK_UNREADABLE(place=Place(file=file.name), file=file.name, reason=str(wrong)) from None
        packs.append(read_pack(text, file.name))
    return tuple(packs)


def judging(node: Node | None, schema: LayerSchema, division: str | None) -> Judging:
    """How a layer is judged by a node; by the standards alone where there is none."""
    if node is None:
        return Judging(division=division)
    book = ExceptionBook(node.records, node.clock)
    return Judging(
        profile=profile_for(schema, local_packs(node.home)),
        division=division,
        exceptions=book.in_force(schema.dataset),
    )


def present_layers(node: Node, subject: Subject, but: Iterable[str]) -> list[SetLayer]:
    """Layers the node holds, as a subject may read them, save the datasets that come in."""
    left = set(but)
    reader = node.reader(subject, "check")
    return [
        stored_layer(reader, dataset)
        for dataset in REFERENCES
        if dataset not in left and node.store.streams(dataset)
    ]
