"""From labelled sites to parcels: pieces in one part, none too small, each in one village."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from guotu.demo.landuse import CODES, Ground
from guotu.demo.partition import OUTSIDE, Mesh
from guotu.demo.sites import FREE, Sites
from guotu.model.arrays import BoolArray, Float64Array, Int64Array

LEAST_BUILT, LEAST_OTHER = 300.0, 700.0
"""m² below which a piece joins a neighbour: a little above the survey's minimum mapped areas of 200 and 400/600 m²."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Parcels as labels of sites (OUTSIDE beyond the county), with class index, village, strip and cell area of each."""

    label: Int64Array
    dlbm: Int64Array
    village: Int64Array
    strip: Int64Array
    area: Float64Array

    @property
    def count(self) -> int:
        return len(self.dlbm)


def components(mesh: Mesh, key: Int64Array, inside: BoolArray) -> Int64Array:
    """Number of the connected piece of equal key of each inside site, OUTSIDE elsewhere; numbered by first site."""
    same = (key[mesh.left] == key[mesh.right]) & inside[mesh.left] & inside[mesh.right] & (mesh.length > 0.5)
    count = len(key)
    links = sparse.coo_matrix(
        (np.ones(int(same.sum()), np.int8), (mesh.left[same], mesh.right[same])), shape=(count, count)
    )
    _, piece = csgraph.connected_components(links, directed=False)
    piece = np.where(inside, piece, OUTSIDE)
    _, number = np.unique(piece[inside], return_inverse=True)
    piece[inside] = number
    return np.asarray(piece, np.int64)


def settle_villages(mesh: Mesh, village: Int64Array, sites: Sites, cells: Float64Array) -> Int64Array:
    """Villages in one part: every stray piece joins the neighbouring village it shares most border with."""
    village = village.copy()
    for _ in range(12):
        piece = components(mesh, village, sites.inside)
        count = int(piece.max()) + 1
        area = np.bincount(piece[sites.inside], cells[sites.inside], count)
        owner = np.zeros(count, np.int64)
        owner[piece[sites.inside]] = village[sites.inside]
        best = np.full(int(owner.max()) + 1, -1.0)
        np.maximum.at(best, owner, area)
        stray = area < best[owner]
        if not stray.any():
            return village
        a, b, length = borders(mesh, piece)
        keep = stray[a] & ~stray[b]
        target = _longest(a[keep], owner[b[keep]], length[keep], count)
        moves = target >= 0
        owner = np.where(moves, target, owner)
        village[sites.inside] = owner[piece[sites.inside]]
    raise AssertionError("villages could not be made whole")


def borders(mesh: Mesh, piece: Int64Array) -> tuple[Int64Array, Int64Array, Float64Array]:
    """Each ordered pair of touching pieces and the length of their border."""
    a, b = piece[mesh.left], piece[mesh.right]
    keep = (a != b) & (a != OUTSIDE) & (b != OUTSIDE)
    a, b, w = a[keep], b[keep], mesh.length[keep]
    a, b, w = np.concatenate([a, b]), np.concatenate([b, a]), np.concatenate([w, w])
    size = int(piece.max()) + 1
    pair, index = np.unique(a * np.int64(size) + b, return_inverse=True)
    return pair // size, pair % size, np.asarray(np.bincount(index, w), float)


def _longest(a: Int64Array, value: Int64Array, weight: Float64Array, count: int) -> Int64Array:
    """For each a the value with the greatest weight, -1 where there is none."""
    order = np.lexsort((value, weight, a))
    last = np.flatnonzero(np.append(a[order][1:] != a[order][:-1], True)) if len(order) else order
    result = np.full(count, -1, np.int64)
    result[a[order][last]] = value[order][last]
    return result


def build(mesh: Mesh, sites: Sites, ground: Ground, village: Int64Array, cells: Float64Array) -> Pieces:
    """Parcels: connected sites of one village, class and seed; pieces too small join their best neighbour."""
    span = np.int64(ground.seed.max() + 1)
    key = (village * np.int64(len(CODES)) + ground.dlbm) * span + ground.seed
    piece = components(mesh, key, sites.inside)
    pieces = _describe(piece, sites, ground, village, cells)
    for _ in range(20):
        small = pieces.area < _least(pieces)
        if not small.any():
            break
        piece = _join(mesh, piece, pieces, small)
        pieces = _describe_again(piece, pieces)
        piece = pieces.label
    return pieces


def _least(pieces: Pieces) -> Float64Array:
    built = np.array(
        [
            (code[0] in "0" and code[1] in "56789")
            or code in ("1001", "1003", "1004", "1005", "1109", "1201", "1202")
            for code in CODES
        ]
    )
    return np.where(built[pieces.dlbm], LEAST_BUILT, LEAST_OTHER)


def _describe(
    piece: Int64Array, sites: Sites, ground: Ground, village: Int64Array, cells: Float64Array
) -> Pieces:
    inside = sites.inside
    own = piece[inside]
    count = int(own.max()) + 1
    first = np.full(count, -1, np.int64)
    index = np.flatnonzero(inside)
    first[own[::-1]] = index[::-1]
    return Pieces(
        piece,
        ground.dlbm[first],
        village[first],
        sites.strip[first],
        np.asarray(np.bincount(own, cells[inside], count), float),
    )


def _join(mesh: Mesh, piece: Int64Array, pieces: Pieces, small: BoolArray) -> Int64Array:
    """One round: each small piece into the neighbour of its village with the longest border, like to like first."""
    a, b, length = borders(mesh, piece)
    keep = small[a] & (pieces.village[a] == pieces.village[b])
    a, b, length = a[keep], b[keep], length[keep]
    line_a, line_b = pieces.strip[a] != FREE, pieces.strip[b] != FREE
    liking = (
        length * np.where(pieces.dlbm[a] == pieces.dlbm[b], 8.0, 1.0) * np.where(line_a == line_b, 3.0, 1.0)
    )
    target = _longest(a, b, liking, pieces.count)
    into = np.where(small & (target >= 0), target, np.arange(pieces.count))
    # Two small pieces may choose each other: the larger stays. A piece that others join does not itself move.
    mutual = into[into] == np.arange(pieces.count)
    stays = (
        mutual
        & (pieces.area >= pieces.area[into])
        & ((pieces.area > pieces.area[into]) | (np.arange(pieces.count) < into))
    )
    into = np.where(stays, np.arange(pieces.count), into)
    while not np.array_equal(into, into[into]):
        into = into[into]
    return np.where(piece == OUTSIDE, OUTSIDE, into[piece])


def _describe_again(piece: Int64Array, before: Pieces) -> Pieces:
    """After joining: the piece that was joined keeps its class."""
    inside = piece != OUTSIDE
    kept, number = np.unique(piece[inside], return_inverse=True)
    label = np.full(len(piece), OUTSIDE, np.int64)
    label[inside] = number
    into = np.full(before.count, 0, np.int64)
    into[before.label[inside]] = number
    area = np.asarray(np.bincount(into, before.area, len(kept)), float)
    return Pieces(label, before.dlbm[kept], before.village[kept], before.strip[kept], area)
