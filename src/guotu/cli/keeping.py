"""Files that become editions of catalogue entries rather than features: rasters, documents, media."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from guotu.cli.catalog_rows import edition_row
from guotu.cli.context import Stages, Told, emit
from guotu.model.resource import Label, ResourceKind

if TYPE_CHECKING:
    from guotu.node import Node
    from guotu.ops.keeping import FileDelivery, Kept


class RasterOptions(NamedTuple):
    """What the command line says of a raster."""

    layer: Any = None
    crs_epsg: Any = None
    nodata: float | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """What `guotu ingest` says of a file to keep."""

    path: Path
    dataset: Any
    data_date: date | None
    owner: str | None
    message: str
    label: Label | None


def wants_keeping(path: Path) -> bool:
    """Whether a file is a raster, a document or a recording by its first bytes."""
    from guotu.ingest.document import looks_like_document
    from guotu.ingest.raster_files import looks_like_raster

    return path.is_file() and (looks_like_raster(path) or looks_like_document(path))


def keep_file(told: Told, node: Node, filed: Filed, asked: RasterOptions, *, as_json: bool) -> None:
    """Take a file in and say what became of it."""
    from guotu.ops.keeping import FileDelivery

    if not filed.dataset:
        raise click.UsageError(
            "--dataset: 栅格与文档须指明资源编号 / rasters and documents need --dataset ID"
        )
    delivery = FileDelivery(
        filed.path,
        str(filed.dataset),
        data_date=filed.data_date,
        owner=filed.owner,
        message=filed.message,
        label=filed.label if node.catalog.find(str(filed.dataset)) is None else None,
    )
    report(told, take(told, node, delivery, asked), as_json=as_json)


def take(
    told: Told, node: Node, delivery: FileDelivery, asked: RasterOptions, kind: ResourceKind | None = None
) -> Kept:
    """A raster or a document into the node, with progress."""
    from guotu.ingest.raster import STAGES, RasterAsked
    from guotu.ingest.raster_files import looks_like_raster
    from guotu.ops import documents, rasters

    held = node.catalog.find(delivery.id)
    wanted = kind or (held.kind if held else None)
    if wanted in (None, ResourceKind.RASTER) and (wanted or looks_like_raster(delivery.path)):
        with Stages(STAGES, told.lang) as progress:
            return rasters.take_in(node, delivery, RasterAsked(*asked), progress=progress)
    return documents.take_in(node, delivery, wanted)


def report(told: Told, kept: Kept, *, as_json: bool) -> None:
    """What was kept, and what to mind."""
    edition, id = kept.edition, kept.resource.id
    for zh, en in edition.warnings:
        told.say(f"注意：{zh}", f"note: {en}")
    if kept.new:
        told.say(
            f"{id} {edition.label}：{edition.format} 已保存", f"{id} {edition.label}: {edition.format} kept"
        )
    else:
        told.say(f"{id} 没有变化（{edition.label}）", f"{id} is unchanged ({edition.label})")
    if as_json:
        emit(
            {
                "id": id,
                "kind": kept.resource.kind,
                "location": kept.resource.location,
                "version": edition.label,
                "new": kept.new,
            }
            | edition_row(edition)
        )
