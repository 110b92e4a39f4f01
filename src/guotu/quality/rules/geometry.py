"""1501 validity, 1504 slivers, 1505 short lines, 1506 multipart, 1509 repeated vertices and spikes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from guotu.kernel.validity import REASONS, faults
from guotu.model.schema import GeometryKind, LayerSchema
from guotu.quality.chunk import Chunk
from guotu.quality.clause import Clause
from guotu.quality.codes import smallest_area
from guotu.quality.registry import Hits, row_rule

_POLYGON = (GeometryKind.POLYGON,)
_VERTEX_FAULTS = ("duplicate-vertex", "spike")  # 1509 judges these by its own thresholds
_DRAWN = (GeometryKind.LINE, GeometryKind.POLYGON)


@row_rule("1501", geometry=_DRAWN)
def validity(chunk: Chunk, _: Clause) -> Iterator[Hits]:
    """Geometries are valid in the sense of OGC Simple Features."""
    doubtful = chunk.present & ~shapely.is_valid(chunk.geometries)
    if chunk.schema.geometry is GeometryKind.POLYGON:
        doubtful |= chunk.present & ~(chunk.areas > 0)
    rows = chunk.rows(doubtful)
    found = [fault for fault in faults(chunk.geometries[rows]) if fault.reason not in _VERTEX_FAULTS]
    yield Hits(
        np.array([rows[fault.index] for fault in found], np.int64),
        "图形无效：{reason_zh}",
        "invalid geometry: {reason_en}",
        coordinates=np.array([(fault.x, fault.y) for fault in found], np.float64).reshape(-1, 2),
        facts={
            "reason_zh": [REASONS[fault.reason][0] for fault in found],
            "reason_en": [REASONS[fault.reason][1] for fault in found],
        },
    )


def _is_coverage(schema: LayerSchema) -> bool:
    return schema.coverage


@row_rule("1504", geometry=_POLYGON, applies=_is_coverage)
def slivers(chunk: Chunk, clause: Clause) -> Iterator[Hits]:
    """Parcels reach the smallest mapped area of their class and are not needle-thin."""
    areas = chunk.areas
    if chunk.has("DLBM"):
        coded = chunk.coded("DLBM")
        table = np.array([smallest_area(value, clause.parameters) for value in coded.values])
        limit = table[coded.index]
    else:
        limit = np.full(len(chunk), clause.number("smallest_m2"))
    with np.errstate(invalid="ignore", divide="ignore"):
        small = chunk.present & (areas < limit)
        width = 2.0 * areas / chunk.shapes.length
        thin = chunk.present & ~small & (width < clause.number("width_m"))
    rows = chunk.rows(small)
    yield Hits(
        rows,
        "面积 {measure:.2f} m² 小于最小上图面积 {limit:g} m²",
        "the area of {measure:.2f} m² is below the smallest mapped area of {limit:g} m²",
        measure=areas[rows],
        unit="m²",
        facts={"limit": limit[rows].tolist()},
    )
    rows = chunk.rows(thin)
    yield Hits(
        rows,
        "平均宽度仅 {measure:.2f} m",
        "mean width is only {measure:.2f} m",
        measure=width[rows],
        unit="m",
    )


@row_rule("1505", geometry=(GeometryKind.LINE,))
def short_lines(chunk: Chunk, clause: Clause) -> Iterator[Hits]:
    """Lines are long enough to mean something."""
    length = chunk.shapes.length
    rows = chunk.rows(chunk.present & (length < clause.number("length_m")))
    yield Hits(
        rows,
        "线长仅 {measure:.3f} m",
        "the line is only {measure:.3f} m long",
        measure=length[rows],
        unit="m",
    )


@row_rule("1506", geometry=_POLYGON, applies=_is_coverage)
def single_part(chunk: Chunk, _: Clause) -> Iterator[Hits]:
    """A parcel is one polygon."""
    rows = chunk.rows(chunk.shapes.parts > 1)
    facts = {"parts": chunk.shapes.parts[rows].tolist()}
    yield Hits(rows, "图斑由 {parts} 个部分组成", "the parcel has {parts} parts", facts=facts)


@row_rule("1509", geometry=_DRAWN)
def vertices(chunk: Chunk, clause: Clause) -> Iterator[Hits]:
    """No vertex is repeated, no corner is a spike."""
    found = chunk.shapes
    rows = chunk.rows(chunk.present & (found.shortest < clause.number("spacing_m")))
    yield Hits(
        rows,
        "相邻节点仅相距 {measure:.4f} m",
        "neighbouring vertices are only {measure:.4f} m apart",
        measure=found.shortest[rows],
        unit="m",
        coordinates=found.shortest_at[rows],
    )
    rows = chunk.rows(chunk.present & (found.sharpest < clause.number("angle_deg")))
    yield Hits(
        rows,
        "尖锐角 {measure:.2f}°",
        "a spike of {measure:.2f}°",
        measure=found.sharpest[rows],
        unit="°",
        coordinates=found.sharpest_at[rows],
    )
