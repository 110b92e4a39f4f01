"""Metadata elements of a resource (`data/metadata`): the core set of TD/T 1016-2003 and of the government resource catalogue."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache

from guotu.model.resource import Label, Resource
from guotu.model.schema import Constraint, Field, FieldType
from guotu.standards import tables
from guotu.standards.tables import require

_ELEMENT_COLUMNS = ("id", "name", "name_en", "constraint", "content", "iso19115", "resource", "confidence")
_VECTOR_COLUMNS = ("code", "name", "type", "length", "decimals", "constraint", "rule", "confidence")


@dataclass(frozen=True, slots=True)
class MetadataElement:
    """One element; `resource` names the part of a catalogue entry that it is read from ('' if entries do not carry it)."""

    id: str
    name: str
    name_en: str
    constraint: Constraint
    content: str
    iso19115: str
    resource: str
    confidence: str


@cache
def elements() -> tuple[MetadataElement, ...]:
    """Every element, in the order of the table."""
    rows = tables.rows("metadata/elements.csv", _ELEMENT_COLUMNS)
    tables.require_distinct((row["id"] for row in rows), "metadata/elements.csv")
    tables.require_confidence((row["confidence"] for row in rows), "metadata/elements.csv")
    parts = {field.name for kind in (Resource, Label) for field in fields(kind)} | {""}
    for row in rows:
        require(row["resource"] in parts, f"metadata: a resource has no {row['resource']}")
    return tuple(
        MetadataElement(
            id=row["id"],
            name=row["name"],
            name_en=row["name_en"],
            constraint=Constraint(row["constraint"]),
            content=row["content"],
            iso19115=row["iso19115"],
            resource=row["resource"],
            confidence=row["confidence"],
        )
        for row in rows
    )


@cache
def vector_fields() -> tuple[Field, ...]:
    """The fields of a metadata table for vector data, as exchanged with other platforms."""
    rows = tables.rows("metadata/vector_data.csv", _VECTOR_COLUMNS)
    tables.require_distinct((row["code"] for row in rows), "metadata/vector_data.csv")
    return tuple(
        Field(
            code=row["code"],
            name=row["name"],
            type=FieldType(row["type"]),
            length=int(row["length"]) if row["length"] else None,
            decimals=int(row["decimals"]) if row["decimals"] else None,
            constraint=Constraint(row["constraint"]),
            rule=row["rule"],
            confidence=row["confidence"],
        )
        for row in rows
    )
