"""Inside the sandbox: packages of Office Open XML, OpenDocument and EPUB; old Office files by their directory only."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from guotu.errors import Place
from guotu.errors.files import DOCUMENT_ARCHIVE, DOCUMENT_ENCRYPTED
from guotu.ingest.readers.document import NOT_READ, Found, damaged
from guotu.ingest.readers.document_text import html_text
from guotu.ingest.readers.document_xml import elements, texts

MEMBER = 64 << 20
"""Bytes of one part that are read."""
_ODF = {
    "application/vnd.oasis.opendocument.text": "ODT",
    "application/vnd.oasis.opendocument.spreadsheet": "ODS",
    "application/vnd.oasis.opendocument.presentation": "ODP",
    "application/vnd.oasis.opendocument.graphics": "ODG",
}
_MAIN = {
    "word/document.xml": "DOCX",
    "xl/workbook.xml": "XLSX",
    "ppt/presentation.xml": "PPTX",
    "visio/document.xml": "VSDX",
}
_PARTS = {
    "DOCX": r"word/(document|footnotes|endnotes)\.xml",
    "XLSX": r"xl/(sharedStrings|worksheets/sheet\d+)\.xml",
    "PPTX": r"ppt/slides/slide\d+\.xml",
    "VSDX": r"visio/pages/page\d+\.xml",
}
_TEXT_OF = {
    "DOCX": {"t", "tab", "br", "p"},
    "XLSX": {"t", "si", "is"},
    "PPTX": {"t", "p", "br"},
    "VSDX": {"Text"},
}
_UNITS = {"PPTX": "slide", "VSDX": "page"}
_PIXELS = 40_000_000
_OLE_NAMES = {
    "WordDocument": "DOC",
    "Workbook": "XLS",
    "Book": "XLS",
    "PowerPoint Document": "PPT",
    "__properties_version1.0": "MSG",
    "VisioDocument": "VSD",
}


def read(path: str, format: str, folder: Path) -> Found:
    """Title, author, dates, text by pages, slides or sheets, and the picture that the program left."""
    try:
        with zipfile.ZipFile(path) as package:
            names = package.namelist()
            found = _package(package, names)
            _thumbnail(package, names, folder / "thumb.png")
            return found
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, KeyError, UnicodeError):
        raise damaged(format, "压缩包内的部件读不出", "a part of it cannot be read") from None


def _package(package: zipfile.ZipFile, names: list[str]) -> Found:
    for main, called in _MAIN.items():
        if main in names:
            return _office(package, names, called)
    declared = _read(package, "mimetype").decode("ascii", "replace").strip() if "mimetype" in names else ""
    if declared in _ODF:
        return _opendocument(package, names, _ODF[declared])
    if declared == "application/epub+zip":
        return _book(package, names)
    raise DOCUMENT_ARCHIVE(place=Place(), name="", reason_zh=" ZIP 压缩包", reason_en="a zip archive")


def _office(package: zipfile.ZipFile, names: list[str], format: str) -> Found:
    core = elements(_read(package, "docProps/core.xml"), format) if "docProps/core.xml" in names else {}
    found = Found(format, core.get("title", ""), facts=_core(core))
    parts = sorted((name for name in names if re.fullmatch(_PARTS[format], name)), key=_natural)
    if format in _UNITS:
        found.facts["pages"] = len(parts)
    if format == "XLSX":
        found.facts["sheets"] = sum("sharedStrings" not in name for name in parts)
    found.facts["unit"] = _UNITS.get(format, "part")
    found.texts = [texts(_read(package, name), format, _TEXT_OF[format]) or " " for name in parts]
    return found


def _core(core: dict[str, str]) -> dict[str, str | int | None]:
    return {
        "author": core.get("creator") or core.get("initial-creator"),
        "subject": core.get("subject"),
        "keywords": core.get("keywords") or core.get("keyword"),
        "created": core.get("created") or core.get("creation-date"),
        "modified": core.get("modified") or core.get("date"),
        "program": core.get("generator"),
        "language": core.get("language"),
    }


def _opendocument(package: zipfile.ZipFile, names: list[str], format: str) -> Found:
    if "META-INF/manifest.xml" in names and b"encryption-data" in _read(package, "META-INF/manifest.xml"):
        raise DOCUMENT_ENCRYPTED(place=Place(), name="", format=format)
    core = elements(_read(package, "meta.xml"), format) if "meta.xml" in names else {}
    found = Found(format, core.get("title", ""), facts=_core(core))
    kept = {"p", "h", "span", "a", "tab", "line-break", "s", "table-cell"}
    parts = [name for name in ("content.xml", "styles.xml") if name in names]
    found.texts = [texts(_read(package, name), format, kept) or " " for name in parts]
    found.facts["unit"] = "part"
    return found


def _book(package: zipfile.ZipFile, names: list[str]) -> Found:
    opf = next((name for name in names if name.endswith(".opf")), None)
    core = elements(_read(package, opf), "EPUB") if opf else {}
    found = Found("EPUB", core.get("title", ""), facts=_core(core))
    pages = sorted(
        (name for name in names if name.lower().endswith((".xhtml", ".html", ".htm"))), key=_natural
    )
    found.texts = [html_text(_read(package, name).decode("utf-8", "replace"))[1] or " " for name in pages]
    found.facts |= {"pages": len(pages), "unit": "part"}
    return found


def _read(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as stream:
        body = stream.read(MEMBER + 1)
    if len(body) > MEMBER:
        raise damaged("Office", f"部件 {name} 过大", f"its part {name} is too large")
    return body


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def _thumbnail(package: zipfile.ZipFile, names: list[str], target: Path) -> None:
    """The preview inside the package, or the cover of a book, drawn anew."""
    likely = [
        n for n in names if re.fullmatch(r"docProps/thumbnail\.(jpe?g|png)|Thumbnails/thumbnail\.png", n)
    ]
    likely += [n for n in names if re.search(r"cover[^/]*\.(jpe?g|png)$", n, re.IGNORECASE)][:1]
    for name in likely[:1]:
        try:
            with Image.open(io.BytesIO(_read(package, name)), formats=("JPEG", "PNG")) as image:
                if image.width * image.height <= _PIXELS:
                    image.thumbnail((360, 360))
                    image.convert("RGB").save(target, "PNG")
        except (OSError, ValueError, Image.DecompressionBombError):
            target.unlink(missing_ok=True)


def read_old(path: str, format: str, folder: Path) -> Found:  # noqa: ARG001 readers are called alike
    """Which program made it, from the directory of the compound file; its text is not read."""
    names = set(_ole_names(Path(path)))
    if "EncryptedPackage" in names:
        raise DOCUMENT_ENCRYPTED(place=Place(), name="", format="Office")
    called = next((kind for name, kind in _OLE_NAMES.items() if name in names), format)
    newer = {"DOC": ".docx", "XLS": ".xlsx", "PPT": ".pptx"}.get(called)
    warning = NOT_READ
    if newer:
        warning = (
            f"旧版格式，内容不可检索；另存为 {newer} 后可检索",
            f"an old format that is not read; save it as {newer} to search it",
        )
    return Found(called, warnings=[warning], searchable=False)


def _ole_names(path: Path) -> Iterator[str]:
    """Names of the streams in the first sectors of the directory of a compound file ([MS-CFB] 2.6)."""
    with path.open("rb") as stream:
        head = stream.read(512)
        if len(head) < 512:
            raise damaged("Office 97–2003", "文件头不完整", "its header is cut short")
        size = 1 << min(struct.unpack_from("<H", head, 30)[0], 16)
        stream.seek((struct.unpack_from("<I", head, 48)[0] + 1) * size)
        directory = stream.read(size * 4)
    for at in range(0, len(directory) - 127, 128):
        length = struct.unpack_from("<H", directory, at + 64)[0]
        if 2 <= length <= 64:
            yield directory[at : at + length - 2].decode("utf-16-le", "replace")
