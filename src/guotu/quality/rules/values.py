"""1302 value domains, 1303 mandatory values, 1304 ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np

from guotu.model.arrays import BoolArray
from guotu.model.schema import Constraint, Field
from guotu.quality.chunk import Chunk
from guotu.quality.clause import Clause
from guotu.quality.codes import code_list
from guotu.quality.registry import Hits, row_rule


@row_rule("1302")
def domains(chunk: Chunk, _: Clause) -> Iterator[Hits]:
    """Codes belong to their list."""
    for field in chunk.schema.fields:
        known = code_list(field)
        if known is None or not chunk.has(field.code):
            continue
        coded = chunk.coded(field.code)
        yield Hits(
            chunk.rows(coded.where(_foreign(known))),
            f"{field.name}“{{{field.code}}}”不在值域内",
            f"{field.code} {{{field.code}}} is not in its code list",
            field.code,
        )


def _foreign(known: Callable[[str], bool]) -> Callable[[str | None], bool]:
    return lambda value: value is not None and not known(value)


@row_rule("1303")
def mandatory(chunk: Chunk, _: Clause) -> Iterator[Hits]:
    """Mandatory fields have a value."""
    for field in chunk.schema.fields:
        if field.constraint is Constraint.MANDATORY and chunk.has(field.code):
            column = chunk.column(field.code)
            empty = column.is_null().to_numpy(zero_copy_only=False) if column.null_count else None
            rows = np.empty(0, np.int64) if empty is None else chunk.rows(empty)
            yield Hits(rows, f"必填项{field.name}为空", f"mandatory {field.code} is empty", field.code)


@row_rule("1304")
def ranges(chunk: Chunk, clause: Clause) -> Iterator[Hits]:
    """Numbers lie in their range: the profile's table, and more than zero for the declared area."""
    table = dict(clause.parameters.get("ranges", {}))
    if chunk.schema.area_field:
        table.setdefault(chunk.schema.area_field, {"above": 0})
    for code, bounds in table.items():
        if chunk.has(code):
            field = _named(chunk, code)
            zh, en = describe(tuple(bounds.items()))
            yield Hits(
                chunk.rows(_outside(chunk.numbers(code), bounds)),
                f"{field.name} {{{code}}} 应{zh}",
                f"{code} {{{code}}} must be {en}",
                code,
            )


def _named(chunk: Chunk, code: str) -> Field:
    return chunk.schema.field(code)


def _outside(values: np.ndarray, bounds: dict[str, float]) -> BoolArray:
    out = np.zeros(len(values), bool)
    for name, limit in bounds.items():
        match name:
            case "above":
                out |= values <= limit
            case "at_least":
                out |= values < limit
            case "below":
                out |= values >= limit
            case "at_most":
                out |= values > limit
    return out


@cache
def describe(bounds: tuple[tuple[str, float], ...]) -> tuple[str, str]:
    """A range in words, zh and en."""
    zh = {"above": "大于", "at_least": "不小于", "below": "小于", "at_most": "不大于"}
    en = {"above": "above", "at_least": "at least", "below": "below", "at_most": "at most"}
    return (
        "、".join(f"{zh[name]} {limit:g}" for name, limit in bounds),
        " and ".join(f"{en[name]} {limit:g}" for name, limit in bounds),
    )
