"""重复批地: land that an approval in force already covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import shapely

from guotu.apps.approval.case import Case, both, figure
from guotu.apps.approval.landuse import LandUse
from guotu.apps.approval.reliance import doubts
from guotu.apps.approval.result import CheckResult, Hit, Total, Verdict
from guotu.apps.approval.words import Text
from guotu.kernel.overlay import overlap_areas_wkb

LAYER, SUPPLIED = "gl.ydsp", "gl.gdgl"
TITLE = Text("重复批地", "Land approved already")
COLUMNS = ("DKBH", "DKMC", "JSXMMC", "XMDM", "PZWH", "PZJG", "PZSJ", "DZJGH", "DKZT", "DKMJ", "PCLX")
VOID = Text("批准已撤销、核减或失效，列出不计", "the approval is void; listed, not counted")
OWN = Text("本项目已有批准", "the project's own approval")
LAPSED = Text(
    "批准满两年未供地，须核实是否已自动失效",
    "approved over two years ago and never supplied: verify whether it has lapsed",
)


def check(case: Case, land: LandUse) -> CheckResult:
    """Another project's approval → `fail`, with a hint where it may have lapsed; the project's own → `attention`."""
    layer, supplied = case.layers.open(LAYER), case.layers.open(SUPPLIED)
    hits = [_judged(case, hit) for hit in approvals(case)]
    own = [hit for hit in hits if hit.counted and hit.note is OWN]
    lapsed = [hit for hit in hits if hit.counted and hit.note is LAPSED]
    others = [hit for hit in hits if hit.counted and hit.note is not OWN]
    totals = (
        case.total("others", Text("与其他项目批准用地重叠", "approved for other projects"), others),
        case.total("own", Text("本项目已批准", "approved for this project"), own),
        case.total("lapsed", Text("其中批准可能已失效", "of it, approval may have lapsed"), lapsed),
    )
    verdict, reason = both(_findings(case, totals, others))
    result = CheckResult(
        "approved",
        TITLE,
        verdict,
        reason,
        clauses=case.profile.clauses_of("approved"),
        hits=tuple(hits),
        totals=totals,
        conditions=(LAPSED,) if lapsed else (),
        tolerances={"lapse_years": float(case.profile.section("approved")["lapse_years"])},
    )
    return case.settle(result, [layer, supplied] if lapsed else [layer], doubts(case, layer, land.territory))


def approvals(case: Case) -> list[Hit]:
    """Every approved parcel met; those that are void are not counted."""
    found: list[Hit] = case.once("approvals", _approvals)
    return found


def _approvals(case: Case) -> list[Hit]:
    parts = case.pieces(case.layers.open(LAYER), COLUMNS)
    hits = [hit for pieces in parts for hit in case.conflicts(pieces, COLUMNS, _title)]
    return [replace(hit, counted=False, note=VOID) if is_void(case, hit.attributes) else hit for hit in hits]


def is_void(case: Case, attributes: Mapping[str, Any]) -> bool:
    """Whether a record's state says that the approval is no longer in force."""
    return attributes.get("DKZT") in case.profile.codes("approved", "void_states")


def _title(row: Mapping[str, Any]) -> Text:
    name = row.get("JSXMMC") or row.get("DKMC") or row.get("DKBH") or ""
    return Text(*(f"{name} {row.get('PZWH') or ''}".strip(),) * 2)


def same_project(case: Case, attributes: Mapping[str, Any]) -> bool:
    """Whether a record carries this project's code or, where it has none, its name word for word."""
    code = str(attributes.get("XMDM") or "").strip()
    if code and case.request.project_code:
        return code == case.request.project_code
    names = {str(attributes.get(field) or "").strip() for field in ("JSXMMC", "XMMC")} - {""}
    return bool(case.project.name) and case.project.name.strip() in names


def _judged(case: Case, hit: Hit) -> Hit:
    if not hit.counted:
        return hit
    if same_project(case, hit.attributes):
        return replace(hit, note=OWN)
    return replace(hit, note=LAPSED) if _lapsed(case, hit) else hit


def _lapsed(case: Case, hit: Hit) -> bool:
    """Approved longer ago than approvals live, and no supplied land inside it: it may have lapsed by itself."""
    approved, years = hit.attributes.get("PZSJ"), case.profile.section("approved")["lapse_years"]
    if not approved or (case.today - date.fromisoformat(str(approved))).days <= years * 365.25:
        return False
    layer = case.layers.open(SUPPLIED)
    if not layer.held:
        return False
    shape = shapely.from_wkb(hit.geometry)
    rows = case.layers.near(layer, (shape.bounds,), ())
    met = overlap_areas_wkb(shape, rows.wkb, None) if len(rows) else np.zeros(1)
    return float(met.max()) < case.profile.tolerances.verdict_m2


def _findings(case: Case, totals: Sequence[Total], others: Sequence[Hit]) -> list[tuple[Verdict, Text]]:
    other, own, _ = totals
    found: list[tuple[Verdict, Text]] = []
    if case.matters(other):
        names = "、".join(dict.fromkeys(hit.title.zh for hit in others))
        found.append(
            (
                Verdict.FAIL,
                Text(
                    f"与已批准用地重叠 {figure(other)} 公顷：{names}。",
                    f"{figure(other)} ha are approved already: {names}.",
                ),
            )
        )
    if case.matters(own):
        found.append(
            (
                Verdict.ATTENTION,
                Text(
                    f"本项目已批准 {figure(own)} 公顷，须说明关系。",
                    f"{figure(own)} ha are approved for this project: say how they relate.",
                ),
            )
        )
    return found or [(Verdict.PASS, Text("未与已批准用地重叠。", "No approved land is met."))]
