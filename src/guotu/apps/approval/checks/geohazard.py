"""地质灾害: susceptibility zones, known points around the project, and the grade of assessment that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import shapely

from guotu.apps.approval.case import Case, figure
from guotu.apps.approval.landuse import LandUse
from guotu.apps.approval.pieces import shapes_of
from guotu.apps.approval.reliance import doubts, lacking
from guotu.apps.approval.result import CheckResult, Fact, Hit, Total, Verdict
from guotu.apps.approval.sites import Site
from guotu.apps.approval.sources import Layer
from guotu.apps.approval.words import Text, same
from guotu.kernel.overlay import project_gauss
from guotu.standards import domains

ZONES, POINTS = "xz.dzzhyfq", "xz.dzzhd"
TITLE = Text("地质灾害危险性", "Geohazards")
ZONE_COLUMNS = ("BSM", "YFQBH", "YFQMC", "YFDJ", "ZYZHLX", "MJ")
POINT_COLUMNS = ("TYBH", "MC", "ZHLX", "GMDJ", "XZWDX", "FZQS", "WXRK", "WXCC", "XQDJ", "DLWZ", "SFXH")
CLOSED = Text("已销号，列出不计", "closed; listed, not counted")
NEARBY = Text("在查找范围内，影响范围不及地块", "within reach, its influence does not touch the parcel")
CLASSES = {
    "large": (Text("大", "high"), Text("适宜性差", "poorly suited")),
    "medium": (Text("中", "medium"), Text("基本适宜", "basically suited")),
    "small": (Text("小", "low"), Text("适宜", "suited")),
}
LEVELS = {
    "high": Text("重要", "important"),
    "medium": Text("较重要", "fairly important"),
    "low": Text("一般", "ordinary"),
}
COMPLEXITY = {
    "complex": Text("复杂", "complex"),
    "moderate": Text("中等", "moderate"),
    "simple": Text("简单", "simple"),
}


@dataclass(frozen=True, slots=True)
class Exposure:
    """What the project is exposed to: area by susceptibility, the points that reach it, and those that only lie near."""

    zones: dict[str, Total]
    reaching: tuple[Hit, ...]
    near: tuple[Hit, ...]


def check(case: Case, land: LandUse) -> CheckResult:
    """Inside a susceptible zone, or with a point within reach → `attention`: an assessment decides; else `pass`."""
    zones, points = case.layers.open(ZONES), case.layers.open(POINTS)
    zone_hits = [
        hit
        for pieces in case.pieces(zones, ZONE_COLUMNS)
        for hit in case.conflicts(pieces, ZONE_COLUMNS, _zone_title)
    ]
    point_hits = [hit for site in case.sites for hit in _points(case, site, points)]
    exposure = _exposure(case, zone_hits, point_hits)
    risk, complexity = _risk(case, exposure), _complexity(case, exposure)
    importance = case.request.importance or case.kind.importance
    grade = case.profile.section("geohazard")["grade"][importance][complexity]
    needed = any(case.matters(total) for key, total in exposure.zones.items() if key != "none") or bool(
        exposure.reaching or exposure.near
    )
    found = [
        *doubts(case, zones, land.territory),
        *doubts(case, points, land.territory),
        *lacking(zones, "YFDJ"),
    ]
    result = CheckResult(
        "geohazard",
        TITLE,
        Verdict.ATTENTION if needed else Verdict.PASS,
        _reason(case, exposure, risk, grade if needed else None),
        clauses=case.profile.clauses_of("geohazard"),
        hits=(*zone_hits, *point_hits),
        totals=tuple(exposure.zones.values()),
        facts=_facts(case, exposure, risk, (importance, complexity, grade if needed else None)),
        conditions=(_assessment(grade),) if needed else (),
        tolerances={"reach_m": case.kind.reach_m},
    )
    return case.settle(result, [zones, points], found)


def _assessment(grade: str) -> Text:
    return Text(
        f"可行性研究阶段开展地质灾害危险性评估（{grade}）",
        f"have the geohazard assessed at the feasibility stage (grade {grade})",
    )


def _zone_title(row: Mapping[str, Any]) -> Text:
    return same(f"{row.get('YFDJ') or ''} {row.get('YFQMC') or row.get('YFQBH') or ''}".strip())


def _points(case: Case, site: Site, layer: Layer) -> list[Hit]:
    """Points within reach of the parcel, nearest first; counted where their influence touches it."""
    rows = case.near(site, layer, POINT_COLUMNS, margin_m=case.kind.reach_m)
    if not len(rows):
        return []
    places = shapely.centroid(shapes_of(rows))
    plane = shapely.points(project_gauss(shapely.get_coordinates(places), case.project.zone))
    gaps = shapely.distance(site.plane, plane)
    values = {code: rows.column(code) for code in POINT_COLUMNS if code in rows.table.column_names}
    fids = rows.fids()
    hits = []
    for index in np.argsort(gaps, kind="stable").tolist():
        if gaps[index] > case.kind.reach_m:
            continue
        row = {code: column[index] for code, column in values.items()}
        entry = layer.entry(str(layer.states[int(rows.stream[index])].stream))
        counted, note = _bearing(case, row, float(gaps[index]))
        hits.append(
            Hit(
                dataset=layer.dataset,
                stream=entry.stream,
                feature=fids[index],
                version=entry.version,
                parcel=site.number,
                title=_point_title(row),
                attributes=row,
                area_m2=0.0,
                area_ellipsoid_m2=0.0,
                area_ha=Decimal("0.0000"),
                counted=counted,
                note=note,
                distance_m=float(gaps[index]),
                geometry=bytes(shapely.to_wkb(places[index])),
            )
        )
    return hits


def _point_title(row: Mapping[str, Any]) -> Text:
    kinds, code = domains.domain("DZZHLX"), str(row.get("ZHLX") or "")
    return same(
        f"{row.get('MC') or row.get('TYBH') or ''} {kinds.name(code) if code in kinds else code}".strip()
    )


def _bearing(case: Case, row: Mapping[str, Any], gap: float) -> tuple[bool, Text | None]:
    """Whether a point counts against the parcel, and the remark if not."""
    section = case.profile.section("geohazard")
    if str(row.get("SFXH") or "") in section["closed"]:
        return False, CLOSED
    influence = section["influence_m"].get(str(row.get("GMDJ") or ""), max(section["influence_m"].values()))
    return (True, None) if gap <= influence else (False, NEARBY)


def _exposure(case: Case, zones: list[Hit], points: list[Hit]) -> Exposure:
    section = case.profile.section("geohazard")
    titles = {
        "high": Text("高易发区", "high"),
        "medium": Text("中易发区", "medium"),
        "low": Text("低易发区", "low"),
    }
    sums = {
        key: case.total(key, title, [hit for hit in zones if hit.attributes.get("YFDJ") in section[key]])
        for key, title in titles.items()
    }
    named = {grade for key in titles for grade in section[key]}
    sums["none"] = case.total(
        "none",
        Text("非易发区", "not susceptible"),
        [hit for hit in zones if hit.attributes.get("YFDJ") not in named],
    )
    return Exposure(
        sums, tuple(hit for hit in points if hit.counted), tuple(hit for hit in points if hit.note is NEARBY)
    )


def _risk(case: Case, exposure: Exposure) -> str:
    """大, 中 or 小: the worst of the zones (predicted) and the points that reach the parcel (present)."""
    section = case.profile.section("geohazard")
    sizes = {str(hit.attributes.get("GMDJ") or "") for hit in exposure.reaching}
    unstable = any(hit.attributes.get("XZWDX") in section["unstable"] for hit in exposure.reaching)
    if sizes & set(section["large"]) or (unstable and case.matters(exposure.zones["high"])):
        return "large"
    middling = (
        exposure.reaching or case.matters(exposure.zones["high"]) or case.matters(exposure.zones["medium"])
    )
    return "medium" if middling else "small"


def _complexity(case: Case, exposure: Exposure) -> str:
    """Of the ground: any one condition of the higher level decides; the request may know better."""
    if case.request.complexity:
        return case.request.complexity
    if case.matters(exposure.zones["high"]) or len(exposure.reaching) > 1:
        return "complex"
    if case.matters(exposure.zones["medium"]) or exposure.reaching or exposure.near:
        return "moderate"
    return "simple"


def _reason(case: Case, exposure: Exposure, risk: str, grade: str | None) -> Text:
    zh, en = [], []
    for total in exposure.zones.values():
        if total.key != "none" and case.matters(total):
            zh.append(f"位于{total.title.zh} {figure(total)} 公顷")
            en.append(f"{figure(total)} ha in a zone of {total.title.en} susceptibility")
    if exposure.reaching:
        zh.append(f"{len(exposure.reaching)} 处灾害点影响范围及于地块")
        en.append(f"{len(exposure.reaching)} point(s) reach the parcel")
    if exposure.near:
        zh.append(f"周边 {case.kind.reach_m:g} 米内另有 {len(exposure.near)} 处")
        en.append(f"{len(exposure.near)} more within {case.kind.reach_m:g} m")
    if not zh:
        return Text("不在地质灾害易发区，周边无灾害点。", "Outside susceptible zones, no point near.")
    size, suited = CLASSES[risk]
    zh.append(f"危险性{size.zh}，{suited.zh}")
    en.append(f"hazard {size.en}, {suited.en}")
    if grade is not None:
        zh.append(f"须做{grade}地质灾害危险性评估")
        en.append(f"an assessment of grade {grade} is required")
    return Text("；".join(zh) + "。", "; ".join(en).capitalize() + ".")


def _facts(
    case: Case, exposure: Exposure, risk: str, graded: tuple[str, str, str | None]
) -> tuple[Fact, ...]:
    """`graded` is importance, complexity and the grade that follows (None: no assessment needed)."""
    importance, complexity, grade = graded
    size, suited = CLASSES[risk]
    return (
        Fact("risk", Text("危险性", "hazard"), risk, size),
        Fact("suitability", Text("适宜性", "suitability"), risk, suited),
        Fact("importance", Text("项目重要性", "importance"), importance, LEVELS[importance]),
        Fact("complexity", Text("地质环境复杂程度", "complexity"), complexity, COMPLEXITY[complexity]),
        Fact(
            "grade",
            Text("评估级别", "grade of assessment"),
            grade,
            same(grade) if grade else Text("不需评估", "none needed"),
        ),
        Fact(
            "points",
            Text("影响地块的灾害点", "points that reach the parcel"),
            len(exposure.reaching),
            same(str(len(exposure.reaching))),
        ),
        Fact(
            "reach_m",
            Text("查找范围", "searched within"),
            case.kind.reach_m,
            Text(f"{case.kind.reach_m:g} 米", f"{case.kind.reach_m:g} m"),
        ),
    )
