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


def present_layers(
    node: Node, subject: Subject, coming: Iterable[str], partition: str | None
) -> list[SetLayer]:
    """Layers the node holds, as a subject may read them: what a delivery is held against.

    Datasets that come in are left out, but for those that tile the ground: of them the neighbours stay, every stream but the
    one (`partition`, by default the node's own division) that comes in.
    """
    arriving, own = set(coming), partition or node.identity.division
    reader = node.reader(subject, "check")
    held = []
    for dataset in REFERENCES:
        streams = node.store.streams(dataset)
        if streams and dataset not in arriving:
            held.append(stored_layer(reader, dataset))
        elif streams and reader.schema(dataset).coverage:
            beside = tuple(s.stream.partition for s in streams if s.stream.partition != own)
            held += [stored_layer(reader, dataset, partitions=beside)] if beside else []
    return held
