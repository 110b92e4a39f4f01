"""Relations of a catalogue entry to datasets, other entries, divisions and projects."""

from __future__ import annotations

import re

from guotu.errors import GuotuError
from guotu.errors.catalog import LINK_INVALID
from guotu.model.resource import Resource
from guotu.node import Node
from guotu.standards import divisioncode

RELATIONS = ("about", "source", "part-of", "division", "project")
_PROJECT = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{2,39}")


def check_links(node: Node, resource: Resource) -> None:
    """Raise GT-3006 for a relation that is not one of `RELATIONS` or leads nowhere."""
    for link in resource.links:
        relation, _, target = link.partition(":")
        if relation not in RELATIONS:
            raise _wrong(link, "没有这种关系", "there is no such relation")
        if relation == "division" and not divisioncode.is_code(target):
            raise _wrong(link, "不是行政区代码", "it names no division code")
        if relation == "project" and not _PROJECT.fullmatch(target):
            raise _wrong(link, "不是项目代码", "it names no project code")
        if relation in ("about", "source", "part-of") and (
            target == resource.id or node.catalog.find(target) is None
        ):
            raise _wrong(link, "目录中没有所指资源", "the catalogue has no such resource")


def linking(node: Node, id: str) -> list[Resource]:
    """Entries in use that name a resource in a relation."""
    return [
        resource
        for resource in node.catalog.list()
        if any(link.partition(":")[2] == id and _to_resource(link) for link in resource.links)
    ]


def _to_resource(link: str) -> bool:
    return link.partition(":")[0] in ("about", "source", "part-of")


def _wrong(link: str, zh: str, en: str) -> GuotuError:
    return LINK_INVALID(link=link[:200], reason_zh=zh, reason_en=en)
