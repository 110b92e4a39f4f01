"""What kind of document a file is, by its first bytes; which reader of the sandbox opens it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from guotu.errors import Place
from guotu.errors.files import DOCUMENT_ARCHIVE, DOCUMENT_UNKNOWN, FILE_EMPTY, FILE_NOT_FOUND

_HEAD = 1 << 16
OFFICE_SUFFIXES = frozenset({".docx", ".pptx", ".odt", ".odp", ".ods", ".epub", ".vsdx"})


@dataclass(frozen=True, slots=True)
class DocumentFormat:
    """A format: its name, the part of the sandbox that reads it, the suffix of its work copy."""

    name: str
    part: str
    suffix: str


PDF = DocumentFormat("PDF", "pdf", ".pdf")
PACKAGE = DocumentFormat("Office", "office", ".zip")
OLE = DocumentFormat("Office 97–2003", "ole", ".ole")
HTML = DocumentFormat("HTML", "html", ".html")
TEXT = DocumentFormat("TXT", "text", ".txt")
RTF = DocumentFormat("RTF", "rtf", ".rtf")
EML = DocumentFormat("EML", "mail", ".eml")
SVG = DocumentFormat("SVG", "html", ".svg")

_MAGIC: tuple[tuple[bytes, DocumentFormat], ...] = (
    (b"%PDF", PDF),
    (b"PK\x03\x04", PACKAGE),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"{\\rtf", RTF),
    (b"\xff\xd8\xff", DocumentFormat("JPEG", "picture", ".jpg")),
    (b"\x89PNG\r\n\x1a\n", DocumentFormat("PNG", "picture", ".png")),
    (b"GIF8", DocumentFormat("GIF", "picture", ".gif")),
    (b"II*\x00", DocumentFormat("TIFF", "picture", ".tif")),
    (b"MM\x00*", DocumentFormat("TIFF", "picture", ".tif")),
    (b"BM", DocumentFormat("BMP", "picture", ".bmp")),
    (b"ID3", DocumentFormat("MP3", "media", ".mp3")),
    (b"fLaC", DocumentFormat("FLAC", "media", ".flac")),
    (b"OggS", DocumentFormat("Ogg", "media", ".ogg")),
    (b"AC10", DocumentFormat("DWG", "kept", ".dwg")),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", DocumentFormat("OneNote", "kept", ".one")),
    (b"\x1aE\xdf\xa3", DocumentFormat("Matroska", "film", ".mkv")),
)
_ARCHIVES = (
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"PK\x05\x06", "ZIP"),
    (b"PK\x07\x08", "ZIP"),
)
_MAIL = re.compile(r"(?im)^(received|from|to|subject|date|message-id|mime-version|return-path): ")


def looks_like_document(path: Path) -> bool:
    """Whether `guotu ingest` should keep a file as a document: what is neither features nor a table by its bytes."""
    try:
        found = document_format(path)
    except Exception:
        return False
    if found.part == "office":
        return path.suffix.lower() in OFFICE_SUFFIXES
    return (
        found.part in ("pdf", "picture", "media", "film", "movie", "riff", "rtf", "ole", "mail")
        or found is HTML
    )


def document_format(path: Path) -> DocumentFormat:
    """Raises GT-1101, GT-1102, GT-1161 for an archive, GT-1163 for what is no document."""
    name, place = path.name, Place(file=path.name)
    if not path.is_file():
        raise FILE_NOT_FOUND(place=place, name=name)
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head:
        raise FILE_EMPTY(place=place, name=name)
    found = _binary(head) or _text(head)
    if found is not None:
        return found
    for start, called in _ARCHIVES:
        if head.startswith(start) or (called == "ZIP" and path.suffix.lower() == ".zip"):
            raise DOCUMENT_ARCHIVE(
                place=place, name=name, reason_zh=f" {called} 压缩包", reason_en=f"a {called} archive"
            )
    raise DOCUMENT_UNKNOWN(place=place, name=name)


def _binary(head: bytes) -> DocumentFormat | None:
    for start, known in _MAGIC:
        if head.startswith(start):
            return known
    if b"%PDF-" in head[:1024]:
        return PDF
    if head[4:8] == b"ftyp":
        return DocumentFormat("MP4", "movie", ".mp4")
    if head[:4] == b"RIFF":
        inside = {
            b"WAVE": DocumentFormat("WAV", "media", ".wav"),
            b"AVI ": DocumentFormat("AVI", "riff", ".avi"),
            b"WEBP": DocumentFormat("WebP", "picture", ".webp"),
        }
        return inside.get(head[8:12])
    if (
        head[0] == 0xFF
        and head[1:2]
        and head[1] & 0xE0 == 0xE0
        and head[1] & 0x06
        and head[:2] != b"\xff\xfe"
    ):
        return DocumentFormat("MP3", "media", ".mp3")
    if _is_table(head):
        return DocumentFormat("DBF", "kept", ".dbf")
    return None


def _is_table(head: bytes) -> bool:
    size = int.from_bytes(head[8:10], "little")
    return (
        head[:1] in (b"\x03", b"\x30", b"\x83", b"\x8b")
        and 65 <= size <= len(head) + 1
        and size % 32 in (0, 1)
    )


def _text(head: bytes) -> DocumentFormat | None:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return TEXT
    if b"\x00" in head:
        return None
    text = head.decode("utf-8", "replace")
    if text.count("\ufffd") * 20 > len(text):
        text = head.decode("gb18030", "replace")
        if text.count("\ufffd") * 20 > len(text):
            return None
    start = text.lstrip("\ufeff \t\r\n")[:4096].lower()
    if re.search(r"<svg[\s>]", start) and start.startswith("<"):
        return SVG
    if start.startswith(("<!doctype html", "<html")) or "<html" in start:
        return HTML
    if re.match(r"(999\s+.*\s+)*0\s+section\b", start):
        return DocumentFormat("DXF", "kept", ".dxf")
    if len(_MAIL.findall(start)) >= 3:
        return EML
    return TEXT
