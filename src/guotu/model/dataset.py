"""Datasets, streams, commits: how data is named, responsible for, and counted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from guotu.model.time import Version

DATASET_CODE = re.compile(r"(xz|gh|gl|sj|cp)\.[a-z][a-z0-9_]{1,30}")


@dataclass(frozen=True, slots=True, order=True)
class StreamName:
    """A dataset and its responsible partition (a division code, a map sheet, or 000000)."""

    dataset: str
    partition: str

    def __str__(self) -> str:
        return f"{self.dataset}/{self.partition}"

    @classmethod
    def parse(cls, text: str) -> StreamName:
        dataset, _, partition = text.partition("/")
        if not DATASET_CODE.fullmatch(dataset) or not re.fullmatch(r"[0-9A-Za-z-]{1,32}", partition):
            raise ValueError(f"not a stream name: {text!r}")
        return cls(dataset, partition)


@dataclass(frozen=True, slots=True)
class CommitNote:
    """Who wrote why: travels with a commit. `data_date` is the statutory moment the data describes (时点)."""

    author: str
    message: str
    data_date: date | None = None
    source: tuple[str, ...] = ()
    """Content hashes (hex SHA-256) of the original files."""
    quality: str = ""
    """One line of the gate's verdict."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A closed commit of a stream: its entries are `first`..`version.seq`."""

    stream: StreamName
    version: Version
    first: int
    at: datetime
    note: CommitNote
    added: int
    changed: int
    deleted: int
    chain: bytes
    digest: bytes

    @property
    def label(self) -> str:
        """`"1.42#9f86d081884c"`: version and the first 12 hex digits of the chain hash, as used in a basis."""
        return f"{self.version}#{self.chain.hex()[:12]}"


@dataclass(frozen=True, slots=True)
class StreamState:
    """A stream at one version: what a reader needs to cite it."""

    stream: StreamName
    schema_id: str
    owner: str
    head: Commit
    features: int
    extent: tuple[float, float, float, float] | None
    """West, south, east, north in degrees, None while empty."""
