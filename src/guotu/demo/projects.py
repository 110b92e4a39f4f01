"""Planted projects: one for every kind of answer a review can give, and the industrial park that has several at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pyproj
import shapely
from shapely import affinity

from guotu.demo.landscape import Landscape
from guotu.demo.layers_plan import Zoning, dissolve
from guotu.demo.layers_survey import Survey
from guotu.demo.measure import to_lonlat, to_plane
from guotu.demo.noise import Rng
from guotu.demo.places import Places, on_longest_edge, plot, rounded
from guotu.demo.plan import CENTRE_LATITUDE, COUNTY_NAME, DIVISION, ZONE, ZONE_EDGE_LONGITUDE
from guotu.model.arrays import BoolArray, Float64Array

Dialect = Literal["approval", "supply", "linkage", "onemap", "enforcement", "consolidation"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One parcel of a project in the project's own plane (degrees for the enforcement dialect)."""

    number: str
    name: str
    use: str
    polygon: shapely.Geometry


@dataclass(frozen=True, slots=True)
class Planted:
    """A project, how its file is written, what is asked of the review, and what is planted on it.

    `epsg` is the plane its coordinates are in (4490: degrees); `centre` and `radius` (county's plane) say where it lies.
    """

    key: str
    title: str
    about: str
    pieces: tuple[Piece, ...]
    epsg: int = ZONE.epsg
    dialect: Dialect = "approval"
    request: dict[str, Any] = field(default_factory=dict)
    adjust_in: tuple[Piece, ...] = ()
    adjust_out: tuple[Piece, ...] = ()

    @property
    def in_county_plane(self) -> shapely.Geometry:
        """All parcels together in the county's plane."""
        whole = shapely.union_all([piece.polygon for piece in self.pieces])
        if self.epsg == ZONE.epsg:
            return whole
        lonlat = whole if self.epsg == 4490 else to_lonlat(np.array([whole]), self.epsg)[0]
        return to_plane(np.array([lonlat]))[0]


def code(number: int) -> str:
    """A project code of the investment platform's form."""
    return f"2024-{DIVISION}-04-01-{100000 + number:06d}"


class Planter:
    """Chooses the places of the projects, one after another."""

    def __init__(self, land: Landscape, survey: Survey, zoning: Zoning, rng: Rng) -> None:
        self.survey, self.zoning, self.rng = survey, zoning, rng
        self.land = land
        county = dissolve(land, survey, np.zeros(len(survey.polygons), np.int64))[1][0]
        self.places = Places.of(survey, county, rng)
        codes = survey.codes
        self.industry = (zoning.zone == "410") & (zoning.planned == "1001")
        self.wild = (
            (zoning.zone == "") & ~zoning.farm & ~zoning.red & ~np.isin(codes, ("1101", "1001", "1003"))
        )
        self.rural = (zoning.zone == "") & ~zoning.red
        built = np.isin([code[:2] for code in codes.tolist()], ("05", "06", "07", "08", "09"))
        built |= np.isin(codes, ("1001", "1003", "1004", "1005", "1109", "1201"))
        self.state_built = built & (survey.table.array("QSXZ") == "20")
        self.dry = ~np.isin(codes, ("1101", "1103", "1001"))
        self.base = float(np.clip(land.plan.side / 16_000.0, 0.6, 1.6)) * 85.0

    def all(self) -> list[Planted]:
        """Every project; the park first, because it needs the most room."""
        return [
            self.park(),
            self.hazard(),
            self.zone_edge(),
            self.clean(),
            self.approved(),
            self.supplied(),
            self.unapproved(),
            self.multi(),
            self.conditional(),
            self.adjustment(),
            self.old_plan(),
            self.farmland(),
            self.sliver(),
            self.red_line(),
            self.outside(),
            self.important_mineral(),
            self.sand(),
            self.mineral_buffer(),
        ]

    def _one(
        self, key: str, title: str, about: str, shape: shapely.Polygon, *, use: str = "1001", **more: Any
    ) -> Planted:
        piece = Piece(f"{DIVISION}-{key}-1", f"{title}地块", use, shape)
        request = {"kind": "general", "use": use, "project_code": "", "stage": "approval"} | more.pop(
            "request", {}
        )
        return Planted(key, title, about, (piece,), request=request, **more)

    def _plot(
        self,
        allowed: BoolArray,
        size: float = 1.0,
        *,
        points: int = 14,
        points_at: Float64Array | None = None,
        **more: Any,
    ) -> shapely.Polygon:
        centre, radius = self.places.spot(allowed, self.base * size, points=points_at, **more)
        return plot(centre, radius, self.rng, points)

    def park(self) -> Planted:
        """About twenty hectares at the edge of the seat: inside and outside the boundary, over farmland, over approved land."""
        area, size = 200_000.0, 330.0
        centre = self._park_centre(size)
        shape = plot(centre, size, self.rng, 52)
        scale = (area / shape.area) ** 0.5
        shape = rounded(affinity.scale(shape, scale, scale, origin=(float(centre[0]), float(centre[1]))))
        self.places.taken.append((centre, size * scale + 75.0))
        return self._one(
            "park",
            f"{COUNTY_NAME}循环产业园一期",
            "约 20 公顷，跨城镇开发边界，压占永久基本农田，与批准用地和供应土地重叠",
            shape,
            request={"project_code": code(1)},
        )

    def _park_centre(self, size: float) -> Float64Array:
        zoning, survey = self.zoning, self.survey
        seat = self.land.settlements.rank[self.land.town[survey.label]] == 2
        ring = (
            seat
            & (survey.mean["urban"] > 0.9)
            & (survey.mean["urban"] < 1.45)
            & (zoning.zone != "430")
            & self.dry
        )
        rows = np.flatnonzero(ring)[:: max(1, int(ring.sum() / 150))]
        points = shapely.get_coordinates(shapely.centroid(survey.polygons[rows]))
        within = shapely.covers(self.places.county, shapely.buffer(shapely.points(points), size * 1.05))
        points = points[within] if within.any() else points
        discs = shapely.buffer(shapely.points(points), size * 0.75)
        disc, parcel = self.places.tree.query(discs, predicate="intersects")
        cut = shapely.area(shapely.intersection(discs[disc], survey.polygons[parcel]))
        whole = np.pi * (size * 0.75) ** 2

        def share(mask: BoolArray) -> Float64Array:
            return np.asarray(np.bincount(disc, cut * mask[parcel], len(points)) / whole, float)

        inside, farm = share(zoning.zone == "410"), share(zoning.farm)
        water, red = share(~self.dry), share(zoning.red)
        score = np.minimum(farm, 0.15) * 5 - 2 * np.abs(inside - 0.6) - 3 * water - 4 * red
        score -= 3.0 * (farm < 0.03) + 12.0 * share(survey.codes == "1003")
        return np.asarray(points[int(np.argmax(score))], float)

    def zone_edge(self) -> Planted:
        """Across the meridian where zone 39 meets zone 40, submitted in zone 40."""
        change = pyproj.Transformer.from_crs(4490, ZONE.epsg, always_xy=True)
        line = np.column_stack(
            change.transform(
                np.full(4000, ZONE_EDGE_LONGITUDE), CENTRE_LATITUDE + np.linspace(-0.5, 0.5, 4000)
            )
        )
        radius = self.base * 1.1
        inside = self.places.tree.query(shapely.points(line), predicate="within")
        spots = line[inside[0]]
        fine = self.places.clear(spots, radius) & self.places.only(spots, radius, self.dry)
        spots = spots[fine] if fine.any() else spots
        centre = spots[len(spots) // 2]
        self.places.taken.append((centre, radius))
        shape = plot(centre, radius, self.rng, 22)
        plane = rounded(to_plane(to_lonlat(np.array([shape])), ZONE.epsg + 1)[0])
        return self._one(
            "zone-edge",
            "跨带线变电站",
            "横跨 118.5°E 分带线，按 40 带坐标报来",
            plane,
            use="1303",
            epsg=ZONE.epsg + 1,
        )

    def clean(self) -> Planted:
        """Inside the concentrated construction zone, planned as industry, nothing in the way."""
        return self._one(
            "clean",
            "青禾精密制造",
            "全部位于集中建设区且规划用途相符，无任何冲突",
            self._plot(self.industry, 0.9),
        )

    def approved(self) -> Planted:
        return self._one(
            "approved",
            "青禾物流配套",
            "与另一项目的批准用地重叠",
            self._plot(self.industry, 0.8, reserve=self.base * 1.7),
            request={"project_code": code(2)},
        )

    def supplied(self) -> Planted:
        return self._one(
            "supplied",
            "青禾食品加工",
            "自有批准用地，但与已供应宗地重叠",
            self._plot(self.industry, 0.9),
            dialect="supply",
            request={"project_code": code(3), "stage": "supply"},
        )

    def unapproved(self) -> Planted:
        return self._one(
            "unapproved",
            "青禾建材堆场",
            "拟供地块没有批准用地覆盖（未批先供）",
            self._plot(self.industry & ~self.state_built, 0.8),
            dialect="supply",
            request={"project_code": code(4), "stage": "supply"},
        )

    def multi(self) -> Planted:
        """Two parcels: one with a hole, one in two parts."""
        first = self._plot(self.wild, 1.3, points=20)
        yard = rounded(affinity.scale(first, 0.3, 0.3))
        ringed = shapely.orient_polygons(first.difference(yard))
        left, right = self._plot(self.wild, 0.5), self._plot(self.wild, 0.5)
        pieces = (
            Piece("DK01", "主厂区（扣除保留水塘）", "1001", ringed),
            Piece("DK02", "附属用地（两片）", "1001", shapely.MultiPolygon([left, right])),
        )
        return Planted(
            "multi",
            "青禾生态牧场配套厂",
            "多地块，一块带内环，一块由两片组成",
            pieces,
            request={"kind": "general", "use": "1001", "project_code": "", "stage": "approval"},
        )

    def conditional(self) -> Planted:
        return self._one(
            "conditional",
            "青禾仓储中心",
            "位于城镇弹性发展区，须先调入",
            self._plot(self.zoning.zone == "420", 0.6),
            use="1101",
        )

    def adjustment(self) -> Planted:
        """Plan change: as much goes out of the construction zone as comes in."""
        fixed = np.isin(self.survey.codes, ("1001", "1003", "1101", "1103"))
        settled = (self.zoning.zone == "410") & ~fixed & ~self.survey.cropland
        centre, radius = self.places.spot(settled, self.base * 0.75)
        outward = plot(centre, radius, self.rng)
        centre, radius = self.places.spot(self.zoning.zone == "420", min(self.base * 0.55, radius * 0.8))
        inward = plot(centre, radius, self.rng)
        one = Piece("TR01", "调入地块", "1001", inward)
        two = Piece("TC01", "调出地块", "1001", outward)
        return Planted(
            "adjustment",
            "青禾产业用地规划调整",
            "调入弹性发展区地块，调出集中建设区内地块",
            (one,),
            dialect="linkage",
            request={"kind": "general", "use": "1001", "project_code": "", "stage": "approval"},
            adjust_in=(one,),
            adjust_out=(two,),
        )

    def old_plan(self) -> Planted:
        allowed = (self.zoning.control == "020") & (self.zoning.zone == "410")
        return self._one(
            "old-plan",
            "青禾农机市场",
            "旧版规划的有条件建设区",
            self._plot(allowed, 0.8),
            use="0901",
            dialect="onemap",
        )

    def farmland(self) -> Planted:
        shape = self._plot(self.rural & self.dry, 1.0, around=self.zoning.farm)
        return self._one("farmland", "青禾粮油加工厂", "压占永久基本农田", shape)

    def sliver(self) -> Planted:
        """A plot built along an edge of protected farmland, five centimetres over it."""
        shape = self._along_farmland()
        middle, reach = (
            np.array(shape.centroid.coords[0]),
            float(np.hypot(*np.ptp(shapely.get_coordinates(shape), axis=0))),
        )
        self.places.taken.append((middle, reach / 2))
        return self._one(
            "sliver", "青禾乡村客运站", "与永久基本农田边线重叠约 0.05 m，属压盖误差", shape, use="120802"
        )

    def _along_farmland(self) -> shapely.Polygon:
        """The first rectangle on a long edge of a farmland parcel that meets no other farmland."""
        rows = self.rng.permutation(np.flatnonzero(self.zoning.farm))[:600]
        for depth in (26.0, 14.0, 6.0):
            for row in rows.tolist():
                shape = on_longest_edge(self.survey.polygons[row], depth)
                near = self.places.tree.query(shape, predicate="intersects")
                other = near[(self.zoning.farm[near] | self.zoning.red[near]) & (near != row)]
                if (
                    len(near) > 1
                    and not len(other)
                    and self.places.free(shape, 10.0)
                    and self._covered(shape, near)
                ):
                    return shape
        raise AssertionError("no edge of farmland to build on")

    def _covered(self, shape: shapely.Polygon, near: np.ndarray) -> bool:
        inside = shapely.area(shapely.intersection(self.survey.polygons[near], shape)).sum()
        return bool(inside > 0.9999 * shape.area)

    def red_line(self) -> Planted:
        allowed = (self.zoning.zone == "") & ~self.zoning.farm & self.dry
        _, areas = dissolve(self.land, self.survey, np.where(self.zoning.red, 0, -1))
        rim = shapely.get_coordinates(areas[np.argsort(-shapely.area(areas))[:12]])
        shape = self._plot(allowed, 1.0, points_at=self.rng.permutation(rim)[:1500])
        return self._one(
            "red-line",
            "云岭观景服务站",
            "跨越生态保护红线",
            _degrees(shape),
            use="0901",
            dialect="enforcement",
            epsg=4490,
        )

    def outside(self) -> Planted:
        return self._one(
            "outside",
            "青禾木材加工点",
            "城镇开发边界之外，也不在准入清单",
            self._plot(self.wild, 1.0),
            dialect="onemap",
        )

    def important_mineral(self) -> Planted:
        return self._one(
            "mineral", "青禾新能源材料厂", "压覆铜矿采矿权", self._plot(self.wild, 1.0, reserve=300.0)
        )

    def sand(self) -> Planted:
        return self._one(
            "sand", "青禾预制构件厂", "仅压覆建筑用砂采矿权", self._plot(self.wild, 1.0, reserve=300.0)
        )

    def mineral_buffer(self) -> Planted:
        return self._one(
            "mineral-buffer",
            "X120 改线工程",
            "本身不压矿，公路缓冲范围内有铁矿采矿权",
            self._plot(self.wild, 1.0, reserve=420.0),
            use="1202",
            request={"kind": "highway"},
        )

    def hazard(self) -> Planted:
        hilly = self.wild & (self.survey.mean["slope"] > 5.0)
        around = hilly if hilly.any() else self.wild
        return self._one(
            "hazard",
            "青禾山地养老社区",
            "位于高易发区，区内和附近有灾害点",
            self._plot(self.wild, 1.0, around=around, reserve=720.0),
            use="0807",
            dialect="consolidation",
        )


def _degrees(shape: shapely.Polygon) -> shapely.Polygon:
    """From the county's plane to degrees as the enforcement dialect writes them."""
    return rounded(to_lonlat(np.array([shape]))[0], 9)
