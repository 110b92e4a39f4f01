"""The report's figures as a workbook: numbers stay numbers, codes stay text, sums are formulas beside their values."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

import xlsxwriter

from guotu.apps.approval.profile import ReviewProfile
from guotu.apps.approval.report import hits, sections, tables
from guotu.apps.approval.report.content import report_number
from guotu.apps.approval.report.figures import date_words
from guotu.apps.approval.report.matrix import matrix
from guotu.apps.approval.report.sheets import Sheets, Value
from guotu.apps.approval.result import VERDICT_TITLES, Hit, LandUseTable, Review, Total
from guotu.errors import Lang


def render(review: Review, profile: ReviewProfile, lang: Lang) -> bytes:
    """XLSX bytes."""
    written = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as book:
        day = datetime(review.today.year, review.today.month, review.today.day)  # noqa: DTZ001 - a file's date, no moment
        book.set_properties({"title": report_number(review), "author": "guotu", "created": day})
        sheets = Sheets(book, lang)
        _conclusions(sheets, review)
        _project(sheets, review, profile)
        for add in (_land, _land_rows_page, _by_parcel, _totals, _hits, _points, _basis):
            add(sheets, review)
    return written.getvalue()


def _conclusions(s: Sheets, review: Review) -> None:
    titles = [column.title for column in tables.verdicts(review, s.lang).columns]
    page = s.page(
        s.say("审查结论", "Conclusions"),
        (*titles, s.say("尚需办理", "Still to do")), (7, 28, 12, 70, 34, 46),
        landscape=True,
    )  # fmt: skip
    for number, check in enumerate(review.checks, 1):
        verdict, to_do = (
            VERDICT_TITLES[check.verdict].in_(s.lang),
            "\n".join(c.in_(s.lang) for c in check.conditions),
        )
        cited = s.say("；", "; ").join(dict.fromkeys(tables.cite(clause, s.lang) for clause in check.clauses))
        page.row(
            (number, check.title.in_(s.lang), verdict, check.reason.in_(s.lang), cited, to_do),
            "n", "t", check.verdict.value, "t", "t", "t",
        )  # fmt: skip


def _project(s: Sheets, review: Review, profile: ReviewProfile) -> None:
    page = s.page(s.say("项目概况", "Project"), (s.say("项目", "Item"), s.say("内容", "Value")), (26, 110))
    pairs = [
        (s.say("报告编号", "Report no."), report_number(review)),
        (s.say("审查日期", "Reviewed"), date_words(review.today, s.lang)),
        (s.say("总体结论", "Overall"), sections.overall(review, s.lang)),
        (s.say("审批权限", "Authority"), _authority(s, review)),
        *(row.cells for row in sections.facts(review, profile, s.lang).rows),
        *((s.say("提示", "Remark"), remark.in_(s.lang)) for remark in review.warnings),
        *((s.say("说明", "Note"), note.in_(s.lang)) for note in review.landuse_notes),
        *(row.cells for row in sections.parameters(review, s.lang).rows),
    ]
    for pair in pairs:
        page.row(pair, "h", "t")


def _authority(s: Sheets, review: Review) -> str:
    return f"{review.authority.title.in_(s.lang)}{s.say('：', ': ')}{review.authority.reason.in_(s.lang)}"


LAND = (
    ("权属单位代码", "Unit code", 24), ("权属单位", "Owner unit", 20), ("权属性质", "Ownership", 16), ("三大类", "Category", 22),
    ("一级类", "First class", 22), ("地类编码", "Class", 10), ("地类名称", "Class name", 18), ("面积（公顷）", "Area (ha)", 14),
    ("平面面积（㎡）", "Plane (m²)", 16), ("椭球面积（㎡）", "Ellipsoid (m²)", 16),
)  # fmt: skip


def _land(s: Sheets, review: Review) -> None:
    """The table as the trade lays it out; its sums are formulas over the leaves."""
    s.matrix(s.say("地类面积汇总表", "Land by class"), matrix(review.landuse, s.lang))


def _land_rows_page(s: Sheets, review: Review) -> None:
    """The same leaves one a row, with codes and both areas, for whoever computes on."""
    page = s.listed(s.say("地类面积明细", "Land, row by row"), LAND)
    for cells in _land_rows(review.landuse, s.lang):
        page.row(cells, *"ttttttt", "ha", "m2", "m2")
    page.sums(7, {7: float(review.landuse.total_ha)})


def _by_parcel(s: Sheets, review: Review) -> None:
    """The same table for each parcel of a project that has several."""
    if len(review.parcels) < 2:
        return
    page = s.listed(s.say("分地块地类面积", "Land by parcel"), (("地块", "Parcel", 16), *LAND))
    for table in review.landuse_by_parcel:
        for cells in _land_rows(table, s.lang):
            page.row((table.parcel or "", *cells), *"tttttttt", "ha", "m2", "m2")
    page.sums(8, {8: float(review.landuse.total_ha)})


def _land_rows(table: LandUseTable, lang: Lang) -> list[tuple[Value, ...]]:
    return [
        (
            row.owner_code, row.owner_unit, tables.ownership(row.ownership, lang),
            tables.three_class(row.three_class, lang), f"{row.first_code} {row.first_name}".strip(), row.code, row.name,
            row.area_ha, row.area_m2, row.area_ellipsoid_m2,
        )
        for row in table.rows
    ]  # fmt: skip


def _totals(s: Sheets, review: Review) -> None:
    columns = (
        ("审查事项", "Check", 34), ("项目", "Item", 30), ("面积（公顷）", "Area (ha)", 14), ("平面面积（㎡）", "Plane (m²)", 16),
        ("椭球面积（㎡）", "Ellipsoid (m²)", 16),
    )  # fmt: skip
    page = s.listed(s.say("面积统计", "Areas"), columns)
    for check in review.checks:
        for total in check.totals:
            page.row((check.title.in_(s.lang), *_total(total, s.lang)), "t", "t", "ha", "m2", "m2")
    page.filter()


def _total(total: Total, lang: Lang) -> tuple[Value, ...]:
    return tables.capital(total.title.in_(lang)), total.area_ha, total.area_m2, total.area_ellipsoid_m2


HITS = (
    ("审查事项", "Check", 24), ("序号", "No.", 7), ("数据", "Dataset", 14), ("要素", "Feature", 30), ("主要属性", "Attributes", 56),
    ("面积（公顷）", "Area (ha)", 13), ("平面面积（㎡）", "Plane (m²)", 15), ("椭球面积（㎡）", "Ellipsoid (m²)", 15),
    ("占该要素", "Of feature", 10), ("距离（m）", "Away (m)", 10), ("计入", "Counted", 8), ("备注", "Remark", 30),
    ("地块", "Parcel", 16), ("版本", "Version", 20), ("要素标识", "Feature id", 36),
)  # fmt: skip


def _hits(s: Sheets, review: Review) -> None:
    page = s.listed(s.say("占用明细", "Features met"), HITS)
    for check in review.checks:
        numbers: dict[str, int] = {}
        for hit in hits.ordered(check):
            number = numbers[hit.dataset] = numbers.get(hit.dataset, 0) + 1
            page.row((check.title.in_(s.lang), number, *_hit(hit, s)), *HIT_KINDS)
    page.filter()


HIT_KINDS = ("t", "n", "t", "t", "t", "ha", "m2", "m2", "%", "m2", "c", "t", "t", "t", "t")


def _hit(hit: Hit, s: Sheets) -> tuple[Value, ...]:
    counted = s.say("是", "yes") if hit.counted else s.say("否", "no")
    return (
        hit.dataset, hit.title.in_(s.lang), hits.spoken(hit, s.lang), hit.area_ha, hit.area_m2, hit.area_ellipsoid_m2,
        hit.share, hit.distance_m, counted, hits.remark(hit, s.lang), hit.parcel, hit.version, hit.feature,
    )  # fmt: skip


def _points(s: Sheets, review: Review) -> None:
    columns = (
        ("地块编号", "Parcel", 18), ("序号", "No.", 8), ("点号", "Point", 10), ("圈号", "Ring", 8), ("X（m）", "X (m)", 18),
        ("Y（m）", "Y (m)", 18), ("边长（m）", "Side (m)", 14),
    )  # fmt: skip
    page = s.listed(s.say("界址点", "Boundary points"), columns)
    for parcel, summary in zip(review.project.parcels, review.parcels, strict=True):
        for number, (point, side) in enumerate(tables.closed_points(parcel), 1):
            cells = (summary.number, number, point.label, point.ring, point.northing, point.easting, side)
            page.row(cells, "t", "n", "c", "n", "m", "m", "m2")


def _basis(s: Sheets, review: Review) -> None:
    columns = (
        ("数据", "Data", 34), ("数据流", "Stream", 22), ("版本", "Version", 14), ("校验值", "Digest", 18),
        ("数据时点", "Data of", 13), ("年度", "Year", 8), ("要素数", "Features", 11), ("责任单位", "Responsible", 26),
        ("状态", "State", 12), ("说明", "Remark", 46),
    )  # fmt: skip
    page = s.listed(s.say("数据依据", "Data used"), columns)
    for entry in review.basis:
        cells = (
            entry.title.in_(s.lang), entry.stream, *tables.version_parts(entry),
            entry.data_date.isoformat() if entry.data_date else "", str(entry.data_date.year) if entry.data_date else "",
            entry.features if entry.version else None, entry.owner, tables.STATES[entry.state][0 if s.lang == "zh" else 1],
            entry.reason.in_(s.lang) if entry.reason else "",
        )  # fmt: skip
        page.row(cells, "t", "t", "c", "c", "c", "c", "count", "t", "c", "t")
