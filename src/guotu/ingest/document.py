"""Documents, pictures, sound and film: read in the sandbox for what describes them, their text and a small picture.

The parent sees text and numbers only, all of it bounded and checked.
"""

from __future__ import annotations

import math
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guotu.errors import Place
from guotu.errors.files import DOCUMENT_TOO_LARGE, READER_STOPPED
from guotu.ingest.archive import ArchiveLimits, look_over
from guotu.ingest.check import Cancel, never
from guotu.ingest.document_files import PACKAGE, document_format
from guotu.ingest.document_files import looks_like_document as looks_like_document
from guotu.ingest.sandbox import Child, Job, Protection, SandboxLimits
from guotu.model.edition import Page
from guotu.model.resource import ResourceKind

MEMORY_MB, SECONDS, WRITTEN_MB = 1024, 120, 16
LARGEST_MB = 1024
"""Sound and film are read by their headers only; of everything else the reader stops at its own limits."""
MOST_CHARACTERS = 1_000_000
MOST_PAGES = 2_000
_LONGEST_FACT = 500
_PNG = b"\x89PNG\r\n\x1a\n"
_KINDS = {"audio": ResourceKind.AUDIO, "video": ResourceKind.VIDEO}


@dataclass(frozen=True, slots=True)
class DocumentProduct:
    """What a document says of itself.

    `facts` are JSON values (author, created, pages, duration, size of the picture …); `thumbnail` a PNG in the work folder
    or None; `point` (lon, lat) where a photograph was taken; `warnings` (zh, en) pairs.
    """

    kind: ResourceKind
    format: str
    title: str
    facts: dict[str, Any]
    pages: tuple[Page, ...]
    thumbnail: Path | None
    point: tuple[float, float] | None
    warnings: tuple[tuple[str, str], ...]
    protection: Protection


def read_document(
    path: Path, *, work: Path, limits: SandboxLimits | None = None, cancel: Cancel = never
) -> DocumentProduct:
    """Read a document in a process of its own.

    Bounds   1 GB of file, 1 GB of memory, two minutes, a million characters of text, 2 000 pages
    Raises   GT-1101/1102/1107–1112/1115/1160–1163; GT-1121/1122 time and memory; GT-1005 cancelled
    """
    found = document_format(path)
    place = Place(file=path.name)
    if path.stat().st_size > LARGEST_MB << 20:
        raise DOCUMENT_TOO_LARGE(
            place=place,
            name=path.name,
            reason_zh=f"超过 {LARGEST_MB} MB",
            reason_en=f"more than {LARGEST_MB} MB",
        )
    if found is PACKAGE:
        look_over(path, ArchiveLimits())
    work.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="document-", dir=work.resolve()))
    target = folder / f"data{found.suffix}"
    target.symlink_to(path.resolve())
    job = Job(path.name, target, "", found.name, (path.resolve(),), folder, reader="document")
    walls = limits or SandboxLimits(MEMORY_MB, SECONDS, WRITTEN_MB)
    child = Child(job, walls, cancel)
    try:
        answers = list(child.call("extract", part=found.part, format=found.name, folder=str(folder)))
        protection = child.protection
    finally:
        child.close()
    try:
        return _checked(answers, folder, found.name, protection)
    except (TypeError, ValueError, AttributeError, OSError):
        zh, en = "应答无效", "its answer is invalid"
        raise READER_STOPPED(place=place, name=path.name, reason_zh=zh, reason_en=en) from None


def _checked(
    answers: list[dict[str, Any]], folder: Path, format: str, protection: Protection
) -> DocumentProduct:
    """Only text of bounded length, finite numbers and a PNG are taken from the child."""
    pages: list[Page] = []
    total = 0
    told: dict[str, Any] = {}
    for answer in answers:
        if "text" not in answer:
            told = answer
            continue
        text = _clean(str(answer["text"]))[: MOST_CHARACTERS - total]
        if text.strip() and len(pages) < MOST_PAGES:
            pages.append(Page(int(answer["page"]), text))
            total += len(text)
    thumbnail = folder / "thumb.png"
    drawn = thumbnail.is_file() and not thumbnail.is_symlink() and thumbnail.read_bytes()[:8] == _PNG
    warnings = tuple(
        (str(zh)[:_LONGEST_FACT], str(en)[:_LONGEST_FACT]) for zh, en in told.get("warnings", [])
    )
    return DocumentProduct(
        _KINDS.get(str(told.get("kind")), ResourceKind.DOCUMENT),
        str(told.get("format", format))[:60],
        " ".join(_clean(str(told.get("title", ""))).split())[:200],
        {str(name)[:40]: _plain(value) for name, value in dict(told.get("facts", {})).items()}
        | {"characters": sum(len(page.text) for page in pages)},
        tuple(pages),
        thumbnail if drawn else None,
        _point(told.get("point")),
        warnings,
        protection,
    )


def _plain(value: Any) -> str | int | float | bool | None:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return " ".join(_clean(str(value)).split())[:_LONGEST_FACT]


def _clean(text: str) -> str:
    """Without control characters and halves of characters."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]", " ", text)


def _point(given: Any) -> tuple[float, float] | None:
    if not isinstance(given, list) or len(given) != 2:
        return None
    lon, lat = float(given[0]), float(given[1])
    return (lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None
