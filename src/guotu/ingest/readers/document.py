"""Inside the sandbox: a document's own description, its text in pages and a small picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guotu.errors import Place
from guotu.errors.files import FILE_DAMAGED

Emit = Callable[[bytes, Any], None]
Warnings = list[tuple[str, str]]

PAGE_CHARACTERS = 3_000
CHARACTERS = 1_000_000
PAGES = 2_000
NO_TEXT = ("文件中没有文字，内容不可检索", "it holds no text; its content cannot be searched")
NOT_READ = ("此格式只登记，不读内容", "files of this format are kept and not read")


@dataclass(slots=True)
class Found:
    """What a reader gives: `texts` page by page, `facts` by name, `kind` document, audio or video."""

    format: str
    title: str = ""
    kind: str = "document"
    facts: dict[str, Any] = field(default_factory=dict)
    texts: Iterable[str] = ()
    point: tuple[float, float] | None = None
    warnings: Warnings = field(default_factory=list)
    searchable: bool = True


def prepare(driver: str, options: dict[str, str]) -> None:
    """Import what all readers need while nothing has been opened."""
    if driver or options:
        raise RuntimeError("a document needs no driver")
    from guotu.ingest.readers import (
        document_media,
        document_office,
        document_pdf,
        document_picture,
        document_text,
    )

    _PARTS.update(
        pdf=document_pdf.read,
        office=document_office.read,
        ole=document_office.read_old,
        picture=document_picture.read,
        media=document_media.read_sound,
        movie=document_media.read_movie,
        riff=document_media.read_avi,
        film=_kept_film,
        html=document_text.read_html,
        text=document_text.read_text,
        rtf=document_text.read_rtf,
        mail=document_text.read_mail,
        kept=_kept,
    )


_PARTS: dict[str, Callable[[str, str, Path], Found]] = {}


def _kept(path: str, format: str, folder: Path) -> Found:  # noqa: ARG001 readers are called alike
    return Found(format, warnings=[NOT_READ], searchable=False)


def _kept_film(path: str, format: str, folder: Path) -> Found:  # noqa: ARG001 readers are called alike
    return Found(format, kind="video", warnings=[NOT_READ], searchable=False)


def extract(emit: Emit, path: str, part: str, format: str, folder: str) -> None:
    """One frame a page of text, then one with everything else.

    Raises   GT-1115 damaged, GT-1134 unsafe XML, GT-1160 protected, GT-1161 an archive, GT-1162 too large
    """
    found = _PARTS[part](path, format, Path(folder))
    characters = pages = 0
    for number, piece in _numbered(found):
        if characters >= CHARACTERS or pages >= PAGES:
            break
        if piece.strip():
            emit(b"J", {"text": piece[: CHARACTERS - characters], "page": number})
            characters, pages = characters + len(piece), pages + 1
    if characters >= CHARACTERS or pages >= PAGES:
        found.warnings.append(
            ("文字很多，只有前面的可检索", "it holds much text; only the first part can be searched")
        )
    if found.searchable and not characters:
        found.warnings.append(NO_TEXT)
    emit(
        b"J",
        {
            "format": found.format,
            "kind": found.kind,
            "title": found.title,
            "facts": {name: value for name, value in found.facts.items() if value not in (None, "")},
            "point": found.point,
            "warnings": found.warnings,
        },
    )


def _numbered(found: Found) -> Iterable[tuple[int, str]]:
    """Pages, slides and sheets under their own numbers; running text in parts, counted."""
    if found.facts.get("unit") in ("page", "slide"):
        return enumerate(found.texts, 1)
    return enumerate((piece for text in found.texts for piece in pieces(text)), 1)


def pieces(text: str) -> Iterable[str]:
    """A text as it is, or in parts of some 3 000 characters where it is longer than twice that."""
    if len(text) <= 2 * PAGE_CHARACTERS:
        yield text
        return
    at = 0
    while at < len(text):
        end = at + PAGE_CHARACTERS
        cut = max(text.rfind(mark, at + PAGE_CHARACTERS // 2, end) for mark in ("\n", "。", ". "))
        end = cut + 1 if cut > 0 and end < len(text) else end
        yield text[at:end]
        at = end


def damaged(format: str, zh: str, en: str) -> Exception:
    """GT-1115 with a reason a person would give."""
    return FILE_DAMAGED(place=Place(), name="", format=format, reason_zh=zh, reason_en=en)


ANSWERS = {"extract": extract}
