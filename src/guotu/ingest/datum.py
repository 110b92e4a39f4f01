"""From the coordinates of a file to CGCS2000: by nothing, by configured parameters of a datum, or by a configured local grid.

What is moved is told as evidence; what the parameters do not hold for is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import shapely

from guotu.errors import GuotuError, Place
from guotu.errors.datum import CRS_UNSUPPORTED, LOCAL_GRID_UNKNOWN
from guotu.ingest import crs_evidence
from guotu.ingest.crs_evidence import CrsEvidence, name
from guotu.ingest.readers.described import Described
from guotu.kernel.coords import crs_from_wkt, transform_xy
from guotu.kernel.datum_table import DatumTable
from guotu.kernel.local_grid import FIRST_CODE, LocalGrid
from guotu.kernel.shift import DatumShift
from guotu.model.arrays import Float64Array
from guotu.model.change import GEOMETRY
from guotu.model.datum import Crs, Datum, GaussKruger, Geographic

_OLD = (Datum.XIAN80, Datum.BEIJING54)


@dataclass(frozen=True, slots=True)
class Way:
    """How coordinates (n, 2) of a source become those of `target`, a system on CGCS2000."""

    source: Crs | LocalGrid
    target: Crs
    shift: DatumShift | None = None

    def __call__(self, xy: Float64Array) -> Float64Array:
        """Raises GT-1201, GT-1209, GT-1227."""
        if isinstance(self.source, LocalGrid):
            return self.source.to_target(xy)
        return transform_xy(xy, self.source, self.target, shift=self.shift)

    def batches(self, batches: Iterator[pa.RecordBatch], place: Place) -> Iterator[pa.RecordBatch]:
        """The same rows with their geometry moved; what cannot be built stays, for the gate to report its row."""
        before = 0
        for batch in batches:
            at = batch.schema.get_field_index(GEOMETRY)
            if at < 0:
                yield batch
                continue
            moved = pa.array(self._moved(batch.column(at), before, place), pa.binary())
            before += batch.num_rows
            yield batch.set_column(at, GEOMETRY, moved)

    def _moved(self, wkb: pa.Array, before: int, place: Place) -> list[bytes | None]:
        with np.errstate(invalid="ignore"):
            shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
        built = ~shapely.is_missing(shapes)
        coordinates, index = shapely.get_coordinates(shapes, return_index=True)
        try:
            moved = self(coordinates) if len(coordinates) else coordinates
        except GuotuError as problem:
            at = problem.place.coordinate
            hit = np.flatnonzero((coordinates == at).all(axis=1)) if at else np.empty(0, np.int64)
            row = before + int(index[hit[0]]) + 1 if len(hit) else None
            known = replace(place, row=row, coordinate=at)
            raise GuotuError(problem.kind, place=known, facts=problem.facts) from None
        shapes = shapely.set_coordinates(shapes, moved)
        raw = shapely.to_wkb(shapes, byte_order=1)
        return [new if kept else old for new, kept, old in zip(raw, built, wkb.to_pylist(), strict=True)]


def settle(
    described: Described, asked: int | None, place: Place, table: DatumTable
) -> tuple[CrsEvidence, Way | None]:
    """The system of a layer as it will be handed on, the evidence, and the way there (None: it is on CGCS2000 already).

    Raises   GT-1203 an old datum without parameters, GT-1209/1227 outside them, GT-1226 an unknown local grid,
             and as `crs_evidence.resolve`
    """
    if described.settled:
        asked, table = (None if asked is None or asked >= FIRST_CODE else asked), DatumTable()
    grid = _local(described, asked, place, table)
    if grid is not None:
        return _by_grid(grid, asked, place, described.sample)
    found = crs_evidence.resolve(
        described.declared,
        described.sample,
        asked=asked,
        place=place,
        free=described.declared_is_default,
        known=table.datums,
    )
    if described.evidence is not None:
        found = replace(found, zh=described.evidence[0], en=described.evidence[1])
    if found.crs.datum is Datum.CGCS2000 or found.crs.datum not in table.datums:
        return found, None
    return _by_shift(found, described.sample, place, table)


def _local(described: Described, asked: int | None, place: Place, table: DatumTable) -> LocalGrid | None:
    """The local grid that was asked for or that the file names."""
    if asked is not None and asked >= FIRST_CODE:
        return grid_of(asked, place, table)
    declared = described.declared
    if declared is None or declared.upper().startswith("EPSG:") or not table.grids:
        return None
    try:
        crs_from_wkt(declared)
    except GuotuError as problem:
        if problem.kind is CRS_UNSUPPORTED:
            return table.named(str(problem.facts.get("name", "")))
    return None


def grid_of(code: int, place: Place, table: DatumTable) -> LocalGrid:
    """The local grid of a code; raises GT-1226."""
    grid = table.grid(code)
    if grid is None:
        known = "、".join(f"{each.code} {each.name}" for each in table.grids) or "—"
        raise LOCAL_GRID_UNKNOWN(place=place, code=code, known=known)
    return grid


def by_grid(grid: LocalGrid, asked: int | None) -> tuple[str, str]:
    """The evidence for a local grid, zh and en."""
    zh, en = name(grid.target)
    residual = _residual(grid.residual_m)
    by_zh, by_en = ("按指定为", "as asked, ") if asked is not None else ("文件声明", "the file declares ")
    return (
        f"{by_zh}独立坐标系“{grid.name}”，按配置的平面转换（{grid.provenance}{residual[0]}）转到 {zh}",
        f"{by_en}local grid {grid.name}, moved by its configured transformation ({grid.provenance}{residual[1]}) to {en}",
    )


def _by_grid(
    grid: LocalGrid, asked: int | None, place: Place, sample: Float64Array
) -> tuple[CrsEvidence, Way]:
    way = Way(grid, grid.target)
    try:
        way(sample)
    except GuotuError as problem:
        here = replace(place, coordinate=problem.place.coordinate)
        raise GuotuError(problem.kind, place=here, facts=problem.facts) from None
    zh, en = by_grid(grid, asked)
    return CrsEvidence(grid.target, "asked" if asked is not None else "declared", zh, en), way


def on_cgcs2000(crs: Crs) -> Crs:
    """The like system on CGCS2000."""
    if isinstance(crs, Geographic):
        return Geographic(Datum.CGCS2000)
    return GaussKruger(crs.width, crs.zone, crs.prefixed)


def _by_shift(
    found: CrsEvidence, sample: Float64Array, place: Place, table: DatumTable
) -> tuple[CrsEvidence, Way]:
    try:
        shift = table.shift(found.crs, sample)
    except GuotuError as problem:
        here = replace(place, coordinate=problem.place.coordinate)
        raise GuotuError(problem.kind, place=here, facts=problem.facts) from None
    told = moved_by(shift)
    target = on_cgcs2000(found.crs)
    return (
        replace(
            found,
            crs=target,
            zh=f"{found.zh}；{told[0]}",
            en=f"{found.en}; {told[1]}",
            warnings=(*found.warnings, told),
        ),
        Way(found.crs, target, shift),
    )


def moved_by(shift: DatumShift) -> tuple[str, str]:
    """What was done to the coordinates, zh and en."""
    residual = _residual(shift.residual_m)
    return (
        f"已按配置的参数“{shift.name}”（{shift.provenance}{residual[0]}）从 {shift.source.value} 转到 CGCS2000",
        f"moved from {shift.source.value} to CGCS2000 by the configured parameters {shift.name} ({shift.provenance}{residual[1]})",
    )


def _residual(metres: float | None) -> tuple[str, str]:
    if metres is None:
        return "，残差未注明", ", residual not stated"
    return f"，残差 {metres:g} m", f", residual {metres:g} m"
