"""The result as a workbook: summary, findings, rules, fields; heads stay in sight, columns can be filtered."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from guotu.errors import Lang
from guotu.model.finding import Finding
from guotu.ops.checking.report.words import heads, word
from guotu.ops.checking.result import Examination, LayerResult

_ROWS = 1_000_000
"""Findings on one sheet: a sheet ends at 1 048 576 rows."""
_FINDINGS = (
    "number", "severity", "rule", "layer", "row", "key", "field", "x", "y", "measure", "unit", "detail", "remedy", "excepted",
)  # fmt: skip
_WIDTHS = {"detail": 60, "remedy": 50, "key": 24, "reason": 40, "name": 24, "category": 18, "x": 13, "y": 13}
_LONGEST = 32_000


def workbook(examined: Examination, target: Path, lang: Lang) -> None:
    """Written row by row; more findings than a sheet holds go on to the next."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        head = book.add_format({"bold": True, "bg_color": "#E6EDF5", "border": 1})
        _summary(book.add_worksheet(word("summary", lang)), head, examined, lang)
        _findings(book, head, examined, lang)
        _sheet(book, head, "rules", ("layer", "rule", "name", "category", "severity", "count", "excepted", "hard"),
               _rules(examined, lang), lang)  # fmt: skip
        _sheet(book, head, "fields", ("layer", "source", "field", "reason"), _fields(examined, lang), lang)


def _summary(sheet: Any, head: Any, examined: Examination, lang: Lang) -> None:
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    rows: list[tuple[str, object]] = [
        (word("file", lang), examined.file),
        (word("format", lang), examined.format),
    ]
    for layer in examined.layers:
        rows += [("", ""), *_about(layer, lang)]
    rows += [("", ""), ("", word("basis", lang))]
    for number, (name, value) in enumerate(rows):
        sheet.write(number, 0, name, head if name else None)
        sheet.write(number, 1, value)


def _about(layer: LayerResult, lang: Lang) -> list[tuple[str, object]]:
    at = 0 if lang == "zh" else 1
    rows: list[tuple[str, object]] = [
        (word("layer", lang), layer.name),
        (word("schema", lang), layer.schema or "–"),
        (word("features", lang), layer.features),
        (word("crs", lang), layer.crs_evidence[at]),
        (word("encoding", lang), layer.encoding_evidence[at]),
    ]
    if layer.question is not None:
        rows.append((word("question", lang), layer.question.detail[at]))
    if layer.report is not None:
        rows.append((word("verdict", lang), layer.report.summary(lang)))
        if layer.report.score is not None:
            score = layer.report.score
            rows.append((word("score", lang), f"{score.points:g} · {score.grade.word(lang)}"))
        rows += [(word("judged_by", lang), pack) for pack in layer.report.judged_by]
        rows += [(word("notes", lang), note[at]) for note in layer.report.notes]
    return rows


def _findings(book: Any, head: Any, examined: Examination, lang: Lang) -> None:
    sheet, row, sheets = None, 0, 0
    for number, finding in enumerate(examined.findings, 1):
        if sheet is None or row > _ROWS:
            _filtered(sheet, row - 1, len(_FINDINGS))
            sheets += 1
            name = word("findings", lang) + (f" {sheets}" if sheets > 1 else "")
            sheet, row = _begin(book, head, name, _FINDINGS, lang), 1
        sheet.write_row(row, 0, _cells(number, finding, lang))
        row += 1
    if sheet is None:
        sheet, row = _begin(book, head, word("findings", lang), _FINDINGS, lang), 1
    _filtered(sheet, row - 1, len(_FINDINGS))


def _cells(number: int, finding: Finding, lang: Lang) -> list[object]:
    shown, place = finding.as_dict(lang), finding.place
    x, y = place.coordinate or (None, None)
    detail, remedy = str(shown["detail"])[:_LONGEST], str(shown["remedy"])[:_LONGEST]
    severity = f"{finding.severity.value} {word(finding.severity.value, lang)}"
    return [
        number, severity, finding.rule, place.layer, place.row, place.key, place.field, x, y, finding.measure, finding.unit,
        detail, remedy, finding.excepted,
    ]  # fmt: skip


def _sheet(
    book: Any, head: Any, name: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]], lang: Lang
) -> None:
    sheet, last = _begin(book, head, word(name, lang), columns, lang), 0
    for last, row in enumerate(rows, 1):
        sheet.write_row(last, 0, row)
    _filtered(sheet, last, len(columns))


def _begin(book: Any, head: Any, name: str, columns: tuple[str, ...], lang: Lang) -> Any:
    sheet = book.add_worksheet(name)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, _WIDTHS.get(column, 12))
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, heads(columns, lang), head)
    return sheet


def _filtered(sheet: Any, last: int, width: int) -> None:
    if sheet is not None:
        sheet.autofilter(0, 0, max(last, 1), width - 1)


def _rules(examined: Examination, lang: Lang) -> Iterable[tuple[object, ...]]:
    for layer in examined.layers:
        for count in layer.report.counts if layer.report else ():
            shown = count.as_dict(lang)
            category = count.category if lang == "zh" else count.category_en
            severity = f"{count.severity.value} {word(count.severity.value, lang)}"
            hard = word("yes" if count.hard else "no", lang)
            yield (
                layer.name, count.rule, shown["name"], category, severity, count.count, count.excepted, hard
            )  # fmt: skip


def _fields(examined: Examination, lang: Lang) -> Iterable[tuple[object, ...]]:
    for layer in examined.layers:
        for match in layer.report.fields if layer.report else ():
            yield layer.name, match.source, match.code or "–", match.zh if lang == "zh" else match.en
