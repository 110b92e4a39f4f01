"""Inside the sandbox: VCT (GB/T 17798, versions 3.0 and 2.0) as layers, one for each attribute table and kind of geometry."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa
import shapely

from guotu.errors import Place
from guotu.errors.files import TEXT_DAMAGED
from guotu.ingest.encoding import codec_named, first_damage, label, shown
from guotu.ingest.readers.table_shape import sample
from guotu.ingest.readers.vct_head import declared
from guotu.ingest.readers.vct_old import OldShapes
from guotu.ingest.readers.vct_shapes import Shapes
from guotu.ingest.readers.vct_text import Cursor, Index, Objects, VctFile, damaged
from guotu.ingest.readers.vct_walk import walk
from guotu.ingest.readers.vector import GEOMETRY, Emit, emit_batches

_ROWS = 4096
_SAMPLE = 400
_KINDS = {"Point": "Point", "Line": "LineString", "Polygon": "Polygon", "Annotation": "Point"}
BOUNDARY = "1099000000"
"""The code of lines that only bound polygons; others that no feature code names are taken for such too."""
_TEXT, _ANGLE = "ZJNR", "ZJFX"


@dataclass(frozen=True, slots=True)
class Layer:
    """Objects of one section whose attributes lie in one table (None: they have none); no section: a table alone."""

    name: str
    section: str | None
    table: str | None
    objects: tuple[Objects, ...]
    fields: tuple[str, ...]

    @property
    def count(self) -> int:
        return sum(map(len, self.objects))


@dataclass(slots=True)
class Opened:
    """A file walked, its shapes and layers."""

    file: VctFile
    shapes: Shapes
    layers: dict[str, Layer]


def prepare(driver: str, options: dict[str, str]) -> None:
    """Nothing of GDAL is needed."""


@cache
def opened(path: str, asked: str | None) -> Opened:
    """Map and walk a file; raises GT-1115, GT-1120, GT-1104 as `walk` does."""
    codec = codec_named(asked) if asked else ""
    codec = codec or ("utf-8" if first_damage(path, "utf-8") is None else "gb18030")
    damage = first_damage(path, codec)
    if damage is not None:
        raise TEXT_DAMAGED(place=Place(row=damage[0]), name="", encoding=label(codec), bytes=shown(damage[1]))
    with open(path, "rb") as raw:
        file = walk(mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ), codec)
    shapes = Shapes(file) if file.dialect is None else OldShapes(file, file.dialect)
    found = Opened(file, shapes, _layers(file))
    _refuse_twins(file)
    return found


def _refuse_twins(file: VctFile) -> None:
    for section, codes in file.objects.items():
        index = Index(list(codes.values()))
        if len(index.twice):
            cursor = Cursor(file.data, index.start(int(index.twice[0])) or 0)
            zh = f"{section} 节里标识码 {index.twice[0]} 重复（共 {len(index.twice)} 个）"
            raise damaged(cursor, zh, f"identifier {index.twice[0]} occurs more than once in {section}")


def _layers(file: VctFile) -> dict[str, Layer]:
    """Layers in the order of the feature codes, then tables without objects."""
    members: dict[tuple[str, str, str | None], list[Objects]] = {}
    for section, codes in file.objects.items():
        for code, objects in codes.items():
            if code not in file.codes or code == BOUNDARY:
                continue
            title, _, about = file.codes[code]
            known = about if about in file.tables else None
            members.setdefault((known or title or code, section, known), []).append(objects)
    sections = {key[0]: {other[1] for other in members if other[0] == key[0]} for key in members}
    found: dict[str, Layer] = {}
    for (name, section, table), parts in members.items():
        full = name if len(sections[name]) == 1 else f"{name}_{section}"
        found[full] = Layer(full, section, table, tuple(parts), _fields(file, section, table))
    used = {layer.table for layer in found.values()}
    for alone, rows in file.rows.items():
        if alone in file.tables and alone not in used:
            found[alone] = Layer(alone, None, alone, (rows,), _fields(file, None, alone))
    return found


def _fields(file: VctFile, section: str | None, table: str | None) -> tuple[str, ...]:
    names = tuple(
        name for name, kind in file.tables.get(table or "", []) if not kind.lower().startswith("varbin")
    )
    extra = (_TEXT, _ANGLE) if section == "Annotation" else ()
    return (*names, *(name for name in extra if name not in names))


def describe(emit: Emit, path: str, layer: str | None, encoding: str | None) -> None:
    """All layers, the wanted one in full."""
    found = opened(path, encoding)
    layers = [] if layer is None else [_described(found, found.layers[layer])]
    emit(b"J", {"names": list(found.layers), "layers": layers})


def _described(found: Opened, layer: Layer) -> dict[str, Any]:
    file = found.file
    wkb = pa.array(
        [
            shapely.to_wkb(found.shapes.read(layer.section, start)[0], byte_order=1)
            for start in list(layer.objects[0].starts)[:_SAMPLE]
        ]
        if layer.section
        else [],
        pa.binary(),
    )
    points = sample(wkb)
    crs, evidence = declared(file.head, points)
    codec = file.codec
    return {
        "name": layer.name,
        "fields": list(layer.fields),
        "geometry_type": _KINDS[layer.section] if layer.section else None,
        "count": layer.count,
        "crs": crs,
        "sample": points.tolist(),
        "kinds": [],
        "evidence": evidence,
        "encoding": [codec, f"全部文字符合 {label(codec)}", f"all of its text is {label(codec)}"],
        "warnings": [*_version_warnings(found), *_warnings(file, layer)],
    }


def _version_warnings(found: Opened) -> list[tuple[str, str]]:
    """What an old file leaves to be found out."""
    if found.file.dialect is None:
        return []
    version = found.file.head.get("Version", "")
    told = [
        (
            f"VCT {version} 按 {found.file.dialect.id} 版结构读取",
            f"VCT {version} is read by the layout of {found.file.dialect.id}",
        )
    ]
    if found.shapes.north_first:
        told.append(
            ("坐标按（北，东）排列，已据数值辨认", "coordinates stand as (north, east), as their values tell")
        )
    return told


def _warnings(file: VctFile, layer: Layer) -> list[tuple[str, str]]:
    """Objects without attributes, and attributes without objects."""
    if layer.table is None or layer.section is None:
        return []
    rows = set(file.rows.get(layer.table, Objects()).ids)
    own = {id for objects in layer.objects for id in objects.ids}
    others = {
        id
        for codes in file.objects.values()
        for code, objects in codes.items()
        if file.codes.get(code, ("", "", ""))[2] == layer.table
        for id in objects.ids
    }
    found: list[tuple[str, str]] = []
    if bare := len(own - rows):
        found.append((f"{bare} 个对象没有属性", f"{bare} objects have no attributes"))
    if loose := len(rows - others):
        found.append(
            (
                f"{loose} 条属性没有对应的图形，未读",
                f"{loose} rows of attributes have no object and are not read",
            )
        )
    return found


def read(emit: Emit, path: str, layer: str, encoding: str | None, columns: list[str]) -> None:
    """The layer's objects in file order with their attributes, every value as its text."""
    found = opened(path, encoding)
    emit_batches(emit, _batches(found, found.layers[layer], columns))


def _batches(found: Opened, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
    rows = Index([found.file.rows.get(layer.table or "", Objects())])
    for objects in layer.objects:
        for start in range(0, len(objects), _ROWS):
            ids = objects.ids[start : start + _ROWS]
            places = objects.starts[start : start + _ROWS]
            yield _batch(found, layer, columns, rows, list(zip(ids, places, strict=True)))


def _batch(
    found: Opened, layer: Layer, columns: list[str], rows: Index, objects: list[tuple[int, int]]
) -> pa.RecordBatch:
    width = len(found.file.tables.get(layer.table or "", []))
    values = [_values(found.file, rows.start(id), width, layer) for id, _ in objects]
    wkb: list[bytes] = []
    for at, (_, place) in enumerate(objects):
        if layer.section is None:
            break
        shape, text, angle = found.shapes.read(layer.section, place)
        wkb.append(shapely.to_wkb(shape, byte_order=1))
        if layer.section == "Annotation":
            values[at].setdefault(_TEXT, text)
            values[at].setdefault(_ANGLE, None if angle is None else repr(angle))
    arrays = [pa.array([row.get(name) for row in values], pa.string()) for name in layer.fields]
    if layer.section is None:
        return pa.RecordBatch.from_arrays(arrays, names=columns)
    return pa.RecordBatch.from_arrays([*arrays, pa.array(wkb, pa.binary())], names=[*columns, GEOMETRY])


def _values(file: VctFile, start: int | None, width: int, layer: Layer) -> dict[str, str | None]:
    """The attributes of an object by field; raises GT-1115 for a row of another width than its table."""
    if start is None:
        return {}
    cursor = Cursor(file.data, start)
    cells = file.text(cursor.line()).split(file.separator)
    if file.dialect is None or len(cells) != width:
        cells = cells[1:]
    if len(cells) != width:
        cursor.at = start
        zh = f"表 {layer.table} 有 {width} 个字段，这一行有 {len(cells)} 个值"
        raise damaged(cursor, zh, f"{layer.table} has {width} fields, this row has {len(cells)} values")
    names = [name for name, _ in file.tables[layer.table or ""]]
    return {name: cell.strip() or None for name, cell in zip(names, cells, strict=True)}


ANSWERS: dict[str, Callable[..., None]] = {"describe": describe, "read": read}
