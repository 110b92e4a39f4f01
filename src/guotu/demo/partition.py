"""Planar coverages from labelled points: the cells of a Voronoi diagram melt together where they carry one label.

Every boundary vertex exists once; polygons of any grouping of the labels are traced over the same vertices, so shared edges
are bit-identical between neighbours and between layers, and coverages nest exactly.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
import shapely
from scipy.spatial import Delaunay

from guotu.demo.noise import Rng
from guotu.model.arrays import BoolArray, Float64Array, GeometryArray, Int64Array

OUTSIDE = -1
PRECISION = 3
"""Decimals (metres) of coordinates in the county's plane, as in the files."""


@dataclass(frozen=True, slots=True)
class Mesh:
    """Voronoi ridges: site `left` lies left of the way from vertex `start` to vertex `end`, site `right` right of it."""

    sites: Float64Array
    left: Int64Array
    right: Int64Array
    start: Int64Array
    end: Int64Array
    vertices: Float64Array
    length: Float64Array

    def cell_areas(self) -> Float64Array:
        """m² of each site's cell; meaningless for sites on the hull."""
        apart = np.hypot(*(self.sites[self.left] - self.sites[self.right]).T)
        share = self.length * apart / 4.0
        total = np.bincount(self.left, share, len(self.sites))
        return np.asarray(total + np.bincount(self.right, share, len(self.sites)), float)


HALO = 500.0
"""Metres that strips of a large county overlap: far more than any cell is wide."""


def voronoi(sites: Float64Array, inside: BoolArray, most: int = 1_500_000) -> Mesh:
    """The ridges that touch at least one inside site; counted strip by strip where there are more than `most` sites."""
    count = max(1, -(-len(sites) // most))
    edges = np.quantile(sites[:, 0], np.linspace(0, 1, count + 1))
    edges[0], edges[-1] = -np.inf, np.inf
    pairs, corners = [], []
    for west, east in itertools.pairwise(edges):
        near = np.flatnonzero((sites[:, 0] > west - HALO) & (sites[:, 0] < east + HALO))
        ridges, triangles = _ridges(sites, near, inside)
        first = sites[ridges[:2], 0].min(axis=0)
        mine = (first >= west) & (first < east)
        pairs.append(ridges[:2, mine])
        corners.append(triangles[ridges[2:, mine]])
    left, right = np.concatenate(pairs, axis=1)
    start, end, triangles = _numbered(np.concatenate(corners, axis=1))
    vertices = _circumcentres(sites[triangles])
    length = np.hypot(*(vertices[end] - vertices[start]).T)
    return Mesh(sites, left, right, start, end, vertices, length)


def _ridges(sites: Float64Array, near: Int64Array, inside: BoolArray) -> tuple[Int64Array, Int64Array]:
    """Ridges (4, n): site left, site right, triangle behind, triangle ahead; and the triangles' sites, ascending."""
    triangulation = Delaunay(sites[near])
    triangle, beside = near[triangulation.simplices], triangulation.neighbors
    corner = sites[triangle]
    turn = _cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    parts = []
    for k in range(3):
        one = np.flatnonzero(beside[:, k] > np.arange(len(triangle)))
        before, after = triangle[one, (k + 1) % 3], triangle[one, (k + 2) % 3]
        ccw = turn[one] > 0
        left, right = np.where(ccw, after, before), np.where(ccw, before, after)
        parts.append(np.stack([left, right, one, beside[one, k].astype(np.int64)]))
    ridges = np.concatenate(parts, axis=1)
    return ridges[:, inside[ridges[0]] | inside[ridges[1]]], np.sort(triangle, axis=1)


def _numbered(corners: Int64Array) -> tuple[Int64Array, Int64Array, Int64Array]:
    """Vertex numbers at the ridges' two ends, and the triangle of each vertex, for ends (2, n, 3) given as triangles."""
    flat = corners.reshape(-1, 3)
    order = np.lexsort((flat[:, 2], flat[:, 1], flat[:, 0]))
    new = np.concatenate([[True], (flat[order][1:] != flat[order][:-1]).any(axis=1)])
    number = np.empty(len(flat), np.int64)
    number[order] = np.cumsum(new) - 1
    start, end = number.reshape(2, -1)
    return start, end, flat[order[new]]


def _cross(a: Float64Array, b: Float64Array) -> Float64Array:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0], float)


def _circumcentres(corner: Float64Array) -> Float64Array:
    a = corner[:, 0]
    b, c = corner[:, 1] - a, corner[:, 2] - a
    double = 2.0 * _cross(b, c)
    double[double == 0] = 1e-12
    bb, cc = (b**2).sum(axis=1), (c**2).sum(axis=1)
    shift = np.column_stack([c[:, 1] * bb - b[:, 1] * cc, b[:, 0] * cc - c[:, 0] * bb])
    return np.asarray(a + shift / double[:, None], float)


@dataclass(frozen=True, slots=True)
class Cover:
    """Boundary edges of a labelled coverage: label `left` lies left of the edge `start`→`end`."""

    vertices: Float64Array
    left: Int64Array
    right: Int64Array
    start: Int64Array
    end: Int64Array

    def grouped(self, group: Int64Array) -> Cover:
        """The coarser coverage where label i belongs to group[i] (OUTSIDE allowed)."""
        table = np.append(group, OUTSIDE)
        left, right = table[self.left], table[self.right]
        keep = left != right
        return Cover(self.vertices, left[keep], right[keep], self.start[keep], self.end[keep])

    def polygons(self) -> tuple[Int64Array, GeometryArray]:
        """Labels (ascending) and their polygons; multi-part where a label is in several pieces."""
        return _trace(self)


def melt(mesh: Mesh, label: Int64Array, straight: BoolArray, rng: Rng) -> Cover:
    """Boundary edges between different labels: short ones closed up, jagged ones softened, long ones given life.

    `straight` marks sites whose outline is to be left alone (roads, rivers).
    """
    left, right = label[mesh.left], label[mesh.right]
    keep = left != right
    plain = ~(straight[mesh.left] | straight[mesh.right])[keep]
    cover = Cover(mesh.vertices, left[keep], right[keep], mesh.start[keep], mesh.end[keep])
    across = (mesh.sites[mesh.right] - mesh.sites[mesh.left])[keep]
    cover, kept = _close_short(cover, across)
    exact = cover.vertices
    moved = _soften(cover, 2)
    for _ in range(6):
        lively = _enliven(
            replace(cover, vertices=moved), plain[kept], np.random.default_rng(rng.integers(2**31))
        )
        _, polygons = lively.polygons()
        bad = polygons[~shapely.is_valid(polygons)]
        if not len(bad):
            return lively
        touched = _near(moved, bad)
        moved = np.where(touched[:, None], exact, moved)
        plain = plain.copy()
        plain[kept] &= ~(touched[cover.start] | touched[cover.end])
    raise AssertionError("a parcel's outline could not be made valid")


def _near(vertices: Float64Array, bad: GeometryArray) -> BoolArray:
    """Vertices around the places where polygons are broken."""
    tree = shapely.STRtree(shapely.points(vertices))
    hit = np.zeros(len(vertices), bool)
    for reason in shapely.is_valid_reason(bad):
        x, y = (float(part) for part in reason[reason.index("[") + 1 : -1].split())
        hit[tree.query(shapely.box(x - 40, y - 40, x + 40, y + 40))] = True
    return hit


def _close_short(cover: Cover, across: Float64Array, least: float = 0.6) -> tuple[Cover, Int64Array]:
    """Merge the ends of edges shorter than `least` m where no face would come to touch itself; the edges kept."""
    vertices = cover.vertices.copy()
    length = np.hypot(*(vertices[cover.end] - vertices[cover.start]).T)
    parent = np.arange(len(vertices))
    faces: dict[int, set[int]] = {}
    short = np.flatnonzero(length < least)
    near = np.isin(cover.start, (ends := np.union1d(cover.start[short], cover.end[short])))
    for vertex_of in (cover.start, cover.end):
        near = np.isin(vertex_of, ends)
        for vertex, a, b in zip(
            vertex_of[near].tolist(), cover.left[near].tolist(), cover.right[near].tolist(), strict=True
        ):
            faces.setdefault(vertex, set()).update((a, b))
    for edge in short[np.argsort(length[short], kind="stable")].tolist():
        u, v = _root(parent, int(cover.start[edge])), _root(parent, int(cover.end[edge]))
        if u == v:
            continue
        if faces[u] & faces[v] == {int(cover.left[edge]), int(cover.right[edge])}:
            parent[v] = u
            faces[u] |= faces[v]
            vertices[u] = (vertices[u] + vertices[v]) / 2.0
        elif np.hypot(*(vertices[u] - vertices[v])) < 0.3:
            _push_apart(vertices, u, v, across[edge])
    root = parent
    while not np.array_equal(root, root[root]):
        root = root[root]
    start, end = root[cover.start], root[cover.end]
    kept = np.flatnonzero(start != end)
    return Cover(vertices, cover.left[kept], cover.right[kept], start[kept], end[kept]), kept


def _root(parent: Int64Array, vertex: int) -> int:
    while parent[vertex] != vertex:
        vertex = int(parent[vertex])
    return vertex


def _push_apart(vertices: Float64Array, u: int, v: int, across: Float64Array) -> None:
    """Two junctions that may not meet are set 0.4 m apart along the edge between them."""
    along = np.array([-across[1], across[0]]) / max(float(np.hypot(*across)), 1e-9)
    middle = (vertices[u] + vertices[v]) / 2.0
    # `across` runs from the left site to the right one: the way from start to end is its left normal.
    vertices[u], vertices[v] = middle - 0.2 * along, middle + 0.2 * along


def _soften(cover: Cover, passes: int) -> Float64Array:
    """Vertices on a single line move to the mean of themselves and their two neighbours; junctions stay."""
    count = len(cover.vertices)
    degree = np.bincount(cover.start, minlength=count) + np.bincount(cover.end, minlength=count)
    free = degree == 2
    at = cover.vertices
    for _ in range(passes):
        total = np.zeros_like(at)
        for axis in (0, 1):
            total[:, axis] = np.bincount(cover.start, at[cover.end, axis], count)
            total[:, axis] += np.bincount(cover.end, at[cover.start, axis], count)
        at = np.where(free[:, None], 0.5 * at + 0.25 * total, at)
    return at


def _enliven(cover: Cover, plain: BoolArray, rng: Rng, step: float = 21.0) -> Cover:
    """Long edges get further vertices, a little off the line where `plain`; then all are rounded to the file's precision."""
    first, last = cover.vertices[cover.start], cover.vertices[cover.end]
    length = np.hypot(*(last - first).T)
    extra = np.clip((length / step).astype(np.int64), 0, 6)
    edge = np.repeat(np.arange(len(extra)), extra)
    offset = np.concatenate([[0], np.cumsum(extra)])
    rank = np.arange(offset[-1]) - offset[edge]
    t = (rank + 1) / (extra[edge] + 1)
    along = (last - first)[edge]
    across = np.column_stack([-along[:, 1], along[:, 0]])
    swing = np.where(plain[edge], 0.09, 0.0) * rng.uniform(-1, 1, len(edge)) * np.minimum(t, 1 - t) * 2
    new = first[edge] + along * t[:, None] + across * swing[:, None]
    vertices = np.round(np.vstack([cover.vertices, new]), PRECISION)
    number = len(cover.vertices)
    from_here = np.repeat(cover.start, extra + 1)
    to_there = np.repeat(cover.end, extra + 1)
    piece = np.arange(len(from_here)) - np.repeat(offset[:-1] + np.arange(len(extra)), extra + 1)
    owner = np.repeat(np.arange(len(extra)), extra + 1)
    inner = number + offset[owner] + piece
    start = np.where(piece == 0, from_here, inner - 1)
    end = np.where(piece == extra[owner], to_there, inner)
    return Cover(vertices, cover.left[owner], cover.right[owner], start, end)


def _trace(cover: Cover) -> tuple[Int64Array, GeometryArray]:
    """Walk the edges round every face: shells run counter-clockwise, holes clockwise, because the face lies left."""
    face = np.concatenate([cover.left, cover.right])
    start = np.concatenate([cover.start, cover.end])
    end = np.concatenate([cover.end, cover.start])
    keep = face != OUTSIDE
    face, start, end = face[keep], start[keep], end[keep]
    order = np.lexsort((start, face))
    face, start, end = face[order], start[order], end[order]
    span = np.int64(len(cover.vertices) + 1)
    key = face * span + start
    wanted = face * span + end
    following = np.searchsorted(key, wanted)
    twice = np.flatnonzero(np.searchsorted(key, wanted, side="right") - following > 1)
    for edge in twice.tolist():
        following[edge] = _sharpest(cover.vertices, start, end, edge, key, wanted[edge])
    ring, rank = _split(following, end, twice)
    order = np.lexsort((rank, ring))
    ring, face = ring[order], face[order]
    coords = cover.vertices[start[order]]
    return _assemble(coords, ring, face)


def _sharpest(
    vertices: Float64Array, start: Int64Array, end: Int64Array, edge: int, key: Int64Array, wanted: int
) -> int:
    """Where a face meets itself in a point: the way on that keeps its ring from touching itself."""
    low, high = np.searchsorted(key, [wanted, wanted + 1])
    back = vertices[start[edge]] - vertices[end[edge]]
    ahead = vertices[end[low:high]] - vertices[end[edge]]
    turn = np.arctan2(back[1], back[0]) - np.arctan2(ahead[:, 1], ahead[:, 0])
    return int(low) + int(np.argmin(turn % (2 * np.pi)))


def _split(following: Int64Array, end: Int64Array, twice: Int64Array) -> tuple[Int64Array, Int64Array]:
    """Rings; one that passes a vertex twice is cut there into two (a shell and a hole that touch in a point)."""
    while True:
        ring, rank = _rings(following)
        seen: dict[tuple[int, int], int] = {}
        done: set[int] = set()
        for edge in twice.tolist():
            name = int(ring[edge])
            other = seen.setdefault((name, int(end[edge])), edge)
            if other != edge and name not in done:
                following[edge], following[other] = following[other], following[edge]
                done.add(name)
        if not done:
            return ring, rank


def _rings(following: Int64Array) -> tuple[Int64Array, Int64Array]:
    """Cycle (named by its least edge) and place in it of each edge of a permutation, by pointer doubling."""
    count = len(following)
    least = np.arange(count)
    jump = following.copy()
    while True:
        lower = np.minimum(least, least[jump])
        if np.array_equal(lower, least):
            break
        least, jump = lower, jump[jump]
    head = least == np.arange(count)
    behind = np.empty(count, np.int64)
    behind[following] = np.arange(count)
    rank = np.where(head, 0, 1)
    jump = np.where(head, np.arange(count), behind)
    while True:
        further = rank[jump]
        if not further.any():
            break
        rank = rank + further
        jump = jump[jump]
    return least, rank


def _assemble(coords: Float64Array, ring: Int64Array, face: Int64Array) -> tuple[Int64Array, GeometryArray]:
    first = np.flatnonzero(np.concatenate([[True], ring[1:] != ring[:-1]]))
    number = np.cumsum(np.concatenate([[False], ring[1:] != ring[:-1]]))
    rings = shapely.linearrings(coords, indices=number)
    owner = face[first]
    shell = shapely.is_ccw(rings)
    labels, parts = np.unique(owner[shell], return_counts=True)
    shells, holes = rings[shell], rings[~shell]
    order = np.argsort(owner[shell], kind="stable")
    shells, shell_owner = shells[order], owner[shell][order]
    alone = np.isin(shell_owner, labels[parts == 1])
    hole_owner = owner[~shell]
    simple = _with_holes(shells[alone], shell_owner[alone], holes, hole_owner)
    polygons = np.empty(len(labels), object)
    polygons[parts == 1] = simple
    for at in np.flatnonzero(parts > 1).tolist():
        polygons[at] = _several(shells[shell_owner == labels[at]], holes[hole_owner == labels[at]])
    return labels, polygons


def _with_holes(
    shells: GeometryArray, owner: Int64Array, holes: GeometryArray, hole_owner: Int64Array
) -> GeometryArray:
    polygons = shapely.polygons(shells)
    mine = np.isin(hole_owner, owner)
    order = np.argsort(hole_owner[mine], kind="stable")
    taken, name = holes[mine][order], hole_owner[mine][order]
    for label in np.unique(name).tolist():
        at = int(np.searchsorted(owner, label))
        low, high = np.searchsorted(name, [label, label + 1])
        polygons[at] = shapely.polygons(shells[at], holes=taken[low:high])
    return np.asarray(polygons, object)


def _several(shells: GeometryArray, holes: GeometryArray) -> shapely.MultiPolygon:
    """A multi-part polygon: each hole goes to the smallest shell around it."""
    shells = shells[np.argsort(shapely.area(shapely.polygons(shells)), kind="stable")]
    areas = shapely.polygons(shells)
    owned: list[list[shapely.LinearRing]] = [[] for _ in shells]
    for hole in holes:
        around = np.flatnonzero(shapely.covers(areas, shapely.polygons(hole)))
        owned[int(around[0])].append(hole)
    return shapely.MultiPolygon([shapely.Polygon(s, h) for s, h in zip(shells, owned, strict=True)])
