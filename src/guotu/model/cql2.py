"""Conditions in CQL2 text (OGC 21-065r2), the part that names attributes: comparisons, IN, LIKE, BETWEEN, IS NULL, AND, OR, NOT.

Functions, arithmetic, spatial and temporal operators are refused with their place. A literal is read as the field's own
type: `DLBM = 0101` compares text, `TBMJ > 1000` numbers, `SJSJ > DATE('2024-01-01')` days.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import Final, cast

from guotu.errors.store import FIELD_UNKNOWN, FILTER_SYNTAX
from guotu.model.filter import And, Between, Comparator, Compare, Filter, In, IsNull, Like, Not, Or, Scalar
from guotu.model.schema import FieldType, LayerSchema

LONGEST: Final = 4000
DEEPEST: Final = 30
COMPARATORS: Final[tuple[Comparator, ...]] = ("<=", ">=", "<>", "=", "<", ">")

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^']|'')*')
      | (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
      | (?P<name>"[^"]+"|[^\W\d]\w*)
      | (?P<sign><=|>=|<>|[=<>(),])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        """A keyword in upper case; quoted names are never keywords."""
        return self.text.upper() if self.kind in ("name", "sign") else ""


def parse(text: str, schema: LayerSchema) -> Filter:
    """The filter that a condition means for one layer.

    Raises   GT-2009 unknown field, GT-2013 the condition cannot be read (with the place, counted from 1)
    """
    if len(text) > LONGEST:
        raise FILTER_SYNTAX(
            at=LONGEST, found_zh=f"超过 {LONGEST} 字", found_en=f"more than {LONGEST} characters"
        )
    reader = _Reader(_tokens(text), schema)
    tree = reader.either(0)
    reader.end()
    return tree


def _tokens(text: str) -> list[_Token]:
    found, position = [], 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None:
            at = position + len(text[position:]) - len(text[position:].lstrip())
            raise FILTER_SYNTAX(at=at + 1, found_zh=f"“{text[at]}”", found_en=repr(text[at]))
        kind = str(match.lastgroup)
        found.append(_Token(kind, match.group(kind), match.start(kind) + 1))
        position = match.end()
    return [*found, _Token("end", "", len(text) + 1)]


class _Reader:
    """Recursive descent over the tokens; one method a level of precedence."""

    def __init__(self, tokens: list[_Token], schema: LayerSchema) -> None:
        self._tokens, self._next = tokens, 0
        self._schema = schema

    def either(self, depth: int) -> Filter:
        """`a OR b …`"""
        parts = [self._both(depth)]
        while self._took("OR"):
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def end(self) -> None:
        if self._here.kind != "end":
            raise self._wrong()

    def _both(self, depth: int) -> Filter:
        parts = [self._one(depth)]
        while self._took("AND"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self, depth: int) -> Filter:
        if depth > DEEPEST:
            raise self._wrong()
        if self._took("NOT"):
            return Not(self._one(depth + 1))
        if self._took("("):
            inner = self.either(depth + 1)
            self._need(")")
            return inner
        return self._predicate()

    def _predicate(self) -> Filter:
        field = self._field()
        for sign in COMPARATORS:
            if self._took(sign):
                return Compare(field, sign, self._value(field))
        if self._took("IS"):
            negated, tree = self._took("NOT"), cast(Filter, IsNull(field))
            self._need("NULL")
        else:
            negated, tree = self._took("NOT"), self._membership(field)
        return Not(tree) if negated else tree

    def _membership(self, field: str) -> Filter:
        if self._took("LIKE"):
            pattern = self._value(field)
            if not isinstance(pattern, str):
                raise self._wrong()
            return Like(field, pattern)
        if self._took("BETWEEN"):
            low = self._value(field)
            self._need("AND")
            return Between(field, low, self._value(field))
        self._need("IN")
        self._need("(")
        values = [self._value(field)]
        while self._took(","):
            values.append(self._value(field))
        self._need(")")
        return In(field, tuple(values))

    def _field(self) -> str:
        token = self._here
        if token.kind != "name":
            raise self._wrong()
        self._next += 1
        name = token.text.strip('"')
        codes = {field.code.upper(): field.code for field in self._schema.fields}
        if name.upper() not in codes:
            raise FIELD_UNKNOWN(dataset=self._schema.dataset, field=name)
        return codes[name.upper()]

    def _value(self, field: str) -> Scalar:
        if self._took("DATE"):
            self._need("(")
            value = self._literal(field)
            self._need(")")
            return value
        return self._literal(field)

    def _literal(self, field: str) -> Scalar:
        token, kind = self._here, self._schema.field(field).type
        if token.kind not in ("text", "number"):
            raise self._wrong()
        plain = token.text[1:-1].replace("''", "'") if token.kind == "text" else token.text
        try:
            value = _as(kind, plain)
        except ValueError:
            raise self._wrong() from None
        self._next += 1
        return value

    @property
    def _here(self) -> _Token:
        return self._tokens[self._next]

    def _took(self, word: str) -> bool:
        if self._here.word != word:
            return False
        self._next += 1
        return True

    def _need(self, word: str) -> None:
        if not self._took(word):
            raise self._wrong()

    def _wrong(self) -> Exception:
        token = self._here
        if token.kind == "end":
            return FILTER_SYNTAX(at=token.at, found_zh="末尾", found_en="the end")
        return FILTER_SYNTAX(at=token.at, found_zh=f"“{token.text}”", found_en=repr(token.text))


def _as(kind: FieldType, plain: str) -> Scalar:
    """The literal in the field's type; raises ValueError."""
    if kind.is_text:
        return plain
    if kind is FieldType.DATE:
        return date.fromisoformat(plain)
    if kind is FieldType.INT and re.fullmatch(r"[+-]?\d{1,18}", plain):
        return int(plain)
    value = float(plain)
    if not math.isfinite(value):
        raise ValueError(plain)
    return value
