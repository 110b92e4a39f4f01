"""Planning: farmland under protection, red line, urban boundary, planned use, and the plan before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from guotu.demo.landscape import Landscape
from guotu.demo.layers_survey import Survey, placement
from guotu.demo.measure import ellipsoid_area, half_up, to_lonlat
from guotu.demo.noise import Noise, Rng
from guotu.demo.plan import CITY_NAME, COUNTY_NAME, DIVISION, PROVINCE_CODE, PROVINCE_NAME
from guotu.demo.writers import Column, Kind, Table
from guotu.model.arrays import BoolArray, Float64Array, GeometryArray, Int64Array
from guotu.standards import landclass

LINEAR: Final = ("1001", "1003", "1101", "1103")
ZONE_NAMES: Final = {"410": "城镇集中建设区", "420": "城镇弹性发展区", "430": "特别用途区"}
CONTROL_NAMES: Final = {"010": "允许建设区", "020": "有条件建设区", "030": "限制建设区", "040": "禁止建设区"}
PLANNED: Final = {
    "0101": "0101", "0102": "0102", "0103": "0103", "0201": "0201", "0202": "0202", "0204": "0205", "0301": "0301",
    "0302": "0302", "0305": "0303", "0307": "0304", "0404": "0403", "0508": "1101", "05H1": "0901", "0601": "1001",
    "0602": "1002", "0701": "0701", "0702": "0703", "0809": "1312", "0810": "1401", "08H1": "0801", "08H2": "0804",
    "09": "1507", "1001": "1201", "1003": "1202", "1004": "1207", "1005": "1208", "1006": "0601", "1101": "1701",
    "1103": "1703", "1104": "1704", "1104A": "1704", "1106": "0506", "1107": "1705", "1107A": "1705", "1109": "1311",
    "1201": "0701", "1202": "0602", "1206": "2306", "1207": "2307",
}  # fmt: skip
"""Planned class (用地用海 2023) of land the plan leaves as it is."""


@dataclass(frozen=True, slots=True)
class Zoning:
    """What the plan says of each parcel (row of the survey)."""

    zone: np.ndarray
    farm: BoolArray
    red: BoolArray
    planned: np.ndarray
    control: np.ndarray
    old_use: np.ndarray


def zone_parcels(land: Landscape, survey: Survey, rng: Rng) -> Zoning:
    """Three lines that never meet, planned classes, and the zones of the 2006–2020 plan."""
    urban, codes = survey.mean["urban"], survey.codes
    seat = land.settlements.rank[land.town[survey.label]] == 2
    sector = _sector(land, survey)
    zone = np.where(urban < 1.0, "410", "")
    zone = np.where(seat & (urban >= 1.0) & (urban < 1.15), np.where(sector == 0, "420", "430"), zone)
    zone = np.where((zone == "430") & (sector != 2), "", zone)
    red = _red_line(survey, zone)
    farm = _farmland(survey, zone, rng)
    planned = _planned(codes, zone, sector, seat, rng)
    control = np.where(
        np.isin(codes, ("0601", "0701", "0702", "05H1", "08H1", "08H2", "0809", "1004", "0508", "1201")),
        "010",
        "030",
    )
    control = np.where((zone == "410") & (urban < 0.9), "010", control)
    control = np.where(((zone == "410") & (urban >= 0.9)) | (zone == "420"), "020", control)
    control = np.where(red & (survey.mean["above"] > 30.0), "040", control)
    return Zoning(zone, farm, red, planned, control, _old_use(survey, zone, farm, red, control))


def _sector(land: Landscape, survey: Survey) -> Int64Array:
    """Around the seat: 0 industry (the easiest ground), 1 homes, 2 green."""
    centre = shapely.get_coordinates(shapely.centroid(survey.polygons)) - placement(land)
    away = centre - land.settlements.xy[0]
    angle = np.arctan2(away[:, 1], away[:, 0])
    ring = (survey.mean["urban"] > 0.75) & (survey.mean["urban"] < 1.3)
    hard = (
        survey.mean["slope"]
        + 30.0 * np.isin(survey.codes, ("1101", "1103"))
        + 4.0 * np.isin(survey.codes, ("1003", "1001"))
    )
    best, cost = 0.0, np.inf
    for bearing in np.linspace(-np.pi, np.pi, 16, endpoint=False):
        mine = ring & (np.abs(_turn(angle - bearing)) < 0.9)
        if mine.any() and hard[mine].mean() < cost:
            best, cost = float(bearing), float(hard[mine].mean())
    gap = np.abs(_turn(angle - best))
    return np.where(gap < 1.15, 0, np.where(gap < 2.2, 1, 2))


def _turn(angle: Float64Array) -> Float64Array:
    return np.asarray((angle + np.pi) % (2 * np.pi) - np.pi, float)


def _red_line(survey: Survey, zone: np.ndarray) -> BoolArray:
    """The wildest seventh of the county: high, steep, wooded; reservoirs and their shores too."""
    codes = survey.codes
    fit = np.isin(codes, ("0301", "0302", "0305", "0307", "0404", "1207", "1103")) & (zone == "")
    centre = shapely.get_coordinates(shapely.centroid(survey.polygons))
    broad = Noise(np.random.default_rng(len(codes)), 3200.0, 2)(centre - centre.mean(axis=0))
    score = survey.mean["above"] / 60.0 + survey.mean["slope"] / 14.0 + 0.9 * broad + 3.0 * (codes == "1103")
    area = survey.table.array("TBMJ")
    order = np.argsort(-np.where(fit, score, -99.0), kind="stable")
    quota = np.cumsum(np.where(fit, area, 0.0)[order]) < area.sum() / 7.0
    red = np.zeros(len(codes), bool)
    red[order[quota]] = True
    return np.asarray(red & fit, bool)


def _farmland(survey: Survey, zone: np.ndarray, rng: Rng) -> BoolArray:
    """Four fifths of the cultivated land: flat and stable first, none in towns."""
    level = survey.table.array("GDPDJB")
    return np.asarray(
        survey.cropland
        & (zone == "")
        & np.isin(level, ("1", "2", "3"))
        & (survey.mean["depth"] > 1.05)
        & (rng.random(len(zone)) < np.where(level == "3", 0.6, 0.88)),
        bool,
    )


def _planned(
    codes: np.ndarray, zone: np.ndarray, sector: Int64Array, seat: BoolArray, rng: Rng
) -> np.ndarray:
    planned = np.array([PLANNED[code] for code in codes.tolist()])
    rural = np.isin(np.array([c[:2] for c in codes.tolist()]), ("01", "02", "03", "04", "12"))
    rural |= np.isin(codes, ("1006", "1104", "1104A", "1107", "1107A", "0702", "1201"))
    fixed = np.isin(codes, LINEAR)
    inner = (zone == "410") & ~fixed
    fill = np.where(
        rng.random(len(codes)) < 0.12, "1401", np.where(rng.random(len(codes)) < 0.2, "0901", "0701")
    )
    planned = np.where(inner & rural, fill, planned)
    planned = np.where(inner & seat & (sector == 0) & (rural | (codes == "0601")), "1001", planned)
    planned = np.where((zone == "420") & ~fixed, "16", planned)
    return np.where((zone == "430") & rural, "1401", planned)


def _old_use(
    survey: Survey, zone: np.ndarray, farm: BoolArray, red: BoolArray, control: np.ndarray
) -> np.ndarray:
    codes = survey.codes
    use = np.full(len(codes), "990")
    use = np.where(
        survey.cropland | np.isin(codes, ("0201", "0202", "0204", "1202", "1104", "1104A")), "020", use
    )
    use = np.where(np.isin(codes, ("0301", "0302", "0305", "0307", "0404")), "090", use)
    use = np.where(np.isin(codes, ("0702", "1201", "08H2", "05H1")), "040", use)
    use = np.where((zone == "410") & (control == "010"), "030", use)
    use = np.where((codes == "0601") & (zone == ""), "050", use)
    return np.where(farm, "010", np.where(red, "070", use))


def dissolve(land: Landscape, survey: Survey, group: Int64Array) -> tuple[Int64Array, GeometryArray]:
    """Connected parts of each group of rows (-1: none), in the county's plane, over the parcels' own vertices."""
    by_label = np.empty(len(group), np.int64)
    by_label[survey.label] = group
    names, polygons = land.cover.grouped(by_label).polygons()
    parts, owner = shapely.get_parts(polygons, return_index=True)
    shift = placement(land)
    return names[owner], np.asarray(shapely.transform(parts, lambda xy: np.round(xy + shift, 3)))


def grouped(values: np.ndarray, keep: BoolArray) -> tuple[Int64Array, np.ndarray]:
    """Group number of each row (-1 where not kept) and the value of each group."""
    kinds, number = np.unique(values, return_inverse=True)
    return np.where(keep, number, -1), kinds


def bsm(layer: str, count: int) -> np.ndarray:
    """18-character keys of a layer."""
    return np.array([f"{DIVISION}{layer}{i + 1:08d}" for i in range(count)])


def official(polygons: GeometryArray) -> Float64Array:
    """Official ellipsoid areas (m², two decimals) of polygons in the county's plane."""
    return half_up(ellipsoid_area(to_lonlat(polygons)))


def farmland_table(survey: Survey, zoning: Zoning, towns: tuple[str, ...]) -> Table:
    """YJJBNTTB: the protected parcels, one for one."""
    rows = np.flatnonzero(zoning.farm)
    source = survey.table.take(rows)
    code = np.array([value[:9] for value in source.values["ZLDWDM"]])
    names = dict(zip(survey.town_codes, towns, strict=True))
    values: dict[str, Any] = {
        "BSM": bsm("2501", len(rows)),
        "YSDM": np.full(len(rows), "2005010300"),
        "XZQDM": code,
        "XZQMC": np.array([names[c] for c in code.tolist()]),
        "YJJBNTTBBH": np.array([f"{c}{i + 1:06d}" for i, c in enumerate(code.tolist())]),
        "YJJBNTTBMJ": source.values["TBMJ"],
        "YJJBNTMJ": source.values["TBDLMJ"],
        "GDZZSXDM": source.values["ZZSXDM"],
        "WDGD": np.where(np.isin(source.values["GDPDJB"], ("1", "2")), "1", "0"),
        "BHKSSJ": np.full(len(rows), survey.calendar.plan_date),
        "SJNF": source.values["SJNF"],
    }
    same = (
        "TBBH",
        "DLBM",
        "DLMC",
        "QSXZ",
        "QSDWDM",
        "QSDWMC",
        "ZLDWDM",
        "ZLDWMC",
        "KCDLBM",
        "KCXS",
        "KCMJ",
        "GDLX",
        "GDPDJB",
        "TBXHDM",
    )
    values |= {name: source.values[name] for name in same}
    order = (
        "BSM", "YSDM", "XZQDM", "XZQMC", "YJJBNTTBBH", "TBBH", "DLBM", "DLMC", "QSXZ", "QSDWDM", "QSDWMC", "ZLDWDM", "ZLDWMC",
        "KCDLBM", "KCXS", "KCMJ", "YJJBNTTBMJ", "YJJBNTMJ", "GDLX", "GDPDJB", "TBXHDM", "GDZZSXDM", "WDGD", "BHKSSJ", "SJNF",
    )  # fmt: skip
    kinds: dict[str, Kind] = {
        "KCXS": "float",
        "KCMJ": "float",
        "YJJBNTTBMJ": "float",
        "YJJBNTMJ": "float",
        "SJNF": "int",
        "BHKSSJ": "date",
    }
    columns = tuple(Column(name, kinds.get(name, "text")) for name in order)
    return Table("YJJBNTTB", columns, values, source.geometry)


def red_line_table(land: Landscape, survey: Survey, zoning: Zoning) -> Table:
    """STBHHX: whole areas, larger than two hectares."""
    _, parts = dissolve(land, survey, np.where(zoning.red, 0, -1))
    count = len(parts)
    values = {
        "BSM": bsm("3101", count),
        "YSDM": np.full(count, "3003010000"),
        "SJXZQDM": np.full(count, PROVINCE_CODE),
        "SJXZQMC": np.full(count, PROVINCE_NAME),
        "SJXZQMC1": np.full(count, CITY_NAME),
        "XJXZQDM": np.full(count, DIVISION),
        "XJXZQMC": np.full(count, COUNTY_NAME),
        "LHLX": np.full(count, "陆域"),
        "MJ": official(parts),
    }
    columns = tuple(
        Column(
            name, "float" if name == "MJ" else "text", 15 if name == "MJ" else 50, 2 if name == "MJ" else 0
        )
        for name in values
    )
    return Table("STBHHX", columns, values, parts)


def boundary_table(land: Landscape, survey: Survey, zoning: Zoning) -> Table:
    """CZKFBJ under Chinese field names cut to ten bytes, as some plan databases come."""
    group, kinds = grouped(zoning.zone, zoning.zone != "")
    number, parts = dissolve(land, survey, group)
    zone = kinds[number]
    count = len(parts)
    values = {
        "标识码": bsm("3201", count),
        "要素代码": np.full(count, "3002010000"),
        "行政区代码": np.full(count, DIVISION),
        "行政区名称": np.full(count, COUNTY_NAME),
        "规划分区代": zone,
        "规划分区名": np.array([ZONE_NAMES[z] for z in zone.tolist()]),
        "面积": official(parts),
    }
    columns = (
        Column("标识码", "text", 18),
        Column("要素代码", "text", 10),
        Column("行政区代码", "text", 12),
        Column("行政区名称", "text", 100),
        Column("规划分区代", "text", 3),
        Column("规划分区名", "text", 50),
        Column("面积", "float", 15, 2),
    )
    return Table("CZKFBJ", columns, values, parts)


def planned_use_table(land: Landscape, survey: Survey, zoning: Zoning) -> Table:
    """GHYT: a coverage of planned classes, by village."""
    scheme = landclass.scheme("ydyh-2023")
    key = np.array(
        [f"{c}|{v}" for c, v in zip(zoning.planned.tolist(), survey.village.tolist(), strict=True)]
    )
    group, kinds = grouped(key, np.ones(len(key), bool))
    number, parts = dissolve(land, survey, group)
    codes = np.array([kind.split("|")[0] for kind in kinds.tolist()])[number]
    count = len(parts)
    values = {
        "BSM": np.char.add(bsm("3301", count), "00"),
        "YSDM": np.full(count, "2003020100"),
        "TBBH": np.char.zfill(np.arange(1, count + 1).astype(str), 8),
        "GHDLBM": codes,
        "GHDLMC": np.array([scheme.name(code) for code in codes.tolist()]),
        "GHDLMJ": official(parts),
    }
    columns = tuple(Column(name, "float" if name == "GHDLMJ" else "text") for name in values)
    return Table("GHYT", columns, values, parts)


def control_table(land: Landscape, survey: Survey, zoning: Zoning) -> Table:
    """JSYDGZQ of the 2006–2020 plan: a coverage."""
    group, kinds = grouped(zoning.control, np.ones(len(zoning.control), bool))
    number, parts = dissolve(land, survey, group)
    codes = kinds[number]
    count = len(parts)
    values = {
        "BSM": np.arange(1, count + 1),
        "YSDM": np.full(count, "2003020420"),
        "GZQLXDM": codes,
        "GZQMJ": official(parts),
        "SM": np.array([CONTROL_NAMES[c] for c in codes.tolist()]),
        "XZQDM": np.full(count, DIVISION),
    }
    kinds_of: dict[str, Kind] = {"BSM": "int", "GZQMJ": "float"}
    columns = tuple(Column(name, kinds_of.get(name, "text")) for name in values)
    return Table("JSYDGZQ", columns, values, parts)


def old_use_table(land: Landscape, survey: Survey, zoning: Zoning) -> Table:
    """TDYTQ of the 2006–2020 plan: a coverage."""
    group, kinds = grouped(zoning.old_use, np.ones(len(zoning.old_use), bool))
    number, parts = dissolve(land, survey, group)
    codes = kinds[number]
    count = len(parts)
    values = {
        "BSM": np.arange(1, count + 1),
        "YSDM": np.full(count, "2003020310"),
        "XZQDM": np.full(count, DIVISION),
        "TDYTQLXDM": codes,
        "TDYTQBH": np.array([f"{c}{i + 1:06d}" for i, c in enumerate(codes.tolist())]),
        "TDYTQMJ": official(parts),
    }
    kinds_of: dict[str, Kind] = {"BSM": "int", "TDYTQMJ": "float"}
    columns = tuple(
        Column(name, kinds_of.get(name, "text"), 16, 2 if name == "TDYTQMJ" else 0) for name in values
    )
    return Table("TDYTQ", columns, values, parts)
