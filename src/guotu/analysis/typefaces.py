"""The typefaces that travel with the platform, and what they can write."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from unicodedata import category

SANS, SERIF, RARE = "Noto Sans CJK SC", "Noto Serif CJK SC", "Noto Sans CJK SC Rare"
"""Family names; every ideograph that the first two lack is looked for in the third."""

GETA = "〓"
"""What stands for a character that no typeface has, as printers do it."""

_TEXT_FACES = ("NotoSansSC-Regular", "NotoSansSC-Bold", "NotoSerifSC-Regular", "NotoSerifSC-Bold")
_RARE_FACE = "NotoSansSC-Rare"
_SEGMENTED = 12


def folder() -> Path:
    """The folder of the font files."""
    return Path(str(resources.files("guotu.analysis").joinpath("fonts")))


def file(face: str) -> Path:
    """The file of a face, such as `NotoSansSC-Regular`."""
    return folder() / f"{face}.otf"


@cache
def coverage(face: str) -> tuple[tuple[int, int], ...]:
    """First and last code point of every run that a face can write, in order (OpenType `cmap`, format 12)."""
    body = file(face).read_bytes()
    count = struct.unpack_from(">H", body, 4)[0]
    tables = {body[at : at + 4]: struct.unpack_from(">I", body, at + 8)[0] for at in _steps(12, count, 16)}
    start = tables[b"cmap"]
    for at in _steps(start + 4, struct.unpack_from(">H", body, start + 2)[0], 8):
        sub = start + struct.unpack_from(">I", body, at + 4)[0]
        if struct.unpack_from(">H", body, sub)[0] == _SEGMENTED:
            runs = struct.unpack_from(">I", body, sub + 12)[0]
            return tuple(struct.unpack_from(">II", body, run) for run in _steps(sub + 16, runs, 12))
    raise ValueError(f"{face} has no segmented coverage")


def _steps(start: int, count: int, size: int) -> Iterator[int]:
    return iter(range(start, start + count * size, size))


def writes(face: str, character: str) -> bool:
    """Whether a face has a glyph for a character."""
    runs = coverage(face)
    at = bisect_right(runs, (ord(character), 0x110000)) - 1
    return at >= 0 and ord(character) <= runs[at][1]


def _writable(character: str) -> bool:
    return all(writes(face, character) for face in _TEXT_FACES) or writes(_RARE_FACE, character)


def plain(text: str) -> str:
    """Text without what is no text: controls, unpaired surrogates and marks that choose a glyph's variant; breaks become spaces."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if c in "\t\n\r" else c for c in text if not _is_no_text(c))


def _is_no_text(character: str) -> bool:
    if character in "\t\n\r":
        return False
    return category(character) in ("Cc", "Cf", "Cs", "Cn") or 0xFE00 <= ord(character) <= 0xFE0F


def printable(text: str) -> str:
    """Plain text in which 〓 stands for every character that no typeface has."""
    return "".join(c if c.isascii() or _writable(c) else GETA for c in plain(text))
