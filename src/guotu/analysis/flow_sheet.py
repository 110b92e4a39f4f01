"""Flow tables as files: a workbook with matrix, flows and balances, or the flows as CSV."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from guotu.analysis.flow import FlowTable, name_of
from guotu.errors import Lang

_FLOWS = (
    ("变更前单位", "Unit before"), ("变更后单位", "Unit after"), ("变更前地类", "Class before"), ("名称", "Name"),
    ("变更后地类", "Class after"), ("名称", "Name"), ("权属性质", "Ownership"),
    ("面积（平方米）", "Area (m²)"), ("面积（公顷）", "Area (ha)"),
)  # fmt: skip
_BALANCES = (
    ("单位", "Unit"), ("地类", "Class"), ("名称", "Name"), ("变更前（平方米）", "Before (m²)"), ("流出（平方米）", "Outflow (m²)"),
    ("流入（平方米）", "Inflow (m²)"), ("变更后（平方米）", "After (m²)"), ("差额（平方米）", "Residual (m²)"),
)  # fmt: skip


def as_csv(table: FlowTable, lang: Lang) -> bytes:
    """The flows, UTF-8 with a mark so that office programs read the Chinese."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_titles(_FLOWS, lang))
    writer.writerows(_flow_rows(table))
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(table: FlowTable, lang: Lang) -> bytes:
    """A workbook of three sheets: class × class in hectares, every flow, every balance."""
    written = BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False}) as book:
        formats = _Formats(book)
        _matrix(book, formats, table, lang)
        _list(book, formats, _say("流量明细", "Flows", lang), _titles(_FLOWS, lang), _flow_rows(table))
        _list(
            book, formats, _say("地类平衡", "Balances", lang), _titles(_BALANCES, lang), _balance_rows(table)
        )
    return written.getvalue()


class _Formats:
    def __init__(self, book: Any) -> None:
        line = {"border": 1, "valign": "vcenter", "font_name": "宋体", "font_size": 10}
        self.title = book.add_format({"bold": True, "font_size": 14, "font_name": "黑体", "align": "center"})
        self.note = book.add_format({"font_name": "宋体", "font_size": 9, "font_color": "#555555"})
        self.head = book.add_format(
            line | {"bold": True, "align": "center", "text_wrap": True, "bg_color": "#EDF2F7"}
        )
        self.text = book.add_format(line)
        self.number = book.add_format(line | {"num_format": "#,##0.00"})
        self.sum = book.add_format(line | {"num_format": "#,##0.00", "bold": True})


def _matrix(book: Any, formats: _Formats, table: FlowTable, lang: Lang) -> None:
    """Hectares that went from the class of a row to the class of a column."""
    page = book.add_worksheet(_say("流量表", "Flow table", lang))
    cells: dict[tuple[str, str], Decimal] = {}
    for flow in table.flows:
        key = flow.old, flow.new
        cells[key] = cells.get(key, Decimal(0)) + flow.area_ha
    rows, columns = sorted({old for old, _ in cells}), sorted({new for _, new in cells})
    width = len(columns) + 2
    page.merge_range(
        0, 0, 0, max(width, 2), _say("土地利用现状变更流量表", "Land-use flow table", lang), formats.title
    )
    versions = "；".join(f"{stream} {old} → {new}" for stream, old, new in table.basis)
    unit = _say("单位：公顷", "Unit: hectares", lang)
    page.write(1, 0, f"{versions}    {unit}", formats.note)
    page.write(2, 0, _say("变更前 ＼ 变更后", "before \\ after", lang), formats.head)
    for at, code in enumerate(columns, 1):
        page.write(2, at, f"{code}\n{name_of(code)}", formats.head)
    page.write(2, len(columns) + 1, _say("流出合计", "Outflow", lang), formats.head)
    for line, old in enumerate(rows, 3):
        page.write(line, 0, f"{old} {name_of(old)}", formats.text)
        values = [cells.get((old, new)) for new in columns]
        for at, value in enumerate(values, 1):
            page.write(line, at, "" if value is None else float(value), formats.number)
        page.write(line, len(columns) + 1, float(sum(filter(None, values), Decimal(0))), formats.sum)
    last = len(rows) + 3
    page.write(last, 0, _say("流入合计", "Inflow", lang), formats.head)
    for at, new in enumerate(columns, 1):
        page.write(
            last, at, float(sum((cells.get((old, new), Decimal(0)) for old in rows), Decimal(0))), formats.sum
        )
    page.write(last, len(columns) + 1, float(sum(cells.values(), Decimal(0))), formats.sum)
    page.set_column(0, 0, 24)
    page.set_column(1, width, 13)
    page.set_row(2, 32)
    page.freeze_panes(3, 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _list(book: Any, formats: _Formats, name: str, titles: list[str], rows: list[list[Any]]) -> None:
    page = book.add_worksheet(name)
    page.write_row(0, 0, titles, formats.head)
    for number, row in enumerate(rows, 1):
        for at, value in enumerate(row):
            page.write(number, at, value, formats.number if isinstance(value, float) else formats.text)
    page.set_column(0, len(titles) - 1, 17)
    page.autofilter(0, 0, max(len(rows), 1), len(titles) - 1)
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _flow_rows(table: FlowTable) -> list[list[Any]]:
    return [
        [
            flow.unit, flow.unit_after, flow.old, name_of(flow.old), flow.new, name_of(flow.new), flow.ownership,
            float(flow.area_m2), float(flow.area_ha),
        ]
        for flow in table.flows
    ]  # fmt: skip


def _balance_rows(table: FlowTable) -> list[list[Any]]:
    return [
        [
            row.unit, row.code, name_of(row.code), float(row.before_m2), float(row.out_m2), float(row.in_m2),
            float(row.after_m2), float(row.residual_m2),
        ]
        for row in table.balances
    ]  # fmt: skip


def _titles(titles: tuple[tuple[str, str], ...], lang: Lang) -> list[str]:
    return [_say(zh, en, lang) for zh, en in titles]


def _say(zh: str, en: str, lang: Lang) -> str:
    return zh if lang == "zh" else en
