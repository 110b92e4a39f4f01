"""Passages of the report."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import numpy as np
import shapely

from guotu.apps.approval.profile import ReviewProfile
from guotu.apps.approval.report import tables
from guotu.apps.approval.report.document import Block, Bullets, Column, Paragraph, Row, Table
from guotu.apps.approval.report.figures import area_words, hectares
from guotu.apps.approval.result import VERDICT_TITLES, CheckResult, Review, Verdict
from guotu.errors import Lang
from guotu.standards import landclass, mapsheet

SHEET_SCALE = 10_000
PARAMETERS = (Column("", 0.34), Column("", 0.66))
NAMES = {
    "drop_m2": ("忽略的碎片小于", "Pieces dropped below", "㎡"),
    "sliver_m2": ("压盖误差：面积小于", "Overlay error: smaller than", "㎡"),
    "sliver_width_m": ("压盖误差：平均宽度小于", "Overlay error: narrower than", "m"),
    "verdict_m2": ("影响结论的面积不小于", "A verdict changes from", "㎡"),
    "closure_m2": ("面积平差允许差", "Areas are balanced up to", "㎡"),
    "lapse_years": ("批准后未实施即失效", "Approvals lapse after", "年"),
    "declared_ha": ("申报面积允许差", "Declared area may differ by", "公顷"),
    "partial_m2": ("数据未覆盖允许差", "Ground without data allowed", "㎡"),
    "buffer_m": ("压覆矿产安全距离", "Safety distance to minerals", "m"),
    "reach_m": ("地质灾害点查找范围", "Geohazard points looked for within", "m"),
    "contiguous_m": ("规划调整相邻距离", "Plan change: adjoining within", "m"),
}

UNITS = {"公顷": "ha", "㎡": "m²", "年": "years"}

SIGNS: dict[Verdict, str] = {
    Verdict.PASS: "√",
    Verdict.ATTENTION: "△",
    Verdict.FAIL: "×",
    Verdict.UNKNOWN: "？",
}


def introduction(review: Review, profile: ReviewProfile, lang: Lang) -> str:
    """One sentence that says what was reviewed."""
    area = area_words(review.area_ha, review.area_plane_m2, lang)
    kind = profile.kind(review.request.kind).title.in_(lang)
    if lang == "zh":
        return (
            f"{review.project.name}申请用地{area}，共 {len(review.parcels)} 个地块，项目类型为{kind}。"
            "本报告由国土空间基础信息平台依据所列数据和规则自动生成，供用地审查使用。"
        )
    return (
        f"{review.project.name} applies for {area} in {len(review.parcels)} parcel(s); project kind: {kind}."
    )


def facts(review: Review, profile: ReviewProfile, lang: Lang) -> Table:
    """The project at a glance."""
    zone = review.project.zone
    zh = lang == "zh"
    meridian = f"{zone.central_meridian}°E"
    shown_zone = (
        f"CGCS2000 {zone.width} 度带第 {zone.zone} 带，中央经线 {meridian}（EPSG:{zone.epsg}）"
        if zh
        else f"CGCS2000 {zone.width}-degree zone {zone.zone}, central meridian {meridian} (EPSG:{zone.epsg})"
    )
    pairs = (
        ("项目名称" if zh else "Project", review.project.name),
        ("项目类型" if zh else "Kind", profile.kind(review.request.kind).title.in_(lang)),
        ("拟用地类" if zh else "Intended use", _use(review, profile, lang)),
        ("平面面积" if zh else "Plane area", area_words(review.area_ha, review.area_plane_m2, lang)),
        (
            "椭球面积" if zh else "Ellipsoid area",
            f"{review.area_ellipsoid_m2:,.2f} {'平方米' if zh else 'm²'}",
        ),
        ("坐标系" if zh else "Coordinate system", shown_zone),
        ("判断依据" if zh else "Evidence", review.project.evidence_zh if zh else review.project.evidence_en),
        ("地块与界址点" if zh else "Parcels and points", _counts(review, zh)),
        ("涉及图幅（1:1万）" if zh else "Sheets 1:10,000", _sheets(review)),
        ("范围文件校验值" if zh else "Boundary file", _digest(review.project.source_hash)),
    )
    return Table(
        "项目基本情况" if zh else "The project", tables.PAIR, tuple(Row(pair) for pair in pairs), head=False
    )


def _sheets(review: Review) -> str:
    """The 1:10,000 sheets that the project touches."""
    shapes: Any = np.array([parcel.polygon_lonlat for parcel in review.project.parcels], object)
    west, south, east, north = (float(value) for value in shapely.total_bounds(shapes))
    return "、".join(mapsheet.sheets((west, south, east, north), SHEET_SCALE))


def _digest(hexadecimal: str) -> str:
    """A SHA-256 in two halves, so that a line can break between them."""
    return f"SHA-256 {hexadecimal[:32]} {hexadecimal[32:]}".rstrip()


def _counts(review: Review, zh: bool) -> str:
    points = sum(len(parcel.points) for parcel in review.project.parcels)
    parcels = len(review.parcels)
    return f"{parcels} 个地块，{points} 个界址点" if zh else f"{parcels} parcel(s), {points} boundary points"


def _use(review: Review, profile: ReviewProfile, lang: Lang) -> str:
    code = review.request.use
    if not code:
        return "未指定" if lang == "zh" else "not given"
    return f"{code} {landclass.scheme(profile.section('planning')['scheme']).name(code)}"


def overall(review: Review, lang: Lang) -> str:
    """The conclusion of all checks in one sentence."""
    counts = {verdict: sum(check.verdict is verdict for check in review.checks) for verdict in Verdict}
    named = [f"{VERDICT_TITLES[v].in_(lang)} {n}" for v, n in counts.items() if n]
    sign, whole = SIGNS[review.verdict], VERDICT_TITLES[review.verdict].in_(lang)
    if lang == "zh":
        return f"{sign} 总体结论：{whole}。共审查 {len(review.checks)} 项，其中{'，'.join(f'{part} 项' for part in named)}。"
    return f"{sign} Overall: {whole}. {len(review.checks)} checks were made: {', '.join(named)}."


def land_summary(review: Review, lang: Lang) -> str:
    """The land occupied, in one sentence that adds up."""
    table = review.landuse
    named = [
        (tables.three_class(name, lang), table.sum(three_class=name))
        for name in tables.CATEGORIES
        if table.sum(three_class=name)
    ]
    paddy, cultivated = hectares(table.sum(prefix="0101")), hectares(table.cultivated_ha)
    total = hectares(table.total_ha)
    if lang == "zh":
        parts = "，".join(f"{name} {hectares(area)} 公顷" for name, area in named)
        return f"项目用地 {total} 公顷，其中{parts}；耕地 {cultivated} 公顷（已扣除田坎，其中水田 {paddy} 公顷）。"
    parts = ", ".join(f"{name} {hectares(area)} ha" for name, area in named)
    return f"{total} ha: {parts}; cultivated {cultivated} ha without ridges, of it paddy {paddy} ha."


def verdict(result: CheckResult, lang: Lang, see: str) -> Paragraph:
    """A check's verdict and why; `see` points to its figure."""
    words = f"{SIGNS[result.verdict]} {VERDICT_TITLES[result.verdict].in_(lang)}"
    colon = "：" if lang == "zh" else ": "
    return Paragraph(f"{words}{colon}{result.reason.in_(lang)}{see}", tables.TONES[result.verdict])


def conditions(result: CheckResult, lang: Lang) -> Iterator[Block]:
    """What must still be shown or applied for."""
    if result.conditions:
        yield Bullets(tuple(tables.capital(condition.in_(lang)) for condition in result.conditions))


def findings(result: CheckResult, lang: Lang) -> Iterator[Block]:
    """What was found beside areas: a table, or one quiet line where the check passed or found only one thing."""
    if result.verdict is not Verdict.PASS and len(result.facts) > 1:
        table = tables.findings(result, lang)
        if table is not None:
            yield table
    elif result.facts:
        colon, between = ("：", "；") if lang == "zh" else (": ", "; ")
        pairs = (
            f"{tables.capital(f.title.in_(lang)) if lang == 'en' else f.title.zh}{colon}{f.shown.in_(lang)}"
            for f in result.facts
        )
        yield Paragraph(between.join(pairs) + ("。" if lang == "zh" else "."), "quiet", indent=False)


def legal_basis(result: CheckResult, lang: Lang) -> Iterator[Block]:
    """The clauses a check goes by."""
    if result.clauses:
        title, stop = ("依据：", "。") if lang == "zh" else ("Basis: ", ".")
        yield Paragraph(title + _clauses(result, lang) + stop, "quiet", indent=False)


def _clauses(result: CheckResult, lang: Lang) -> str:
    if lang == "zh":
        return "；".join(f"{c.title.zh}{c.article.zh}（{c.text.zh.rstrip('。')}）" for c in result.clauses)
    return "; ".join(f"{c.title.en} {c.article.en} ({c.text.en.rstrip('.')})" for c in result.clauses)


def parameters(review: Review, lang: Lang) -> Table:
    """Rules, tolerances and what the result can be told by."""
    return Table(
        "审查参数表" if lang == "zh" else "Parameters",
        PARAMETERS,
        tuple(Row(pair) for pair in _parameters(review, lang)),
        head=False,
        dense=True,
    )


def _parameters(review: Review, lang: Lang) -> Iterator[tuple[str, str]]:
    """Rules and tolerances by which the review decided."""
    zh = lang == "zh"
    yield "规则与版本" if zh else "Rules", f"{review.profile_id} {review.profile_edition}"
    kinds = {
        "plane": ("项目所在带平面面积", "plane area in the project's zone"),
        "ellipsoid": ("椭球面积", "ellipsoid area"),
    }
    yield "面积口径" if zh else "Area", kinds[review.area_kind][0 if zh else 1]
    for key, value in (review.tolerances | _own_tolerances(review)).items():
        zh_name, en_name, unit = NAMES.get(key, (key, key, ""))
        yield (zh_name if zh else en_name), f"{value:g} {unit if zh else UNITS.get(unit, unit)}".strip()
    yield ("数据时点" if zh else "Data as of"), review.as_of or ("最新版本" if zh else "newest versions")
    yield ("平台版本" if zh else "Platform"), f"guotu {review.platform_version}"
    yield ("JSON 成果校验值" if zh else "JSON result"), _digest(sha256(review.as_bytes(lang)).hexdigest())


def _own_tolerances(review: Review) -> dict[str, float]:
    """Figures that only single checks go by."""
    return {key: value for check in review.checks for key, value in check.tolerances.items()}
