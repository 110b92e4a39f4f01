"""Inside the sandbox: GDAL reads a layer with one allowed driver and passes it on as Arrow batches, geometry as plain WKB."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.raw import open_arrow
from pyogrio.raw import read as read_raw

from guotu.ingest.readers.wkb_guard import check_wkb

Emit = Callable[[bytes, Any], None]

GEOMETRY = "geometry"
_BATCH_BYTES = 24 << 20
_MAX_ROWS = 16_384
_SAMPLE_ROWS = 400


def prepare(driver: str, options: dict[str, str]) -> None:
    """Fix GDAL's options and make sure that only `driver` is left (the parent starts us with OGR_SKIP).

    Raises   RuntimeError if another driver is registered
    """
    pyogrio.set_gdal_config_options(options)
    left = set(pyogrio.list_drivers()) - {driver}
    if left:
        raise RuntimeError(f"drivers left: {sorted(left)}")


def describe(emit: Emit, path: str, layer: str | None, encoding: str | None) -> None:
    """Layers with their fields, counts, declared CRS and a sample of coordinates."""
    names = [str(name) for name, _ in pyogrio.list_layers(path)]
    wanted = [name for name in names if layer in (None, name)]
    emit(b"J", {"names": names, "layers": [_describe_layer(path, name, encoding) for name in wanted]})


def _describe_layer(path: str, layer: str, encoding: str | None) -> dict[str, Any]:
    info = pyogrio.read_info(path, layer=layer, encoding=encoding, force_feature_count=True)
    sample, kinds = _sample(path, layer, encoding) if info["geometry_type"] else ([], [])
    return {
        "name": layer,
        "fields": [str(name) for name in info["fields"]],
        "geometry_type": info["geometry_type"],
        "count": int(info["features"]),
        "crs": info["crs"],
        "sample": sample,
        "kinds": kinds,
    }


def _sample(path: str, layer: str, encoding: str | None) -> tuple[list[list[float]], list[str]]:
    """One vertex (x, y) of each of the first features, and their geometry types; features without geometry are left out."""
    for batch in itertools.islice(_batches(path, layer, encoding, rows=_SAMPLE_ROWS), 1):
        geometries = shapely.from_wkb(batch.column(GEOMETRY).to_numpy(zero_copy_only=False))
        coordinates, index = shapely.get_coordinates(geometries, return_index=True)
        first = np.unique(index, return_index=True)[1]
        return coordinates[first].tolist(), [each.geom_type for each in geometries if each is not None]
    return [], []


def read(emit: Emit, path: str, layer: str, encoding: str | None, columns: list[str]) -> None:
    """The layer's batches: a schema frame, then one frame per batch; attributes renamed by position to `columns`."""
    size = os.path.getsize(path) if os.path.isfile(path) else 0
    schema: pa.Schema | None = None
    for batch in _batches(path, layer, encoding, rows=_rows_per_batch(path, layer, encoding, size)):
        names = [*columns, GEOMETRY] if GEOMETRY in batch.schema.names else columns
        renamed = pa.RecordBatch.from_arrays(batch.columns, names=names)
        if schema is None:
            schema = renamed.schema
            emit(b"S", schema.serialize())
        for piece in _pieces(renamed.cast(schema)):
            emit(b"B", piece.serialize())


def _rows_per_batch(path: str, layer: str, encoding: str | None, size: int) -> int:
    """So many rows that a batch stays near 24 MB if features are alike."""
    count = int(pyogrio.read_info(path, layer=layer, encoding=encoding, force_feature_count=True)["features"])
    each = max(1, size // max(1, count))
    return max(16, min(_MAX_ROWS, _BATCH_BYTES // each))


def _pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    if batch.nbytes <= _BATCH_BYTES or batch.num_rows == 1:
        yield batch
        return
    half = batch.num_rows // 2
    yield from _pieces(batch.slice(0, half))
    yield from _pieces(batch.slice(half))


def _batches(path: str, layer: str, encoding: str | None, *, rows: int) -> Iterator[pa.RecordBatch]:
    info = pyogrio.read_info(path, layer=layer, encoding=encoding)
    if _curved(info["geometry_type"]):
        yield from _linear(path, layer, rows)
        return
    with open_arrow(path, layer=layer, encoding=encoding, batch_size=rows) as (meta, stream):
        geometry = meta["geometry_name"] or "wkb_geometry"
        for batch in pa.RecordBatchReader.from_stream(stream):
            yield _plain(batch, geometry if info["geometry_type"] else None)


def _plain(batch: pa.RecordBatch, geometry: str | None) -> pa.RecordBatch:
    """Without field metadata, coded values as their codes, geometry last as 2-D WKB."""
    names = [name for name in batch.schema.names if name != geometry]
    columns = [_codes(batch.column(batch.schema.get_field_index(name))) for name in names]
    if geometry is not None:
        wkb = batch.column(batch.schema.get_field_index(geometry)).cast(pa.binary())
        columns, names = [*columns, _flat(wkb)], [*names, GEOMETRY]
    return pa.RecordBatch.from_arrays(columns, names=names)


def _codes(column: pa.Array) -> pa.Array:
    """GDAL gives coded domains as a dictionary whose index is the code and whose value is the description."""
    if pa.types.is_dictionary(column.type):
        return column.indices
    return column.storage if isinstance(column, pa.ExtensionArray) else column


def _flat(wkb: pa.Array) -> pa.Array:
    """Checked 2-D WKB; curves inside mixed layers and third dimensions are the exception, so only they cost a rewrite."""
    kinds = check_wkb(wkb)
    if kinds.flat:
        return wkb
    geometries = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False))
    flat = shapely.to_wkb(shapely.force_2d(geometries), output_dimension=2, byte_order=1)
    return pa.array(flat, type=pa.binary())


def _curved(kind: str | None) -> bool:
    return any(word in (kind or "") for word in ("Curve", "Circular", "Compound", "Surface"))


def _linear(path: str, layer: str, rows: int) -> Iterator[pa.RecordBatch]:
    """Curve layers go feature-wise, where GDAL turns arcs into chords (OGR_ARC_MAX_GAP)."""
    start = 0
    while True:
        meta, _, geometry, data = read_raw(path, layer=layer, skip_features=start, max_features=rows)
        if geometry is None or len(geometry) == 0:
            return
        columns = [pa.array(values, from_pandas=True) for values in data]
        wkb = _flat(pa.array(geometry, type=pa.binary()))
        yield pa.RecordBatch.from_arrays([*columns, wkb], names=[*map(str, meta["fields"]), GEOMETRY])
        start += len(geometry)


ANSWERS: dict[str, Callable[..., None]] = {"describe": describe, "read": read}
