"""Inside the sandbox: a DXF file opened — its head, its encoding, its model space entity by entity.

Small drawings are loaded whole (damaged ones with repairs that are told); large ones are walked from the file, so that memory
stays bounded.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ezdxf import recover
from ezdxf.addons.iterdxf import single_pass_modelspace
from ezdxf.filemanagement import readfile
from ezdxf.lldxf.const import DXFError
from ezdxf.tools.codepage import toencoding

from guotu.errors import GuotuError
from guotu.errors.files import FILE_DAMAGED
from guotu.ingest.encoding import EncodingChoice, codec_named, weigh

LARGEST_LOADED = 32 << 20
"""Bytes of a drawing that is loaded whole; it takes about 25 times as much memory."""
_HEAD_BYTES = 1 << 20
_SAMPLE_LINES = 4000
_UTF8_SINCE = "AC1021"
BINARY = b"AutoCAD Binary DXF"


@dataclass(slots=True)
class Drawing:
    """A drawing: how to walk its entities, what its text is, its unit code, what was repaired."""

    path: str
    encoding: EncodingChoice
    claimed: str
    unit: int
    document: Any = None
    warnings: list[tuple[str, str]] = field(default_factory=list)

    def entities(self) -> Iterator[Any]:
        """The entities of the model space in file order; raises GT-1115 where a large file breaks off or is malformed."""
        if self.document is not None:
            yield from self.document.modelspace()
            return
        with open(self.path, "rb") as stream:
            try:
                yield from single_pass_modelspace(stream)
            except (DXFError, ValueError, KeyError, IndexError, AttributeError) as problem:
                raise damaged(
                    f"实体读不懂（{_short(problem)}）", f"an entity is malformed ({_short(problem)})"
                ) from None

    def text(self, raw: str) -> str:
        """Text as the file means it: bytes that its claim could not decode are decoded by what they are."""
        if raw.isascii() or self.claimed == self.encoding.codec:
            return raw.encode("utf-8", "replace").decode("utf-8")
        try:
            return raw.encode(self.claimed, "surrogateescape").decode(self.encoding.codec, "replace")
        except UnicodeEncodeError:
            return raw.encode("utf-8", "replace").decode("utf-8")


def open_drawing(path: str, asked: str | None) -> Drawing:
    """Look at head and tail, settle the encoding, load what is small enough.

    Raises   GT-1115 cut off or beyond repair, GT-1119 unknown `asked`
    """
    with open(path, "rb") as file:
        head = file.read(_HEAD_BYTES)
        file.seek(max(0, os.path.getsize(path) - 256))
        tail = file.read()
    binary = head.startswith(BINARY)
    if not re.search(rb"EOF\s*\x00?\s*$", tail.rstrip(b"\x1a\x00 \r\n")):
        raise damaged("结尾缺少 EOF，文件不完整", "it does not end with EOF: a part is missing")
    claimed = "utf-8" if binary else _claimed(head)
    encoding = _encoding(path, head, claimed, asked, binary)
    unit = re.search(rb"\$INSUNITS\s+70\s+(-?\d{1,4})", head)
    found = Drawing(path, encoding, claimed, int(unit.group(1)) if unit else 0)
    if binary or os.path.getsize(path) <= LARGEST_LOADED:
        _load(found)
    return found


def _claimed(head: bytes) -> str:
    """The encoding that the head stands for: UTF-8 since 2007, before that the code page."""
    version = re.search(rb"\$ACADVER\s+1\s+(AC\d{4})", head)
    if version and version.group(1).decode() >= _UTF8_SINCE:
        return "utf-8"
    page = re.search(rb"\$DWGCODEPAGE\s+3\s+(\S{1,40})", head)
    return str(toencoding(page.group(1).decode("ascii", "replace"))) if page else "cp1252"


def _encoding(path: str, head: bytes, claimed: str, asked: str | None, binary: bool) -> EncodingChoice:
    if binary:
        return EncodingChoice("utf-8", "二进制 DXF", "a binary DXF")
    texts = _texts(path)
    codec = "gb18030" if claimed == "gbk" else claimed
    return weigh(
        texts, codec, "$DWGCODEPAGE " if b"$DWGCODEPAGE" in head else "DXF ", asked=codec_named(asked or "")
    )


def _texts(path: str) -> list[bytes]:
    """Lines beyond ASCII, the first ones of the file."""
    found: list[bytes] = []
    with open(path, "rb") as file:
        for line in file:
            if not line.isascii():
                found.append(line.strip()[:400])
                if len(found) >= _SAMPLE_LINES:
                    break
    return found


def _load(drawing: Drawing) -> None:
    try:
        drawing.document = readfile(drawing.path)
        return
    except MemoryError:
        raise
    except Exception as problem:  # whatever a damaged drawing makes of the library, repair is tried once
        reason = _short(problem)
    try:
        drawing.document, auditor = recover.readfile(drawing.path)
    except MemoryError:
        raise
    except Exception as problem:
        raise damaged(f"修复不了（{_short(problem)}）", f"it is beyond repair ({_short(problem)})") from None
    repairs = len(auditor.fixes) + len(auditor.errors)
    drawing.warnings.append(
        (
            f"图形文件有损伤（{reason}），已修复 {repairs} 处后读取",
            f"the drawing is damaged ({reason}); it was read after {repairs} repairs",
        )
    )


def _short(problem: Exception) -> str:
    return (
        re.sub(r"\s+", " ", f"{type(problem).__name__}: {problem}")[:120].replace("{", "(").replace("}", ")")
    )


def damaged(zh: str, en: str) -> GuotuError:
    """GT-1115."""
    return FILE_DAMAGED(name="", format="DXF", reason_zh=zh, reason_en=en)
