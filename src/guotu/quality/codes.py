"""Code lists behind the rules: value domains, land classes, smallest mapped areas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from guotu.model.schema import Field, LayerSchema
from guotu.standards import domains, landclass

_LAND_CLASS_FIELDS = ("DLBM", "KCDLBM")


def scheme_of(schema: LayerSchema, field: Field) -> str | None:
    """The land-class scheme a field speaks, None where it speaks none."""
    if field.domain in landclass.scheme_ids():
        return field.domain
    survey = field.code in _LAND_CLASS_FIELDS and field.domain is None and schema.dataset.startswith("xz.")
    return "sandiao" if survey else None


def code_list(schema: LayerSchema, field: Field) -> Callable[[str], bool] | None:
    """Membership test of a field's values; None where any value is allowed."""
    scheme = scheme_of(schema, field)
    if scheme is not None:
        return landclass.scheme(scheme).__contains__
    return domains.domain(field.domain).__contains__ if field.domain else None


def land_class_name(schema: LayerSchema, code: str) -> str | None:
    """The name of a land class in the scheme of the layer's DLBM, None if unknown."""
    scheme = scheme_of(schema, schema.field("DLBM"))
    known = landclass.scheme(scheme) if scheme else None
    return known.name(code) if known is not None and code in known else None


def smallest_area(code: str | None, parameters: Mapping[str, Any]) -> float:
    """Smallest mapped area (m²) of a land class by the profile's table."""
    table: Mapping[str, float] = parameters.get("smallest_by_class", {})
    if code is not None:
        for prefix, area in table.items():
            if code.startswith(prefix):
                return float(area)
    group = _group(code)
    return float(parameters.get("smallest_by_group", {}).get(group, parameters["smallest_m2"]))


def _group(code: str | None) -> str:
    return "" if code is None else str(landclass.three_classes("sandiao").get(code) or "")
