"""Land classes: schemes, mappings between schemes, and the three statutory classes (农用地、建设用地、未利用地).

The tables are `data/land_classes`. A class's first class is looked up, never cut from its code: in the third survey the
wetland classes (0303, 0603, 1105 …) kept the digits of their former homes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Literal

from guotu.errors.schema import EDITION_UNKNOWN, MAPPING_UNKNOWN, SCHEME_UNKNOWN
from guotu.standards import tables
from guotu.standards.tables import require

SchemeId = Literal["gbt21010-2017", "sandiao", "ydyh-2020", "ydyh-2023", "gbt21010-2007"]
ThreeClass = Literal["农用地", "建设用地", "未利用地"]
THREE_CLASSES: tuple[ThreeClass, ...] = ("农用地", "建设用地", "未利用地")

_CLASS_COLUMNS = ("code", "name", "level", "parent", "three_class", "kind", "realm", "confidence", "note")
_MAPPING_COLUMNS = ("source", "target", "relation", "candidates", "confidence", "note")
_CHOICE_COLUMNS = ("edition", "scheme", "code", "three_class", "valid_from", "confidence", "note")


@dataclass(frozen=True, slots=True)
class LandClass:
    """One class; `parent` is None for first classes, `kind` 可调整 or 细化 for marked ones, `realm` 陆域 or 海域."""

    code: str
    name: str
    level: int
    parent: str | None
    kind: str = ""
    realm: str = ""
    confidence: str = "B"
    note: str = ""


@dataclass(frozen=True, slots=True)
class LandClassScheme:
    """One edition of a classification. `data_codes` are the codes that a parcel may carry."""

    id: str
    title: str
    title_en: str
    edition: str
    valid_from: date
    valid_to: date | None
    source: str
    confidence: str
    classes: MappingProxyType[str, LandClass]
    data_codes: frozenset[str]

    def __contains__(self, code: object) -> bool:
        return code in self.classes

    def __iter__(self) -> Iterator[LandClass]:
        return iter(self.classes.values())

    def get(self, code: str) -> LandClass:
        """The class of a code; raises KeyError."""
        return self.classes[code]

    def name(self, code: str) -> str:
        """The name of a class; raises KeyError."""
        return self.classes[code].name

    def first_class(self, code: str) -> LandClass:
        """The first class that a class belongs to (itself, if it is one); raises KeyError."""
        found = self.classes[code]
        while found.parent is not None:
            found = self.classes[found.parent]
        return found

    def second_class(self, code: str) -> LandClass:
        """The class on the second level, or the class itself where it stands on the first; raises KeyError.

        In the third survey a marked class (0201K, 1104A) rolls up to the class it refines.
        """
        found = self.classes[code]
        while found.level > 2 and found.parent is not None:
            found = self.classes[found.parent]
        return found

    def children(self, code: str | None) -> tuple[LandClass, ...]:
        """The classes directly under one; the first classes for None."""
        return tuple(found for found in self if found.parent == code)


@dataclass(frozen=True, slots=True)
class MappedClass:
    """Where a class goes: to `target` exactly, or only surely into `target` with `candidates` below it (待细分)."""

    source: str
    target: str
    exact: bool
    candidates: tuple[str, ...] = ()
    confidence: str = "B"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """A correspondence between two schemes."""

    source: str
    target: str
    edition: str
    provenance: str
    confidence: str
    rows: MappingProxyType[str, MappedClass]

    def __contains__(self, code: object) -> bool:
        return code in self.rows

    def of(self, code: str) -> MappedClass:
        """Where a class goes; raises KeyError for a code that is not mapped."""
        return self.rows[code]

    def targets(self, code: str) -> tuple[str, ...]:
        """The one target of an exact row, all candidates of a split one; raises KeyError."""
        row = self.rows[code]
        return (row.target,) if row.exact else row.candidates

    def is_exact(self, code: str) -> bool:
        """Whether the class goes to one class; raises KeyError."""
        return self.rows[code].exact


@dataclass(frozen=True, slots=True)
class ThreeClasses:
    """The three statutory classes of a scheme in one edition; `note` states the edition's choice on disputed classes."""

    scheme: str
    edition: str
    title: str
    title_en: str
    note: str
    note_en: str
    disputed: tuple[str, ...]
    classes: MappingProxyType[str, ThreeClass]

    def of(self, code: str) -> ThreeClass:
        """The statutory class; raises KeyError for an unknown code and for one that spans several (湿地) or none (用海)."""
        return self.classes[code]

    def get(self, code: str) -> ThreeClass | None:
        """The statutory class, None where there is no single one."""
        return self.classes.get(code)


@cache
def scheme_ids() -> tuple[str, ...]:
    """Every scheme, in the order of its table."""
    return tuple(entry["id"] for entry in tables.manifest("land_classes")["scheme"])


@cache
def scheme(id: str) -> LandClassScheme:
    """A scheme by id; raises GT-1302."""
    for entry in tables.manifest("land_classes")["scheme"]:
        if entry["id"] == id:
            break
    else:
        raise SCHEME_UNKNOWN(scheme=id, known=tables.listing(scheme_ids()))
    rows = tables.rows(f"land_classes/{id}.csv", _CLASS_COLUMNS)
    tables.require_distinct((row["code"] for row in rows), id)
    tables.require_confidence((row["confidence"] for row in rows), id)
    classes = {row["code"]: _land_class(row) for row in rows}
    _check_tree(id, classes, entry["pattern"], entry["counts"])
    parents = {found.parent for found in classes.values()}
    anything = entry["data_levels"] == "any"
    return LandClassScheme(
        id=id,
        title=entry["title"],
        title_en=entry["title_en"],
        edition=entry["edition"],
        valid_from=entry["valid_from"],
        valid_to=entry.get("valid_to"),
        source=entry["source"],
        confidence=entry["confidence"],
        classes=MappingProxyType(classes),
        data_codes=frozenset(
            code for code, found in classes.items() if anything or found.level > 1 or code not in parents
        ),
    )


def _land_class(row: tables.Row) -> LandClass:
    return LandClass(
        code=row["code"],
        name=row["name"],
        level=int(row["level"]),
        parent=row["parent"] or None,
        kind=row["kind"],
        realm=row["realm"],
        confidence=row["confidence"],
        note=row["note"],
    )


def _check_tree(id: str, classes: dict[str, LandClass], pattern: str, counts: list[int]) -> None:
    for found in classes.values():
        require(
            re.fullmatch(pattern, found.code) is not None, f"{id}: code {found.code} does not look like one"
        )
        require(
            found.parent is None or found.parent in classes,
            f"{id}: {found.code} has no parent {found.parent}",
        )
        above = 0 if found.parent is None else classes[found.parent].level
        require(found.level == above + 1, f"{id}: level of {found.code}")
        require(found.name != "", f"{id}: {found.code} has no name")
    levels = [found.level for found in classes.values()]
    require(
        [levels.count(level + 1) for level in range(max(levels))] == counts,
        f"{id}: not {counts} classes per level",
    )


@cache
def mappings() -> tuple[tuple[str, str], ...]:
    """Every (source, target) there is."""
    return tuple((entry["source"], entry["target"]) for entry in tables.manifest("land_classes")["mapping"])


@cache
def mapping(source: str, target: str) -> Mapping:
    """The correspondence of two schemes; raises GT-1303."""
    if (source, target) not in mappings():
        known = tables.listing([f"{a} → {b}" for a, b in mappings()])
        raise MAPPING_UNKNOWN(source=source, target=target, known=known)
    entry = tables.manifest("land_classes")["mapping"][mappings().index((source, target))]
    name = f"{source}_to_{target}"
    rows = tables.rows(f"land_classes/{name}.csv", _MAPPING_COLUMNS)
    tables.require_distinct((row["source"] for row in rows), name)
    tables.require_confidence((row["confidence"] for row in rows), name)
    found = {row["source"]: _mapped(row) for row in rows}
    _check_mapping(name, scheme(source), scheme(target), found)
    return Mapping(
        source=source,
        target=target,
        edition=entry["edition"],
        provenance=entry["provenance"],
        confidence=entry["confidence"],
        rows=MappingProxyType(found),
    )


def _mapped(row: tables.Row) -> MappedClass:
    require(row["relation"] in ("exact", "split"), f"relation {row['relation']!r} of {row['source']}")
    candidates = tables.split(row["candidates"])
    require((row["relation"] == "split") == bool(candidates), f"candidates of {row['source']}")
    return MappedClass(
        row["source"], row["target"], row["relation"] == "exact", candidates, row["confidence"], row["note"]
    )


def _check_mapping(
    name: str, source: LandClassScheme, target: LandClassScheme, rows: dict[str, MappedClass]
) -> None:
    require(
        rows.keys() <= source.classes.keys(), f"{name}: unknown source {rows.keys() - source.classes.keys()}"
    )
    require(source.data_codes <= rows.keys(), f"{name}: not mapped {source.data_codes - rows.keys()}")
    for row in rows.values():
        require(row.target in target, f"{name}: unknown target {row.target}")
        for candidate in row.candidates:
            require(candidate in target, f"{name}: unknown candidate {candidate}")
            within = target.first_class(candidate) == target.first_class(row.target)
            require(within, f"{name}: {candidate} is not in {row.target}")


@cache
def three_class_editions() -> tuple[str, ...]:
    """The ids of all editions of the three classes."""
    return tuple(entry["id"] for entry in tables.manifest("land_classes")["three_class_edition"])


@cache
def three_classes(scheme_id: str, edition: str | None = None) -> ThreeClasses:
    """The three statutory classes of a scheme, by default in the edition that its table names.

    Disputed classes (其他草地) come from the edition; a class with parts on several sides has none.
    Raises   GT-1302, GT-1304
    """
    classes = scheme(scheme_id)
    manifest = tables.manifest("land_classes")
    chosen = edition or next(e["three_class_edition"] for e in manifest["scheme"] if e["id"] == scheme_id)
    about = next((e for e in manifest["three_class_edition"] if e["id"] == chosen), None)
    if about is None:
        known = tables.listing(three_class_editions())
        raise EDITION_UNKNOWN(scheme=scheme_id, edition=chosen, known=known)
    choices = _choices(scheme_id, chosen)
    base = tables.rows(f"land_classes/{scheme_id}.csv", _CLASS_COLUMNS)
    stated = {row["code"]: row["three_class"] for row in base if row["three_class"]} | choices
    require(set(stated.values()) <= set(THREE_CLASSES), f"{scheme_id}: three classes {set(stated.values())}")
    for code in choices:
        require(code in classes, f"three_class_choices: {scheme_id} has no {code}")
    found = {code: _settle(classes, stated, code) for code in classes.classes}
    return ThreeClasses(
        scheme=scheme_id,
        edition=chosen,
        title=about["title"],
        title_en=about["title_en"],
        note=about["note_zh"],
        note_en=about["note_en"],
        disputed=tuple(choices),
        classes=MappingProxyType({code: three for code, three in found.items() if three is not None}),
    )


def _choices(scheme_id: str, edition: str) -> dict[str, str]:
    rows = tables.rows("land_classes/three_class_choices.csv", _CHOICE_COLUMNS)
    tables.require_distinct(((r["edition"], r["scheme"], r["code"]) for r in rows), "three_class_choices")
    return {r["code"]: r["three_class"] for r in rows if (r["edition"], r["scheme"]) == (edition, scheme_id)}


def _settle(classes: LandClassScheme, stated: dict[str, str], code: str) -> ThreeClass | None:
    if code in stated:
        return next(three for three in THREE_CLASSES if three == stated[code])
    parts = {_settle(classes, stated, child.code) for child in classes.children(code)}
    return parts.pop() if len(parts) == 1 else None
