"""GeoPackage, FileGDB, GML and FlatGeobuf through GDAL: batches stream into its writer, names and domains go with them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio

from guotu.delivery.gdal_domains import add_domains
from guotu.delivery.outgoing import Outgoing, key_of
from guotu.errors import Place
from guotu.errors.export import ROW_NOT_CARRIED
from guotu.kernel.columns import buffers, from_buffers
from guotu.model.arrays import Int64Array
from guotu.model.change import GEOMETRY
from guotu.model.schema import Field, GeometryKind

_SINGLE = {GeometryKind.POLYGON: 3, GeometryKind.LINE: 2}
_TYPES = {
    GeometryKind.POLYGON: "MultiPolygon",
    GeometryKind.LINE: "MultiLineString",
    GeometryKind.POINT: "Point",
}
_HEAD = 9
_FINE_DEGREES = {"XORIGIN": -400, "YORIGIN": -400, "XYSCALE": 1e10, "XYTOLERANCE": 1e-9}
"""The geodatabase's own grid of 1e-9 degrees would move vertices by a tenth of a millimetre; this one is the store's."""


def write_gpkg(outgoing: Outgoing, target: Path) -> dict[str, Any]:
    """GeoPackage 1.4: spatial index, Chinese names as titles of columns, code lists by the schema extension, no WAL."""
    _write(outgoing, target, "GPKG", _named, {"SPATIAL_INDEX": "YES"} if outgoing.spatial else {})
    return _with_domains(outgoing, target)


def write_fgdb(outgoing: Outgoing, target: Path) -> dict[str, Any]:
    """A file geodatabase (ArcGIS 10 and later): aliases, coded domains, a grid of 10⁻¹⁰ degrees or 0.1 mm."""
    options = {"LAYER_ALIAS": outgoing.title or outgoing.schema.name}
    _write(outgoing, target, "OpenFileGDB", _named, options | (_FINE_DEGREES if outgoing.in_degrees else {}))
    return _with_domains(outgoing, target)


def write_fgb(outgoing: Outgoing, target: Path) -> dict[str, Any]:
    """FlatGeobuf with its packed Hilbert R-tree; a feature without geometry has no place in it (GT-6014)."""
    _write(outgoing, target, "FlatGeobuf", _named, {"SPATIAL_INDEX": "YES"}, whole=True)
    return {}


def write_gml(outgoing: Outgoing, target: Path) -> dict[str, Any]:
    """GML 3.2 with its schema beside it; axes as the registry of EPSG orders them (latitude or northing first)."""
    _write(outgoing, target, "GML", None, {"FORMAT": "GML3.2"})
    return {"axis_order": "latitude,longitude" if outgoing.in_degrees else "northing,easting"}


def _with_domains(outgoing: Outgoing, target: Path) -> dict[str, Any]:
    written = add_domains(target, outgoing.schema.code, outgoing.fields)
    return {"domains": sorted(written)} if written else {}


def _write(
    outgoing: Outgoing,
    target: Path,
    driver: str,
    describe: Callable[[Field], dict[str, str]] | None,
    options: dict[str, Any],
    *,
    whole: bool = False,
) -> None:
    """Stream batches into a driver; what they raise on the way is raised here. `whole`: every row needs a geometry."""
    stream = _Stream(outgoing, whole)
    reader = pa.RecordBatchReader.from_batches(outgoing.arrow(describe), stream.batches())
    geometry: dict[str, Any] = {"geometry_type": None}
    if outgoing.spatial:
        geometry = {
            "geometry_name": GEOMETRY,
            "geometry_type": _TYPES[outgoing.kind],
            "crs": f"EPSG:{outgoing.crs.epsg}",
        }
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Field .* will be written as", RuntimeWarning)
        # What is longer than its schema allows is the gate's business: it is written whole.
        warnings.filterwarnings("ignore", "Value of field .* characters", RuntimeWarning)
        try:
            pyogrio.write_arrow(
                reader, target, layer=outgoing.schema.code, driver=driver, **geometry, **options
            )
        except Exception:
            if stream.failure is not None:
                raise stream.failure from None
            raise
    if stream.failure is not None:
        raise stream.failure


class _Stream:
    """Batches for a foreign reader, which would tell what they raise as a line of text: it is kept to be raised again."""

    def __init__(self, outgoing: Outgoing, whole: bool) -> None:
        self._outgoing, self._whole = outgoing, whole
        self.failure: BaseException | None = None

    def batches(self) -> Iterator[pa.RecordBatch]:
        try:
            yield from self._shaped()
        except BaseException as surprise:
            self.failure = surprise
            raise

    def _shaped(self) -> Iterator[pa.RecordBatch]:
        out, single = self._outgoing, _SINGLE.get(self._outgoing.kind)
        for batch in out.tables():
            if self._whole and batch.column(GEOMETRY).null_count:
                raise _without_geometry(out, batch)
            if single is None:
                yield batch
            else:
                many = as_multi(batch.column(GEOMETRY), single)
                yield batch.set_column(len(out.names), GEOMETRY, many)


def _without_geometry(outgoing: Outgoing, batch: pa.RecordBatch) -> Exception:
    row = int(np.argmax(batch.column(GEOMETRY).is_null().to_numpy(zero_copy_only=False)))
    return ROW_NOT_CARRIED(
        place=Place(layer=outgoing.schema.code, key=key_of(outgoing, batch, row)),
        format="FlatGeobuf",
        reason_zh="没有图形",
        reason_en="it has no geometry",
    )


def as_multi(wkb: pa.Array, single: int) -> pa.Array:
    """Little-endian WKB of one kind (2 lines, 3 polygons) where every geometry is its multi kind with the same parts."""
    data, offsets, valid = buffers(wkb)
    starts = offsets[:-1]
    kinds = np.zeros(len(valid), np.uint8)
    kinds[valid] = data[starts[valid] + 1]
    alone = kinds == single
    if not alone.any():
        return wkb
    sizes = np.where(valid, np.diff(offsets), 0)
    moved: Int64Array = np.zeros(len(valid) + 1, np.int64)
    np.cumsum(sizes + np.where(alone, _HEAD, 0), out=moved[1:])
    out = np.empty(int(moved[-1]), np.uint8)
    head = np.frombuffer(b"\x01" + (single + 3).to_bytes(4, "little") + b"\x01\0\0\0", np.uint8)
    for row in range(len(valid)):
        at = int(moved[row])
        if alone[row]:
            out[at : at + _HEAD] = head
            at += _HEAD
        out[at : at + sizes[row]] = data[starts[row] : starts[row] + sizes[row]]
    return from_buffers(out, moved, ~valid)


def _named(field: Field) -> dict[str, str]:
    """What GDAL's writer takes from a field's metadata: the Chinese name, and how long a text may be."""
    told = {"GDAL:OGR:alternative_name": field.name}
    if field.type.is_text and field.length:
        told |= {"GDAL:OGR:type": "String", "GDAL:OGR:width": str(field.length)}
    return told
