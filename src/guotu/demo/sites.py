"""The points whose cells become parcels: rows along every line, a lattice in the fields, scattered points elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from guotu.demo.lines import Samples, Strip, normals, resample, runs
from guotu.demo.noise import Noise, Rng
from guotu.demo.settlements import Settlements
from guotu.demo.terrain import Terrain
from guotu.model.arrays import BoolArray, Float64Array, Int64Array

STEP = 11.0
"""Metres between points along a line."""
FREE = -1


@dataclass(frozen=True, slots=True)
class Fields:
    """How each village's plain is cut: bearing of its blocks, where block (0, 0) begins, block size in lattice cells."""

    bearing: Float64Array
    origin: Float64Array
    cell: float
    block: tuple[int, int] = (11, 5)

    def local(self, xy: Float64Array, village: Int64Array) -> Float64Array:
        """Coordinates (n, 2) in lattice cells along and across the blocks of each point's village."""
        c, s = np.cos(self.bearing[village]), np.sin(self.bearing[village])
        d = xy - self.origin[village]
        return np.column_stack([d[:, 0] * c + d[:, 1] * s, d[:, 1] * c - d[:, 0] * s]) / self.cell

    def world(self, uv: Float64Array, village: int) -> Float64Array:
        """Inverse of `local` for one village."""
        c, s = np.cos(self.bearing[village]), np.sin(self.bearing[village])
        x, y = uv[:, 0] * self.cell, uv[:, 1] * self.cell
        return np.asarray(self.origin[village] + np.column_stack([x * c - y * s, x * s + y * c]), float)


class Territory:
    """Which village's land a place is, before the coverage is cut: the nearest village over warped, hilly ground."""

    def __init__(self, settlements: Settlements, terrain: Terrain, rng: Rng) -> None:
        self._terrain = terrain
        self._east, self._north = Noise(rng, 1300.0, 4), Noise(rng, 1300.0, 4)
        self._tree = cKDTree(self._lift(settlements.xy))

    def _lift(self, xy: Float64Array) -> Float64Array:
        shift = 110.0 * np.stack([self._east(xy), self._north(xy)], axis=-1)
        return np.column_stack([xy + shift, 7.0 * self._terrain.above_stream.at(xy)])

    def of(self, xy: Float64Array) -> Int64Array:
        """Index of the village of each point."""
        return np.asarray(self._tree.query(self._lift(xy))[1], np.int64)


def divide_fields(settlements: Settlements, terrain: Terrain, cell: float, rng: Rng) -> Fields:
    """Blocks lie along the slope of the land as far as it has one, neighbours alike."""
    turn = Noise(rng, 4200.0, 2)(settlements.xy)
    bearing = terrain.valley_bearing + 0.55 * turn + rng.normal(0, 0.06, len(turn))
    return Fields(bearing, settlements.xy + rng.uniform(-200, 200, settlements.xy.shape), cell)


class Plain:
    """Where fields lie in blocks: flat ground outside settlements."""

    def __init__(self, terrain: Terrain, settlements: Settlements, rng: Rng) -> None:
        self._terrain = terrain
        self._home, self._radius, self.rank = settlements.homes
        self._whim = Noise(rng, 600.0, 3)
        self._shape = Noise(rng, 260.0, 3)
        self._tree = cKDTree(self._home)

    def built(self, xy: Float64Array, grow: float = 1.0) -> tuple[Int64Array, Float64Array]:
        """The home (`Settlements.homes`) and how deep inside its built-up core a point lies: below 1 inside."""
        near = self._tree.query(xy, k=min(5, len(self._home)))[1]
        gap = np.hypot(*np.moveaxis(xy[:, None, :] - self._home[near], -1, 0))
        depth = gap / (self._radius[near] * grow)
        best = depth.argmin(axis=1)
        row = np.arange(len(xy))
        rough = 1.0 + 0.26 * self._shape(xy)
        return near[row, best], np.asarray(depth[row, best] / np.clip(rough, 0.5, 1.6), float)

    def urban(self, xy: Float64Array) -> tuple[Int64Array, Float64Array]:
        """The nearest town and how far out in what is planned as town a point lies: below 1 inside."""
        towns = np.flatnonzero(self.rank > 0)
        reach = self._radius[towns] * np.where(self.rank[towns] == 2, 1.38, 1.12)
        near = cKDTree(self._home[towns]).query(xy, k=min(3, len(towns)))[1]
        gap = np.hypot(*np.moveaxis(xy[:, None, :] - self._home[towns[near]], -1, 0)) / reach[near]
        best = gap.argmin(axis=1)
        row = np.arange(len(xy))
        rough = np.clip(1.0 + 0.12 * self._shape(xy * 0.4), 0.7, 1.35)
        return towns[near[row, best]], np.asarray(gap[row, best] / rough, float)

    def at(self, xy: Float64Array) -> BoolArray:
        """True on flat ground, before settlements are taken out."""
        slope = self._terrain.slope.at(xy) + 0.5 * self._whim(xy)
        return np.asarray((slope < 2.6) & (self._terrain.above_stream.at(xy) < 18.0), bool)


def field_lines(
    fields: Fields, plain: Plain, territory: Territory, settlements: Settlements, rng: Rng
) -> list[Strip]:
    """Tracks (1006) and ditches (1107) along the edges of field blocks."""
    reach = 1.15 * float(np.median(cKDTree(settlements.xy).query(settlements.xy, k=2)[0][:, 1]))
    across, along = fields.block
    strips: list[Strip] = []
    for village in range(len(settlements.xy)):
        span_u = int(reach / fields.cell / across) + 1
        span_v = int(reach / fields.cell / along) + 1
        lines = [(0, u * across, rng.random()) for u in range(-span_u, span_u + 1)]
        lines += [(1, v * along, rng.random()) for v in range(-span_v, span_v + 1)]
        for axis, place, luck in lines:
            kind = _line_kind(axis, luck)
            if kind is None:
                continue
            t = np.arange(-reach / fields.cell, reach / fields.cell, STEP / fields.cell)
            uv = np.column_stack([np.full_like(t, place), t] if axis == 0 else [t, np.full_like(t, place)])
            strips += _clip(fields.world(uv, village), village, kind, plain, territory)
    return strips


def _line_kind(axis: int, luck: float) -> tuple[str, float, str] | None:
    if axis == 0:
        return ("1006", 3.6, "") if luck < 0.30 else ("1107", 3.0, "") if luck < 0.48 else None
    if luck < 0.05:
        return "1107A", 7.0, "干渠"
    return ("1006", 4.0, "") if luck < 0.20 else ("1107", 3.0, "") if luck < 0.30 else None


def _clip(
    path: Float64Array, village: int, kind: tuple[str, float, str], plain: Plain, territory: Territory
) -> list[Strip]:
    good = plain.at(path)
    good[good] = (territory.of(path[good]) == village) & (plain.built(path[good])[1] > 1.15)
    dlbm, width, name = kind
    return [Strip(path[a:b], width, dlbm, name) for a, b in runs(good, 9)]


def streets(settlements: Settlements, plain: Plain, rng: Rng) -> list[Strip]:
    """Streets (1004) of the seat and the towns, a grid cut to the built-up shape."""
    strips = []
    for town in settlements.towns.tolist():
        radius, centre = float(settlements.radius[town]), settlements.xy[town]
        bearing = rng.uniform(-0.7, 0.7)
        c, s = np.cos(bearing), np.sin(bearing)
        gap = 210.0 if settlements.rank[town] == 2 else 130.0
        t = np.arange(-1.8 * radius, 1.8 * radius, STEP)
        count = int(1.6 * radius / gap)
        for axis in (0, 1):
            for number in range(-count, count + 1):
                offset = number * gap + rng.uniform(-0.2, 0.2) * gap
                u, v = (t, np.full_like(t, offset)) if axis == 0 else (np.full_like(t, offset), t)
                path = centre + np.column_stack([u * c - v * s, u * s + v * c])
                wide = 14.0 if number % 3 == 0 else 8.0
                inside = plain.built(path)[1] < 0.97
                strips += [Strip(path[a:b], wide, "1004") for a, b in runs(inside, 8)]
    return strips


@dataclass(frozen=True, slots=True)
class Sites:
    """All points: place, the strip each belongs to (FREE if none), whether inside the county."""

    xy: Float64Array
    strip: Int64Array
    inside: BoolArray


def scatter(
    outline: shapely.Polygon,
    strips: list[Strip],
    fields: Fields,
    plain: Plain,
    territory: Territory,
    rng: Rng,
) -> Sites:
    """Points for the whole county; along each strip three or more rows that make its edges exact."""
    rim, rim_centre = _rim(outline)
    rows, centres = _strip_rows(strips, outline, rim_centre)
    free = np.vstack([_lattice(fields, plain, territory, outline), _loose(fields, plain, outline, rng)])
    lines = np.vstack([rim_centre, centres.xy])
    clearance = np.concatenate(
        [np.full(len(rim_centre), 17.0), np.array([_clear(strip.width) for strip in strips])[centres.strip]]
    )
    gap, nearest = cKDTree(lines).query(free, distance_upper_bound=float(clearance.max()))
    hit = np.isfinite(gap)
    hit[hit] = gap[hit] < clearance[nearest[hit]]
    free = free[~hit]
    free = free[shapely.contains_xy(outline, free)]
    xy = np.vstack([rim.xy, rows.xy, free])
    strip = np.concatenate([rim.strip, rows.strip, np.full(len(free), FREE)])
    inside = np.concatenate([rim.inside, rows.inside, np.ones(len(free), bool)])
    xy = xy + rng.uniform(-0.02, 0.02, xy.shape)
    return Sites(xy, _adopt(xy, strip, inside, strips), inside)


def _clear(width: float) -> float:
    """Distance from a strip's middle within which no foreign point may lie."""
    return width / 2 + 2 * min(width / 2, 7.0) + 6.0


def _rim(outline: shapely.Polygon) -> tuple[Sites, Float64Array]:
    """A row inside and a row outside the outline."""
    ring = resample(shapely.get_coordinates(outline.exterior), STEP)[:-1]
    wrapped = np.vstack([ring[-2:], ring, ring[:2]])
    normal = normals(wrapped)[2:-2]
    inner, outer = ring + 7.0 * normal, ring - 7.0 * normal
    inner = inner[shapely.contains_xy(outline, inner)]
    outer = outer[~shapely.contains_xy(outline, outer)]
    xy = np.vstack([inner, outer])
    flag = np.concatenate([np.ones(len(inner), bool), np.zeros(len(outer), bool)])
    return Sites(xy, np.full(len(xy), FREE), flag), ring


def _strip_rows(strips: list[Strip], outline: shapely.Polygon, rim: Float64Array) -> tuple[Sites, Samples]:
    """Rows of points for every strip, each strip cut where an earlier one or the rim runs."""
    samples = Samples.of(strips, STEP)
    inner = shapely.contains_xy(outline, samples.xy)
    samples = Samples(samples.xy[inner], samples.normal[inner], samples.strip[inner])
    width = np.array([strip.width for strip in strips])[samples.strip]
    keep = cKDTree(rim).query(samples.xy, distance_upper_bound=40.0)[0] > 13.0 + 0 * width
    keep &= ~_crossed(samples, width)
    middle = Samples(samples.xy[keep], samples.normal[keep], samples.strip[keep])
    width = width[keep]
    offsets, owners, points = _offsets(width), [], []
    for offset, belongs, mask in offsets:
        points.append(middle.xy[mask] + middle.normal[mask] * offset[mask, None])
        owners.append(np.where(belongs[mask], middle.strip[mask], FREE))
    xy, strip = np.vstack(points), np.concatenate(owners)
    ok = _undisturbed(xy, strip, middle, width) & shapely.contains_xy(outline, xy)
    ok &= cKDTree(rim).query(xy, distance_upper_bound=30.0)[0] > 11.0
    return Sites(xy[ok], strip[ok], np.ones(int(ok.sum()), bool)), middle


def _offsets(width: Float64Array) -> list[tuple[Float64Array, BoolArray, BoolArray]]:
    """(signed distance from the middle, whether inside the strip, which samples) of every row."""
    half = width / 2
    near = np.minimum(half, 7.0)
    every = np.ones(len(width), bool)
    wide = half > 7.0
    rows = [(sign * (half + near), ~every, every) for sign in (1.0, -1.0)]
    rows += [
        (np.where(wide, sign * (half - near), 0.0), every, wide if sign < 0 else every)
        for sign in (1.0, -1.0)
    ]
    broad = half > 16.0
    rows.append((np.zeros(len(width)), every, broad))
    huge = half > 28.0
    rows += [(sign * half * 0.45, every, huge) for sign in (1.0, -1.0)]
    return rows


def _crossed(samples: Samples, width: Float64Array) -> BoolArray:
    """Samples that lie on an earlier (more important) strip."""
    tree = cKDTree(samples.xy)
    reach = min(float(width.max() / 2 + 12.0), 52.0)
    crossed = np.zeros(len(samples.xy), bool)
    for first in range(0, len(samples.xy), 200_000):
        some = cKDTree(samples.xy[first : first + 200_000])
        near = some.sparse_distance_matrix(tree, reach, output_type="ndarray")
        one, other = near["i"] + first, near["j"]
        earlier = samples.strip[other] < samples.strip[one]
        close = near["v"] < width[other] / 2 + np.minimum(width[one] / 2, 6.0) + 2.0
        crossed[one[earlier & close]] = True
    return crossed


def _undisturbed(xy: Float64Array, strip: Int64Array, middle: Samples, width: Float64Array) -> BoolArray:
    """Rows' points that lie on no other strip; side rows give way, rows of an earlier strip do not."""
    tree = cKDTree(middle.xy)
    gap, near = tree.query(xy, k=6, distance_upper_bound=55.0)
    found = np.isfinite(gap)
    near = np.where(found, near, 0)
    other = found & (middle.strip[near] != strip[:, None])
    limit = np.where(
        strip[:, None] == FREE, width[near] / 2 + 0.7 * np.minimum(width[near] / 2, 7.0), width[near] / 2
    )
    blocked = other & (gap < limit)
    later = (strip[:, None] != FREE) & (middle.strip[near] > strip[:, None])
    return np.asarray(~(blocked & ~later).any(axis=1), bool)


def _lattice(fields: Fields, plain: Plain, territory: Territory, outline: shapely.Polygon) -> Float64Array:
    """Points at lattice centres on each village's plain; block edges fall between two rows."""
    origin = fields.origin
    west, south, east, north = outline.bounds
    step = fields.cell
    probe = np.stack(np.meshgrid(np.arange(west, east, 150.0), np.arange(south, north, 150.0)), -1).reshape(
        -1, 2
    )
    owner = territory.of(probe)
    parts = []
    for village in range(len(origin)):
        mine = probe[owner == village]
        if not len(mine):
            continue
        uv = fields.local(mine, np.full(len(mine), village))
        low, high = np.floor(uv.min(axis=0)) - 8, np.ceil(uv.max(axis=0)) + 8
        u, v = np.arange(low[0], high[0]) + 0.5, np.arange(low[1], high[1]) + 0.5
        xy = fields.world(np.stack(np.meshgrid(u, v), -1).reshape(-1, 2), village)
        xy = xy[plain.at(xy)]
        xy = xy[territory.of(xy) == village]
        parts.append(xy[plain.built(xy)[1] > 1.02])
    jitter = np.random.default_rng(5).normal(0, 0.035 * step, (sum(map(len, parts)), 2))
    return np.vstack(parts) + jitter


def _loose(fields: Fields, plain: Plain, outline: shapely.Polygon, rng: Rng) -> Float64Array:
    """A jittered triangular lattice on hills and in settlements."""
    west, south, east, north = outline.bounds
    step = fields.cell * 1.07
    x, y = np.arange(west, east, step), np.arange(south, north, step * 0.866)
    xy = np.stack(np.meshgrid(x, y), axis=-1)
    xy[1::2, :, 0] += step / 2
    xy = xy.reshape(-1, 2)
    xy += rng.uniform(-0.36, 0.36, xy.shape) * step
    keep = ~plain.at(xy)
    keep[~keep] = plain.built(xy[~keep])[1] <= 1.02
    return np.asarray(xy[keep], float)


def _adopt(xy: Float64Array, strip: Int64Array, inside: BoolArray, strips: list[Strip]) -> Int64Array:
    """Free points that lie on a strip's own line join it: so lines reach the road they end at and the county's rim."""
    samples = Samples.of(strips, STEP / 2)
    half = np.array([item.width for item in strips])[samples.strip] / 2
    free = np.flatnonzero((strip == FREE) & inside)
    gap, near = cKDTree(samples.xy).query(xy[free], k=3, distance_upper_bound=45.0)
    found = np.isfinite(gap)
    near = np.where(found, near, 0)
    on = found & (gap < np.maximum(half[near], 3.2))
    first = np.where(on, samples.strip[near], len(strips)).min(axis=1)
    result = strip.copy()
    result[free] = np.where(first < len(strips), first, FREE)
    return result
