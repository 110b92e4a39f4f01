"""Time: the clock as a parameter, versions of a stream, and how to name a moment in its history."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

Clock = Callable[[], datetime]
"""Gives the present as an aware UTC datetime."""


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A commit boundary of a stream: epoch of its writer, sequence number of its last entry."""

    epoch: int
    seq: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.seq}"

    @classmethod
    def parse(cls, text: str) -> Version:
        """From `"1.42"`; raises ValueError."""
        if not re.fullmatch(r"\d+\.\d+", text):
            raise ValueError(f"not a version: {text!r}")
        epoch, seq = text.split(".")
        return cls(int(epoch), int(seq))


AsOf = Version | date | None
"""A moment of a dataset's history: a version (log time), a date (valid time at the newest version), or None for now."""


def parse_as_of(text: str | None) -> AsOf:
    """`"1.42"` → Version, `"2024-12-31"` → date, empty → None; raises ValueError."""
    if not text:
        return None
    return date.fromisoformat(text) if "-" in text else Version.parse(text)
