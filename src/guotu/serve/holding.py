"""What the catalogue page of a kept file or a service shows: editions, relations, layers."""

from __future__ import annotations

from typing import Any

from guotu.catalog import Holdings
from guotu.catalog.registry import Visible
from guotu.catalog.services import Services
from guotu.model.edition import Edition
from guotu.model.resource import Resource
from guotu.model.service import Service
from guotu.node import Node
from guotu.ops.links import linking

_HIDDEN = ("coverage", "asked", "extent")
"""Facts that are for the node itself."""


def holding(node: Node, resource: Resource, seen: Visible) -> dict[str, Any]:
    """Editions newest first, relations both ways as far as the reader may know of them, the service and its layers."""
    editions = sorted(
        Holdings(node.records).editions(resource.id),
        key=lambda one: (one.described, one.number),
        reverse=True,
    )
    service = Services(node.records).find(resource.id)
    return {
        "editions": [edition(one) for one in editions],
        "links": [shown for link in resource.links if (shown := _link(node, link, seen))],
        "linked_from": [_named(one) for one in linking(node, resource.id) if seen(one)],
        "service": service and _service(service),
    }


def edition(one: Edition) -> dict[str, Any]:
    """An edition as JSON."""
    return {
        "version": str(one.version),
        "label": one.label,
        "at": one.at,
        "author": one.author,
        "message": one.message,
        "data_date": one.data_date,
        "name": one.name,
        "format": one.format,
        "size": one.size,
        "original": one.original,
        "thumbnail": bool(one.thumbnail),
        "pages": one.pages,
        "facts": {name: value for name, value in one.facts.items() if name not in _HIDDEN},
        "warnings": [{"zh": zh, "en": en} for zh, en in one.warnings],
    }


def _link(node: Node, link: str, seen: Visible) -> dict[str, Any] | None:
    relation, _, target = link.partition(":")
    if relation in ("division", "project"):
        return {"relation": relation, "target": target, "title": target, "title_en": target}
    resource = node.catalog.find(target)
    return None if resource is None or not seen(resource) else {"relation": relation, **_named(resource)}


def _named(resource: Resource) -> dict[str, Any]:
    return {
        "target": resource.id,
        "title": resource.title,
        "title_en": resource.title_en,
        "kind": resource.kind,
    }


def _service(service: Service) -> dict[str, Any]:
    layers = [
        {
            "name": layer.name,
            "title": layer.title,
            "abstract": layer.abstract,
            "crs": layer.crs[:12],
            "extent": layer.extent,
            "drawn": bool(layer.drawing),
        }
        for layer in service.layers[:500]
    ]
    return service.status() | {"count": len(service.layers), "layers": layers}
