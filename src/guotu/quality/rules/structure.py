"""1201 geometry of the layer's kind, 1202 mathematical basis, 1301 lengths as declared."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow.compute as pc
import shapely

from guotu.model.schema import Field, FieldType, GeometryKind
from guotu.quality.chunk import Chunk
from guotu.quality.clause import Clause
from guotu.quality.registry import Hits, row_rule

_ANY = (GeometryKind.POINT, GeometryKind.LINE, GeometryKind.POLYGON)
_TYPES = {GeometryKind.POINT: (0, 4), GeometryKind.LINE: (1, 5), GeometryKind.POLYGON: (3, 6)}
_NAMES = {GeometryKind.POINT: "点", GeometryKind.LINE: "线", GeometryKind.POLYGON: "面"}


@row_rule("1201", geometry=_ANY)
def geometry_kind(chunk: Chunk, _: Clause) -> Iterator[Hits]:
    """Every feature has a geometry of the layer's kind."""
    yield Hits(chunk.rows(~chunk.present), "要素没有图形", "the feature has no geometry")
    kind = chunk.schema.geometry
    types = shapely.get_type_id(chunk.geometries)
    wrong = chunk.rows(chunk.present & ~np.isin(types, _TYPES[kind]))
    names = [str(chunk.geometries[row].geom_type) for row in wrong]
    yield Hits(
        wrong,
        f"图形类型为 {{type}}，应为{_NAMES[kind]}",
        f"the geometry is a {{type}}, the layer holds {kind.value}s",
        facts={"type": names},
    )


@row_rule("1202", geometry=_ANY)
def inside_china(chunk: Chunk, clause: Clause) -> Iterator[Hits]:
    """Coordinates lie where the territory is; swapped axes and wrong zones fall outside."""
    west, south, east, north = (clause.number(name) for name in ("west", "south", "east", "north"))
    box = chunk.shapes.box
    inside = (box[:, 0] >= west) & (box[:, 1] >= south) & (box[:, 2] <= east) & (box[:, 3] <= north)
    rows = chunk.rows(chunk.present & ~inside)
    yield Hits(
        rows,
        f"坐标（{{x}}，{{y}}）超出经度 {west:g}–{east:g}°、纬度 {south:g}–{north:g}° 的范围",
        f"coordinates ({{x}}, {{y}}) lie outside longitude {west:g}–{east:g}°, latitude {south:g}–{north:g}°",
        coordinates=box[rows, :2],
        facts={"x": np.round(box[rows, 0], 6).tolist(), "y": np.round(box[rows, 1], 6).tolist()},
    )


@row_rule("1301")
def lengths(chunk: Chunk, _: Clause) -> Iterator[Hits]:
    """Values fit the declared length."""
    for field in chunk.schema.fields:
        if not field.length or not chunk.has(field.code):
            continue
        if field.type.is_text:
            yield _too_long(chunk, field)
        elif field.type in (FieldType.INT, FieldType.FLOAT):
            yield _too_large(chunk, field)


def _too_long(chunk: Chunk, field: Field) -> Hits:
    column = chunk.column(field.code)
    longest = pc.max(pc.utf8_length(column)).as_py() or 0
    rows = np.empty(0, np.int64)
    if longest > (field.length or 0):
        over = pc.fill_null(pc.greater(pc.utf8_length(column), field.length), False)
        rows = chunk.rows(over.to_numpy(zero_copy_only=False))
    return Hits(
        rows,
        f"{field.name}“{{{field.code}}}”超过规定长度 {field.length}",
        f"{field.code} {{{field.code}}} is longer than {field.length}",
        field.code,
    )


def _too_large(chunk: Chunk, field: Field) -> Hits:
    room = 10.0 ** ((field.length or 15) - ((field.decimals or 0) + 1 if field.decimals else 0))
    rows = chunk.rows(np.abs(chunk.numbers(field.code)) >= room)
    return Hits(
        rows,
        f"{field.name} {{{field.code}}} 超过规定位数（{field.length} 位、小数 {field.decimals or 0} 位）",
        f"{field.code} {{{field.code}}} has more digits than {field.length} with {field.decimals or 0} decimals",
        field.code,
    )
