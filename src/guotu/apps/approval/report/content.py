"""What a report says: the review told section by section, the conclusion first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from guotu.apps.approval.profile import ReviewProfile
from guotu.apps.approval.report import hits, sections, tables
from guotu.apps.approval.report.document import (
    Block,
    Document,
    Heading,
    Image,
    Paragraph,
    Signatures,
    Table,
)
from guotu.apps.approval.report.figures import chinese_number, date_words, numbered
from guotu.apps.approval.report.matrix import land_matrix
from guotu.apps.approval.report.pictures import MapPictures
from guotu.apps.approval.result import CheckResult, Review
from guotu.apps.approval.words import Text
from guotu.errors import Lang

TITLE = Text("建设项目用地合规性审查报告", "Land Compliance Review Report")
HEADINGS = (
    Text("审查结论", "Conclusions"),
    Text("项目概况", "The project"),
    Text("地类占用情况", "Land occupied"),
    Text("分项审查", "Checks in detail"),
    Text("界址点坐标成果", "Boundary points"),
    Text("数据依据与审查参数", "Data and parameters"),
)
SIGNED = (Text("经办人", "Prepared by"), Text("审核人", "Checked by"), Text("签发人", "Approved by"))
SIGN_LINES = (Text("签名：", "Signature:"), Text("日期：　　　年　　月　　日", "Date:"))
LAND_TABLE = Text("土地利用现状分类面积汇总表（单位：公顷）", "Land by owner and class (ha)")
LAND = "landuse"
"""The check that is the report's own section on land, and not one among the others."""


@dataclass(frozen=True, slots=True)
class Told:
    """What every section is told from."""

    review: Review
    pictures: MapPictures
    profile: ReviewProfile
    lang: Lang

    def say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def figure(self, check: str) -> int:
        """The number of the figure that a check has; the overview is the first. 0 where it has none."""
        shown = self.pictures.conflicts, self.pictures.details
        order = [found.id for found in self.review.checks for drawn in shown if found.id in drawn]
        return order.index(check) + 2 if check in order else 0


def report_number(review: Review) -> str:
    """Day of the review and the first digits of its result's SHA-256: the same review always has the same number."""
    return f"GT{review.today:%Y%m%d}-{hashlib.sha256(review.as_bytes('zh')).hexdigest()[:8].upper()}"


def compose(review: Review, pictures: MapPictures, profile: ReviewProfile, lang: Lang) -> Document:
    """The report of a review in one language."""
    told = Told(review, pictures, profile, lang)
    parts = (_conclusions, _project, _land, _checks, _points, _basis)
    blocks: list[Block] = []
    for number, (heading, part) in enumerate(zip(HEADINGS, parts, strict=True), 1):
        blocks.append(Heading(numbered(number, heading.in_(lang), lang)))
        blocks += part(told)
    blocks.append(
        Signatures(tuple(field.in_(lang) for field in SIGNED), tuple(line.in_(lang) for line in SIGN_LINES))
    )
    caption = LAND_TABLE.in_(lang)
    blocks += [table for table in land_matrix(review.landuse, lang, caption) if table.wide]
    label, date = report_number(review), date_words(review.today, lang)
    made = Text(
        f"编号：{label}　审查日期：{date}　guotu {review.platform_version}",
        f"No. {label}, reviewed {date}, guotu {review.platform_version}",
    )
    language = "zh-CN" if lang == "zh" else "en"
    return Document(
        TITLE.in_(lang), review.project.name, label, made.in_(lang), language, tuple(_captioned(blocks, lang))
    )


def _captioned(blocks: list[Block], lang: Lang) -> Iterator[Block]:
    """Tables and figures with their numbers."""
    figures = tables_so_far = annexes = 0
    for block in blocks:
        match block:
            case Table(wide=True):
                annexes += 1
                mark = f"附表{annexes}　" if lang == "zh" else f"Annex {annexes}. "
                yield replace(block, caption=mark + block.caption)
            case Table():
                tables_so_far += 1
                mark = f"表{tables_so_far}　" if lang == "zh" else f"Table {tables_so_far}. "
                yield replace(block, caption=mark + block.caption)
            case Image():
                figures += 1
                mark = f"图{figures}　" if lang == "zh" else f"Figure {figures}. "
                yield replace(block, caption=mark + block.caption)
            case _:
                yield block


def _conclusions(told: Told) -> Iterator[Block]:
    review, lang = told.review, told.lang
    yield Paragraph(sections.introduction(review, told.profile, lang))
    yield Paragraph(sections.overall(review, lang), tables.TONES[review.verdict])
    yield tables.verdicts(review, lang)
    title = told.say("审批权限：", "Approval authority: ")
    stop = told.say("。", ". ")
    yield Paragraph(f"{title}{review.authority.title.in_(lang)}{stop}{review.authority.reason.in_(lang)}")
    to_do = tables.to_do(review, lang)
    if to_do is not None:
        yield to_do


def _project(told: Told) -> Iterator[Block]:
    review, lang = told.review, told.lang
    yield sections.facts(review, told.profile, lang)
    yield from (Paragraph(remark.in_(lang), "attention") for remark in review.warnings)
    if len(review.parcels) > 1:
        yield tables.parcels(review, lang)
    caption = told.say("项目范围与土地利用现状图", "The project on the land-use map")
    picture = told.pictures.overview
    yield Image(f"{caption}{_scale(told, picture.scale)}", caption, picture)


def _scale(told: Told, scale: int) -> str:
    return told.say(f"（1:{scale:,}）", f" (1:{scale:,})")


def _land(told: Told) -> Iterator[Block]:
    review, lang = told.review, told.lang
    yield Paragraph(sections.land_summary(review, lang))
    land = review.check(LAND)
    if land is not None:
        yield sections.verdict(land, lang, "")
        yield from sections.conditions(land, lang)
    yield tables.three_classes(review, lang)
    if len(review.parcels) > 1:
        yield tables.by_parcel(review, lang)
    laid = land_matrix(review.landuse, lang, LAND_TABLE.in_(lang))
    if laid[0].wide:
        yield Paragraph(
            told.say("按权属单位和地类的面积见附表。", "Areas by owner and class: see the annex.")
        )
    else:
        yield from laid
    yield from (Paragraph(note.in_(lang), "quiet") for note in review.landuse_notes)
    if land is not None:
        yield from sections.legal_basis(land, lang)


def _checks(told: Told) -> Iterator[Block]:
    checks = [check for check in told.review.checks if check.id != LAND]
    for number, check in enumerate(checks, 1):
        mark = told.say(f"（{chinese_number(number)}）", f"{number}. ")
        yield Heading(f"{mark}{check.title.in_(told.lang)}", 2)
        yield from _check(told, check)


def _check(told: Told, check: CheckResult) -> Iterator[Block]:
    """One check: verdict and reason, what follows, figures, features met, picture, clauses."""
    number, lang = told.figure(check.id), told.lang
    see = told.say(f"（见图{number}）", f" (figure {number})") if number else ""
    yield sections.verdict(check, lang, see)
    yield from sections.conditions(check, lang)
    yield from sections.findings(check, lang)
    totals = tables.totals(check, lang)
    if totals is not None:
        yield totals
    yield from hits.tables(told.review, check, lang)
    picture = told.pictures.conflicts.get(check.id)
    if picture is not None:
        title = check.title.in_(lang)
        caption = told.say(f"{title}示意图", f"{title}: what was met")
        yield Image(caption + _scale(told, picture.scale), f"{title} {check.reason.in_(lang)}", picture)
    detail = told.pictures.details.get(check.id)
    if detail is not None:
        caption = told.say(f"{check.title.zh}局部放大图", f"{check.title.en}: enlarged") + _scale(
            told, detail.scale
        )
        yield Image(caption, caption, detail)
    yield from sections.legal_basis(check, lang)


def _points(told: Told) -> Iterator[Block]:
    for parcel, summary in zip(told.review.project.parcels, told.review.parcels, strict=True):
        yield tables.boundary_points(parcel, summary, told.lang)


def _basis(told: Told) -> Iterator[Block]:
    review, lang = told.review, told.lang
    yield tables.basis(review, lang)
    yield from (Paragraph(reason + told.say("。", "."), "unknown") for reason in tables.doubts(review, lang))
    yield sections.parameters(review, lang)
    text = Text(
        f"按上表数据版本和同一规则（{review.profile_id} {review.profile_edition}）重新审查，可得到相同结果。",
        f"The same versions and rules ({review.profile_id} {review.profile_edition}) give the same result again.",
    )
    yield Paragraph(text.in_(lang), "quiet")
