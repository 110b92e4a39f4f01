"""Layer schemas: the fields of a layer as its standard spells them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FieldType(StrEnum):
    """Field types as the database standards write them."""

    CHAR = "Char"
    VARCHAR = "VarChar"
    INT = "Int"
    FLOAT = "Float"
    DATE = "Date"
    TEXT = "Text"

    @property
    def is_text(self) -> bool:
        return self in (FieldType.CHAR, FieldType.VARCHAR, FieldType.TEXT)


class Constraint(StrEnum):
    """M mandatory, C conditional, O optional."""

    MANDATORY = "M"
    CONDITIONAL = "C"
    OPTIONAL = "O"


class GeometryKind(StrEnum):
    POINT = "Point"
    LINE = "Line"
    POLYGON = "Polygon"
    NONE = "None"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: code, Chinese name, type, length, decimals, constraint, value domain, other spellings met in files."""

    code: str
    name: str
    type: FieldType
    length: int | None = None
    decimals: int | None = None
    constraint: Constraint = Constraint.OPTIONAL
    domain: str | None = None
    rule: str = ""
    aliases: tuple[str, ...] = ()
    confidence: str = "C"


@dataclass(frozen=True, slots=True)
class LayerSchema:
    """The structure of one layer in one edition.

    `key` names the fields that together are the business key ((),if the layer has none); `coverage` says that its polygons
    tile their territory without overlap or gap; `area_field` holds the declared area in m², if any.
    """

    id: str
    code: str
    dataset: str
    name: str
    name_en: str
    edition: str
    geometry: GeometryKind
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    coverage: bool = False
    area_field: str | None = None
    ysdm: str | None = None
    source: str = ""
    confidence: str = "C"

    def field(self, code: str) -> Field:
        """The field of that code; raises KeyError."""
        for candidate in self.fields:
            if candidate.code == code:
                return candidate
        raise KeyError(code)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(field.code for field in self.fields)
