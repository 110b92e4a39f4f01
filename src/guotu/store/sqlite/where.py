"""Filters as parametrised SQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from guotu.model.filter import And, Between, Compare, Filter, In, IsNull, Like, Not, Or
from guotu.store.filters import pattern_parts

MANY: Final = 200
"""Longer lists travel as one JSON parameter."""

Column = Callable[[str], str]
"""SQL expression of a field."""


def compile_filter(tree: Filter, column: Column) -> tuple[str, list[Any]]:
    """SQL condition and its parameters of a checked filter."""
    match tree:
        case And(parts):
            return _joined(parts, " AND ", "1", column)
        case Or(parts):
            return _joined(parts, " OR ", "0", column)
        case Not(part):
            sql, values = compile_filter(part, column)
            return f"NOT {sql}", values
        case Compare(field, op, value):
            return f"({column(field)} {op} ?)", [value]
        case Between(field, low, high):
            return f"({column(field)} BETWEEN ? AND ?)", [low, high]
        case In(field, values):
            return _membership(column(field), values)
        case Like(field, pattern):
            # GLOB, because SQLite's LIKE forgets the case of ASCII letters.
            return f"({column(field)} GLOB ?)", [_glob(pattern)]
        case IsNull(field):
            return f"({column(field)} IS NULL)", []


def _joined(parts: Sequence[Filter], word: str, empty: str, column: Column) -> tuple[str, list[Any]]:
    compiled = [compile_filter(part, column) for part in parts]
    values = [value for _, some in compiled for value in some]
    return _balanced([sql for sql, _ in compiled], word) if compiled else empty, values


def _balanced(terms: list[str], word: str) -> str:
    """Terms joined as a tree of least depth: SQLite refuses expressions deeper than 1000."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return f"({_balanced(terms[:middle], word)}{word}{_balanced(terms[middle:], word)})"


def _membership(expression: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
    if not values:
        return "0", []
    # JSON would round floats and end texts at NUL.
    if len(values) <= MANY or any(isinstance(value, float) or "\0" in str(value) for value in values):
        return f"({expression} IN ({', '.join('?' * len(values))}))", list(values)
    return f"({expression} IN (SELECT value FROM json_each(?)))", [json.dumps(values, ensure_ascii=False)]


def _glob(pattern: str) -> str:
    signs = {"%": "*", "_": "?"}
    return "".join(
        signs[part] if not literal else f"[{part}]" if part in "*?[" else part
        for part, literal in pattern_parts(pattern)
    )
