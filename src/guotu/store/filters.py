"""Filters checked against a schema and a plan before any backend compiles them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from guotu.errors.store import FIELD_UNKNOWN, FILTER_INVALID
from guotu.model.access import AccessPlan
from guotu.model.filter import And, Between, Compare, Filter, In, IsNull, Like, Not, Or
from guotu.model.query import Query
from guotu.model.schema import FieldType, LayerSchema
from guotu.store.journal import days

MAX_WILDCARDS: Final = 8
"""A pattern with more runs of `%` costs time that grows with the power of their number."""

Value = str | int | float | None


def wanted_columns(schema: LayerSchema, query: Query, plan: AccessPlan) -> tuple[str, ...]:
    """The attributes a query gives, in schema order or as asked; raises GT-2009 for those that do not exist for the reader."""
    if query.columns is None:
        return tuple(code for code in schema.codes if plan.sees(code))
    for code in query.columns:
        visible_field(schema, plan, code)
    return tuple(dict.fromkeys(query.columns))


def visible_field(schema: LayerSchema, plan: AccessPlan | None, code: str) -> FieldType:
    """Type of a field; a field the plan hides fails exactly like one that does not exist (GT-2009)."""
    if code not in schema.codes or (plan is not None and not plan.sees(code)):
        raise FIELD_UNKNOWN(dataset=schema.dataset, field=code)
    return schema.field(code).type


def checked(schema: LayerSchema, plan: AccessPlan | None, tree: Filter) -> Filter:
    """The filter with every value in the kept type of its field (dates as days, NaN as None); raises GT-2009, GT-2010."""
    match tree:
        case And(parts):
            return And(tuple(checked(schema, plan, part) for part in parts))
        case Or(parts):
            return Or(tuple(checked(schema, plan, part) for part in parts))
        case Not(part):
            return Not(checked(schema, plan, part))
    kind = visible_field(schema, plan, tree.field)
    match tree:
        case Compare(field, op, value):
            return Compare(field, op, _value(field, kind, value))  # type: ignore[arg-type]
        case In(field, values):
            return In(field, tuple(_value(field, kind, value) for value in values))  # type: ignore[misc]
        case Between(field, low, high):
            return Between(field, _value(field, kind, low), _value(field, kind, high))  # type: ignore[arg-type]
        case Like(field, pattern):
            return Like(field, _pattern(field, kind, pattern))
        case _:
            return tree


def _value(field: str, kind: FieldType, value: object) -> Value:
    if isinstance(value, float) and math.isnan(value):
        return None
    if kind.is_text and isinstance(value, str):
        return value
    if kind is FieldType.DATE:
        return days(_date(field, value))
    if kind in (FieldType.INT, FieldType.FLOAT) and isinstance(value, int | float):
        number = int(value) if isinstance(value, bool) else value
        if isinstance(number, int) and not -(2**63) <= number < 2**63:
            return float(number)
        return number
    raise FILTER_INVALID(field=field, reason=f"{value!r} ≠ {kind.value}")


def _date(field: str, value: object) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise FILTER_INVALID(field=field, reason=f"{value!r} ≠ {FieldType.DATE.value}") from None


def _pattern(field: str, kind: FieldType, pattern: str) -> str:
    if not kind.is_text:
        raise FILTER_INVALID(field=field, reason=f"LIKE ≠ {kind.value}")
    if sum(1 for part, literal in pattern_parts(pattern) if part == "%" and not literal) > MAX_WILDCARDS:
        raise FILTER_INVALID(field=field, reason=f"% > {MAX_WILDCARDS}")
    return pattern


def pattern_parts(pattern: str) -> list[tuple[str, bool]]:
    """(character, literal) of a LIKE pattern: backslash makes the next character literal, runs of `%` count once."""
    parts: list[tuple[str, bool]] = []
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            parts.append((next(characters, "\\"), True))
        elif character != "%" or parts[-1:] != [("%", False)]:
            parts.append((character, character not in "%_"))
    return parts


def pattern_regex(pattern: str) -> re.Pattern[str]:
    """A LIKE pattern as a regular expression for `fullmatch`."""
    signs = {"%": ".*", "_": "."}
    text = "".join(re.escape(part) if literal else signs[part] for part, literal in pattern_parts(pattern))
    return re.compile(text, re.DOTALL)


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def holds(tree: Filter, row: Mapping[str, Any]) -> bool | None:
    """A checked filter on one row in three-valued logic: None is unknown, as in SQL."""
    match tree:
        case And(parts):
            answers = [holds(part, row) for part in parts]
            return False if False in answers else None if None in answers else True
        case Or(parts):
            answers = [holds(part, row) for part in parts]
            return True if True in answers else None if None in answers else False
        case Not(part):
            answer = holds(part, row)
            return None if answer is None else not answer
        case Compare(field, op, value):
            return None if None in (row[field], value) else _COMPARE[op](row[field], value)
        case Between(field, low, high):
            return holds(And((Compare(field, ">=", low), Compare(field, "<=", high))), row)
        case In(field, values):
            return holds(Or(tuple(Compare(field, "=", value) for value in values)), row)
        case Like(field, pattern):
            return None if row[field] is None else pattern_regex(pattern).fullmatch(row[field]) is not None
        case IsNull(field):
            return row[field] is None
