"""A network of lines: where they cross themselves or each other, hang, stop short, or are broken without need.

Ends are compared on the store's grid (10⁻¹⁰°). Only boxes and ends of all lines are held; the lines themselves are read again, a
Hilbert chunk at a time, so that no answer depends on how the layer is cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
import shapely

from guotu.kernel.hilbert import hilbert_order
from guotu.model.arrays import BoolArray, Float64Array, GeometryArray, Int64Array
from guotu.quality.loops import GRID

_AT_ONCE: Final = 8192
"""Lines worked on together."""


class Kind(StrEnum):
    """What is wrong at a place."""

    SELF = "self"
    CROSSING = "crossing"
    JUNCTION = "junction"
    SHORT = "short"
    DANGLE = "dangle"
    PSEUDO = "pseudo"


@dataclass(frozen=True, slots=True)
class Fault:
    """One place: the line (row), the other one if there is one, and how far apart they are in degrees."""

    kind: Kind
    row: int
    place: tuple[float, float]
    other: int | None = None
    distance: float = 0.0


@dataclass(frozen=True, slots=True)
class Ends:
    """Both ends of n lines: places (2n, 2) on the grid, line i at i and n + i; `meeting` (2n,) how many ends are at each place.

    A closed line meets itself.
    """

    places: Float64Array
    meeting: Int64Array
    group: Int64Array

    @classmethod
    def of(cls, first: Float64Array, last: Float64Array) -> Ends:
        places = np.rint(np.concatenate([first, last]) * GRID) / GRID
        _, group, counts = np.unique(places, axis=0, return_inverse=True, return_counts=True)
        return cls(places, counts[group].astype(np.int64), group.astype(np.int64))


def network(
    rows: Int64Array,
    boxes: Float64Array,
    ends: Ends,
    lines_of: Callable[[Int64Array], Mapping[int, bytes]],
    *,
    snap: float,
    strict: bool,
) -> Iterator[Fault]:
    """Faults of lines given by row, boxes (n, 4) and ends, in order of chunk and line.

    `snap` (degrees) is how near an end that reaches nothing has to come to another line to have been meant to reach it. `strict`
    networks, like boundaries, also break wherever lines meet and have no loose end.
    """
    tree = shapely.STRtree(shapely.box(*boxes.T))
    order = hilbert_order(boxes)
    for start in range(0, len(order), _AT_ONCE):
        mine = np.sort(order[start : start + _AT_ONCE])
        reach = shapely.box(*(boxes[mine] + np.array([-snap, -snap, snap, snap])).T)
        near = np.unique(np.concatenate([mine, tree.query(reach)[1]]))
        shapes = _shapes(lines_of(rows[near]), rows[near])
        yield from _chunk(rows, mine, near, shapes, ends, snap, strict)


def _shapes(wkb: Mapping[int, bytes], rows: Int64Array) -> GeometryArray:
    return np.atleast_1d(shapely.from_wkb(np.array([wkb[row] for row in rows.tolist()], object)))


def _chunk(
    rows: Int64Array,
    mine: Int64Array,
    near: Int64Array,
    shapes: GeometryArray,
    ends: Ends,
    snap: float,
    strict: bool,
) -> Iterator[Fault]:
    own = np.isin(near, mine)
    for at in np.flatnonzero(own & ~shapely.is_simple(shapes)).tolist():
        for place in _self_crossings(shapes[at]):
            yield Fault(Kind.SELF, int(rows[near[at]]), place)
    if strict:
        yield from _crossings(rows[near], shapes, own)
    yield from _loose(rows, mine, near, shapes, ends, snap, strict)


def _self_crossings(line: Any) -> list[tuple[float, float]]:
    """Places where a line meets itself anywhere but end to end."""
    whole = shapely.get_coordinates(line)
    ends = {tuple(whole[0]), tuple(whole[-1])}
    pieces = shapely.get_parts(shapely.node(line))
    met = shapely.get_coordinates([shapely.get_point(pieces, 0), shapely.get_point(pieces, -1)])
    places, counts = np.unique(met, axis=0, return_counts=True)
    inner = [tuple(place) not in ends or count > 2 for place, count in zip(places, counts, strict=True)]
    return [(float(x), float(y)) for x, y in places[inner]]


def _crossings(rows: Int64Array, shapes: GeometryArray, own: BoolArray) -> Iterator[Fault]:
    """Places where the insides of two lines meet, told once, at the line of the smaller row."""
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first = (rows[a] < rows[b]) & own[a]
    a, b = a[first], b[first]
    shared = shapely.intersection(shapes[a], shapes[b])
    for one, two, common in zip(a.tolist(), b.tolist(), shared, strict=True):
        borders = {tuple(xy) for line in (shapes[one], shapes[two]) for xy in _tips(line)}
        places = shapely.get_coordinates(shapely.get_parts(common))
        for x, y in np.unique(places, axis=0).tolist():
            if not _at_a_tip((x, y), borders):
                yield Fault(Kind.CROSSING, int(rows[one]), (x, y), int(rows[two]))


def _tips(line: Any) -> Float64Array:
    parts = shapely.get_parts(line)
    return np.asarray(shapely.get_coordinates([shapely.get_point(parts, 0), shapely.get_point(parts, -1)]))


def _at_a_tip(place: tuple[float, float], tips: set[tuple[float, ...]]) -> bool:
    """Within two steps of the grid: places where lines meet are rounded."""
    return any(max(abs(place[0] - x), abs(place[1] - y)) <= 2 / GRID for x, y in tips)


def _loose(
    rows: Int64Array,
    mine: Int64Array,
    near: Int64Array,
    shapes: GeometryArray,
    ends: Ends,
    snap: float,
    strict: bool,
) -> Iterator[Fault]:
    """Ends that meet no other end: on a line that should break there, short of one, or hanging."""
    count = len(ends.places) // 2
    tree = shapely.STRtree(shapes)
    for line in mine.tolist():
        for tip in (line, count + line):
            if ends.meeting[tip] != 1:
                continue
            x, y = ends.places[tip].tolist()
            other, distance = _nearest(tree, near, shapes, line, (x, y), snap)
            row = int(rows[line])
            if other is None:
                if strict:
                    yield Fault(Kind.DANGLE, row, (x, y))
            elif distance > 2 / GRID:
                yield Fault(Kind.SHORT, row, (x, y), int(rows[near[other]]), distance)
            elif strict:
                yield Fault(Kind.JUNCTION, row, (x, y), int(rows[near[other]]))


def _nearest(
    tree: shapely.STRtree,
    near: Int64Array,
    shapes: GeometryArray,
    line: int,
    place: tuple[float, float],
    snap: float,
) -> tuple[int | None, float]:
    point = shapely.Point(place)
    found = [at for at in tree.query(point, predicate="dwithin", distance=snap).tolist() if near[at] != line]
    if not found:
        return None, 0.0
    distances = shapely.distance(shapes[found], point)
    best = int(np.lexsort((near[found], distances))[0])
    return found[best], float(distances[best])


def pseudo_nodes(rows: Int64Array, ends: Ends, alike: Int64Array) -> Iterator[Fault]:
    """Places where just two different lines of the same kind (`alike` (n,) a number per kind) meet and could be one."""
    count = len(rows)
    order = np.argsort(ends.group, kind="stable")
    pairs = order[ends.meeting[order] == 2].reshape(-1, 2)
    for one, two in np.sort(pairs, axis=1).tolist():
        a, b = sorted((one % count, two % count))
        if a != b and alike[a] == alike[b]:
            x, y = ends.places[one].tolist()
            yield Fault(Kind.PSEUDO, int(rows[a]), (x, y), int(rows[b]))
