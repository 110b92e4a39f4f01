"""The report as an editable DOCX: official margins and typefaces, real tables whose heads repeat."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from guotu.analysis import typefaces
from guotu.apps.approval.report.document import (
    Align,
    Block,
    Bullets,
    Column,
    Document,
    Heading,
    Image,
    Paragraph,
    Row,
    Signatures,
    Table,
    Tone,
    placed,
)

BODY, HEAD, TITLE = "仿宋", "黑体", "方正小标宋简体"
TEXT_MM, WIDE_MM = 156.0, 225.0
LABEL, TOTAL = "EEF2F7", "F7F8FA"
WHOLE = 8
"""Tables of at most so many rows, head included, stay on one page."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""Files do not carry the moment of writing: the same review gives the same bytes."""
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
    about = file.core_properties
    about.title, about.subject = typefaces.plain(document.title), document.number
    about.language, about.author, about.comments = document.lang, "guotu", ""
    _words(_line(file, "center", after=6), document.title, TITLE, 22, bold=True)
    _words(_line(file, "center", after=6), document.subject, HEAD, 14)
    under = _line(file, "center", after=12)
    _words(under, document.subtitle, BODY, 10, tone="quiet")
    _underline(under)
    _head_page(file, document)
    for block in document.blocks:
        wide = isinstance(block, Table) and block.wide
        if wide or file.sections[-1].orientation == WD_ORIENT.LANDSCAPE:
            _turn(file, landscape=wide)
        _block(file, block)
    written = BytesIO()
    file.save(written)
    return _steady(written)


def _steady(written: BytesIO) -> bytes:
    """The same archive with every entry dated alike."""
    steady = BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            dated = zipfile.ZipInfo(entry.filename, EPOCH)
            dated.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(dated, source.read(entry))
    return steady.getvalue()


def _block(file: Any, block: Block) -> None:
    match block:
        case Heading(text, level):
            _words(file.add_heading(level=level), text, HEAD, 15 if level == 1 else 12.5, bold=True)
        case Paragraph(text, tone, indent):
            line = _line(file, "left")
            if indent and tone == "plain":
                line.paragraph_format.first_line_indent = Pt(24)
            if tone not in ("plain", "quiet"):
                line.paragraph_format.keep_with_next = True
                _bar(line, COLOURS[tone])
            _words(line, text, BODY, 9.5 if tone == "quiet" else 12, tone=tone)
        case Bullets(items):
            for item in items:
                _words(file.add_paragraph(style="List Bullet"), item, BODY, 11)
        case Table():
            _table(file, block)
        case Image(caption, alt, picture):
            line = _line(file, "center")
            line.paragraph_format.keep_with_next = True
            shape = line.add_run().add_picture(BytesIO(picture.png), width=Mm(min(picture.width_mm, TEXT_MM)))
            shape._inline.docPr.set("descr", typefaces.plain(alt))
            _words(_line(file, "center", after=8), caption, HEAD, 10.5)
        case Signatures():
            _signatures(file, block)


def _signatures(file: Any, block: Signatures) -> None:
    """One box for everybody who signs, kept on one page."""
    _line(file, "left", before=12)
    table = file.add_table(2, len(block.fields), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for row in table.rows:
        _keep_whole(row)
    for at, field in enumerate(block.fields):
        head, body = table.cell(0, at), table.cell(1, at)
        line = head.paragraphs[0]
        line.alignment, line.paragraph_format.keep_with_next = ALIGN["center"], True
        _words(line, field, HEAD, 10.5)
        _shade(head, "EEF2F7")
        for number, words in enumerate(block.lines):
            line = body.paragraphs[0] if number == 0 else body.add_paragraph()
            line.paragraph_format.space_before = Pt(42 if number == 0 else 6)
            _words(line, words, BODY, 10)


def _table(file: Any, body: Table) -> None:
    caption = _line(file, "center", before=6)
    caption.paragraph_format.keep_with_next = True
    _words(caption, body.caption, HEAD, 10.5)
    depth, width = len(body.header), len(body.columns)
    table = file.add_table(depth + len(body.rows), width, style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, made in zip(body.columns, table.columns, strict=True):
        made.width = _width(body, column)
    cells = table._cells  # one pass: `table.cell` searches the whole table again for every cell
    for number, row in enumerate(body.rows, depth):
        for at, words in enumerate(row.cells):
            if row.span(at):
                _cell(cells[number * width + at], words, body, row, at)
    _keep_together(table, depth)
    _merge(cells, body, depth)
    _line(file, "left", after=2)


def _width(body: Table, column: Column) -> Any:
    return Mm((WIDE_MM if body.wide else TEXT_MM) * column.share)


def _keep_together(table: Any, depth: int) -> None:
    """Rows stay whole, heads repeat and stay with what follows, short tables stay on one page."""
    rows = list(table.rows)
    for number, row in enumerate(rows):
        _keep_whole(row)
        if number < min(depth + 1, len(rows) - 1) or len(rows) <= WHOLE:
            _keep_next(row, last=number == len(rows) - 1)
        if number < depth:
            _repeat(row)


def _merge(cells: list[Any], body: Table, depth: int) -> None:
    """Write the head, and join what covers several columns or rows."""
    width = len(body.columns)
    for row, column, head in placed(body):
        last = cells[(row + head.rows - 1) * width + column + head.columns - 1]
        for at in range(column, column + head.columns):
            cells[row * width + at].width = _width(body, body.columns[at])
        cell = cells[row * width + column]
        _write(cell, head.text, "center", HEAD, bold=True, small=body.wide)
        _shade(cell.merge(last) if cell is not last else cell, LABEL)
    for number, line in enumerate(body.rows, depth):
        for at in range(width):
            if line.span(at) > 1:
                cells[number * width + at].merge(cells[(number + line.span(at) - 1) * width + at])


def _cell(cell: Any, words: str, body: Table, row: Row, at: int) -> None:
    column = body.columns[at]
    cell.width = _width(body, column)
    tone = row.tones[at] if len(row.tones) > at else "plain"
    label = not body.head and at == 0
    face, bold = HEAD if label else BODY, row.total or tone not in ("plain", "quiet")
    _write(cell, words, column.align, face, bold=bold, tone=tone, small=body.wide)
    if label or row.total:
        _shade(cell, LABEL if label else TOTAL)


def _write(
    cell: Any, words: str, align: Align, face: str, *, bold: bool, tone: Tone = "plain", small: bool = False
) -> None:
    cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    line = cell.paragraphs[0]
    line.alignment = ALIGN[align]
    line.paragraph_format.space_after = Pt(0)
    _words(line, words, face, 8.5 if small else 9.5, bold=bold, tone=tone)


def _turn(file: Any, *, landscape: bool) -> None:
    """A new page that lies or stands; the margins turn with it."""
    section = file.add_section(WD_SECTION.NEW_PAGE)
    section.different_first_page_header_footer = False
    if landscape:
        section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
        section.top_margin, section.bottom_margin = Mm(28), Mm(26)
        section.left_margin, section.right_margin = Mm(37), Mm(35)
    else:
        _portrait(section)


def _line(file: Any, align: Align, *, before: float = 0, after: float = 4) -> Any:
    line = file.add_paragraph()
    line.alignment = ALIGN[align]
    line.paragraph_format.space_before, line.paragraph_format.space_after = Pt(before), Pt(after)
    return line


def _words(line: Any, text: str, face: str, size: float, *, bold: bool = False, tone: Tone = "plain") -> None:
    run = line.add_run(typefaces.plain(text))
    run.bold, run.font.size, run.font.name = bold, Pt(size), face
    run.font.color.rgb = RGBColor.from_string(COLOURS[tone])
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _style(file: Any, name: str, face: str, size: float) -> None:
    style = file.styles[name]
    style.font.name, style.font.size = face, Pt(size)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _set_page(file: Any) -> None:
    _portrait(file.sections[0])
    _page_number(file.sections[0].footer.paragraphs[0])


def _portrait(section: Any) -> None:
    section.orientation, section.page_width, section.page_height = WD_ORIENT.PORTRAIT, Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)


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


def _keep_whole(row: Any) -> None:
    mark = OxmlElement("w:cantSplit")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _keep_next(row: Any, *, last: bool) -> None:
    """The row stands on the page of the next one."""
    for element in row._tr.iter(qn("w:pPr")) if not last else ():
        mark = OxmlElement("w:keepNext")
        element.insert_element_before(mark, "w:spacing", "w:ind", "w:jc", "w:rPr")


def _bar(line: Any, colour: str) -> None:
    """A coloured bar left of a paragraph."""
    _border(line, "left", colour, size=24, space=6)


def _underline(line: Any) -> None:
    _border(line, "bottom", COLOURS["fail"], size=8, space=6)


def _border(line: Any, side: str, colour: str, *, size: int, space: int) -> None:
    borders, edge = OxmlElement("w:pBdr"), OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", str(size)), ("space", str(space)), ("color", colour)):
        edge.set(qn(f"w:{name}"), value)
    borders.append(edge)
    line._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _head_page(file: Any, document: Document) -> None:
    """Title and number on every page but the first."""
    section = file.sections[0]
    section.different_first_page_header_footer = True
    line = section.header.paragraphs[0]
    _words(line, f"{document.subject}　{document.title}　{document.number}", HEAD, 8.5, tone="quiet")
    _page_number(section.first_page_footer.paragraphs[0])


def _page_number(line: Any) -> None:
    line.alignment = ALIGN["center"]
    _words(line, "— ", BODY, 10.5)
    _field(line, "PAGE")
    _words(line, " —", BODY, 10.5)


def _shade(cell: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), colour)
    cell._element.get_or_add_tcPr().append(shade)
