# ruff: noqa: ARG001 - every reader is asked alike
"""Inside the sandbox: Parquet with or without the GeoParquet metadata, geometry as WKB or in nested coordinates."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely

from guotu.errors.files import FILE_DAMAGED
from guotu.ingest.readers.table_shape import sample
from guotu.ingest.readers.vector import GEOMETRY, MAX_ROWS, Emit, emit_batches, joined, left_behind, plain_wkb
from guotu.ingest.readers.wkb_guard import type_names

_SAMPLE_ROWS = 400
_THRIFT_BYTES, _THRIFT_ITEMS = 100 << 20, 1_000_000
_LAYER = "data"
_NATIVE = {
    "point": 0, "linestring": 1, "polygon": 2, "multipoint": 1, "multilinestring": 2, "multipolygon": 3,
}  # fmt: skip
"""Encodings of nested coordinates, and how many lists lie around the coordinates."""
_TYPES = {name: getattr(shapely.GeometryType, name.upper()) for name in _NATIVE}


@dataclass(frozen=True, slots=True)
class Geo:
    """The geometry column: its name, encoding, CRS as "EPSG:n" or WKT (None: unknown), and whether that is the default."""

    column: str
    encoding: str = "WKB"
    crs: str | None = None
    default: bool = False


def prepare(driver: str, options: dict[str, str]) -> None:
    """Nothing of GDAL is needed; types that would run code when read are forgotten."""
    try:
        pa.unregister_extension_type("arrow.py_extension_type")
    except pa.ArrowKeyError:
        return


def describe(emit: Emit, path: str, layer: str | None, encoding: str | None) -> None:
    """The one table of the file."""
    emit(b"J", {"names": [_LAYER], "layers": [] if layer is None else [_described(path)]})


def read(emit: Emit, path: str, layer: str, encoding: str | None, columns: list[str]) -> None:
    """Its batches."""
    emit_batches(emit, _batches(path, MAX_ROWS))


@cache
def _opened(path: str) -> pq.ParquetFile:
    return pq.ParquetFile(
        path, thrift_string_size_limit=_THRIFT_BYTES, thrift_container_size_limit=_THRIFT_ITEMS
    )


def _geo(path: str) -> Geo | None:
    """What the metadata say of geometry; raises GT-1115 where they make no sense."""
    schema = _opened(path).schema_arrow
    raw = (schema.metadata or {}).get(b"geo")
    if raw is None:
        usual = (name for name in ("geometry", "geom", "wkb_geometry") if name in schema.names)
        name = next((name for name in usual if _is_binary(schema.field(name).type)), None)
        return Geo(name) if name else None
    try:
        told = json.loads(raw)
        name = str(told["primary_column"])
        about = told["columns"][name]
        crs, default = _crs(about)
        found = Geo(name, str(about["encoding"]), crs, default)
        if name not in schema.names or found.encoding not in ("WKB", *_NATIVE):
            raise ValueError(f"geometry {name} as {found.encoding}")
    except (ValueError, KeyError, TypeError, pyproj.exceptions.CRSError) as problem:
        raise FILE_DAMAGED(
            name="",
            format="GeoParquet",
            reason_zh=f"“geo”元数据无效（{problem}）",
            reason_en=f"invalid 'geo' metadata: {problem}",
        ) from None
    return found


def _is_binary(kind: pa.DataType) -> bool:
    storage = kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind
    return bool(pa.types.is_binary(storage) or pa.types.is_large_binary(storage))


def _crs(about: dict[str, Any]) -> tuple[str | None, bool]:
    """Without a `crs` the format's own OGC:CRS84; null is unknown; else PROJJSON."""
    if "crs" not in about:
        return "EPSG:4326", True
    if about["crs"] is None:
        return None, False
    crs = pyproj.CRS.from_json_dict(about["crs"])
    authority, code = crs.to_authority(min_confidence=100) or ("", "")
    if authority == "OGC" and code == "CRS84":
        return "EPSG:4326", False
    return f"EPSG:{code}" if authority == "EPSG" else crs.to_wkt(), False


def _attributes(path: str, geo: Geo | None) -> list[str]:
    """Columns that are values: neither geometry, nor other binaries, nor the box kept beside each geometry."""
    schema = _opened(path).schema_arrow
    return [
        field.name
        for field in schema
        if not (geo and field.name == geo.column) and not _is_binary(field.type) and not _is_box(field)
    ]


def _is_box(field: pa.Field) -> bool:
    return bool(
        pa.types.is_struct(field.type)
        and {"xmin", "ymin", "xmax", "ymax"} <= {part.name for part in field.type}
    )


def _described(path: str) -> dict[str, Any]:
    geo = _geo(path)
    fields = _attributes(path, geo)
    found: list[list[float]] = []
    kinds: list[str] = []
    if geo is not None:
        for batch in _batches(path, _SAMPLE_ROWS):
            found = sample(batch.column(GEOMETRY)).tolist()
            kinds = [name for name in type_names(batch.column(GEOMETRY)) if name]
            break
    behind = left_behind("", _stored(path, geo)) if geo is not None and geo.encoding == "WKB" else []
    left = [
        name
        for name in _opened(path).schema_arrow.names
        if name not in fields and not (geo and name == geo.column)
    ]
    warnings = (
        [(f"未读的二进制列：{'、'.join(left)}", f"binary columns not read: {', '.join(left)}")]
        if left
        else []
    )
    return {
        "name": _LAYER,
        "fields": fields,
        "geometry_type": "Unknown" if geo else None,
        "count": _opened(path).metadata.num_rows,
        "crs": geo.crs if geo else None,
        "default_crs": bool(geo and geo.default),
        "sample": found,
        "kinds": kinds,
        "warnings": [*warnings, *behind],
    }


def _stored(path: str, geo: Geo) -> pa.Array:
    """The first geometries as they stand in the file."""
    for batch in _opened(path).iter_batches(batch_size=_SAMPLE_ROWS, columns=[geo.column], use_threads=False):
        column = batch.column(geo.column)
        column = column.storage if isinstance(column, pa.ExtensionArray) else column
        return column.cast(pa.binary())
    return pa.array([], pa.binary())


def _batches(path: str, rows: int) -> Iterator[pa.RecordBatch]:
    geo = _geo(path)
    fields = _attributes(path, geo)
    wanted = [*fields, geo.column] if geo else fields
    for batch in _opened(path).iter_batches(batch_size=rows, columns=wanted, use_threads=False):
        columns = [_value(batch.column(name)) for name in fields]
        if geo is not None:
            columns.append(_wkb(batch.column(geo.column), geo.encoding))
        yield pa.RecordBatch.from_arrays(columns, names=[*fields, GEOMETRY] if geo else fields)


def _value(column: pa.Array) -> pa.Array:
    """A plain column; nested values as text."""
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    kind = column.type
    if pa.types.is_dictionary(kind):
        return column.dictionary_decode()
    listed = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    if listed and not pa.types.is_nested(kind.value_type):
        return joined(column)
    if pa.types.is_nested(kind):
        return pa.array(
            [
                None if value is None else json.dumps(value, ensure_ascii=False, default=str)
                for value in column.to_pylist()
            ],
            pa.string(),
        )
    if pa.types.is_decimal(kind) or pa.types.is_time(kind) or pa.types.is_duration(kind):
        return pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())
    return column


def _wkb(column: pa.Array, encoding: str) -> pa.Array:
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    return plain_wkb(column.cast(pa.binary()) if encoding == "WKB" else _from_native(column, encoding))


def _from_native(column: pa.Array, encoding: str) -> pa.Array:
    """WKB of nested coordinates: lists around structs of x and y; raises ValueError for another nesting."""
    offsets = []
    valid = column.is_valid()
    inner = column.filter(valid)
    for _ in range(_NATIVE[encoding]):
        if not pa.types.is_list(inner.type) and not pa.types.is_large_list(inner.type):
            raise ValueError(f"{encoding} is not nested as it should be")
        offsets.append(inner.offsets.to_numpy() - inner.offsets[0].as_py())
        inner = inner.flatten()
    if not pa.types.is_struct(inner.type):
        raise ValueError("coordinates are not structs of x and y")
    axes = [inner.field(axis).to_numpy(zero_copy_only=False) for axis in ("x", "y")]
    shapes = shapely.from_ragged_array(_TYPES[encoding], np.column_stack(axes), tuple(offsets[::-1]) or None)
    found = iter(shapely.to_wkb(shapes, byte_order=1).tolist())
    return pa.array([next(found) if given else None for given in valid.to_pylist()], pa.binary())


ANSWERS: dict[str, Callable[..., None]] = {"describe": describe, "read": read}
