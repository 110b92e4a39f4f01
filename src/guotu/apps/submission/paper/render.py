"""A paper in its formats: one HTML file that prints well, PDF set by typst, DOCX to edit, XLSX to compute on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from html import escape as _escape
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import docx
import orjson
import typst
import xlsxwriter
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from guotu.analysis import typefaces
from guotu.apps.submission.paper.sheet import Paper, Table
from guotu.errors.general import FORMAT_NOT_WRITTEN

FORMATS: Final = ("html", "pdf", "docx", "xlsx")
MEDIA_TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
_STYLE: Final = """
@page{size:A4;margin:37mm 26mm 35mm 28mm}
body{font:16px/1.8 "Noto Serif SC","FangSong","仿宋",serif;max-width:52em;margin:2em auto;padding:0 1em;color:#1d2733}
h1{font-size:1.75em;text-align:center;color:#b00016;margin:.6em 0 .2em}
.number{text-align:center;font:14px sans-serif;margin:0;padding-bottom:.7em;border-bottom:2px solid #b00016}
p.text{text-indent:2em;text-align:justify}
table{border-collapse:collapse;width:100%;margin:.6em 0 1.4em;font-size:14px}
caption{font-family:"Noto Sans SC","SimHei","黑体",sans-serif;padding:.4em}
th,td{border:1px solid #5a6470;padding:.3em .5em;overflow-wrap:anywhere}th{background:#eef2f7}
td.right{text-align:right;font-variant-numeric:tabular-nums}td.center{text-align:center}
tr.total td{background:#f7f8fa;font-weight:600}
thead{display:table-header-group}tr{break-inside:avoid}
.signed{text-align:right;margin-top:2em}.small{font:12px/1.6 sans-serif;color:#47525e;border-top:1px solid #5a6470;padding-top:.6em}
.wide{overflow-x:auto}
"""
_SIDES: Final = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
}


def render(paper: Paper, form: str) -> bytes:
    """A paper in a format; raises GT-6001."""
    makers: dict[str, Callable[[Paper], bytes]] = {"html": _html, "pdf": _pdf, "docx": _docx, "xlsx": _xlsx}
    if form not in makers:
        raise FORMAT_NOT_WRITTEN(format=form, known=", ".join(FORMATS))
    return makers[form](paper)


def shown(value: str | int | float) -> str:
    """A cell as text: whole numbers and two decimals with groups."""
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else value


def _html(paper: Paper) -> bytes:
    parts = [
        f'<p class="text">{escape(part)}</p>' if isinstance(part, str) else _html_table(part)
        for part in paper.body
    ]
    signed = "".join(f"<div>{escape(line)}</div>" for line in paper.signed)
    small = "".join(f"<div>{escape(line)}</div>" for line in paper.small)
    colon = "：" if paper.lang == "zh" else ":"
    language = "zh-CN" if paper.lang == "zh" else "en"
    page = (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(paper.title)}</title>'
        f'<style>{_STYLE}</style></head>\n<body><h1>{escape(paper.title)}</h1><p class="number">{escape(paper.number)}</p>\n'
        f"<p>{escape(paper.to)}{colon}</p>\n{''.join(parts)}\n"
        f'<div class="signed">{signed}</div>\n{f"<div class=small>{small}</div>" if small else ""}</body></html>\n'
    )
    return page.encode()


def escape(text: str) -> str:
    """Text as HTML, without what is no text."""
    return _escape(typefaces.plain(text))


def _html_table(table: Table) -> str:
    columns = "".join(f'<col style="width:{column.share:.1%}">' for column in table.columns)
    heads = "".join(f'<th scope="col">{escape(column.title)}</th>' for column in table.columns)
    rows = []
    for number, row in enumerate(table.rows, 1):
        cells = "".join(
            f'<td class="{column.align}">{escape(shown(value))}</td>'
            for value, column in zip(row, table.columns, strict=True)
        )
        last = table.totals and number == len(table.rows)
        rows.append(f"<tr{' class=total' if last else ''}>{cells}</tr>")
    return (
        f'<div class="wide"><table><caption>{escape(table.caption)}</caption><colgroup>{columns}</colgroup>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _pdf(paper: Paper) -> bytes:
    """Tagged (PDF/UA-1), fonts embedded."""
    template = resources.files(__package__).joinpath("paper.typ")
    body = {
        "title": paper.title, "number": paper.number, "lang": paper.lang, "to": paper.to, "signed": paper.signed,
        "small": paper.small, "body": [_typst(part) for part in paper.body],
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with resources.as_file(template) as source:
            shutil.copy(source, root / "paper.typ")
        (root / "paper.json").write_bytes(orjson.dumps(_printable(body)))
        compiled: bytes = typst.compile(
            root / "paper.typ",
            root=root,
            font_paths=[typefaces.folder()],
            ignore_system_fonts=True,
            pdf_standards="ua-1",
        )
    return compiled


def _typst(part: str | Table) -> dict[str, Any]:
    if isinstance(part, str):
        return {"kind": "paragraph", "text": part}
    columns = [{"title": each.title, "share": each.share, "align": each.align} for each in part.columns]
    rows = [[shown(value) for value in row] for row in part.rows]
    return {
        "kind": "table",
        "caption": part.caption,
        "columns": columns,
        "rows": rows,
        "totals": part.totals,
    }


def _printable(value: Any) -> Any:
    """The same value with words that the typefaces can write."""
    if isinstance(value, str):
        return typefaces.printable(value)
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    return [_printable(item) for item in value] if isinstance(value, (list, tuple)) else value


def _docx(paper: Paper) -> bytes:
    file = docx.Document()
    page = file.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    file.core_properties.title, file.core_properties.author = typefaces.plain(paper.title), "guotu"
    _line(file, paper.title, "方正小标宋简体", 22, "center", bold=True, colour="B00016")
    _line(file, paper.number, "黑体", 10, "center")
    _line(file, paper.to + ("：" if paper.lang == "zh" else ":"), "仿宋", 14, "left")
    for part in paper.body:
        if isinstance(part, str):
            line = _line(file, part, "仿宋", 14, "left")
            line.paragraph_format.first_line_indent = Pt(28)
        else:
            _docx_table(file, part)
    for words in paper.signed:
        _line(file, words, "仿宋", 14, "right")
    for words in paper.small:
        _line(file, words, "黑体", 8.5, "left")
    body = BytesIO()
    file.save(body)
    return body.getvalue()


def _line(
    file: Any, words: str, face: str, size: float, side: str, *, bold: bool = False, colour: str = "1D2733"
) -> Any:
    line = file.add_paragraph()
    line.alignment = _SIDES[side]
    _words(line, words, face, size, bold=bold, colour=colour)
    return line


def _words(
    line: Any, words: str, face: str, size: float, *, bold: bool = False, colour: str = "1D2733"
) -> None:
    run = line.add_run(typefaces.plain(words))
    run.bold, run.font.size, run.font.name = bold, Pt(size), face
    run.font.color.rgb = RGBColor.from_string(colour)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _docx_table(file: Any, table: Table) -> None:
    caption = _line(file, table.caption, "黑体", 10.5, "center")
    caption.paragraph_format.keep_with_next = True
    made = file.add_table(len(table.rows) + 1, len(table.columns), style="Table Grid")
    made.autofit = False
    cells, width = made._cells, len(table.columns)
    for at, column in enumerate(table.columns):
        _cell(cells[at], column.title, column.share, "center", bold=True)
    for number, row in enumerate(table.rows, 1):
        last = table.totals and number == len(table.rows)
        for at, (value, column) in enumerate(zip(row, table.columns, strict=True)):
            _cell(cells[number * width + at], shown(value), column.share, column.align, bold=last)
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    made.rows[0]._tr.get_or_add_trPr().append(mark)
    file.add_paragraph()


def _cell(cell: Any, words: str, share: float, side: str, *, bold: bool) -> None:
    cell.width = Mm(156 * share)
    line = cell.paragraphs[0]
    line.alignment, line.paragraph_format.space_after = _SIDES[side], Pt(0)
    _words(line, words, "黑体" if bold else "仿宋", 9.5, bold=bold)


def _xlsx(paper: Paper) -> bytes:
    body = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(body, options) as book:
        title = book.add_format({"bold": True, "font_size": 14})
        head = book.add_format(
            {"bold": True, "border": 1, "bg_color": "#EEF2F7", "align": "center", "text_wrap": True}
        )
        plain, real = book.add_format({"border": 1}), book.add_format({"border": 1, "num_format": "#,##0.00"})
        for table in (part for part in paper.body if isinstance(part, Table)):
            sheet = book.add_worksheet(table.name)
            sheet.write(0, 0, f"{paper.title}　{paper.number}", title)
            sheet.write(1, 0, table.caption)
            sheet.freeze_panes(3, 0)
            for at, column in enumerate(table.columns):
                sheet.set_column(at, at, max(10, column.share * 90))
                sheet.write(2, at, column.title, head)
            for number, row in enumerate(table.rows, 3):
                for at, value in enumerate(row):
                    sheet.write(number, at, value, real if isinstance(value, float) else plain)
    return body.getvalue()
