"""Inside the sandbox: text out of the XML parts of packages; each part is walked by the XML guard first."""

from __future__ import annotations

import io
from collections.abc import Set
from xml.parsers import expat

from guotu.ingest.readers.xml_guard import check_xml

_BREAKS = {"p", "h", "br", "line-break", "si", "is", "Text", "table-cell"}
_GAPS = {"tab", "s"}
_LONGEST = 4_000_000


def texts(body: bytes, kind: str, inside: Set[str]) -> str:
    """The character data under elements of these local names, paragraphs on lines of their own; raises as `check_xml`."""
    check_xml(io.BytesIO(body), kind)
    parts: list[str] = []
    depth = length = 0

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal depth
        local = name.rpartition(":")[2]
        depth += local in inside
        if local in _GAPS:
            parts.append(" ")

    def end(name: str) -> None:
        nonlocal depth
        local = name.rpartition(":")[2]
        depth -= local in inside
        if local in _BREAKS:
            parts.append("\n")

    def data(text: str) -> None:
        nonlocal length
        if depth > 0 and length < _LONGEST:
            parts.append(text)
            length += len(text)

    _parse(body, start, end, data)
    return "".join(parts).strip()


def elements(body: bytes, kind: str) -> dict[str, str]:
    """The text of each leaf element by its local name, the first of equal names; raises as `check_xml`."""
    check_xml(io.BytesIO(body), kind)
    found: dict[str, str] = {}
    held: list[str] = []

    def start(_: str, __: dict[str, str]) -> None:
        held.clear()

    def end(name: str) -> None:
        text = "".join(held).strip()
        if text:
            found.setdefault(name.rpartition(":")[2], text)
        held.clear()

    _parse(body, start, end, held.append)
    return found


def _parse(body: bytes, start: object, end: object, data: object) -> None:
    parser = expat.ParserCreate()
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data  # type: ignore[assignment]
    parser.Parse(body, True)
