"""地类图斑 DLTB, 行政区 XZQ, 村级调查区 CJDCQ: every field by the rules of the survey database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyproj
import shapely

from guotu.demo.landscape import Landscape
from guotu.demo.landuse import CODES
from guotu.demo.measure import ellipsoid_area, half_up, to_lonlat
from guotu.demo.noise import Rng
from guotu.demo.plan import (
    CENTRE_LATITUDE,
    COUNTY_NAME,
    DIVISION,
    ZONE,
    ZONE_EDGE_LONGITUDE,
    Calendar,
)
from guotu.demo.settlements import village_codes
from guotu.demo.writers import Column, Table
from guotu.model.arrays import Float64Array, GeometryArray, Int64Array
from guotu.standards import landclass

BANK_COEFFICIENT: Final = {
    ("TT", "2"): 0.0680,
    ("TT", "3"): 0.1195,
    ("TT", "4"): 0.1886,
    ("TT", "5"): 0.2557,
    ("PD", "2"): 0.0352,
    ("PD", "3"): 0.0688,
    ("PD", "4"): 0.1043,
    ("PD", "5"): 0.1497,
}
"""扣除系数 of the county by 耕地类型 and 坡度级别."""
PLANTING: Final = {
    "LS": "种植粮食作物",
    "FLS": "种植非粮食作物",
    "LYFL": "粮与非粮轮作",
    "XG": "休耕",
    "WG": "未耕种",
    "JKHF": "即可恢复",
    "GCHF": "工程恢复",
}
COUNTY_UNIT: Final = (DIVISION + "0" * 13, COUNTY_NAME)
FOREST_UNIT: Final = (DIVISION + "000400" + "0" * 7, f"{COUNTY_NAME}国有林场")

DLTB_COLUMNS: Final = (
    Column("BSM", "text", 18),
    Column("YSDM", "text", 10),
    Column("TBYBH", "text", 18),
    Column("TBBH", "text", 8),
    Column("DLBM", "text", 5),
    Column("DLMC", "text", 60),
    Column("QSXZ", "text", 2),
    Column("QSDWDM", "text", 19),
    Column("QSDWMC", "text", 60),
    Column("ZLDWDM", "text", 19),
    Column("ZLDWMC", "text", 60),
    Column("TBMJ", "float", 15, 2),
    Column("KCDLBM", "text", 5),
    Column("KCXS", "float", 6, 4),
    Column("KCMJ", "float", 15, 2),
    Column("TBDLMJ", "float", 15, 2),
    Column("GDLX", "text", 2),
    Column("GDPDJB", "text", 2),
    Column("XZDWKD", "float", 5, 1),
    Column("TBXHDM", "text", 6),
    Column("TBXHMC", "text", 20),
    Column("ZZSXDM", "text", 6),
    Column("ZZSXMC", "text", 20),
    Column("GDDB", "int", 2),
    Column("FRDBS", "text", 1),
    Column("CZCSXM", "text", 4),
    Column("SJNF", "int", 4),
    Column("MSSM", "text", 2),
    Column("HDMC", "text", 100),
    Column("BZ", "text", 60),
)
DIVISION_COLUMNS: Final = (
    Column("BSM", "text", 18),
    Column("YSDM", "text", 10),
    Column("XZQDM", "text", 12),
    Column("XZQMC", "text", 100),
    Column("DCMJ", "float", 15, 2),
    Column("JSMJ", "float", 15, 2),
    Column("MSSM", "text", 2),
    Column("HDMC", "text", 100),
    Column("BZ", "text", 60),
)


@dataclass(frozen=True, slots=True)
class Survey:
    """The survey of a year: rows of DLTB in file order with what later layers need beside the table.

    Geometries are in the county's plane (easting, northing); `row_of` maps a parcel label to its row.
    """

    table: Table
    lonlat: GeometryArray
    village: Int64Array
    label: Int64Array
    mean: dict[str, Float64Array]
    town_codes: tuple[str, ...]
    village_codes: tuple[str, ...]
    village_names: tuple[str, ...]
    cropland: np.ndarray
    rank: Int64Array
    calendar: Calendar

    @property
    def polygons(self) -> GeometryArray:
        assert self.table.geometry is not None
        return self.table.geometry

    @property
    def codes(self) -> np.ndarray:
        return self.table.array("DLBM")


def origin() -> Float64Array:
    """Easting and northing of the county's (0, 0) for a county of any size: whole metres."""
    change = pyproj.Transformer.from_crs(4490, ZONE.epsg, always_xy=True)
    return np.round(np.array(change.transform(ZONE_EDGE_LONGITUDE, CENTRE_LATITUDE)))


def placement(land: Landscape) -> Float64Array:
    """What to add to county metres: the zone's edge runs through the county's east."""
    return np.asarray(np.round(origin() - [0.27 * land.plan.side, 0.0]), float)


def survey(land: Landscape, calendar: Calendar, rng: Rng) -> Survey:
    """DLTB of the first year."""
    order, village_of = _order(land)
    shift = placement(land)
    geometry = shapely.transform(land.polygons[order], lambda xy: np.round(xy + shift, 3))
    lonlat = to_lonlat(geometry)
    area = half_up(ellipsoid_area(lonlat))
    town_codes, codes, labels = village_codes(land.town_of, land.settlements)
    dlbm = np.array(CODES)[land.dlbm[order]]
    rank = land.rank()[order]
    mean = {name: value[order] for name, value in land.mean.items()}
    values: dict[str, Any] = {
        "YSDM": np.full(len(order), "2001010100"),
        "DLBM": dlbm,
        "DLMC": class_names(dlbm),
        "TBMJ": area,
        "SJNF": np.full(len(order), calendar.first_year),
        "MSSM": np.full(len(order), "00"),
        "ZLDWDM": np.array([code + "0" * 7 for code in codes])[village_of],
        "ZLDWMC": np.array(labels)[village_of],
    }
    values |= _numbers(village_of)
    values |= _tillage(dlbm, mean["slope"], mean["above"], area, rng)
    values |= _ownership(dlbm, rank, mean, values)
    values |= _place(dlbm, rank, mean["depth"], land.strip[order], land)
    empty = np.full(len(order), "")
    for name in ("TBYBH", "FRDBS", "HDMC", "BZ"):
        values.setdefault(name, empty)
    table = Table("DLTB", DLTB_COLUMNS, values, geometry)
    crop = np.isin(dlbm, ("0101", "0102", "0103"))
    return Survey(
        table,
        lonlat,
        village_of,
        order,
        mean,
        tuple(town_codes),
        tuple(codes),
        tuple(labels),
        crop,
        rank,
        calendar,
    )


def class_names(codes: np.ndarray) -> np.ndarray:
    """Names of 三调 land classes."""
    scheme = landclass.scheme("sandiao")
    kinds, place = np.unique(codes, return_inverse=True)
    return np.array([scheme.name(code) for code in kinds.tolist()])[place]


def _order(land: Landscape) -> tuple[Int64Array, Int64Array]:
    """Parcel labels by village code, then from north-west to south-east in bands; and the village of each row."""
    _, codes, _ = village_codes(land.town_of, land.settlements)
    place = np.argsort(np.argsort(codes))
    centre = shapely.get_coordinates(shapely.centroid(land.polygons))
    band = np.floor(-centre[:, 1] / 400.0)
    order = np.lexsort((centre[:, 0], band, place[land.village]))
    return order, land.village[order]


def _numbers(village: Int64Array) -> dict[str, np.ndarray]:
    count = len(village)
    first = np.concatenate([[True], village[1:] != village[:-1]])
    start = np.maximum.accumulate(np.where(first, np.arange(count), 0))
    number = np.arange(count) - start + 1
    return {
        "BSM": np.char.add(DIVISION + "2110", np.char.zfill(np.arange(1, count + 1).astype(str), 8)),
        "TBBH": np.char.zfill(number.astype(str), 5),
    }


def _tillage(
    dlbm: np.ndarray, slope: Float64Array, above: Float64Array, area: Float64Array, rng: Rng
) -> dict[str, Any]:
    """坡度级, 耕地类型, 扣除 and 种植属性 — for cultivated land, with the restorable marks of orchards and ponds."""
    count = len(dlbm)
    crop = np.char.startswith(dlbm, "01")
    steep = np.array(["1", "2", "3", "4", "5"])[np.searchsorted([2.0, 6.0, 15.0, 25.0], slope)]
    steep = np.where(crop & (dlbm == "0101") & (slope < 3.5), "1", steep)
    level = np.where(crop, steep, "")
    kind = np.where(crop & (level != "1"), np.where(rng.random(count) < 0.72, "TT", "PD"), "")
    ratio = np.array(
        [BANK_COEFFICIENT.get(pair, 0.0) for pair in zip(kind.tolist(), level.tolist(), strict=True)]
    )
    banks = half_up(area * ratio)
    luck = rng.random(count)
    planted = np.array(["LS", "LYFL", "FLS", "WG", "XG"])[np.searchsorted([0.78, 0.86, 0.95, 0.985], luck)]
    again = np.isin(dlbm, ("0201", "0202", "0204", "0301", "0302", "0307", "1104"))
    back = np.where(luck < 0.10, "JKHF", np.where(luck < 0.15, "GCHF", ""))
    planting = np.where(crop, planted, np.where(again & (slope < 15), back, ""))
    bed = crop & (above < 1.2) & (luck < 0.012) & np.isin(planting, ("LS", "LYFL", "FLS"))
    return {
        "GDPDJB": level,
        "GDLX": kind,
        "KCXS": ratio,
        "KCDLBM": np.where(ratio > 0, "1203", ""),
        "KCMJ": banks,
        "TBDLMJ": half_up(area - banks),
        "ZZSXDM": planting,
        "ZZSXMC": np.array([PLANTING.get(code, "") for code in planting.tolist()]),
        "TBXHDM": np.where(bed, "HDGD", ""),
        "TBXHMC": np.where(bed, "河道耕地", ""),
        "GDDB": np.array(
            [
                int(5 + g) if c else None
                for c, g in zip(crop.tolist(), rng.integers(0, 5, count), strict=True)
            ],
            object,
        ),
    }


def _ownership(
    dlbm: np.ndarray, rank: Int64Array, mean: dict[str, Float64Array], values: dict[str, Any]
) -> dict[str, Any]:
    """State land: roads, rivers, towns' built-up land, a state forest farm; the rest belongs to the villages."""
    urban = (rank > 0) & (mean["depth"] < 1.3)
    town = np.isin(
        dlbm, ("0701", "05H1", "08H1", "08H2", "0809", "0810", "0601", "0508", "1004", "1005", "1201", "09")
    )
    public = np.isin(dlbm, ("1001", "1003", "1101", "1103", "1106", "1107A", "1109"))
    farm = np.isin(dlbm, ("0301", "0302", "0305")) & (mean["above"] > 95.0)
    state = public | (town & urban) | farm
    code, name = values["ZLDWDM"].astype("U19"), values["ZLDWMC"].astype("U60")
    code = np.where(state, COUNTY_UNIT[0], code)
    name = np.where(state, COUNTY_UNIT[1], name)
    code, name = np.where(farm, FOREST_UNIT[0], code), np.where(farm, FOREST_UNIT[1], name)
    return {"QSXZ": np.where(state, "20", "30"), "QSDWDM": code, "QSDWMC": name}


def _place(
    dlbm: np.ndarray, rank: Int64Array, depth: Float64Array, strip: Int64Array, land: Landscape
) -> dict[str, Any]:
    """城镇村属性码 and the width of linear parcels."""
    built = np.isin(np.array([c[:2] for c in dlbm.tolist()]), ("05", "06", "07", "08", "09"))
    built |= np.isin(dlbm, ("1004", "1005", "1201"))
    mark = np.where((rank > 0) & (depth < 1.3), "202", "203")
    mark = np.where((dlbm == "0601") & (depth > 1.3), "203A", mark)
    mark = np.where(dlbm == "0602", "204", mark)
    mark = np.where((dlbm == "09") & (depth > 1.3), "205", mark)
    width = np.array([s.width for s in land.strips] + [np.nan])[strip]
    linear = np.isin(dlbm, ("1001", "1003", "1004", "1006", "1101", "1107", "1107A"))
    return {
        "CZCSXM": np.where(built, mark, ""),
        "XZDWKD": np.where(linear, half_up(width, 1), np.nan),
    }


def divisions(land: Landscape, parcels: Survey) -> tuple[Table, Table]:
    """XZQ (towns, nine digits) and CJDCQ (villages, nineteen), dissolved from the same edges as the parcels."""
    shift = placement(land)
    area = parcels.table.array("TBMJ")
    town_of_row = land.town_of[parcels.village]
    towns = _dissolved(land, land.town_of[land.village], shift)
    villages = _dissolved(land, land.village, shift)
    town_table = _division_table(
        "XZQ",
        ("1000600100", "1110"),
        parcels.town_codes,
        land.settlements.town_names,
        towns,
        np.asarray(np.bincount(town_of_row, area, len(parcels.town_codes)), float),
    )
    village_table = _division_table(
        "CJDCQ",
        ("1000600400", "1120"),
        tuple(code + "0" * 7 for code in parcels.village_codes),
        parcels.village_names,
        villages,
        np.asarray(np.bincount(parcels.village, area, len(parcels.village_codes)), float),
    )
    names = {"XZQDM": "ZLDWDM", "XZQMC": "ZLDWMC"}
    columns = tuple(
        Column(names.get(c.name, c.name), c.kind, {"XZQDM": 19, "XZQMC": 60}.get(c.name, c.width), c.decimals)
        for c in DIVISION_COLUMNS
    )
    values = {names.get(name, name): value for name, value in village_table.values.items()}
    return town_table, Table("CJDCQ", columns, values, village_table.geometry)


def _dissolved(land: Landscape, group: Int64Array, shift: Float64Array) -> GeometryArray:
    polygons = land.cover.grouped(group).polygons()[1]
    return np.asarray(shapely.transform(polygons, lambda xy: np.round(xy + shift, 3)))


def _division_table(
    name: str,
    kind: tuple[str, str],
    codes: tuple[str, ...],
    labels: tuple[str, ...],
    geometry: GeometryArray,
    area: Float64Array,
) -> Table:
    """A division layer; `kind` is (要素代码, layer part of the key), `area` the sum of 图斑面积 of each division."""
    count, (ysdm, layer) = len(codes), kind
    order = np.argsort(codes)
    values = {
        "BSM": np.array([f"{DIVISION}{layer}{i + 1:08d}" for i in range(count)]),
        "YSDM": np.full(count, ysdm),
        "XZQDM": np.array(codes)[order],
        "XZQMC": np.array(labels)[order],
        "DCMJ": half_up(area)[order],
        "JSMJ": half_up(ellipsoid_area(to_lonlat(geometry)))[order],
        "MSSM": np.full(count, "00"),
        "HDMC": np.full(count, ""),
        "BZ": np.full(count, ""),
    }
    return Table(name, DIVISION_COLUMNS, values, geometry[order])
