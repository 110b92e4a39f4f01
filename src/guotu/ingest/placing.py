"""Source geometry as it is stored: 2-D WKB in degrees on CGCS2000, shells counter-clockwise, holes clockwise.

The bytes are worked on as they are: only what is not plain WKB goes through geometry objects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from guotu.errors import GuotuError
from guotu.errors.datum import COORDINATES_OUTSIDE, GEOMETRY_KIND, GEOMETRY_MALFORMED
from guotu.ingest.loops import write_rings
from guotu.kernel.columns import buffers, from_buffers
from guotu.kernel.coords import transform_xy
from guotu.kernel.wkb import Layout, lay_out
from guotu.model.arrays import BoolArray, Int64Array
from guotu.model.datum import CGCS2000, Crs

_UNPLACED = (COORDINATES_OUTSIDE.code, GEOMETRY_MALFORMED.code, GEOMETRY_KIND.code)
_POLYGONS = (3, 6)


@dataclass(frozen=True, slots=True)
class Placed:
    """`wkb` (n,) as stored, null where missing or empty; rows that are `unreadable`, and rows that lie `outside` what their
    coordinate system can mean (both null).
    """

    wkb: pa.Array
    unreadable: Int64Array
    outside: Int64Array


def place(wkb: pa.Array, crs: Crs) -> Placed:
    """Bring a column of source geometries into the stored form.

    Raises   GT-1203 where the source's datum is not CGCS2000 and no shift is configured
    """
    nothing = np.empty(0, np.int64)
    try:
        return Placed(_placed(wkb, crs), nothing, nothing)
    except GuotuError as problem:
        if problem.code not in _UNPLACED:
            raise
    return _one_by_one(wkb, crs)


def _placed(wkb: pa.Array, crs: Crs) -> pa.Array:
    data, offsets, valid = buffers(wkb)
    layout = lay_out(wkb)
    if len(layout.data) and not np.may_share_memory(layout.data, data):
        return _placed(_flat(wkb), crs)
    xy, starts = layout.coordinates()
    if crs != CGCS2000 and len(xy):
        xy = transform_xy(xy, crs, CGCS2000)
    target = np.array(data)
    polygonal = np.repeat(np.isin(layout.kind, _POLYGONS), np.diff(layout.first))
    write_rings(np.ascontiguousarray(xy), starts, layout.at, layout.shell, polygonal, target)
    return from_buffers(target, offsets, ~valid | _empty(layout, xy, starts))


def _empty(layout: Layout, xy: np.ndarray, starts: Int64Array) -> BoolArray:
    """(n,) geometries without a vertex; an empty point is one of NaN."""
    none = layout.first[1:] == layout.first[:-1]
    points = np.flatnonzero((layout.kind == 1) & ~none)
    none[points] = np.isnan(xy[starts[layout.first[points]], 0])
    return np.asarray(none)


def _flat(wkb: pa.Array) -> pa.Array:
    """Little-endian and 2-D, by way of geometry objects."""
    geometries = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False))
    return pa.array(np.atleast_1d(shapely.to_wkb(geometries, output_dimension=2, byte_order=1)), pa.binary())


def _one_by_one(wkb: pa.Array, crs: Crs) -> Placed:
    """The same where some geometry cannot be placed: each on its own; broken rings and numbers that are none are unreadable."""
    rows: list[bytes | None] = []
    unreadable: list[int] = []
    outside: list[int] = []
    for row, raw in enumerate(wkb.to_pylist()):
        rows.append(None)
        if raw is None:
            continue
        shape = _readable(raw)
        if shape is None:
            unreadable.append(row)
            continue
        try:
            plain = pa.array([shapely.to_wkb(shape, output_dimension=2, byte_order=1)], pa.binary())
            rows[row] = _placed(plain, crs)[0].as_py()
        except GuotuError as problem:
            if problem.code not in _UNPLACED:
                raise
            (outside if problem.code == COORDINATES_OUTSIDE.code else unreadable).append(row)
    return Placed(pa.array(rows, pa.binary()), np.array(unreadable, np.int64), np.array(outside, np.int64))


def _readable(raw: bytes) -> Any:
    """The geometry of closed rings and finite numbers, or None."""
    with np.errstate(invalid="ignore"):
        shape = shapely.from_wkb(raw, on_invalid="ignore")
    if (
        shape is None
        or shapely.get_type_id(shape) > 6
        or not np.isfinite(shapely.get_coordinates(shape)).all()
    ):
        return None
    return shape
