"""VCT 3.0 with geometry, read by the letter for tests: shares nothing with the package, believes nothing of the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import shapely


@dataclass
class Told:
    """Head, shapes by object number, tables as (field names, rows that begin with the object number), and every fault."""

    head: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, tuple[list[str], list[list[str]]]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class _Lines:
    """Lines of one section, taken one after the other."""

    def __init__(self, lines: list[str]) -> None:
        self._lines, self._at = lines, 0

    def __bool__(self) -> bool:
        return self._at < len(self._lines)

    def take(self) -> str:
        self._at += 1
        return self._lines[self._at - 1]

    def points(self, count: int) -> np.ndarray:
        return np.array([[float(part) for part in self.take().split(",")] for _ in range(count)])


def read_vct(path: Path) -> Told:
    """The whole file."""
    told = Told()
    sections = _sections(path.read_bytes().decode("gb18030").split("\r\n"), told)
    told.head = dict(line.split(":", 1) for line in sections["Head"])
    codes = {line.split(",")[0]: line.split(",")[2] for line in sections["FeatureCode"]}
    structure = _Lines(sections["TableStructure"])
    while structure:
        name, count = structure.take().split(",")
        told.tables[name] = ([structure.take().split(",")[0] for _ in range(int(count))], [])
        _expect(structure.take() == "0", f"structure of {name} does not end", told)
    edges = _edges(_Lines(sections["Line"]), codes, told)
    _points(_Lines(sections["Point"]), codes, told)
    used = _polygons(_Lines(sections["Polygon"]), codes, edges, told)
    _expect(
        used == {id for id, (code, _) in edges.items() if code not in codes}, "boundary lines unused", told
    )
    _attributes(_Lines(sections["Attribute"]), told)
    return told


def _expect(holds: bool, otherwise: str, told: Told) -> None:
    if not holds:
        told.faults.append(otherwise)


def _sections(lines: list[str], told: Told) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    name = ""
    for line in lines:
        if line.endswith("Begin") and not name:
            name = line.removesuffix("Begin")
            found[name] = []
        elif name and line == name + "End":
            name = ""
        elif name:
            found[name].append(line)
        else:
            _expect(line == "", f"outside: {line[:40]}", told)
    return found


def _edges(lines: _Lines, codes: dict[str, str], told: Told) -> dict[str, tuple[str, list[np.ndarray]]]:
    """Lines by number with their code; those of a layer are shapes too."""
    found: dict[str, tuple[str, list[np.ndarray]]] = {}
    while lines:
        id, code, _, kind = (lines.take() for _ in range(4))
        parts = []
        for _ in range(int(lines.take())):
            _expect(lines.take() == "11", f"line {id}: not a polyline", told)
            parts.append(lines.points(int(lines.take())))
        _expect(kind == "1" and lines.take() == "0", f"line {id} does not end", told)
        _expect(id not in found, f"line {id} twice", told)
        found[id] = (code, parts)
        if code in codes:
            _expect(codes[code] == "Line", f"line {id} of a {codes[code]} layer", told)
            pieces = [shapely.LineString(part) for part in parts]
            told.shapes[id] = pieces[0] if len(pieces) == 1 else shapely.MultiLineString(pieces)
    return found


def _points(lines: _Lines, codes: dict[str, str], told: Told) -> None:
    while lines:
        id, code, _, _ = (lines.take() for _ in range(4))
        xy = lines.points(int(lines.take()))
        _expect(codes.get(code) == "Point" and lines.take() == "0", f"point {id}", told)
        _expect(id not in told.shapes, f"{id} twice", told)
        told.shapes[id] = shapely.Point(xy[0]) if len(xy) == 1 else shapely.MultiPoint(xy)


def _polygons(
    lines: _Lines, codes: dict[str, str], edges: dict[str, tuple[str, list[np.ndarray]]], told: Told
) -> set[str]:
    """Polygons from the lines they refer to; gives the numbers of those lines."""
    used: set[str] = set()
    while lines:
        id, code, _, kind = (lines.take() for _ in range(4))
        label = lines.points(1)[0]
        form, count, items = lines.take(), int(lines.take()), list[str]()
        while len(items) < count:
            items += lines.take().split(",")
        sound = kind == "100" and form == "21" and len(items) == count and codes.get(code) == "Polygon"
        _expect(sound and lines.take() == "0", f"polygon {id}", told)
        rings: list[list[np.ndarray]] = [[]]
        for item in items:
            if item == "0":
                rings.append([])
                continue
            number = item.removeprefix("-")
            used.add(number)
            line = np.concatenate(edges[number][1])
            rings[-1].append(line[::-1] if item.startswith("-") else line)
        told.shapes[id] = _area(id, rings, told)
        inside = told.shapes[id].intersects(shapely.Point(label))
        _expect(inside, f"the label point of polygon {id} lies outside", told)
    return used


def _area(id: str, rings: list[list[np.ndarray]], told: Told) -> Any:
    """Rings put together; what lies in an odd number of them is inside."""
    areas = []
    for lines in rings:
        for one, two in zip(lines, [*lines[1:], lines[0]], strict=True):
            _expect(bool((one[-1] == two[0]).all()), f"a ring of polygon {id} is open", told)
        areas.append(shapely.Polygon(np.concatenate(lines)))
    return reduce(shapely.symmetric_difference, sorted(areas, key=lambda area: -area.area))


def _attributes(lines: _Lines, told: Told) -> None:
    while lines:
        name = lines.take()
        names, rows = told.tables[name]
        while (line := lines.take()) != "TableEnd":
            rows.append(line.split(","))
            _expect(len(rows[-1]) == len(names) + 1, f"row of {name}: {line[:60]}", told)
