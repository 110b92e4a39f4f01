"""Drawings as CASS and other programs write them, made by ezdxf."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ezdxf
from ezdxf.document import Drawing

EAST, NORTH = 38500000.0, 3380000.0
SQUARE = [(EAST, NORTH), (EAST + 100, NORTH), (EAST + 100, NORTH + 100), (EAST, NORTH + 100)]


def new(version: str = "R2000", *, unit: int = 0) -> Drawing:
    """An empty drawing in Chinese encoding."""
    document = ezdxf.new(version)
    document.encoding = "gbk"
    if unit:
        document.header["$INSUNITS"] = unit
    document.appids.add("SOUTH")
    for layer in ("JZD", "ZJ", "DGX"):
        document.layers.add(layer)
    return document


def parcel(document: Drawing, number: str, corners: list[Any] = SQUARE, **options: Any) -> Any:
    """A closed parcel boundary with the extended data of CASS."""
    space = document.modelspace()
    draw = space.add_polyline2d if document.dxfversion == "AC1009" else space.add_lwpolyline
    line = draw(corners, format=options.get("format", "xy"), close=True, dxfattribs={"layer": "JZD"})
    line.set_xdata("SOUTH", [(1000, "300000"), (1000, number), (1000, "清河村"), (1000, "0601")])
    return line


def cadastral(version: str = "R2000") -> Drawing:
    """Two parcels, a label, a control point with attributes, an open line."""
    document = new(version)
    parcel(document, "330106001001GB00001")
    parcel(document, "330106001001GB00002", [(x + 200, y) for x, y in SQUARE])
    space = document.modelspace()
    space.add_text("一号地块", dxfattribs={"layer": "ZJ", "insert": (EAST + 50, NORTH + 50)})
    space.add_polyline3d([(EAST, NORTH, 12.5), (EAST + 30, NORTH + 40, 12.5)], dxfattribs={"layer": "DGX"})
    block = document.blocks.new("GC200")
    block.add_circle((0, 0), 0.5)
    spot = space.add_blockref("GC200", (EAST + 10, NORTH + 20, 34.56), dxfattribs={"layer": "GCD"})
    spot.add_attrib("HEIGHT", "34.56", (EAST + 10, NORTH + 20))
    return document


def save(document: Drawing, folder: Path, name: str = "宗地.dxf") -> Path:
    path = folder / name
    document.saveas(path)
    return path
