"""1203 and 1601 nothing leaves the territory, 1601 settlements follow parcels, 1507 lines and areas lie on each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from guotu.kernel.area import ellipsoid_area
from guotu.model.arrays import Int64Array
from guotu.model.schema import GeometryKind
from guotu.quality.clause import Clause
from guotu.quality.layerset.joins import inside
from guotu.quality.layerset.layers import DIVISIONS, LayerSet
from guotu.quality.layerset.reader import LayerReader
from guotu.quality.layerset.registry import at, set_rule
from guotu.quality.layerset.shelf import Shelf
from guotu.quality.registry import Late

_DEGREE = 111_320.0
_DETAILED = 1_000
"""Features of a layer for which what leaves the territory is worked out; beyond that they are only told."""


@set_rule("1203")
def within_division(given: LayerSet, clause: Clause) -> Iterator[Late]:
    """No feature of any layer leaves the divisions, but for the layers that 1601 looks at."""
    spared = set(clause.parameters.get("spared", ()))
    for layer in given.layers:
        if layer.schema.dataset not in {*spared, DIVISIONS}:
            yield from _leaving(given, layer, clause.number("tolerance_m"))


@set_rule("1601")
def covered(given: LayerSet, clause: Clause) -> Iterator[Late]:
    """Farmland, settlements and temporary use stay in the divisions; settlements begin and end where parcels do."""
    for dataset in clause.parameters.get("inside", ()):
        for layer in given.of(dataset):
            yield from _leaving(given, layer, clause.number("tolerance_m"))
    parcels = given.first("xz.dltb")
    for dataset in clause.parameters.get("on_parcels", ()):
        for layer in given.of(dataset) if parcels else ():
            assert parcels is not None
            yield from _astray(given, layer, parcels, clause, "图斑边界", "an edge of a parcel")


@set_rule("1507")
def lines_on_boundaries(given: LayerSet, clause: Clause) -> Iterator[Late]:
    """Boundary lines are edges of divisions; the edges of divisions and villages are edges of parcels."""
    divisions, parcels = given.first(DIVISIONS), given.first("xz.dltb")
    for layer in given.of("xz.xzqjx") if divisions else ():
        assert divisions is not None
        yield from _astray(given, layer, divisions, clause, "行政区边界", "an edge of a division")
    for dataset in (DIVISIONS, "xz.cjdcq"):
        for layer in given.of(dataset) if parcels else ():
            assert parcels is not None
            yield from _astray(given, layer, parcels, clause, "图斑边界", "an edge of a parcel")


def _leaving(given: LayerSet, layer: LayerReader, tolerance: float) -> Iterator[Late]:
    """Features that leave the territory."""
    if layer.present or layer.schema.geometry is GeometryKind.NONE or given.control is None:
        return
    control, shelf, told = given.control, given.shelf(layer), 0
    for rows in shelf.chunks():
        given.stop()
        geometries = shelf.geometries(rows)
        for place in np.flatnonzero(control.beyond(geometries, tolerance)).tolist():
            told += 1
            rest = control.rest(geometries[place]) if told <= _DETAILED else geometries[place]
            area = _area(rest)
            size_zh, size_en = (f" {area:.2f} m²", f" by {area:.2f} m²") if area >= 0.005 else ("", "")
            yield at(
                layer,
                f"超出行政区范围{size_zh}",
                f"leaves the divisions{size_en}",
                row=int(rows[place]) + 1,
                key=_key(shelf, int(rows[place])),
                geometry=shapely.to_wkb(rest),
                coordinate=inside(rest if not shapely.is_empty(rest) else geometries[place]),
                measure=area,
                unit="m²",
            )


def _area(shape: Any) -> float:
    parts = shapely.get_parts(shape)
    polygons = parts[shapely.get_type_id(parts) == 3]
    return float(ellipsoid_area(polygons).sum()) if len(polygons) else 0.0


def _astray(
    given: LayerSet, layer: LayerReader, edges: LayerReader, clause: Clause, zh: str, en: str
) -> Iterator[Late]:
    """Features whose lines or edges run where the other layer has no edge; each is told at its first such place."""
    if layer.present:
        return
    mine, theirs = given.shelf(layer), given.shelf(edges)
    reach = clause.number("tolerance_m") / _DEGREE
    for rows in mine.chunks():
        given.stop()
        off = _strays(mine, theirs, rows, reach)
        for row, (x, y) in off.items():
            yield at(
                layer,
                f"边界（{x:.7f}，{y:.7f}）处不与{zh}重合",
                f"the boundary at ({x:.7f}, {y:.7f}) is not on {en}",
                row=row + 1,
                key=_key(mine, row),
                coordinate=(x, y),
            )


def _strays(mine: Shelf, theirs: Shelf, rows: Int64Array, reach: float) -> dict[int, tuple[float, float]]:
    """The first place of each feature that is off, by row. Looked at are vertices and three points of every segment."""
    found: dict[int, tuple[float, float]] = {}
    geometries = mine.geometries(rows)
    for row, geometry in zip(rows.tolist(), geometries, strict=True):
        if geometry is None:
            continue
        for line in shapely.get_parts(_lines(geometry)):
            place = _first_stray(shapely.get_coordinates(line), theirs, reach)
            if place is not None:
                found[row] = place
                break
    return found


_STEP = 256
"""Segments looked at together; the edges around them are few."""


def _first_stray(xy: np.ndarray, theirs: Shelf, reach: float) -> tuple[float, float] | None:
    for start in range(0, max(len(xy) - 1, 1), _STEP):
        piece = xy[start : start + _STEP + 1]
        samples = _sampled(piece)
        box = np.concatenate([piece.min(axis=0) - reach, piece.max(axis=0) + reach])
        near = theirs.geometries(theirs.meeting(box))
        edges = shapely.get_parts(_lines_of(near[~shapely.is_missing(near)]))
        points = shapely.points(samples)
        hit = shapely.STRtree(edges).query(points, predicate="dwithin", distance=reach)[0]
        off = np.ones(len(points), bool)
        off[hit] = False
        if off.any():
            x, y = samples[np.flatnonzero(off)[0]]
            return float(x), float(y)
    return None


def _sampled(xy: np.ndarray) -> np.ndarray:
    steps = [xy[:-1] + (xy[1:] - xy[:-1]) * share for share in (0.0, 0.25, 0.5, 0.75)]
    return np.concatenate([np.stack(steps, axis=1).reshape(-1, 2), xy[-1:]])


def _lines(geometry: Any) -> Any:
    return geometry if geometry.geom_type.endswith("LineString") else shapely.boundary(geometry)


def _lines_of(geometries: np.ndarray) -> np.ndarray:
    polygons = np.isin(shapely.get_type_id(geometries), (3, 6))
    return np.where(polygons, shapely.boundary(geometries), geometries)


def _key(shelf: Shelf, row: int) -> str | None:
    parts = [shelf.value(code, row) for code in shelf.layer.schema.key or ("BSM",)]
    return "/".join(part or "" for part in parts) or None
