"""Findings as a GeoPackage that any desktop GIS opens, styled: points, lines and polygons apart, texts in both languages.

`errors_point` has every finding that can be placed at a point; `errors_line` and `errors_polygon` the features or pieces
concerned; `findings` those without any place. `layer_styles` is the table in which QGIS looks for the default style.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyogrio
import shapely

from guotu.errors import Lang
from guotu.model.datum import CGCS2000
from guotu.ops.checking.report.qml import STYLES, qml
from guotu.ops.checking.result import Examination

_KEPT: Final = (
    "rule", "severity", "layer", "row", "key", "field", "zh", "en", "remedy_zh", "remedy_en", "measure", "unit", "excepted",
)  # fmt: skip
_NAMES = {"zh": "text_zh", "en": "text_en"}
_KINDS = {"point": (0, 4), "line": (1, 5), "polygon": (3, 6)}
_TYPES = {"point": "Point", "line": "MultiLineString", "polygon": "MultiPolygon"}


def error_layer(examined: Examination, target: Path, lang: Lang) -> None:
    """The file of all findings; layers without any finding are there, empty, so that a project finds them."""
    for kind in _KINDS:
        _write(_placed(examined, kind), target, f"errors_{kind}", _TYPES[kind])
    _write(_unplaced(examined), target, "findings", None)
    _styles(target, lang)


def _write(table: pa.RecordBatchReader, target: Path, layer: str, geometry: str | None) -> None:
    named: dict[str, Any] = {"geometry_name": "geometry"} if geometry else {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'crs' was not provided", UserWarning)  # the table without geometry
        pyogrio.write_arrow(
            table,
            target,
            layer=layer,
            driver="GPKG",
            geometry_type=geometry,
            crs=f"EPSG:{CGCS2000.epsg}" if geometry else None,
            **named,
        )


def _placed(examined: Examination, kind: str) -> pa.RecordBatchReader:
    return _reader((_of(batch, number, kind) for number, batch in _numbered(examined)), geometry=True)


def _unplaced(examined: Examination) -> pa.RecordBatchReader:
    def rows() -> Iterator[pa.RecordBatch]:
        for number, batch in _numbered(examined):
            nowhere = np.array(
                [g is None and x is None for g, x in zip(
                    batch.column("geometry").to_pylist(), batch.column("x").to_pylist(), strict=True)], bool
            )  # fmt: skip
            yield _texts(batch, number, np.flatnonzero(nowhere))

    return _reader(rows(), geometry=False)


def _numbered(examined: Examination) -> Iterator[tuple[int, pa.RecordBatch]]:
    first = 1
    for batch in examined.findings.batches():
        yield first, batch
        first += batch.num_rows


def _of(batch: pa.RecordBatch, first: int, kind: str) -> pa.RecordBatch:
    wkb = batch.column("geometry").to_numpy(zero_copy_only=False)
    shapes = np.atleast_1d(shapely.from_wkb(wkb, on_invalid="ignore"))
    if kind == "point":
        shapes = _points(batch, shapes)
    else:
        shapes[~np.isin(shapely.get_type_id(shapes), _KINDS[kind])] = None
        single = np.flatnonzero(shapely.get_type_id(shapes) == _KINDS[kind][0])
        many = shapely.multilinestrings if kind == "line" else shapely.multipolygons
        for at in single:
            shapes[at] = many([shapes[at]])
    rows = np.flatnonzero(~shapely.is_missing(shapes))
    texts = _texts(batch, first, rows)
    column = pa.array(shapely.to_wkb(shapes[rows]), pa.binary())
    return pa.RecordBatch.from_arrays([*texts.columns, column], schema=_schema(geometry=True))


def _points(batch: pa.RecordBatch, shapes: np.ndarray) -> np.ndarray:
    """Where the fault is; a point on the feature where only the feature is known."""
    x = batch.column("x").to_numpy(zero_copy_only=False)
    y = batch.column("y").to_numpy(zero_copy_only=False)
    known = np.isfinite(x) & np.isfinite(y)
    found = np.full(len(shapes), None, object)
    found[known] = shapely.points(x[known], y[known])
    others = ~known & ~shapely.is_missing(shapes)
    found[others] = shapely.point_on_surface(shapes[others])
    return found


def _texts(batch: pa.RecordBatch, first: int, rows: np.ndarray) -> pa.RecordBatch:
    taken = batch.take(pa.array(rows, pa.int64()))
    numbers = pa.array(rows + first, pa.int64())
    columns = [numbers, *(taken.column(name) for name in _KEPT)]
    return pa.RecordBatch.from_arrays(columns, schema=_schema(geometry=False))


def _schema(*, geometry: bool) -> pa.Schema:
    kinds = {"row": pa.int64(), "measure": pa.float64()}
    fields = [pa.field("number", pa.int64())]
    fields += [pa.field(_NAMES.get(name, name), kinds.get(name, pa.string())) for name in _KEPT]
    if geometry:
        wkb = {"ARROW:extension:name": "geoarrow.wkb"}
        fields.append(pa.field("geometry", pa.binary(), metadata=wkb))
    return pa.schema(fields)


def _reader(batches: Iterator[pa.RecordBatch], *, geometry: bool) -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_batches(_schema(geometry=geometry), batches)


def _styles(target: Path, lang: Lang) -> None:
    """One row a layer, as QGIS reads it."""
    rows = [
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": f"errors_{kind}",
            "f_geometry_column": "geometry",
            "styleName": f"errors_{kind}",
            "styleQML": qml(kind, lang),
            "styleSLD": "",
            "useAsDefault": True,
            "description": "guotu",
            "owner": "",
            "ui": None,
        }
        for kind in STYLES
    ]
    kinds = {"useAsDefault": pa.bool_()}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in rows[0]])
    table = pa.RecordBatchReader.from_batches(schema, [pa.RecordBatch.from_pylist(rows, schema)])
    _write(table, target, "layer_styles", None)
