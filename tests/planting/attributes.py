"""Errors in the attributes of parcels, farmland and plans."""

from __future__ import annotations

from typing import Any

from guotu.kernel.rounding import half_up
from guotu.standards import landclass
from planting.ground import Ground, Row

CROPS = ("0101", "0102", "0103")
WOOD = ("0301", "0302", "0305", "0307")


def _crop(row: Row, _: Any) -> bool:
    return row["DLBM"] in CROPS


def _flat(row: Row, _: Any) -> bool:
    return row["DLBM"] in CROPS and row["GDPDJB"] == "1" and row["TBXHDM"] is None


def _terrace(row: Row, _: Any) -> bool:
    return row["DLBM"] in CROPS and row["GDLX"] == "TT" and row["TBMJ"] > 500


def _slope(row: Row, _: Any) -> bool:
    return row["DLBM"] in CROPS and row["GDLX"] is not None and row["TBMJ"] > 500


def _wood(row: Row, _: Any) -> bool:
    return row["DLBM"] in WOOD and row["ZZSXDM"] is None


def _house(row: Row, _: Any) -> bool:
    return row["DLBM"] == "0702"


def _lane(row: Row, _: Any) -> bool:
    return row["DLBM"] == "1006"


def _any(_row: Row, _: Any) -> bool:
    return True


def _large(row: Row, _: Any) -> bool:
    """Above every smallest area: no exception is needed, so its number may change."""
    return row["TBMJ"] > 1600


def _rounded(value: float) -> float:
    return float(half_up([value], 2)[0])


def too_long(g: Ground) -> None:
    at = g.dltb.pick("wood", _wood)
    g.dltb.set(at, TBBH=f"{g.number():09d}")
    g.told("1301", g.dltb.id, at, "TBBH")


def too_many_digits(g: Ground) -> None:
    at = g.dltb.pick("wood", _wood)
    g.dltb.set(at, SJNF=20_245)
    g.told("1301", g.dltb.id, at, "SJNF")
    g.told("1304", g.dltb.id, at, "SJNF", because="five digits are no year either")


def first_level_class(g: Ground) -> None:
    at = g.dltb.pick("free crop", lambda row, shape: _crop(row, shape) and shape.wkb_hex not in g.protected)
    g.dltb.set(at, DLBM="01", DLMC="耕地")
    g.told("1302", g.dltb.id, at, "DLBM")


def unknown_ownership(g: Ground) -> None:
    at = g.dltb.pick("any", _any)
    g.dltb.set(at, QSXZ="77")
    g.told("1302", g.dltb.id, at, "QSXZ")


def empty_owner(g: Ground) -> None:
    at = g.dltb.pick("any", _any)
    g.dltb.set(at, QSDWMC=None)
    g.told("1303", g.dltb.id, at, "QSDWMC")


def year_of_hastings(g: Ground) -> None:
    at = g.dltb.pick("any", _any)
    g.dltb.set(at, SJNF=1066)
    g.told("1304", g.dltb.id, at, "SJNF")


def same_number(g: Ground) -> None:
    one, other = sorted((g.dltb.pick("large", _large), g.dltb.pick("large", _large)))
    g.dltb.set(other, BSM=g.dltb.values["BSM"][one])
    g.told("1305", g.dltb.id, other, "BSM")


def same_number_in_a_village(g: Ground) -> None:
    one = g.dltb.pick("any", _any)
    village = g.dltb.values["ZLDWDM"][one]
    other = g.dltb.pick(f"in {village}", lambda row, _: row["ZLDWDM"] == village)
    one, other = sorted((one, other))
    g.dltb.set(other, TBBH=g.dltb.values["TBBH"][one])
    g.told("1305", g.dltb.id, other, "TBBH")


def another_class_name(g: Ground) -> None:
    at = g.dltb.pick("any", _any)
    g.dltb.set(at, DLMC="不明")
    g.told("1306", g.dltb.id, at, "DLMC")


def another_village_name(g: Ground) -> None:
    at = g.dltb.pick("any", _any)
    g.dltb.set(at, ZLDWMC=f"错村{g.number()}")
    g.told("1306", g.dltb.id, at, "ZLDWMC")
    g.told("1306", g.dltb.id, at, "ZLDWMC", because="the layer of villages says so too")


def another_town_name(g: Ground) -> None:
    at = g.farm.pick("any", _any)
    g.farm.set(at, XZQMC=f"错镇{g.number()}")
    g.told("1306", g.farm.id, at, "XZQMC")
    g.told("1306", g.farm.id, at, "XZQMC", because="the layer of towns says so too")


def another_county(g: Ground) -> None:
    at = g.dltb.pick("large", _large)
    g.dltb.set(at, BSM=f"3490222110{g.number():08d}")
    g.told("1307", g.dltb.id, at, "BSM")


def village_of_another_county(g: Ground) -> None:
    at = g.dltb.pick("any", _any)
    g.moved(g.dltb.values["ZLDWDM"][at], -g.dltb.values["TBMJ"][at])
    g.dltb.set(at, ZLDWDM=f"349022{g.number():06d}0000000")
    g.told("1307", g.dltb.id, at, "ZLDWDM")
    g.told("1307", g.dltb.id, at, "ZLDWDM", because="no such village is known")


def unknown_village(g: Ground) -> None:
    at = g.dltb.pick("any", _any)
    g.moved(g.dltb.values["ZLDWDM"][at], -g.dltb.values["TBMJ"][at])
    g.dltb.set(at, ZLDWDM=f"349021{900_000 + g.number():06d}0000000")
    g.told("1307", g.dltb.id, at, "ZLDWDM")


def no_slope(g: Ground) -> None:
    at = g.dltb.pick("flat", _flat)
    g.dltb.set(at, GDPDJB=None)
    g.told("1310", g.dltb.id, at, "GDPDJB")


def kind_on_the_flat(g: Ground) -> None:
    at = g.dltb.pick("flat", _flat)
    g.dltb.set(at, GDLX="PD")
    g.told("1311", g.dltb.id, at, "GDPDJB")


def no_kind(g: Ground) -> None:
    at = g.dltb.pick("slope", _slope)
    g.dltb.set(at, GDLX=None)
    g.told("1312", g.dltb.id, at, "GDLX")


def terrace_without_share(g: Ground) -> None:
    at = g.dltb.pick("terrace", _terrace)
    g.dltb.set(at, KCXS=0.0, KCMJ=0.0, KCDLBM=None, TBDLMJ=g.dltb.values["TBMJ"][at])
    g.told("1312", g.dltb.id, at, "KCXS")


def another_share(g: Ground) -> None:
    at = g.dltb.pick("slope", _slope)
    area, share = g.dltb.values["TBMJ"][at], g.dltb.values["KCXS"][at] + 0.01
    ridge = _rounded(area * share)
    g.dltb.set(at, KCXS=share, KCMJ=ridge, TBDLMJ=_rounded(area - ridge))
    g.told("1312", g.dltb.id, at, "KCXS")


def ridge_in_the_wood(g: Ground) -> None:
    at = g.dltb.pick("wood", _wood)
    g.dltb.set(at, KCDLBM="1203")
    g.told("1313", g.dltb.id, at, "KCXS")


def share_without_ridge(g: Ground) -> None:
    at = g.dltb.pick("slope", _slope)
    g.dltb.set(at, KCDLBM=None)
    g.told("1313", g.dltb.id, at, "KCDLBM")


def no_planting(g: Ground) -> None:
    at = g.dltb.pick("plain crop", lambda row, shape: _crop(row, shape) and row["TBXHDM"] is None)
    g.dltb.set(at, ZZSXDM=None)
    g.told("1314", g.dltb.id, at, "ZZSXDM")


def restorable_house(g: Ground) -> None:
    at = g.dltb.pick("house", _house)
    g.dltb.set(at, ZZSXDM="JKHF")
    g.told("1315", g.dltb.id, at, "ZZSXDM")


def crops_in_the_wood(g: Ground) -> None:
    at = g.dltb.pick("wood", _wood)
    g.dltb.set(at, ZZSXDM="LS")
    g.told("1315", g.dltb.id, at, "ZZSXDM")


def river_field_in_the_wood(g: Ground) -> None:
    at = g.dltb.pick("wood", _wood)
    g.dltb.set(at, TBXHDM="HDGD")
    g.told("1316", g.dltb.id, at, "TBXHDM")


def house_without_settlement(g: Ground) -> None:
    at = g.dltb.pick("house", _house)
    g.dltb.set(at, CZCSXM=None)
    g.told("1317", g.dltb.id, at, "CZCSXM")


def wide_lane(g: Ground) -> None:
    at = g.dltb.pick("lane", _lane)
    g.dltb.set(at, XZDWKD=9.5)
    g.told("1318", g.dltb.id, at, "XZDWKD")


def lane_without_width(g: Ground) -> None:
    at = g.dltb.pick("lane", _lane)
    g.dltb.set(at, XZDWKD=None)
    g.told("1318", g.dltb.id, at, "XZDWKD")


def wide_wood(g: Ground) -> None:
    at = g.dltb.pick("wood", _wood)
    g.dltb.set(at, XZDWKD=3.0)
    g.told("1318", g.dltb.id, at, "XZDWKD")


def island_without_name(g: Ground) -> None:
    at = g.dltb.pick("any", _any)
    g.dltb.set(at, MSSM="01")
    g.told("1319", g.dltb.id, at, "HDMC")


def another_area(g: Ground) -> None:
    at = g.dltb.pick("wood", _wood)
    off = round(5.0 + g.dltb.values["TBMJ"][at] * 0.01, 2)
    _enlarged(g, at, off)


def adjusted_too_far(g: Ground) -> None:
    at = g.dltb.pick("wood", _wood)
    _enlarged(g, at, 0.31)


def _enlarged(g: Ground, at: int, off: float) -> None:
    area = _rounded(g.dltb.values["TBMJ"][at] + off)
    g.dltb.set(at, TBMJ=area, TBDLMJ=area)
    g.moved(g.dltb.values["ZLDWDM"][at], off)
    g.told("1401", g.dltb.id, at, "TBMJ")


def another_deduction(g: Ground) -> None:
    at = g.dltb.pick("slope", _slope)
    area, ridge = g.dltb.values["TBMJ"][at], _rounded(g.dltb.values["KCMJ"][at] + 3.0)
    g.dltb.set(at, KCMJ=ridge, TBDLMJ=_rounded(area - ridge))
    g.told("1402", g.dltb.id, at, "KCMJ")


def another_class_area(g: Ground) -> None:
    at = g.dltb.pick("any", _any)
    g.dltb.set(at, TBDLMJ=_rounded(g.dltb.values["TBDLMJ"][at] + 7.0))
    g.told("1403", g.dltb.id, at, "TBDLMJ")


def village_off_by_a_cent(g: Ground) -> None:
    sheet = g.sheets["cjdcq-2020"]
    at = int(g.rng.integers(len(sheet.clean)))
    sheet.values["DCMJ"][at] = round(sheet.values["DCMJ"][at] + 0.01, 2)
    code = sheet.values["ZLDWDM"][at][:12]
    g.village_cents[code] = g.village_cents.get(code, 0) + 1


def town_off_by_two_cents(g: Ground) -> None:
    sheet = g.sheets["xzq-2020"]
    at = int(g.rng.integers(len(sheet.clean)))
    sheet.values["DCMJ"][at] = round(sheet.values["DCMJ"][at] + 0.02, 2)
    code = sheet.values["XZQDM"][at]
    g.town_cents[code] = g.town_cents.get(code, 0) + 2


def planned_area(g: Ground) -> None:
    sheet = g.sheets["ghdltb-2021"]
    at = sheet.pick("any", _any)
    sheet.values["GHDLMJ"][at] = _rounded(sheet.values["GHDLMJ"][at] * 1.05 + 30.0)
    g.told("1406", sheet.id, at, "GHDLMJ")


def planned_class_unknown(g: Ground) -> None:
    sheet = g.sheets["ghdltb-2021"]
    at = sheet.pick("any", _any)
    sheet.set(at, GHDLBM="9999", GHDLMC="无")
    g.told("1302", sheet.id, at, "GHDLBM")


def planned_class_empty(g: Ground) -> None:
    sheet = g.sheets["ghdltb-2021"]
    at = sheet.pick("any", _any)
    sheet.set(at, GHDLMC=None)
    g.told("1303", sheet.id, at, "GHDLMC")


def small_parcel(g: Ground) -> None:
    """Land that is mapped from 1500 m² on: bare rock of 700 m²."""
    sheet = g.dltb
    at = sheet.pick(
        "small wood",
        lambda row, shape: (
            _wood(row, shape) and 610 < row["TBMJ"] < 1490 and shape.wkb_hex not in g.protected
        ),
    )
    sheet.set(at, DLBM="1206", DLMC=landclass.scheme("sandiao").name("1206"))
    g.told("1504", sheet.id, at)


KINDS = [
    too_long, too_many_digits, first_level_class, unknown_ownership, empty_owner, year_of_hastings, same_number,
    same_number_in_a_village, another_class_name, another_village_name, another_town_name, another_county,
    village_of_another_county, unknown_village, no_slope, kind_on_the_flat, no_kind, terrace_without_share, another_share,
    ridge_in_the_wood, share_without_ridge, no_planting, restorable_house, crops_in_the_wood, river_field_in_the_wood,
    house_without_settlement, wide_lane, lane_without_width, wide_wood, island_without_name, another_area, adjusted_too_far,
    another_deduction, another_class_area, village_off_by_a_cent, town_off_by_two_cents, planned_area, planned_class_unknown,
    planned_class_empty, small_parcel,
]  # fmt: skip
