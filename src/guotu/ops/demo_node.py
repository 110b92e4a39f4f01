"""The demo node: an invented county taken in through the same door as any delivery."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from guotu.guard.subject import Role, Subject
from guotu.ingest import Reading
from guotu.ingest.raster import RasterAsked
from guotu.model.dataset import Commit, StreamName
from guotu.model.resource import Label, Secrecy, Sharing
from guotu.node import Node, NodeIdentity
from guotu.ops import rasters
from guotu.ops.intake import OUTLINE, Delivery, take_in
from guotu.ops.keeping import FileDelivery
from guotu.settings import Settings

PASSWORDS = {"officer": "Qinghe-Shencha-2026", "surveyor": "Qinghe-Cehui-2026", "admin": "Qinghe-Guanli-2026"}
BUREAU = "青禾县自然资源和规划局"
PEOPLE = (
    Subject("officer", "审批员", BUREAU, frozenset({Role.OFFICER}), Secrecy.INTERNAL),
    Subject("surveyor", "测绘员", BUREAU, frozenset({Role.SURVEYOR}), Secrecy.INTERNAL),
    Subject("admin", "管理员", BUREAU, frozenset({Role.ADMINISTRATOR}), Secrecy.PUBLIC),
)


@dataclass(frozen=True, slots=True)
class Landed:
    """One delivery of the manifest and what became of it."""

    file: str
    stream: StreamName | None
    commit: Commit | None


Step = Callable[[str, str, int, int], None]
"""Called before each delivery with its titles zh and en, its number and how many there are."""


def build(home: Path, files: Path, settings: Settings, step: Step) -> Node:
    """Make the node and take in every file of the county's manifest, in its order, the territory first."""
    manifest = json.loads((files / "manifest.json").read_text(encoding="utf-8"))
    node = Node.create(home, _identity(manifest["county"]), settings)
    for person in PEOPLE:
        node.accounts.create(person, PASSWORDS[person.id])
    entries = sorted(manifest["files"], key=lambda entry: entry["dataset"] != OUTLINE)
    for number, entry in enumerate(entries, 1):
        step(entry["title"], entry["title_en"], number, len(entries))
        take(node, files, entry)
    return node


def take(node: Node, files: Path, entry: dict[str, Any]) -> Landed:
    """One entry of the manifest: layers and tables are landed, rasters are kept and catalogued."""
    if entry["kind"] in ("vector", "table"):
        stream, commit = take_in(node, _delivery(files, entry))
        return Landed(entry["file"], stream, commit)
    _keep(node, files / entry["file"], entry)
    return Landed(entry["file"], None, None)


def _identity(county: dict[str, Any]) -> NodeIdentity:
    accounts = [{"id": person.id, "name": person.name, "password": PASSWORDS[person.id]} for person in PEOPLE]
    return NodeIdentity(
        id=f"N-{county['code']}-01",
        name=f"{county['name']}（演示）",
        name_en="Qinghe County (demonstration)",
        division=county["code"],
        level="county",
        demo_accounts=accounts,
    )


def _delivery(files: Path, entry: dict[str, Any]) -> Delivery:
    return Delivery(
        path=files / entry["file"],
        dataset=entry["dataset"],
        data_date=date.fromisoformat(entry["data_date"]),
        owner=entry["owner"],
        author="surveyor",
        message=entry["title"],
        label=_label(entry),
        reading=Reading(layer=entry["layer"] or None),
    )


def _label(entry: dict[str, Any]) -> Label:
    return Label(Secrecy(entry["secrecy"]), sharing=Sharing(entry["sharing"]))


def _keep(node: Node, path: Path, entry: dict[str, Any]) -> None:
    moment = date.fromisoformat(entry["data_date"])
    delivery = FileDelivery(
        path,
        id=f"{entry['dataset']}-{moment:%Y%m}",
        title=entry["title"],
        title_en=entry["title_en"],
        data_date=moment,
        owner=entry["owner"],
        author="surveyor",
        message=entry["title"],
        label=_label(entry),
        update_cycle=entry["update_cycle"],
    )
    rasters.take_in(node, delivery, RasterAsked(unit="m" if entry["dataset"] == "xz.dem" else None))
