"""The county as it lies there: terrain, lines, settlements, parcels, and the coverage they are cut from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from guotu.demo import names, parcels, sites
from guotu.demo.landuse import Ground, Painter
from guotu.demo.lines import Strip
from guotu.demo.noise import Rng
from guotu.demo.outline import draw_outline
from guotu.demo.partition import Cover, melt, voronoi
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
    site_xy: Float64Array
    site_parcel: Int64Array
    ground: Ground
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
    return _cut(plan, terrain, settlements, strips, points, plain, fields, territory, rng)


def _cut(
    plan: CountyPlan,
    terrain: Terrain,
    settlements: Settlements,
    strips: list[Strip],
    points: sites.Sites,
    plain: sites.Plain,
    fields: sites.Fields,
    territory: sites.Territory,
    rng: Rng,
) -> Landscape:
    mesh = voronoi(points.xy, points.inside)
    cells = mesh.cell_areas()
    village = parcels.settle_villages(mesh, territory.of(points.xy), points, cells)
    painter = Painter(points, strips, terrain, plain, fields, settlements, village, rng)
    scale, pieces, ground = 1.0, None, None
    for _ in range(3):
        ground = painter.paint(scale)
        pieces = parcels.build(mesh, points, ground, village, cells)
        ratio = pieces.count / plan.parcels
        if abs(ratio - 1.0) < 0.03:
            break
        scale *= ratio**1.5
    assert pieces is not None and ground is not None
    cover = melt(mesh, pieces.label, points.strip != sites.FREE, rng)
    _, polygons = cover.polygons()
    neighbours: list[set[int]] = [set() for _ in settlements.names]
    for a, b, _ in zip(*parcels.borders(mesh, np.where(points.inside, village, -1)), strict=True):
        neighbours[int(a)].add(int(b))
    weight = np.where(points.inside, cells, 0.0)
    inside = points.inside
    total = np.bincount(pieces.label[inside], weight[inside], pieces.count)

    def mean(value: Float64Array) -> Float64Array:
        return np.asarray(np.bincount(pieces.label[inside], (weight * value)[inside], pieces.count) / total, float)

    home, town = np.zeros(pieces.count, np.int64), np.zeros(pieces.count, np.int64)
    home[pieces.label[inside]], town[pieces.label[inside]] = ground.settlement[inside], ground.town[inside]
    return Landscape(
        plan, terrain, settlements, strips, cover, polygons, pieces.dlbm, pieces.village, pieces.strip,
        town_of_villages(settlements, neighbours), points.xy, pieces.label, ground,
        {"slope": mean(ground.slope), "above": mean(ground.above), "depth": mean(np.minimum(ground.depth, 50.0)), "urban": mean(np.minimum(ground.urban, 50.0))},
        home, town,
    )  # fmt: skip
