"""1602 farmland has the class of its parcels, 1603 the three lines stay apart, 3001–3003 plans follow their logic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import shapely

from guotu.kernel.area import ellipsoid_area
from guotu.model.arrays import GeometryArray, Int64Array
from guotu.quality.clause import Clause
from guotu.quality.layerset.joins import Shared, inside, shared, uncovered, where
from guotu.quality.layerset.layers import LayerSet
from guotu.quality.layerset.places import _key
from guotu.quality.layerset.reader import LayerReader
from guotu.quality.layerset.registry import at, set_rule
from guotu.quality.layerset.shelf import Shelf
from guotu.quality.registry import Late
from guotu.standards import landclass


@set_rule("1602")
def same_class(given: LayerSet, clause: Clause) -> Iterator[Late]:
    """Where protected farmland lies over parcels, at least a share of the common area has its class."""
    farm, parcels = given.first("gh.yjjbntb"), given.first("xz.dltb")
    if farm is None or parcels is None or farm.present:
        return
    mine, theirs = given.shelf(farm), given.shelf(parcels)
    own, other = mine.texts("DLBM"), theirs.texts("DLBM")
    for found in shared(mine, theirs, given.stop):
        rows, place = np.unique(found.left, return_inverse=True)
        same = np.array(
            [
                own[a].as_py() == other[b].as_py()
                for a, b in zip(found.left.tolist(), found.right.tolist(), strict=True)
            ],
            bool,
        )
        total = np.bincount(place, found.areas, len(rows))
        agreed = np.bincount(place, found.areas * same, len(rows))
        for at_row in np.flatnonzero(agreed < clause.number("share") * total).tolist():
            row = int(rows[at_row])
            worst = np.flatnonzero((found.left == row) & ~same)
            largest = int(worst[np.argmax(found.areas[worst])])
            class_ = other[int(found.right[largest])].as_py()
            yield at(
                farm,
                f"地类 {own[row]} 与图斑地类 {class_} 不一致，不一致面积 {total[at_row] - agreed[at_row]:.2f} m²",
                f"class {own[row]} is not the parcel's {class_} on {total[at_row] - agreed[at_row]:.2f} m²",
                row=row + 1,
                key=_key(mine, row),
                field="DLBM",
                geometry=shapely.to_wkb(found.pieces[largest]),
                coordinate=inside(found.pieces[largest]),
                measure=float(total[at_row] - agreed[at_row]),
                unit="m²",
            )


@set_rule("1603")
def three_lines(given: LayerSet, clause: Clause) -> Iterator[Late]:
    """Red line, protected farmland and urban boundary share no ground."""
    for one, other in (
        ("gh.yjjbntb", "gh.stbhhx"),
        ("gh.czkfbj", "gh.stbhhx"),
        ("gh.yjjbntb", "gh.czkfbj"),
    ):
        left, right = given.first(one), given.first(other)
        if left is None or right is None or (left.present and right.present):
            continue
        mine, theirs = given.shelf(left), given.shelf(right)
        told, told_other = (left, right) if not left.present else (right, left)
        for found in shared(mine, theirs, given.stop):
            for pair in np.flatnonzero(found.areas > clause.number("tolerance_m2")).tolist():
                rows = (int(found.left[pair]), int(found.right[pair]))
                row, shelf = (rows[0], mine) if told is left else (rows[1], theirs)
                names = told_other.schema.name, told_other.schema.name_en
                yield at(
                    told,
                    f"与{names[0]}（{_key(theirs if told is left else mine, rows[1] if told is left else rows[0])}）重叠 "
                    f"{found.areas[pair]:.2f} m²",
                    f"overlaps {names[1].lower()} by {found.areas[pair]:.2f} m²",
                    row=row + 1,
                    key=_key(shelf, row),
                    **_shown(found.pieces[pair], float(found.areas[pair])),
                )


def _shown(piece: Any, area: float) -> dict[str, Any]:
    return {
        "geometry": shapely.to_wkb(piece),
        "coordinate": inside(piece),
        "measure": area,
        "unit": "m²",
    }


def _base(given: LayerSet) -> LayerReader | None:
    """The land as it is: the plan's own base year, else the survey."""
    return given.first("gh.jqdltb") or given.first("xz.dltb")


@set_rule("3001")
def plan_and_base(given: LayerSet, clause: Clause) -> Iterator[Late]:
    """No planned class lies on a class that cannot become it."""
    impossible: Mapping[str, list[str]] = clause.parameters.get("impossible", {})
    plan, base = given.first("gh.ghyt"), _base(given)
    if plan is None or base is None or plan.present or not impossible:
        return
    mine, theirs = given.shelf(plan), given.shelf(base)
    for planned, bases in impossible.items():
        left = where(mine, "GHDLBM", _starting(planned))
        right = where(theirs, "DLBM", _starting(*bases))
        if not len(left) or not len(right):
            continue
        for found in shared(mine, theirs, given.stop, left_rows=left, right_rows=right):
            for pair in np.flatnonzero(found.areas > clause.number("ignore_m2")).tolist():
                row = int(found.left[pair])
                yield at(
                    plan,
                    f"规划地类 {mine.value('GHDLBM', row)} 与现状地类 {theirs.value('DLBM', int(found.right[pair]))} "
                    f"不合逻辑，面积 {found.areas[pair]:.2f} m²",
                    f"planned class {mine.value('GHDLBM', row)} cannot follow class "
                    f"{theirs.value('DLBM', int(found.right[pair]))} on {found.areas[pair]:.2f} m²",
                    row=row + 1,
                    key=_key(mine, row),
                    field="GHDLBM",
                    **_shown(found.pieces[pair], float(found.areas[pair])),
                )


@set_rule("3002")
def plan_and_zones(given: LayerSet, clause: Clause) -> Iterator[Late]:
    """What is newly planned for building lies in a zone that allows it, in each case the pack lists."""
    for case in clause.parameters.get("cases", ()):
        plan, zones = given.first(case["planned"]), given.first(case["zone"])
        base = _base(given) if case.get("new_only") else None
        if plan is None or zones is None or plan.present or (case.get("new_only") and base is None):
            continue
        mine = given.shelf(plan)
        rows = where(mine, case["field"], _chosen(case))
        allowed = where(
            given.shelf(zones),
            case["zone_field"],
            _starting(*case["zones"]),
        )
        if not len(rows):
            continue
        for pieces in _built_anew(given, mine, rows, base):
            rests, areas = uncovered(pieces.pieces, given.shelf(zones), allowed)
            yield from _outside_zone(plan, mine, pieces, rests, areas, clause.number("ignore_m2"))


def _starting(*prefixes: str) -> Callable[[str], bool]:
    return lambda code: code.startswith(prefixes)


def _chosen(case: Mapping[str, Any]) -> Callable[[str], bool]:
    wanted, spared = tuple(case["prefixes"]), tuple(case.get("except", ()))
    return lambda code: code.startswith(wanted) and not (spared and code.startswith(spared))


def _built_anew(given: LayerSet, plan: Shelf, rows: Int64Array, base: LayerReader | None) -> Iterator[Shared]:
    """Planned polygons, or what of them lies on land that is not built upon yet."""
    if base is None:
        for chunk in plan.chunks(rows):
            given.stop()
            geometries = plan.geometries(chunk)
            sound = np.where(shapely.is_valid(geometries), geometries, shapely.make_valid(geometries))
            yield Shared(chunk, chunk, np.asarray(sound, object), ellipsoid_area(sound))
        return
    theirs = given.shelf(base)
    built = landclass.three_classes("sandiao")
    open_land = where(theirs, "DLBM", lambda code: built.get(code) != "建设用地")
    yield from shared(plan, theirs, given.stop, left_rows=rows, right_rows=open_land)


def _outside_zone(
    plan: LayerReader,
    mine: Shelf,
    pieces: Shared,
    rests: GeometryArray,
    areas: np.ndarray,
    ignore: float,
) -> Iterator[Late]:
    by_row: dict[int, list[int]] = defaultdict(list)
    for number in np.flatnonzero(areas > 0).tolist():
        by_row[int(pieces.left[number])].append(number)
    for row, numbers in sorted(by_row.items()):
        total = float(areas[numbers].sum())
        if total > ignore:
            largest = max(numbers, key=lambda number: float(areas[number]))
            yield at(
                plan,
                f"新增建设用地有 {total:.2f} m² 不在允许建设的区内",
                f"{total:.2f} m² of new building land lie outside the zones that allow it",
                row=row + 1,
                key=_key(mine, row),
                **_shown(rests[largest], total),
            )


@set_rule("3003")
def superior_plan(given: LayerSet, clause: Clause) -> Iterator[Late]:
    """Zones of the plan below do not go beyond those of the plan above: what it forbids stays forbidden, what is allowed was
    allowed there, its farmland is kept.
    """
    lower, upper = given.first("gh.jsydgzq"), given.first("gh.jsydgzq", superior=True)
    ignore = clause.number("ignore_m2")
    if lower and upper and not lower.present:
        prohibited, permitted = clause.parameters["prohibited"], clause.parameters["permitted"]
        yield from _clash(given, (lower, upper), ignore, lambda low, up: up == prohibited != low)
        yield from _clash(
            given,
            (lower, upper),
            ignore,
            lambda low, up: low == permitted and up not in (permitted, prohibited),
        )
    farm, above = given.first("gh.yjjbntb"), given.first("gh.yjjbntb", superior=True)
    if farm and above and given.control is not None:
        yield from _lost_farmland(given, farm, above, ignore)


def _clash(
    given: LayerSet, layers: tuple[LayerReader, LayerReader], ignore: float, wrong: Any
) -> Iterator[Late]:
    mine, theirs = given.shelf(layers[0]), given.shelf(layers[1])
    for found in shared(mine, theirs, given.stop):
        for pair in np.flatnonzero(found.areas > ignore).tolist():
            row, other = int(found.left[pair]), int(found.right[pair])
            low, up = mine.value("GZQLXDM", row), theirs.value("GZQLXDM", other)
            if wrong(low, up):
                yield at(
                    layers[0],
                    f"管制区 {low} 突破上位规划的 {up}，面积 {found.areas[pair]:.2f} m²",
                    f"zone {low} breaks zone {up} of the plan above on {found.areas[pair]:.2f} m²",
                    row=row + 1,
                    key=_key(mine, row),
                    field="GZQLXDM",
                    **_shown(found.pieces[pair], float(found.areas[pair])),
                )


def _lost_farmland(given: LayerSet, farm: LayerReader, above: LayerReader, ignore: float) -> Iterator[Late]:
    """Farmland of the plan above, inside this territory, that this plan does not protect."""
    mine, theirs, control = given.shelf(farm), given.shelf(above), given.control
    assert control is not None
    for rows in theirs.chunks():
        given.stop()
        geometries = theirs.geometries(rows)
        here = shapely.intersection(shapely.make_valid(geometries), control.area)
        rests, areas = uncovered(np.atleast_1d(here), mine)
        for number in np.flatnonzero(areas > ignore).tolist():
            key = _key(theirs, int(rows[number]))
            yield at(
                farm,
                f"上位规划的永久基本农田 {key} 有 {areas[number]:.2f} m² 未落实",
                f"{areas[number]:.2f} m² of farmland {key} of the plan above are not protected",
                key=key,
                **_shown(rests[number], float(areas[number])),
            )
