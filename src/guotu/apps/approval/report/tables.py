"""Tables of the report; figures come rounded from the review and are only ever summed exactly."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby

from guotu.apps.approval.report.document import Column, Row, Table, Tone
from guotu.apps.approval.report.figures import hectares, square_metres
from guotu.apps.approval.result import (
    VERDICT_TITLES,
    BasisEntry,
    CheckResult,
    Clause,
    LandUseTable,
    LayerState,
    ParcelSummary,
    Review,
    Total,
    Verdict,
)
from guotu.errors import Lang
from guotu.model.project import BoundaryPoint, ProjectParcel

PAIR = (Column("", 0.24), Column("", 0.76))
CATEGORIES = {
    "农用地": "Agricultural", "建设用地": "Construction", "未利用地": "Unused", "未定": "Undetermined", "未覆盖": "No data",
}  # fmt: skip
OWNERSHIP = {"国有": "State", "集体": "Collective", "未定": "Undetermined"}

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


def capital(text: str) -> str:
    """Text whose first letter is a capital one."""
    return text[:1].upper() + text[1:]


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
        Column(_in(lang, "审查事项", "Check"), 0.16),
        Column(_in(lang, "结论", "Verdict"), 0.11, "center"),
        Column(_in(lang, "说明", "Reason"), 0.40),
        Column(_in(lang, "依据", "Clauses"), 0.26),
    )
    rows = []
    for number, check in enumerate(review.checks, 1):
        tone = TONES[check.verdict]
        verdict = VERDICT_TITLES[check.verdict].in_(lang)
        cited = (
            _in(lang, "；", "; ").join(dict.fromkeys(cite(clause, lang) for clause in check.clauses)) or "—"
        )
        cells = (str(number), check.title.in_(lang), verdict, check.reason.in_(lang), cited)
        rows.append(Row(cells, tones=("plain", "plain", tone, "plain", "plain")))
    return Table(_in(lang, "审查结论表", "Conclusions"), columns, tuple(rows), dense=True)


def cite(clause: Clause, lang: Lang) -> str:
    """A clause in few words: the document's number, or its name without the state's, and the article if it has a number."""
    title, article = clause.title.in_(lang), clause.article.in_(lang)
    if lang != "zh":
        return f"{title.partition(' (')[0]}, {article}"
    number, _, name = title.partition("《")
    short = number.strip() or f"《{name.partition('》')[0].removeprefix('中华人民共和国')}》"
    return f"{short}{article}" if article.startswith("第") else short


def _present(table: LandUseTable) -> list[str]:
    return [name for name in CATEGORIES if table.sum(three_class=name)]


def three_class(name: str, lang: Lang) -> str:
    """A category of land; English keeps the law's term beside it."""
    return _in(lang, name, f"{CATEGORIES[name]} {name}")


def ownership(name: str, lang: Lang) -> str:
    """国有, 集体 or 未定."""
    return _in(lang, name, f"{OWNERSHIP[name]} {name}" if name in OWNERSHIP else name)


def three_classes(review: Review, lang: Lang) -> Table:
    """三大类 by ownership, ownerships and categories that do not occur left out."""
    table = review.landuse
    owners = [name for name in OWNERSHIP if table.sum(ownership=name)]
    named = _present(table)
    share = 0.76 / (len(owners) + 1)
    columns = (
        Column(_in(lang, "三大类", "Category"), 0.24),
        *(Column(_in(lang, f"{o}（公顷）", f"{ownership(o, lang)} (ha)"), share, "right") for o in owners),
        Column(_in(lang, "合计（公顷）", "Total (ha)"), share, "right"),
    )
    rows = [
        Row(
            (
                three_class(name, lang),
                *(hectares(table.sum(three_class=name, ownership=owner)) for owner in owners),
                hectares(table.sum(three_class=name)),
            )
        )
        for name in named
    ]
    totals = (hectares(table.sum(ownership=owner)) for owner in owners)
    total = Row((_in(lang, "合计", "Total"), *totals, hectares(table.total_ha)), total=True)
    return Table(_in(lang, "土地利用现状三大类面积表", "Land by category"), columns, (*rows, total))


def totals(check: CheckResult, lang: Lang) -> Table | None:
    """What a check adds up to, sums of nothing left out; None where nothing is left."""
    columns = (
        Column(_in(lang, "项目", "Item"), 0.40),
        Column(_in(lang, "面积（公顷）", "Area (ha)"), 0.18, "right"),
        Column(_in(lang, "平面面积（㎡）", "Plane (m²)"), 0.21, "right"),
        Column(_in(lang, "椭球面积（㎡）", "Ellipsoid (m²)"), 0.21, "right"),
    )
    rows = [
        Row((capital(t.title.in_(lang)), *_areas(t)))
        for t in check.totals
        if t.area_m2 or t.area_ellipsoid_m2
    ]
    title = _in(lang, f"{check.title.zh}面积统计", f"{check.title.en}: areas")
    return Table(title, columns, tuple(rows)) if rows else None


def _areas(total: Total) -> tuple[str, str, str]:
    return hectares(total.area_ha), square_metres(total.area_m2), square_metres(total.area_ellipsoid_m2)


def findings(check: CheckResult, lang: Lang) -> Table | None:
    """What a check found beside areas; None where there is nothing."""
    pairs = tuple(Row((capital(fact.title.in_(lang)), fact.shown.in_(lang))) for fact in check.facts)
    title = _in(lang, f"{check.title.zh}审查要点", f"{check.title.en}: findings")
    return Table(title, PAIR, pairs, head=False) if pairs else None


def to_do(review: Review, lang: Lang) -> Table | None:
    """What is still to be shown or applied for, check by check."""
    columns = (
        Column(_in(lang, "审查事项", "Check"), 0.28),
        Column(_in(lang, "尚需办理", "Still to do"), 0.72),
    )
    semicolon = _in(lang, "；", "; ")
    rows = tuple(
        Row((check.title.in_(lang), capital(semicolon.join(c.in_(lang) for c in check.conditions))))
        for check in review.checks
        if check.conditions
    )
    return Table(_in(lang, "尚需办理的事项", "What is still to do"), columns, rows) if rows else None


def by_parcel(review: Review, lang: Lang) -> Table:
    """三大类 and cultivated land of every parcel of the project."""
    named = _present(review.landuse)
    columns = (
        Column(_in(lang, "地块", "Parcel"), 0.20),
        *(Column(three_class(name, lang), 0.80 / (len(named) + 2), "right") for name in named),
        Column(_in(lang, "其中耕地", "Cultivated"), 0.80 / (len(named) + 2), "right"),
        Column(_in(lang, "合计", "Total"), 0.80 / (len(named) + 2), "right"),
    )
    tables = (*review.landuse_by_parcel, review.landuse)
    rows = [
        Row(
            (
                _in(lang, "合计", "Total") if table.parcel is None else table.parcel,
                *(hectares(table.sum(three_class=name)) for name in named),
                hectares(table.cultivated_ha),
                hectares(table.total_ha),
            ),
            total=table.parcel is None,
        )
        for table in tables
    ]
    return Table(
        _in(lang, "分地块三大类面积表（公顷）", "Land by category and parcel (ha)"), columns, tuple(rows)
    )


def boundary_points(parcel: ProjectParcel, summary: ParcelSummary, lang: Lang) -> Table:
    """界址点坐标成果表: ring by ring, back to each ring's first point."""
    columns = (
        Column(_in(lang, "序号", "No."), 0.12, "center"),
        Column(_in(lang, "点号", "Point"), 0.16, "center"),
        Column(_in(lang, "圈号", "Ring"), 0.10, "center"),
        Column("X（m）", 0.23, "right"),
        Column("Y（m）", 0.23, "right"),
        Column(_in(lang, "边长（m）", "Side (m)"), 0.16, "right"),
    )
    named = " ".join(dict.fromkeys(part for part in (summary.number, parcel.name) if part))
    area = _in(lang, f"面积 {hectares(summary.area_ha)} 公顷", f"{hectares(summary.area_ha)} ha")
    caption = _in(lang, f"界址点坐标成果表（地块 {named}，{area}）", f"Boundary points of {named} ({area})")
    return Table(caption, columns, tuple(_point_rows(parcel)), dense=True)


def _point_rows(parcel: ProjectParcel) -> Iterator[Row]:
    for number, (point, side) in enumerate(closed_points(parcel), 1):
        length = "" if side is None else f"{side:.2f}"
        x, y = f"{point.northing:.3f}", f"{point.easting:.3f}"
        yield Row((str(number), point.label, str(point.ring), x, y, length))


def closed_points(parcel: ProjectParcel) -> Iterator[tuple[BoundaryPoint, float | None]]:
    """Every ring back to its first point, with the length of the side (m) that leaves each point; None for the last."""
    for _, group in groupby(parcel.points, key=lambda point: point.ring):
        ring = list(group)
        for here, there in zip(ring, [*ring[1:], ring[0]], strict=True):
            yield here, math.dist((here.easting, here.northing), (there.easting, there.northing))
        yield ring[0], None


def version_parts(entry: BasisEntry) -> tuple[str, str]:
    """A version's number and the first digits of its digest; empty where the layer is missing."""
    number, _, digest = entry.version.partition("#")
    return number, digest


def basis(review: Review, lang: Lang) -> Table:
    """Every stream read, with version, moment and owner; what it lacks is told below its state."""
    columns = (
        Column(_in(lang, "数据", "Data"), 0.25),
        Column(_in(lang, "版本", "Version"), 0.09, "center"),
        Column(_in(lang, "校验值", "Digest"), 0.16, "center"),
        Column(_in(lang, "数据时点", "Data of"), 0.13, "center"),
        Column(_in(lang, "要素数", "Features"), 0.09, "right"),
        Column(_in(lang, "责任单位", "Responsible"), 0.19),
        Column(_in(lang, "状态", "State"), 0.09, "center"),
    )
    return Table(
        _in(lang, "数据依据表", "Data used"),
        columns,
        tuple(_basis_row(entry, lang) for entry in review.basis),
        dense=True,
    )


def _basis_row(entry: BasisEntry, lang: Lang) -> Row:
    tone: Tone = "plain" if entry.state is LayerState.CURRENT else "unknown"
    cells = (
        f"{entry.title.in_(lang)} {entry.stream}",
        *(part or "—" for part in version_parts(entry)),
        entry.data_date.isoformat() if entry.data_date else "—",
        f"{entry.features:,}" if entry.version else "—",
        entry.owner or "—",
        STATES[entry.state][0 if lang == "zh" else 1],
    )
    return Row(cells, tones=("plain",) * 6 + (tone,))


def doubts(review: Review, lang: Lang) -> tuple[str, ...]:
    """Why data could not be relied on, each reason once."""
    reasons = (entry.reason.in_(lang) for entry in review.basis if entry.reason is not None)
    return tuple(dict.fromkeys(capital(reason) for reason in reasons))
