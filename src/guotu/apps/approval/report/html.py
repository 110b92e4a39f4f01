"""The report as one HTML file that needs nothing else and prints well."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from importlib import resources

from guotu.apps.approval.report.document import (
    Block,
    Bullets,
    Document,
    Heading,
    Image,
    Paragraph,
    Row,
    Signatures,
    Table,
)


def render(document: Document) -> bytes:
    """UTF-8 HTML."""
    body = "\n".join(_block(block) for block in document.blocks)
    title = escape(document.title)
    style = resources.files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    page = (
        f'<!doctype html>\n<html lang="{document.lang}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        f"<style>{style}</style></head>\n<body>\n<h1>{title}</h1>\n"
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
        case Signatures(fields):
            return (
                '<div class="signatures">'
                + "".join(f"<div>{escape(f)}<span></span></div>" for f in fields)
                + "</div>"
            )


def _table(table: Table) -> str:
    columns = "".join(f'<col style="width:{column.share:.0%}">' for column in table.columns)
    head = ""
    if table.head:
        cells = "".join(f'<th scope="col">{escape(column.title)}</th>' for column in table.columns)
        head = f"<thead><tr>{cells}</tr></thead>"
    rows = "".join(_row(table, row) for row in table.rows)
    return f"<table><caption>{escape(table.caption)}</caption><colgroup>{columns}</colgroup>{head}<tbody>{rows}</tbody></table>"


def _row(table: Table, row: Row) -> str:
    tones = row.tones or ("plain",) * len(row.cells)
    cells = [
        f'<th scope="row">{escape(cell)}</th>'
        if not table.head and at == 0
        else f'<td class="{column.align} {tone}">{escape(cell)}</td>'
        for at, (cell, column, tone) in enumerate(zip(row.cells, table.columns, tones, strict=True))
    ]
    return f"<tr{' class=total' if row.total else ''}>{''.join(cells)}</tr>"
