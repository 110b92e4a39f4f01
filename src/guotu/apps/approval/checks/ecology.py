"""生态保护红线: nothing inside, save projects that may apply (自然资发〔2022〕142号)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guotu.apps.approval.case import Case, figure
from guotu.apps.approval.landuse import LandUse
from guotu.apps.approval.reliance import doubts
from guotu.apps.approval.result import CheckResult, Verdict
from guotu.apps.approval.words import Text

LAYER = "gh.stbhhx"
TITLE = Text("生态保护红线", "Ecological red line")
COLUMNS = ("BSM", "XJXZQMC", "LHLX", "MJ", "HXMC", "HXLX", "BZ")
CONDITIONS = (
    Text(
        "论证确实难以避让，属允许的有限人为活动或国家重大项目",
        "show that it cannot be avoided and is an allowed activity or a major national project",
    ),
    Text("由省级政府出具符合生态保护红线管控要求的意见", "obtain the province's opinion on the red line"),
)


def check(case: Case, land: LandUse) -> CheckResult:
    """0 → `pass`; more → `attention` with conditions for the kinds that may apply, `fail` for all others."""
    layer = case.layers.open(LAYER)
    hits = [hit for pieces in case.pieces(layer, COLUMNS) for hit in case.conflicts(pieces, COLUMNS, _title)]
    inside = case.total("inside", Text("红线内面积", "inside the red line"), hits)
    verdict, reason = Verdict.PASS, Text("不在生态保护红线内。", "Outside the ecological red line.")
    if case.matters(inside):
        kind = case.kind.title
        zh, en = f"占用生态保护红线 {figure(inside)} 公顷", f"{figure(inside)} ha inside the red line"
        if case.kind.ecology:
            verdict, reason = (
                Verdict.ATTENTION,
                Text(
                    f"{zh}；{kind.zh}须按所列条件论证。", f"{en}; {kind.en} must meet the listed conditions."
                ),
            )
        else:
            verdict, reason = (
                Verdict.FAIL,
                Text(f"{zh}；{kind.zh}不属于允许的活动。", f"{en}; {kind.en} is not an allowed activity."),
            )
    result = CheckResult(
        "ecology",
        TITLE,
        verdict,
        reason,
        clauses=case.profile.clauses_of("ecology"),
        hits=tuple(hits),
        totals=(inside,),
        conditions=CONDITIONS if verdict is Verdict.ATTENTION else (),
    )
    return case.settle(result, [layer], doubts(case, layer, land.territory))


def _title(row: Mapping[str, Any]) -> Text:
    name = row.get("HXMC") or row.get("XJXZQMC") or row.get("BSM") or ""
    return Text(f"生态保护红线 {name}".strip(), f"red line {name}".strip())
