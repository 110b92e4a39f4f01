"""The report's figures as a workbook: numbers stay numbers, codes stay text, sums are formulas beside their values."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from guotu.apps.approval.report import tables
from guotu.apps.approval.report.document import Column
from guotu.apps.approval.result import VERDICT_TITLES, CheckResult, Review
from guotu.errors import Lang

FACE = "仿宋"
COLOURS = {"pass": "#14713D", "attention": "#8A5A00", "fail": "#B00016", "unknown": "#55616E"}


def render(review: Review, lang: Lang) -> bytes:
    """XLSX bytes."""
    written = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as book:
        book.set_properties({"title": review.project.name})
        sheets = _Sheets(book, lang)
        _conclusions(sheets, review)
        _land(sheets, review)
        _hits(sheets, review)
        _points(sheets, review)
        _basis(sheets, review)
    return written.getvalue()


class _Sheets:
    """Makes sheets that look alike."""

    def __init__(self, book: Any, lang: Lang) -> None:
        self.book, self.lang = book, lang
        common = {"font_name": FACE, "font_size": 11, "border": 1, "valign": "vcenter"}
        self.text = book.add_format(common | {"text_wrap": True, "num_format": "@"})
        self.head = book.add_format(
            common | {"bold": True, "bg_color": "#EEF2F7", "align": "center", "text_wrap": True}
        )
        self.ha = book.add_format(common | {"num_format": "#,##0.0000"})
        self.m2 = book.add_format(common | {"num_format": "#,##0.00"})
        self.m = book.add_format(common | {"num_format": "0.000"})
        self.number = book.add_format(common | {"num_format": "0", "align": "center"})
        self.total = book.add_format(
            common | {"bold": True, "bg_color": "#F7F8FA", "num_format": "#,##0.0000"}
        )
        self.verdicts = {
            name: book.add_format(common | {"bold": True, "font_color": colour, "align": "center"})
            for name, colour in COLOURS.items()
        }

    def say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def add(
        self, name: str, titles: tuple[str, ...], widths: tuple[float, ...], *, landscape: bool = False
    ) -> Any:
        sheet = self.book.add_worksheet(name)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.freeze_panes(1, 0)
        sheet.set_footer("&C— &P —")
        if landscape:
            sheet.set_landscape()
        for at, (title, width) in enumerate(zip(titles, widths, strict=True)):
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, title, self.head)
        return sheet


def _titles(columns: tuple[Column, ...]) -> tuple[str, ...]:
    return tuple(column.title for column in columns)


def _conclusions(s: _Sheets, review: Review) -> None:
    titles = _titles(tables.verdicts(review, s.lang).columns)
    sheet = s.add(s.say("审查结论", "Conclusions"), titles, (7, 26, 13, 90))
    for row, check in enumerate(review.checks, 1):
        sheet.write_number(row, 0, row, s.number)
        sheet.write_string(row, 1, check.title.in_(s.lang), s.text)
        sheet.write_string(row, 2, VERDICT_TITLES[check.verdict].in_(s.lang), s.verdicts[check.verdict.value])
        sheet.write_string(row, 3, check.reason.in_(s.lang), s.text)
    row = len(review.checks) + 2
    facts = (
        (s.say("项目名称", "Project"), review.project.name),
        (
            s.say("审批权限", "Authority"),
            f"{review.authority.title.in_(s.lang)}：{review.authority.reason.in_(s.lang)}",
        ),
        (s.say("审查日期", "Reviewed"), review.today.isoformat()),
        (s.say("规则", "Rules"), f"{review.profile_id} {review.profile_edition}"),
    )
    for at, (name, value) in enumerate(facts):
        sheet.write_string(row + at, 1, name, s.head)
        sheet.merge_range(row + at, 2, row + at, 3, value, s.text)


def _land(s: _Sheets, review: Review) -> None:
    titles = (
        s.say("权属单位代码", "Unit code"), s.say("权属单位", "Owner unit"), s.say("权属性质", "Ownership"),
        s.say("三大类", "Category"), s.say("一级类", "First class"), s.say("地类编码", "Class"),
        s.say("地类名称", "Class name"), s.say("面积（公顷）", "Area (ha)"), s.say("平面面积（㎡）", "Plane (m²)"),
        s.say("椭球面积（㎡）", "Ellipsoid (m²)"),
    )  # fmt: skip
    sheet = s.add(
        s.say("地类面积汇总表", "Land by class"),
        titles,
        (24, 20, 10, 12, 20, 10, 18, 14, 16, 16),
        landscape=True,
    )
    rows = review.landuse.rows
    for number, row in enumerate(rows, 1):
        words = (
            row.owner_code,
            row.owner_unit,
            row.ownership,
            row.three_class,
            f"{row.first_code} {row.first_name}".strip(),
            row.code,
            row.name,
        )
        for at, word in enumerate(words):
            sheet.write_string(number, at, word, s.text)
        sheet.write_number(number, 7, float(row.area_ha), s.ha)
        sheet.write_number(number, 8, row.area_m2, s.m2)
        sheet.write_number(number, 9, row.area_ellipsoid_m2, s.m2)
    last = len(rows) + 1
    sheet.merge_range(last, 0, last, 6, s.say("总计", "Total"), s.head)
    sheet.write_formula(last, 7, f"=ROUND(SUM(H2:H{last}),4)", s.total, float(review.landuse.total_ha))
    sheet.autofilter(0, 0, max(last - 1, 1), 9)


def _hits(s: _Sheets, review: Review) -> None:
    titles = (
        s.say("审查事项", "Check"), s.say("数据", "Dataset"), s.say("要素", "Feature"), s.say("要素标识", "Feature id"),
        s.say("版本", "Version"), s.say("地块", "Parcel"), s.say("主要属性", "Attributes"), s.say("面积（公顷）", "Area (ha)"),
        s.say("平面面积（㎡）", "Plane (m²)"), s.say("椭球面积（㎡）", "Ellipsoid (m²)"), s.say("计入", "Counted"),
        s.say("说明", "Note"),
    )  # fmt: skip
    widths = (18, 14, 26, 36, 20, 10, 50, 14, 16, 16, 8, 24)
    sheet = s.add(s.say("占用明细", "Features met"), titles, widths, landscape=True)
    number = 0
    for check in review.checks:
        for row in _hit_rows(s, check):
            number += 1
            for at, value in enumerate(row):
                if isinstance(value, (float, Decimal)):
                    sheet.write_number(number, at, float(value), s.ha if at == 7 else s.m2)
                else:
                    sheet.write_string(number, at, value, s.text)
    sheet.autofilter(0, 0, max(number, 1), len(titles) - 1)


def _hit_rows(s: _Sheets, check: CheckResult) -> list[tuple[str | float | Decimal, ...]]:
    return [
        (
            check.title.in_(s.lang), hit.dataset, hit.title.in_(s.lang), hit.feature, hit.version, hit.parcel,
            tables.attributes(hit, s.lang), hit.area_ha, hit.area_m2, hit.area_ellipsoid_m2,
            s.say("是", "yes") if hit.counted else s.say("否", "no"), hit.note.in_(s.lang) if hit.note else "",
        )
        for hit in check.hits
    ]  # fmt: skip


def _points(s: _Sheets, review: Review) -> None:
    titles = (
        s.say("地块编号", "Parcel"),
        s.say("序号", "No."),
        s.say("点号", "Point"),
        s.say("圈号", "Ring"),
        "X（m）",
        "Y（m）",
        s.say("边长（m）", "Side (m)"),
    )
    sheet = s.add(s.say("界址点", "Boundary points"), titles, (16, 8, 10, 8, 18, 18, 14))
    number = 0
    for parcel in review.project.parcels:
        for row in tables.boundary_points(review, parcel, s.lang).rows:
            number += 1
            sequence, label, ring, x, y, side = row.cells
            sheet.write_string(number, 0, parcel.number, s.text)
            sheet.write_number(number, 1, int(sequence), s.number)
            sheet.write_string(number, 2, label, s.text)
            sheet.write_number(number, 3, int(ring), s.number)
            sheet.write_number(number, 4, float(x), s.m)
            sheet.write_number(number, 5, float(y), s.m)
            if side:
                sheet.write_number(number, 6, float(side), s.m2)
            else:
                sheet.write_blank(number, 6, None, s.m2)


def _basis(s: _Sheets, review: Review) -> None:
    body = tables.basis(review, s.lang)
    sheet = s.add(s.say("数据依据", "Data used"), _titles(body.columns), (40, 26, 14, 34, 12))
    for number, row in enumerate(body.rows, 1):
        for at, word in enumerate(row.cells):
            sheet.write_string(number, at, word, s.text)
