"""Value domains: the codes a field may hold (`data/domains`), and land-class schemes seen as domains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from guotu.errors.schema import DOMAIN_UNKNOWN
from guotu.standards import landclass, tables
from guotu.standards.tables import require

_COLUMNS = ("domain", "code", "name", "confidence")


@dataclass(frozen=True, slots=True)
class ValueDomain:
    """A closed list of codes with their names."""

    id: str
    title: str
    title_en: str
    source: str
    names: MappingProxyType[str, str]
    confidence: MappingProxyType[str, str]

    def __contains__(self, code: object) -> bool:
        return code in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def name(self, code: str) -> str:
        """The name of a code; raises KeyError."""
        return self.names[code]


@cache
def domain(name: str) -> ValueDomain:
    """A domain by id, or the codes that a parcel may carry under a land-class scheme; raises GT-1305."""
    if name in landclass.scheme_ids():
        return _of_scheme(landclass.scheme(name))
    for found in all_domains():
        if found.id == name:
            return found
    known = [found.id for found in all_domains()]
    raise DOMAIN_UNKNOWN(domain=name, known=tables.listing([*known, *landclass.scheme_ids()]))


@cache
def all_domains() -> tuple[ValueDomain, ...]:
    """Every listed domain, in the order of the manifest."""
    rows = tables.rows("domains/values.csv", _COLUMNS)
    tables.require_distinct(((row["domain"], row["code"]) for row in rows), "domains/values.csv")
    tables.require_confidence((row["confidence"] for row in rows), "domains/values.csv")
    entries = tables.manifest("domains")["domain"]
    tables.require_distinct((entry["id"] for entry in entries), "domains")
    require(
        {row["domain"] for row in rows} == {entry["id"] for entry in entries},
        "domains: values and manifest differ",
    )
    return tuple(_domain(entry, [row for row in rows if row["domain"] == entry["id"]]) for entry in entries)


def _domain(entry: dict[str, str], rows: list[tables.Row]) -> ValueDomain:
    return ValueDomain(
        id=entry["id"],
        title=entry["title"],
        title_en=entry["title_en"],
        source=entry["source"],
        names=MappingProxyType({row["code"]: row["name"] for row in rows}),
        confidence=MappingProxyType({row["code"]: row["confidence"] for row in rows}),
    )


def _of_scheme(scheme: landclass.LandClassScheme) -> ValueDomain:
    classes = [found for found in scheme if found.code in scheme.data_codes]
    return ValueDomain(
        id=scheme.id,
        title=scheme.title,
        title_en=scheme.title_en,
        source=scheme.source,
        names=MappingProxyType({found.code: found.name for found in classes}),
        confidence=MappingProxyType({found.code: found.confidence for found in classes}),
    )
