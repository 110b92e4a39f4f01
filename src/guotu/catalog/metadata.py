"""The core metadata of a catalogue entry (TD/T 1016-2003, GB/T 21063), element by element."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from guotu.model.resource import Resource, ResourceKind, Secrecy
from guotu.model.schema import Constraint, LayerSchema
from guotu.standards.metadata import MetadataElement, elements

_OURS = {"mdLang": "zh", "resLang": "zh", "mdChar": "utf8", "resChar": "utf8"}
_SPATIAL = {ResourceKind.VECTOR: "矢量", ResourceKind.RASTER: "栅格"}
_STORED_IN = "EPSG:4490 CGCS2000"


@dataclass(frozen=True, slots=True)
class MetadataValue:
    """An element with what the entry says of it; '' where it says nothing."""

    element: MetadataElement
    value: str

    @property
    def lacking(self) -> bool:
        """Whether a mandatory element is not filled."""
        return self.element.constraint is Constraint.MANDATORY and not self.value


def describe(resource: Resource, schema: LayerSchema | None = None) -> tuple[MetadataValue, ...]:
    """Every element in the order of the table; `schema` gives the information items of a layer."""
    return tuple(MetadataValue(element, _value(element, resource, schema)) for element in elements())


def lacking(resource: Resource, schema: LayerSchema | None = None) -> tuple[MetadataElement, ...]:
    """The mandatory elements that an entry does not fill."""
    return tuple(each.element for each in describe(resource, schema) if each.lacking)


def _value(element: MetadataElement, resource: Resource, schema: LayerSchema | None) -> str:
    match element.id:
        case "spatRpType":
            return _SPATIAL.get(resource.kind, "文字表格")
        case "refSysID":
            return _STORED_IN if resource.kind in _SPATIAL else "-"
        case "openAttr":
            return "是" if resource.label.secrecy is Secrecy.PUBLIC else "否"
        case "items":
            return "；".join(f"{field.name} {field.type}" for field in schema.fields) if schema else ""
        case id if id in _OURS:
            return _OURS[id]
    if not element.resource:
        return ""
    return _text(getattr(resource, element.resource, None) or getattr(resource.label, element.resource, None))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "、".join(map(str, value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
