"""Errors in shapes: single ones, of the coverage, and between layers."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from guotu.kernel.area import ellipsoid_area
from guotu.standards import landclass
from planting.ground import Ground, Row, Sheet
from planting.shapes import around, bent, edges, scale, shared_edge, square, with_point


def _inner(g: Ground, sheet: Sheet) -> Any:
    """Rows away from the county's outline whose shape nothing else is derived from."""

    def test(_row: Row, shape: Any) -> bool:
        return (
            shape.geom_type == "Polygon"
            and not shapely.intersects(g.rim, shape)
            and shape.wkb_hex not in g.protected
        )

    return test


def _companions_of_a_hole(g: Ground, at: int) -> None:
    """The place of a parcel that is no longer there is a gap of the coverage."""
    g.told("1503", g.dltb.id, area=g.dltb.clean[at], because="the parcel's place is empty")


def missing_shape(g: Ground) -> None:
    at = g.dltb.pick("inner", _whole(g), alone=True)
    g.dltb.shapes[at] = None
    g.told("1201", g.dltb.id, at)
    _companions_of_a_hole(g, at)


def _whole(g: Ground) -> Any:
    """Inner parcels without holes that touch no edge of a village, large enough to lose a little; no roads or rivers,
    whose ground plans may not be drawn over.
    """
    inner = _inner(g, g.dltb)

    def test(row: Row, shape: Any) -> bool:
        plain = row["TBMJ"] > 1600 and not row["DLBM"].startswith(("10", "11"))
        return (
            plain
            and inner(row, shape)
            and not len(shape.interiors)
            and not shapely.intersects(g.seams, shape)
        )

    return test


def swapped_axes(g: Ground) -> None:
    at = g.dltb.pick("inner", _whole(g), alone=True)
    shape = g.dltb.clean[at]
    flipped = shapely.orient_polygons(shapely.transform(shape, lambda xy: xy[:, ::-1]))
    g.dltb.shapes[at] = flipped
    g.told("1202", g.dltb.id, at, area=flipped.envelope.buffer(1e-6))
    g.told("1203", g.dltb.id, at, area=flipped.envelope.buffer(1e-6), because="it lies outside the county")
    g.measured(at)
    _companions_of_a_hole(g, at)


def _pair(g: Ground) -> tuple[int, int, int]:
    """Two neighbours in one village with a common edge of 8 to 60 m, and the number of that edge in the first."""
    test = _whole(g)
    while True:
        at = g.dltb.pick("pair", test, alone=True)
        for other in g.dltb.neighbours(at):
            if test(g.dltb.row(other), g.dltb.clean[other]):
                number = shared_edge(g.dltb.clean[at], g.dltb.clean[other], 8, 60)
                if number is not None:
                    return at, other, number


def overlap(g: Ground) -> None:
    made = None
    while made is None:
        at, other, number = _pair(g)
        made = bent(g.dltb.clean[at], number, g.dltb.clean[other], 0.12)
    g.dltb.shapes[at], triangle = made
    g.told("1502", g.dltb.id, area=triangle.buffer(1e-9))
    g.measured(at)


def gap(g: Ground) -> None:
    made = None
    while made is None:
        at, _, number = _pair(g)
        made = bent(g.dltb.clean[at], number, g.dltb.clean[at], 0.12)
    g.dltb.shapes[at], triangle = made
    g.told("1503", g.dltb.id, area=triangle.buffer(1e-9))
    g.measured(at)


def unshared_vertex(g: Ground) -> None:
    """A vertex in the middle of a common edge that only one of the two neighbours has."""
    at, other, number = _pair(g)
    a, b = (np.array(p) for p in edges(g.dltb.clean[at])[number])
    middle = np.round((a + b) / 2, 10)
    g.dltb.shapes[at] = with_point(g.dltb.clean[at], number, [middle])
    g.told("1511", g.dltb.id, other, area=around(middle, 0.01))
    g.measured(at)


def crossed(g: Ground) -> None:
    """Farmland whose shell crosses itself: a small knot in one edge."""
    at = g.farm.pick("roomy", _roomy, alone=True)
    shape = g.farm.clean[at]
    number = _long_edge(shape, 12)
    a, b = (np.array(p) for p in edges(shape)[number])
    metres, middle = scale(shape), (a + b) / 2
    along = (b - a) * metres
    unit = along / np.hypot(*along)
    for side in (1.0, -1.0):
        normal = np.array([-unit[1], unit[0]]) * side
        steps = (-3.0 * unit, 1.5 * unit + 2.0 * normal, -1.5 * unit + 2.0 * normal, 3.0 * unit)
        made = with_point(shape, number, [np.round(middle + step / metres, 10) for step in steps])
        if shape.contains(shapely.Point(middle + 2.0 * normal / metres)):
            break
    g.farm.shapes[at] = made
    g.told("1501", g.farm.id, at, area=around(middle, 5))
    _less_than_above(g, at)


def _less_than_above(g: Ground, at: int) -> None:
    """Rule 3003 where farmland has lost more than a square metre of what the plan above protects."""
    lost = shapely.difference(g.farm.clean[at], shapely.make_valid(g.farm.shapes[at]))
    parts = shapely.get_parts(lost)
    parts = parts[shapely.get_type_id(parts) == 3]
    if len(parts) and ellipsoid_area(parts).sum() > 1.0:
        g.told("3003", g.farm.id, key=g.farm.values["BSM"][at], area=g.farm.clean[at].buffer(1e-9))


def _roomy(_row: Row, shape: Any) -> bool:
    return shape.geom_type == "Polygon" and not len(shape.interiors) and _long_edge(shape, 12) is not None


def _long_edge(shape: Any, metres: float) -> Any:
    for number, (a, b) in enumerate(edges(shape)):
        if np.hypot(*((np.array(b) - a) * scale(shape))) > metres and _room_inside(shape, a, b):
            return number
    return None


def _room_inside(shape: Any, a: Any, b: Any) -> bool:
    """Whether a strip of 11 m beside the edge's middle lies in the shape."""
    a, b, metres = np.array(a), np.array(b), scale(shape)
    along = (b - a) * metres
    normal = np.array([-along[1], along[0]]) / np.hypot(*along)
    middle = (a + b) / 2
    for side in (1, -1):
        probe = shapely.LineString(
            [middle + normal * side * 0.05 / metres, middle + normal * side * 11 / metres]
        )
        if shape.contains(probe.buffer(0.6 / 95_000)) or shape.contains(probe):
            return True
    return False


def needle(g: Ground) -> None:
    """Farmland with a cut 10 m long and 0.4 m wide."""
    at = g.farm.pick("roomy", _roomy, alone=True)
    shape = g.farm.clean[at]
    number = _long_edge(shape, 12)
    a, b = (np.array(p) for p in edges(shape)[number])
    metres = scale(shape)
    along = (b - a) * metres
    unit = along / np.hypot(*along)
    normal = np.array([-unit[1], unit[0]])
    middle = (a + b) / 2
    for side in (1, -1):
        tip = np.round(middle + normal * side * 10 / metres, 10)
        if shape.contains(shapely.Point(tip)):
            base = [np.round(middle + unit * d / metres, 10) for d in (-0.2, 0.2)]
            g.farm.shapes[at] = with_point(shape, number, [base[0], tip, base[1]])
            g.told("1509", g.farm.id, at, area=around(tip))
            _less_than_above(g, at)
            return
    raise AssertionError("no side of the edge is inside")


def double_vertex(g: Ground) -> None:
    at = g.farm.pick("roomy", _roomy, alone=True)
    shape = g.farm.clean[at]
    number = _long_edge(shape, 12)
    a, b = (np.array(p) for p in edges(shape)[number])
    long = float(np.hypot(*((b - a) * scale(shape))))
    beside = np.round(a + (b - a) * 0.0004 / long, 10)
    g.farm.shapes[at] = with_point(shape, number, [beside])
    g.told("1509", g.farm.id, at, area=around(a))


def two_parts(g: Ground) -> None:
    """Two woods of one village under one number."""
    sheet = g.dltb
    inner = _inner(g, sheet)

    def test(row: Row, shape: Any) -> bool:
        return row["DLBM"] in ("0301", "0307") and row["ZZSXDM"] is None and inner(row, shape)

    while True:
        at = sheet.pick("lone wood", test)
        alike = (sheet.values["ZLDWDM"][at], sheet.values["DLBM"][at])
        apart = {*sheet.neighbours(at), *sheet.used}
        found = [
            row
            for row in range(len(sheet.clean))
            if (sheet.values["ZLDWDM"][row], sheet.values["DLBM"][row]) == alike
            and row not in apart
            and test(sheet.row(row), sheet.clean[row])
        ]
        if found:
            other = found[0]
            sheet.used.add(other)
            break
    sheet.shapes[at] = shapely.MultiPolygon([sheet.clean[at], sheet.clean[other]])
    sheet.gone.add(other)
    area = round(sheet.values["TBMJ"][at] + sheet.values["TBMJ"][other], 2)
    sheet.set(at, TBMJ=area, TBDLMJ=area)
    g.told("1506", sheet.id, at)


def repeated_farmland(g: Ground) -> None:
    at = g.farm.pick("any", lambda _row, _shape: True)
    made = g.farm.append(at, g.farm.clean[at], BSM=f"3490212501{90_000_000 + g.number():08d}")
    g.told("1510", g.farm.id, made)


def plan_over_the_edge(g: Ground) -> None:
    """A planned parcel that reaches over the county's outline."""
    sheet = g.sheets["ghdltb-2021"]
    outside = g.territory.envelope.buffer(0.01).difference(g.territory)
    shapely.prepare(outside)
    while True:
        at = sheet.pick("rim", lambda _row, shape: bool(shapely.intersects(g.rim, shape)), alone=True)
        shape = sheet.clean[at]
        for number, edge in enumerate(edges(shape)):
            line = shapely.LineString(edge)
            long = np.hypot(*((np.array(edge[1]) - edge[0]) * scale(shape)))
            if 8 < long < 60 and shapely.distance(g.rim, shapely.Point(line.centroid)) < 1e-9:
                made = bent(shape, number, outside, 0.1)
                if made is not None:
                    sheet.shapes[at] = made[0]
                    g.told("1203", sheet.id, at, area=made[1].buffer(1e-8))
                    return


def farmland_over_the_edge(g: Ground) -> None:
    """A strip of farmland laid across the county's outline."""
    sheet = g.dltb

    def test(row: Row, shape: Any) -> bool:
        return (
            row["DLBM"] in ("0101", "0103") and bool(shapely.intersects(g.rim, shape)) and _edge_of(g, shape)
        )

    at = sheet.pick("rim crop", test, alone=True)
    x, y = _edge_of(g, sheet.clean[at])
    like = _farm_like(g, sheet.values["DLBM"][at])
    patch = square(x, y, 2.0)
    made = g.farm.append(
        like, patch, BSM=f"3490212501{91_000_000 + g.number():08d}", YJJBNTTBMJ=4.0, **_land(sheet, at)
    )
    g.told("1601", g.farm.id, made, area=patch.buffer(1e-8))


def _edge_of(g: Ground, shape: Any) -> Any:
    """The middle of an edge on the outline, with room around it."""
    for edge in edges(shape):
        line = shapely.LineString(edge)
        long = np.hypot(*((np.array(edge[1]) - edge[0]) * scale(shape)))
        if long > 3 and shapely.distance(g.rim, line.centroid) < 1e-9:
            patch = square(line.centroid.x, line.centroid.y, 2.0)
            if shapely.difference(shapely.intersection(patch, g.territory), shape).area < 1e-16:
                return line.centroid.x, line.centroid.y
    return None


def _land(sheet: Sheet, at: int) -> dict[str, Any]:
    return {"DLBM": sheet.values["DLBM"][at], "DLMC": sheet.values["DLMC"][at]}


def _farm_like(g: Ground, _land: str) -> int:
    return int(g.rng.integers(len(g.farm.clean)))


def farmland_of_another_class(g: Ground) -> None:
    at = g.farm.pick("paddy", lambda row, _: row["DLBM"] in ("0101", "0103"))
    other = "0103" if g.farm.values["DLBM"][at] == "0101" else "0101"
    g.farm.set(at, DLBM=other, DLMC=landclass.scheme("sandiao").name(other))
    g.told("1602", g.farm.id, at, "DLBM", area=g.farm.clean[at])


def farmland_in_the_red(g: Ground) -> None:
    """Farmland laid into the red line, with the class of the parcel under it."""
    at, patch = _inside(g, "stbhhx-planning", "in red")
    made = g.farm.append(
        _farm_like(g, ""),
        patch,
        BSM=f"3490212501{92_000_000 + g.number():08d}",
        YJJBNTTBMJ=36.0,
        **_land(g.dltb, at),
    )
    g.told("1603", g.farm.id, made, area=patch)


def town_in_the_red(g: Ground) -> None:
    _, patch = _inside(g, "stbhhx-planning", "in red")
    sheet = g.sheets["czkfbj-2021"]
    made = sheet.append(0, patch, BSM=f"3490213201{90_000_000 + g.number():08d}", MJ=36.0)
    g.told("1603", sheet.id, made, area=patch)


def farmland_in_town(g: Ground) -> None:
    at, patch = _inside(g, "czkfbj-2021", "in town")
    made = g.farm.append(
        _farm_like(g, ""),
        patch,
        BSM=f"3490212501{93_000_000 + g.number():08d}",
        YJJBNTTBMJ=36.0,
        **_land(g.dltb, at),
    )
    g.told("1603", g.farm.id, made, area=patch)


def _inside(g: Ground, layer: str, name: str) -> tuple[int, Any]:
    """A parcel inside a layer of the plan, and a patch of 6 m in it."""
    whole = shapely.union_all(g.sheets[layer].clean)
    shapely.prepare(whole)

    def test(row: Row, shape: Any) -> bool:
        if row["ZZSXDM"] is not None or row["TBMJ"] < 900 or not shapely.covers(whole, shape):
            return False
        point = shapely.point_on_surface(shape)
        return bool(shape.contains(square(point.x, point.y, 6.0)))

    at = g.dltb.pick(name, test, among=6000)
    point = shapely.point_on_surface(g.dltb.clean[at])
    return at, square(point.x, point.y, 6.0)


def stray_boundary(g: Ground) -> None:
    """A vertex of a boundary line half a metre beside the towns' edge."""
    sheet = g.sheets["xzqjx-2020"]
    at = sheet.pick("line", lambda _row, shape: len(shape.coords) > 40)
    xy = shapely.get_coordinates(sheet.clean[at]).copy()
    number = 20
    along = (xy[number + 1] - xy[number - 1]) * scale(sheet.clean[at])
    normal = np.array([-along[1], along[0]]) / np.hypot(*along)
    xy[number] = np.round(xy[number] + normal * 0.5 / scale(sheet.clean[at]), 10)
    sheet.shapes[at] = shapely.LineString(xy)
    beside = shapely.LineString(xy[number - 1 : number + 2]).buffer(1e-8)
    g.told("1507", sheet.id, at, area=beside)


KINDS = [
    missing_shape, swapped_axes, overlap, gap, unshared_vertex, crossed, needle, double_vertex, two_parts, repeated_farmland,
    plan_over_the_edge, farmland_over_the_edge, farmland_of_another_class, farmland_in_the_red, town_in_the_red,
    farmland_in_town, stray_boundary,
]  # fmt: skip
