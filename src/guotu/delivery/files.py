"""Features as files: written beside the target, then moved into place."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pyogrio
import shapely

from guotu.delivery.geojson import collection
from guotu.errors.general import FORMAT_NOT_WRITTEN
from guotu.model.change import FID, GEOMETRY, SEQ
from guotu.model.datum import CGCS2000
from guotu.model.schema import GeometryKind, LayerSchema

Writer = Callable[[Iterator[pa.RecordBatch], LayerSchema, Path], int]

_OGR_TYPES = {
    GeometryKind.POLYGON: "MultiPolygon",
    GeometryKind.LINE: "MultiLineString",
    GeometryKind.POINT: "Point",
    GeometryKind.NONE: None,
}


def write(batches: Iterator[pa.RecordBatch], schema: LayerSchema, target: Path, format: str) -> int:
    """Write features; gives their number. Raises GT-6001 for a format nobody writes here."""
    if format not in FORMATS:
        raise FORMAT_NOT_WRITTEN(format=format, known=", ".join(FORMATS))
    temporary = target.with_name(f".{target.stem}.part{target.suffix}")
    try:
        count = FORMATS[format](batches, schema, temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    return count


def _geojson(batches: Iterator[pa.RecordBatch], schema: LayerSchema, target: Path) -> int:
    document = collection(batches, name=schema.code)
    target.write_bytes(orjson.dumps(document))
    return len(document["features"])


def _csv(batches: Iterator[pa.RecordBatch], schema: LayerSchema, target: Path) -> int:  # noqa: ARG001
    count = 0
    with target.open("wb") as file:
        file.write("\ufeff".encode())
        writer = None
        for batch in batches:
            flat = _with_text_geometry(batch)
            writer = writer or pyarrow.csv.CSVWriter(file, flat.schema)
            writer.write_batch(flat)
            count += batch.num_rows
        if writer:
            writer.close()
    return count


def _parquet(batches: Iterator[pa.RecordBatch], schema: LayerSchema, target: Path) -> int:  # noqa: ARG001
    count, writer = 0, None
    geo = {
        "version": "1.1.0",
        "primary_column": GEOMETRY,
        "columns": {GEOMETRY: {"encoding": "WKB", "geometry_types": [], "crs": _projjson()}},
    }
    for batch in batches:
        tagged = batch.replace_schema_metadata({"geo": orjson.dumps(geo)})
        writer = writer or pyarrow.parquet.ParquetWriter(target, tagged.schema, compression="zstd")
        writer.write_batch(tagged)
        count += batch.num_rows
    if writer:
        writer.close()
    return count


def _gpkg(batches: Iterator[pa.RecordBatch], schema: LayerSchema, target: Path) -> int:
    table = pa.Table.from_batches(batches).drop_columns([SEQ])
    fids = pa.array([fid.hex() for fid in table.column(FID).to_pylist()], pa.string())
    table = table.set_column(table.schema.get_field_index(FID), "feature_id", fids)
    kind = _OGR_TYPES[schema.geometry]
    if kind and kind.startswith("Multi"):
        table = _as_multi(table)
    pyogrio.write_arrow(
        table,
        target,
        layer=schema.code,
        driver="GPKG",
        geometry_name=GEOMETRY if kind else None,
        geometry_type=kind,
        crs=f"EPSG:{CGCS2000.epsg}",
    )
    return int(table.num_rows)


def _as_multi(table: pa.Table) -> pa.Table:
    shapes = shapely.from_wkb(table.column(GEOMETRY).to_numpy(zero_copy_only=False))
    kinds = shapely.get_type_id(shapes)
    for single, many in ((3, shapely.multipolygons), (1, shapely.multilinestrings)):
        for at in (kinds == single).nonzero()[0]:
            shapes[at] = many([shapes[at]])
    index = table.schema.get_field_index(GEOMETRY)
    return table.set_column(index, GEOMETRY, pa.array(shapely.to_wkb(shapes), pa.binary()))


def _with_text_geometry(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns, names = [], []
    for name in batch.schema.names:
        column = batch.column(name)
        if name == FID:
            column = pa.array([fid.hex() for fid in column.to_pylist()], pa.string())
        elif name == GEOMETRY:
            shapes = shapely.from_wkb(column.to_numpy(zero_copy_only=False))
            column = pa.array(shapely.to_wkt(shapes, rounding_precision=9), pa.string())
        columns.append(column)
        names.append(name)
    return pa.RecordBatch.from_arrays(columns, names=names)


def _projjson() -> dict[str, object]:
    from pyproj import CRS

    document: dict[str, object] = CRS.from_epsg(CGCS2000.epsg).to_json_dict()
    return document


FORMATS: dict[str, Writer] = {"geojson": _geojson, "csv": _csv, "parquet": _parquet, "gpkg": _gpkg}
