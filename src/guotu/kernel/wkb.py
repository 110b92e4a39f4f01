"""Arrow arrays of well-known binary as paths: where each ring, line or point of each geometry begins.

Everything that reads coordinates straight from bytes goes through `lay_out`, which checks every length and count
once; loops behind it may trust the layout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from guotu.errors import GuotuError, Place
from guotu.errors.datum import GEOMETRY_KIND, GEOMETRY_MALFORMED
from guotu.kernel.columns import Bytes, buffers
from guotu.kernel.guard import guard
from guotu.kernel.loops.wkb import FOREIGN, OPEN_RING, SOUND, TRAILING, TRUNCATED, WRONG_PART, gather, walk
from guotu.model.arrays import BoolArray, Float64Array, GeometryArray, Int64Array

POINT, LINE, POLYGON, MULTIPOINT, MULTILINE, MULTIPOLYGON = 1, 2, 3, 4, 5, 6
_REASONS = {
    TRUNCATED: ("数据不完整", "it ends too early"),
    OPEN_RING: ("环不闭合或少于四点", "a ring is not closed or has fewer than four points"),
    TRAILING: ("末尾有多余数据", "bytes follow its end"),
    WRONG_PART: ("组成部分的类型不符", "a part has the wrong type"),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths of n geometries in one byte buffer (little-endian, 2-D, types 1 to 6).

    `kind` (n,) is the WKB type, 0 where missing; paths of geometry i are `first[i]:first[i+1]`; path p has `size[p]`
    vertices of two float64 from byte `at[p]`; `shell[p]` is False for holes.
    """

    data: Bytes
    kind: Int64Array
    first: Int64Array
    at: Int64Array
    size: Int64Array
    shell: BoolArray

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def missing(self) -> BoolArray:
        return np.asarray(self.kind == 0)

    @property
    def vertices(self) -> Int64Array:
        """Number of vertices of each geometry (n,)."""
        total = np.zeros(len(self.size) + 1, np.int64)
        np.cumsum(self.size, out=total[1:])
        return np.asarray(np.diff(total[self.first]), np.int64)

    @property
    def largest(self) -> int:
        """Vertices of the largest geometry."""
        return int(self.vertices.max(initial=0))

    def coordinates(self) -> tuple[Float64Array, Int64Array]:
        """All vertices (N, 2) in order, and the (paths + 1,) offsets of the paths among them."""
        starts = np.zeros(len(self.size) + 1, np.int64)
        np.cumsum(self.size, out=starts[1:])
        xy = np.empty((int(starts[-1]), 2), np.float64)
        gather(self.data, self.at, self.size, xy)
        return xy, starts


def to_wkb(geoms: GeometryArray) -> Any:
    """Arrow WKB (little-endian, 2-D) of shapely geometries; missing stays missing."""
    plain = shapely.to_wkb(np.asarray(geoms, dtype=object), output_dimension=2, byte_order=1)
    return pa.array(np.atleast_1d(plain), pa.binary())


def from_wkb(wkb: Any) -> GeometryArray:
    """Shapely geometries of an Arrow WKB array whose layout was checked."""
    geoms: GeometryArray = shapely.from_wkb(np.asarray(wkb.to_numpy(zero_copy_only=False), dtype=object))
    return geoms


def plain(wkb: Any) -> Any:
    """The same geometries as little-endian 2-D WKB without SRID; collections and curves are refused.

    Raises   GT-1206 malformed, GT-1207 too deep, GT-1208 collection or curve
    """
    guard(wkb)
    data, offsets, valid = buffers(wkb)
    rows: list[bytes | None] = []
    for row in range(len(valid)):
        if not valid[row]:
            rows.append(None)
            continue
        rows.append(_plain_row(data[offsets[row] : offsets[row + 1]].tobytes(), row))
    return pa.array(rows, pa.binary())


def _plain_row(raw: bytes, row: int) -> bytes:
    try:
        geometry = shapely.from_wkb(raw)
    except shapely.GEOSException as problem:
        raise GEOMETRY_MALFORMED(
            place=Place(row=row), row=row, reason_zh=str(problem), reason_en=str(problem)
        ) from None
    except NotImplementedError:
        raise _other_kind(row, "Curve") from None
    if shapely.get_type_id(geometry) not in {0, 1, 2, 3, 4, 5, 6}:
        raise _other_kind(row, geometry.geom_type)
    plain_bytes: bytes = shapely.to_wkb(geometry, output_dimension=2, byte_order=1)
    return plain_bytes


def _other_kind(row: int, found: str) -> GuotuError:
    return GEOMETRY_KIND(
        place=Place(row=row),
        row=row,
        found=found,
        accepted_zh="点、线、面及其多部件",
        accepted_en="points, lines and polygons, single or multi",
    )


def lay_out(wkb: Any) -> Layout:
    """Check every header, count and ring closure of an Arrow WKB array and tell where its paths are.

    Big-endian, Z/M and SRID-carrying geometries are brought to plain WKB first.
    Raises   GT-1206 malformed, GT-1208 collection or curve
    """
    data, offsets, valid = buffers(wkb)
    table = _table(len(valid), len(valid) + len(valid) // 2 + 16)
    status, row = walk(data, offsets, valid, *table)
    if status == FOREIGN:
        data, offsets, valid = buffers(plain(wkb))
        status, row = walk(data, offsets, valid, *table)
    if status != SOUND:
        zh, en = _REASONS[status]
        raise GEOMETRY_MALFORMED(place=Place(row=int(row)), row=int(row), reason_zh=zh, reason_en=en)
    paths = int(table[1][-1])
    if paths > len(table[2]):  # more holes and parts than guessed
        table = _table(len(valid), paths)
        walk(data, offsets, valid, *table)
    kind, first, at, size, shell = table
    return Layout(data, kind, first, at[:paths], size[:paths], shell[:paths])


def _table(rows: int, paths: int) -> tuple[Int64Array, Int64Array, Int64Array, Int64Array, BoolArray]:
    integers = (
        np.zeros(rows, np.int64),
        np.zeros(rows + 1, np.int64),
        np.empty(paths, np.int64),
        np.empty(paths, np.int64),
    )
    return *integers, np.empty(paths, np.bool_)


def plain_polygons(layout: Layout) -> None:
    """Refuse anything but polygons and multipolygons (missing is allowed).

    Raises   GT-1208
    """
    other = (layout.kind != 0) & (layout.kind != POLYGON) & (layout.kind != MULTIPOLYGON)
    if other.any():
        row = int(np.argmax(other))
        names = {1: "Point", 2: "LineString", 4: "MultiPoint", 5: "MultiLineString"}
        raise GEOMETRY_KIND(
            place=Place(row=row),
            row=row,
            found=names[int(layout.kind[row])],
            accepted_zh="面",
            accepted_en="polygons",
        )
