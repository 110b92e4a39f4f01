"""Management: approved and supplied land, illegal use, key projects, the register, and the county's statistics."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import shapely

from guotu.demo import names
from guotu.demo.landscape import Landscape
from guotu.demo.layers_plan import Zoning, bsm, official
from guotu.demo.layers_survey import Survey
from guotu.demo.noise import Rng
from guotu.demo.places import rounded, shifted
from guotu.demo.plan import COUNTY_NAME, DIVISION
from guotu.demo.projects import Planted, Planter
from guotu.demo.writers import Column, Kind, Table
from guotu.standards import landclass

CITY: Final = ("0601", "0701", "05H1", "08H1", "08H2", "0508", "0809", "1201")


def table(
    name: str,
    rows: list[dict[str, Any]],
    geometry: list[shapely.Geometry] | None,
    **kinds: tuple[Kind, int, int],
) -> Table:
    """A table from rows; columns named in `kinds` are (kind, width, decimals), the others text."""
    columns = tuple(Column(key, *kinds.get(key, ("text", 100, 0))) for key in rows[0])
    values = {key: np.array([row[key] for row in rows], object) for key in rows[0]}
    shapes = None if geometry is None else np.array(geometry, object)
    return Table(name, columns, values, shapes)


def _hectares(shape: shapely.Geometry) -> float:
    return round(float(shape.area) / 10_000, 4)


def _plots(survey: Survey, planter: Planter, rng: Rng) -> list[tuple[int, shapely.Polygon]]:
    """Built plots of towns two metres inside their parcels, away from every planted project; (survey row, shape)."""
    rows = np.flatnonzero(np.isin(survey.codes, CITY) & (survey.table.array("QSXZ") == "20"))
    rows = np.sort(rng.permutation(rows)[: max(12, len(survey.codes) // 70)])
    found = []
    for row in rows.tolist():
        shape = survey.polygons[row].buffer(-2.0, join_style="mitre")
        if shape.geom_type == "Polygon" and shape.area > 800 and planter.places.free(shape, 5.0):
            found.append((row, rounded(shape)))
    return found


def _approval(number: int, shape: shapely.Polygon, title: str, when: date, **more: Any) -> dict[str, Any]:
    return {
        "YSDM": "8002010100",
        "DKBH": f"{DIVISION}PZ{number:06d}",
        "DKMC": f"{title}地块",
        "DKMJ": _hectares(shape),
        "DZJGH": f"{DIVISION}{when.year}A{number:08d}",
        "AJBH": f"青土审〔{when.year}〕{number}号",
        "XZQDM": DIVISION,
        "XZQMC": COUNTY_NAME,
        "DKYTMC": more.get("use", "工业用地"),
        "DKZT": more.get("state", "有效"),
        "JSXMMC": title,
        "YDZMJ": _hectares(shape),
        "PCLX": more.get("batch", "城镇批次"),
        "XMDM": more.get("project_code", ""),
        "PZWH": f"皖政地〔{when.year}〕{900 + number}号（虚构）",
        "PZJG": "安徽省人民政府",
        "PZSJ": when,
    }


_APPROVAL_KINDS: Final[dict[str, tuple[Kind, int, int]]] = {
    "YSDM": ("text", 10, 0),
    "DKMJ": ("float", 15, 4),
    "YDZMJ": ("float", 15, 4),
    "PZSJ": ("date", 8, 0),
    "DZJGH": ("text", 19, 0),
    "XZQDM": ("text", 12, 0),
}


def approved_and_supplied(
    survey: Survey, planter: Planter, projects: dict[str, Planted], rng: Rng
) -> tuple[Table, Table]:
    """YDSP and GDGL: plots of the towns, and what is planted under the projects."""
    approvals: list[dict[str, Any]] = []
    approved: list[shapely.Geometry] = []
    supplies: list[dict[str, Any]] = []
    supplied: list[shapely.Geometry] = []

    def approve(shape: shapely.Polygon, title: str, when: date, **more: Any) -> None:
        approvals.append(_approval(len(approvals) + 1, shape, title, when, **more))
        approved.append(shape)

    def supply(shape: shapely.Polygon, title: str, when: date) -> None:
        supplies.append(_supply(len(supplies) + 1, shape, title, when, rng))
        supplied.append(shape)

    for _, shape in _plots(survey, planter, rng):
        when = survey.calendar.back(int(rng.integers(500, 3800)))
        title = f"{names.company(rng)}项目"
        approve(shape, title, when, state="有效" if rng.random() < 0.95 else "撤销")
        if approvals[-1]["DKZT"] == "有效" and rng.random() < 0.65:
            supply(shape, title, when + timedelta(days=int(rng.integers(60, 400))))
    _plant_approvals(projects, approve, supply, survey.calendar.back(560))
    ydsp = table("YDSP", approvals, approved, **_APPROVAL_KINDS)
    return ydsp, table("GDGL", supplies, supplied, **_SUPPLY_KINDS)


def _plant_approvals(projects: dict[str, Planted], approve: Any, supply: Any, when: date) -> None:
    """What `approved`, `supplied`, `unapproved` and the park meet."""
    other = projects["approved"].in_county_plane
    approve(
        shifted(other, _reach(other) * 0.55, 4.0),
        "城北标准厂房项目",
        when,
        project_code="2021-349021-41-01-100777",
    )
    own = projects["supplied"]
    ground = rounded(own.in_county_plane.buffer(3.0, join_style="mitre"))
    approve(ground, own.title, when, project_code=own.request["project_code"])
    supply(_corner(own.in_county_plane), "青禾冷链物流一期", when + timedelta(days=200))
    supply(projects["unapproved"].in_county_plane, "青禾建材堆场", when + timedelta(days=300))
    park = projects["park"].in_county_plane
    corner = _corner(park)
    approve(corner, "城南污水处理厂扩建", when, project_code="2020-349021-77-01-100555")
    supply(
        rounded(corner.buffer(-12.0, join_style="mitre")), "城南污水处理厂扩建", when + timedelta(days=150)
    )


def _reach(shape: shapely.Polygon) -> float:
    west, _, east, _ = shape.bounds
    return float(east - west)


def _corner(shape: shapely.Polygon) -> shapely.Polygon:
    """A square plot over the corner of another, about a third inside."""
    x, y = shapely.get_coordinates(shape)[0]
    cx, cy = shape.centroid.coords[0]
    half = 0.16 * shape.area**0.5
    x, y = x + 0.12 * (cx - x), y + 0.12 * (cy - y)
    return rounded(shapely.box(x - half, y - half, x + half, y + half))


def _supply(number: int, shape: shapely.Polygon, title: str, when: date, rng: Rng) -> dict[str, Any]:
    company = names.company(rng)
    return {
        "INSTANCEID": f"{DIVISION}{number:08d}",
        "TDGYID": f"GY{DIVISION}{number:06d}",
        "DZJGH": f"{DIVISION}{when.year}B{number:08d}",
        "HTBH": f"{DIVISION}-{when.year}-{number:05d}",
        "PFWH": f"青政地〔{when.year}〕{number}号",
        "ZDBH": f"青土{when.year}-{number}",
        "TDWZ": f"{COUNTY_NAME}城区",
        "TDMJ": _hectares(shape),
        "XMMC": title,
        "SRDW": company,
        "ZSLX": "工业用地",
        "CRNX": "50",
        "CJJK": f"{shape.area * 0.03:.0f}",
        "CJRQ": when,
        "GDFS": str(rng.choice(["挂牌出让", "划拨", "协议出让", "拍卖出让"])),
        "HTQDRQ": when + timedelta(days=15),
        "TDSYR": company,
        "XZQDM": DIVISION,
        "XZQ": COUNTY_NAME,
    }


_SUPPLY_KINDS: Final[dict[str, tuple[Kind, int, int]]] = {
    "TDMJ": ("float", 15, 4),
    "CJRQ": ("date", 8, 0),
    "HTQDRQ": ("date", 8, 0),
    "INSTANCEID": ("text", 14, 0),
    "DZJGH": ("text", 20, 0),
    "PFWH": ("text", 40, 0),
}


def illegal_use(survey: Survey, zoning: Zoning, planter: Planter, rng: Rng) -> Table:
    """WFYD: small plots on farmland found from imagery."""
    rows = np.flatnonzero(zoning.farm)
    wanted = max(4, len(rows) // 400)
    shapes: list[shapely.Geometry] = []
    records = []
    for row in rng.permutation(rows).tolist():
        if len(shapes) == wanted:
            break
        centre = survey.polygons[row].point_on_surface()
        shape = rounded(centre.buffer(float(rng.uniform(9, 22)), quad_segs=2))
        if not planter.places.free(shape, 10.0):
            continue
        number = len(shapes) + 1
        found = survey.calendar.back(int(rng.integers(20, 400)))
        shapes.append(shape)
        records.append(
            {
                "TBBH": f"{DIVISION}WF{number:05d}",
                "XZQDM": survey.table.values["ZLDWDM"][row][:12],
                "XZQMC": survey.table.values["ZLDWMC"][row],
                "WFZT": names.person(rng) if rng.random() < 0.6 else names.company(rng),
                "WFLX": str(rng.choice(["未批先用", "破坏耕地", "批少占多"])),
                "FXSJ": found,
                "YDYT": str(rng.choice(["住宅", "厂房", "堆场", "道路"])),
                "MJ": float(official(np.array([shape]))[0]),
                "GDMJ": float(official(np.array([shape]))[0]),
                "SFFHGH": "0",
                "CCZT": str(rng.choice(["未立案", "立案查处", "已结案"])),
            }
        )
    return table("WFYD", records, shapes, MJ=("float", 15, 2), GDMJ=("float", 15, 2), FXSJ=("date", 8, 0))


def key_projects(projects: dict[str, Planted], planter: Planter, rng: Rng) -> Table:
    """ZDXM: the county's key projects, among them the planted road."""
    listed = [
        ("X120 改线工程", "交通", projects["mineral-buffer"].in_county_plane.buffer(30.0, join_style="mitre"))
    ]
    rows = np.flatnonzero(planter.wild)
    for title, kind in (
        ("青禾水库除险加固", "水利"),
        ("110 千伏输变电工程", "能源"),
        ("县职教中心迁建", "民生"),
        ("城乡污水管网", "环保"),
    ):
        for row in rng.permutation(rows)[:400].tolist():
            shape = planter.survey.polygons[row].point_on_surface().buffer(45.0, quad_segs=3)
            if planter.places.free(shape, 30.0) and not any(shape.intersects(other[2]) for other in listed):
                listed.append((title, kind, shape))
                break
    shapes = [rounded(shape) for _, _, shape in listed]
    records = [
        {
            "BSM": key,
            "YSDM": "2090050100",
            "XZQDM": DIVISION,
            "XZQMC": COUNTY_NAME,
            "XMMC": title,
            "XMDM": f"2024-{DIVISION}-48-01-{200000 + i}",
            "XMLX": kind,
            "JSXZ": "新建",
            "JSNX": "2024-2027",
            "GHQX": "近期",
            "YDGM": _hectares(shape),
        }
        for i, (key, (title, kind, _), shape) in enumerate(
            zip(bsm("3901", len(listed)).tolist(), listed, shapes, strict=True)
        )
    ]
    return table("ZDXM", records, shapes, YDGM=("float", 15, 4))


def register(survey: Survey, rng: Rng) -> Table:
    """BDC: a sample of the real-estate register; owners are invented companies and people with names nobody bears."""
    rows = np.flatnonzero(np.isin(survey.codes, ("0601", "0701", "0702", "05H1")))
    rows = np.sort(rng.permutation(rows)[: max(20, len(survey.codes) // 50)])
    to_national = landclass.mapping("sandiao", "gbt21010-2017")
    shapes: list[shapely.Geometry] = []
    records = []
    for number, row in enumerate(rows.tolist(), start=1):
        shape = survey.polygons[row].buffer(-4.0, join_style="mitre")
        if shape.geom_type != "Polygon" or shape.area < 200:
            continue
        state = survey.table.values["QSXZ"][row] == "20"
        rural = survey.codes[row] == "0702"
        mark = "GB" if state else "JC" if rural else "JB"
        parcel = f"{DIVISION}001{1 + row % 9:03d}{mark}{number:05d}"
        owner = names.person(rng) if rural else f"{names.company(rng)} {names.credit_code(DIVISION, rng)}"
        shape = rounded(shape)
        shapes.append(shape)
        records.append(
            {
                "BSM": number,
                "YSDM": "6001010000",
                "ZDDM": parcel,
                "BDCDYH": parcel + "W00000000",
                "ZDTZM": mark,
                "ZL": f"{COUNTY_NAME}{survey.table.values['ZLDWMC'][row]}",
                "ZDMJ": float(official(np.array([shape]))[0]),
                "MJDW": "1",
                "YT": to_national.targets(survey.codes[row])[0],
                "QLLX": "3" if state else "5" if rural else "7",
                "QLXZ": ("102" if rng.random() < 0.7 else "101") if state else "203",
                "QLSDFS": "1",
                "ZT": "1",
                "BZ": f"权利人：{owner}",
            }
        )
    return table("BDC", records, shapes, BSM=("int", 10, 0), ZDMJ=("float", 15, 2))


def statistics(land: Landscape, survey: Survey, rng: Rng) -> tuple[Table, Table]:
    """RK and JJ: population and economy of each town for two years."""
    people, money = [], []
    area = np.bincount(
        land.town_of[survey.village],
        survey.table.array("TBMJ") * np.isin(survey.codes, ("0701", "0702")),
        len(survey.town_codes),
    )
    for town, (number, label) in enumerate(zip(survey.town_codes, land.settlements.town_names, strict=True)):
        base = int(area[town] / 85.0) + 1500
        share = 0.82 if town == 0 else 0.31
        first = survey.calendar.first_year
        for year, growth in ((first, 1.0), (first + 1, float(rng.uniform(0.985, 1.02)))):
            total = int(base * growth)
            men = int(total * 0.512)
            people.append(
                {
                    "XZQDM": number,
                    "XZQMC": label,
                    "TJNF": year,
                    "CZRK": total,
                    "HJRK": int(total * 1.12),
                    "CZCZRK": int(total * share),
                    "ZHS": int(total / 2.7),
                    "NANRK": men,
                    "NVRK": total - men,
                    "LNRK": int(total * 0.21),
                }
            )
            output = round(total * (9.8 if town == 0 else 5.1) * growth, 2)
            parts = [round(output * part, 2) for part in (0.12, 0.43)]
            money.append(
                {
                    "XZQDM": number,
                    "XZQMC": label,
                    "TJNF": year,
                    "DQSCZZ": output,
                    "DYCYZJZ": parts[0],
                    "DECYZJZ": parts[1],
                    "DSCYZJZ": round(output - sum(parts), 2),
                    "CZJMSR": round(41_000 * growth, 2),
                    "NCJMSR": round(21_500 * growth, 2),
                }
            )
    whole: dict[str, tuple[Kind, int, int]] = {
        k: ("int", 10, 0) for k in people[0] if k not in ("XZQDM", "XZQMC")
    }
    figures: dict[str, tuple[Kind, int, int]] = {
        k: ("float", 15, 2) for k in money[0] if k not in ("XZQDM", "XZQMC", "TJNF")
    }
    return table("RK", people, None, **whole), table("JJ", money, None, TJNF=("int", 4, 0), **figures)
