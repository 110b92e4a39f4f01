"""Draws every layer and hands it in, each in another form of the trade."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from guotu.demo import (
    boundary,
    edition,
    imagery,
    layers_hazard,
    layers_manage,
    layers_plan,
    layers_survey,
    truth,
    writers,
)
from guotu.demo.landscape import Landscape
from guotu.demo.manifest import CARDS, CountyFiles, Entry
from guotu.demo.measure import to_lonlat
from guotu.demo.plan import COUNTY_NAME, DIVISION, ZONE, Calendar
from guotu.demo.projects import Planted, Planter
from guotu.demo.witness import SLIVER_AREA, SLIVER_WIDTH, TRACE, Layer, Witness
from guotu.demo.writers import Table
from guotu.model.arrays import GeometryArray

DEGREES: Final = 4490


def deliver(land: Landscape, seed: int, out: Path, days: Calendar) -> CountyFiles:
    """Draw every layer and write every file."""
    parcels = layers_survey.survey(land, days, np.random.default_rng([seed, 1]))
    zoning = layers_plan.zone_parcels(land, parcels, np.random.default_rng([seed, 2]))
    planter = Planter(land, parcels, zoning, np.random.default_rng([seed, 3]))
    planted = planter.all()
    desk = _Desk(land, parcels, zoning, planter, planted, out)
    desk.survey_files()
    desk.plan_files(np.random.default_rng([seed, 4]))
    desk.management_files(np.random.default_rng([seed, 5]))
    desk.hazard_files(np.random.default_rng([seed, 6]))
    changes = desk.second_year(np.random.default_rng([seed, 7]))
    desk.pictures(np.random.default_rng([seed, 8]))
    desk.project_files(changes)
    county = {
        "code": DIVISION,
        "name": COUNTY_NAME,
        "zone_epsg": ZONE.epsg,
        "seed": seed,
        "parcels": len(parcels.table),
    }
    content = {"county": county, "files": [entry.as_json() for entry in desk.entries]}
    writers.json_file(content, out / "manifest.json")
    return CountyFiles(
        out, out / "manifest.json", out / "truth.json", out / "project.txt", tuple(desk.entries)
    )


class _Desk:
    """Writes one file after another and keeps the list of them, and the layers the truth is told from."""

    def __init__(
        self,
        land: Landscape,
        parcels: layers_survey.Survey,
        zoning: layers_plan.Zoning,
        planter: Planter,
        planted: list[Planted],
        out: Path,
    ) -> None:
        self.land, self.parcels, self.zoning, self.planter = land, parcels, zoning, planter
        self.planted, self.out, self.days = planted, out, parcels.calendar
        self.projects = {project.key: project for project in planted}
        self.entries: list[Entry] = []
        self.layers: list[Layer] = []
        self.bare: GeometryArray = np.empty(0, object)

    def _enter(self, file: str, dataset: str, layer: str = "", features: int = 0, **more: Any) -> None:
        self.entries.append(Entry.of(file, dataset, layer, features, days=self.days, **more))

    def _note(self, file: str, dataset: str, table: Table, epsg: int = ZONE.epsg) -> None:
        self._enter(file, dataset, table.name, len(table))
        if CARDS[dataset].key:
            self.layers.append(Layer(dataset, CARDS[dataset].key, table, epsg))

    def _ogr(
        self, file: str, dataset: str, table: Table, driver: str = "GPKG", epsg: int = ZONE.epsg
    ) -> None:
        writers.ogr(table, self.out / file, driver, epsg=epsg)
        self._note(file, dataset, table, epsg)

    def survey_files(self) -> None:
        """DLTB: GBK Shapefile without .cpg; divisions: two layers of a GeoPackage."""
        when = self.days.survey_dates[0]
        file = f"DLTB_{when.year}.zip"
        writers.shapefile_zip(self.parcels.table, self.out / file)
        self._enter(file, "xz.dltb", "DLTB", len(self.parcels.table), when=when)
        self.layers.append(Layer("xz.dltb", "BSM", self.parcels.table, ZONE.epsg))
        towns, villages = layers_survey.divisions(self.land, self.parcels)
        self._ogr("行政区.gpkg", "xz.xzq", towns)
        self._ogr("行政区.gpkg", "xz.cjdcq", villages)

    def plan_files(self, rng: np.random.Generator) -> None:
        """Each plan layer in another form."""
        land, parcels, zoning = self.land, self.parcels, self.zoning
        farm = in_degrees(layers_plan.farmland_table(parcels, zoning, land.settlements.town_names))
        self._ogr("永久基本农田.gpkg", "gh.yjjbntb", farm, epsg=DEGREES)
        red = in_degrees(layers_plan.red_line_table(land, parcels, zoning))
        writers.ogr(red, self.out / "生态保护红线.gdb", "OpenFileGDB", epsg=DEGREES)
        writers.folder_zip(self.out / "生态保护红线.gdb", self.out / "生态保护红线.gdb.zip")
        self._note("生态保护红线.gdb.zip", "gh.stbhhx", red, DEGREES)
        bounds = layers_plan.boundary_table(land, parcels, zoning)
        writers.shapefile_zip(bounds, self.out / "城镇开发边界.zip", cpg="GBK")
        self._note("城镇开发边界.zip", "gh.czkfbj", bounds)
        self._ogr("规划用途.gpkg", "gh.ghyt", layers_plan.planned_use_table(land, parcels, zoning))
        control = in_degrees(layers_plan.control_table(land, parcels, zoning))
        self._ogr("建设用地管制区.geojson", "gh.jsydgzq", control, "GeoJSON", DEGREES)
        use = layers_plan.old_use_table(land, parcels, zoning)
        writers.shapefile_zip(use, self.out / "土地用途区.zip", encoding="utf-8", cpg="UTF-8")
        self._note("土地用途区.zip", "gh.tdytq", use)
        self._ogr("重点项目.gpkg", "gh.zdxm", layers_manage.key_projects(self.projects, self.planter, rng))

    def management_files(self, rng: np.random.Generator) -> None:
        """Approved and supplied land as Shapefiles, one with a language driver; the rest as GeoPackage and CSV."""
        approved, supplied = layers_manage.approved_and_supplied(
            self.parcels, self.planter, self.projects, rng
        )
        writers.shapefile_zip(approved, self.out / "批准用地.zip")
        self._note("批准用地.zip", "gl.ydsp", approved)
        writers.shapefile_zip(supplied, self.out / "供应土地.zip", language_driver=0x4D)
        self._note("供应土地.zip", "gl.gdgl", supplied)
        illegal = layers_manage.illegal_use(self.parcels, self.zoning, self.planter, rng)
        assert illegal.geometry is not None
        self.bare = illegal.geometry
        self._ogr("违法用地.gpkg", "gl.wfyd", illegal)
        self._ogr("不动产宗地.gpkg", "gl.bdc", layers_manage.register(self.parcels, rng))
        people, money = layers_manage.statistics(self.land, self.parcels, rng)
        for table, dataset, file in ((people, "sj.rk", "人口统计.csv"), (money, "sj.jj", "经济统计.csv")):
            writers.csv_file(table, self.out / file)
            self._enter(file, dataset, features=len(table))

    def hazard_files(self, rng: np.random.Generator) -> None:
        """Mining as GeoJSON in degrees, hazards as GeoPackages."""
        below = layers_hazard.underground(self.parcels, self.planter, self.projects, rng)
        self._ogr("采矿权.geojson", "gl.ckq", below.mining, "GeoJSON", DEGREES)
        self._ogr("探矿权.geojson", "gl.tkq", below.exploration, "GeoJSON", DEGREES)
        self._ogr("矿产地.geojson", "xz.kcd", below.reserves, "GeoJSON", DEGREES)
        zones, points = layers_hazard.hazards(
            self.land, self.parcels, self.zoning, self.planter, self.projects, rng
        )
        self._ogr("地质灾害易发区.gpkg", "xz.dzzhyfq", zones)
        self._ogr("地质灾害点.gpkg", "xz.dzzhd", points, epsg=DEGREES)

    def second_year(self, rng: np.random.Generator) -> edition.Changes:
        """DLTB of the next year, in the same form as the first."""
        table, changes = edition.next_year(self.parcels, self.zoning, rng)
        when = self.days.survey_dates[1]
        file = f"DLTB_{when.year}.zip"
        writers.shapefile_zip(table, self.out / file)
        self._enter(file, "xz.dltb", "DLTB", len(table), when=when, edition=2)
        return changes

    def pictures(self, rng: np.random.Generator) -> None:
        """Imagery of two autumns, the second with new bare ground where land was used unlawfully; the terrain model."""
        camera = imagery.Camera(self.land, self.parcels)
        flown = self.days.image_dates
        first, second = (f"影像_{when:%Y%m}.tif" for when in flown)
        camera.shoot(self.out / first, rng, season=0.35)
        camera.shoot(self.out / second, rng, season=0.75, bare=self.bare)
        imagery.write_dem(self.land, self.parcels, self.out / "DEM.tif")
        self._enter(first, "xz.dom", when=flown[0])
        self._enter(second, "xz.dom", when=flown[1], edition=2)
        self._enter("DEM.tif", "xz.dem")

    def project_files(self, changes: edition.Changes) -> None:
        """Boundary files, the sample project beside them, and the truth."""
        (self.out / "projects").mkdir(exist_ok=True)
        witness = Witness(self.layers)
        told, made = [], self.days.back(27)
        for project in self.planted:
            file = f"projects/{project.key}.txt"
            boundary.write_boundary(project, self.out / file, made)
            if project.adjust_out:
                boundary.write_boundary(
                    project, self.out / f"projects/{project.key}-out.txt", made, project.adjust_out
                )
            told.append(truth.describe(project, file, witness))
        boundary.write_boundary(self.planted[0], self.out / "project.txt", made)
        content = {
            "tolerances": {
                "trace_m2": TRACE,
                "sliver_m2": SLIVER_AREA,
                "sliver_width_m": SLIVER_WIDTH,
            },
            "today": self.days.today.isoformat(),
            "main": self.planted[0].key,
            "projects": told,
            "second_edition": changes.as_json(),
            "bare_ground": [shapely.to_wkt(shape, rounding_precision=3) for shape in self.bare],
        }
        writers.json_file(content, self.out / "truth.json")


def in_degrees(table: Table) -> Table:
    """The table with its geometries in degrees, on the grid of 1e-10°."""
    assert table.geometry is not None
    lonlat = shapely.transform(to_lonlat(table.geometry), lambda xy: np.round(xy, 10))
    return Table(table.name, table.columns, table.values, np.asarray(lonlat))
