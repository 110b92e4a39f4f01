"""Inside the sandbox: a drawing (DXF) as layers — one for each of its layers and kind of geometry, values as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from guotu.errors.files import LAYER_EMPTY
from guotu.ingest.readers.arcs import GAP
from guotu.ingest.readers.dxf_file import Drawing, damaged, open_drawing
from guotu.ingest.readers.dxf_shapes import READ, height_of, shape_of
from guotu.ingest.readers.vector import GEOMETRY, Emit, emit_batches
from guotu.kernel.eastings import crs_from_eastings
from guotu.model.arrays import Float64Array
from guotu.standards.exchange import CASS_APPLICATION, cass_codes

_ROWS = 4096
_SAMPLE = 400
_UNIT_SAMPLE = 500
_UNITS = {
    4: (0.001, "毫米", "millimetres"),
    5: (0.01, "厘米", "centimetres"),
    7: (1000.0, "千米", "kilometres"),
}
"""$INSUNITS that are believed where only they make the coordinates coordinates of a zone; drawings mostly carry a template's."""
_KINDS = {"Point": "Point", "LineString": "LineString", "Polygon": "Polygon"}
_MOST_TEXT = 4000

Row = dict[str, str]
Feature = tuple[str, str, Row, Any]
"""Layer, kind of geometry, attributes, geometry."""


@dataclass(slots=True)
class Seen:
    """One layer and kind: how many, which fields, a vertex of each of the first."""

    layer: str
    kind: str
    count: int = 0
    fields: dict[str, None] = field(default_factory=dict)
    sample: list[list[float]] = field(default_factory=list)
    heights: int = 0


@dataclass(slots=True)
class Surveyed:
    """A drawing walked once."""

    drawing: Drawing
    scale: float
    layers: dict[str, Seen]
    left_out: Counter[str]
    warnings: list[tuple[str, str]]


def prepare(driver: str, options: dict[str, str]) -> None:
    """Nothing of GDAL is needed."""


@cache
def surveyed(path: str, asked: str | None) -> Surveyed:
    """Open and walk a drawing; raises GT-1115 as `open_drawing`, GT-1118 where nothing is drawn."""
    drawing = open_drawing(path, asked)
    scale, warnings = _unit(drawing)
    left_out: Counter[str] = Counter()
    groups: dict[tuple[str, str], Seen] = {}
    for layer, kind, row, shape in _features(drawing, scale, left_out):
        seen = groups.setdefault((layer, kind), Seen(layer, kind))
        seen.count += 1
        seen.fields |= dict.fromkeys(row)
        seen.heights += "Z" in row
        if len(seen.sample) < _SAMPLE:
            seen.sample.append(shapely.get_coordinates(shape)[0].tolist())
    if not groups:
        raise LAYER_EMPTY(name="", layer="DXF")
    kinds = Counter(layer for layer, _ in groups)
    named = {
        (layer if kinds[layer] == 1 else f"{layer}_{kind}"): seen for (layer, kind), seen in groups.items()
    }
    return Surveyed(drawing, scale, named, left_out, warnings)


def _features(drawing: Drawing, scale: float, left_out: Counter[str]) -> Iterator[Feature]:
    for entity in drawing.entities():
        kind = entity.dxftype()
        if kind not in READ:
            left_out[kind] += 1
            continue
        try:
            shape = shape_of(entity, GAP / scale)
        except (
            ValueError,
            TypeError,
            ZeroDivisionError,
            OverflowError,
            AttributeError,
            shapely.errors.GEOSException,
        ):
            raise damaged(
                f"图层 {entity.dxf.layer} 的 {kind}（句柄 {entity.dxf.handle}）读不懂",
                f"a {kind} of layer {entity.dxf.layer} (handle {entity.dxf.handle}) is malformed",
            ) from None
        if shape is None or not np.isfinite(shapely.get_coordinates(shape)).all():
            left_out[f"{kind} ∅"] += 1
            continue
        if scale != 1:
            shape = shapely.transform(shape, lambda xy: xy * scale)
        yield drawing.text(entity.dxf.layer), shape.geom_type, _row(drawing, entity, scale), shape


def _row(drawing: Drawing, entity: Any, scale: float) -> Row:
    """What an entity carries besides its geometry."""
    kind = entity.dxftype()
    row: Row = {}
    if entity.dxf.handle:
        row["HANDLE"] = str(entity.dxf.handle)
    if kind == "TEXT":
        row["TEXT"] = entity.plain_text()
    elif kind == "MTEXT":
        row["TEXT"] = entity.plain_text(split=False)
    elif kind == "INSERT":
        row["BLOCK"] = entity.dxf.name
        row |= {attribute.dxf.tag: attribute.dxf.text for attribute in entity.attribs if attribute.dxf.tag}
    if kind in ("TEXT", "MTEXT", "INSERT") and entity.dxf.get("rotation", 0):
        row["ANGLE"] = repr(float(entity.dxf.rotation))
    row |= _extended(entity)
    if height := height_of(entity):
        row["Z"] = repr(height * scale)
    return {drawing.text(name): drawing.text(value)[:_MOST_TEXT] for name, value in row.items()}


def _extended(entity: Any) -> Row:
    """The extended data of CASS: its code, then the values that stand behind it."""
    if not entity.has_xdata(CASS_APPLICATION):
        return {}
    values = [
        str(tag.value).strip()
        for tag in entity.get_xdata(CASS_APPLICATION)
        if tag.code in (1000, 1040, 1070, 1071)
    ]
    if not values:
        return {}
    known = cass_codes().get(values[0])
    names = known.fields if known else ()
    row = {CASS_APPLICATION: values[0]}
    for at, value in enumerate(values[1:]):
        row[names[at] if at < len(names) else f"{CASS_APPLICATION}_{at + 2}"] = value
    return row


def _unit(drawing: Drawing) -> tuple[float, list[tuple[str, str]]]:
    """Metres, unless only the unit of the head makes coordinates of them."""
    if drawing.unit not in _UNITS:
        return 1.0, []
    points: list[Float64Array] = []
    for entity in drawing.entities():
        if entity.dxftype() in READ and (shape := _roughly(entity)) is not None:
            points.append(shapely.get_coordinates(shape)[0])
        if len(points) >= _UNIT_SAMPLE:
            break
    factor, zh, en = _UNITS[drawing.unit]
    if not points or _places(np.array(points)) or not _places(np.array(points) * factor):
        return 1.0, []
    return factor, [
        (f"图形单位为{zh}，坐标已换算为米", f"the drawing is in {en}; coordinates were turned into metres")
    ]


def _roughly(entity: Any) -> Any:
    try:
        return shape_of(entity, 1e9)
    except (
        ValueError,
        TypeError,
        ZeroDivisionError,
        OverflowError,
        AttributeError,
        shapely.errors.GEOSException,
    ):
        return None


def _places(xy: Float64Array) -> bool:
    """Whether numbers look like coordinates of a zone, with or without its number."""
    middle = np.median(xy, axis=0)
    guess = crs_from_eastings(middle[:1], middle[1:])
    return guess.crs is not None or bool(1e5 < middle[0] < 9e5 and 3e5 < middle[1] < 6e6)


def describe(emit: Emit, path: str, layer: str | None, encoding: str | None) -> None:
    """All layers, the wanted one in full."""
    found = surveyed(path, encoding)
    layers = [] if layer is None else [_described(found, found.layers[layer], layer)]
    emit(b"J", {"names": list(found.layers), "layers": layers})


def _described(found: Surveyed, seen: Seen, name: str) -> dict[str, Any]:
    choice = found.drawing.encoding
    warnings = [*found.drawing.warnings, *found.warnings]
    if choice.overridden:
        warnings.append((choice.zh, choice.en))
    if seen.heights:
        zh = f"{seen.heights} 个对象有高程，记入属性 Z，图形取平面"
        warnings.append(
            (zh, f"{seen.heights} objects have a height: it is kept as attribute Z, geometry is plane")
        )
    if found.left_out:
        listed = "、".join(f"{kind}×{count}" for kind, count in found.left_out.most_common(8))
        warnings.append((f"未读的对象：{listed}", f"objects that are not read: {listed}"))
    return {
        "name": name,
        "fields": list(seen.fields),
        "geometry_type": _KINDS[seen.kind],
        "count": seen.count,
        "crs": None,
        "sample": seen.sample,
        "kinds": [],
        "encoding": [choice.codec, choice.zh, choice.en],
        "candidates": [candidate.as_dict() for candidate in choice.candidates],
        "warnings": warnings,
    }


def read(emit: Emit, path: str, layer: str, encoding: str | None, columns: list[str]) -> None:
    """The layer's objects in file order."""
    found = surveyed(path, encoding)
    emit_batches(emit, _batches(found, found.layers[layer], columns))


def _batches(found: Surveyed, seen: Seen, columns: list[str]) -> Iterator[pa.RecordBatch]:
    rows: list[Row] = []
    shapes: list[Any] = []
    for layer, kind, row, shape in _features(found.drawing, found.scale, Counter()):
        if (layer, kind) != (seen.layer, seen.kind):
            continue
        rows.append(row)
        shapes.append(shape)
        if len(rows) >= _ROWS:
            yield _batch(seen, columns, rows, shapes)
            rows, shapes = [], []
    if rows:
        yield _batch(seen, columns, rows, shapes)


def _batch(seen: Seen, columns: list[str], rows: list[Row], shapes: list[Any]) -> pa.RecordBatch:
    arrays = [pa.array([row.get(name) or None for row in rows], pa.string()) for name in seen.fields]
    wkb = pa.array(shapely.to_wkb(np.array(shapes, object), byte_order=1), pa.binary())
    return pa.RecordBatch.from_arrays([*arrays, wkb], names=[*columns, GEOMETRY])


ANSWERS: dict[str, Callable[..., None]] = {"describe": describe, "read": read}
