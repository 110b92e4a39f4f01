"""A paper before it has a format: title, number, paragraphs, tables, who signs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from guotu.errors import Lang

Align = Literal["left", "right", "center"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: heading, share of the width, side its text stands on."""

    title: str
    share: float
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption; `totals` says that its last row sums the others, `name` is its sheet in a workbook."""

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | int | float, ...], ...]
    totals: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """An official paper. `body` are paragraphs (str) and tables in order; `signed` the lines at its end (who, when)."""

    title: str
    number: str
    lang: Lang
    to: str
    body: tuple[str | Table, ...]
    signed: tuple[str, ...]
    small: tuple[str, ...] = ()
    """Lines in small print at the foot: verification code, fingerprint, what the figures rest on."""
