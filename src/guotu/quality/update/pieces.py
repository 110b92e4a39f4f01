"""The pieces of ground that old and new parcels share: the rows of a process layer (更新过程层)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from guotu.kernel.area import equal_area_xy
from guotu.kernel.overlay import intersections
from guotu.kernel.settling import settle
from guotu.kernel.similarity import overlap_pairs
from guotu.model.arrays import Float64Array, GeometryArray, Int64Array
from guotu.model.change import GEOMETRY

SMALLEST_M2 = 0.005
"""A piece that rounds to nothing is dust of two drawings of one line."""


@dataclass(frozen=True)
class Exchange:
    """Parcels before and after a change, and what they share.

    `before`, `after` are Arrow tables of the parcels that changed: the schema's fields and `geometry` (WKB, degrees on
    CGCS2000); piece k lies on row `old[k]` of the one and `new[k]` of the other and measures `measured[k]` m² (ellipsoid).
    """

    before: pa.Table
    after: pa.Table
    area_field: str
    old: Int64Array
    new: Int64Array
    measured: Float64Array

    def __len__(self) -> int:
        return len(self.old)

    @cached_property
    def cents(self) -> Int64Array:
        """Areas of the pieces in hundredths of a square metre, settled to the declared areas."""
        return settle(
            self.old, self.new, self.measured, self.declared(self.before), self.declared(self.after)
        )

    def declared(self, side: pa.Table) -> Int64Array:
        """Declared areas in hundredths of a square metre; what is not declared counts as nothing."""
        return cents_of(side[self.area_field])

    @cached_property
    def uncovered(self) -> tuple[Float64Array, Float64Array]:
        """m² of each old parcel on which no new one lies, and of each new parcel on which no old one lay."""
        lost = areas_of(self.before) - np.bincount(self.old, self.measured, self.before.num_rows)
        gained = areas_of(self.after) - np.bincount(self.new, self.measured, self.after.num_rows)
        return lost, gained

    def shapes(self) -> GeometryArray:
        """(k,) what each piece is, degrees."""
        old, new = polygons(self.before), polygons(self.after)
        pairs = zip(self.old.tolist(), self.new.tolist(), strict=True)
        found = np.empty(len(self), dtype=object)
        found[:] = [intersections(old[i], new[j : j + 1])[0] for i, j in pairs]
        return found

    def among(self, rows: Int64Array) -> Exchange:
        """The same with these old parcels only."""
        place = np.full(self.before.num_rows, -1, np.int64)
        place[rows] = np.arange(len(rows))
        kept = place[self.old] >= 0
        old, new, measured = place[self.old[kept]], self.new[kept], self.measured[kept]
        return replace(self, before=self.before.take(pa.array(rows)), old=old, new=new, measured=measured)


def exchange(before: pa.Table, after: pa.Table, area_field: str) -> Exchange:
    """Measure what parcels before and after share, on the plane whose area is the official ellipsoid area."""
    old, new, measured = overlap_pairs(_flat(before), _flat(after))
    counts = measured >= SMALLEST_M2
    return Exchange(before, after, area_field, old[counts], new[counts], measured[counts])


def mean_width(shape: Any) -> float:
    """Metres, 2A/P of a shape in degrees: one line drawn twice leaves area, but no width."""
    if shape.is_empty:
        return 0.0
    about = np.array(shape.centroid.coords[0])
    metres = np.array([111_320 * np.cos(np.radians(about[1])), 110_950])
    flat = shapely.transform(shape, lambda xy: (xy - about) * metres)
    return float(2 * flat.area / flat.length) if flat.length else 0.0


def cents_of(column: Any) -> Int64Array:
    """Square metres as whole hundredths, null as nothing."""
    values = np.nan_to_num(np.array(column.to_pylist(), dtype=float))
    return np.asarray(np.rint(values * 100), np.int64)


def polygons(side: pa.Table) -> GeometryArray:
    """Geometries of a side, degrees; an empty polygon where a row has none."""
    found: GeometryArray = np.array(
        [shapely.Polygon() if wkb is None else shapely.from_wkb(wkb) for wkb in side[GEOMETRY].to_pylist()],
        dtype=object,
    )
    return found


def areas_of(side: pa.Table) -> Float64Array:
    """m² of each parcel on the ellipsoid."""
    return np.asarray(shapely.area(_flat(side)), np.float64)


def _flat(side: pa.Table) -> GeometryArray:
    found = polygons(side)
    if not len(found):
        return found
    flat: GeometryArray = shapely.set_coordinates(found.copy(), equal_area_xy(shapely.get_coordinates(found)))
    return flat
