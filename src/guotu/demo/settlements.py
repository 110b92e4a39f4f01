"""Where people live: the county seat, towns and villages on ground that suits them, and whose land is whose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from guotu.demo import names
from guotu.demo.lines import Strip
from guotu.demo.noise import Noise, Rng
from guotu.demo.plan import DIVISION, CountyPlan
from guotu.demo.terrain import Terrain
from guotu.model.arrays import Float64Array, Int64Array


@dataclass(frozen=True, slots=True)
class Settlements:
    """Villages (n): place, radius of the built-up core (m), and rank 0 village, 1 town, 2 county seat."""

    xy: Float64Array
    radius: Float64Array
    rank: Int64Array
    names: tuple[str, ...]
    town_names: tuple[str, ...]
    hamlets: Float64Array
    """Places of the smaller hamlets (m, 2) and, below, their radii."""
    hamlet_radius: Float64Array

    @property
    def homes(self) -> tuple[Float64Array, Float64Array, Int64Array]:
        """Place, radius and rank of every built-up core: villages and towns first, hamlets after."""
        rank = np.concatenate([self.rank, np.zeros(len(self.hamlets), np.int64)])
        return (
            np.vstack([self.xy, self.hamlets]),
            np.concatenate([self.radius, self.hamlet_radius]),
            rank,
        )

    @property
    def towns(self) -> Int64Array:
        """Indices of the villages that are the seats of towns; the county seat first."""
        return np.argsort(-self.rank, kind="stable")[: int((self.rank > 0).sum())]


def settle(
    plan: CountyPlan, terrain: Terrain, rivers: list[Strip], outline: shapely.Polygon, rng: Rng
) -> Settlements:
    """Places at least some distance apart, the best ground first; every corner of the county within reach of one."""
    candidates, liking = _candidates(plan, terrain, rivers, outline, rng)
    seat = _seat(plan, candidates, liking, rivers)
    order = np.argsort(-liking, kind="stable")
    chosen = _spread(candidates[order], candidates[seat], plan)
    rank = np.zeros(len(chosen), np.int64)
    rank[0] = 2
    rank[_farthest(chosen, plan.towns)[1:]] = 1
    radius = rng.uniform(75.0, 150.0, len(chosen)) * (1 + 0.5 * (rng.random(len(chosen)) < 0.2))
    scale = float(np.clip(plan.side / 16_000.0, 0.62, 2.2))
    radius[rank == 1] = rng.uniform(330.0, 520.0, int((rank == 1).sum())) * min(scale, 1.3)
    radius[0] = 1250.0 * scale
    labels = names.village_names(len(chosen), rng)
    hamlets = _hamlets(candidates[order], chosen, radius, 5 * plan.villages)
    return Settlements(
        chosen,
        radius,
        rank,
        tuple(labels),
        tuple(names.town_names(plan.towns, rng)),
        hamlets,
        rng.uniform(38.0, 92.0, len(hamlets)),
    )


def _hamlets(xy: Float64Array, villages: Float64Array, radius: Float64Array, count: int) -> Float64Array:
    """Up to `count` places on good ground, clear of villages and of each other."""
    gap, near = cKDTree(villages).query(xy)
    xy = xy[(gap > 1.6 * radius[near] + 230.0) | (gap > 3000.0)]
    taken: dict[tuple[int, int], list[Float64Array]] = {}
    found: list[Float64Array] = []
    apart = 330.0
    for point in xy:
        if len(found) == count:
            break
        col, row = int(point[0] // apart), int(point[1] // apart)
        around = [p for c in (-1, 0, 1) for r in (-1, 0, 1) for p in taken.get((col + c, row + r), [])]
        if all(float(np.hypot(*(p - point))) > apart for p in around):
            taken.setdefault((col, row), []).append(point)
            found.append(point)
    return np.array(found).reshape(-1, 2)


def _candidates(
    plan: CountyPlan, terrain: Terrain, rivers: list[Strip], outline: shapely.Polygon, rng: Rng
) -> tuple[Float64Array, Float64Array]:
    west, south, east, north = outline.bounds
    many = max(4000, plan.villages * 120)
    xy = np.column_stack([rng.uniform(west, east, many), rng.uniform(south, north, many)])
    core = outline.buffer(-min(450.0, plan.side * 0.04))
    xy = xy[shapely.contains_xy(core, xy)]
    away = cKDTree(np.vstack([r.path for r in rivers])).query(xy)[0]
    slope = terrain.slope.at(xy)
    above = terrain.above_stream.at(xy)
    liking = np.exp(-slope / 3.5) * np.exp(-above / 40.0) * (0.35 + np.exp(-away / 900.0)) * (away > 120.0)
    liking *= np.exp(0.5 * Noise(rng, 2500.0, 3)(xy))
    return xy, liking


def _seat(plan: CountyPlan, xy: Float64Array, liking: Float64Array, rivers: list[Strip]) -> int:
    central = np.exp(-((np.hypot(xy[:, 0], xy[:, 1]) / (0.17 * plan.side)) ** 2))
    away = cKDTree(rivers[0].path).query(xy)[0]
    radius = 1250.0 * float(np.clip(plan.side / 16_000.0, 0.62, 2.2))
    riverside = np.exp(-(((away - radius * 0.85) / (0.5 * radius)) ** 2))
    return int(np.argmax((liking + 0.05) * central * (0.05 + riverside)))


def _spread(xy: Float64Array, seat: Float64Array, plan: CountyPlan) -> Float64Array:
    """Greedy: take each candidate far enough from all taken; relax the distance until there are enough."""
    apart = 1.05 * (plan.area / plan.villages) ** 0.5
    taken = [seat]
    while len(taken) < plan.villages:
        for point in xy:
            if len(taken) == plan.villages:
                break
            gap = np.hypot(*(np.array(taken) - point).T)
            if gap[0] > apart * 0.9 and gap.min() > apart:
                taken.append(point)
        apart *= 0.9
    return np.array(taken)


def _farthest(xy: Float64Array, count: int) -> Int64Array:
    """Index 0, then always the point farthest from those taken, but not on the very rim."""
    taken = [0]
    rim = np.hypot(*(xy - xy.mean(axis=0)).T)
    gap = np.hypot(*(xy - xy[0]).T)
    while len(taken) < count:
        best = int(np.argmax(gap - 0.45 * rim))
        taken.append(best)
        gap = np.minimum(gap, np.hypot(*(xy - xy[best]).T))
        gap[taken] = -1e9
    return np.array(taken)


def town_of_villages(settlements: Settlements, neighbours: list[set[int]]) -> Int64Array:
    """Town of each village: grown from the towns' seats over neighbouring villages, so every town is in one piece."""
    xy, towns = settlements.xy, settlements.towns
    owner = np.full(len(xy), -1, np.int64)
    owner[towns] = np.arange(len(towns))
    while (owner < 0).any():
        best: tuple[float, int, int] | None = None
        for village in np.flatnonzero(owner >= 0).tolist():
            for other in sorted(neighbours[village]):
                if owner[other] < 0:
                    far = float(np.hypot(*(xy[other] - xy[towns[owner[village]]])))
                    best = min(best, (far, other, village)) if best else (far, other, village)
        if best is None:
            raise AssertionError("villages are not connected")
        owner[best[1]] = owner[best[2]]
    return owner


def village_codes(town: Int64Array, settlements: Settlements) -> tuple[list[str], list[str], list[str]]:
    """Nine-digit codes of towns, twelve-digit codes of villages, and village names with 村 or 社区."""
    town_codes = [
        DIVISION + (f"{100 + i:03d}" if not name.endswith("乡") else f"{200 + i:03d}")
        for i, name in enumerate(settlements.town_names)
    ]
    seen = dict.fromkeys(range(len(town_codes)), 0)
    codes, labels = [], []
    for village, owner in enumerate(town.tolist()):
        seen[owner] += 1
        urban = settlements.rank[village] > 0
        codes.append(f"{town_codes[owner]}{(1 if urban else 200) + seen[owner]:03d}")
        labels.append(settlements.names[village] + ("社区" if urban else "村"))
    return town_codes, codes, labels
