"""符合规划, plans of 2006–2020: construction control zones (建设用地管制区) and land-use zones (土地用途区)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from guotu.apps.approval.case import Case, Doubt, both, figure
from guotu.apps.approval.checks.key_projects import listed
from guotu.apps.approval.landuse import LandUse
from guotu.apps.approval.reliance import doubts, lacking
from guotu.apps.approval.result import CheckResult, Hit, Total, Verdict
from guotu.apps.approval.sources import Layer
from guotu.apps.approval.words import Text

CONTROL, USE = "gh.jsydgzq", "gh.tdytq"
TITLE = Text("符合土地利用总体规划（2006—2020年）", "Conformity with the land-use plan 2006–2020")
CONTROL_COLUMNS = ("BSM", "GZQLXDM", "SM", "GZQMJ")
USE_COLUMNS = ("BSM", "TDYTQLXDM", "TDYTQBH", "SM", "TDYTQMJ")
SUPERSEDED = Text(
    "现行国土空间规划已施行，本项仅供衔接参考。",
    "The territorial plan is in force; this is for reference only.",
)
GROUPS = {
    "permitted": Text("允许建设区", "permitted zone"),
    "conditional": Text("有条件建设区", "conditional zone"),
    "restricted": Text("限制建设区", "restricted zone"),
    "prohibited": Text("禁止建设区", "prohibited zone"),
}


def check(case: Case, land: LandUse, *, in_force: bool) -> CheckResult:
    """100 % permitted → `pass`; conditional → `attention`; restricted only for listed or independent projects; prohibited → `fail`.

    Where a newer plan is in force, what would fail only asks for attention.
    """
    control, uses = case.layers.open(CONTROL), case.layers.open(USE)
    zone_hits, use_hits = (
        _hits(case, control, CONTROL_COLUMNS, "GZQLXDM"),
        _hits(case, uses, USE_COLUMNS, "TDYTQLXDM"),
    )
    zones = {key: _group(case, zone_hits, "GZQLXDM", key, title) for key, title in GROUPS.items()}
    found = [*_by_zone(case, zones), *_by_use(case, use_hits)]
    verdict, reason = both(found)
    if not in_force:
        verdict, reason = Verdict.ATTENTION if verdict is Verdict.FAIL else verdict, reason + SUPERSEDED
    open_points = [
        *doubts(case, control, land.territory),
        *lacking(control, "GZQLXDM"),
        *_gap(case, control, zone_hits),
    ]
    if uses.held or in_force:
        open_points += [*doubts(case, uses, land.territory), *lacking(uses, "TDYTQLXDM")]
    result = CheckResult(
        "planning" if in_force else "planning_old",
        TITLE,
        verdict,
        reason,
        clauses=case.profile.clauses_of("planning", "clauses_old"),
        hits=(*zone_hits, *use_hits),
        totals=(*zones.values(), *_use_totals(case, use_hits)),
    )
    return case.settle(result, [control, uses], open_points)


def _hits(case: Case, layer: Layer, columns: tuple[str, ...], name: str) -> list[Hit]:
    def title(row: Mapping[str, Any]) -> Text:
        code = row.get(name) or ""
        return Text(f"{code} {row.get('SM') or ''}".strip(), f"zone {code}")

    return [hit for pieces in case.pieces(layer, columns) for hit in case.conflicts(pieces, columns, title)]


def _group(case: Case, hits: list[Hit], code: str, key: str, title: Text) -> Total:
    codes = case.profile.codes("planning", key)
    return case.total(key, title, [hit for hit in hits if hit.attributes.get(code) in codes])


def _by_zone(case: Case, zones: dict[str, Total]) -> list[tuple[Verdict, Text]]:
    found: list[tuple[Verdict, Text]] = []
    area = {key: figure(total) for key, total in zones.items()}
    if case.matters(zones["prohibited"]):
        found.append(
            (
                Verdict.FAIL,
                Text(
                    f"禁止建设区 {area['prohibited']} 公顷。",
                    f"{area['prohibited']} ha in the prohibited zone.",
                ),
            )
        )
    if case.matters(zones["restricted"]):
        open_to = case.kind.independent or listed(case) is not None
        zh, en = f"限制建设区 {area['restricted']} 公顷，", f"{area['restricted']} ha in the restricted zone,"
        found.append(
            (
                Verdict.ATTENTION,
                Text(f"{zh}可按单独选址项目报批。", f"{en} open to independently sited projects."),
            )
            if open_to
            else (
                Verdict.FAIL,
                Text(
                    f"{zh}项目不属于单独选址或清单项目。",
                    f"{en} and the project is neither independently sited nor listed.",
                ),
            )
        )
    if case.matters(zones["conditional"]):
        zh = f"有条件建设区 {area['conditional']} 公顷，须先落实有条件建设区使用方案或规划调整。"
        found.append(
            (
                Verdict.ATTENTION,
                Text(zh, f"{area['conditional']} ha in the conditional zone need a plan for its use first."),
            )
        )
    if not found:
        found.append((Verdict.PASS, Text("全部位于允许建设区。", "Wholly inside the permitted zone.")))
    return found


def _use_totals(case: Case, hits: list[Hit]) -> list[Total]:
    good, farm = (
        case.profile.codes("planning", "conforming_uses"),
        case.profile.codes("planning", "farmland_uses"),
    )
    named = [hit for hit in hits if hit.attributes.get("TDYTQLXDM")]
    return [
        case.total(
            "zone_conforming",
            Text("土地用途区相符", "land-use zone agrees"),
            [h for h in named if h.attributes["TDYTQLXDM"] in good],
        ),
        case.total(
            "zone_differing",
            Text("土地用途区不符", "land-use zone differs"),
            [h for h in named if h.attributes["TDYTQLXDM"] not in good],
        ),
        case.total(
            "zone_farmland",
            Text("其中基本农田保护区", "of it basic farmland zone"),
            [h for h in named if h.attributes["TDYTQLXDM"] in farm],
        ),
    ]


def _by_use(case: Case, hits: list[Hit]) -> list[tuple[Verdict, Text]]:
    _, differing, farmland = _use_totals(case, hits)
    if not case.matters(differing):
        return []
    verdict = Verdict.ATTENTION if case.kind.independent and not case.matters(farmland) else Verdict.FAIL
    zh, en = (
        f"土地用途区不符 {figure(differing)} 公顷",
        f"{figure(differing)} ha in land-use zones that differ",
    )
    if case.matters(farmland):
        zh, en = (
            f"{zh}，其中基本农田保护区 {figure(farmland)} 公顷",
            f"{en}, {figure(farmland)} ha of it basic farmland zone",
        )
    return [(verdict, Text(f"{zh}。", f"{en}."))]


def _gap(case: Case, layer: Layer, hits: list[Hit]) -> list[Doubt]:
    """The control zones tile their territory: ground in none of them cannot be judged."""
    area = math.fsum(case.statutory(site) for site in case.sites)
    zoned = math.fsum(
        hit.area_m2 if case.profile.area_kind == "plane" else hit.area_ellipsoid_m2 for hit in hits
    )
    missing = area - zoned
    if not layer.held or missing < case.profile.tolerances.verdict_m2:
        return []
    zh = f"建设用地管制区未覆盖项目的 {missing:.2f} 平方米"
    return [Doubt(CONTROL, Text(zh, f"no control zone for {missing:.2f} m² of the project"))]
