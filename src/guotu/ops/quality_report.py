"""A quality report as a file: JSON, a page that needs nothing else, or a workbook."""

from __future__ import annotations

import html
import io
import os
from pathlib import Path

import orjson

from guotu.errors import Lang
from guotu.errors.general import FORMAT_NOT_WRITTEN
from guotu.model.finding import Finding, QualityReport

FORMATS = ("html", "xlsx", "json")

_WORDS = {
    "title": ("质检报告", "Quality report"),
    "file": ("文件", "File"),
    "layer": ("图层", "Layer"),
    "features": ("要素数", "Features"),
    "verdict": ("结论", "Verdict"),
    "passed": ("通过", "passed"),
    "refused": ("未通过", "refused"),
    "rules": ("规则", "Rules"),
    "rule": ("规则", "Rule"),
    "name": ("名称", "Name"),
    "severity": ("等级", "Severity"),
    "count": ("处数", "Count"),
    "hard": ("不予入库", "Refuses"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "findings": ("问题", "Findings"),
    "place": ("位置", "Place"),
    "detail": ("说明", "What is wrong"),
    "remedy": ("处理办法", "Remedy"),
    "fields": ("字段对应", "Fields"),
    "source": ("文件中的字段", "Field of the file"),
    "field": ("标准字段", "Field of the standard"),
    "reason": ("依据", "Why"),
    "notes": ("备注", "Notes"),
    "row": ("行", "row"),
    "key": ("标识", "key"),
    "x": ("经度或横坐标", "x"),
    "y": ("纬度或纵坐标", "y"),
}

_STYLE = """
body{font:15px/1.6 "Noto Sans SC","Microsoft YaHei",sans-serif;
  max-width:70em;margin:2em auto;padding:0 1em;color:#1c2430}
h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em}
table{border-collapse:collapse;width:100%}
th,td{border:1px solid #ccd3dc;padding:.35em .6em;text-align:left;vertical-align:top}th{background:#f0f3f7}
td.n{text-align:right;font-variant-numeric:tabular-nums}.passed{color:#17693a}.refused{color:#a4262c}
"""


def form_of(target: Path) -> str:
    """The format that a file's name asks for; raises GT-6001."""
    form = target.suffix[1:].lower()
    if form not in FORMATS:
        raise FORMAT_NOT_WRITTEN(format=target.suffix or target.name, known=", ".join(FORMATS))
    return form


def write(report: QualityReport, file: str, target: Path, form: str, lang: Lang) -> None:
    """Write the report on `file` beside its target, then move it into place."""
    makers = {"html": _page, "xlsx": _workbook, "json": _document}
    temporary = target.with_name(f".{target.name}.part")
    temporary.write_bytes(makers[form](report, file, lang))
    os.replace(temporary, target)


def _document(report: QualityReport, file: str, lang: Lang) -> bytes:
    return orjson.dumps({"file": file} | report.as_dict(lang), option=orjson.OPT_INDENT_2)


def _page(report: QualityReport, file: str, lang: Lang) -> bytes:
    verdict = "passed" if report.passed else "refused"
    head: list[tuple[object, ...]] = [
        (_word("file", lang), file),
        (_word("layer", lang), report.layer),
        (_word("features", lang), f"{report.features:,}"),
        (_word("verdict", lang), report.summary(lang)),
    ]
    parts = [
        f"<h1 class='{verdict}'>{_word('title', lang)} · {_word(verdict, lang)}</h1>",
        _table([], head),
        f"<h2>{_word('rules', lang)}</h2>",
        _table(_heads(("rule", "name", "severity", "count", "hard"), lang), _counts(report, lang)),
        f"<h2>{_word('findings', lang)}</h2>",
        _table(
            _heads(("rule", "place", "detail", "remedy"), lang),
            [_line(each, lang) for each in report.findings],
        ),
        f"<h2>{_word('fields', lang)}</h2>",
        _table(_heads(("source", "field", "reason"), lang), _fields(report, lang)),
        f"<h2>{_word('notes', lang)}</h2><ul>",
        *(f"<li>{html.escape(zh if lang == 'zh' else en)}</li>" for zh, en in report.notes),
        "</ul>",
    ]
    title = html.escape(f"{_word('title', lang)} {file}")
    language = "zh-CN" if lang == "zh" else "en"
    top = f"<!doctype html><html lang='{language}'><meta charset='utf-8'><title>{title}</title><style>{_STYLE}</style>"
    return (top + "\n".join(parts) + "\n").encode()


def _table(heads: list[str], rows: list[tuple[object, ...]]) -> str:
    head = "".join(f"<th>{html.escape(each)}</th>" for each in heads)
    lines = [f"<tr>{head}</tr>"] if heads else []
    for row in rows:
        cells = (
            f"<td{' class=n' if isinstance(value, int) else ''}>{html.escape(str(value))}</td>"
            for value in row
        )
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table>{''.join(lines)}</table>"


def _workbook(report: QualityReport, file: str, lang: Lang) -> bytes:
    import xlsxwriter

    body = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(body, options) as book:
        bold = book.add_format({"bold": True})
        sheets: list[tuple[str, tuple[str, ...], list[tuple[object, ...]]]] = [
            ("rules", ("rule", "name", "severity", "count", "hard"), _counts(report, lang)),
            (
                "findings",
                ("rule", "layer", "row", "field", "key", "x", "y", "detail", "remedy"),
                [_cells(each, lang) for each in report.findings],
            ),
            ("fields", ("source", "field", "reason"), _fields(report, lang)),
        ]
        for name, heads, rows in sheets:
            sheet = book.add_worksheet(_word(name, lang))
            sheet.write_row(0, 0, [f"{file} · {report.summary(lang)}"], bold)
            sheet.write_row(1, 0, _heads(heads, lang), bold)
            sheet.freeze_panes(2, 0)
            sheet.set_column(0, len(heads) - 1, 18)
            for number, row in enumerate(rows, 2):
                sheet.write_row(number, 0, row)
    return body.getvalue()


def _counts(report: QualityReport, lang: Lang) -> list[tuple[object, ...]]:
    rows = [(count, count.as_dict(lang)) for count in report.counts]
    return [
        (
            count.rule,
            shown["name"],
            count.severity.value,
            count.count,
            _word("yes" if count.hard else "no", lang),
        )
        for count, shown in rows
    ]


def _fields(report: QualityReport, lang: Lang) -> list[tuple[object, ...]]:
    return [(each.source, each.code or "–", each.zh if lang == "zh" else each.en) for each in report.fields]


def _line(finding: Finding, lang: Lang) -> tuple[object, ...]:
    shown = finding.as_dict(lang)
    names = {"row": _word("row", lang), "key": _word("key", lang)}
    place = shown["place"]
    parts = [
        f"{names.get(name, '')} {value}".strip() for name, value in place.items() if name != "coordinate"
    ]
    if "coordinate" in place:
        parts.append("({:.6f}, {:.6f})".format(*place["coordinate"]))
    return finding.rule, " · ".join(parts), shown["detail"], shown["remedy"]


def _cells(finding: Finding, lang: Lang) -> tuple[object, ...]:
    shown, place = finding.as_dict(lang), finding.place
    x, y = place.coordinate or (None, None)
    return (
        finding.rule,
        place.layer,
        place.row,
        place.field,
        place.key,
        x,
        y,
        shown["detail"],
        shown["remedy"],
    )


def _heads(names: tuple[str, ...], lang: Lang) -> list[str]:
    return [_word(name, lang) for name in names]


def _word(name: str, lang: Lang) -> str:
    return _WORDS[name][0 if lang == "zh" else 1]
