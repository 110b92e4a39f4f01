"""Inside the sandbox: XML is walked once before anyone builds on it — well-formed, without DTD, entities or a deep nest."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from typing import IO
from xml.parsers import expat

from guotu.errors import GuotuError, Place
from guotu.errors.files import FILE_DAMAGED, XML_UNSAFE

_CHUNK = 1 << 20
_DEEPEST = 128
_ATTRIBUTES = 256

OnStart = Callable[[str, dict[str, str]], None]
"""Called with the local name and the attributes of every element."""


def check_xml(stream: IO[bytes], kind: str, on_start: OnStart | None = None) -> None:
    """Walk a document from beginning to end.

    Raises   GT-1134 a document type, an entity, elements nested beyond 128 or with more than 256 attributes;
             GT-1115 not well-formed or in an unknown encoding, with its line
    """
    parser = expat.ParserCreate()
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.buffer_text = True
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST or len(attributes) > _ATTRIBUTES:
            raise _unsafe(
                parser,
                kind,
                "元素嵌套过深或属性过多",
                "elements nested too deeply or with too many attributes",
            )
        if on_start is not None:
            on_start(name.rpartition(":")[2], attributes)

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_: object) -> None:
        raise _unsafe(parser, kind, "含有文档类型声明（DTD）", "it declares a document type (DTD)")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    try:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (
        expat.ExpatError,
        LookupError,
        ValueError,
    ) as problem:  # an encoding nobody knows is no ExpatError
        line = parser.ErrorLineNumber
        reason = expat.ErrorString(problem.code) if isinstance(problem, expat.ExpatError) else str(problem)
        raise FILE_DAMAGED(
            place=Place(row=line),
            name="",
            format=kind,
            reason_zh=f"第 {line} 行起不是有效的 XML（{reason}）",
            reason_en=f"from line {line} on it is no valid XML ({reason})",
        ) from None


def check_package(path: str, kind: str) -> None:
    """Every XML member of an office package, each of its checksums too; raises as `check_xml` does."""
    try:
        with zipfile.ZipFile(path) as package:
            for member in package.namelist():
                if member.endswith((".xml", ".rels")):
                    with package.open(member) as stream:
                        check_xml(stream, kind)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, UnicodeError) as problem:
        raise FILE_DAMAGED(
            place=Place(),
            name="",
            format=kind,
            reason_zh="压缩包内的部件读不出",
            reason_en=f"a part of it cannot be read: {problem}",
        ) from None


def _unsafe(parser: expat.XMLParserType, kind: str, zh: str, en: str) -> GuotuError:
    line = parser.CurrentLineNumber
    return XML_UNSAFE(place=Place(row=line), name="", format=kind, reason_zh=zh, reason_en=en)
