"""Editions of a resource that is kept as a file: rasters, documents, pictures, sound, film, the description of a service."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from guotu.model.time import Version


@dataclass(frozen=True, slots=True)
class Page:
    """A searchable piece of a document: its number from 1 (page, slide, sheet or part) and its text."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition: never changed once kept.

    `original` is the hash of the file as it came, `product` of what is served instead ("": the original itself), `thumbnail`
    of a PNG ("": none), all names of blobs. `facts` are JSON values that depend on the kind; `warnings` (zh, en) pairs.
    """

    number: int
    at: datetime
    author: str
    message: str
    data_date: date | None
    name: str
    original: str
    size: int
    format: str
    product: str = ""
    thumbnail: str = ""
    pages: int = 0
    facts: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[tuple[str, str], ...] = ()

    @property
    def version(self) -> Version:
        return Version(1, self.number)

    @property
    def label(self) -> str:
        """`"1.2#9f86d081884c"`: version and the first 12 digits of the original's hash."""
        return f"{self.version}#{self.original[:12]}"

    @property
    def described(self) -> date:
        """The day it describes: its data date, else the day it came."""
        return self.data_date or self.at.date()

    @property
    def served(self) -> str:
        """The blob to work with."""
        return self.product or self.original
