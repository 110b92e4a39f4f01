"""A report before it has a format: headings, paragraphs, tables, pictures, the signature block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from guotu.analysis.cartography import Picture

Tone = Literal["plain", "pass", "attention", "fail", "unknown", "quiet"]
Align = Literal["left", "right", "center"]


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    tone: Tone = "plain"
    indent: bool = True


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, its share of the table's width, how its cells stand."""

    title: str
    share: float
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Head:
    """A cell of a head that has several rows, and how many columns and rows it covers."""

    text: str
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """Cells as text; a total is set in bold. `spans`: how many rows each cell covers, 0 where the one above does."""

    cells: tuple[str, ...]
    total: bool = False
    tones: tuple[Tone, ...] = ()
    spans: tuple[int, ...] = ()

    def span(self, at: int) -> int:
        return self.spans[at] if at < len(self.spans) else 1


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    head: bool = True
    dense: bool = False
    """Rows close together, for long lists of figures."""
    heads: tuple[tuple[Head, ...], ...] = ()
    """A head of several rows, in place of the columns' titles."""
    wide: bool = False
    """On a landscape page of its own."""

    @property
    def header(self) -> tuple[tuple[Head, ...], ...]:
        """The rows of the head, whatever it is made of; none for a table without one."""
        if not self.head:
            return ()
        return self.heads or (tuple(Head(column.title) for column in self.columns),)


def placed(table: Table) -> Iterator[tuple[int, int, Head]]:
    """Row and column at which each cell of a table's head begins."""
    taken: set[tuple[int, int]] = set()
    for row, line in enumerate(table.header):
        column = 0
        for head in line:
            while (row, column) in taken:
                column += 1
            yield row, column, head
            taken |= {(row + r, column + c) for r in range(head.rows) for c in range(head.columns)}


@dataclass(frozen=True, slots=True)
class Image:
    caption: str
    alt: str
    picture: Picture


@dataclass(frozen=True, slots=True)
class Signatures:
    """Who signs: titles of the fields, and the lines that each of them fills in."""

    fields: tuple[str, ...]
    lines: tuple[str, ...]


Block = Heading | Paragraph | Bullets | Table | Image | Signatures


@dataclass(frozen=True, slots=True)
class Document:
    """A report: its title, what it is about, its number, a line under these, its blocks in order. `lang` is a BCP 47 tag."""

    title: str
    subject: str
    number: str
    subtitle: str
    lang: str
    blocks: tuple[Block, ...]
