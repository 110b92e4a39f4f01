"""Inside the sandbox: PDF by pdfium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
from pypdfium2 import PdfDocument, PdfiumError

from guotu.errors import Place
from guotu.errors.files import DOCUMENT_ENCRYPTED
from guotu.ingest.readers.document import Found, damaged

PAGES = 1_000
_LONGEST, _POINTS = 360, 20_000


def read(path: str, format: str, folder: Path) -> Found:
    """Metadata, the text of each page, the first page as a picture."""
    try:
        document = PdfDocument(path)
        count = len(document)
    except PdfiumError as problem:
        if "password" in str(problem).lower():
            raise DOCUMENT_ENCRYPTED(place=Place(), name="", format=format) from None
        raise damaged(format, "不是完整的 PDF", f"it is no whole PDF ({problem})") from None
    if count == 0:
        raise damaged(format, "没有页", "it has no pages")
    about = document.get_metadata_dict()
    found = Found(format, about.get("Title", ""), texts=_texts(document, count))
    found.facts = {
        "author": about.get("Author"),
        "subject": about.get("Subject"),
        "keywords": about.get("Keywords"),
        "created": about.get("CreationDate"),
        "program": about.get("Creator") or about.get("Producer"),
        "pages": count,
        "unit": "page",
    }
    if count > PAGES:
        found.warnings.append(
            (f"共 {count} 页，前 {PAGES} 页可检索", f"{count} pages; the first {PAGES} can be searched")
        )
    _picture(document, folder / "thumb.png")
    return found


def _texts(document: PdfDocument, count: int) -> Iterator[str]:
    """Every page in its place, an empty text where it has none, so that numbers are those of the pages."""
    for number in range(min(count, PAGES)):
        try:
            page = document[number]
            held = page.get_textpage()
            yield held.get_text_bounded().replace("\r\n", "\n") or " "
            held.close()
            page.close()
        except PdfiumError:
            yield " "


def _picture(document: PdfDocument, target: Path) -> None:
    try:
        page: Any = document[0]
        width, height = page.get_size()
        if 0 < width < _POINTS and 0 < height < _POINTS:
            bitmap = page.render(scale=_LONGEST / max(width, height))
            bitmap.to_pil().convert("RGB").save(target, "PNG")
    except (PdfiumError, pypdfium2.PdfiumError, ValueError):
        target.unlink(missing_ok=True)
