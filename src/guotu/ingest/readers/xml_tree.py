"""Inside the sandbox: a small tree of an XML document, local names only, walked by the XML guard first."""

from __future__ import annotations

import io
from collections.abc import Iterator
from xml.parsers import expat

from guotu.ingest.readers.xml_guard import check_xml

_MOST = 400_000


class Node:
    """An element: local name, attributes by local name, children, its own text."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name, self.attributes = name, attributes
        self.children: list[Node] = []
        self.text = ""

    def all(self, *path: str) -> Iterator[Node]:
        """Every descendant by a path of names."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.name == path[0]:
                yield from child.all(*path[1:])

    def one(self, *path: str) -> Node | None:
        """The first descendant by a path of names."""
        return next(self.all(*path), None)

    def said(self, *path: str) -> str:
        """The text of the first descendant by a path of names, "" where there is none."""
        found = self.one(*path)
        return "" if found is None else found.text.strip()

    def text_of_all(self) -> str:
        """The text of the element and everything in it."""
        return " ".join(" ".join([self.text, *(child.text_of_all() for child in self.children)]).split())


def tree(body: bytes, kind: str) -> Node:
    """The root; raises GT-1134 and GT-1115 as `check_xml` does. Elements beyond 400 000 are left out."""
    check_xml(io.BytesIO(body), kind)
    top = Node("", {})
    stack, count = [top], 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        plain = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        node = Node(name.rpartition(":")[2], plain)
        if count <= _MOST:
            stack[-1].children.append(node)
        stack.append(node)

    def end(_: str) -> None:
        stack.pop()

    def data(text: str) -> None:
        stack[-1].text += text

    parser = expat.ParserCreate()
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data
    parser.Parse(body, True)
    return top.children[0]
