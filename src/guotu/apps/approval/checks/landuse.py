"""地类占用: what the project takes, by owner, ownership and land class; needs conversion where it takes agricultural land."""

from __future__ import annotations

from decimal import Decimal

from guotu.apps.approval.case import Case, Doubt, plain_hits
from guotu.apps.approval.landuse import COLUMNS, LandUse
from guotu.apps.approval.reliance import doubts, lacking
from guotu.apps.approval.result import CheckResult, Hit, Total, Verdict
from guotu.apps.approval.words import Text

TITLE = Text("地类占用", "Land-class occupation")
NEEDED = ("DLBM", "QSXZ")


def check(case: Case, land: LandUse) -> CheckResult:
    """`attention` where agricultural or collective land is taken (转用, 征收), `unknown` where the layer leaves ground open."""
    totals, farmed, collective = (
        _totals(case, land),
        land.table.sum(three_class="农用地"),
        land.table.sum(ownership="集体"),
    )
    found = doubts(case, land.layer, land.territory) + lacking(land.layer, *NEEDED) + _faults(case, land)
    conditions = []
    if farmed > 0:
        zh = f"占用农用地 {farmed} 公顷，须办理农用地转用审批"
        conditions.append(Text(zh, f"{farmed} ha of agricultural land: conversion must be approved"))
    if land.table.cultivated_ha > 0:
        zh = f"占用耕地 {land.table.cultivated_ha} 公顷，须落实占补平衡"
        conditions.append(Text(zh, f"{land.table.cultivated_ha} ha of cultivated land: it must be replaced"))
    if collective > 0:
        conditions.append(
            Text(
                f"涉及集体土地 {collective} 公顷，须办理征收或依法使用",
                f"{collective} ha of collective land: taking must be approved",
            )
        )
    result = CheckResult(
        "landuse",
        TITLE,
        Verdict.ATTENTION if conditions else Verdict.PASS,
        _reason(land),
        clauses=case.profile.clauses_of("landuse"),
        hits=tuple(_hits(case, land)),
        totals=tuple(totals),
        conditions=tuple(conditions),
        tolerances={"closure_m2": case.profile.tolerances.closure_m2},
    )
    return case.settle(result, [land.layer], found)


def _reason(land: LandUse) -> Text:
    three = {name: land.table.sum(three_class=name) for name in ("农用地", "建设用地", "未利用地")}
    total, cultivated = land.table.total_ha, land.table.cultivated_ha
    zh = "，".join(f"{name} {area} 公顷" for name, area in three.items())
    en = ", ".join(
        f"{name} {area} ha"
        for name, area in zip(("agricultural", "construction", "unused"), three.values(), strict=True)
    )
    return Text(
        f"总面积 {total} 公顷，其中{zh}；耕地 {cultivated} 公顷。",
        f"{total} ha in all: {en}; cultivated {cultivated} ha.",
    )


def _faults(case: Case, land: LandUse) -> list[Doubt]:
    """What the layer itself leaves open: gaps, overlaps, codes of no known table."""
    limit, found, name = case.profile.tolerances.verdict_m2, [], land.layer.dataset
    if not land.layer.held:
        return []
    if land.uncovered >= limit:
        zh = f"地类图斑未覆盖项目的 {land.uncovered:.2f} 平方米"
        found.append(
            Doubt(name, Text(zh, f"no land-use parcel covers {land.uncovered:.2f} m² of the project"))
        )
    if land.overlapping >= limit:
        zh = f"地类图斑相互重叠 {land.overlapping:.2f} 平方米"
        found.append(
            Doubt(name, Text(zh, f"land-use parcels overlap each other by {land.overlapping:.2f} m²"))
        )
    if land.unknown_codes:
        codes = "、".join(code or "（空）" for code in land.unknown_codes)
        found.append(
            Doubt(name, Text(f"地类编码 {codes} 不在分类表中", f"land-class codes {codes} are in no table"))
        )
    return found


def _totals(case: Case, land: LandUse) -> list[Total]:
    """The table's own sums, in hectares exactly as the table adds them up."""
    named = [
        ("agricultural", Text("农用地", "agricultural land"), {"three_class": "农用地"}),
        ("cultivated", Text("耕地", "cultivated land"), {"first": "01"}),
        ("construction", Text("建设用地", "construction land"), {"three_class": "建设用地"}),
        ("unused", Text("未利用地", "unused land"), {"three_class": "未利用地"}),
        ("state", Text("国有", "state-owned"), {"ownership": "国有"}),
        ("collective", Text("集体", "collective"), {"ownership": "集体"}),
        ("uncovered", Text("未覆盖", "not covered"), {"three_class": "未覆盖"}),
    ]
    totals = [_total(land, key, title, **where) for key, title, where in named]
    paddy = case.profile.codes("landuse", "paddy")
    rows = [row for row in land.table.rows if row.code in paddy]
    ha = sum((row.area_ha for row in rows), Decimal("0.0000"))
    measured = sum(row.area_m2 for row in rows), sum(row.area_ellipsoid_m2 for row in rows)
    return [*totals, Total("paddy", Text("水田", "paddy"), *measured, ha)]


def _total(land: LandUse, key: str, title: Text, **where: str) -> Total:
    rows = [
        row
        for row in land.table.rows
        if where.get("three_class", row.three_class) == row.three_class
        and where.get("first", row.first_code) == row.first_code
        and where.get("ownership", row.ownership) == row.ownership
    ]
    return Total(
        key,
        title,
        sum(row.area_m2 for row in rows),
        sum(row.area_ellipsoid_m2 for row in rows),
        land.table.sum(**where),
    )


def _hits(case: Case, land: LandUse) -> list[Hit]:
    """Every land-use parcel met, so that the report can name them (涉及图斑)."""

    def title(row: object) -> Text:
        assert isinstance(row, dict)
        number, name = row.get("TBBH") or row.get("BSM") or "", row.get("DLMC") or row.get("DLBM") or ""
        return Text(f"图斑 {number} {name}".strip(), f"parcel {number} {name}".strip())

    return [
        hit
        for ground in land.grounds
        for hit in plain_hits(ground.pieces, COLUMNS, title, case.profile.area_kind)
    ]
