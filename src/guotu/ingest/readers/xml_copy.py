"""XML in an encoding that parsers do not know (GBK above all) is transcoded into a work copy before it is read."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from guotu.errors import GuotuError, Place
from guotu.errors.files import TEXT_DAMAGED
from guotu.ingest.encoding import codec_named, first_damage, label, shown
from guotu.ingest.readers.described import Warnings

_HEAD = 512
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_PROLOG = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
_KNOWN = ("utf-8", "utf-16", "iso-8859-1", "iso8859-1", "ascii")


def utf8_copy(path: Path, target: Path, asked: str | None) -> Warnings:
    """A link where a parser reads the encoding by itself, else a copy in UTF-8.

    Raises   GT-1120 with its line where the text is not in the encoding declared or asked for
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    codec = codec_named(asked) if asked else _declared(head)
    if codec in _KNOWN and not asked:
        target.symlink_to(path.resolve())
        return ()
    _transcode(path, target, codec or "utf-8")
    name = label(codec or "utf-8")
    return ((f"XML 的编码是 {name}，已转换为 UTF-8", f"the XML is in {name}; it was converted to UTF-8"),)


def _declared(head: bytes) -> str:
    found = _DECLARED.search(head)
    if found is None:
        return "utf-8"
    try:
        return codec_named(found.group(1).decode("ascii"))
    except GuotuError:
        return "utf-8"


def _transcode(path: Path, target: Path, codec: str) -> None:
    damage = first_damage(path, codec)
    if damage is not None:
        line, raw = damage
        place = Place(file=path.name, row=line)
        raise TEXT_DAMAGED(place=place, name=path.name, encoding=label(codec), bytes=shown(raw))
    with (
        path.open(encoding=codec, newline="") as source,
        target.open("w", encoding="utf-8", newline="") as sink,
    ):
        sink.write(_PROLOG.sub("", source.read(_HEAD)))
        shutil.copyfileobj(source, sink, 1 << 20)
