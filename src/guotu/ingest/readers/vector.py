"""Inside the sandbox: GDAL reads a layer with one allowed driver and passes it on as Arrow batches, geometry as plain WKB."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.raw import open_arrow

from guotu.ingest.readers.arcs import straightened
from guotu.ingest.readers.columns import columns_of
from guotu.ingest.readers.wkb_guard import CURVED, carries, check_wkb, type_names

Emit = Callable[[bytes, Any], None]

GEOMETRY = "geometry"
_BATCH_BYTES = 24 << 20
MAX_ROWS = 16_384
_SAMPLE_ROWS = 400
_FAMILY = {
    "CircularString": "LineString", "CompoundCurve": "LineString", "Curve": "LineString",
    "CurvePolygon": "Polygon", "Surface": "Polygon",
}  # fmt: skip


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
    fields = [str(name) for name in info["fields"]]
    with open_arrow(path, layer=layer, encoding=encoding, batch_size=_SAMPLE_ROWS) as (meta, stream):
        reader = pa.RecordBatchReader.from_stream(stream)
        columns = columns_of(path, reader.schema, fields)
        raw = _first_shapes(reader, meta)
    return {
        "name": layer,
        "fields": fields,
        "geometry_type": info["geometry_type"],
        "count": int(info["features"]),
        "crs": info["crs"],
        "sample": _vertices(plain_wkb(raw)) if raw is not None else [],
        "kinds": [name for name in type_names(raw) if name] if raw is not None else [],
        "columns": columns,
        "warnings": left_behind(str(info["geometry_type"]), raw) if raw is not None else [],
    }


def _first_shapes(reader: pa.RecordBatchReader, meta: dict[str, Any]) -> pa.Array | None:
    """The geometries of the first features as they stand in the file; None where a layer has none."""
    if not meta["geometry_type"]:
        return None
    for batch in itertools.islice(reader, 1):
        wkb = batch.column(batch.schema.get_field_index(meta["geometry_name"] or "wkb_geometry"))
        return wkb.cast(pa.binary())
    return pa.array([], pa.binary())


def _vertices(wkb: pa.Array) -> list[list[float]]:
    """One vertex (x, y) of each geometry; features without geometry are left out."""
    geometries = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
    coordinates, index = shapely.get_coordinates(geometries, return_index=True)
    found: list[list[float]] = coordinates[np.unique(index, return_index=True)[1]].tolist()
    return found


def left_behind(declared: str, wkb: pa.Array) -> list[tuple[str, str]]:
    """What of the geometry does not travel on: heights, measures, curves; and that a layer mixes kinds. (zh, en)"""
    carried = carries(wkb)
    kinds = sorted({name.removeprefix("Multi") for name in type_names(wkb) if name})
    found: list[tuple[str, str]] = []
    if carried.heights or re.search(r" Z|2\.5D", declared):
        found.append(("图形带高程（Z），未入库", "geometry has heights (Z), which are left behind"))
    if carried.measures or re.search(r" Z?M$", declared):
        found.append(("图形带测量值（M），未入库", "geometry has measures (M), which are left behind"))
    if carried.curves:
        zh, en = "曲线已折线化，离差不超过 0.01 m", "curves were turned into chords within 0.01 m"
        found.append((zh, en))
    if len({_FAMILY.get(kind, kind) for kind in kinds}) > 1:
        listed = "、".join(kinds)
        found.append(
            (f"图层混有几种图形：{listed}", f"the layer mixes kinds of geometry: {', '.join(kinds)}")
        )
    return found


def read(emit: Emit, path: str, layer: str, encoding: str | None, columns: list[str]) -> None:
    """The layer's batches: a schema frame, then one frame per batch; attributes renamed by position to `columns`."""
    emit_batches(emit, (_renamed(batch, columns) for batch in batches(path, layer, encoding)))


def batches(path: str, layer: str, encoding: str | None) -> Iterator[pa.RecordBatch]:
    """The layer in batches of about 24 MB, under the names that GDAL gives."""
    size = os.path.getsize(path) if os.path.isfile(path) else 0
    return _batches(path, layer, encoding, rows=_rows_per_batch(path, layer, encoding, size))


def _renamed(batch: pa.RecordBatch, columns: list[str]) -> pa.RecordBatch:
    names = [*columns, GEOMETRY] if GEOMETRY in batch.schema.names else columns
    return pa.RecordBatch.from_arrays(batch.columns, names=names)


def emit_batches(emit: Emit, found: Iterable[pa.RecordBatch]) -> None:
    """A schema frame, then frames of at most 24 MB; every batch takes the first one's types."""
    schema: pa.Schema | None = None
    for batch in found:
        if schema is None:
            schema = batch.schema
            emit(b"S", schema.serialize())
        for piece in _pieces(batch.cast(schema)):
            emit(b"B", piece.serialize())


def _rows_per_batch(path: str, layer: str, encoding: str | None, size: int) -> int:
    """So many rows that a batch stays near 24 MB if features are alike."""
    count = int(pyogrio.read_info(path, layer=layer, encoding=encoding, force_feature_count=True)["features"])
    each = max(1, size // max(1, count))
    return max(16, min(MAX_ROWS, _BATCH_BYTES // each))


def _pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    if batch.nbytes <= _BATCH_BYTES or batch.num_rows == 1:
        yield batch
        return
    half = batch.num_rows // 2
    yield from _pieces(batch.slice(0, half))
    yield from _pieces(batch.slice(half))


def _batches(path: str, layer: str, encoding: str | None, *, rows: int) -> Iterator[pa.RecordBatch]:
    """Attributes, then checked 2-D WKB."""
    with open_arrow(path, layer=layer, encoding=encoding, batch_size=rows) as (meta, stream):
        geometry = (meta["geometry_name"] or "wkb_geometry") if meta["geometry_type"] else None
        for batch in pa.RecordBatchReader.from_stream(stream):
            plain = _plain(batch, geometry)
            if geometry is not None:
                wkb = plain_wkb(plain.column(GEOMETRY))
                plain = plain.set_column(plain.num_columns - 1, GEOMETRY, wkb)
            yield plain


def plain_wkb(wkb: pa.Array) -> pa.Array:
    """Checked, without arcs and third dimensions; raises GeometryTooDeep, ValueError for values cut short."""
    kinds = check_wkb(wkb)
    if kinds.curved:
        wkb = _linear(wkb)
    return wkb if kinds.flat else _flat(wkb)


def _plain(batch: pa.RecordBatch, geometry: str | None) -> pa.RecordBatch:
    """Without field metadata, coded values as their codes, geometry last."""
    names = [name for name in batch.schema.names if name != geometry]
    columns = [_codes(batch.column(batch.schema.get_field_index(name))) for name in names]
    if geometry is not None:
        wkb = batch.column(batch.schema.get_field_index(geometry))
        columns, names = [*columns, wkb.cast(pa.binary())], [*names, GEOMETRY]
    return pa.RecordBatch.from_arrays(columns, names=names)


def _codes(column: pa.Array) -> pa.Array:
    """GDAL gives coded domains as a dictionary whose index is the code and whose value is the description."""
    if pa.types.is_dictionary(column.type):
        return column.indices
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        return joined(column)
    return column.storage if isinstance(column, pa.ExtensionArray) else column


def joined(column: pa.Array) -> pa.Array:
    """A column of lists as text, values apart by commas."""
    texts = [
        None if values is None else ",".join("" if value is None else str(value) for value in values)
        for values in column.to_pylist()
    ]
    return pa.array(texts, pa.string())


def _linear(wkb: pa.Array) -> pa.Array:
    """Arcs, which come through GDAL's Arrow door as they are, turned into chords."""
    curved = set(CURVED)
    straight = [
        raw if raw is None or name not in curved else shapely.to_wkb(straightened(raw), byte_order=1)
        for raw, name in zip(wkb.to_pylist(), type_names(wkb), strict=True)
    ]
    return pa.array(straight, type=pa.binary())


def _flat(wkb: pa.Array) -> pa.Array:
    """Without third dimensions, little-endian. What GEOS cannot build stays as it is, for the gate to report its row."""
    raw = wkb.to_numpy(zero_copy_only=False)
    flat = shapely.to_wkb(shapely.force_2d(shapely.from_wkb(raw, on_invalid="ignore")), byte_order=1)
    kept = [old if new is None else new for old, new in zip(raw, flat, strict=True)]
    return pa.array(kept, type=pa.binary())


ANSWERS: dict[str, Callable[..., None]] = {"describe": describe, "read": read}
