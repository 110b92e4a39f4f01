"""A report before it has a format: headings, paragraphs, tables, pictures, the signature block."""

from __future__ import annotations

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
class Row:
    """Cells as text; a total is set in bold."""

    cells: tuple[str, ...]
    total: bool = False
    tones: tuple[Tone, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    head: bool = True


@dataclass(frozen=True, slots=True)
class Image:
    caption: str
    alt: str
    picture: Picture


@dataclass(frozen=True, slots=True)
class Signatures:
    """Who signs: titles of the fields."""

    fields: tuple[str, ...]


Block = Heading | Paragraph | Bullets | Table | Image | Signatures


@dataclass(frozen=True, slots=True)
class Document:
    """A report: its title, a line under it, and its blocks in order. `lang` is a BCP 47 tag."""

    title: str
    subtitle: str
    lang: str
    blocks: tuple[Block, ...]
