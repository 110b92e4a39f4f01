"""1401 declared against ellipsoid area, 1402 deducted area, 1403 land-class area, 1406 declared area of plans."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from guotu.kernel.rounding import half_up
from guotu.model.schema import GeometryKind, LayerSchema
from guotu.quality.chunk import Chunk
from guotu.quality.clause import Clause
from guotu.quality.registry import Hits, row_rule

_POLYGON = (GeometryKind.POLYGON,)
_ZH = "{field} 与图形椭球面积 {computed} m² 相差 {measure:.2f} m²"
_EN = "{field} differs from the ellipsoid area {computed} m² of the geometry by {measure:.2f} m²"


def _declares_area(schema: LayerSchema) -> bool:
    return schema.area_field is not None


@row_rule("1401", geometry=_POLYGON, applies=_declares_area)
def declared_area(chunk: Chunk, clause: Clause) -> Iterator[Hits]:
    """The surveyed area is the ellipsoid area but for the adjustment to control areas (国土调查办发〔2008〕32号)."""
    absolute, share = clause.number("absolute_m2"), clause.number("share")
    computed = half_up(chunk.areas, 2)
    # A division's area is the sum of thousands of parcels, each rounded: its own rounding is a part of its size.
    adjusted = np.maximum(clause.number("adjustment_m2"), clause.number("adjustment_share") * computed)
    yield from _compare(chunk, computed, adjusted, np.maximum(absolute, share * computed))


@row_rule("1406", geometry=_POLYGON, applies=_declares_area)
def planned_area(chunk: Chunk, clause: Clause) -> Iterator[Hits]:
    """A plan's declared area is within a share or an absolute difference of the drawn one."""
    absolute, share = clause.number("absolute_m2"), clause.number("share")
    computed = half_up(chunk.areas, 2)
    limit = np.maximum(absolute, share * computed)
    yield from _compare(chunk, computed, np.full(len(chunk), np.inf), limit)


def _compare(chunk: Chunk, computed: np.ndarray, remark: np.ndarray, limit: np.ndarray) -> Iterator[Hits]:
    code = chunk.schema.area_field
    if code is None or not chunk.has(code):
        return
    declared = chunk.numbers(code)
    with np.errstate(invalid="ignore"):
        off = np.abs(declared - computed)
        wrong = off > limit + 1e-6
        odd = (off > remark + 1e-6) & ~wrong
    for mask, light in ((wrong, False), (odd, True)):
        rows = chunk.rows(mask)
        facts = {
            "computed": computed[rows].tolist(),
            "field": [f"{code} {value}" for value in declared[rows]],
        }
        yield Hits(rows, _ZH, _EN, code, off[rows], "m²", facts=facts, light=light)


@row_rule("1402", "TBMJ", "KCXS", "KCMJ")
def deducted_area(chunk: Chunk, clause: Clause) -> Iterator[Hits]:
    """KCMJ = TBMJ · KCXS, half up to 0.01 m²."""
    if not chunk.has("TBMJ", "KCXS", "KCMJ"):
        return
    due = half_up(np.nan_to_num(chunk.numbers("TBMJ") * chunk.numbers("KCXS")), 2)
    off = np.abs(np.nan_to_num(chunk.numbers("KCMJ")) - due)
    rows = chunk.rows(off > clause.number("tolerance_m2") + 1e-6)
    yield Hits(
        rows,
        "扣除地类面积 {KCMJ} 应为 图斑面积 {TBMJ} × 扣除系数 {KCXS} = {due}",
        "KCMJ {KCMJ} must be TBMJ {TBMJ} × KCXS {KCXS} = {due}",
        "KCMJ",
        off[rows],
        "m²",
        facts={"due": due[rows].tolist()},
    )


@row_rule("1403", "TBMJ", "KCMJ", "TBDLMJ")
def class_area(chunk: Chunk, clause: Clause) -> Iterator[Hits]:
    """TBDLMJ = TBMJ − KCMJ."""
    if not chunk.has("TBMJ", "KCMJ", "TBDLMJ"):
        return
    due = half_up(chunk.numbers("TBMJ") - np.nan_to_num(chunk.numbers("KCMJ")), 2)
    off = np.nan_to_num(np.abs(chunk.numbers("TBDLMJ") - due))
    rows = chunk.rows(off > clause.number("tolerance_m2") + 1e-6)
    yield Hits(
        rows,
        "图斑地类面积 {TBDLMJ} 应为 图斑面积 {TBMJ} − 扣除地类面积 {KCMJ} = {due}",
        "TBDLMJ {TBDLMJ} must be TBMJ {TBMJ} − KCMJ {KCMJ} = {due}",
        "TBDLMJ",
        off[rows],
        "m²",
        facts={"due": due[rows].tolist()},
    )
