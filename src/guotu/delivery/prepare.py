"""Between the store and a writer: region, cutting, zone and coordinates, batch by batch, and the tally for the receipt."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from guotu.delivery.outgoing import IDENTITY
from guotu.delivery.region import Region, with_areas
from guotu.errors.general import CANCELLED
from guotu.kernel.area import ellipsoid_area
from guotu.kernel.coords import zone_of
from guotu.kernel.plane import project_gauss
from guotu.model.arrays import BoolArray, GeometryArray, Int64Array
from guotu.model.change import FID, GEOMETRY, VALID_FROM, VALID_TO
from guotu.model.datum import Crs, GaussKruger
from guotu.model.query import Box
from guotu.model.schema import Field, LayerSchema

Cancel = Callable[[], bool]
Told = Callable[[int], None]


@dataclass(slots=True)
class Tally:
    """What went out: counts, areas on the ellipsoid (m², summed exactly), the box around it in degrees."""

    features: int = 0
    without_geometry: int = 0
    cut: int = 0
    areas: list[float] = field(default_factory=list)
    extent: Box | None = None

    @property
    def area_m2(self) -> float:
        return math.fsum(self.areas)

    def add(self, shapes: GeometryArray) -> None:
        """Count one batch."""
        if not len(shapes):
            return
        self.features += len(shapes)
        self.without_geometry += int((shapely.is_missing(shapes) | shapely.is_empty(shapes)).sum())
        areas = ellipsoid_area(shapes)
        self.areas.append(math.fsum(areas[~np.isnan(areas)].tolist()))
        box = shapely.total_bounds(shapes)
        if np.isfinite(box).all():
            west, south, east, north = self.extent or (np.inf, np.inf, -np.inf, -np.inf)
            self.extent = (
                min(west, float(box[0])), min(south, float(box[1])),
                max(east, float(box[2])), max(north, float(box[3])),
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Preparation:
    """How batches of the store become batches of a writer."""

    schema: LayerSchema
    fields: tuple[Field, ...]
    crs: Crs
    region: Region | None = None
    cut: bool = False
    among: tuple[int, int] | None = None
    """First and last of the zones that the layer is divided among, where it is: only features of this file's zone are taken."""
    geometry: bool = True

    def run(
        self, batches: Iterable[pa.RecordBatch], tally: Tally, told: Told, cancel: Cancel
    ) -> Iterator[pa.RecordBatch]:
        """`fid`, the fields, and `geometry` in `crs`. Raises GT-1005 once cancelled."""
        for batch in batches:
            if cancel():
                raise CANCELLED()
            rows = batch.num_rows
            if self.geometry or self.region is not None:
                ready = self._spatial(batch, tally)
            else:
                tally.features += rows
                ready = self._shaped(batch)
            yield ready
            told(rows)

    def _spatial(self, batch: pa.RecordBatch, tally: Tally) -> pa.RecordBatch:
        shapes = _shapes(batch)
        taken = self._taken(shapes)
        if not taken.all():
            batch, shapes = batch.filter(pa.array(taken)), shapes[taken]
        if self.cut and self.region is not None:
            batch, shapes = self._cut(batch, shapes, tally)
        tally.add(shapes)
        if isinstance(self.crs, GaussKruger):
            zone = self.crs
            shapes = shapely.transform(shapes, lambda xy: project_gauss(xy, zone))
            batch = _with_shapes(batch, shapes)
        return self._shaped(batch)

    def _taken(self, shapes: GeometryArray) -> BoolArray:
        taken = np.ones(len(shapes), bool)
        if self.region is not None:
            taken = self.region.takes(shapes)
        if self.among is not None and isinstance(self.crs, GaussKruger):
            taken &= zone_numbers(shapes, *self.among) == self.crs.zone
        return taken

    def _cut(
        self, batch: pa.RecordBatch, shapes: GeometryArray, tally: Tally
    ) -> tuple[pa.RecordBatch, GeometryArray]:
        assert self.region is not None
        crossing = self.region.crosses(shapes)
        if not crossing.any():
            return batch, shapes
        before = ellipsoid_area(shapes[crossing])
        shapes = np.array(shapes, dtype=object)
        shapes[crossing] = self.region.cut(shapes[crossing])
        batch = with_areas(_with_shapes(batch, shapes), self.schema, self.fields, crossing, before)
        left = ~shapely.is_empty(shapes)
        tally.cut += int((crossing & left).sum())
        return batch.filter(pa.array(left)), shapes[left]

    def _shaped(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        columns = [_column(batch, each) for each in self.fields]
        names = [each.code for each in self.fields]
        if self.geometry:
            columns, names = [*columns, batch.column(GEOMETRY)], [*names, GEOMETRY]
        return pa.RecordBatch.from_arrays([batch.column(FID), *columns], names=[FID, *names])


def zone_numbers(shapes: GeometryArray, first: int, last: int) -> Int64Array:
    """The 3-degree zone of each feature's middle, no other than `first` … `last`; without geometry the first."""
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    number = np.floor((bounds[:, 0] + bounds[:, 2]) / 6 + 0.5)
    return np.asarray(np.clip(np.nan_to_num(number, nan=first), first, last), np.int64)


def zones_of(box: Box, *, margin: float = 0.5) -> tuple[GaussKruger, ...]:
    """The 3-degree zones a box lies in: one where it reaches less than `margin` degrees over its zone's border, else all."""
    first, last = zone_of(box[0]).zone, zone_of(box[2]).zone
    own = zone_of((box[0] + box[2]) / 2)
    if fits(box, own, margin=margin):
        return (own,)
    return tuple(GaussKruger(3, number) for number in range(first, last + 1))


def fits(box: Box, zone: GaussKruger, *, margin: float = 0.5) -> bool:
    """Whether a box reaches no further than half the zone's width and a margin from its central meridian."""
    reach = zone.width / 2 + margin
    return zone.central_meridian - reach <= box[0] and box[2] <= zone.central_meridian + reach


def _shapes(batch: pa.RecordBatch) -> GeometryArray:
    wkb = batch.column(GEOMETRY).to_numpy(zero_copy_only=False)
    return np.atleast_1d(shapely.from_wkb(wkb))


def _with_shapes(batch: pa.RecordBatch, shapes: GeometryArray) -> pa.RecordBatch:
    wkb = pa.array(np.atleast_1d(shapely.to_wkb(shapes, byte_order=1)), pa.binary())
    return batch.set_column(batch.schema.get_field_index(GEOMETRY), GEOMETRY, wkb)


_OF_STORE = dict(zip((each.code for each in IDENTITY), (FID, VALID_FROM, VALID_TO), strict=True))


def _column(batch: pa.RecordBatch, wanted: Field) -> pa.Array:
    column = batch.column(_OF_STORE.get(wanted.code, wanted.code))
    if wanted.code == IDENTITY[0].code:
        return pa.array([fid.hex() for fid in column.to_pylist()], pa.string())
    if pa.types.is_floating(column.type):
        return pc.if_else(pc.is_nan(column), None, column)
    return column
