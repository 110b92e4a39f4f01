"""Who hands in what, in which form: one entry per file of the county."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from guotu.demo import boundary, edition, imagery, layers_hazard, layers_manage, layers_plan, layers_survey, truth, writers
from guotu.demo.landscape import Landscape
from guotu.demo.measure import to_lonlat
from guotu.demo.plan import COUNTY_NAME, DIVISION, FIRST_DATE, SECOND_DATE, ZONE
from guotu.demo.projects import Planted, Planter
from guotu.demo.writers import Table
from guotu.model.arrays import GeometryArray

BUREAU: Final = f"{COUNTY_NAME}自然资源和规划局"
DEGREES: Final = 4490
PLAN_DATE, OLD_PLAN_DATE, NOW = date(2024, 3, 1), date(2010, 12, 31), date(2024, 6, 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One delivered file of the manifest: what it is, whose, of when, and how it may be seen.

    `layer` is the layer's name inside the file; `edition` 2 marks the later edition of a dataset delivered before.
    """

    file: str
    dataset: str
    layer: str
    schema: str
    data_date: date
    owner: str
    title: str
    title_en: str
    kind: str = "vector"
    secrecy: str = "内部"
    sharing: str = "有条件共享"
    update_cycle: str = "每年"
    edition: int = 1
    features: int = 0

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self) | {"data_date": self.data_date.isoformat()}


@dataclass(frozen=True, slots=True)
class CountyFiles:
    """What `generate` wrote: the folder, its manifest and truth, and the sample project `guotu demo` reviews."""

    folder: Path
    manifest: Path
    truth: Path
    project: Path
    entries: tuple[Entry, ...]


def deliver(land: Landscape, seed: int, out: Path) -> CountyFiles:
    """Draw every layer and write every file."""
    parcels = layers_survey.survey(land, np.random.default_rng([seed, 1]))
    zoning = layers_plan.zone_parcels(land, parcels, np.random.default_rng([seed, 2]))
    planter = Planter(land, parcels, zoning, np.random.default_rng([seed, 3]))
    planted = planter.all()
    desk = _Desk(land, parcels, zoning, planter, {p.key: p for p in planted}, seed, out)
    desk.survey_files()
    desk.plan_files()
    desk.management_files()
    desk.hazard_files()
    changes = desk.second_year()
    desk.pictures()
    desk.project_files(planted, changes)
    content = {
        "county": {"code": DIVISION, "name": COUNTY_NAME, "zone_epsg": ZONE.epsg, "seed": seed, "parcels": len(parcels.table)},
        "files": [entry.as_json() for entry in desk.entries],
    }
    writers.json_file(content, out / "manifest.json")
    return CountyFiles(out, out / "manifest.json", out / "truth.json", out / "project.txt", tuple(desk.entries))


class _Desk:
    """Writes one file after another and keeps the list."""

    def __init__(
        self,
        land: Landscape,
        parcels: layers_survey.Survey,
        zoning: layers_plan.Zoning,
        planter: Planter,
        projects: dict[str, Planted],
        seed: int,
        out: Path,
    ) -> None:
        self.land, self.parcels, self.zoning, self.planter = land, parcels, zoning, planter
        self.projects, self.seed, self.out = projects, seed, out
        self.entries: list[Entry] = []
        self.layers: list[truth.Layer] = []
        self.bare: GeometryArray | None = None

    def _note(self, entry: Entry, table: Table, key: str = "", epsg: int = ZONE.epsg) -> None:
        self.entries.append(replace(entry, features=len(table)))
        if key:
            self.layers.append(truth.Layer(entry.dataset, key, table, epsg))

    def _degrees(self, table: Table) -> Table:
        assert table.geometry is not None
        lonlat = shapely.transform(to_lonlat(table.geometry), lambda xy: np.round(xy, 10))
        return Table(table.name, table.columns, table.values, np.asarray(lonlat))

    def survey_files(self) -> None:
        """DLTB: GBK Shapefile without .cpg; divisions: GeoPackage."""
        table = self.parcels.table
        writers.shapefile_zip(table, self.out / "DLTB_2023.zip")
        self._note(
            Entry("DLTB_2023.zip", "xz.dltb", "DLTB", "DLTB", FIRST_DATE, BUREAU, "地类图斑（2023 年度）", "Land-use parcels 2023"),
            table,
            "BSM",
        )
        towns, villages = layers_survey.divisions(self.land, self.parcels)
        for part, dataset, title, title_en in (
            (towns, "xz.xzq", "乡级行政区", "Townships"),
            (villages, "xz.cjdcq", "村级调查区", "Village survey areas"),
        ):
            writers.ogr(part, self.out / "行政区.gpkg", "GPKG", epsg=ZONE.epsg)
            self._note(
                Entry("行政区.gpkg", dataset, part.name, part.name, FIRST_DATE, BUREAU, title, title_en, secrecy="公开", sharing="无条件共享"),
                part,
            )

    def plan_files(self) -> None:
        """Each plan layer in another form."""
        land, parcels, zoning = self.land, self.parcels, self.zoning
        farm = self._degrees(layers_plan.farmland_table(parcels, zoning, land.settlements.town_names))
        writers.ogr(farm, self.out / "永久基本农田.gpkg", "GPKG", epsg=DEGREES)
        self._plan("永久基本农田.gpkg", "gh.yjjbntb", farm, "永久基本农田图斑", "Permanent basic farmland", "BSM", DEGREES)
        red = self._degrees(layers_plan.red_line_table(land, parcels, zoning))
        writers.ogr(red, self.out / "生态保护红线.gdb", "OpenFileGDB", epsg=DEGREES)
        writers.folder_zip(self.out / "生态保护红线.gdb", self.out / "生态保护红线.gdb.zip")
        self._plan("生态保护红线.gdb.zip", "gh.stbhhx", red, "生态保护红线", "Ecological red line", "BSM", DEGREES)
        bounds = layers_plan.boundary_table(land, parcels, zoning)
        writers.shapefile_zip(bounds, self.out / "城镇开发边界.zip", encoding="utf-8", cpg="UTF-8")
        self._plan("城镇开发边界.zip", "gh.czkfbj", bounds, "城镇开发边界", "Urban development boundary", "标识码")
        planned = layers_plan.planned_use_table(land, parcels, zoning)
        writers.ogr(planned, self.out / "规划用途.gpkg", "GPKG", epsg=ZONE.epsg)
        self._plan("规划用途.gpkg", "gh.ghyt", planned, "规划用途", "Planned land use", "BSM")
        control = self._degrees(layers_plan.control_table(land, parcels, zoning))
        writers.ogr(control, self.out / "建设用地管制区.geojson", "GeoJSON", epsg=DEGREES)
        self._plan("建设用地管制区.geojson", "gh.jsydgzq", control, "建设用地管制区（2006–2020）", "Construction control zones", "BSM", DEGREES)
        use = layers_plan.old_use_table(land, parcels, zoning)
        writers.shapefile_zip(use, self.out / "土地用途区.zip", encoding="gbk", cpg="GBK")
        self._plan("土地用途区.zip", "gh.tdytq", use, "土地用途区（2006–2020）", "Land use zones", "BSM")
        key = layers_manage.key_projects(self.projects, self.planter, np.random.default_rng([self.seed, 4]))
        writers.ogr(key, self.out / "重点项目.gpkg", "GPKG", epsg=ZONE.epsg)
        self._plan("重点项目.gpkg", "gh.zdxm", key, "重点建设项目", "Key projects", "BSM")

    def _plan(
        self, file: str, dataset: str, table: Table, title: str, title_en: str, key: str, epsg: int = ZONE.epsg
    ) -> None:
        old = dataset in ("gh.jsydgzq", "gh.tdytq")
        public = dataset in ("gh.czkfbj", "gh.stbhhx", "gh.ghyt")
        schema = {"gh.ghyt": "GHDLTB"}.get(dataset, table.name)
        entry = Entry(
            file, dataset, table.name, schema, OLD_PLAN_DATE if old else PLAN_DATE, BUREAU, title, title_en,
            secrecy="公开" if public else "内部", sharing="无条件共享" if public else "有条件共享", update_cycle="不定期",
        )  # fmt: skip
        self._note(entry, table, key, epsg)

    def management_files(self) -> None:
        """Approved and supplied land as Shapefiles in degrees and in the plane; the rest as GeoPackage and CSV."""
        rng = np.random.default_rng([self.seed, 5])
        approved, supplied = layers_manage.approved_and_supplied(self.parcels, self.planter, self.projects, rng)
        writers.shapefile_zip(approved, self.out / "批准用地.zip")
        self._manage("批准用地.zip", "gl.ydsp", approved, "ZZ_DK", "批准用地", "Approved land", "DKBH")
        writers.shapefile_zip(supplied, self.out / "供应土地.zip", language_driver=0x4D)
        self._manage("供应土地.zip", "gl.gdgl", supplied, "GD_JBXX", "供应土地", "Supplied land", "INSTANCEID")
        illegal = layers_manage.illegal_use(self.parcels, self.zoning, self.planter, rng)
        writers.ogr(illegal, self.out / "违法用地.gpkg", "GPKG", epsg=ZONE.epsg)
        self.bare = illegal.geometry
        self._manage("违法用地.gpkg", "gl.wfyd", illegal, "WFYD", "违法用地图斑", "Illegal land use")
        register = layers_manage.register(self.parcels, rng)
        writers.ogr(register, self.out / "不动产宗地.gpkg", "GPKG", epsg=ZONE.epsg)
        self._manage("不动产宗地.gpkg", "gl.bdc", register, "ZDJBXX", "不动产登记宗地（样本）", "Real-estate register sample")
        for table, dataset, title, title_en in zip(
            layers_manage.statistics(self.land, self.parcels, rng),
            ("sj.rk", "sj.jj"),
            ("人口统计", "经济统计"),
            ("Population", "Economy"),
            strict=True,
        ):
            writers.csv_file(table, self.out / f"{title}.csv")
            entry = Entry(
                f"{title}.csv", dataset, table.name, table.name, FIRST_DATE, f"{COUNTY_NAME}统计局", title, title_en,
                kind="table", secrecy="公开", sharing="无条件共享",
            )  # fmt: skip
            self._note(entry, table)

    def _manage(
        self, file: str, dataset: str, table: Table, schema: str, title: str, title_en: str, key: str = "", epsg: int = ZONE.epsg
    ) -> None:
        entry = Entry(file, dataset, table.name, schema, NOW, BUREAU, title, title_en, update_cycle="实时")
        self._note(entry, table, key, epsg)

    def hazard_files(self) -> None:
        """Mining as GeoJSON in degrees, hazards as one GeoPackage."""
        rng = np.random.default_rng([self.seed, 6])
        below = layers_hazard.underground(self.parcels, self.planter, self.projects, rng)
        for table, dataset, file, key, title, title_en in (
            (below.mining, "gl.ckq", "采矿权.geojson", "XKZH", "采矿权", "Mining rights"),
            (below.exploration, "gl.tkq", "探矿权.geojson", "XKZH", "探矿权", "Exploration rights"),
            (below.reserves, "xz.kcd", "矿产地.geojson", "KQBH", "矿产地", "Mineral deposits"),
        ):
            writers.ogr(table, self.out / file, "GeoJSON", epsg=DEGREES)
            self._manage(file, dataset, table, table.name, title, title_en, key, DEGREES)
        zones, points = layers_hazard.hazards(self.land, self.parcels, self.zoning, self.planter, self.projects, rng)
        writers.ogr(zones, self.out / "地质灾害易发区.gpkg", "GPKG", epsg=ZONE.epsg)
        self._manage("地质灾害易发区.gpkg", "xz.dzzhyfq", zones, "DZZHYFQ", "地质灾害易发区", "Geohazard-prone zones", "BSM")
        writers.ogr(points, self.out / "地质灾害点.gpkg", "GPKG", epsg=DEGREES)
        self._manage("地质灾害点.gpkg", "xz.dzzhd", points, "DZZHD", "地质灾害点", "Geohazard points", "TYBH", DEGREES)

    def second_year(self) -> edition.Changes:
        """DLTB of the next year, in the same form as the first."""
        table, changes = edition.next_year(self.parcels, self.zoning, np.random.default_rng([self.seed, 7]))
        writers.shapefile_zip(table, self.out / "DLTB_2024.zip")
        entry = Entry(
            "DLTB_2024.zip", "xz.dltb", "DLTB", "DLTB", SECOND_DATE, BUREAU, "地类图斑（2024 年度）", "Land-use parcels 2024", edition=2
        )
        self._note(entry, table)
        return changes

    def pictures(self) -> None:
        """Imagery of two autumns, the second with new bare ground where land was used unlawfully; the terrain model."""
        camera = imagery.Camera(self.land, self.parcels)
        rng = np.random.default_rng([self.seed, 8])
        camera.shoot(self.out / "影像_202310.tif", rng, season=0.35)
        camera.shoot(self.out / "影像_202410.tif", rng, season=0.75, bare=self.bare)
        imagery.write_dem(self.land, self.parcels, self.out / "DEM.tif")
        for file, dataset, when, title, title_en, number in (
            ("影像_202310.tif", "xz.dom", date(2023, 10, 12), "正射影像（2023 年 10 月）", "Imagery, October 2023", 1),
            ("影像_202410.tif", "xz.dom", date(2024, 10, 20), "正射影像（2024 年 10 月）", "Imagery, October 2024", 2),
            ("DEM.tif", "xz.dem", date(2022, 6, 30), "数字高程模型", "Terrain model", 1),
        ):
            self.entries.append(
                Entry(file, dataset, "", "", when, f"{COUNTY_NAME}测绘队", title, title_en, kind="raster", edition=number, features=0)
            )

    def project_files(self, planted: list[Planted], changes: edition.Changes) -> None:
        """Boundary files, the sample project beside them, and the truth."""
        folder = self.out / "projects"
        folder.mkdir(exist_ok=True)
        witness = truth.Witness(self.layers)
        told = []
        for project in planted:
            file = f"projects/{project.key}.txt"
            boundary.write_boundary(project, self.out / file)
            told.append(truth.describe(project, file, witness))
            if project.adjust_out:
                boundary.write_boundary(project, folder / f"{project.key}-out.txt", project.adjust_out)
        boundary.write_boundary(planted[0], self.out / "project.txt")
        content = {
            "seed": self.seed,
            "tolerances": {"trace_m2": truth.TRACE, "sliver_m2": truth.SLIVER_AREA, "sliver_width_m": truth.SLIVER_WIDTH},
            "main": planted[0].key,
            "projects": told,
            "second_edition": changes.as_json(),
            "bare_ground": [] if self.bare is None else [shapely.to_wkt(shape, rounding_precision=3) for shape in self.bare],
        }
        writers.json_file(content, self.out / "truth.json")
