"""Bringing a file into a node: which schema, which stream, whose data, what it claims to cover."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import shapely

from guotu.errors.schema import LAYER_UNRECOGNISED
from guotu.ingest import Judging, Reading, Registration, check, land, open_source
from guotu.ingest.check import Cancel, Progress, never, silent
from guotu.ingest.sandbox import SandboxLimits
from guotu.ingest.source import ReadLimits
from guotu.model.dataset import Commit, CommitNote, StreamName
from guotu.model.finding import QualityReport
from guotu.model.resource import Label
from guotu.model.schema import LayerSchema
from guotu.node import Node
from guotu.settings import Settings
from guotu.standards import layers
from guotu.standards.recognise import match

OUTLINE = "xz.xzq"
"""The dataset whose coverage is the territory of a division."""
SURE = 0.5
"""Least score at which a layer is taken for a schema without being told."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file handed in: what it is and who answers for it.

    `schema` an id of `standards.layers` (None: the dataset's own, or recognised from the fields); `data_date` the moment it
    describes; `partition` the division it belongs to (None: the node's); `label` counts when the dataset is new.
    """

    path: Path
    dataset: str | None = None
    schema: str | None = None
    partition: str | None = None
    data_date: date | None = None
    owner: str | None = None
    author: str = "operator"
    message: str = ""
    label: Label | None = None
    reading: Reading = field(default_factory=Reading)


def take_in(
    node: Node, delivery: Delivery, *, progress: Progress = silent, cancel: Cancel = never
) -> tuple[StreamName, Commit | None]:
    """Judge and land a delivery; the commit is None where nothing differs. Raises as `ingest.land` does."""
    with node.workspace() as work:
        schema = schema_of(delivery, work)
        stream = StreamName(delivery.dataset or schema.dataset, delivery.partition or node.identity.division)
        commit = land(
            delivery.path,
            stream=stream,
            schema=schema,
            store=node.store,
            blobs=node.blobs,
            catalog=node.catalog,
            note=CommitNote(delivery.author, delivery.message or delivery.path.name, delivery.data_date),
            owner=delivery.owner or node.identity.name,
            ids=node.ids,
            work=work,
            reading=delivery.reading,
            judging=Judging(division=stream.partition if stream.partition.isdigit() else None),
            registration=Registration(delivery.label or Label(), _territory(node, schema)),
            progress=progress,
            cancel=cancel,
        )
    return stream, commit


def judge(
    delivery: Delivery, work: Path, *, progress: Progress = silent, cancel: Cancel = never
) -> QualityReport:
    """The quality report of a delivery; nothing is stored."""
    schema = schema_of(delivery, work)
    judging = Judging(division=delivery.partition)
    return check(
        delivery.path,
        schema=schema,
        work=work,
        reading=delivery.reading,
        judging=judging,
        progress=progress,
        cancel=cancel,
    )


def schema_of(delivery: Delivery, work: Path) -> LayerSchema:
    """The schema a delivery is held against; raises GT-1390 if its fields tell nothing."""
    if delivery.schema or delivery.dataset:
        return layers.schema(delivery.schema or str(delivery.dataset))
    how = delivery.reading
    with open_source(
        delivery.path,
        work=work,
        layer=how.layer,
        encoding=how.encoding,
        crs_epsg=how.crs_epsg,
        limits=how.limits,
    ) as source:
        layer = source.layer(how.layer)
        found = match(layer.fields, layer.geometry)
    if not found or found[0].score < SURE:
        raise LAYER_UNRECOGNISED(name=delivery.path.name, fields="、".join(layer.fields[:12]))
    return found[0].schema


def limits(settings: Settings) -> ReadLimits:
    """How much memory and time the reading process may take on this node."""
    return ReadLimits(SandboxLimits(settings.sandbox_memory_mb, settings.sandbox_seconds))


def _territory(node: Node, schema: LayerSchema) -> bytes | None:
    """What a delivery that does not fill its territory claims to cover: the node's divisions, once they are known."""
    if schema.coverage:
        return None
    outline = node.catalog.coverage(OUTLINE)
    return None if outline is None else bytes(shapely.to_wkb(outline))
