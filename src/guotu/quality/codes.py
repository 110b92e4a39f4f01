"""Code lists behind the rules: value domains, land classes, smallest mapped areas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from guotu.model.schema import Field, LayerSchema
from guotu.standards import domains, landclass


def code_list(field: Field) -> Callable[[str], bool] | None:
    """Membership test of a field's values; None where any value is allowed."""
    return domains.domain(field.domain).__contains__ if field.domain else None


def land_class_name(schema: LayerSchema, code: str) -> str | None:
    """The name of a land class in the scheme of the layer's DLBM, None if unknown."""
    scheme = schema.field("DLBM").domain
    if scheme not in landclass.scheme_ids():
        return None
    known = landclass.scheme(scheme)
    return known.name(code) if code in known else None


def smallest_area(code: str | None, parameters: Mapping[str, Any]) -> float:
    """Smallest mapped area (m²) of a land class by the profile's table.

    The first matching prefix decides, else the statutory class group, else the rest's.
    """
    for prefix, area in parameters.get("smallest_by_class", {}).items():
        if code is not None and code.startswith(prefix):
            return float(area)
    group = str(landclass.three_classes("sandiao").get(code) or "") if code else ""
    return float(parameters.get("smallest_by_group", {}).get(group, parameters["smallest_m2"]))
