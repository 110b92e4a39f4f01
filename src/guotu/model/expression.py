"""Expressions over the fields of one layer: what rules written as text are made of.

Wider than `model.filter`, which stores compile to their query language: here are arithmetic, functions and the geometry.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ValueKind(StrEnum):
    """What an expression gives for a row."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    TRUTH = "truth"
    SHAPE = "shape"


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written down; `source` is how a number was spelled, so that it can be read as a code; a shape is WKB."""

    kind: ValueKind
    value: str | float | date | bool | bytes
    source: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A field's value, or the geometry."""

    kind: ValueKind
    code: str


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or function (lower case: `and`, `=`, `+`, `like`, `char_length`, …) over its arguments."""

    kind: ValueKind
    name: str
    arguments: tuple[Expression, ...]


Expression = Literal | Column | Call


def columns_of(tree: Expression) -> frozenset[str]:
    """Every field an expression looks at (not the geometry)."""
    return frozenset(
        leaf.code for leaf in _leaves(tree) if isinstance(leaf, Column) and leaf.kind is not ValueKind.SHAPE
    )


def _leaves(tree: Expression) -> Iterator[Expression]:
    if isinstance(tree, Call):
        for argument in tree.arguments:
            yield from _leaves(argument)
    else:
        yield tree
