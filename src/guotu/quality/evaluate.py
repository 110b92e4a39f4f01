"""Expressions computed over a whole batch at once (Arrow kernels, shapely for the geometry)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from guotu.kernel.rounding import half_up
from guotu.model.arrays import BoolArray
from guotu.model.expression import Call, Column, Expression, Literal, ValueKind, columns_of
from guotu.quality.chunk import Chunk


def true_rows(tree: Expression, chunk: Chunk) -> BoolArray:
    """(n,) rows for which a condition is true; null is not true. All false where a column did not arrive."""
    if not chunk.has(*columns_of(tree)):
        return np.zeros(len(chunk), bool)
    return np.asarray(pc.fill_null(_value(tree, chunk), False).to_numpy(zero_copy_only=False), bool)


def _value(tree: Expression, chunk: Chunk) -> Any:
    """An Arrow array of the batch's length; a scalar for a number, text or day written down."""
    match tree:
        case Literal(ValueKind.SHAPE, value):
            return shapely.from_wkb(value)
        case Literal(_, value):
            return pa.scalar(value)
        case Column(ValueKind.SHAPE, _):
            return chunk.geometries
        case Column(ValueKind.NUMBER, code):
            return pc.cast(chunk.column(code), pa.float64(), safe=False)
        case Column(_, code):
            return chunk.column(code)
        case Call(_, "area", (Column(),)):
            return _numbers(chunk.areas)
        case Call(_, "length", (Column(),)):
            return _numbers(chunk.shapes.length)
        case Call(_, name, arguments):
            return _filled(_OPERATIONS[name]([_value(each, chunk) for each in arguments]), len(chunk))


def _filled(value: Any, count: int) -> Any:
    """What was computed from constants alone, once for every row."""
    return pa.array([value.as_py()] * count, value.type) if isinstance(value, pa.Scalar) else value


def _numbers(values: Any) -> pa.Array:
    return pa.array(values, pa.float64(), from_pandas=True)


def _divided(parts: Sequence[Any]) -> Any:
    divisor = pc.if_else(pc.equal(parts[1], 0.0), pa.scalar(None, pa.float64()), parts[1])
    return pc.divide(parts[0], divisor)


def _rounded(parts: Sequence[Any]) -> Any:
    decimals = int(parts[1].as_py() if isinstance(parts[1], pa.Scalar) else parts[1][0].as_py())
    values = np.asarray(pc.cast(parts[0], pa.float64()).to_numpy(zero_copy_only=False))
    return _numbers(half_up(values, decimals))


def _sliced(parts: Sequence[Any]) -> Any:
    start, count = (
        int(part.as_py() if isinstance(part, pa.Scalar) else part[0].as_py()) for part in parts[1:]
    )
    return pc.utf8_slice_codeunits(parts[0], max(0, start - 1), max(0, start - 1 + count))


def _spatial(predicate: Callable[[Any, Any], Any]) -> Callable[[Sequence[Any]], Any]:
    def apply(parts: Sequence[Any]) -> Any:
        for part in parts:
            if isinstance(part, shapely.Geometry):
                shapely.prepare(part)
        left, right = parts
        missing = shapely.is_missing(left) | shapely.is_missing(right)
        return pa.array(np.atleast_1d(predicate(left, right)), pa.bool_(), mask=np.atleast_1d(missing))

    return apply


_OPERATIONS: dict[str, Callable[[Sequence[Any]], Any]] = {
    "and": lambda parts: reduce(pc.and_kleene, parts),
    "or": lambda parts: reduce(pc.or_kleene, parts),
    "not": lambda parts: pc.invert(parts[0]),
    "=": lambda parts: pc.equal(*parts),
    "<>": lambda parts: pc.not_equal(*parts),
    "<": lambda parts: pc.less(*parts),
    "<=": lambda parts: pc.less_equal(*parts),
    ">": lambda parts: pc.greater(*parts),
    ">=": lambda parts: pc.greater_equal(*parts),
    "+": lambda parts: pc.add(*parts),
    "-": lambda parts: pc.subtract(*parts),
    "*": lambda parts: pc.multiply(*parts),
    "/": _divided,
    "isnull": lambda parts: (
        pa.array(shapely.is_missing(parts[0])) if isinstance(parts[0], np.ndarray) else pc.is_null(parts[0])
    ),
    "like": lambda parts: pc.match_like(parts[0], parts[1].as_py()),
    "char_length": lambda parts: pc.cast(pc.utf8_length(parts[0]), pa.float64()),
    "substr": _sliced,
    "upper": lambda parts: pc.utf8_upper(parts[0]),
    "lower": lambda parts: pc.utf8_lower(parts[0]),
    "trim": lambda parts: pc.utf8_trim_whitespace(parts[0]),
    "abs": lambda parts: pc.abs(parts[0]),
    "round": _rounded,
    "floor": lambda parts: pc.floor(parts[0]),
    "s_intersects": _spatial(shapely.intersects),
    "s_within": _spatial(shapely.within),
    "s_disjoint": _spatial(shapely.disjoint),
}
