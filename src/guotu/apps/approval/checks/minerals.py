"""压覆矿产: mining rights, exploration rights and registered deposits under the project or inside its safety distance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Literal

import numpy as np
import shapely

from guotu.apps.approval.case import Case, both, figure
from guotu.apps.approval.landuse import LandUse
from guotu.apps.approval.pieces import measure, off_plane, on_plane
from guotu.apps.approval.reliance import doubts
from guotu.apps.approval.result import CheckResult, Fact, Hit, Verdict
from guotu.apps.approval.sites import Site
from guotu.apps.approval.sources import Layer
from guotu.apps.approval.words import Text

MINING, EXPLORATION, DEPOSITS = "gl.ckq", "gl.tkq", "xz.kcd"
TITLE = Text("压覆矿产资源", "Construction over minerals")
COLUMNS = {
    MINING: ("XKZH", "KSMC", "CKQR", "KCZKZ", "QTZKZ", "KCFS", "SQLX", "YXQQ", "YXQZ", "FZJG"),
    EXPLORATION: ("XKZH", "XMMC", "TKQR", "KCKZ", "KCJD", "YXQQ", "YXQZ", "FZJG"),
    DEPOSITS: ("KQBH", "KQMC", "KZ", "GM", "SBDY", "LYQK"),
}
NAME = {MINING: "KSMC", EXPLORATION: "XMMC", DEPOSITS: "KQMC"}
MINERAL = {MINING: "KCZKZ", EXPLORATION: "KCKZ", DEPOSITS: "KZ"}
CANCELLED = Text("许可已注销，列出不计", "the right is cancelled; listed, not counted")
EXPIRED = Text("许可证有效期已过，须核实", "the licence has run out: to be verified")
CONDITIONS = (
    Text("编制压覆矿产资源评估报告", "have the covered minerals assessed"),
    Text("与矿业权人签订协议", "reach an agreement with the right holders"),
    Text(
        "压覆重要矿产资源报省级以上自然资源主管部门批准",
        "apply to the province or above for covering important minerals",
    ),
)
Grade = Literal["protected", "important", "ordinary"]


def check(case: Case, land: LandUse) -> CheckResult:
    """Nothing or only ordinary minerals → `pass`; important ones → `fail`, `attention` for major national projects."""
    layers = [case.layers.open(name) for name in (MINING, EXPLORATION, DEPOSITS)]
    hits = [hit for layer in layers for site in case.sites for hit in _around(case, site, layer)]
    counted = [hit for hit in hits if hit.counted]
    rights = [hit for hit in counted if hit.dataset != DEPOSITS]
    important = [hit for hit in counted if grade(case, mineral_of(hit)) != "ordinary"]
    protected = [hit for hit in counted if _protected(case, hit)]
    totals = (
        case.total("rights", Text("矿业权", "mining and exploration rights"), rights),
        case.total("important", Text("重要矿产", "important minerals"), important),
        case.total("all", Text("全部", "all"), counted),
    )
    found: list[tuple[Verdict, Text]] = []
    if case.matters(totals[1]):
        found.append((Verdict.ATTENTION if case.kind.minerals else Verdict.FAIL, _sentence(case, important)))
    elif case.matters(totals[2]):
        zh = f"仅涉及非重要矿产 {figure(totals[2])} 公顷，不需要压覆审批。"
        found.append(
            (
                Verdict.PASS,
                Text(
                    zh,
                    f"Only minerals that are not important ({figure(totals[2])} ha): no approval is needed.",
                ),
            )
        )
    if protected and not case.kind.minerals:
        names = "、".join(sorted({mineral_of(hit) for hit in protected}))
        found.append(
            (
                Verdict.FAIL,
                Text(
                    f"涉及原则上不得压覆的矿产：{names}。",
                    f"Minerals that may in principle not be covered: {names}.",
                ),
            )
        )
    found = found or [
        (Verdict.PASS, Text("未压覆已登记的矿业权和矿产地。", "No registered right or deposit is met."))
    ]
    verdict, reason = both(found)
    buffer = case.kind.buffer_m
    result = CheckResult(
        "minerals",
        TITLE,
        verdict,
        reason,
        clauses=case.profile.clauses_of("minerals"),
        hits=tuple(hits),
        totals=totals,
        tolerances={"buffer_m": buffer},
        facts=(
            Fact(
                "buffer_m",
                Text("安全距离", "safety distance"),
                buffer,
                Text(f"{buffer:g} 米", f"{buffer:g} m"),
            ),
        ),
        conditions=CONDITIONS
        if case.matters(totals[1])
        else CONDITIONS[1:2]
        if case.matters(totals[0])
        else (),
    )
    return case.settle(
        result, layers, [doubt for layer in layers for doubt in doubts(case, layer, land.territory)]
    )


def _around(case: Case, site: Site, layer: Layer) -> list[Hit]:
    """What the parcel and its safety distance meet; `distance_m` is 0 where the parcel itself is met."""
    columns, reach = COLUMNS[layer.dataset], case.kind.buffer_m
    rows = case.near(site, layer, columns, margin_m=reach)
    zone = case.project.zone
    shape = off_plane(shapely.buffer(site.plane, reach, quad_segs=32), zone) if reach > 0 else None
    pieces = measure(site, rows, zone, case.drop, shape)
    hits = case.conflicts(pieces, columns, lambda row: _title(layer, row), shape)
    if not hits:
        return []
    gaps = shapely.distance(
        site.plane, np.array([on_plane(feature, zone) for feature in pieces.features()], dtype=object)
    )
    return [_judged(case, replace(hit, distance_m=float(gap))) for hit, gap in zip(hits, gaps, strict=True)]


def _title(layer: Layer, row: Mapping[str, Any]) -> Text:
    name, mineral = row.get(NAME[layer.dataset]) or "", row.get(MINERAL[layer.dataset]) or ""
    return Text(*(f"{name}（{mineral}）" if mineral else str(name),) * 2)


def mineral_of(hit: Hit) -> str:
    """The main mineral as registered."""
    return str(hit.attributes.get(MINERAL[hit.dataset]) or "")


def grade(case: Case, mineral: str) -> Grade:
    """How a mineral counts; one without a name, or given only as a number, counts as important, never as nothing."""
    section = case.profile.section("minerals")
    if any(name in mineral for name in section["ordinary"]):
        return "ordinary"
    if any(name in mineral for name in section["protected"]):
        return "protected"
    known = any(name in mineral for name in section["important"])
    unreadable = not mineral or mineral.isdigit()
    return "important" if known or unreadable else "ordinary"


def _protected(case: Case, hit: Hit) -> bool:
    """A deposit of medium size or more of a mineral that may not be covered."""
    sizes = case.profile.codes("minerals", "protected_sizes")
    return (
        hit.dataset == DEPOSITS
        and grade(case, mineral_of(hit)) == "protected"
        and hit.attributes.get("GM") in sizes
    )


def _judged(case: Case, hit: Hit) -> Hit:
    if not hit.counted:
        return hit
    if hit.attributes.get("SQLX") in case.profile.codes("minerals", "cancelled"):
        return replace(hit, counted=False, note=CANCELLED)
    until = hit.attributes.get("YXQZ")
    expired = bool(until) and date.fromisoformat(str(until)) < case.today
    return replace(hit, note=EXPIRED) if expired else hit


def _sentence(case: Case, hits: list[Hit]) -> Text:
    direct = [hit for hit in hits if not hit.distance_m]
    near = [hit for hit in hits if hit.distance_m]
    zh, en = [], []
    if direct:
        names = "、".join(dict.fromkeys(hit.title.zh for hit in direct))
        zh.append(f"直接压覆：{names}")
        en.append(f"directly over {names}")
    if near:
        names = "、".join(dict.fromkeys(hit.title.zh for hit in near))
        zh.append(f"{case.kind.buffer_m:g} 米安全距离内：{names}")
        en.append(f"within {case.kind.buffer_m:g} m of {names}")
    return Text("；".join(zh) + "。", ("; ".join(en) + ".").capitalize())
