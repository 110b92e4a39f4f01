"""永久基本农田: gross and net of 田坎; only listed kinds of project may apply for any of it (自然资规〔2018〕3号)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from guotu.apps.approval.case import Case, figure
from guotu.apps.approval.landuse import LandUse
from guotu.apps.approval.pieces import Pieces
from guotu.apps.approval.reliance import doubts
from guotu.apps.approval.result import CheckResult, Hit, Total, Verdict
from guotu.apps.approval.words import Text

LAYER = "gh.yjjbntb"
TITLE = Text("永久基本农田占用", "Permanent basic farmland")
COLUMNS = (
    "BSM",
    "YJJBNTTBBH",
    "TBBH",
    "DLBM",
    "DLMC",
    "QSXZ",
    "QSDWMC",
    "ZLDWMC",
    "KCXS",
    "GDPDJB",
    "YJJBNTTBMJ",
    "YJJBNTMJ",
)
CONDITIONS = (
    Text("论证确实难以避让", "show that it cannot be avoided"),
    Text(
        "补划数量相等、质量相当、坡度 25° 以下且集中连片的永久基本农田",
        "designate equal, contiguous farmland of under 25° slope",
    ),
    Text("农用地转用和土地征收报国务院批准", "conversion and taking go to the State Council"),
)


def check(case: Case, land: LandUse) -> CheckResult:
    """0 → `pass`; more → `attention` with conditions for the kinds that may apply, `fail` for all others."""
    layer = case.layers.open(LAYER)
    pairs = [(pieces, case.conflicts(pieces, COLUMNS, _title)) for pieces in case.pieces(layer, COLUMNS)]
    hits = [hit for _, found in pairs for hit in found]
    gross, net = case.total("gross", Text("占用面积（毛）", "taken, gross"), hits), _net(case, pairs)
    verdict, reason, allowed = (
        Verdict.PASS,
        Text("不占用永久基本农田。", "No permanent basic farmland is taken."),
        case.kind.farmland,
    )
    if case.matters(gross):
        zh, en = (
            f"占用永久基本农田 {figure(gross)} 公顷，扣除田坎后 {figure(net)} 公顷",
            f"{figure(gross)} ha of permanent basic farmland, {figure(net)} ha net",
        )
        verdict = Verdict.ATTENTION if allowed else Verdict.FAIL
        kind = case.kind.title
        reason = (
            Text(
                f"{zh}；{kind.zh}可以申请，须落实所列条件。",
                f"{en}; {kind.en} may apply under the listed conditions.",
            )
            if allowed
            else Text(
                f"{zh}；{kind.zh}不在可以申请占用的重大项目范围内。",
                f"{en}; {kind.en} is not among the projects that may apply.",
            )
        )
    result = CheckResult(
        "farmland",
        TITLE,
        verdict,
        reason,
        clauses=case.profile.clauses_of("farmland"),
        hits=tuple(hits),
        totals=(gross, net),
        conditions=CONDITIONS if verdict is Verdict.ATTENTION else (),
    )
    return case.settle(result, [layer], doubts(case, layer, land.territory))


def _title(row: Mapping[str, Any]) -> Text:
    number = row.get("YJJBNTTBBH") or row.get("BSM") or ""
    return Text(f"永久基本农田 {number}".strip(), f"basic farmland {number}".strip())


def _net(case: Case, pairs: list[tuple[Pieces, list[Hit]]]) -> Total:
    """Counted pieces with their 田坎 taken out (KCXS)."""
    plane, ellipsoid = [], []
    for pieces, hits in pairs:
        for share, hit in zip(pieces.rows.column("KCXS"), hits, strict=True):
            if hit.counted:
                keep = 1.0 - min(max(float(share or 0.0), 0.0), 1.0)
                plane.append(hit.area_m2 * keep)
                ellipsoid.append(hit.area_ellipsoid_m2 * keep)
    title = Text("占用面积（扣除田坎）", "taken, net of ridges")
    return case.sum("net", title, [math.fsum(plane)], [math.fsum(ellipsoid)])
