"""What exchange formats leave to their programs (`data/exchange`): codes of drawings, heads of old files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from guotu.standards import tables

_CASS_COLUMNS = ("code", "name", "name_en", "fields", "confidence")
CASS_APPLICATION = "SOUTH"
"""The application under which CASS keeps its codes in a drawing's extended data."""


@dataclass(frozen=True, slots=True)
class DrawingCode:
    """A feature code of a drawing and what the extended data behind it hold, in order."""

    code: str
    name: str
    name_en: str
    fields: tuple[str, ...]
    confidence: str


@cache
def cass_codes() -> dict[str, DrawingCode]:
    """CASS codes whose extended data are known field by field."""
    rows = tables.rows("exchange/cass.csv", _CASS_COLUMNS)
    tables.require_distinct((row["code"] for row in rows), "exchange/cass.csv")
    tables.require_confidence((row["confidence"] for row in rows), "exchange/cass.csv")
    return {
        row["code"]: DrawingCode(
            row["code"], row["name"], row["name_en"], tables.split(row["fields"]), row["confidence"]
        )
        for row in rows
    }
