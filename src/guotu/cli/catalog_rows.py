"""Catalogue entries as lines and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from guotu.cli.context import emit
from guotu.model.resource import Resource, ResourceKind

if TYPE_CHECKING:
    from guotu.catalog.passages import Passage
    from guotu.model.edition import Edition
    from guotu.node import Node

KINDS = click.Choice([kind.value for kind in ResourceKind])


def row(resource: Resource) -> dict[str, Any]:
    """What every listing shows."""
    return {
        "id": resource.id,
        "kind": resource.kind,
        "title": resource.title,
        "title_en": resource.title_en,
        "category": resource.category,
        "owner": resource.owner,
        "secrecy": resource.label.secrecy,
        "data_date": resource.data_date,
        "status": resource.status,
    }


def print_resources(
    resources: list[Resource], as_json: bool, passages: dict[str, list[Passage]] | None = None
) -> None:
    """One line each, or one JSON list; where documents say it, page and context below."""
    told = passages or {}
    if as_json:
        emit([row(one) | ({"passages": _said(told[one.id])} if one.id in told else {}) for one in resources])
        return
    for one in resources:
        shown = row(one)
        names = ("id", "kind", "title", "secrecy", "data_date", "owner")
        click.echo("\t".join("" if shown[name] is None else str(shown[name]) for name in names))
        for passage in told.get(one.id, []):
            click.echo(f"\t{passage.page}\t{passage.snippet}")


def in_full(node: Node, id: str) -> dict[str, Any]:
    """Everything the catalogue knows of a resource."""
    from guotu.catalog import Holdings
    from guotu.catalog.services import Services
    from guotu.ops.links import linking
    from guotu.standards import layers

    resource = node.catalog.get(id)
    schema = layers.schema(resource.schema_id) if resource.schema_id else None
    service = Services(node.records).find(id)
    return row(resource) | {
        "abstract": resource.abstract,
        "keywords": list(resource.keywords),
        "links": list(resource.links),
        "linked_from": [one.id for one in linking(node, id)],
        "division": resource.division,
        "update_cycle": resource.update_cycle,
        "published": resource.published,
        "extent": resource.extent,
        "schema": resource.schema_id,
        "format": resource.format,
        "location": resource.location,
        "quality": resource.quality,
        "lineage": resource.lineage,
        "fields": {field.code: f"{field.name} {field.type}" for field in schema.fields} if schema else {},
        "editions": [edition_row(one) for one in Holdings(node.records).editions(id)],
        "layers": [
            {"name": layer.name, "title": layer.title, "crs": list(layer.crs)}
            for layer in (service.layers if service else ())
        ],
        "service": {} if service is None else service.status(),
    }


def edition_row(edition: Edition) -> dict[str, Any]:
    """An edition as JSON for people and scripts."""
    facts = {name: value for name, value in edition.facts.items() if name != "coverage"}
    return {
        "label": edition.label,
        "data_date": edition.data_date,
        "at": edition.at,
        "format": edition.format,
        "name": edition.name,
        "size": edition.size,
        "original": edition.original,
        "facts": facts,
        "warnings": [list(pair) for pair in edition.warnings],
    }


def _said(passages: list[Passage]) -> list[dict[str, Any]]:
    return [{"page": one.page, "snippet": one.snippet, "exact": one.exact} for one in passages]
