"""What exchange formats leave to their programs (`data/exchange`): codes of drawings, heads of old files."""

from __future__ import annotations

import fnmatch
import tomllib
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


@dataclass(frozen=True, slots=True)
class VctDialect:
    """The layout of an old VCT file: the items of each kind of object, how many points a point of a kind has, how many lines
    follow a line where the head's Topo says so.
    """

    id: str
    versions: tuple[str, ...]
    items: dict[str, tuple[str, ...]]
    points_of_kind: dict[int, int]
    line_tail_of_topo: dict[int, int]
    confidence: str


VCT_ITEMS = frozenset(
    ("kind", "points-by-kind", "counted-points", "label", "lines-or-points", "skip", "text")
)


@cache
def vct_dialects() -> tuple[VctDialect, ...]:
    """Every dialect that is not VCT 3.0."""
    found = []
    for entry in tomllib.loads(tables.text("exchange/vct.toml"))["dialect"]:
        items = {name.capitalize(): tuple(entry[name]) for name in ("point", "line", "polygon", "annotation")}
        tables.require(
            all(VCT_ITEMS.issuperset(each) for each in items.values()), f"vct.toml {entry['id']}: items"
        )
        tables.require_confidence([entry["confidence"]], "vct.toml")
        counts, tails = (
            {int(key): int(value) for key, value in entry[name].items()}
            for name in ("points_of_kind", "line_tail_of_topo")
        )
        found.append(
            VctDialect(entry["id"], tuple(entry["versions"]), items, counts, tails, entry["confidence"])
        )
    return tuple(found)


def vct_dialect(version: str) -> VctDialect | None:
    """The dialect that a head's version names, None for VCT 3.0 and for what is unknown."""
    for dialect in vct_dialects():
        if any(fnmatch.fnmatchcase(version.strip(), pattern) for pattern in dialect.versions):
            return dialect
    return None
