"""Source batches as the schema wants them: fields found, types converted, geometry in degrees on CGCS2000.

Nothing is dropped in silence: columns left out, values rounded and values lost are all told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa

from guotu.ingest.convert import Converted, convert
from guotu.ingest.fields import match_fields
from guotu.ingest.placing import place
from guotu.kernel.wkb import from_wkb
from guotu.model.arrays import GeometryArray
from guotu.model.change import GEOMETRY
from guotu.model.datum import Crs
from guotu.model.finding import FieldMatch
from guotu.model.schema import Field, FieldType, GeometryKind, LayerSchema
from guotu.quality.registry import Hits

ARROW_TYPES = {FieldType.INT: pa.int64(), FieldType.FLOAT: pa.float64(), FieldType.DATE: pa.date32()}
"""Arrow types of fields; every other field is text."""

_NAMES = {
    FieldType.INT: ("整数", "a whole number"),
    FieldType.FLOAT: ("数值", "a number"),
    FieldType.DATE: ("日期", "a date"),
}


class Columns(Protocol):
    """What the normaliser needs to know of a source layer."""

    @property
    def fields(self) -> tuple[str, ...]: ...

    @property
    def crs(self) -> Crs: ...


@dataclass(frozen=True, slots=True)
class Normal:
    """A batch in the schema's shape: `batch` (its fields in order, then `geometry`), its decoded `geometries`, and
    `found`: breaches met on the way, as (rule, hits).
    """

    batch: pa.RecordBatch
    geometries: GeometryArray | None
    found: tuple[tuple[str, Hits], ...]


class Normaliser:
    """Turns the batches of one source layer into batches of one schema; `matches` overrule what the names tell."""

    def __init__(
        self, schema: LayerSchema, source: Columns, matches: tuple[FieldMatch, ...] | None = None
    ) -> None:
        self.schema, self.source = schema, source
        self.matches: tuple[FieldMatch, ...] = matches or match_fields(
            schema, source.fields, getattr(source, "aliases", None)
        )
        self._columns = {match.code: match.source for match in self.matches if match.code}
        self._rounded: Counter[str] = Counter()

    def convert(self, batch: pa.RecordBatch) -> Normal:
        """One batch.

        Raises   GT-1203 where the source's datum is not CGCS2000 and no shift is configured
        """
        found: list[tuple[str, Hits]] = []
        columns = [self._field(batch, field, found) for field in self.schema.fields]
        names = list(self.schema.codes)
        geometries = None
        if self.schema.geometry is not GeometryKind.NONE:
            columns.append(self._geometry(batch, found))
            names.append(GEOMETRY)
            geometries = from_wkb(columns[-1])
        return Normal(pa.record_batch(columns, names), geometries, tuple(found))

    def notes(self) -> Iterator[tuple[str, str]]:
        """(zh, en) remarks on all batches so far: columns left out, values rounded."""
        left = [match.source for match in self.matches if match.code is None]
        if left:
            yield f"未入库的列：{'、'.join(left)}", f"columns left out: {', '.join(left)}"
        for code, count in sorted(self._rounded.items()):
            decimals = self.schema.field(code).decimals
            yield (
                f"{code} 有 {count} 个值按四舍五入保留 {decimals} 位小数",
                f"{count} values of {code} were rounded half up to {decimals} decimals",
            )

    def _field(self, batch: pa.RecordBatch, field: Field, found: list[tuple[str, Hits]]) -> pa.Array:
        source = self._columns.get(field.code)
        if source is None:
            return pa.nulls(batch.num_rows, ARROW_TYPES.get(field.type, pa.string()))
        column = batch.column(source)
        converted = convert(column, field)
        if converted.rounded:
            self._rounded[field.code] += converted.rounded
        if converted.lost.any():
            found.append(("1301", _lost_values(column, field, converted)))
        return converted.values

    def _geometry(self, batch: pa.RecordBatch, found: list[tuple[str, Hits]]) -> pa.Array:
        if GEOMETRY not in batch.schema.names:
            return pa.nulls(batch.num_rows, pa.binary())
        placed = place(batch.column(GEOMETRY), self.source.crs)
        if len(placed.unreadable):
            found.append(
                (
                    "1501",
                    Hits(
                        placed.unreadable,
                        "图形数据无法读取：环未闭合、点数不足、坐标不是数值，或类型不符",
                        "the geometry cannot be read: open ring, too few points, coordinates that are no numbers, or another type",
                    ),
                )
            )
        if len(placed.outside):
            zh, en = "坐标超出所在坐标系的合理范围", "coordinates lie outside what their system can mean"
            found.append(("1202", Hits(placed.outside, zh, en)))
        return placed.wkb


def _lost_values(column: pa.Array, field: Field, converted: Converted) -> Hits:
    rows = np.flatnonzero(converted.lost)
    zh, en = _NAMES[field.type]
    shown = [str(column[int(row)].as_py())[:40] for row in rows[:1000]]
    shown += [""] * (len(rows) - len(shown))
    return Hits(
        rows,
        f"{field.name}“{{raw}}”不是{zh}",
        f"{field.code} {{raw}} is not {en}",
        field.code,
        facts={"raw": shown},
    )
