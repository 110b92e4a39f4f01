"""Exported files read back with tools that share no code with their writers: GDAL, openpyxl, ezdxf, and plain parsing."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from pathlib import Path
from typing import Any

import ezdxf
import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely

from guotu.model.schema import Field, FieldType, LayerSchema
from vct_reader import read_vct

csv.field_size_limit(1 << 30)


@dataclass
class Reread:
    """Values by field code, row by row, and shapes in (x, y) order; `shapes` is None for a table."""

    values: dict[str, list[Any]]
    shapes: np.ndarray | None

    def sorted_by(self, key: str) -> Reread:
        order = sorted(range(len(self.values[key])), key=lambda row: str(self.values[key][row]))
        values = {code: [column[row] for row in order] for code, column in self.values.items()}
        return Reread(values, None if self.shapes is None else self.shapes[order])


def plain(value: Any, field: Field) -> Any:
    """A value as its field means it, however a format spells it."""
    if value is None or value == "" or value != value:
        return None
    match field.type:
        case FieldType.INT:
            return int(value)
        case FieldType.FLOAT:
            return float(value)
        case FieldType.DATE:
            if isinstance(value, datetime):
                return value.date()
            if isinstance(value, date):
                return value
            digits = "".join(c for c in str(value)[:10] if c.isdigit())
            return datetime.strptime(digits, "%Y%m%d").date()  # noqa: DTZ007
    return str(value)


def reread(form: str, path: Path, schema: LayerSchema, fields: Sequence[Field]) -> Reread:
    """What lies in an exported file."""
    columns, shapes = _READERS.get(form, _gdal)(path, schema)
    values = {f.code: [plain(v, f) for v in columns[f.code]] for f in fields if f.code in columns}
    return Reread(values, shapes)


Columns = tuple[dict[str, list[Any]], Any]


def _gdal(path: Path, schema: LayerSchema) -> Columns:
    if path.suffix == ".shp" and not path.exists():
        path = path.with_suffix(".dbf")
    _, table = pyogrio.read_arrow(path)
    names = [n for n in table.column_names if pa.types.is_binary(table.schema.field(n).type)]
    shapes = shapely.force_2d(shapely.from_wkb(table.column(names[0]).to_numpy())) if names else None
    return {name: table.column(name).to_pylist() for name in table.column_names if name not in names}, shapes


def _geojsons(path: Path, schema: LayerSchema) -> Columns:
    texts = path.read_text(encoding="utf-8").split("\x1e")
    assert texts[0] == ""
    return _features([json.loads(text) for text in texts[1:]])


def _geojson(path: Path, schema: LayerSchema) -> Columns:
    return _features(json.loads(path.read_bytes())["features"])


def _features(features: list[dict[str, Any]]) -> Columns:
    codes = features[0]["properties"]
    columns = {code: [feature["properties"][code] for feature in features] for code in codes}
    shapes = [
        feature["geometry"] and shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features
    ]
    return columns, np.array(shapes, object)


def _csv(path: Path, schema: LayerSchema) -> Columns:
    text = path.read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    columns = {code: [row[code] for row in rows] for code in rows[0]}
    wkt = columns.pop("WKT", None)
    return columns, None if wkt is None else shapely.from_wkt([text or None for text in wkt])


def _xlsx(path: Path, schema: LayerSchema) -> Columns:
    book = openpyxl.load_workbook(path, read_only=True)
    head, *rows = book.worksheets[0].iter_rows(values_only=True)
    columns = {str(code): [row[at] for row in rows] for at, code in enumerate(head)}
    book.close()
    wkt = columns.pop("WKT", None)
    return columns, None if wkt is None else shapely.from_wkt(wkt)


def _kmz(path: Path, schema: LayerSchema) -> Columns:
    with zipfile.ZipFile(path) as archive:
        archive.extract("doc.kml", path.parent)
    return _gdal(path.parent / "doc.kml", schema)


def _parquet(path: Path, schema: LayerSchema) -> Columns:
    table = pq.read_table(path)
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    columns.pop("bbox", None)
    wkb = columns.pop("geometry", None)
    return columns, None if wkb is None else shapely.from_wkb(wkb)


def _fgdb(path: Path, schema: LayerSchema) -> Columns:
    return _gdal(path, schema)


def _vct(path: Path, schema: LayerSchema) -> Columns:
    told = read_vct(path)
    assert told.faults == []
    names, rows = told.tables[schema.code]
    columns = {name: [row[at + 1] for row in rows] for at, name in enumerate(names)}
    shapes = np.array([told.shapes.get(row[0]) for row in rows], object)
    return columns, shapes if told.shapes else None


def _dxf(path: Path, schema: LayerSchema) -> Columns:
    """Entities of one feature follow each other with the same attributes: their rings and lines are put together again."""
    document = ezdxf.readfile(path)
    assert document.audit().errors == []
    groups: list[tuple[dict[str, str], list[Any]]] = []
    for entity in document.modelspace():
        row = dict(tag.value.split("=", 1) for tag in entity.get_xdata("GUOTU"))
        if not groups or groups[-1][0] != row:
            groups.append((row, []))
        groups[-1][1].append(_entity(entity))
    codes = {code for row, _ in groups for code in row}
    columns = {code: [row.get(code) for row, _ in groups] for code in codes}
    return columns, np.array([_whole(parts) for _, parts in groups], object)


def _entity(entity: Any) -> Any:
    if entity.dxftype() == "POINT":
        return shapely.Point(entity.dxf.location.x, entity.dxf.location.y)
    points = [point[:2] for point in entity.get_points("xy")]
    return shapely.Polygon(points) if entity.closed else shapely.LineString(points)


def _whole(parts: list[Any]) -> Any:
    if parts[0].geom_type == "Polygon":
        return reduce(shapely.symmetric_difference, sorted(parts, key=lambda part: -part.area))
    return parts[0] if len(parts) == 1 else shapely.multilinestrings(parts)


def _txt(path: Path, schema: LayerSchema) -> Columns:
    """Rings of a parcel by their number; number, name and use where the fields of the layer are."""
    from guotu.delivery.boundary_txt import ROLES

    lines = path.read_text(encoding="gb18030").split("[地块坐标]")[1].strip().splitlines()
    heads: list[list[str]] = []
    rings: list[dict[int, list[tuple[float, float]]]] = []
    for line in lines:
        cells = line.split(",")
        if cells[-1] == "@":
            heads.append(cells)
            rings.append({})
        else:
            swapped = float(cells[2]) < 1e7 < float(cells[3])
            point = (float(cells[3]), float(cells[2])) if swapped else (float(cells[2]), float(cells[3]))
            rings[-1].setdefault(int(cells[1]), []).append(point)
    shapes = [_whole([shapely.Polygon(ring) for ring in each.values()]) for each in rings]
    number = next(code for code in (*ROLES["number"], *schema.key) if code in schema.codes)
    place = 2
    return {number: [head[place] for head in heads]}, np.array(shapes, object)


_READERS: dict[str, Callable[[Path, LayerSchema], Columns]] = {
    "geojson": _geojson, "geojsons": _geojsons, "csv": _csv, "xlsx": _xlsx, "kmz": _kmz, "parquet": _parquet,
    "fgdb": _fgdb, "vct": _vct, "dxf": _dxf, "txt": _txt,
}  # fmt: skip


def same_shapes(left: np.ndarray, right: np.ndarray, tolerance: float) -> bool:
    """Whether shapes are equal vertex by vertex within a tolerance, however their rings begin and turn."""
    one, two = _normal(left), _normal(right)
    missing = shapely.is_missing(one)
    if (missing != shapely.is_missing(two)).any():
        return False
    if tolerance == 0:
        return bool(shapely.equals_identical(one, two)[~missing].all())
    return all(_close(a, b, tolerance) for a, b in zip(one[~missing], two[~missing], strict=True))


def _normal(shapes: np.ndarray) -> np.ndarray:
    """Single parts as such, rings in one order: rounding to far below any tolerance keeps the order stable."""
    flat = np.array(
        [
            s.geoms[0] if s is not None and s.geom_type.startswith("Multi") and len(s.geoms) == 1 else s
            for s in shapes
        ],
        object,
    )
    return shapely.normalize(flat)


def _close(one: Any, two: Any, tolerance: float) -> bool:
    """Normal forms may begin at different vertices where coordinates differ by rounding: then by distance, vertex to vertex."""
    if shapely.get_num_coordinates(one) == shapely.get_num_coordinates(two) and shapely.equals_exact(
        one, two, tolerance
    ):
        return True
    if shapely.get_num_coordinates(one) != shapely.get_num_coordinates(two):
        return False
    far = shapely.hausdorff_distance(one, two)
    return bool(far <= 1.5 * tolerance)
