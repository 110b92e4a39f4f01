"""The report as one HTML file that needs nothing else and prints well."""

from __future__ import annotations

from base64 import b64encode
from html import escape as _escape
from importlib import resources

from guotu.analysis import typefaces
from guotu.apps.approval.report.document import (
    Block,
    Bullets,
    Document,
    Head,
    Heading,
    Image,
    Paragraph,
    Row,
    Signatures,
    Table,
)


def escape(text: str) -> str:
    """Text as HTML, without what is no text."""
    return _escape(typefaces.plain(text))


def render(document: Document) -> bytes:
    """UTF-8 HTML."""
    body = "\n".join(_block(block) for block in document.blocks)
    title = escape(document.title)
    style = resources.files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    page = (
        f'<!doctype html>\n<html lang="{document.lang}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        f"<style>{style}</style></head>\n<body>\n<h1>{title}</h1>\n"
        f'<p class="subject">{escape(document.subject)}</p>\n'
        f'<p class="subtitle">{escape(document.subtitle)}</p>\n{body}\n</body>\n</html>\n'
    )
    return page.encode()


def _block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"<h{level + 1}>{escape(text)}</h{level + 1}>"
        case Paragraph(text, tone, indent):
            return f'<p class="{tone}{" indent" if indent else ""}">{escape(text)}</p>'
        case Bullets(items):
            return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"
        case Table():
            return _table(block)
        case Image(caption, alt, picture):
            data = b64encode(picture.png).decode()
            image = f'<img alt="{escape(alt)}" src="data:image/png;base64,{data}">'
            return f"<figure>{image}<figcaption>{escape(caption)}</figcaption></figure>"
        case Signatures(fields, lines):
            filled = "".join(f"<span>{escape(line)}</span>" for line in lines)
            boxes = "".join(f"<div><b>{escape(field)}</b>{filled}</div>" for field in fields)
            return f'<div class="signatures">{boxes}</div>'


def _table(table: Table) -> str:
    columns = "".join(f'<col style="width:{column.share:.1%}">' for column in table.columns)
    lines = "".join(f"<tr>{''.join(map(_head, line))}</tr>" for line in table.header)
    head = f"<thead>{lines}</thead>" if lines else ""
    rows = "".join(_row(table, row) for row in table.rows)
    dense = ' class="dense"' if table.dense else ""
    return (
        f'<div class="{"wide landscape" if table.wide else "wide"}"><table{dense}><caption>{escape(table.caption)}</caption>'
        f"<colgroup>{columns}</colgroup>{head}<tbody>{rows}</tbody></table></div>"
    )


def _head(cell: Head) -> str:
    scope = "colgroup" if cell.columns > 1 else "col"
    spans = f' colspan="{cell.columns}"' * (cell.columns > 1) + f' rowspan="{cell.rows}"' * (cell.rows > 1)
    return f'<th scope="{scope}"{spans}>{escape(cell.text)}</th>'


def _row(table: Table, row: Row) -> str:
    tones = row.tones or ("plain",) * len(row.cells)
    cells = [
        f'<th scope="row">{escape(cell)}</th>'
        if not table.head and at == 0
        else f'<td class="{column.align} {tone}"{_span(row, at)}>{escape(cell)}</td>'
        for at, (cell, column, tone) in enumerate(zip(row.cells, table.columns, tones, strict=True))
        if row.span(at)
    ]
    return f"<tr{' class=total' if row.total else ''}>{''.join(cells)}</tr>"


def _span(row: Row, at: int) -> str:
    return f' rowspan="{row.span(at)}"' if row.span(at) > 1 else ""
