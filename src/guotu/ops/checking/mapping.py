"""Which column is which field: what the names propose, with a score, overruled by what a user says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from guotu.errors import Lang, Place
from guotu.errors.checks import MAPPING_INVALID
from guotu.ingest.fields import match_fields
from guotu.model.finding import FieldMatch
from guotu.model.schema import Constraint, LayerSchema
from guotu.standards import recognise

_SCORES = {"code": 1.0, "name": 1.0, "alias": 0.9, "cut": 0.8}
_NUMBERED, _SAID = 0.6, 1.0


def matches(
    schema: LayerSchema, columns: Sequence[str], said: Mapping[str, str | None] | None, file: str
) -> tuple[FieldMatch, ...]:
    """A match per column. What the user `said` counts; a field taken that way is lost to the column that had it.

    Raises   GT-7014 for a column or field that is not there, and for a field given twice
    """
    proposed = match_fields(schema, columns)
    if not said:
        return proposed
    _check(schema, columns, said, file)
    taken = {code for code in said.values() if code}
    return tuple(_one(match, said, taken) for match in proposed)


def _one(match: FieldMatch, said: Mapping[str, str | None], taken: set[str]) -> FieldMatch:
    if match.source in said:
        code = said[match.source] or None
        if code == match.code:
            return match
        zh, en = ("按您的指定", "as you said") if code else ("按您的指定不采用", "left out, as you said")
        return FieldMatch(match.source, code, zh, en)
    if match.code in taken:
        return FieldMatch(
            match.source, None, f"{match.code} 已指定给另一列", f"{match.code} was given to another column"
        )
    return match


def _check(schema: LayerSchema, columns: Sequence[str], said: Mapping[str, str | None], file: str) -> None:
    codes = [code for code in said.values() if code]
    wrong = [name for name in said if name not in columns]
    if wrong:
        raise _invalid(file, f"文件里没有列 {wrong[0]}", f"the file has no column {wrong[0]}")
    wrong = [code for code in codes if code not in schema.codes]
    if wrong:
        raise _invalid(file, f"{schema.name}没有字段 {wrong[0]}", f"{schema.id} has no field {wrong[0]}")
    twice = [code for code in codes if codes.count(code) > 1]
    if twice:
        raise _invalid(file, f"字段 {twice[0]} 给了两列", f"{twice[0]} is given to two columns")


def _invalid(file: str, zh: str, en: str) -> Exception:
    return MAPPING_INVALID(place=Place(file=file), reason_zh=zh, reason_en=en)


def scores(schema: LayerSchema, found: Sequence[FieldMatch]) -> dict[str, float]:
    """How sure each match is, 0–1, by column."""
    by = {hit.source: hit.by for hit in recognise.fields(schema, [match.source for match in found])}
    return {match.source: _score(match, by.get(match.source, "")) for match in found}


def _score(match: FieldMatch, by: str) -> float:
    if match.code is None:
        return 0.0
    if match.en == "as you said":
        return _SAID
    return _SCORES.get(by, _NUMBERED)


def missing(schema: LayerSchema, found: Sequence[FieldMatch]) -> list[str]:
    """Mandatory fields that no column was taken for."""
    taken = {match.code for match in found}
    return [f.code for f in schema.fields if f.code not in taken and f.constraint is Constraint.MANDATORY]


def fields_of(schema: LayerSchema, lang: Lang) -> list[dict[str, Any]]:  # noqa: ARG001 - names are Chinese in the standards
    """The fields to choose from."""
    return [{"code": f.code, "name": f.name, "constraint": f.constraint.value} for f in schema.fields]
