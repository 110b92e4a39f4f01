"""What a report says: the review told section by section."""

from __future__ import annotations

from collections.abc import Iterator

from guotu.apps.approval.profile import ReviewProfile
from guotu.apps.approval.report import sections, tables
from guotu.apps.approval.report.document import (
    Block,
    Document,
    Heading,
    Image,
    Paragraph,
    Row,
    Signatures,
    Table,
)
from guotu.apps.approval.report.figures import chinese_number, numbered
from guotu.apps.approval.report.pictures import MapPictures
from guotu.apps.approval.result import VERDICT_TITLES, CheckResult, Review, Verdict
from guotu.apps.approval.words import Text
from guotu.errors import Lang

TITLE = Text("建设项目用地合规性审查报告", "Land Compliance Review Report")
HEADINGS = (
    Text("项目概况", "The project"),
    Text("审查结论", "Conclusions"),
    Text("地类占用情况", "Land occupied"),
    Text("分项审查", "Checks in detail"),
    Text("界址点坐标成果", "Boundary points"),
    Text("数据依据", "Data used"),
)
SIGNED = (Text("经办人", "Prepared by"), Text("审核人", "Checked by"), Text("签发人", "Approved by"))


def compose(review: Review, pictures: MapPictures, profile: ReviewProfile, lang: Lang) -> Document:
    """The report of a review in one language."""
    parts = (_project, _conclusions, _land, _checks, _points, _basis)
    blocks: list[Block] = []
    for number, (heading, part) in enumerate(zip(HEADINGS, parts, strict=True), 1):
        blocks.append(Heading(numbered(number, heading.in_(lang), lang)))
        blocks += part(review, pictures, profile, lang)
    blocks.append(Signatures(tuple(field.in_(lang) for field in SIGNED)))
    date = (
        f"{review.today.year}年{review.today.month}月{review.today.day}日"
        if lang == "zh"
        else review.today.isoformat()
    )
    made = Text(
        f"审查日期：{date}　　平台版本：guotu {review.platform_version}",
        f"Reviewed {date}, guotu {review.platform_version}",
    )
    return Document(TITLE.in_(lang), made.in_(lang), "zh-CN" if lang == "zh" else "en", tuple(blocks))


def _project(review: Review, pictures: MapPictures, profile: ReviewProfile, lang: Lang) -> Iterator[Block]:
    yield Paragraph(sections.introduction(review, profile, lang))
    yield sections.facts(review, profile, lang)
    yield from (Paragraph(remark.in_(lang), "attention") for remark in review.warnings)
    if len(review.parcels) > 1:
        yield tables.parcels(review, lang)
    caption = Text("项目范围与土地利用现状图", "The project on the land-use map")
    yield Image(caption.in_(lang), caption.in_(lang), pictures.overview)


def _conclusions(
    review: Review, pictures: MapPictures, profile: ReviewProfile, lang: Lang
) -> Iterator[Block]:
    yield Paragraph(_overall(review, lang))
    yield tables.verdicts(review, lang)
    title = "审批权限：" if lang == "zh" else "Approval authority: "
    yield Paragraph(f"{title}{review.authority.title.in_(lang)}。{review.authority.reason.in_(lang)}")


def _overall(review: Review, lang: Lang) -> str:
    counts = {verdict: sum(check.verdict is verdict for check in review.checks) for verdict in Verdict}
    named = [f"{VERDICT_TITLES[v].in_(lang)} {n}" for v, n in counts.items() if n]
    if lang == "zh":
        return f"本次共审查 {len(review.checks)} 项：{'，'.join(f'{part} 项' for part in named)}。各项结论及理由如下表。"
    return f"{len(review.checks)} checks were made: {', '.join(named)}."


def _land(review: Review, pictures: MapPictures, profile: ReviewProfile, lang: Lang) -> Iterator[Block]:
    yield Paragraph(sections.land_summary(review, lang))
    yield tables.three_classes(review, lang)
    yield tables.land_use(review.landuse, lang)
    yield from (Paragraph(note.in_(lang), "quiet") for note in review.landuse_notes)


def _checks(review: Review, pictures: MapPictures, profile: ReviewProfile, lang: Lang) -> Iterator[Block]:
    for number, check in enumerate(review.checks, 1):
        mark = f"（{chinese_number(number)}）" if lang == "zh" else f"{number}. "
        yield Heading(f"{mark}{check.title.in_(lang)}", 2)
        yield from sections.check(check, lang)
        picture = pictures.conflicts.get(check.id)
        if picture is not None:
            yield Image(_caption(check, lang), f"{check.title.in_(lang)} {check.reason.in_(lang)}", picture)


def _caption(check: CheckResult, lang: Lang) -> str:
    return f"{check.title.in_(lang)}示意图" if lang == "zh" else f"{check.title.in_(lang)}: what was met"


def _points(review: Review, pictures: MapPictures, profile: ReviewProfile, lang: Lang) -> Iterator[Block]:
    for parcel in review.project.parcels:
        yield tables.boundary_points(review, parcel, lang)


def _basis(review: Review, pictures: MapPictures, profile: ReviewProfile, lang: Lang) -> Iterator[Block]:
    yield tables.basis(review, lang)
    yield Table(
        "审查参数" if lang == "zh" else "Parameters",
        tables.PAIR,
        tuple(Row(pair) for pair in sections.parameters(review, lang)),
        head=False,
    )
    text = Text(
        f"按上表数据版本和同一规则（{review.profile_id} {review.profile_edition}）重新审查，可得到相同结果。",
        f"The same versions and rules ({review.profile_id} {review.profile_edition}) give the same result again.",
    )
    yield Paragraph(text.in_(lang), "quiet")
