"""Layers as one VCT 3.0 file (GB/T 17798): sections are written side by side and joined, memory holds one batch."""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import shapely

from guotu.delivery.outgoing import Outgoing
from guotu.kernel.coords import transform
from guotu.model.arrays import Float64Array
from guotu.model.change import GEOMETRY
from guotu.model.datum import CGCS2000, Crs, GaussKruger
from guotu.model.schema import Field, FieldType, GeometryKind, LayerSchema

BOUNDARY = "1099000000"
"""Feature code of lines that only bound polygons."""
_SECTIONS = ("Point", "Line", "Polygon", "Attribute")
_KINDS = {GeometryKind.POINT: "Point", GeometryKind.LINE: "Line", GeometryKind.POLYGON: "Polygon"}
_BREAKS = str.maketrans({",": "，", "\r": " ", "\n": " "})
_IDS_A_LINE = 8
_PLANE_DECIMALS, _DEGREE_DECIMALS = 4, 10
"""0.1 mm and 0.01 mm."""


@dataclass(frozen=True, slots=True)
class VctLayer:
    """A layer to write: batches of its schema's fields and, unless it is a table, `geometry` (WKB in `crs`)."""

    schema: LayerSchema
    batches: Iterable[pa.RecordBatch]
    crs: Crs = CGCS2000

    @property
    def code(self) -> str:
        return self.schema.ysdm or f"{int.from_bytes(self.schema.code.encode()) % 10**10:010d}"


def write_vct(layers: Sequence[VctLayer], target: Path, crs: Crs, *, made: date) -> dict[str, int]:
    """Write layers; gives the number of objects of each by the schema's code.

    Needs    `crs` CGCS2000, in degrees or a zone
    Raises   ValueError where two layers have one feature code
    Error    coordinates rounded to 0.1 mm (degrees to 10⁻¹⁰); commas in texts become full-width, line breaks blanks
    """
    if len({layer.code for layer in layers}) < len(layers):
        raise ValueError("feature codes of the layers are not all different")
    with tempfile.TemporaryDirectory(prefix=".vct-", dir=target.parent) as folder:
        parts = {name: Path(folder) / name for name in _SECTIONS}
        with _Writer(parts, crs) as writer:
            written = {layer.schema.code: writer.layer(layer) for layer in layers}
            head = _head(crs, writer.box, made)
        whole = Path(folder) / "whole"
        with whole.open("wb") as sink:
            sink.write(_encoded([*head, *_codes(layers), *_structures(layers)]))
            for name in _SECTIONS:
                sink.write(_encoded([f"{name}Begin"]))
                with parts[name].open("rb") as source:
                    shutil.copyfileobj(source, sink, 1 << 20)
                sink.write(_encoded([f"{name}End"]))
        whole.replace(target)
    return written


def write_layer(outgoing: Outgoing, target: Path) -> dict[str, Any]:
    """One layer on its way out as a file of its own."""
    schema = replace(outgoing.schema, fields=outgoing.fields, geometry=outgoing.kind)
    made = outgoing.made or datetime(2000, 1, 1, tzinfo=UTC)
    layer = VctLayer(schema, outgoing.tables(), outgoing.crs)
    write_vct([layer], target, outgoing.crs, made=made.date())
    return {"feature_code": layer.code, "commas": "full-width"}


def _encoded(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("gb18030")


def _head(crs: Crs, box: Float64Array, made: date) -> list[str]:
    plane = isinstance(crs, GaussKruger)
    lines = [
        "HeadBegin", "Datamark:CNSDTF-VCT", "Version:3.0", f"CoordinateSystemType:{'P' if plane else 'D'}", "Dim:2",
        "XAxisDirection:E", "YAxisDirection:N", f"XYUnit:{'M' if plane else 'D'}",
        "Spheroid:CGCS2000,6378137.0,298.257222101", "PrimeMeridian:Greenwich",
    ]  # fmt: skip
    if isinstance(crs, GaussKruger):
        easting = f"{crs.false_easting:.0f}"
        lines += [
            "Projection:高斯-克吕格投影",
            f"Parameters:{crs.central_meridian},1,{easting},0,{crs.width},{crs.zone}",
        ]
    west, south, east, north = ("0" if math.isinf(side) else repr(float(side)) for side in box)
    extent = [f"ExtentMin:{west},{south}", f"ExtentMax:{east},{north}"]
    return [*lines, *extent, f"Date:{made:%Y%m%d}", "Separator:,", "HeadEnd"]


def _codes(layers: Sequence[VctLayer]) -> list[str]:
    rows = [
        f"{layer.code},{layer.schema.name.translate(_BREAKS)},{_KINDS[layer.schema.geometry]},{layer.schema.code}"
        for layer in layers
        if layer.schema.geometry in _KINDS
    ]
    return ["FeatureCodeBegin", *rows, "FeatureCodeEnd"]


def _structures(layers: Sequence[VctLayer]) -> list[str]:
    rows = ["TableStructureBegin"]
    for layer in layers:
        rows.append(f"{layer.schema.code},{len(layer.schema.fields)}")
        rows += [f"{field.code},{_type(field)}" for field in layer.schema.fields]
        rows.append("0")
    return [*rows, "TableStructureEnd"]


def _type(field: Field) -> str:
    match field.type:
        case FieldType.INT:
            return f"Int,{field.length or 10}"
        case FieldType.FLOAT:
            return f"Float,{field.length or 18},{field.decimals if field.decimals is not None else 6}"
        case FieldType.DATE:
            return "Date,8"
        case _:
            return f"{'Char' if field.type is FieldType.CHAR else 'Varchar'},{field.length or 255}"


class _Writer:
    """The four sections that grow side by side, one numbering for all objects."""

    def __init__(self, parts: dict[str, Path], crs: Crs) -> None:
        self._crs = crs
        self._decimals = _PLANE_DECIMALS if isinstance(crs, GaussKruger) else _DEGREE_DECIMALS
        self._files: dict[str, IO[bytes]] = {name: path.open("wb") for name, path in parts.items()}
        self._ids = count(1)
        self.box: Float64Array = np.array([np.inf, np.inf, -np.inf, -np.inf])

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()

    def layer(self, layer: VctLayer) -> int:
        """Write all of a layer, its attributes as one table; gives the number of its rows."""
        kind = _KINDS.get(layer.schema.geometry)
        rows = 0
        self._put("Attribute", [layer.schema.code])
        for batch in layer.batches:
            ids = [next(self._ids) for _ in range(batch.num_rows)]
            if kind is not None:
                self._objects(kind, layer, ids, batch.column(GEOMETRY))
            columns = [_texts(batch.column(field.code), field) for field in layer.schema.fields]
            cells = zip(ids, *columns, strict=True)
            self._put("Attribute", (",".join(map(str, row)) for row in cells))
            rows += batch.num_rows
        self._put("Attribute", ["TableEnd"])
        return rows

    def _put(self, section: str, lines: Iterable[str]) -> None:
        self._files[section].write(_encoded(lines))

    def _objects(self, kind: str, layer: VctLayer, ids: list[int], wkb: pa.Array) -> None:
        shapes = np.atleast_1d(shapely.from_wkb(wkb.to_numpy(zero_copy_only=False)))
        if self._crs != layer.crs:
            shapes = transform(shapes, layer.crs, self._crs)
        shapes = shapely.transform(shapes, lambda xy: np.round(xy, self._decimals))
        bounds = shapely.total_bounds(shapes) if len(shapes) else np.full(4, np.nan)
        if np.isfinite(bounds).all():
            self.box = np.concatenate(
                [np.minimum(self.box[:2], bounds[:2]), np.maximum(self.box[2:], bounds[2:])]
            )
        write: Callable[[int, str, Any], None] = getattr(self, f"_{kind.lower()}")
        for id, shape in zip(ids, shapes, strict=True):
            if shape is not None and not shape.is_empty:
                write(id, layer.code, shape)

    def _point(self, id: int, code: str, shape: Any) -> None:
        points = shapely.get_coordinates(shape)
        self._put("Point", [str(id), code, "unknown", "1", str(len(points)), *_pairs(points), "0"])

    def _line(self, id: int, code: str, shape: Any) -> None:
        parts = [shapely.get_coordinates(part) for part in shapely.get_parts(shape)]
        lines = [str(id), code, "unknown", "1", str(len(parts))]
        for part in parts:
            lines += ["11", str(len(part)), *_pairs(part)]
        self._put("Line", [*lines, "0"])

    def _polygon(self, id: int, code: str, shape: Any) -> None:
        """Every ring is a line of its own; rings are apart by 0."""
        rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
        items: list[int] = []
        for ring in rings:
            edge = next(self._ids)
            self._line(edge, BOUNDARY, ring)
            items += [0, edge] if items else [edge]
        label = shapely.get_coordinates(_label(shape))
        rows = [",".join(map(str, items[at : at + _IDS_A_LINE])) for at in range(0, len(items), _IDS_A_LINE)]
        self._put(
            "Polygon", [str(id), code, "unknown", "100", *_pairs(label), "21", str(len(items)), *rows, "0"]
        )


def _label(shape: Any) -> Any:
    """A point inside, or the first vertex of what has no inside."""
    inside = shapely.point_on_surface(shape) if shapely.is_valid(shape) else None
    if inside is None or inside.is_empty:
        return shapely.Point(shapely.get_coordinates(shape)[0])
    return inside


def _pairs(points: Float64Array) -> list[str]:
    return [f"{x!r},{y!r}" for x, y in points.tolist()]


def _texts(column: pa.Array, field: Field) -> list[str]:
    """Values as the standard writes them; missing ones are empty."""
    return ["" if value is None else _text(value, field) for value in column.to_pylist()]


def _text(value: Any, field: Field) -> str:
    if isinstance(value, date):
        return f"{value:%Y%m%d}"
    if isinstance(value, float):
        return repr(value) if field.decimals is None else f"{value:.{field.decimals}f}"
    return str(value).translate(_BREAKS)
