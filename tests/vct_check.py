"""A plain second reading of VCT 3.0 for tests, written without looking at the reader: sections, counts, references."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Told:
    """What a file holds, and everything wrong with it."""

    faults: list[str] = field(default_factory=list)
    ids: dict[str, list[int]] = field(default_factory=dict)
    rings: dict[int, list[list[int]]] = field(default_factory=dict)
    ends: dict[int, tuple[str, str]] = field(default_factory=dict)
    rows: dict[str, list[list[str]]] = field(default_factory=dict)


def inspected(path: Path) -> Told:
    """Read by the letter of the grammar."""
    raw = path.read_bytes()
    told = Told()
    if raw.count(b"\n") != raw.count(b"\r\n"):
        told.faults.append("line ends")
    lines = raw.decode("gb18030").split("\r\n")
    sections: dict[str, list[str]] = {}
    name = ""
    for line in lines:
        if not name and line.endswith("Begin"):
            name = line[:-5]
            sections[name] = []
        elif name and line == f"{name}End":
            name = ""
        elif name:
            sections[name].append(line)
        elif line:
            told.faults.append(f"outside any section: {line}")
    if name:
        told.faults.append(f"{name} is not closed")
    widths = _tables(sections["TableStructure"], told)
    _points(sections["Point"], told)
    _lines(sections["Line"], told)
    _polygons(sections["Polygon"], told)
    _attributes(sections["Attribute"], widths, told)
    _references(told)
    return told


def _tables(lines: list[str], told: Told) -> dict[str, int]:
    found, rest = {}, iter(lines)
    for line in rest:
        name, count = line.split(",")
        fields = [next(rest) for _ in range(int(count))]
        if len(fields) != int(count) or next(rest) != "0":
            told.faults.append(f"table {name}")
        found[name] = int(count)
    return found


def _points(lines: list[str], told: Told) -> None:
    rest = iter(lines)
    for id in rest:
        next(rest), next(rest), next(rest)
        for _ in range(int(next(rest))):
            next(rest)
        told.ids.setdefault("Point", []).append(int(id))
        if next(rest) != "0":
            told.faults.append(f"point {id}")


def _lines(lines: list[str], told: Told) -> None:
    rest = iter(lines)
    for id in rest:
        next(rest), next(rest), next(rest)
        points: list[str] = []
        for _ in range(int(next(rest))):
            if next(rest) != "11":
                told.faults.append(f"line {id}")
            points += [next(rest) for _ in range(int(next(rest)))]
        told.ids.setdefault("Line", []).append(int(id))
        told.ends[int(id)] = (points[0], points[-1])
        if next(rest) != "0":
            told.faults.append(f"line {id}")


def _polygons(lines: list[str], told: Told) -> None:
    rest = iter(lines)
    for id in rest:
        next(rest), next(rest)
        if next(rest) != "100":
            told.faults.append(f"polygon {id}")
        next(rest)
        if next(rest) != "21":
            told.faults.append(f"polygon {id}")
        wanted, items = int(next(rest)), list[int]()
        while len(items) < wanted:
            items += map(int, next(rest).split(","))
        rings: list[list[int]] = [[]]
        for item in items:
            if item:
                rings[-1].append(item)
            else:
                rings.append([])
        told.rings[int(id)] = rings
        told.ids.setdefault("Polygon", []).append(int(id))
        if len(items) != wanted or next(rest) != "0":
            told.faults.append(f"polygon {id}")


def _attributes(lines: list[str], widths: dict[str, int], told: Told) -> None:
    rest = iter(lines)
    for name in rest:
        rows = told.rows.setdefault(name, [])
        for line in iter(lambda: next(rest), "TableEnd"):
            rows.append(line.split(","))
            if len(rows[-1]) != widths[name] + 1:
                told.faults.append(f"row {line}")


def _references(told: Told) -> None:
    every = [id for ids in told.ids.values() for id in ids]
    if len(set(every)) < len(every):
        told.faults.append("identifiers are not unique")
    for id, rings in told.rings.items():
        for ring in rings:
            if not ring or any(abs(line) not in told.ends for line in ring):
                told.faults.append(f"polygon {id} refers to nothing")
                continue
            ends = [told.ends[abs(line)][:: 1 if line > 0 else -1] for line in ring]
            if any(one[1] != two[0] for one, two in zip(ends, [*ends[1:], ends[0]], strict=True)):
                told.faults.append(f"a ring of polygon {id} is open")
