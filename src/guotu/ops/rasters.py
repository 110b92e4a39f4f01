"""Bringing a raster into a node: judged, made a COG, kept as an edition of its catalogue entry."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import shapely

from guotu.errors import Place
from guotu.errors.files import RASTER_ELSEWHERE
from guotu.ingest.check import Cancel, Progress, never, silent
from guotu.ingest.raster import RasterAsked, RasterLimits, RasterProduct, read_raster
from guotu.model.resource import ResourceKind
from guotu.node import Node
from guotu.ops.intake import OUTLINE, limits
from guotu.ops.keeping import FileDelivery, Kept, Made, keep, known
from guotu.settings import Settings

NOTHING_SAID = RasterAsked()


def take_in(
    node: Node,
    delivery: FileDelivery,
    asked: RasterAsked = NOTHING_SAID,
    *,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Kept:
    """Judge, convert and keep a raster; the same file for the same date is not kept twice.

    Raises   as `ingest.raster.read_raster`; GT-1155 outside the node's territory; GT-3003, GT-3005, GT-3006 for the entry
    """
    told = {name: value for name, value in asdict(asked).items() if value is not None}
    if delivery.path.is_file() and (there := known(node, delivery, told)):
        return there
    with node.workspace() as work:
        product = read_raster(
            delivery.path,
            work=work,
            asked=asked,
            limits=raster_limits(node.settings),
            progress=progress,
            cancel=cancel,
        )
        outside = _outside(node, delivery, product)
        facts = product.facts | {"extent": list(product.extent), "coverage": product.coverage.hex()}
        facts["quality"] = _quality(facts)
        made = Made(
            ResourceKind.RASTER,
            product.format,
            facts,
            product=product.cog,
            thumbnail=product.thumbnail,
            warnings=(*product.warnings, *outside),
        )
        return keep(node, delivery, made, told)


def raster_limits(settings: Settings) -> RasterLimits:
    """How large a raster this node takes and how it is packed."""
    return RasterLimits(limits(settings).sandbox, settings.raster_max_mb, settings.raster_compression)


def _outside(node: Node, delivery: FileDelivery, product: RasterProduct) -> list[tuple[str, str]]:
    """What to say where a raster leaves the territory; raises GT-1155 where it does not touch it."""
    territory = node.catalog.coverage(OUTLINE)
    if territory is None:
        return []
    frame = shapely.from_wkb(product.coverage)
    if not frame.intersects(territory):
        extent = ", ".join(f"{value:.4f}" for value in product.extent)
        raise RASTER_ELSEWHERE(place=Place(file=delivery.path.name), name=delivery.path.name, extent=extent)
    covered = frame.intersection(territory).area / territory.area * 100
    if covered >= 99.95:
        return []
    return [(f"覆盖本节点辖区的 {covered:.1f}%", f"it covers {covered:.1f} % of the node's territory")]


def _quality(facts: dict[str, Any]) -> str:
    valid = min(band["valid_percent"] for band in facts["bands"])
    return f"像元与来源一致；有效像元 {valid:.1f}%"
