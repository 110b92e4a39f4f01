"""The report as PDF, set by typst with the fonts that travel with the platform."""

from __future__ import annotations

import shutil
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any

import orjson
import typst

from guotu.analysis import typefaces
from guotu.apps.approval.report.document import (
    Block,
    Bullets,
    Document,
    Heading,
    Image,
    Paragraph,
    Signatures,
    Table,
)

TEMPLATE = "report.typ"


def render(document: Document) -> bytes:
    """PDF/A-2a-ready, tagged, fonts embedded; words reach the typesetter as data only."""
    template = resources.files(__package__).joinpath(TEMPLATE)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with resources.as_file(template) as source:
            shutil.copy(source, root / TEMPLATE)
        blocks = [_block(block, root, number) for number, block in enumerate(document.blocks)]
        body = {
            "title": document.title,
            "subject": document.subject,
            "number": document.number,
            "subtitle": document.subtitle,
            "lang": document.lang,
            "blocks": blocks,
        }
        (root / "report.json").write_bytes(orjson.dumps(_printable(body)))
        compiled: bytes = typst.compile(
            root / TEMPLATE,
            root=root,
            font_paths=[typefaces.folder()],
            ignore_system_fonts=True,
            pdf_standards="ua-1",
        )
    return compiled


def _block(block: Block, root: Path, number: int) -> dict[str, Any]:
    match block:
        case Heading(text, level):
            return {"kind": "heading", "text": text, "level": level}
        case Paragraph(text, tone, indent):
            return {"kind": "paragraph", "text": text, "tone": tone, "indent": indent}
        case Bullets(items):
            return {"kind": "bullets", "items": items}
        case Table():
            return _table(block)
        case Image(caption, alt, picture):
            (root / f"{number}.png").write_bytes(picture.png)
            return {"kind": "image", "caption": caption, "alt": alt, "file": f"{number}.png"}
        case Signatures(fields, lines):
            return {"kind": "signatures", "fields": fields, "lines": lines}


def _table(table: Table) -> dict[str, Any]:
    columns = [{"title": c.title, "share": c.share, "align": c.align} for c in table.columns]
    rows = [
        {
            "cells": row.cells,
            "total": row.total,
            "tones": row.tones,
            "spans": [row.span(at) for at in range(len(row.cells))],
        }
        for row in table.rows
    ]
    header = [[{"text": h.text, "columns": h.columns, "rows": h.rows} for h in line] for line in table.header]
    return {
        "kind": "table",
        "caption": table.caption,
        "columns": columns,
        "rows": rows,
        "head": table.head,
        "header": header,
        "dense": table.dense,
        "wide": table.wide,
    }


def _printable(value: Any) -> Any:
    """The same value with words that the typefaces can write."""
    if isinstance(value, str):
        return typefaces.printable(value)
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_printable(item) for item in value]
    return value
