"""Drawings as CASS makes them: closed polylines, a layer for each class, codes in extended data; entities are streamed."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import IO, Any, Final

import ezdxf
import numpy as np
import shapely

from guotu.delivery.outgoing import Appearance, Colours, Outgoing
from guotu.model.arrays import Float64Array
from guotu.model.change import GEOMETRY
from guotu.standards.exchange import CASS_APPLICATION, cass_codes

OWN: Final = "GUOTU"
"""The application under which every attribute stands as `CODE=value`."""
HOLES: Final = "_HOLE"
"""Ends the name of the layer where rings of holes lie: a polyline has none of its own."""
DECIMALS: Final = 4
_VERSION, _FIRST_HANDLE = "R2007", 0x100000
_LONGEST = 250
_MOST_DATA = 15_000
"""Bytes of extended data an entity may carry are 16 383."""
_PARCEL_FIELDS = {code.fields: code.code for code in cass_codes().values()}


def write_dxf(outgoing: Outgoing, target: Path) -> dict[str, Any]:
    """DXF R2007 (UTF-8) in metres: shells and holes as closed LWPOLYLINEs, lines open ones, points POINTs; no heights.

    Extended data: `SOUTH` with the code and fields of CASS where the layer has them, else feature code and business key;
    `GUOTU` with every attribute. What passes an entity's room is left out and counted in the receipt.
    """
    entities = target.with_suffix(".entities")
    drawing = _Drawing(outgoing)
    with entities.open("wb") as file:
        for batch in outgoing.batches:
            drawing.write(batch, file)
    begin, end = _skeleton(drawing)
    with target.open("wb") as file:
        file.write(begin)
        with entities.open("rb") as source:
            shutil.copyfileobj(source, file, 1 << 20)
        file.write(end)
    entities.unlink()
    remarks = {"layers": len(drawing.layers), "holes": drawing.holes, "attributes_left_out": drawing.left_out}
    return {name: value for name, value in remarks.items() if value}


class _Drawing:
    """Entities as text, and what the head must say of them."""

    def __init__(self, outgoing: Outgoing) -> None:
        self._out = outgoing
        self.layers: dict[str, Colours] = {}
        self.handles = count(_FIRST_HANDLE)
        self.holes = self.left_out = 0
        self.box: Float64Array = np.array([np.inf, np.inf, -np.inf, -np.inf])
        self.owner = "1F"

    def write(self, batch: Any, file: IO[bytes]) -> None:
        if not batch.num_rows:
            return
        columns = {name: batch.column(name).to_pylist() for name in self._out.names}
        shapes = np.atleast_1d(shapely.from_wkb(batch.column(GEOMETRY).to_numpy(zero_copy_only=False)))
        bounds = shapely.total_bounds(shapes)
        if np.isfinite(bounds).all():
            self.box[:2] = np.minimum(self.box[:2], bounds[:2])
            self.box[2:] = np.maximum(self.box[2:], bounds[2:])
        classes = columns.get(self._out.class_field or "", [None] * len(shapes))
        for row, shape in enumerate(shapes):
            if shape is None or shape.is_empty:
                continue
            layer = self._layer(classes[row])
            data = self._extended({name: values[row] for name, values in columns.items()})
            for part in shapely.get_parts(shape):
                file.write("".join(self._entities(part, layer, data)).encode())

    def _layer(self, value: object) -> str:
        """The layer of a class, entered in the table when first met."""
        look = self._out.appearance or Appearance(Colours(None, "#606060"))
        text = str(value)[: look.prefix] if look.prefix else str(value)
        code = self._out.schema.code
        name = code if value is None else f"{code}_{re.sub(r'[^0-9A-Za-z_$一-鿿-]', '_', text)}"
        if name not in self.layers:
            self.layers[name] = look.classes[text][1] if text in look.classes else look.default
        return name

    def _entities(self, part: Any, layer: str, data: str) -> Iterator[str]:
        match part.geom_type:
            case "Point":
                x, y = shapely.get_coordinates(part)[0].tolist()
                yield self._head("POINT", "AcDbPoint", layer) + _pair(x, y) + " 30\n0.0\n" + data
            case "LineString":
                yield self._polyline(part.coords, layer, data, closed=False)
            case _:
                yield self._polyline(part.exterior.coords[:-1], layer, data, closed=True)
                for ring in part.interiors:
                    self.holes += 1
                    self.layers.setdefault(layer + HOLES, self.layers[layer])
                    yield self._polyline(ring.coords[:-1], layer + HOLES, data, closed=True)

    def _polyline(self, points: Sequence[Any], layer: str, data: str, *, closed: bool) -> str:
        head = self._head("LWPOLYLINE", "AcDbPolyline", layer)
        vertices = "".join(_pair(float(x), float(y)) for x, y in points)
        return f"{head} 90\n{len(points)}\n 70\n{int(closed)}\n{vertices}{data}"

    def _head(self, kind: str, subclass: str, layer: str) -> str:
        handle = f"{next(self.handles):X}"
        return (
            f"  0\n{kind}\n  5\n{handle}\n330\n{self.owner}\n100\nAcDbEntity\n  8\n{layer}\n100\n{subclass}\n"
        )

    def _extended(self, row: dict[str, Any]) -> str:
        schema = self._out.schema
        for fields, code in _PARCEL_FIELDS.items():
            if fields[0] in row and fields[0] in schema.key:
                values = [code, *(_said(row.get(field)) for field in fields)]
                break
        else:
            values = [schema.ysdm or schema.code, *(_said(row.get(field)) for field in schema.key)]
        south = _strings(CASS_APPLICATION, values)
        own, room = [], _MOST_DATA - len(south.encode())
        for name, value in row.items():
            text = f"{name}={_said(value)}"
            if value is None:
                continue
            room -= len(text.encode()) + 12
            if room < 0 or len(text) > _LONGEST:
                self.left_out += 1
                continue
            own.append(text)
        return south + _strings(OWN, own)


def _strings(application: str, values: Sequence[str]) -> str:
    return f"1001\n{application}\n" + "".join(f"1000\n{value[:_LONGEST]}\n" for value in values)


def _said(value: Any) -> str:
    """One line of text: control characters end a group in a drawing."""
    return "" if value is None else "".join(c if c.isprintable() else " " for c in str(value))


def _pair(x: float, y: float) -> str:
    return f" 10\n{x:.{DECIMALS}f}\n 20\n{y:.{DECIMALS}f}\n"


def _skeleton(drawing: _Drawing) -> tuple[bytes, bytes]:
    """Everything of the drawing before and after its entities."""
    settings: Any = ezdxf.options  # type: ignore[attr-defined]
    settings.write_fixed_meta_data_for_testing = True  # no moment, no chance: the same data, the same file
    document: Any = ezdxf.new(_VERSION, units=6)  # type: ignore[attr-defined]
    for application in (CASS_APPLICATION, OWN):
        document.appids.add(application)
    for name, colours in drawing.layers.items():
        layer = document.layers.add(name)
        layer.rgb = _rgb(colours.stroke or colours.fill or "#606060")
    if np.isfinite(drawing.box).all():
        document.header["$EXTMIN"] = (*drawing.box[:2].tolist(), 0)
        document.header["$EXTMAX"] = (*drawing.box[2:].tolist(), 0)
    text = io.StringIO()
    document.write(text)
    whole = re.sub(
        r"(\$HANDSEED\n  5\n)[0-9A-F]+", rf"\g<1>{next(drawing.handles):X}", text.getvalue(), count=1
    )
    begin, _, end = whole.partition("  2\nENTITIES\n")
    return (begin + "  2\nENTITIES\n").encode(), end.encode()


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
