"""Tables of the report; figures come rounded from the review and are only ever summed exactly."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any

from guotu.apps.approval.report.document import Column, Row, Table, Tone
from guotu.apps.approval.report.figures import hectares, square_metres
from guotu.apps.approval.result import (
    VERDICT_TITLES,
    CheckResult,
    Hit,
    LandUseTable,
    LayerState,
    Review,
    Verdict,
)
from guotu.errors import Lang
from guotu.model.project import BoundaryPoint, ProjectParcel
from guotu.standards import layers

PAIR = (Column("", 0.24), Column("", 0.76))
ATTRIBUTES_SHOWN = 4

TONES: dict[Verdict, Tone] = {
    Verdict.PASS: "pass",
    Verdict.ATTENTION: "attention",
    Verdict.FAIL: "fail",
    Verdict.UNKNOWN: "unknown",
}

STATES: dict[LayerState, tuple[str, str]] = {
    LayerState.CURRENT: ("现势", "current"),
    LayerState.STALE: ("过期", "out of date"),
    LayerState.UNDATED: ("无时点", "undated"),
    LayerState.PARTIAL: ("覆盖不全", "partly covering"),
    LayerState.MISSING: ("缺失", "missing"),
}


def _in(lang: Lang, zh: str, en: str) -> str:
    return zh if lang == "zh" else en


def parcels(review: Review, lang: Lang) -> Table:
    """Every parcel with declared and measured area."""
    columns = (
        Column(_in(lang, "地块编号", "No."), 0.14),
        Column(_in(lang, "地块名称", "Name"), 0.30),
        Column(_in(lang, "申报面积（公顷）", "Declared (ha)"), 0.18, "right"),
        Column(_in(lang, "平面面积（公顷）", "Plane (ha)"), 0.18, "right"),
        Column(_in(lang, "椭球面积（㎡）", "Ellipsoid (m²)"), 0.20, "right"),
    )
    rows = [
        Row(
            (
                p.number,
                p.name,
                "" if p.declared_ha is None else hectares(p.declared_ha),
                hectares(p.area_ha),
                square_metres(p.area_ellipsoid_m2),
            )
        )
        for p in review.parcels
    ]
    total = Row(
        (
            _in(lang, "合计", "Total"),
            "",
            "",
            hectares(review.area_ha),
            square_metres(review.area_ellipsoid_m2),
        ),
        total=True,
    )
    return Table(_in(lang, "地块面积表", "Parcels"), columns, (*rows, total))


def verdicts(review: Review, lang: Lang) -> Table:
    """The traffic lights."""
    columns = (
        Column(_in(lang, "序号", "No."), 0.07, "center"),
        Column(_in(lang, "审查事项", "Check"), 0.21),
        Column(_in(lang, "结论", "Verdict"), 0.13, "center"),
        Column(_in(lang, "说明", "Reason"), 0.59),
    )
    rows = []
    for number, check in enumerate(review.checks, 1):
        tone = TONES[check.verdict]
        verdict = VERDICT_TITLES[check.verdict].in_(lang)
        cells = (str(number), check.title.in_(lang), verdict, check.reason.in_(lang))
        rows.append(Row(cells, tones=("plain", "plain", tone, "plain")))
    return Table(_in(lang, "审查结论表", "Conclusions"), columns, tuple(rows))


def three_classes(review: Review, lang: Lang) -> Table:
    """三大类 by ownership."""
    owners = ("国有", "集体", "未定")
    named = [
        name
        for name in ("农用地", "建设用地", "未利用地", "未定", "未覆盖")
        if review.landuse.sum(three_class=name)
    ]
    columns = (
        Column(_in(lang, "三大类", "Category"), 0.24),
        *(Column(_in(lang, f"{owner}（公顷）", f"{owner} (ha)"), 0.19, "right") for owner in owners),
        Column(_in(lang, "合计（公顷）", "Total (ha)"), 0.19, "right"),
    )
    table = review.landuse
    rows = [
        Row(
            (
                name,
                *(hectares(table.sum(three_class=name, ownership=owner)) for owner in owners),
                hectares(table.sum(three_class=name)),
            )
        )
        for name in named
    ]
    totals = (hectares(table.sum(ownership=owner)) for owner in owners)
    total = Row((_in(lang, "合计", "Total"), *totals, hectares(table.total_ha)), total=True)
    return Table(_in(lang, "土地利用现状三大类面积表", "Land by category"), columns, (*rows, total))


def land_use(table: LandUseTable, lang: Lang) -> Table:
    """The balanced table: leaves by unit, ownership and class, subtotals that are sums of leaves."""
    columns = (
        Column(_in(lang, "权属单位", "Owner unit"), 0.22),
        Column(_in(lang, "权属", "Ownership"), 0.10, "center"),
        Column(_in(lang, "三大类", "Category"), 0.13, "center"),
        Column(_in(lang, "一级类", "First class"), 0.18),
        Column(_in(lang, "二级类", "Class"), 0.21),
        Column(_in(lang, "面积（公顷）", "Area (ha)"), 0.16, "right"),
    )
    caption = _in(lang, "土地利用现状分类面积汇总表", "Land by class")
    if table.parcel:
        caption = f"{caption}（{table.parcel}）"
    total = Row((_in(lang, "总计", "Total"), "", "", "", "", hectares(table.total_ha)), total=True)
    return Table(caption, columns, (*_leaves(table, lang), total))


def _leaves(table: LandUseTable, lang: Lang) -> Iterator[Row]:
    for unit, rows in groupby(table.rows, key=lambda row: row.owner_unit):
        leaves = list(rows)
        for row in leaves:
            first = f"{row.first_code} {row.first_name}".strip()
            second = f"{row.code} {row.name}".strip()
            yield Row((row.owner_unit, row.ownership, row.three_class, first, second, hectares(row.area_ha)))
        total = sum((row.area_ha for row in leaves), Decimal(0))
        if len(leaves) > 1:
            yield Row((unit, _in(lang, "小计", "Subtotal"), "", "", "", hectares(total)), total=True)


def totals(check: CheckResult, lang: Lang) -> Table:
    """What a check adds up to."""
    columns = (
        Column(_in(lang, "项目", "Item"), 0.40),
        Column(_in(lang, "公顷", "ha"), 0.18, "right"),
        Column(_in(lang, "平面面积（㎡）", "Plane (m²)"), 0.21, "right"),
        Column(_in(lang, "椭球面积（㎡）", "Ellipsoid (m²)"), 0.21, "right"),
    )
    rows = [
        Row(
            (
                t.title.in_(lang),
                hectares(t.area_ha),
                square_metres(t.area_m2),
                square_metres(t.area_ellipsoid_m2),
            )
        )
        for t in check.totals
    ]
    return Table(_in(lang, "面积统计", "Areas"), columns, tuple(rows))


def hits(check: CheckResult, lang: Lang) -> Table:
    """Every feature met, counted or not."""
    columns = (
        Column(_in(lang, "序号", "No."), 0.08, "center"),
        Column(_in(lang, "要素", "Feature"), 0.24),
        Column(_in(lang, "主要属性", "Attributes"), 0.36),
        Column(_in(lang, "面积（㎡）", "Area (m²)"), 0.16, "right"),
        Column(_in(lang, "计入", "Counted"), 0.16, "center"),
    )
    rows = [Row(_hit(number, hit, lang), tones=_tones(hit)) for number, hit in enumerate(check.hits, 1)]
    return Table(_in(lang, "涉及要素", "Features met"), columns, tuple(rows))


def _hit(number: int, hit: Hit, lang: Lang) -> tuple[str, ...]:
    area = square_metres(hit.area_m2)
    if hit.distance_m is not None and not hit.area_m2:
        area = _in(lang, f"相距 {hit.distance_m:,.1f} m", f"{hit.distance_m:,.1f} m away")
    counted = (
        _in(lang, "是", "yes") if hit.counted else (hit.note.in_(lang) if hit.note else _in(lang, "否", "no"))
    )
    return str(number), hit.title.in_(lang), attributes(hit, lang), area, counted


def _tones(hit: Hit) -> tuple[Any, ...]:
    return () if hit.counted else ("quiet",) * 5


def attributes(hit: Hit, lang: Lang) -> str:
    """The first attributes with their Chinese field names."""
    names = {field.code: field.name for field in layers.schema(hit.dataset).fields}
    known = [
        (names.get(code, code), value) for code, value in hit.attributes.items() if value not in (None, "")
    ]
    return _in(lang, "；", "; ").join(f"{name} {value}" for name, value in known[:ATTRIBUTES_SHOWN])


def boundary_points(review: Review, parcel: ProjectParcel, lang: Lang) -> Table:
    """界址点坐标成果表: ring by ring, back to each ring's first point."""
    columns = (
        Column(_in(lang, "序号", "No."), 0.12, "center"),
        Column(_in(lang, "点号", "Point"), 0.16, "center"),
        Column(_in(lang, "圈号", "Ring"), 0.10, "center"),
        Column("X（m）", 0.23, "right"),
        Column("Y（m）", 0.23, "right"),
        Column(_in(lang, "边长（m）", "Side (m)"), 0.16, "right"),
    )
    summary = next(found for found in review.parcels if found.number == parcel.number)
    named = " ".join(part for part in (parcel.number, parcel.name) if part)
    area = _in(lang, f"面积 {hectares(summary.area_ha)} 公顷", f"{hectares(summary.area_ha)} ha")
    caption = _in(lang, f"界址点坐标成果表（地块 {named}，{area}）", f"Boundary points of {named} ({area})")
    return Table(caption, columns, tuple(_point_rows(parcel)))


def _point_rows(parcel: ProjectParcel) -> Iterator[Row]:
    number = 0
    for _, group in groupby(parcel.points, key=lambda point: point.ring):
        ring = list(group)
        for here, there in zip(ring, [*ring[1:], ring[0]], strict=True):
            number += 1
            yield _point_row(
                number,
                here,
                f"{math.dist((here.easting, here.northing), (there.easting, there.northing)):.2f}",
            )
        number += 1
        yield _point_row(number, ring[0], "")


def _point_row(number: int, point: BoundaryPoint, side: str) -> Row:
    return Row(
        (str(number), point.label, str(point.ring), f"{point.northing:.3f}", f"{point.easting:.3f}", side)
    )


def basis(review: Review, lang: Lang) -> Table:
    """Every stream read, with version, moment and owner."""
    columns = (
        Column(_in(lang, "数据", "Data"), 0.26),
        Column(_in(lang, "版本", "Version"), 0.25),
        Column(_in(lang, "时点", "Moment"), 0.14, "center"),
        Column(_in(lang, "责任单位", "Responsible"), 0.22),
        Column(_in(lang, "状态", "State"), 0.13, "center"),
    )
    rows = []
    for entry in review.basis:
        state = STATES[entry.state][0 if lang == "zh" else 1]
        date = entry.data_date.isoformat() if entry.data_date else "—"
        tone: Tone = "plain" if entry.state is LayerState.CURRENT else "unknown"
        cells = (
            f"{entry.title.in_(lang)} {entry.stream}",
            entry.version or "—",
            date,
            entry.owner or "—",
            state,
        )
        rows.append(Row(cells, tones=("plain", "plain", "plain", "plain", tone)))
    return Table(_in(lang, "数据依据表", "Data used"), columns, tuple(rows))
