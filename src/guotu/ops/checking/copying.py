"""The normalised copy: the rows of a check as a GeoPackage with the standard's field names and types, degrees on CGCS2000."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import shapely

from guotu.model.change import GEOMETRY
from guotu.model.datum import CGCS2000
from guotu.model.schema import GeometryKind, LayerSchema
from guotu.ops.checking.result import Examination
from guotu.ops.checking.sample import rows_of
from guotu.standards import layers

_TYPES = {
    GeometryKind.POLYGON: "MultiPolygon",
    GeometryKind.LINE: "MultiLineString",
    GeometryKind.POINT: "Point",
}
_SINGLE = {GeometryKind.POLYGON: 3, GeometryKind.LINE: 1}
_WKB = {"ARROW:extension:name": "geoarrow.wkb"}


def normalised(examined: Examination, target: Path) -> int:
    """Write every judged layer; gives the number of rows. The target is whole or absent."""
    parts = [
        (layer.name, layers.schema(layer.schema), rows_of(examined.rows(layer)))
        for layer in examined.layers
        if layer.report is not None and layer.schema is not None
    ]
    return write_layers(parts, target)


def write_layers(parts: Iterable[tuple[str, LayerSchema, Iterator[pa.RecordBatch]]], target: Path) -> int:
    """Layers as (name, schema, batches) into one GeoPackage, batch by batch."""
    temporary = target.with_name(f".{target.stem}.part.gpkg")
    temporary.unlink(missing_ok=True)
    count = 0
    try:
        for name, schema, batches in parts:
            counted = _Counted(batches)
            _write(name, schema, counted, temporary)
            count += counted.rows
        if temporary.exists():
            os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    return count


class _Counted:
    """Batches that count their rows as they pass."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self.batches, self.rows = batches, 0

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for batch in self.batches:
            self.rows += batch.num_rows
            yield batch


def _write(name: str, schema: LayerSchema, batches: Iterable[pa.RecordBatch], target: Path) -> None:
    shaped = iter(_shaped(batches, schema))
    first = next(shaped, None)
    if first is None:
        return
    placed = schema.geometry is not GeometryKind.NONE

    def again() -> Iterator[pa.RecordBatch]:
        yield first
        yield from shaped

    reader = pa.RecordBatchReader.from_batches(first.schema, again())
    options = {"geometry_name": GEOMETRY} if placed else {}
    pyogrio.write_arrow(
        reader,
        target,
        layer=name,
        driver="GPKG",
        geometry_type=_TYPES.get(schema.geometry),
        crs=f"EPSG:{CGCS2000.epsg}" if placed else None,
        **options,
    )


def _shaped(batches: Iterable[pa.RecordBatch], schema: LayerSchema) -> Iterator[pa.RecordBatch]:
    single = _SINGLE.get(schema.geometry)
    many = shapely.multipolygons if single == 3 else shapely.multilinestrings
    for batch in batches:
        if GEOMETRY not in batch.schema.names:
            yield batch
            continue
        at = batch.schema.get_field_index(GEOMETRY)
        column = batch.column(at)
        if single is not None:
            shapes = np.atleast_1d(shapely.from_wkb(column.to_numpy(zero_copy_only=False)))
            lone = np.flatnonzero(shapely.get_type_id(shapes) == single)
            if len(lone):
                shapes[lone] = many(shapes[lone][:, None])
            column = pa.array(shapely.to_wkb(shapes), pa.binary())
        fields = list(batch.schema)
        fields[at] = pa.field(GEOMETRY, pa.binary(), metadata=_WKB)
        columns = list(batch.columns)
        columns[at] = column
        yield pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields))
