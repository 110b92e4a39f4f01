"""The report as an editable DOCX: official margins and typefaces, real tables whose heads repeat."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from guotu.apps.approval.report.document import (
    Align,
    Block,
    Bullets,
    Document,
    Heading,
    Image,
    Paragraph,
    Row,
    Signatures,
    Table,
    Tone,
)

BODY, HEAD, TITLE = "仿宋", "黑体", "方正小标宋简体"
TEXT_MM = 156.0
COLOURS: dict[Tone, str] = {
    "plain": "1D2733",
    "pass": "14713D",
    "attention": "8A5A00",
    "fail": "B00016",
    "unknown": "55616E",
    "quiet": "47525E",
}
ALIGN: dict[Align, Any] = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
}


def render(document: Document) -> bytes:
    """DOCX bytes."""
    file = docx.Document()
    _set_page(file)
    _style(file, "Normal", BODY, 12)
    _style(file, "Heading 1", HEAD, 15)
    _style(file, "Heading 2", HEAD, 12.5)
    file.core_properties.title = document.title
    file.core_properties.language = document.lang
    _words(_line(file, "center", after=6), document.title, TITLE, 22, bold=True)
    _words(_line(file, "center", after=18), document.subtitle, BODY, 10.5, tone="quiet")
    for block in document.blocks:
        _block(file, block)
    written = BytesIO()
    file.save(written)
    return written.getvalue()


def _block(file: Any, block: Block) -> None:
    match block:
        case Heading(text, level):
            _words(file.add_heading(level=level), text, HEAD, 15 if level == 1 else 12.5, bold=True)
        case Paragraph(text, tone, indent):
            line = _line(file, "left")
            if indent and tone in ("plain", "quiet"):
                line.paragraph_format.first_line_indent = Pt(24)
            _words(line, text, BODY, 10.5 if tone == "quiet" else 12, tone=tone)
        case Bullets(items):
            for item in items:
                _words(file.add_paragraph(style="List Bullet"), item, BODY, 11)
        case Table():
            _table(file, block)
        case Image(caption, alt, picture):
            line = _line(file, "center")
            line.paragraph_format.keep_with_next = True
            shape = line.add_run().add_picture(BytesIO(picture.png), width=Mm(TEXT_MM))
            shape._inline.docPr.set("descr", alt)
            _words(_line(file, "center", after=8), caption, HEAD, 10.5)
        case Signatures(fields):
            _words(
                _line(file, "left", before=30),
                "　　".join(f"{field}：＿＿＿＿＿＿＿" for field in fields),
                HEAD,
                11,
            )


def _table(file: Any, body: Table) -> None:
    caption = _line(file, "center", before=6)
    caption.paragraph_format.keep_with_next = True
    _words(caption, body.caption, HEAD, 10.5)
    rows = ([Row(tuple(column.title for column in body.columns), total=True)] if body.head else []) + list(
        body.rows
    )
    table = file.add_table(len(rows), len(body.columns), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, made in zip(body.columns, table.columns, strict=True):
        made.width = Mm(TEXT_MM * column.share)
    cells = table._cells  # one pass: `table.cell` searches the whole table again for every cell
    width = len(body.columns)
    for number, row in enumerate(rows):
        for at, words in enumerate(row.cells):
            head = body.head and number == 0
            _cell(cells[number * width + at], words, body, row, at, head)
    if body.head:
        _repeat(table.rows[0])
    _line(file, "left", after=2)


def _cell(cell: Any, words: str, body: Table, row: Row, at: int, head: bool) -> None:
    column = body.columns[at]
    cell.width = Mm(TEXT_MM * column.share)
    line = cell.paragraphs[0]
    line.alignment = ALIGN["center" if head else column.align]
    line.paragraph_format.space_after = Pt(0)
    tone = row.tones[at] if len(row.tones) > at else "plain"
    label = head or (not body.head and at == 0)
    _words(line, words, HEAD if label else BODY, 9.5, bold=row.total, tone=tone)
    if label or row.total:
        _shade(cell, "EEF2F7" if label else "F7F8FA")


def _line(file: Any, align: Align, *, before: float = 0, after: float = 4) -> Any:
    line = file.add_paragraph()
    line.alignment = ALIGN[align]
    line.paragraph_format.space_before, line.paragraph_format.space_after = Pt(before), Pt(after)
    return line


def _words(line: Any, text: str, face: str, size: float, *, bold: bool = False, tone: Tone = "plain") -> None:
    run = line.add_run(text)
    run.bold, run.font.size, run.font.name = bold, Pt(size), face
    run.font.color.rgb = RGBColor.from_string(COLOURS[tone])
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _style(file: Any, name: str, face: str, size: float) -> None:
    style = file.styles[name]
    style.font.name, style.font.size = face, Pt(size)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _set_page(file: Any) -> None:
    section = file.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.PORTRAIT, Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    line = section.footer.paragraphs[0]
    line.alignment = ALIGN["center"]
    _words(line, "— ", BODY, 10.5)
    _field(line, "PAGE")
    _words(line, " —", BODY, 10.5)


def _field(line: Any, code: str) -> None:
    run = line.add_run()
    for kind, text in (("begin", None), (None, code), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._element.append(element)


def _repeat(row: Any) -> None:
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _shade(cell: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), colour)
    cell._element.get_or_add_tcPr().append(shade)
