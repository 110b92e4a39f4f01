"""规划调整合理性: what a change of the plan brings into the construction zone, and what it takes out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from guotu.apps.approval.case import Case, TitleOf, figure
from guotu.apps.approval.checks import ecology, farmland, geohazard, planning, planning_old
from guotu.apps.approval.landuse import COLUMNS, LandUse
from guotu.apps.approval.pieces import Pieces, on_plane, shapes_of
from guotu.apps.approval.reliance import doubts
from guotu.apps.approval.result import CheckResult, Fact, Hit, Total, Verdict
from guotu.apps.approval.sites import Site, extra_sites
from guotu.apps.approval.sources import Layer
from guotu.apps.approval.words import Text

TITLE = Text("规划调整合理性", "Fairness of the plan's change")
NONE = Text("本次申请不涉及规划调整。", "The application changes no plan.")


@dataclass(frozen=True)
class Side:
    """One side of the change: its parcels and the land-use parcels under each."""

    sites: tuple[Site, ...]
    ground: tuple[Pieces, ...]
    total: Total


def check(case: Case, land: LandUse) -> CheckResult:
    """`pass` when nothing is asked, or every test holds; `fail` with the tests that do not."""
    if not (case.request.adjust_in or case.request.adjust_out):
        return case.settle(CheckResult("adjustment", TITLE, Verdict.PASS, NONE, facts=(_asked(False),)), [])
    inward = _side(case, land, "in", Text("调入", "brought in"), extra_sites(case.request.adjust_in))
    outward = _side(case, land, "out", Text("调出", "taken out"), extra_sites(case.request.adjust_out))
    lines = [case.layers.open(name) for name in (farmland.LAYER, ecology.LAYER, planning.BOUNDARY)]
    optional = [
        layer for name in (planning_old.CONTROL, geohazard.ZONES) if (layer := case.layers.open(name)).held
    ]
    hits, broken = _forbidden(case, inward, [*lines[:2], *optional])
    broken += _sums(case, land, inward, outward)
    broken += _apart(case, inward, lines[2])
    found = [doubt for layer in [*lines, land.layer] for doubt in doubts(case, layer, land.territory)]
    good = Text(
        f"调入 {figure(inward.total)} 公顷，调出 {figure(outward.total)} 公顷，各项符合。",
        f"{figure(inward.total)} ha in, {figure(outward.total)} ha out; every test holds.",
    )
    bad = Text("；".join(text.zh for text in broken) + "。", "; ".join(text.en for text in broken) + ".")
    result = CheckResult(
        "adjustment",
        TITLE,
        Verdict.FAIL if broken else Verdict.PASS,
        bad if broken else good,
        clauses=case.profile.clauses_of("adjustment"),
        hits=tuple(hits),
        totals=(inward.total, outward.total),
        facts=(_asked(True),),
        tolerances={"contiguous_m": float(case.profile.section("adjustment")["contiguous_m"])},
    )
    return case.settle(result, [*lines, *optional, land.layer], found)


def _asked(value: bool) -> Fact:
    return Fact(
        "asked",
        Text("涉及规划调整", "changes a plan"),
        value,
        Text("是", "yes") if value else Text("否", "no"),
    )


def _side(case: Case, land: LandUse, key: str, title: Text, sites: tuple[Site, ...]) -> Side:
    ground = tuple(case.under(land.layer, COLUMNS, sites)) if land.layer.held else ()
    total = case.sum(key, title, [site.area_plane for site in sites], [site.area_ellipsoid for site in sites])
    return Side(sites, ground, total)


def _area(case: Case, land: LandUse, side: Side, chosen: Any) -> float:
    """Square metres of the land-use parcels for which `chosen(row of codes and values)` is true, 田坎 left in."""
    areas = []
    for pieces in side.ground:
        codes, slopes = pieces.rows.column("DLBM"), pieces.rows.column("GDPDJB")
        for code, slope, area in zip(
            codes, slopes, pieces.statutory(case.profile.area_kind).tolist(), strict=True
        ):
            if chosen(land, code or "", slope):
                areas.append(area)
    return math.fsum(areas)


def _forbidden(case: Case, inward: Side, layers: Sequence[Layer]) -> tuple[list[Hit], list[Text]]:
    """What is brought in may not lie in farmland, red line, prohibited or highly susceptible zones."""
    section = case.profile.section("adjustment")
    rules = {
        farmland.LAYER: (None, frozenset[str]()),
        ecology.LAYER: (None, frozenset[str]()),
        planning_old.CONTROL: ("GZQLXDM", case.profile.codes("planning", "prohibited")),
        geohazard.ZONES: ("YFDJ", frozenset(section["high_hazard"])),
    }
    hits, broken = [], []
    for layer in layers:
        code, values = rules[layer.dataset]
        columns = ("BSM", code) if code else ("BSM",)
        title = layer.rule.title
        pieces = case.under(layer, columns, inward.sites)
        found = [hit for part in pieces for hit in case.conflicts(part, columns, _named(title))]
        met = [hit for hit in found if code is None or hit.attributes.get(code) in values]
        total = case.total("met", title, met)
        hits += met
        if case.matters(total):
            broken.append(
                Text(
                    f"调入地块占用{title.zh} {figure(total)} 公顷",
                    f"{figure(total)} ha brought in lie in {title.en}",
                )
            )
    return hits, broken


def _named(title: Text) -> TitleOf:
    return lambda _row: title


def _sums(case: Case, land: LandUse, inward: Side, outward: Side) -> list[Text]:
    """Size, slope, reclamation and cultivated land."""
    section, limit, broken = case.profile.section("adjustment"), case.profile.tolerances.verdict_m2, []
    sizes = [
        side.total.area_m2 if case.profile.area_kind == "plane" else side.total.area_ellipsoid_m2
        for side in (inward, outward)
    ]
    if sizes[0] - sizes[1] >= limit:
        zh = f"调入面积大于调出面积 {(sizes[0] - sizes[1]) / 10_000:.4f} 公顷"
        broken.append(Text(zh, f"{(sizes[0] - sizes[1]) / 10_000:.4f} ha more are brought in than taken out"))
    steep = _area(case, land, inward, lambda _land, _code, slope: slope in section["steep"])
    if steep >= limit:
        broken.append(
            Text(
                f"调入地块有坡度大于 25° 的耕地 {steep:.2f} 平方米",
                f"{steep:.2f} m² brought in are steeper than 25°",
            )
        )
    fixed = _area(case, land, outward, lambda _land, code, _slope: code in section["not_reclaimable"])
    if sizes[1] > 0 and fixed / sizes[1] > section["unreclaimable_share"]:
        broken.append(
            Text(
                f"调出地块有 {fixed:.2f} 平方米难以复垦", f"{fixed:.2f} m² taken out can hardly be reclaimed"
            )
        )
    cultivated = _area(case, land, inward, lambda land, code, _slope: land.first(code) == "01")
    if cultivated - (sizes[1] - fixed) >= limit:
        broken.append(
            Text(
                f"调入占用耕地 {cultivated:.2f} 平方米，多于调出可复垦面积",
                f"{cultivated:.2f} m² of cultivated land are brought in, more than can be reclaimed",
            )
        )
    broken += _quality(case, land, inward, outward)
    return broken


def _quality(case: Case, land: LandUse, inward: Side, outward: Side) -> list[Text]:
    """Mean 耕地等别 (1 is best) of what is brought in may not be better than of what is taken out, where both are graded."""
    grades = [_grade(case, land, side) for side in (inward, outward)]
    if None in grades or float(grades[0] or 0) >= float(grades[1] or 0) - 0.5:
        return []
    return [
        Text(
            f"调入耕地平均等别 {grades[0]:.1f} 优于调出的 {grades[1]:.1f}",
            f"cultivated land brought in is of grade {grades[0]:.1f}, better than {grades[1]:.1f} taken out",
        )
    ]


def _grade(case: Case, land: LandUse, side: Side) -> float | None:
    weights, sums = [], []
    for pieces in side.ground:
        values = zip(
            pieces.rows.column("DLBM"),
            pieces.rows.column("GDDB"),
            pieces.statutory(case.profile.area_kind).tolist(),
            strict=True,
        )
        for code, grade, area in values:
            if grade and land.first(code or "") == "01":
                weights.append(area)
                sums.append(area * float(grade))
    return math.fsum(sums) / math.fsum(weights) if weights else None


def _apart(case: Case, inward: Side, boundary: Layer) -> list[Text]:
    """What is brought in must lie at the existing boundary, or reach it through another parcel brought in."""
    if not boundary.held:
        return []
    reach, zone = float(case.profile.section("adjustment")["contiguous_m"]), case.project.zone
    joined: list[Any] = []
    for site in inward.sites:
        rows = case.near(site, boundary, (), margin_m=reach)
        joined += [on_plane(shape, zone) for shape in shapes_of(rows)]
    waiting, moved = list(inward.sites), True
    while waiting and moved:
        touching = [site for site in waiting if any(site.plane.distance(shape) <= reach for shape in joined)]
        moved = bool(touching)
        joined += [site.plane for site in touching]
        waiting = [site for site in waiting if site not in touching]
    if not waiting:
        return []
    names = "、".join(site.number for site in waiting)
    return [
        Text(
            f"调入地块 {names} 与现有边界不相连（超过 {reach:g} 米）",
            f"parcels {names} lie more than {reach:g} m from the boundary",
        )
    ]
