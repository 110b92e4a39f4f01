"""1305 unique numbers, 1510 identical geometry: remembered over the whole layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from guotu.model.schema import GeometryKind, LayerSchema
from guotu.quality.chunk import Chunk
from guotu.quality.clause import Clause
from guotu.quality.registry import Again, Late, Surroundings, running_rule

_VILLAGE = 12
"""Digits of a village code."""
_REPORTED = 10_000


@dataclass
class _Seen:
    """The values of one key, 20-odd bytes a row."""

    name: str
    parts: tuple[str, ...]
    cut: int | None = None
    values: list[pa.Array] = field(default_factory=list)
    rows: list[np.ndarray] = field(default_factory=list)

    def feed(self, chunk: Chunk) -> None:
        if not chunk.has(*self.parts):
            return
        columns = [pc.cast(chunk.column(code), pa.string()) for code in self.parts]
        if self.cut:
            columns[0] = pc.utf8_slice_codeunits(columns[0], 0, self.cut)
        value = columns[0] if len(columns) == 1 else pc.binary_join_element_wise(*columns, "/")
        given = pc.is_valid(value)
        self.values.append(value.filter(given))
        self.rows.append(np.flatnonzero(given.to_numpy(zero_copy_only=False)) + chunk.first_row)

    def repeated(self) -> Iterator[tuple[int, str, int]]:
        """(row, value, row that had it first) of every row but the first of each value."""
        if not self.values:
            return
        values = pa.chunked_array(self.values, pa.string())
        rows = np.concatenate(self.rows)
        if pc.count_distinct(values).as_py() == len(values):
            return
        counts = pc.value_counts(values)
        again = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
        hits = np.flatnonzero(pc.is_in(values, value_set=again).to_numpy(zero_copy_only=False))
        first: dict[str, int] = {}
        for at, value in zip(hits, values.take(pa.array(hits)).to_pylist(), strict=True):
            if value in first:
                yield int(rows[at]), value, first[value]
            else:
                first[value] = int(rows[at])


class UniqueNumbers:
    """BSM in the layer, the business key, and TBBH within its village."""

    def __init__(self, around: Surroundings, _: Clause) -> None:
        codes = set(around.schema.codes)
        wanted: list[tuple[str, tuple[str, ...], int | None]] = []
        if "BSM" in codes:
            wanted.append(("BSM", ("BSM",), None))
        if around.schema.key and around.schema.key != ("BSM",):
            wanted.append(("+".join(around.schema.key), around.schema.key, None))
        if {"TBBH", "ZLDWDM"} <= codes and around.schema.coverage:
            wanted.append(("TBBH", ("ZLDWDM", "TBBH"), _VILLAGE))
        self.seen = [_Seen(name, parts, cut) for name, parts, cut in wanted]

    def feed(self, chunk: Chunk) -> None:
        for seen in self.seen:
            seen.feed(chunk)

    def finish(self, _: Again) -> Iterator[Late]:
        while self.seen:
            seen = self.seen.pop(0)
            for row, value, first in seen.repeated():
                yield Late(
                    f"{seen.name}“{value}”与第 {first} 个要素重复",
                    f"{seen.name} {value} repeats that of feature {first}",
                    row=row,
                    key=value,
                    field=seen.parts[-1],
                )


@running_rule("1305")
def unique_numbers(around: Surroundings, clause: Clause) -> UniqueNumbers:
    return UniqueNumbers(around, clause)


class IdenticalGeometry:
    """16 bytes of fingerprint a row; equal fingerprints are equal geometries but for a chance of 10⁻²⁷."""

    def __init__(self, _: Surroundings, __: Clause) -> None:
        self.prints: list[np.ndarray] = []
        self.rows: list[np.ndarray] = []

    def feed(self, chunk: Chunk) -> None:
        rows = chunk.rows(chunk.present)
        self.prints.append(chunk.shapes.print[rows])
        self.rows.append(rows + chunk.first_row)

    def finish(self, again: Again) -> Iterator[Late]:
        if not self.rows:
            return
        prints, rows = np.concatenate(self.prints), np.concatenate(self.rows)
        self.prints.clear()
        self.rows.clear()
        order = np.lexsort((rows, prints[:, 1], prints[:, 0]))
        same = (prints[order[1:]] == prints[order[:-1]]).all(axis=1)
        pairs = np.column_stack((rows[order[1:]][same], rows[order[:-1]][same]))
        shapes = again(np.unique(pairs[:_REPORTED, 0]))
        for row, twin in pairs.tolist():
            yield Late(
                f"图形与第 {twin} 个要素完全相同",
                f"the geometry is identical to that of feature {twin}",
                row=row,
                geometry=shapes.get(row),
            )


def _has_geometry(schema: LayerSchema) -> bool:
    return schema.geometry is not GeometryKind.NONE


@running_rule("1510", applies=_has_geometry)
def identical_geometry(around: Surroundings, clause: Clause) -> IdenticalGeometry:
    return IdenticalGeometry(around, clause)
