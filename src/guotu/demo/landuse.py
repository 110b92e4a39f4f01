"""What grows and stands where: a land class and a parcel seed for every site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.spatial import cKDTree

from guotu.demo.lines import Strip
from guotu.demo.noise import Noise, Rng
from guotu.demo.sites import FREE, Fields, Plain, Sites
from guotu.demo.terrain import Terrain
from guotu.model.arrays import BoolArray, Float64Array, Int64Array

CODES: Final = (
    "0101", "0102", "0103", "0201", "0202", "0204", "0301", "0302", "0305", "0307", "0404",
    "0508", "05H1", "0601", "0602", "0701", "0702", "0809", "0810", "08H1", "08H2", "09",
    "1001", "1003", "1004", "1005", "1006", "1101", "1103", "1104", "1104A", "1106", "1107", "1107A",
    "1109", "1201", "1202", "1206", "1207",
)  # fmt: skip
INDEX: Final = {code: i for i, code in enumerate(CODES)}

GRAIN: Final = {
    "field": 0.75,
    "slope": 0.62,
    "orchard": 1.0,
    "forest": 3.6,
    "built": 1.3,
    "village": 0.9,
    "water": 6.0,
}
"""Mean parcel size in hectares by kind of ground, before calibration."""

SEAT_MIX: Final = {
    "0701": 46,
    "05H1": 15,
    "08H1": 6,
    "08H2": 11,
    "0810": 8,
    "0809": 4,
    "1201": 4,
    "1005": 2,
    "0601": 3,
    "09": 1,
}
RIM_MIX: Final = {
    "0601": 44,
    "0508": 8,
    "0701": 20,
    "1201": 7,
    "05H1": 5,
    "0809": 4,
    "0103": 6,
    "0810": 4,
    "1005": 2,
}
TOWN_MIX: Final = {
    "0701": 40,
    "0702": 12,
    "05H1": 12,
    "08H1": 5,
    "08H2": 9,
    "0601": 9,
    "1201": 4,
    "0809": 3,
    "0810": 3,
    "0103": 3,
}
VILLAGE_MIX: Final = {
    "0702": 76,
    "08H2": 3,
    "1104": 5,
    "0301": 4,
    "0201": 4,
    "0103": 4,
    "1201": 1,
    "0601": 1,
    "05H1": 1,
    "0307": 1,
}
FIELD_MIX: Final = {
    "0101": 77,
    "0102": 6,
    "0103": 4.5,
    "1104": 3.5,
    "1104A": 2,
    "1202": 2.5,
    "0201": 2,
    "0204": 1,
    "0307": 1,
    "0404": 0.5,
}


@dataclass(frozen=True, slots=True)
class Ground:
    """Per site: class index, parcel seed (unique across kinds), nearest home and built-up depth there, slope, height above
    streams, nearest town and how far out in its planned area."""

    dlbm: Int64Array
    seed: Int64Array
    home: Int64Array
    depth: Float64Array
    slope: Float64Array
    above: Float64Array
    town: Int64Array
    urban: Float64Array


class Painter:
    """Decides classes once; seeds again for each calibration of the parcel size."""

    def __init__(
        self,
        sites: Sites,
        strips: list[Strip],
        terrain: Terrain,
        plain: Plain,
        fields: Fields,
        village: Int64Array,
        rng: Rng,
    ) -> None:
        self.sites, self.strips, self.terrain = sites, strips, terrain
        self.fields, self.village = fields, village
        self.rng_seed = int(rng.integers(2**31))
        xy = sites.xy
        self.slope, self.above = terrain.slope.at(xy), terrain.above_stream.at(xy)
        self.home, self.depth = plain.built(xy)
        self.home_rank = plain.rank
        self.town, self.urban = plain.urban(xy)
        self.flat = plain.at(xy)
        self.noise = [Noise(rng, wave, 3)(xy) for wave in (2600.0, 900.0, 420.0, 1500.0)]
        self.hills = self._hills()
        self.road_gap = self._gap(("1003", "1006"))
        self.river_gap = self._gap(("1101",))
        self.shoal = self._shoal()
        self.reservoir = self._reservoir()

    def _gap(self, codes: tuple[str, ...]) -> Float64Array:
        paths = [strip.path for strip in self.strips if strip.dlbm in codes]
        return np.asarray(cKDTree(np.vstack(paths)).query(self.sites.xy)[0], float)

    def _hills(self) -> Int64Array:
        """Class of sloping ground: terraces low down, orchards and tea between, forest above, bare tops."""
        slope, above = self.slope, self.above
        broad, middle, fine, other = self.noise
        code = np.full(len(slope), INDEX["0301"])
        code[other > 1.05] = INDEX["0302"]
        code[(middle > 1.1) & (other < 0.4)] = INDEX["0307"]
        code[(slope > 13) & (fine > 0.75)] = INDEX["0305"]
        code[(slope > 9) & (middle < -1.5)] = INDEX["0404"]
        code[(slope > 21) & (fine < -1.35)] = INDEX["1207"]
        tilled = slope + 2.6 * fine + 1.5 * broad + 0.045 * above < 8.2
        code[tilled] = INDEX["0103"]
        code[tilled & (slope < 4.5) & (above < 14) & (middle > -0.2)] = INDEX["0101"]
        code[tilled & (middle > 0.85) & (slope > 3)] = INDEX["0201"]
        code[tilled & (other < -1.15) & (slope > 4)] = INDEX["0202"]
        code[tilled & (middle < -1.35)] = INDEX["0307"]
        return code

    def paint(self, scale: float) -> Ground:
        """Classes and seeds with parcels `scale` times as large as `GRAIN` says."""
        rng = np.random.default_rng(self.rng_seed)
        dlbm = self.hills.copy()
        seed = np.full(len(dlbm), -1, np.int64)
        free = (self.sites.strip == FREE) & self.sites.inside
        built = free & (self.depth < 1.0)
        field = free & ~built & self.flat
        rest = free & ~built & ~field
        start = self._paint_fields(field, dlbm, seed, scale)
        start = self._paint_hills(rest, dlbm, seed, scale, start, rng)
        start = self._paint_built(built, dlbm, seed, scale, start, rng)
        start = self._paint_water(free & ~built, dlbm, seed, start)
        lines = (self.sites.strip != FREE) & self.sites.inside
        dlbm[lines] = np.array([INDEX[strip.dlbm] for strip in self.strips])[self.sites.strip[lines]]
        # Lines are cut where towns are planned to end, so that planning zones can follow parcels.
        band = np.searchsorted([1.0, 1.15], self.urban[lines])
        seed[lines] = start + self.sites.strip[lines] * 3 + band
        return Ground(dlbm, seed, self.home, self.depth, self.slope, self.above, self.town, self.urban)

    def _paint_fields(self, mask: BoolArray, dlbm: Int64Array, seed: Int64Array, scale: float) -> int:
        """Strips of field inside the blocks of each village's lattice; one crop per strip."""
        village = self.village[mask]
        uv = self.fields.local(self.sites.xy[mask], village)
        across, along = self.fields.block
        block = np.floor(uv / [across, along]).astype(np.int64)
        within = uv - block * [across, along]
        base = _hash(village, block[:, 0], block[:, 1])
        pieces = across * along * self.fields.cell**2 / 1e4 / (GRAIN["field"] * scale)
        whole = _unit(base, 1) < 0.6
        parts = np.maximum(1, np.rint(pieces * np.where(whole, 1.0, 0.5) * (0.6 + 0.8 * _unit(base, 2))))
        bend = 0.25 * np.sin(within[:, 1] / along * np.pi) * (_unit(base, 3) - 0.5)
        column = np.clip(np.floor((within[:, 0] / across + bend / parts) * parts), 0, parts - 1)
        row = np.where(whole, 0, within[:, 1] > along * (0.35 + 0.3 * _unit(base, 4))).astype(np.int64)
        name = _hash(base, column.astype(np.int64), row)
        _, seed_of = np.unique(name, return_inverse=True)
        seed[mask] = seed_of
        luck = _unit(name, 5)
        codes, edges = _mix(FIELD_MIX)
        dlbm[mask] = codes[np.searchsorted(edges, luck, side="right")]
        wet = self.noise[0][mask] - 0.5 * self.noise[1][mask] < -1.0
        dlbm[mask] = np.where(wet & (dlbm[mask] == INDEX["0101"]) & (luck < 0.6), INDEX["0103"], dlbm[mask])
        return int(seed_of.max(initial=-1)) + 1

    def _paint_hills(
        self, mask: BoolArray, dlbm: Int64Array, seed: Int64Array, scale: float, start: int, rng: Rng
    ) -> int:
        """Terraces follow the contours, forest compartments the ridges: distance counts height too."""
        forest = np.isin(dlbm, [INDEX[c] for c in ("0301", "0302", "0305", "0307", "0404", "1207")])
        orchard = np.isin(dlbm, [INDEX["0201"], INDEX["0202"]])
        height = self.terrain.height.at(self.sites.xy)
        parts = (
            (mask & forest, GRAIN["forest"] * (1 + self.above / 90.0).mean(), 2.0),
            (mask & orchard, GRAIN["orchard"], 5.0),
            (mask & ~forest & ~orchard, GRAIN["slope"], 8.0),
        )
        for part, hectares, climb in parts:
            start = self._seed(part, hectares * scale, climb * height, seed, start, rng)
        return start

    def _paint_built(
        self, mask: BoolArray, dlbm: Int64Array, seed: Int64Array, scale: float, start: int, rng: Rng
    ) -> int:
        rank = self.home_rank[self.home]
        middle = (rank == 2) & (self.depth < 0.62)
        groups = (
            (mask & middle, SEAT_MIX, GRAIN["built"]),
            (mask & (rank == 2) & ~middle, RIM_MIX, GRAIN["built"] * 1.5),
            (mask & (rank == 1), TOWN_MIX, GRAIN["built"] * 0.8),
            (mask & (rank == 0), VILLAGE_MIX, GRAIN["village"]),
        )
        for part, mix, hectares in groups:
            before = start
            start = self._seed(part, hectares * scale, np.zeros(len(seed)), seed, start, rng)
            codes, edges = _mix(mix)
            crop = codes[np.searchsorted(edges, rng.random(start - before), side="right")]
            if mix is VILLAGE_MIX:
                core = part & (self.depth < 0.45)
                crop[seed[core] - before] = INDEX["0702"]
            dlbm[part] = crop[seed[part] - before]
        return start

    def _paint_water(self, mask: BoolArray, dlbm: Int64Array, seed: Int64Array, start: int) -> int:
        """A reservoir in the hills, shoals along the main river, ponds in hollows."""
        pond = mask & ~self.flat & (self.slope < 5) & (self.noise[2] > 2.1)
        dlbm[pond] = INDEX["1104"]
        dlbm[mask & self.shoal] = INDEX["1106"]
        where = mask & self.reservoir
        dlbm[where] = INDEX["1103"]
        seed[where] = start
        return start + 1

    def _shoal(self) -> BoolArray:
        river = max((strip for strip in self.strips if strip.dlbm == "1101"), key=lambda strip: strip.width)
        gap = cKDTree(river.path).query(self.sites.xy, distance_upper_bound=90.0)[0]
        return np.asarray((gap < river.width / 2 + 34) & (self.noise[2] > 0.9), bool)

    def _reservoir(self) -> BoolArray:
        """Ground below a level around a stretch of stream high in the hills, away from houses and roads."""
        xy = self.sites.xy
        height = self.terrain.height.at(xy)
        inside = self.sites.inside
        quiet = inside & (self.river_gap < 90) & (self.road_gap > 200) & (self.depth > 4.0) & ~self.flat
        if not quiet.any():
            return np.zeros(len(xy), bool)
        steep = self.terrain.slope.at(xy + 250.0) + self.terrain.slope.at(xy - 250.0)
        at = int(np.argmax(np.where(quiet, steep, -1.0)))
        gap = np.hypot(*(xy - xy[at]).T)
        wobble = 1 + 0.25 * self.noise[2]
        return np.asarray(
            inside & (gap < 420 * wobble) & (height < height[at] + 9.0) & (self.road_gap > 60), bool
        )

    def _seed(
        self,
        mask: BoolArray,
        hectares: float,
        lift: Float64Array,
        seed: Int64Array,
        start: int,
        rng: Rng,
    ) -> int:
        """Parcels of about that size: every point joins the nearest of some random points of its own group."""
        members = np.flatnonzero(mask)
        if not len(members):
            return start
        count = max(1, round(len(members) * self.fields.cell**2 / 1e4 / hectares))
        place = np.column_stack([self.sites.xy, lift])[members]
        chosen = rng.permutation(len(members))[:count]
        seed[members] = start + cKDTree(place[chosen]).query(place)[1]
        return start + count


def _mix(mix: dict[str, float] | dict[str, int]) -> tuple[Int64Array, Float64Array]:
    share = np.cumsum(np.array(list(mix.values()), float))
    codes = np.array([INDEX[code] for code in mix])
    return codes, share[:-1] / share[-1]


def _hash(*parts: Int64Array) -> Int64Array:
    """A 62-bit number for each tuple, the same everywhere."""
    total = np.zeros(len(parts[0]), np.uint64)
    for part in parts:
        total = total ^ part.astype(np.int64).view(np.uint64)
        total = total * np.uint64(0x9E3779B97F4A7C15)
        total = total ^ (total >> np.uint64(29))
        total = total * np.uint64(0xBF58476D1CE4E5B9)
        total = total ^ (total >> np.uint64(32))
    return (total >> np.uint64(2)).astype(np.int64)


def _unit(name: Int64Array, salt: int) -> Float64Array:
    """A number in [0, 1) for each name and salt."""
    return np.asarray(_hash(name, np.full(len(name), salt)) % 1_000_003 / 1_000_003.0, float)
