"""重复供地 and 未批先供: land supplied before, and land that was never approved nor is state construction land."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from guotu.apps.approval.case import Case, both, figure
from guotu.apps.approval.checks import approved
from guotu.apps.approval.landuse import Ground, LandUse
from guotu.apps.approval.pieces import shapes_of
from guotu.apps.approval.reliance import doubts
from guotu.apps.approval.result import CheckResult, Fact, Hit, Total, Verdict
from guotu.apps.approval.words import Text
from guotu.kernel.area import ellipsoid_area
from guotu.kernel.overlay import difference
from guotu.model.arrays import GeometryArray

LAYER = "gl.gdgl"
TITLE = Text("重复供地与未批先供", "Land supplied already, or supplied before approval")
COLUMNS = ("ZDBH", "XMMC", "SRDW", "SRR", "HTBH", "PFWH", "DZJGH", "GDFS", "ZSLX", "TDMJ", "HTQDRQ", "CJRQ")
OWN = Text("本项目自己的供地", "supplied to this project")
OPEN = Text("未批准且非国有建设用地", "neither approved nor state construction land")


def check(case: Case, land: LandUse) -> CheckResult:
    """Supplied to another → `fail`; to this project → `attention`, but `fail` where no approval covers it (未批先供).

    When land is to be supplied, ground that is neither approved nor state construction land is a `fail` by itself.
    """
    layer, approvals = case.layers.open(LAYER), case.layers.open(approved.LAYER)
    given = [hit for hit in approved.approvals(case) if not approved.is_void(case, hit.attributes)]
    codes = {
        str(hit.attributes.get("DZJGH") or "") for hit in given if approved.same_project(case, hit.attributes)
    } - {""}
    hits = [
        _judged(case, hit, codes)
        for pieces in case.pieces(layer, COLUMNS)
        for hit in case.conflicts(pieces, COLUMNS, _title)
    ]
    own = [hit for hit in hits if hit.counted and hit.note is OWN]
    others = [hit for hit in hits if hit.counted and hit.note is None]
    gaps = _unapproved(case, land)
    totals = (
        case.total("others", Text("与已供土地重叠", "supplied to others"), others),
        case.total("own", Text("本项目已供", "supplied to this project"), own),
        case.total("unapproved", OPEN, gaps),
    )
    supply = case.request.stage == "supply"
    found: list[tuple[Verdict, Text]] = []
    if case.matters(totals[0]):
        names = "、".join(dict.fromkeys(hit.title.zh for hit in others))
        found.append(
            (
                Verdict.FAIL,
                Text(
                    f"与已供土地重叠 {figure(totals[0])} 公顷：{names}。",
                    f"{figure(totals[0])} ha are supplied already: {names}.",
                ),
            )
        )
    if case.matters(totals[1]):
        found.append(_own(case, totals[1], own, given))
    if not found:
        found.append((Verdict.PASS, Text("未与已供土地重叠。", "No supplied land is met.")))
    if case.matters(totals[2]):
        found.append(_open_ground(figure(totals[2]), supply))
    verdict, reason = both(found)
    open_points = doubts(case, layer, land.territory)
    if supply:
        open_points += [*doubts(case, approvals, land.territory), *doubts(case, land.layer, land.territory)]
    stage = Text("供地", "supply") if case.request.stage == "supply" else Text("报批", "approval")
    result = CheckResult(
        "supplied",
        TITLE,
        verdict,
        reason,
        clauses=case.profile.clauses_of("supplied"),
        hits=(*hits, *gaps),
        totals=totals,
        facts=(Fact("stage", Text("审查环节", "stage"), case.request.stage, stage),),
    )
    return case.settle(result, [layer, approvals, land.layer], open_points)


def _own(case: Case, total: Total, own: list[Hit], given: list[Hit]) -> tuple[Verdict, Text]:
    """Land supplied to this very project: in order only where approvals cover it."""
    bare = math.fsum(_bare(hit, given) for hit in own)
    if bare >= case.profile.tolerances.verdict_m2:
        zh = f"本项目已供 {figure(total)} 公顷，其中 {bare / 10_000:.4f} 公顷没有批准，属未批先供。"
        en = (
            f"{figure(total)} ha are supplied to this project, {bare / 10_000:.4f} ha of it without approval."
        )
        return Verdict.FAIL, Text(zh, en)
    return Verdict.ATTENTION, Text(
        f"本项目已供 {figure(total)} 公顷。", f"{figure(total)} ha are supplied to this project."
    )


def _bare(hit: Hit, given: list[Hit]) -> float:
    """Square metres of a supplied piece under no approval."""
    shapes = [shapely.from_wkb(other.geometry) for other in given if other.parcel == hit.parcel]
    rest = difference(shapely.from_wkb(hit.geometry), np.array(shapes, dtype=object))
    return float(ellipsoid_area(np.array([rest], dtype=object))[0])


def _open_ground(area: str, supply: bool) -> tuple[Verdict, Text]:
    if supply:
        zh = f"{area} 公顷未经批准且不是国有建设用地，属未批先供。"
        return Verdict.FAIL, Text(
            zh, f"{area} ha were never approved and are no state construction land: they may not be supplied."
        )
    zh = f"{area} 公顷尚未批准，供地前须先批准。"
    return Verdict.PASS, Text(zh, f"{area} ha are not approved yet; approval comes before supply.")


def _title(row: Mapping[str, Any]) -> Text:
    name = row.get("XMMC") or row.get("SRDW") or row.get("ZDBH") or ""
    return Text(*(f"{name} {row.get('ZDBH') or ''}".strip(),) * 2)


def _judged(case: Case, hit: Hit, codes: set[str]) -> Hit:
    """The project's own supply: its name, or the 电子监管号 of one of its approvals."""
    mine = approved.same_project(case, hit.attributes) or str(hit.attributes.get("DZJGH") or "") in codes
    return replace(hit, note=OWN) if hit.counted and mine else hit


def _unapproved(case: Case, land: LandUse) -> list[Hit]:
    """The coverage test: parcel − (approved ∪ existing state construction land)."""
    layer = case.layers.open(approved.LAYER)
    found = []
    for pieces, ground in zip(case.pieces(layer, approved.COLUMNS), land.grounds, strict=True):
        states = pieces.rows.column("DKZT")
        live = [index for index, state in enumerate(states) if not approved.is_void(case, {"DKZT": state})]
        shapes = np.concatenate([pieces.features()[live], _state_built(land, ground)])
        found += case.remainder(pieces.site, layer, shapes, OPEN)
    return found


def _state_built(land: LandUse, ground: Ground) -> GeometryArray:
    """Land-use parcels that are state construction land."""
    chosen = [
        index
        for index, (code, owner) in enumerate(zip(ground.codes, ground.ownership, strict=True))
        if owner == "国有" and land.three_class(code) == "建设用地"
    ]
    return shapes_of(ground.pieces.rows.take(np.array(chosen, np.int64)))
