"""Expressions in CQL2 text (OGC 21-065r2): all that `model.cql2` reads, and arithmetic, functions and the geometry.

CHAR_LENGTH(BSM) <> 18
DLBM LIKE '01%' AND ABS(TBMJ - KCMJ - TBDLMJ) > 0.01
S_INTERSECTS(geometry, BBOX(118.3, 30.7, 118.4, 30.8)) AND AREA(geometry) < 100
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import shapely

from guotu.errors.store import FIELD_UNKNOWN, FILTER_SYNTAX
from guotu.model.expression import Call, Column, Expression, Literal, ValueKind
from guotu.model.schema import FieldType, GeometryKind, LayerSchema

LONGEST: Final = 4000
DEEPEST: Final = 30

_T, _N, _D, _B, _S = ValueKind.TEXT, ValueKind.NUMBER, ValueKind.DAY, ValueKind.TRUTH, ValueKind.SHAPE
FUNCTIONS: Final[dict[str, tuple[tuple[ValueKind, ...], ValueKind]]] = {
    "CHAR_LENGTH": ((_T,), _N),
    "SUBSTR": ((_T, _N, _N), _T),
    "UPPER": ((_T,), _T),
    "LOWER": ((_T,), _T),
    "TRIM": ((_T,), _T),
    "ABS": ((_N,), _N),
    "ROUND": ((_N, _N), _N),
    "FLOOR": ((_N,), _N),
    "AREA": ((_S,), _N),
    "LENGTH": ((_S,), _N),
    "S_INTERSECTS": ((_S, _S), _B),
    "S_WITHIN": ((_S, _S), _B),
    "S_DISJOINT": ((_S, _S), _B),
}
"""Functions by name: the kinds of their arguments and of their answer. ROUND is half up; SUBSTR counts from 1."""

_COMPARING: Final = ("<=", ">=", "<>", "=", "<", ">")
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^']|'')*')
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
      | (?P<name>"[^"]+"|[^\W\d]\w*)
      | (?P<sign><=|>=|<>|[=<>(),+\-*/])
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
        return self.text.upper() if self.kind in ("name", "sign") else ""


def parse(text: str, schema: LayerSchema) -> Expression:
    """The condition that a text means for one layer.

    Raises   GT-2009 unknown field, GT-2013 it cannot be read or compares what cannot be compared (place counted from 1)
    """
    if len(text) > LONGEST:
        raise FILTER_SYNTAX(
            at=LONGEST, found_zh=f"超过 {LONGEST} 字", found_en=f"more than {LONGEST} characters"
        )
    reader = _Reader(_tokens(text), schema)
    tree = reader.either(0)
    reader.end()
    if tree.kind is not ValueKind.TRUTH:
        raise FILTER_SYNTAX(at=1, found_zh="不是条件的式子", found_en="an expression that is no condition")
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
    """Recursive descent; one method a level of precedence. `depth` grows with parentheses, calls and signs."""

    def __init__(self, tokens: list[_Token], schema: LayerSchema) -> None:
        self._tokens, self._next, self._schema = tokens, 0, schema

    def either(self, depth: int) -> Expression:
        """`a OR b …`"""
        return self._chain("OR", self._both, depth)

    def end(self) -> None:
        if self._here.kind != "end":
            raise self._wrong()

    def _both(self, depth: int) -> Expression:
        return self._chain("AND", self._negated, depth)

    def _chain(self, word: str, part: Callable[[int], Expression], depth: int) -> Expression:
        at = self._here
        parts = [part(depth)]
        while self._took(word):
            parts.append(part(depth))
        if len(parts) == 1:
            return parts[0]
        self._must(at, all(each.kind is _B for each in parts))
        return Call(_B, word.lower(), tuple(parts))

    def _negated(self, depth: int) -> Expression:
        if depth > DEEPEST:
            raise self._wrong()
        at = self._here
        if self._took("NOT"):
            inner = self._negated(depth + 1)
            self._must(at, inner.kind is _B)
            return Call(_B, "not", (inner,))
        return self._predicate(depth)

    def _predicate(self, depth: int) -> Expression:
        left = self._sum(depth)
        for sign in _COMPARING:
            if self._took(sign):
                return self._compared(sign, left, self._sum(depth))
        if self._took("IS"):
            negated = self._took("NOT")
            self._need("NULL")
            tree = Call(_B, "isnull", (left,))
        else:
            negated = self._here.word == "NOT" and self._tokens[self._next + 1].word in (
                "LIKE",
                "BETWEEN",
                "IN",
            )
            self._next += negated
            found = self._membership(left, depth)
            if found is None:
                return left
            tree = found
        return Call(_B, "not", (tree,)) if negated else tree

    def _membership(self, left: Expression, depth: int) -> Call | None:
        at = self._here
        if self._took("LIKE"):
            pattern = self._sum(depth)
            self._must(at, left.kind is _T and isinstance(pattern, Literal) and pattern.kind is _T)
            return Call(_B, "like", (left, pattern))
        if self._took("BETWEEN"):
            low = self._sum(depth)
            self._need("AND")
            return Call(
                _B, "and", (self._compared(">=", left, low), self._compared("<=", left, self._sum(depth)))
            )
        if self._took("IN"):
            self._need("(")
            parts = [self._compared("=", left, self._sum(depth))]
            while self._took(","):
                parts.append(self._compared("=", left, self._sum(depth)))
            self._need(")")
            return Call(_B, "or", tuple(parts)) if len(parts) > 1 else parts[0]
        return None

    def _compared(self, sign: str, left: Expression, right: Expression) -> Call:
        left, right = _as(left, right.kind), _as(right, left.kind)
        self._must(self._here, left.kind is right.kind and left.kind not in (_B, _S))
        return Call(_B, sign, (left, right))

    def _sum(self, depth: int) -> Expression:
        return self._arithmetic(("+", "-"), self._product, depth)

    def _product(self, depth: int) -> Expression:
        return self._arithmetic(("*", "/"), self._signed, depth)

    def _arithmetic(self, signs: Sequence[str], part: Callable[[int], Expression], depth: int) -> Expression:
        left = part(depth)
        while self._here.word in signs:
            at = self._here
            self._next += 1
            right = part(depth)
            self._must(at, left.kind is _N and right.kind is _N)
            left = Call(_N, at.word, (left, right))
        return left

    def _signed(self, depth: int) -> Expression:
        if depth > DEEPEST:
            raise self._wrong()
        at = self._here
        if self._took("-"):
            inner = self._signed(depth + 1)
            self._must(at, inner.kind is _N)
            return Call(_N, "-", (Literal(_N, 0.0, "0"), inner))
        if self._took("("):
            inner = self.either(depth + 1)
            self._need(")")
            return inner
        return self._primary(depth)

    def _primary(self, depth: int) -> Expression:
        token = self._here
        if token.kind == "text":
            self._next += 1
            return Literal(_T, token.text[1:-1].replace("''", "'"))
        if token.kind == "number":
            self._next += 1
            self._must(token, math.isfinite(float(token.text)))
            return Literal(_N, float(token.text), token.text)
        if token.kind != "name":
            raise self._wrong()
        self._next += 1
        if token.text[0] != '"' and self._took("("):
            return self._called(token, depth + 1)
        return self._column(token)

    def _called(self, token: _Token, depth: int) -> Expression:
        arguments = [self._sum(depth)]
        while self._took(","):
            arguments.append(self._sum(depth))
        self._need(")")
        if token.word == "DATE":
            return self._day(token, arguments)
        if token.word == "BBOX":
            numbers = [_number(each) for each in arguments]
            self._must(token, len(numbers) == 4 and None not in numbers)
            return Literal(_S, bytes(shapely.to_wkb(shapely.box(*numbers))))
        self._must(token, token.word in FUNCTIONS)
        kinds, gives = FUNCTIONS[token.word]
        self._must(token, len(arguments) == len(kinds))
        found = tuple(self._argument(token, each, kind) for each, kind in zip(arguments, kinds, strict=True))
        return Call(gives, token.word.lower(), found)

    def _argument(self, token: _Token, given: Expression, kind: ValueKind) -> Expression:
        if kind is _S and isinstance(given, Literal) and given.kind is _T:
            try:
                return Literal(_S, bytes(shapely.to_wkb(shapely.from_wkt(str(given.value)))))
            except shapely.GEOSException:
                raise self._wrong(token) from None
        self._must(token, given.kind is kind)
        return given

    def _day(self, token: _Token, arguments: list[Expression]) -> Literal:
        given = arguments[0]
        try:
            if len(arguments) == 1 and isinstance(given, Literal) and isinstance(given.value, str):
                return Literal(_D, date.fromisoformat(given.value))
        except ValueError:
            pass
        raise self._wrong(token)

    def _column(self, token: _Token) -> Expression:
        name = token.text.strip('"')
        if name.upper() == "GEOMETRY" and self._schema.geometry is not GeometryKind.NONE:
            return Column(_S, "geometry")
        for field in self._schema.fields:
            if field.code.upper() == name.upper():
                return Column(_kind(field.type), field.code)
        raise FIELD_UNKNOWN(dataset=self._schema.dataset, field=name)

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

    def _must(self, at: _Token, right: bool) -> None:
        if not right:
            raise self._wrong(at)

    def _wrong(self, at: _Token | None = None) -> Exception:
        token = at or self._here
        if token.kind == "end":
            return FILTER_SYNTAX(at=token.at, found_zh="末尾", found_en="the end")
        return FILTER_SYNTAX(at=token.at, found_zh=f"“{token.text}”", found_en=repr(token.text))


def _kind(type: FieldType) -> ValueKind:
    if type.is_text:
        return ValueKind.TEXT
    return ValueKind.DAY if type is FieldType.DATE else ValueKind.NUMBER


def _as(given: Expression, other: ValueKind) -> Expression:
    """A number written without quotes where text is compared is that text: `DLBM = 0101`; a day may be quoted text."""
    if isinstance(given, Literal) and given.kind is _N and other is _T:
        return Literal(_T, given.source)
    if isinstance(given, Literal) and isinstance(given.value, str) and other is _D:
        try:
            return Literal(_D, date.fromisoformat(given.value))
        except ValueError:
            return given
    return given


def _number(given: Expression) -> float | None:
    """A number with its sign, if it is one."""
    if isinstance(given, Literal) and isinstance(given.value, float):
        return given.value
    if isinstance(given, Call) and given.name == "-" and isinstance(given.arguments[1], Literal):
        inner = given.arguments[1].value
        return -inner if isinstance(inner, float) else None
    return None
