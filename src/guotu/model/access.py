"""The access plan: what one subject may read of one dataset for one purpose, compiled once per request."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from guotu.model.filter import Filter


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings of one read; None means none."""

    rows: int | None = None
    export: bool = True


@dataclass(frozen=True, slots=True)
class AccessPlan:
    """Mandatory argument of every reader.

    `where` and `clip` cut rows (clip: WKB polygon in degrees on CGCS2000, features outside are absent); `columns` None means every
    column, else only those exist for the reader — also for filtering and sorting. `masked` columns read as null.
    """

    dataset: str
    subject: str
    purpose: str
    where: Filter | None = None
    clip: bytes | None = None
    columns: frozenset[str] | None = None
    masked: frozenset[str] = frozenset()
    limits: Limits = Limits()

    @property
    def fingerprint(self) -> str:
        """Hex digest of all that decides an answer; part of every cache key."""
        parts = (
            self.dataset,
            repr(self.where),
            self.clip,
            self.columns and sorted(self.columns),
            sorted(self.masked),
            self.limits,
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]

    def sees(self, column: str) -> bool:
        return self.columns is None or column in self.columns
