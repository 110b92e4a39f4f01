"""Errors against the logic of plans, and against the plan above."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import shapely

from guotu.kernel.area import ellipsoid_area
from guotu.standards import landclass
from planting.ground import Ground, Row

RIVERS = ("1101", "1102", "1110")
BARRED = {"01": ("1001", "1002", "1003", "1007", "1008", "1009", *RIVERS), "10": RIVERS}


@cache
def _parcels(g: Ground) -> tuple[shapely.STRtree, np.ndarray]:
    return g.dltb.tree, np.array(g.county.layers["dltb-2020"]["DLBM"].to_pylist())


def _under(g: Ground, shape: Any, classes: tuple[str, ...]) -> list[Any]:
    """What a planned polygon shares with parcels of some classes, above a square metre; one piece a parcel."""
    tree, lands = _parcels(g)
    found = []
    for at in tree.query(shape, predicate="intersects").tolist():
        if lands[at].startswith(classes):
            piece = shapely.intersection(shape, g.dltb.clean[at])
            if float(ellipsoid_area(np.array([piece], object))[0] if piece.area else 0.0) > 1.0:
                found.append(g.dltb.clean[at])
    return found


def _reserved(g: Ground, shape: Any) -> bool:
    """Whether the parcels under a planned polygon are few and untouched; they stay so."""
    under = set(g.dltb.tree.query(shape, predicate="intersects").tolist())
    if len(under) > 25 or under & g.dltb.used:
        return False
    g.dltb.used |= under
    return True


def _renamed(g: Ground, at: int, code: str) -> None:
    name = landclass.scheme("ydyh-2023").name(code)
    g.sheets["ghdltb-2021"].set(at, GHDLBM=code, GHDLMC=name)


def field_on_a_river(g: Ground) -> None:
    """Dry land planned where there is a river."""
    sheet = g.sheets["ghdltb-2021"]
    at = sheet.pick("river", lambda row, _: row["GHDLBM"] == "1701")
    _renamed(g, at, "0103")
    for parcel in _under(g, sheet.clean[at], BARRED["01"]):
        g.told("3001", sheet.id, at, "GHDLBM", area=parcel.buffer(1e-9))


def factory_in_the_fields(g: Ground) -> None:
    """Industry planned on fields and woods outside the urban boundary."""
    sheet = g.sheets["ghdltb-2021"]
    town = shapely.union_all(g.sheets["czkfbj-2021"].clean)
    shapely.prepare(town)

    def test(row: Row, shape: Any) -> bool:
        return row["GHDLBM"] in ("0101", "0103", "0301", "0303", "0403") and not shapely.intersects(
            town, shape
        )

    at = sheet.pick("outside", test)
    while not _reserved(g, sheet.clean[at]):
        at = sheet.pick("outside", test)
    _renamed(g, at, "1001")
    g.told("3002", sheet.id, at, area=sheet.clean[at])
    for parcel in _under(g, sheet.clean[at], BARRED["10"]):
        g.told("3001", sheet.id, at, "GHDLBM", area=parcel.buffer(1e-9), because="and a river under it")


def allowed_where_the_plan_above_restricts(g: Ground) -> None:
    sheet = g.sheets["jsydgzq-2010"]
    at = sheet.pick("restricted", lambda row, _: row["GZQLXDM"] == "030")
    sheet.set(at, GZQLXDM="010")
    g.told("3003", sheet.id, at, "GZQLXDM", area=sheet.clean[at].buffer(1e-9))


def restricted_where_the_plan_above_prohibits(g: Ground) -> None:
    sheet = g.sheets["jsydgzq-2010"]
    at = sheet.pick("prohibited", lambda row, _: row["GZQLXDM"] == "040")
    sheet.set(at, GZQLXDM="030")
    g.told("3003", sheet.id, at, "GZQLXDM", area=sheet.clean[at].buffer(1e-9))


def farmland_given_up(g: Ground) -> None:
    at = g.farm.pick("any", lambda _row, _shape: True, alone=True)
    g.farm.gone.add(at)
    g.told("3003", g.farm.id, key=g.farm.values["BSM"][at], area=g.farm.clean[at].buffer(1e-9))


KINDS = [
    field_on_a_river, factory_in_the_fields, allowed_where_the_plan_above_restricts,
    restricted_where_the_plan_above_prohibits, farmland_given_up,
]  # fmt: skip
