"""Worksheets that look alike, written row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from guotu.analysis import typefaces
from guotu.apps.approval.report.document import Head, placed
from guotu.apps.approval.report.matrix import Matrix
from guotu.errors import Lang

Value: TypeAlias = str | int | float | Decimal | None

FACE = "仿宋"
LONGEST = 32_000
"""Characters; a cell holds no more than 32,767."""
COLOURS = {"pass": "#14713D", "attention": "#8A5A00", "fail": "#B00016", "unknown": "#55616E"}
KINDS: Mapping[str, Mapping[str, Any]] = {
    "t": {"text_wrap": True, "num_format": "@"},
    "c": {"align": "center", "num_format": "@"},
    "h": {"bold": True, "bg_color": "#EEF2F7", "text_wrap": True},
    "n": {"num_format": "0", "align": "center"},
    "count": {"num_format": "#,##0"},
    "ha": {"num_format": "#,##0.0000"},
    "m2": {"num_format": "#,##0.00"},
    "m": {"num_format": "0.000"},
    "%": {"num_format": "0.00%"},
    "sum": {"bold": True, "bg_color": "#F7F8FA", "num_format": "#,##0.0000"},
    **{name: {"bold": True, "font_color": colour, "align": "center"} for name, colour in COLOURS.items()},
}
"""Kinds of cells: text, centred text, head, ordinal, count, hectares, square metres, metres, share, sum, verdicts."""


class Sheets:
    """A workbook's pages, in one language."""

    def __init__(self, book: Any, lang: Lang) -> None:
        self.book, self.lang = book, lang
        common = {"font_name": FACE, "font_size": 11, "border": 1, "valign": "vcenter"}
        self.formats = {kind: book.add_format({**common, **look}) for kind, look in KINDS.items()}
        self.title = book.add_format({**common, **KINDS["h"], "align": "center"})

    def say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def listed(self, name: str, columns: Sequence[tuple[str, str, float]]) -> Page:
        """A landscape page whose columns are (Chinese title, English title, width)."""
        titles = tuple(self.say(zh, en) for zh, en, _ in columns)
        return self.page(name, titles, tuple(width for _, _, width in columns), landscape=len(columns) > 6)

    def page(
        self, name: str, titles: Sequence[str], widths: Sequence[float], *, landscape: bool = False
    ) -> Page:
        """A4, head frozen and repeated, one page wide."""
        sheet = self.book.add_worksheet(name)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.freeze_panes(1, 0)
        sheet.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.7)
        sheet.set_footer("&C— &P —")
        if landscape:
            sheet.set_landscape()
        for at, (title, width) in enumerate(zip(titles, widths, strict=True)):
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, title, self.title)
        return Page(self, sheet, len(titles))

    def matrix(self, name: str, matrix: Matrix) -> None:
        """A sheet of its own with a head of several rows; every sum is a formula that carries its value."""
        table = matrix.table(name, self.lang)
        sheet, depth = self.book.add_worksheet(name), len(table.header)
        _lay_out(sheet, depth)
        for row, column, head in placed(table):
            _across(sheet, row, column, head, self.title)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 11)
        sheet.set_column(2, len(table.columns) - 1, 12)
        sheet.freeze_panes(depth, 2)
        for at, (line, areas) in enumerate(zip(matrix.lines, matrix.areas, strict=True)):
            row, look = depth + at, self.formats["sum" if line.total else "ha"]
            label = self.formats["h" if line.total else "t"]
            sheet.write_string(row, 0, typefaces.plain(line.unit), label)
            sheet.write_string(row, 1, line.owner, label)
            for number, area in enumerate(areas):
                formula = _adds(matrix, at, number, depth)
                if formula:
                    sheet.write_formula(row, 2 + number, formula, look, float(area))
                elif area:
                    sheet.write_number(row, 2 + number, float(area), look)
                else:
                    sheet.write_blank(row, 2 + number, None, look)


def _lay_out(sheet: Any, depth: int) -> None:
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, depth - 1)
    sheet.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.7)
    sheet.set_footer("&C— &P —")


def _across(sheet: Any, row: int, column: int, head: Head, look: Any) -> None:
    if head.rows * head.columns == 1:
        sheet.write_string(row, column, head.text, look)
    else:
        sheet.merge_range(row, column, row + head.rows - 1, column + head.columns - 1, head.text, look)


def _adds(matrix: Matrix, line: int, leaf: int, depth: int) -> str:
    """The formula of a sum over the leaves beside it, or over the rows above; empty for a leaf."""
    here, column = matrix.leaves[leaf], matrix.lines[line]
    if here.sums:
        members = [
            at for at, other in enumerate(matrix.leaves)
            if not other.sums and here.category in ("", other.category)
        ]  # fmt: skip
        return _sum_of([xl_rowcol_to_cell(depth + line, 2 + at) for at in members])
    if column.total:
        above = [
            at for at, other in enumerate(matrix.lines)
            if not other.total and _covers(matrix, line, at)
        ]  # fmt: skip
        return _sum_of([xl_rowcol_to_cell(depth + at, 2 + leaf) for at in above])
    return ""


def _covers(matrix: Matrix, whole: int, part: int) -> bool:
    """Whether a row of sums adds up another row: whatever the part keeps, the whole keeps too."""
    one, other = matrix.lines[whole], matrix.lines[part]
    return all(one.keep(row) for row in matrix.rows if other.keep(row))


def _sum_of(cells: Sequence[str]) -> str:
    return f"=ROUND({'+'.join(cells)},4)" if cells else ""


class Page:
    """One sheet below its head."""

    def __init__(self, sheets: Sheets, sheet: Any, width: int) -> None:
        self.sheets, self.sheet, self.width = sheets, sheet, width
        self.rows = 0

    def row(self, cells: Sequence[Value], *kinds: str) -> None:
        """Write one row; text never becomes a formula or a link, an absent value stays empty."""
        self.rows += 1
        for at, (value, kind) in enumerate(zip(cells, kinds, strict=True)):
            look = self.sheets.formats[kind]
            if value is None:
                self.sheet.write_blank(self.rows, at, None, look)
            elif isinstance(value, str):
                self.sheet.write_string(self.rows, at, typefaces.plain(value)[:LONGEST], look)
            else:
                self.sheet.write_number(self.rows, at, float(value), look)

    def sums(self, label_to: int, totals: Mapping[int, float]) -> None:
        """A last row with the sums of columns, as formulas that carry their values."""
        self.filter()
        last, formats = self.rows + 1, self.sheets.formats
        self.sheet.merge_range(last, 0, last, label_to - 1, self.sheets.say("总计", "Total"), formats["h"])
        for at in range(label_to, self.width):
            if at in totals:
                column = xl_col_to_name(at)
                formula = f"=ROUND(SUM({column}2:{column}{last}),4)"
                self.sheet.write_formula(last, at, formula, formats["sum"], totals[at])
            else:
                self.sheet.write_blank(last, at, None, formats["sum"])

    def filter(self) -> None:
        """Arrows on the head for choosing rows."""
        self.sheet.autofilter(0, 0, max(self.rows, 1), self.width - 1)
