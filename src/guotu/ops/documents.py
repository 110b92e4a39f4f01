"""Documents, pictures, sound and film into a node; other resources that are only described."""

from __future__ import annotations

from dataclasses import replace

from guotu.catalog import entry
from guotu.errors.catalog import RESOURCE_EXISTS
from guotu.errors.general import PATH_KIND
from guotu.ingest.check import Cancel, never
from guotu.ingest.document import DocumentProduct, read_document
from guotu.model.resource import Resource, ResourceKind
from guotu.node import Node
from guotu.ops.keeping import FileDelivery, Kept, Made, keep, known
from guotu.ops.links import check_links


def register(node: Node, resource: Resource) -> Resource:
    """Enter a resource whose content is elsewhere or in the store. Raises GT-3002, GT-3003, GT-3006, GT-1311."""
    entry.check(resource)
    if node.catalog.find(resource.id) is not None:
        raise RESOURCE_EXISTS(id=resource.id)
    check_links(node, resource)
    return node.catalog.register(replace(resource, division=node.identity.division))


def take_in(
    node: Node, delivery: FileDelivery, kind: ResourceKind | None = None, *, cancel: Cancel = never
) -> Kept:
    """Read a file behind the walls and keep it as an edition; the same file for the same date is not kept twice.

    `kind` overrides what the file is by itself (a workbook kept as a table).
    Raises   as `ingest.document.read_document`; GT-3003, GT-3005, GT-3006 for the entry
    """
    if delivery.path.is_dir():
        raise PATH_KIND(path=delivery.path)
    if delivery.path.is_file() and (there := known(node, delivery, {})):
        return there
    with node.workspace() as work:
        product = read_document(delivery.path, work=work, cancel=cancel)
        facts = dict(product.facts)
        if product.point is not None:
            lon, lat = product.point
            facts["extent"] = [lon, lat, lon, lat]
        made = Made(
            kind or product.kind,
            product.format,
            facts,
            thumbnail=product.thumbnail,
            pages=product.pages,
            warnings=product.warnings,
            title=product.title,
            entry=_entry(product),
        )
        return keep(node, delivery, made, {})


def _entry(product: DocumentProduct) -> dict[str, tuple[str, ...]]:
    words = str(product.facts.get("keywords") or "").replace("；", ";").replace("，", ";").replace(",", ";")
    return {"keywords": tuple(word.strip() for word in words.split(";") if word.strip())[:20]}
