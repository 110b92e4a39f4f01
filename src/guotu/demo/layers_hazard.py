"""Under the ground and down the slope: mining and exploration rights, reserves, hazard zones and points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from guotu.demo import names
from guotu.demo.landscape import Landscape
from guotu.demo.layers_manage import table
from guotu.demo.layers_plan import Zoning, bsm, dissolve, grouped, official
from guotu.demo.layers_survey import Survey
from guotu.demo.measure import to_lonlat
from guotu.demo.noise import Rng
from guotu.demo.places import blob, rounded
from guotu.demo.plan import COUNTY_NAME, DIVISION, Calendar
from guotu.demo.projects import Planted, Planter
from guotu.demo.writers import Table

BUREAU: Final = f"{COUNTY_NAME}自然资源和规划局"
NEAR_MINE = 60.0
"""Metres between the planted road and the mine it misses."""


@dataclass(frozen=True, slots=True)
class Underground:
    """CKQ, TKQ, KCD."""

    mining: Table
    exploration: Table
    reserves: Table


def underground(survey: Survey, planter: Planter, projects: dict[str, Planted], rng: Rng) -> Underground:
    """Rights in the hills, and three under or beside planted projects; all in degrees (EPSG:4490)."""
    shapes = {key: project.in_county_plane for key, project in projects.items()}

    def others(*but: str) -> list[shapely.Geometry]:
        return [shape for key, shape in shapes.items() if key not in but]

    iron = _beside(projects["mineral-buffer"], NEAR_MINE, others("mineral-buffer"))
    copper = _over(projects["mineral"], 0.6, others("mineral"), rng)
    sand = _over(projects["sand"], 0.6, others("sand"), rng)
    mines = [
        ("铜矿", copper, "青禾铜山铜矿", "地下"),
        ("建筑用砂", sand, "柳溪采砂场", "露天"),
        ("铁矿", iron, "白石岭铁矿", "地下"),
    ]
    for kind, title in (
        ("萤石", "云岭萤石矿"),
        ("水泥用石灰岩", "石桥石灰岩矿"),
        ("建筑石料用灰岩", "南坪采石场"),
    ):
        shape = _somewhere(survey, planter, 260.0, rng)
        if shape is not None:
            mines.append((kind, shape, title, "露天"))
    mining = [_mine(i, *mine, days=survey.calendar, rng=rng) for i, mine in enumerate(mines, start=1)]
    kinds: dict[str, Any] = {
        "KQMJ": ("float", 15, 4),
        "KCSX": ("float", 8, 2),
        "KCXX": ("float", 8, 2),
        "YXQQ": ("date", 8, 0),
        "YXQZ": ("date", 8, 0),
        "SCGM": ("float", 12, 4),
        "QYZB": ("text", 254, 0),
    }
    finds = [s for s in (_somewhere(survey, planter, 420.0, rng) for _ in range(2)) if s is not None]
    finds = finds or [mines[0][1]]
    exploration = [_exploration(i, shape, survey.calendar, rng) for i, shape in enumerate(finds, start=1)]
    deposits = [mines[0][1].buffer(25.0)] + ([mines[3][1]] if len(mines) > 3 else [])
    reserves = [
        {
            "KQBH": f"{DIVISION}{i:04d}",
            "KQMC": f"{COUNTY_NAME}{name}",
            "KZ": kind,
            "GM": size,
            "ZYCL": amount,
            "LYQK": "开采",
        }
        for i, (name, kind, size, amount) in enumerate(
            (("铜山矿区", "铜矿", "中", 42.5), ("云岭矿区", "萤石", "小", 18.0))[: len(deposits)], 1
        )
    ]
    return Underground(
        table("CKQ", mining, _degrees([m[1] for m in mines]), **kinds),
        table(
            "TKQ",
            exploration,
            _degrees(finds),
            KCMJ=("float", 15, 4),
            QYZB=("text", 254, 0),
            YXQQ=("date", 8, 0),
            YXQZ=("date", 8, 0),
        ),
        table("KCD", reserves, _degrees([rounded(d) for d in deposits]), ZYCL=("float", 18, 4)),
    )


def _degrees(shapes: list[shapely.Polygon]) -> list[shapely.Geometry]:
    lonlat = to_lonlat(np.array(shapes, object))
    return list(shapely.transform(lonlat, lambda xy: np.round(xy, 9)))


def _over(project: Planted, part: float, others: list[shapely.Geometry], rng: Rng) -> shapely.Polygon:
    """A claim that covers about that part of a project and, if there is a side where it can, none of the others."""
    shape = project.in_county_plane
    west, south, east, north = shape.bounds
    middle, reach = np.array([(west + east) / 2, (south + north) / 2]), max(east - west, north - south)
    away = reach * 1.1 - (part - 0.5) * reach
    claims = [
        blob(middle + away * np.array([np.cos(turn), np.sin(turn)]), reach * 1.1, rng, points=24, rough=0.05)
        for turn in np.linspace(0, 2 * np.pi, 12, endpoint=False)
    ]
    return min(claims, key=lambda claim: sum(claim.intersects(other) for other in others))


def _beside(project: Planted, gap: float, others: list[shapely.Geometry]) -> shapely.Polygon:
    """A claim whose nearest side runs `gap` metres from a project, on the side where it meets the fewest others."""
    west, south, east, north = project.in_county_plane.bounds
    points = shapely.get_coordinates(project.in_county_plane)
    x, y = points[points[:, 1].argmax(), 0], points[points[:, 0].argmax(), 1]
    u, v = points[points[:, 1].argmin(), 0], points[points[:, 0].argmin(), 1]
    claims = [
        shapely.box(x - 110.0, north + gap, x + 110.0, north + gap + 170.0),
        shapely.box(u - 110.0, south - gap - 170.0, u + 110.0, south - gap),
        shapely.box(east + gap, y - 110.0, east + gap + 170.0, y + 110.0),
        shapely.box(west - gap - 170.0, v - 110.0, west - gap, v + 110.0),
    ]
    return rounded(min(claims, key=lambda claim: sum(claim.intersects(other) for other in others)))


def _somewhere(survey: Survey, planter: Planter, radius: float, rng: Rng) -> shapely.Polygon | None:
    """A claim in the hills at least 350 m from every planted project."""
    rows = np.flatnonzero((survey.mean["slope"] > 6.0) & (survey.mean["urban"] > 1.6))
    for row in rng.permutation(rows)[:300].tolist():
        shape = blob(shapely.get_coordinates(survey.polygons[row].centroid)[0], radius, rng)
        if planter.places.free(shape, 350.0):
            return shape
    return None


def _mine(
    number: int, kind: str, shape: shapely.Polygon, title: str, way: str, *, days: Calendar, rng: Rng
) -> dict[str, Any]:
    corners = shapely.get_coordinates(shape)[:6]
    text = ",".join(f"{i},{y:.2f},{x:.2f}" for i, (x, y) in enumerate(corners, 1))
    return {
        "XKZH": f"C{DIVISION}2021{number:012d}",
        "SQLX": "延续",
        "KSMC": title,
        "CKQR": names.company(rng),
        "KCZKZ": kind,
        "KCFS": way,
        "SCGM": float(rng.integers(5, 60)),
        "KQMJ": round(shape.area / 1e6, 4),
        "KCSX": 180.0,
        "KCXX": -120.0,
        "YXQQ": days.back(1900),
        "YXQZ": days.back(-3500),
        "FZJG": "安徽省自然资源厅",
        "XZQDM": DIVISION,
        "ZBX": "2000国家大地坐标系",
        "QYZB": text + ",180,-120",
    }


def _exploration(number: int, shape: shapely.Polygon, days: Calendar, rng: Rng) -> dict[str, Any]:
    return {
        "XKZH": f"T{DIVISION}2022{number:06d}",
        "XMMC": f"{COUNTY_NAME}外围多金属矿普查之{number}",
        "TKQR": names.company(rng),
        "KCKZ": "多金属矿",
        "KCJD": "普查",
        "KCMJ": round(shape.area / 1e6, 4),
        "YXQQ": days.back(700),
        "YXQZ": days.back(-1100),
        "FZJG": "安徽省自然资源厅",
        "XZQDM": DIVISION,
        "QYZB": _corners(shape),
    }


def _corners(shape: shapely.Polygon) -> str:
    """Corners as exploration licences write them: degrees, minutes and seconds packed as DDD.MMSS."""
    lonlat = shapely.get_coordinates(to_lonlat(np.array([shape]))[0])[:6]
    return ",".join(f"{i},{_packed(x)},{_packed(y)}" for i, (x, y) in enumerate(lonlat.tolist(), 1))


def _packed(degrees: float) -> str:
    seconds = round(degrees * 3600)
    return f"{seconds // 3600}.{seconds // 60 % 60:02d}{seconds % 60:02d}"


def hazards(
    land: Landscape, survey: Survey, zoning: Zoning, planter: Planter, projects: dict[str, Planted], rng: Rng
) -> tuple[Table, Table]:
    """DZZHYFQ over steep parcels (none in towns) and DZZHD; the planted community lies in a high zone with two points."""
    steep = survey.mean["slope"]
    grade = np.where(
        steep > 15.0, "高易发", np.where(steep > 9.0, "中易发", np.where(steep > 5.0, "低易发", ""))
    )
    grade = np.where((zoning.zone != "") | np.isin(survey.codes, ("1101", "1003", "1001", "1006")), "", grade)
    for project in projects.values():
        rows = planter.places.tree.query(project.in_county_plane.buffer(5.0), predicate="intersects")
        grade[rows] = "高易发" if project.key == "hazard" else ""
    group, kinds = grouped(grade, grade != "")
    number, parts = dissolve(land, survey, group)
    big = shapely.area(parts) > 4000.0
    big |= shapely.intersects(parts, projects["hazard"].in_county_plane)
    number, parts = number[big], parts[big]
    rows = [
        {
            "BSM": key,
            "YSDM": "3005010100",
            "XZQDM": DIVISION,
            "XZQMC": COUNTY_NAME,
            "YFQBH": f"YFQ{i:04d}",
            "YFQMC": f"{kinds[k]}区{i}",
            "YFDJ": str(kinds[k]),
            "ZYZHLX": "滑坡、崩塌",
            "MJ": area,
            "SJNF": survey.calendar.first_year,
        }
        for i, (key, k, area) in enumerate(
            zip(bsm("3501", len(parts)).tolist(), number.tolist(), official(parts).tolist(), strict=True), 1
        )
    ]
    zones = table("DZZHYFQ", rows, list(parts), MJ=("float", 15, 2), SJNF=("int", 4, 0))
    return zones, _points(survey, planter, projects["hazard"], rng)


def _points(survey: Survey, planter: Planter, community: Planted, rng: Rng) -> Table:
    shape = community.in_county_plane
    inside = shape.representative_point()
    west, _, east, north = shape.bounds
    spots = [inside, shapely.Point((west + east) / 2, north + 180.0)]
    for row in rng.permutation(np.flatnonzero(survey.mean["slope"] > 9.0))[
        : max(6, len(survey.codes) // 900)
    ].tolist():
        spot = survey.polygons[row].point_on_surface()
        if planter.places.free(spot, 1100.0):
            spots.append(spot)
    lonlat = shapely.transform(to_lonlat(np.array(spots, object)), lambda xy: np.round(xy, 7))
    rows = []
    for i, point in enumerate(lonlat, 1):
        kind = str(rng.choice(["01", "01", "02", "03", "00"]))
        people = int(rng.integers(3, 90))
        rows.append(
            {
                "TYBH": f"{DIVISION}{kind}{i:04d}",
                "MC": f"{names.person(rng)}屋后灾害点",
                "ZHLX": kind,
                "XZQDM": DIVISION,
                "DLWZ": f"{COUNTY_NAME}山区",
                "JD": float(point.x),
                "WD": float(point.y),
                "GMDJ": "小型",
                "XZWDX": "基本稳定" if i > 1 else "不稳定",
                "WXRK": people,
                "WXCC": float(people * 6),
                "XQDJ": "小型",
                "SFXH": "0" if i < 3 or rng.random() < 0.85 else "1",
            }
        )
    kinds: dict[str, Any] = {
        "JD": ("float", 11, 7),
        "WD": ("float", 10, 7),
        "WXRK": ("int", 8, 0),
        "WXCC": ("float", 12, 2),
    }
    return table("DZZHD", rows, list(lonlat), **kinds)
