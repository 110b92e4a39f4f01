"""Resources that are no data of the store: registered, with their file kept by its content where there is one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from guotu.catalog import entry
from guotu.errors import Place
from guotu.errors.catalog import RESOURCE_EXISTS
from guotu.errors.files import FILE_NOT_FOUND
from guotu.errors.general import PATH_KIND
from guotu.model.resource import Resource
from guotu.node import Node


def register(node: Node, resource: Resource, file: Path | None) -> Resource:
    """Enter a resource; its file goes to the blobs first, so that no entry names bytes that are not there.

    Raises   GT-1101, GT-1015 for the file; GT-3002, GT-3003, GT-1311 for the entry
    """
    entry.check(resource)
    if node.catalog.find(resource.id) is not None:
        raise RESOURCE_EXISTS(id=resource.id)
    of_node = replace(resource, division=node.identity.division)
    if file is None:
        return node.catalog.register(of_node)
    if file.is_dir():
        raise PATH_KIND(path=file)
    if not file.exists():
        raise FILE_NOT_FOUND(name=file.name, place=Place(file=file.name))
    kept = replace(
        of_node,
        location=node.blobs.add(file),
        format=file.suffix[1:].upper(),
        lineage=resource.lineage or file.name,
    )
    return node.catalog.register(kept)
