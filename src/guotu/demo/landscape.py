"""The county as it lies there: terrain, lines, settlements, parcels, and the coverage they are cut from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from guotu.demo import names, parcels, sites
from guotu.demo.landuse import Ground, Painter
from guotu.demo.lines import Strip
from guotu.demo.noise import Rng
from guotu.demo.outline import draw_outline
from guotu.demo.partition import Cover, Mesh, melt, voronoi
from guotu.demo.plan import CountyPlan
from guotu.demo.rivers import trace_rivers
from guotu.demo.roads import lay_roads
from guotu.demo.settlements import Settlements, settle, town_of_villages
from guotu.demo.terrain import Terrain, raise_terrain
from guotu.model.arrays import Float64Array, GeometryArray, Int64Array

CELLS_PER_PARCEL = 14.0
RANK = {"1001": 0, "1003": 1, "1101": 2, "1006": 3, "1004": 4, "1107A": 5, "1107": 6}


@dataclass(frozen=True, slots=True)
class Landscape:
    """Everything later layers are drawn from. Parcel arrays are indexed by parcel label (= row)."""

    plan: CountyPlan
    terrain: Terrain
    settlements: Settlements
    strips: list[Strip]
    cover: Cover
    polygons: GeometryArray
    dlbm: Int64Array
    village: Int64Array
    strip: Int64Array
    town_of: Int64Array
    mean: dict[str, Float64Array]
    """Parcel means of site fields: slope, above, depth, urban."""
    home: Int64Array
    """Nearest home (`Settlements.homes`) of each parcel."""
    town: Int64Array
    """Nearest town (index of its village) of each parcel."""

    def rank(self) -> Int64Array:
        """0 village or hamlet, 1 town, 2 county seat: of each parcel's nearest home."""
        return np.asarray(self.settlements.homes[2][self.home], np.int64)


def grow(plan: CountyPlan, rng: Rng) -> Landscape:
    """The landscape of a plan."""
    terrain = raise_terrain(plan, rng)
    rivers = trace_rivers(terrain, names.river_names(), rng)
    outline = draw_outline(plan, rng)
    settlements = settle(plan, terrain, rivers, outline, rng)
    territory = sites.Territory(settlements, terrain, rng)
    plain = sites.Plain(terrain, settlements, rng)
    cell = (plan.hectares_per_parcel * 1e4 / CELLS_PER_PARCEL) ** 0.5
    fields = sites.divide_fields(settlements, terrain, cell, rng)
    strips = rivers + lay_roads(terrain, rivers, settlements, outline, rng)
    strips += sites.streets(settlements, plain, rng)
    strips += sites.field_lines(fields, plain, territory, settlements, rng)
    strips.sort(key=lambda strip: (RANK[strip.dlbm], -strip.width))
    points = sites.scatter(outline, strips, fields, plain, territory, rng)
    mesh = voronoi(points.xy, points.inside)
    cells = mesh.cell_areas()
    village = parcels.settle_villages(mesh, territory.of(points.xy), points, cells)
    painter = Painter(points, strips, terrain, plain, fields, village, rng)
    pieces, ground = _calibrate(plan, painter, mesh, cells)
    cover = melt(mesh, pieces.label, points.strip != sites.FREE, rng)
    inside = points.inside
    home, town = np.zeros(pieces.count, np.int64), np.zeros(pieces.count, np.int64)
    home[pieces.label[inside]], town[pieces.label[inside]] = ground.home[inside], ground.town[inside]
    return Landscape(
        plan,
        terrain,
        settlements,
        strips,
        cover,
        cover.polygons()[1],
        pieces.dlbm,
        pieces.village,
        pieces.strip,
        town_of_villages(settlements, _neighbours(mesh, np.where(inside, village, -1), len(settlements.xy))),
        _means(pieces, ground, np.where(inside, cells, 0.0)),
        home,
        town,
    )


def _calibrate(
    plan: CountyPlan, painter: Painter, mesh: Mesh, cells: Float64Array
) -> tuple[parcels.Pieces, Ground]:
    """Parcels of such a size that there are about as many as planned."""
    scale = 1.0
    for _ in range(3):
        ground = painter.paint(scale)
        pieces = parcels.build(mesh, painter.sites, ground, painter.village, cells)
        ratio = pieces.count / plan.parcels
        if abs(ratio - 1.0) < 0.03:
            break
        scale *= ratio**1.5
    return pieces, ground


def _neighbours(mesh: Mesh, village: Int64Array, count: int) -> list[set[int]]:
    """Villages that touch each village."""
    found: list[set[int]] = [set() for _ in range(count)]
    for a, b, _ in zip(*parcels.borders(mesh, village), strict=True):
        found[int(a)].add(int(b))
    return found


def _means(pieces: parcels.Pieces, ground: Ground, weight: Float64Array) -> dict[str, Float64Array]:
    """Mean of the smooth fields over each parcel's cells."""
    inside = weight > 0
    label, weight = pieces.label[inside], weight[inside]
    total = np.bincount(label, weight, pieces.count)
    fields = {"slope": ground.slope, "above": ground.above, "depth": ground.depth, "urban": ground.urban}
    return {
        name: np.asarray(
            np.bincount(label, weight * np.minimum(value[inside], 1e4), pieces.count) / total, float
        )
        for name, value in fields.items()
    }
