"""Roads: least-cost lines over the terrain between settlements; a railway and a motorway where the county is big enough."""

from __future__ import annotations

import numpy as np
import shapely
from scipy import ndimage, sparse
from scipy.sparse import csgraph
from scipy.spatial import cKDTree

from guotu.demo.lines import Strip, smooth
from guotu.demo.noise import Field, Grid, Noise, Rng
from guotu.demo.settlements import Settlements
from guotu.demo.terrain import Terrain
from guotu.model.arrays import Float64Array, Int64Array


def lay_roads(
    terrain: Terrain,
    rivers: list[Strip],
    settlements: Settlements,
    outline: shapely.Polygon,
    rng: Rng,
) -> list[Strip]:
    """Strips of 1001, 1003 and 1006, the most important first."""
    net = _Network(terrain, rivers)
    strips = [_railway(terrain, outline)]
    strips += _trunks(net, settlements)
    strips += _village_roads(net, settlements, rng)
    return [strip for strip in strips if len(strip.path) > 4]


class _Network:
    """A coarse grid whose edges cost what building a road there would."""

    def __init__(self, terrain: Terrain, rivers: list[Strip]) -> None:
        side = terrain.grid.cell * terrain.grid.rows
        count = min(terrain.grid.rows, 420)
        self.grid = Grid(-side / 2, -side / 2, side / count, count, count)
        xy = self.grid.xy().reshape(-1, 2)
        wet = np.zeros(len(xy))
        for river in rivers:
            if river.width > 9.0:
                wet[self.cells(smooth(river.path, self.grid.cell / 2, 1.0))] = river.width * 18.0
        whim = np.exp(0.45 * Noise(np.random.default_rng(77), 900.0, 3)(xy))
        price = self.grid.cell * whim * (1.0 + (terrain.slope.at(xy) / 4.0) ** 2) + wet
        self.xy, self.price = xy, price
        self.used = np.zeros(len(xy), bool)

    def cells(self, xy: Float64Array) -> Int64Array:
        """Flat index of the cell under each point."""
        at = np.rint(self.grid.index(xy)).astype(np.int64)
        return np.asarray(
            np.clip(at[0], 0, self.grid.rows - 1) * self.grid.cols + np.clip(at[1], 0, self.grid.cols - 1),
            np.int64,
        )

    def graph(self) -> sparse.csr_matrix:
        """Eight-neighbour graph; cells that carry a road already cost a third."""
        rows, cols = self.grid.rows, self.grid.cols
        price = np.where(self.used, self.price * 0.33, self.price).reshape(rows, cols)
        index = np.arange(rows * cols).reshape(rows, cols)
        parts = []
        for dr, dc in ((0, 1), (1, 0), (1, 1), (1, -1)):
            a = (slice(0, rows - dr), slice(max(0, -dc), cols - max(0, dc)))
            b = (slice(dr, rows), slice(max(0, dc), cols + min(0, dc)))
            cost = 0.5 * (price[a] + price[b]) * (dr * dr + dc * dc) ** 0.5
            parts.append((index[a].ravel(), index[b].ravel(), cost.ravel()))
        u, v, w = (np.concatenate(part) for part in zip(*parts, strict=True))
        return sparse.csr_matrix((w, (u, v)), shape=(rows * cols, rows * cols))

    def routes(self, sources: Int64Array, targets: Int64Array) -> list[Int64Array]:
        """Cells from each target back to the nearest source."""
        _, before, _ = csgraph.dijkstra(
            self.graph(), directed=False, indices=sources, return_predecessors=True, min_only=True
        )
        found = []
        for target in targets.tolist():
            path = [target]
            while before[path[-1]] >= 0:
                path.append(int(before[path[-1]]))
            found.append(np.array(path))
        return found

    def line(self, route: Int64Array, first: Float64Array | None = None) -> Float64Array:
        """A smooth line along cells, starting at `first` if given."""
        points = self.xy[route]
        if first is not None:
            points = np.vstack([first, points[1:]])
        return smooth(points, 12.0, self.grid.cell * 1.3)


def _fresh(net: _Network, route: Int64Array) -> Int64Array:
    """The part of a route before it meets cells that carry a road; one cell more, so that the roads meet."""
    met = np.flatnonzero(net.used[route[1:]])
    part = route if not len(met) else route[: met[0] + 2]
    net.used[part] = True
    return part


def _trunks(net: _Network, settlements: Settlements) -> list[Strip]:
    """From the seat to every town and out of the county in four directions."""
    towns = settlements.towns
    seat = net.cells(settlements.xy[towns[:1]])
    strips = []
    gates = (
        np.array([[1.0, 0.2], [-1.0, 0.1], [0.2, 1.0], [-0.1, -1.0]]) * net.grid.rows * net.grid.cell * 0.47
    )
    for number, route in enumerate(net.routes(seat, net.cells(gates))):
        part = _fresh(net, route)
        name, width = [("G307", 22.0), ("G307", 22.0), ("S216", 16.0), ("S216", 16.0)][number]
        strips.append(Strip(net.line(part), width, "1003", name))
    for number, town in enumerate(towns[1:].tolist()):
        sources = np.flatnonzero(net.used)
        route = net.routes(sources, net.cells(settlements.xy[[town]]))[0]
        part = _fresh(net, route)
        if len(part) > 2:
            strips.append(Strip(net.line(part, settlements.xy[town]), 11.0, "1003", f"X{101 + number}"))
    return strips


def _village_roads(net: _Network, settlements: Settlements, rng: Rng) -> list[Strip]:
    """Every village to the network, and a share of neighbouring villages to each other."""
    strips = []
    villages = np.flatnonzero(settlements.rank == 0)
    routes = net.routes(np.flatnonzero(net.used), net.cells(settlements.xy[villages]))
    order = sorted(range(len(routes)), key=lambda i: -len(routes[i]))
    for i in order:
        part = _fresh(net, routes[i])
        if len(part) > 2:
            width = float(rng.choice([5.5, 6.0, 6.5]))
            strips.append(Strip(net.line(part, settlements.xy[villages[i]]), width, "1006"))
    routes = net.routes(np.flatnonzero(net.used), net.cells(settlements.hamlets))
    for i, route in enumerate(routes):
        part = _fresh(net, route)
        if len(part) > 2:
            strips.append(Strip(net.line(part, settlements.hamlets[i]), 4.0, "1006"))
    tree = cKDTree(settlements.xy)
    pairs = sorted(
        {
            (min(i, int(j)), max(i, int(j)))
            for i, row in enumerate(tree.query(settlements.xy, k=4)[1])
            for j in row[1:]
        }
    )
    for a, b in pairs:
        if rng.random() < 0.55:
            strips += _link(net, settlements.xy[a], settlements.xy[b], rng)
    return strips


def _link(net: _Network, start: Float64Array, end: Float64Array, rng: Rng) -> list[Strip]:
    """A lane between two villages over easy ground, bent a little, where no road runs already."""
    count = max(4, int(np.hypot(*(end - start)) / net.grid.cell))
    t = np.linspace(0.0, 1.0, count)[:, None]
    bend = np.sin(np.pi * t) * rng.normal(0, 0.12) + np.sin(2 * np.pi * t) * rng.normal(0, 0.06)
    points = start + (end - start) * t + bend * (end - start)[::-1] * np.array([-1.0, 1.0])
    cells = net.cells(points)
    easy = net.price[cells] < net.grid.cell * 9.0
    if easy.mean() < 0.95 or net.used[cells].mean() > 0.35:
        return []
    net.used[cells] = True
    return [Strip(smooth(points, 12.0, 40.0), 4.5, "1006")]


def _railway(terrain: Terrain, outline: shapely.Polygon) -> Strip:
    """One smooth line across the county that keeps to easy ground a little off the valley's middle."""
    half = terrain.grid.rows * terrain.grid.cell * 0.49
    west, south, east, north = outline.bounds
    slope = Field(terrain.grid, ndimage.gaussian_filter(terrain.slope.values, 4.0))
    xs = np.linspace(-half, half, 60)
    ys = np.linspace(south * 0.8, north * 0.8, 90)
    points = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    whim = 1.5 * Noise(np.random.default_rng(78), half / 3.0, 2)(points)
    price = (slope.at(points) + whim).reshape(90, 60)
    best = price[:, 0].copy()
    came = np.zeros((90, 60), np.int64)
    reach = np.abs(np.arange(90)[:, None] - np.arange(90)[None, :]) * 0.4
    for col in range(1, 60):
        total = best[None, :] + reach**2
        came[:, col] = total.argmin(axis=1)
        best = total.min(axis=1) + price[:, col] + 0.15
    row = int(best.argmin())
    path = []
    for col in range(59, -1, -1):
        path.append((xs[col], ys[row]))
        row = int(came[row, col])
    return Strip(
        smooth(np.array(path), 14.0, 900.0 if east - west > 8000 else 350.0), 18.0, "1001", "青江铁路"
    )
