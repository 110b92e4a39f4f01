"""What the rasters say at a point, with the unit of each band."""

from __future__ import annotations

from typing import Any

from guotu.analysis.pixels import values_at
from guotu.catalog import Holdings
from guotu.guard.subject import Subject
from guotu.model.edition import Edition
from guotu.model.resource import Resource, ResourceKind
from guotu.model.time import AsOf
from guotu.node import Node
from guotu.serve.catalogue import seen_by

MOST = 20


def pixels(node: Node, subject: Subject, point: tuple[float, float], at: AsOf) -> list[dict[str, Any]]:
    """Of every raster the subject may read that reaches the point: its edition at a moment and the value of each band."""
    holdings = Holdings(node.records)
    found: list[dict[str, Any]] = []
    for resource in node.catalog.list(ResourceKind.RASTER, visible=seen_by(subject)):
        edition = holdings.find(resource.id, at)
        if edition is None or not _reaches(edition, point) or len(found) == MOST:
            continue
        values = values_at(node.blobs.path(edition.served), *point)
        if values is not None and any(value is not None for value in values):
            found.append(_told(resource, edition, values))
    return found


def _reaches(edition: Edition, point: tuple[float, float]) -> bool:
    extent = edition.facts.get("extent")
    if not extent:
        return False
    west, south, east, north = extent
    return bool(west <= point[0] <= east and south <= point[1] <= north)


def _told(resource: Resource, edition: Edition, values: list[float | None]) -> dict[str, Any]:
    return {
        "dataset": resource.id,
        "title": resource.title,
        "title_en": resource.title_en,
        "version": edition.label,
        "data_date": edition.data_date,
        "owner": resource.owner,
        "bands": [
            {
                "number": band["number"],
                "name": band["name"] or band["colour"],
                "unit": band["unit"],
                "value": value,
            }
            for band, value in zip(edition.facts["bands"], values, strict=True)
        ],
    }
