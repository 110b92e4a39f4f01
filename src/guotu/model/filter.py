"""Filters on features: a small typed tree that stores compile to their own query language, always parametrised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Scalar = str | int | float | bool | date
Comparator = Literal["=", "<>", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Compare:
    field: str
    op: Comparator
    value: Scalar


@dataclass(frozen=True, slots=True)
class In:
    field: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Like:
    """`%` any run, `_` one character, backslash escapes; case matters."""

    field: str
    pattern: str


@dataclass(frozen=True, slots=True)
class IsNull:
    field: str


@dataclass(frozen=True, slots=True)
class Between:
    field: str
    low: Scalar
    high: Scalar


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Filter


Filter = Compare | In | Like | IsNull | Between | And | Or | Not


def fields_of(tree: Filter) -> frozenset[str]:
    """Every field a filter looks at."""
    match tree:
        case And(parts) | Or(parts):
            return frozenset().union(*(fields_of(part) for part in parts))
        case Not(part):
            return fields_of(part)
        case _:
            return frozenset({tree.field})
