"""Passages of the report."""

from __future__ import annotations

from collections.abc import Iterator

from guotu.apps.approval.profile import ReviewProfile
from guotu.apps.approval.report import tables
from guotu.apps.approval.report.document import Block, Bullets, Paragraph, Row, Table
from guotu.apps.approval.report.figures import area_words, hectares
from guotu.apps.approval.result import VERDICT_TITLES, CheckResult, Review, Verdict
from guotu.errors import Lang
from guotu.standards import landclass

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
            "本报告由国土空间基础信息平台依据下列数据和规则自动生成，供用地审查使用。"
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
        ("数据时点" if zh else "Data as of", review.as_of or ("最新" if zh else "newest")),
        ("范围文件校验值" if zh else "Boundary file", f"SHA-256 {review.project.source_hash[:32]}"),
    )
    return Table(
        "项目基本情况" if zh else "The project", tables.PAIR, tuple(Row(pair) for pair in pairs), head=False
    )


def _use(review: Review, profile: ReviewProfile, lang: Lang) -> str:
    code = review.request.use
    if not code:
        return "未指定" if lang == "zh" else "not given"
    return f"{code} {landclass.scheme(profile.section('planning')['scheme']).name(code)}"


def land_summary(review: Review, lang: Lang) -> str:
    """The land occupied, in one sentence that adds up."""
    table = review.landuse
    named = [
        (name, table.sum(three_class=name)) for name in ("农用地", "建设用地", "未利用地", "未定", "未覆盖")
    ]
    if lang == "zh":
        parts = "，".join(f"{name} {hectares(area)} 公顷" for name, area in named if area)
        cultivated = f"占用耕地 {hectares(table.cultivated_ha)} 公顷（已扣除田坎）"
        return f"项目用地 {hectares(table.total_ha)} 公顷，其中{parts}；{cultivated}。"
    parts = ", ".join(f"{name} {hectares(area)} ha" for name, area in named if area)
    return f"{hectares(table.total_ha)} ha: {parts}; cultivated {hectares(table.cultivated_ha)} ha without ridges."


def check(result: CheckResult, lang: Lang) -> Iterator[Block]:
    """One check: verdict and reason, what follows, figures, features met, clauses."""
    verdict = f"{SIGNS[result.verdict]} {VERDICT_TITLES[result.verdict].in_(lang)}"
    yield Paragraph(f"{verdict}：{result.reason.in_(lang)}", tables.TONES[result.verdict])
    if result.conditions:
        yield Bullets(tuple(condition.in_(lang) for condition in result.conditions))
    if result.facts:
        pairs = tuple(Row((fact.title.in_(lang), fact.shown.in_(lang))) for fact in result.facts)
        yield Table("审查要点" if lang == "zh" else "Findings", tables.PAIR, pairs, head=False)
    if result.totals:
        yield tables.totals(result, lang)
    if result.hits and result.id != "landuse":
        yield tables.hits(result, lang)
    if result.clauses:
        title = "依据：" if lang == "zh" else "Basis: "
        clauses = "；".join(
            f"{c.title.in_(lang)}{c.article.in_(lang)}（{c.text.in_(lang)}）" for c in result.clauses
        )
        yield Paragraph(title + clauses + ("。" if lang == "zh" else "."), "quiet", indent=False)


def parameters(review: Review, lang: Lang) -> Iterator[tuple[str, str]]:
    """Rules and tolerances by which the review decided."""
    zh = lang == "zh"
    yield "规则与版本" if zh else "Rules", f"{review.profile_id} {review.profile_edition}"
    kinds = {
        "plane": ("项目所在带平面面积", "plane area in the project's zone"),
        "ellipsoid": ("椭球面积", "ellipsoid area"),
    }
    yield "面积口径" if zh else "Area", kinds[review.area_kind][0 if zh else 1]
    names = {
        "drop_m2": ("忽略的碎片", "Dropped below", "㎡"),
        "sliver_m2": ("压盖误差面积", "Overlay error below", "㎡"),
        "sliver_width_m": ("压盖误差平均宽度", "Overlay error narrower than", "m"),
        "verdict_m2": ("结论阈值", "Verdict threshold", "㎡"),
        "balance_m2": ("平差允许差", "Balanced up to", "㎡"),
        "declared_ha": ("申报面积允许差", "Declared area may differ by", "ha"),
        "partial_m2": ("覆盖不全允许差", "Uncovered area allowed", "㎡"),
    }
    for key, value in review.tolerances.items():
        zh_name, en_name, unit = names.get(key, (key, key, ""))
        yield (zh_name if zh else en_name), f"{value:g} {unit}".strip()
