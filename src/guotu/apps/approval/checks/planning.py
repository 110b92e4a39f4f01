"""符合规划, plan in force: zones of the urban development boundary and the planned class against the class applied for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guotu.apps.approval.case import Case, Doubt, both, figure
from guotu.apps.approval.checks.key_projects import listed
from guotu.apps.approval.landuse import LandUse
from guotu.apps.approval.reliance import doubts, lacking
from guotu.apps.approval.result import CheckResult, Fact, Hit, Total, Verdict
from guotu.apps.approval.sources import Layer
from guotu.apps.approval.words import Text
from guotu.standards import landclass

BOUNDARY, PLANNED = "gh.czkfbj", "gh.ghyt"
TITLE = Text("符合国土空间规划", "Conformity with the territorial plan")
ZONE_COLUMNS = ("BSM", "XZQMC", "GHFQDM", "GHFQMC", "MJ")
USE_COLUMNS = ("BSM", "TBBH", "GHDLBM", "GHDLMC", "GHDLMJ")
AMEND = Text(
    "规划用途与申请用途不符的部分，先依法定程序修改详细规划",
    "amend the detailed plan where the planned class differs",
)
LIST_CONDITION = Text(
    "按准入清单论证选址的必要性和唯一性", "show from the list of admitted projects why the site is needed"
)
MOVE_IN = Text(
    "先按规定将弹性发展区用地调入集中建设区", "first bring the elastic zone's land into the construction zone"
)

Finding = tuple[Verdict, Text]


@dataclass(frozen=True, slots=True)
class Zones:
    """Sums by zone of the boundary, and what lies outside it."""

    concentrated: Total
    elastic: Total
    special: Total
    other: Total
    outside: Total

    @property
    def all(self) -> tuple[Total, ...]:
        return self.concentrated, self.elastic, self.special, self.other, self.outside


def check(case: Case, land: LandUse) -> CheckResult:
    """Inside 410 with the planned class → `pass`; 420, another class, or an admitted project outside → `attention`; else `fail`."""
    boundary, planned = case.layers.open(BOUNDARY), case.layers.open(PLANNED)
    zone_hits = _hits(case, boundary, ZONE_COLUMNS, "GHFQMC")
    use_hits = _hits(case, planned, USE_COLUMNS, "GHDLMC")
    outside = outside_hits(case, boundary) if boundary.held else []
    zones = _zones(case, zone_hits, outside)
    found, conditions = _by_zone(case, zones)
    uses = _by_use(case, use_hits, zones)
    found += uses.findings
    conditions += [AMEND] if case.matters(uses.totals[1]) else []
    verdict, reason = both(found)
    open_points = [doubt for layer in (boundary, planned) for doubt in doubts(case, layer, land.territory)]
    open_points += [*lacking(boundary, "GHFQDM"), *lacking(planned, "GHDLBM")]
    result = CheckResult(
        "planning",
        TITLE,
        verdict,
        reason,
        clauses=case.profile.clauses_of("planning", "clauses_new"),
        hits=(*zone_hits, *outside, *use_hits),
        totals=(*zones.all, *uses.totals),
        facts=tuple(uses.facts),
        conditions=tuple(dict.fromkeys(conditions)),
    )
    return case.settle(result, [boundary, planned], [*open_points, *uses.gaps])


def _hits(case: Case, layer: Layer, columns: Sequence[str], name: str) -> list[Hit]:
    def title(row: Mapping[str, Any]) -> Text:
        return Text(*(f"{row.get(name) or row.get('BSM') or ''}",) * 2)

    return [hit for pieces in case.pieces(layer, columns) for hit in case.conflicts(pieces, columns, title)]


def _zones(case: Case, hits: Sequence[Hit], outside: Sequence[Hit]) -> Zones:
    section = case.profile.section("planning")
    named = {
        "concentrated": Text("城镇集中建设区", "concentrated construction zone"),
        "elastic": Text("城镇弹性发展区", "elastic zone"),
        "special": Text("特别用途区", "in the special-use zone"),
    }
    codes = [str(hit.attributes.get("GHFQDM") or "") for hit in hits]
    sums = {
        key: case.total(
            key, title, [hit for hit, code in zip(hits, codes, strict=True) if code.startswith(section[key])]
        )
        for key, title in named.items()
    }
    known = tuple(section[key] for key in named)
    rest = [hit for hit, code in zip(hits, codes, strict=True) if not code.startswith(known)]
    other = case.total("other", Text("边界内其他分区", "other zones inside the boundary"), rest)
    beyond = case.total("outside", Text("城镇开发边界外", "outside the urban boundary"), outside)
    return Zones(sums["concentrated"], sums["elastic"], sums["special"], other, beyond)


def outside_hits(case: Case, layer: Layer) -> list[Hit]:
    """What of every parcel no zone of the boundary covers."""
    title = Text("城镇开发边界外", "outside the urban boundary")
    found = []
    for pieces in case.pieces(layer, ZONE_COLUMNS):
        if not (len(pieces) and pieces.plane.max() >= pieces.site.area_plane - case.drop):
            found += case.remainder(pieces.site, layer, pieces.features(), title)
    return found


def _by_zone(case: Case, zones: Zones) -> tuple[list[Finding], list[Text]]:
    found: list[Finding] = []
    conditions: list[Text] = []
    for total in (zones.outside, zones.special):
        if case.matters(total):
            finding, condition = _beyond(case, total)
            found.append(finding)
            conditions += condition
    if case.matters(zones.elastic):
        area = figure(zones.elastic)
        found.append(
            (
                Verdict.ATTENTION,
                Text(
                    f"弹性发展区 {area} 公顷，须先调入集中建设区。",
                    f"{area} ha in the elastic zone must first be moved in.",
                ),
            )
        )
        conditions.append(MOVE_IN)
    if case.matters(zones.other):
        area, title = figure(zones.other), zones.other.title
        found.append(
            (
                Verdict.ATTENTION,
                Text(f"{title.zh} {area} 公顷，用途受限。", f"{area} ha in {title.en}: use is restricted."),
            )
        )
    if not found:
        found.append(
            (
                Verdict.PASS,
                Text("全部位于城镇集中建设区。", "Wholly inside the concentrated construction zone."),
            )
        )
    return found, conditions


def _beyond(case: Case, total: Total) -> tuple[Finding, list[Text]]:
    """Outside the boundary, or in its special-use zone: only admitted or listed projects."""
    area, kind, entry = figure(total), case.kind.title, listed(case)
    zh, en = f"{total.title.zh} {area} 公顷，", f"{area} ha {total.title.en}"
    if entry is not None:
        text = Text(
            f"{zh}项目已列入规划重点建设项目清单（{entry.zh}）。",
            f"{en}; the plan lists the project ({entry.en}).",
        )
        return (Verdict.ATTENTION, text), [LIST_CONDITION]
    if case.kind.outside:
        return (
            Verdict.ATTENTION,
            Text(f"{zh}{kind.zh}属准入类型。", f"{en}; {kind.en} may be admitted there."),
        ), [LIST_CONDITION]
    return (Verdict.FAIL, Text(f"{zh}{kind.zh}不在准入范围。", f"{en}, where {kind.en} is not admitted.")), []


@dataclass(frozen=True, slots=True)
class Uses:
    """What the comparison of classes gave."""

    findings: list[Finding]
    totals: list[Total]
    facts: list[Fact]
    gaps: list[Doubt]


def applied_use(case: Case, parcel: str) -> str:
    """The class applied for on a parcel: the request's, else what the parcel itself carries, if it is a code; else empty."""
    scheme = landclass.scheme(case.profile.section("planning")["scheme"])
    if case.request.use:
        return case.request.use
    use = next(site.parcel.use for site in case.sites if site.number == parcel).strip()
    return use if use in scheme else ""


def _by_use(case: Case, hits: Sequence[Hit], zones: Zones) -> Uses:
    uses = {site.number: applied_use(case, site.number) for site in case.sites}
    counted = [hit for hit in hits if hit.counted]
    named = [hit for hit in counted if uses[hit.parcel]]
    agreeing = [
        hit for hit in named if _agrees(case, str(hit.attributes.get("GHDLBM") or ""), uses[hit.parcel])
    ]
    against = [hit for hit in named if hit not in agreeing]
    matching = case.total("use_matching", Text("规划用途相符", "planned class agrees"), agreeing)
    differing = case.total("use_differing", Text("规划用途不符", "planned class differs"), against)
    shown = "、".join(dict.fromkeys(use for use in uses.values() if use))
    fact = Fact(
        "use",
        Text("申请用途", "class applied for"),
        shown or None,
        Text(shown or "未填报", shown or "not told"),
    )
    findings: list[Finding] = []
    if not all(uses.values()):
        findings.append(
            (
                Verdict.ATTENTION,
                Text("未填报规划用途，仅核对了分区。", "No class was applied for; only zones were compared."),
            )
        )
    if case.matters(differing):
        area = figure(differing)
        names = "、".join(
            sorted({str(hit.attributes.get("GHDLMC") or hit.attributes.get("GHDLBM")) for hit in against})
        )
        findings.append(
            (
                Verdict.ATTENTION,
                Text(
                    f"规划用途不符 {area} 公顷（规划为{names}，申请为 {shown}）。",
                    f"{area} ha are planned as {names}, not as {shown}.",
                ),
            )
        )
    elif named:
        findings.append((Verdict.PASS, Text("规划用途相符。", "The planned class agrees.")))
    return Uses(findings, [matching, differing], [fact], _gap(case, hits, zones))


def _gap(case: Case, hits: Sequence[Hit], zones: Zones) -> list[Doubt]:
    """A doubt where planned land use leaves ground open inside the urban boundary."""
    area = math.fsum(case.statutory(site) for site in case.sites)
    planned = math.fsum(
        hit.area_m2 if case.profile.area_kind == "plane" else hit.area_ellipsoid_m2 for hit in hits
    )
    outside = zones.outside.area_m2 if case.profile.area_kind == "plane" else zones.outside.area_ellipsoid_m2
    missing = area - planned - outside
    layer = case.layers.open(PLANNED)
    if not layer.held or missing < case.profile.tolerances.verdict_m2:
        return []
    zh = f"规划用地用海未覆盖边界内 {missing:.2f} 平方米"
    return [Doubt(PLANNED, Text(zh, f"no planned class for {missing:.2f} m² inside the boundary"))]


def _agrees(case: Case, planned: str, applied: str) -> bool:
    """Same first class, or allowed by the conversion table (planned class of any level → applied classes)."""
    section = case.profile.section("planning")
    if planned[:2] == applied[:2]:
        return True
    allowed = [
        target
        for key, targets in section["conversions"].items()
        if planned.startswith(key)
        for target in targets
    ]
    return any(applied.startswith(target) for target in allowed)
