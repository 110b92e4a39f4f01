"""What a check found, as files: a page with a map, a workbook, JSON, JSON Lines, an error layer for desktop GIS.

All of them are written finding by finding beside their target and then moved into place.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from guotu.errors import Lang
from guotu.errors.general import FORMAT_NOT_WRITTEN
from guotu.ops.checking.report.errorlayer import error_layer
from guotu.ops.checking.report.lines import document, lines
from guotu.ops.checking.report.page import page
from guotu.ops.checking.report.workbook import workbook
from guotu.ops.checking.result import Examination

Maker = Callable[[Examination, Path, Lang], None]

FORMS: dict[str, Maker] = {
    "html": page,
    "xlsx": workbook,
    "json": document,
    "jsonl": lines,
    "gpkg": error_layer,
}
MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "jsonl": "application/x-ndjson",
    "gpkg": "application/geopackage+sqlite3",
}


def form_of(target: Path) -> str:
    """The form that a file's name asks for; raises GT-6001."""
    form = target.suffix[1:].lower()
    if form not in FORMS:
        raise FORMAT_NOT_WRITTEN(format=target.suffix or target.name, known=", ".join(FORMS))
    return form


def write(examined: Examination, target: Path, lang: Lang, form: str | None = None) -> None:
    """Write the result of a check; the target is whole or absent."""
    form = form or form_of(target)
    temporary = target.with_name(f".{target.stem}.part.{form}")
    temporary.unlink(missing_ok=True)
    try:
        FORMS[form](examined, temporary, lang)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
