"""What the catalogue learns from a landing: extent, coverage, moment, quality and lineage of the dataset."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

import shapely

from guotu.catalog import Catalog
from guotu.errors import GuotuError
from guotu.ingest.check import Inspected
from guotu.model.dataset import CommitNote, StreamName
from guotu.model.query import Box
from guotu.model.resource import Label, Resource, ResourceKind
from guotu.model.schema import LayerSchema
from guotu.standards import catalogue
from guotu.store.ports import FeatureStore


class Told(Protocol):
    """What the caller knows of a dataset."""

    @property
    def label(self) -> Label: ...

    @property
    def coverage(self) -> bytes | None: ...


def register(  # noqa: PLR0913
    catalog: Catalog,
    store: FeatureStore,
    stream: StreamName,
    schema: LayerSchema,
    note: CommitNote,
    inspected: Inspected,
    owner: str,
    told: Told,
) -> Resource:
    """Enter the dataset of a stream, or bring its entry up to date."""
    before = catalog.find(stream.dataset)
    states = [state for state in store.streams(stream.dataset) if state.features]
    alone = all(state.stream == stream for state in states)
    facts: dict[str, Any] = {
        "data_date": note.data_date or (before.data_date if before else None),
        "extent": _around([state.extent for state in states if state.extent]),
        "coverage": _coverage(before, told.coverage or inspected.outline, alone),
        "schema_id": schema.id,
        "quality": note.quality,
        "lineage": f"{inspected.format} {inspected.name}：{note.message}（sha256 {'、'.join(s[:12] for s in note.source)}）",
        "format": inspected.format,
        "status": "published",
    }
    if before is not None:
        return catalog.update(replace(before, **facts))
    return catalog.register(replace(_fresh(stream, schema, owner, told.label), **facts))


def _fresh(stream: StreamName, schema: LayerSchema, owner: str, label: Label) -> Resource:
    try:
        known = catalogue.dataset(stream.dataset)
        title, title_en, category = known.title, known.title_en, known.category
    except GuotuError:
        title, title_en, category = schema.name, schema.name_en, stream.dataset.split(".")[0]
    return Resource(
        id=stream.dataset,
        kind=ResourceKind.VECTOR,
        title=title,
        title_en=title_en or schema.name_en or title,
        category=category,
        owner=owner,
        division=stream.partition if stream.partition.isdigit() and len(stream.partition) == 6 else "000000",
        label=label,
    )


def _around(boxes: list[Box]) -> Box | None:
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _coverage(before: Resource | None, claimed: bytes | None, alone: bool) -> bytes | None:
    """The claimed area; where other partitions have theirs, together with what was claimed before."""
    known = before.coverage if before else None
    if claimed is None or known is None or alone:
        return claimed or known
    both: bytes = shapely.to_wkb(shapely.union_all(shapely.from_wkb([known, claimed])))
    return both
