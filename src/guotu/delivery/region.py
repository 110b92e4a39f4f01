"""The region of an export: which features it takes, and what cutting them at its border makes of their areas."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
import shapely

from guotu.kernel.area import ellipsoid_area
from guotu.kernel.overlay import intersections
from guotu.kernel.rounding import half_up
from guotu.model.arrays import BoolArray, Float64Array, GeometryArray
from guotu.model.query import Box
from guotu.model.schema import Field, FieldType, LayerSchema

BORDER: Final = 1e-7
"""Degrees (about a centimetre): polygons that reach less far into a region share its border, they do not lie in it."""
_AREA = "面积"


@dataclass(frozen=True)
class Region:
    """A polygon in degrees on CGCS2000 with what it is called."""

    kind: str
    title: str
    polygon: Any

    @cached_property
    def box(self) -> Box:
        west, south, east, north = shapely.bounds(self.polygon).tolist()
        return west, south, east, north

    @cached_property
    def _area(self) -> Any:
        area = shapely.normalize(self.polygon)
        shapely.prepare(area)
        return area

    @cached_property
    def _inner(self) -> Any:
        """The region without the strip along its border; itself where nothing would be left."""
        inner = shapely.buffer(self.polygon, -BORDER)
        inner = self._area if inner.is_empty else inner
        shapely.prepare(inner)
        return inner

    def takes(self, shapes: GeometryArray) -> BoolArray:
        """Which features lie in the region at least in part; those without geometry do not."""
        flat = np.isin(shapely.get_type_id(shapes), (3, 6))
        taken = np.zeros(len(shapes), bool)
        taken[flat] = shapely.intersects(self._inner, shapes[flat])
        taken[~flat] = shapely.intersects(self._area, shapes[~flat])
        return taken

    def crosses(self, shapes: GeometryArray) -> BoolArray:
        """Which of them reach beyond it."""
        return np.asarray(~shapely.covers(self._area, shapes))

    def cut(self, shapes: GeometryArray) -> GeometryArray:
        """What of each lies inside, of its own kind: of polygons polygons, of lines lines; empty where nothing does."""
        flat = np.isin(shapely.get_type_id(shapes), (3, 6))
        out = np.array(shapes, dtype=object)
        out[flat] = intersections(self._area, shapes[flat])
        out[~flat] = _lines(shapely.intersection(self._area, shapes[~flat]))
        turned: GeometryArray = shapely.orient_polygons(out)
        return turned


def _lines(pieces: GeometryArray) -> GeometryArray:
    """Without the points where a line only touches."""
    out = np.array(pieces, dtype=object)
    for at in np.flatnonzero(shapely.get_type_id(out) == 7):
        parts = shapely.get_parts(out[at])
        out[at] = shapely.multilinestrings(parts[shapely.get_type_id(parts) == 1])
    return out


def area_fields(schema: LayerSchema, fields: tuple[Field, ...]) -> tuple[str | None, tuple[str, ...]]:
    """The field of the layer's own area, and those of other areas that shrink with it."""
    numbers = [field for field in fields if field.type is FieldType.FLOAT]
    own = next((field.code for field in numbers if field.code == schema.area_field), None)
    others = [field.code for field in numbers if _AREA in field.name and field.code != own]
    return own, tuple(others)


def with_areas(
    batch: pa.RecordBatch, schema: LayerSchema, fields: tuple[Field, ...], rows: BoolArray, before: Any
) -> pa.RecordBatch:
    """Areas of the rows that were cut: the layer's own measured again on the ellipsoid, other areas in proportion.

    Needs    `before`, the areas (m²) of the rows uncut; the batch already has the cut geometry
    """
    own, others = area_fields(schema, fields)
    if not rows.any() or (own is None and not others):
        return batch
    wkb = batch.column("geometry").to_numpy(zero_copy_only=False)
    after = ellipsoid_area(shapely.from_wkb(wkb[rows]))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(before > 0, after / before, 0.0)
    for code in (*([own] if own else []), *others):
        at = batch.schema.get_field_index(code)
        values: Float64Array = np.array(batch.column(at).to_numpy(zero_copy_only=False), np.float64)
        values[rows] = after if code == own else values[rows] * share
        decimals = schema.field(code).decimals
        values[rows] = half_up(values[rows], 2 if decimals is None else decimals)
        batch = batch.set_column(at, code, pa.array(values, pa.float64(), mask=np.isnan(values)))
    return batch
