"""A generated county of land-use parcels for measuring: a planar partition with bit-identical shared edges, as GeoPackage.

    python benchmarks/data.py 100000 [4527]     # prints the file, made once in the temporary folder

Voronoi cells of clustered sites, their edges broken by noise that both neighbours share; mean 43 vertices a parcel.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import pyproj
import shapely
from scipy.spatial import Delaunay, cKDTree

from guotu.kernel.area import ellipsoid_area_wkb
from guotu.kernel.rounding import half_up

WIDTH, HEIGHT = 56_000.0, 55_500.0
WEST, SOUTH = 118.20, 31.60
EAST_M, NORTH_M = 111_320 * np.cos(np.radians(31.85)), 110_870.0
COUNTY = "341125"
VILLAGES = 320
CLASSES = {
    "0101": ("水田", 14), "0102": ("水浇地", 6), "0103": ("旱地", 12), "0201": ("果园", 3), "0301": ("乔木林地", 8),
    "0305": ("灌木林地", 4), "0404": ("其他草地", 3), "0601": ("工业用地", 1), "0702": ("农村宅基地", 9),
    "1003": ("公路用地", 2), "1006": ("农村道路", 7), "1101": ("河流水面", 2), "1104": ("坑塘水面", 4),
    "1107": ("沟渠", 6), "1202": ("设施农用地", 2),
}  # fmt: skip
NOISE = 0.22


def parcels(count: int, crs: int = 4527) -> Path:
    """The GeoPackage of about `count` parcels in a coordinate system, made once and kept in the temporary folder."""
    path = Path(tempfile.gettempdir()) / f"guotu-bench-{count}-{crs}.gpkg"
    if not path.exists():
        rng = np.random.default_rng(count)
        polygons, sites = partition(count, rng)
        table = attributes(polygons, sites, rng)
        if crs != 4490:
            project = pyproj.Transformer.from_crs(4490, crs, always_xy=True).transform
            xy = shapely.get_coordinates(polygons)
            polygons = shapely.set_coordinates(polygons, np.column_stack(project(xy[:, 0], xy[:, 1])))
        table = table.append_column("geom", pa.array(shapely.to_wkb(polygons), pa.binary()))
        part = path.with_name(f"part-{path.name}")
        pyogrio.write_arrow(
            table,
            part,
            driver="GPKG",
            layer="DLTB",
            geometry_name="geom",
            geometry_type="Polygon",
            crs=f"EPSG:{crs}",
        )
        part.rename(path)
    return path


def degrees(xy: np.ndarray) -> np.ndarray:
    """Metres of the working plane as longitude and latitude, nine decimals."""
    return np.round(np.column_stack((WEST + xy[:, 0] / EAST_M, SOUTH + xy[:, 1] / NORTH_M)), 9)


def scatter(count: int, rng: np.random.Generator) -> np.ndarray:
    """Sites, a third of them in villages."""
    centres = rng.random((max(40, count // 1500), 2)) * [WIDTH, HEIGHT]
    near = centres[rng.integers(0, len(centres), int(count * 0.35))] + rng.normal(
        0, 420, (int(count * 0.35), 2)
    )
    inside = (near > 5).all(axis=1) & (near < [WIDTH - 5, HEIGHT - 5]).all(axis=1)
    near = near[inside]
    return np.vstack((rng.random((count - len(near), 2)) * [WIDTH - 2, HEIGHT - 2] + 1, near))


def mirrored(sites: np.ndarray) -> np.ndarray:
    """Sites and their mirror images behind the four sides and corners, so that cells end at the rectangle."""
    band = 14 * np.sqrt(WIDTH * HEIGHT / len(sites))
    images = [sites]
    for x_side in (None, 0.0, WIDTH):
        for y_side in (None, 0.0, HEIGHT):
            if x_side is None and y_side is None:
                continue
            near = np.ones(len(sites), bool)
            image = sites.copy()
            if x_side is not None:
                near &= np.abs(sites[:, 0] - x_side) < band
                image[:, 0] = 2 * x_side - image[:, 0]
            if y_side is not None:
                near &= np.abs(sites[:, 1] - y_side) < band
                image[:, 1] = 2 * y_side - image[:, 1]
            images.append(image[near])
    return np.vstack(images)


def circumcentres(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """The Voronoi vertices, pressed onto the sides of the rectangle."""
    a = points[triangles[:, 0]]
    b, c = points[triangles[:, 1]] - a, points[triangles[:, 2]] - a
    double = 2 * (b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0])
    double[double == 0] = 1e-300
    bb, cc = (b**2).sum(1), (c**2).sum(1)
    centres = (
        a + np.column_stack((c[:, 1] * bb - b[:, 1] * cc, b[:, 0] * cc - c[:, 0] * bb)) / double[:, None]
    )
    for axis, size in enumerate((WIDTH, HEIGHT)):
        centres[np.abs(centres[:, axis]) < 1e-4, axis] = 0.0
        centres[np.abs(centres[:, axis] - size) < 1e-4, axis] = size
    return centres


def partition(count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """(n,) polygons in degrees that tile the rectangle, and their sites in metres."""
    sites = scatter(count, rng)
    points = mirrored(sites)
    net = Delaunay(points)
    centres = circumcentres(points, net.simplices)
    ridges = []
    for side in range(3):
        own = np.flatnonzero(net.neighbors[:, side] > np.arange(len(net.simplices)))
        ends = net.simplices[own]
        ridges.append(
            np.column_stack((ends[:, (side + 1) % 3], ends[:, (side + 2) % 3], own, net.neighbors[own, side]))
        )
    ridge = np.vstack(ridges)
    ridge = ridge[(ridge[:, :2] < len(sites)).any(axis=1)]
    inner, start = broken(ridge, centres, points, len(sites), rng)
    return assembled(ridge, centres, inner, start, sites), sites


def broken(
    ridge: np.ndarray, centres: np.ndarray, points: np.ndarray, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Noisy points between the ends of every ridge: (m, 2) metres and the (ridges + 1,) offsets."""
    left, right, p, q = ridge.T
    begin, along = centres[p], centres[q] - centres[p]
    length = np.hypot(*along.T)
    border = (left >= count) | (right >= count)
    pieces = np.clip(np.rint(7.56 * np.sqrt(length / length[~border].mean())), 1, 18).astype(np.int64)
    pieces[border] = 1
    start = np.concatenate(([0], np.cumsum(pieces - 1)))
    of = np.repeat(np.arange(len(ridge)), pieces - 1)
    share = (np.arange(start[-1]) - start[of] + 1) / pieces[of]
    base = begin[of] + along[of] * share[:, None]
    swing = 0.6 * rng.uniform(-1, 1, len(of)) + 0.4 * rng.uniform(-1, 1, len(ridge))[of]
    toward = points[np.where(swing > 0, left[of], right[of])] - base
    away = np.hypot(*toward.T)
    reach = NOISE * 2 * np.minimum(share, 1 - share) * np.minimum(length[of], 0.8 * away) * np.abs(swing)
    return base + toward * (reach / away)[:, None], start


def assembled(
    ridge: np.ndarray, centres: np.ndarray, inner: np.ndarray, start: np.ndarray, sites: np.ndarray
) -> np.ndarray:
    """Rings put together around each site, counter-clockwise."""
    count = len(sites)
    corner, between = degrees(centres), degrees(inner)
    cell = np.concatenate((ridge[:, 0], ridge[:, 1]))
    which = np.tile(np.arange(len(ridge)), 2)
    which, cell = which[cell < count], cell[cell < count]
    site = sites[cell]
    p, q = centres[ridge[which, 2]] - site, centres[ridge[which, 3]] - site
    forward = p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0] > 0
    angle = np.arctan2(*((p + q) / 2).T[::-1])
    order = np.lexsort((angle, cell))
    cell, which, forward = cell[order], which[order], forward[order]
    length = np.diff(start)[which] + 1
    begin = np.concatenate(([0], np.cumsum(length)))
    of = np.repeat(np.arange(len(which)), length)
    step = np.arange(begin[-1]) - begin[of]
    xy = np.empty((begin[-1], 2))
    xy[begin[:-1]] = corner[np.where(forward, ridge[which, 2], ridge[which, 3])]
    rest = step > 0
    edge = which[of[rest]]
    at = np.where(forward[of[rest]], start[edge] + step[rest] - 1, start[edge + 1] - step[rest])
    xy[rest] = between[at]
    return shapely.polygons(shapely.linearrings(xy, indices=cell[of]))


def attributes(polygons: np.ndarray, sites: np.ndarray, rng: np.random.Generator) -> pa.Table:
    """The fields of DLTB with values that pass the gate, as shares and kinds of land lie in a county."""
    n = len(polygons)
    weights = np.array([weight for _, weight in CLASSES.values()], float)
    codes = np.array(list(CLASSES))[rng.choice(len(CLASSES), n, p=weights / weights.sum())]
    names = np.array([CLASSES[code][0] for code in codes])
    centres = rng.random((VILLAGES, 2)) * [WIDTH, HEIGHT]
    village = cKDTree(centres).query(sites)[1]
    unit = np.array([f"{COUNTY}{100 + v // 16:03d}{200 + v % 16:03d}0000000" for v in range(VILLAGES)])[
        village
    ]
    unit_name = np.array([f"第{v + 1}村" for v in range(VILLAGES)])[village]
    crop = np.char.startswith(codes, "01")
    slope = np.where(crop, rng.integers(1, 4, n).astype(str), "")
    terrace = crop & (slope != "1") & (rng.random(n) < 0.5)
    share = np.where(terrace, np.where(slope == "2", 0.068, 0.1195), 0.0)
    area = half_up(ellipsoid_area_wkb(pa.array(shapely.to_wkb(polygons), pa.binary())), 2)
    ridge_area = half_up(area * share, 2)
    built = np.isin(codes, ("0601", "0702"))
    width = np.where(
        np.isin(codes, ("1003", "1006", "1107", "1101")), half_up(2 + 5 * rng.random(n), 1), np.nan
    )
    text = lambda values: pa.array(np.where(values == "", None, values), pa.string())  # noqa: E731
    return pa.table(
        {
            "BSM": text(np.char.add(f"{COUNTY}2110", np.char.zfill(np.arange(1, n + 1).astype(str), 8))),
            "YSDM": text(np.full(n, "2001010100")),
            "TBBH": text(np.char.zfill(rank_within(village).astype(str), 8)),
            "DLBM": text(codes),
            "DLMC": text(names),
            "QSXZ": text(np.where(rng.random(n) < 0.2, "20", "30")),
            "QSDWDM": text(unit),
            "QSDWMC": text(unit_name),
            "ZLDWDM": text(unit),
            "ZLDWMC": text(unit_name),
            "TBMJ": pa.array(area),
            "KCDLBM": text(np.where(terrace, "1203", "")),
            "KCXS": pa.array(share),
            "KCMJ": pa.array(ridge_area),
            "TBDLMJ": pa.array(half_up(area - ridge_area, 2)),
            "GDLX": text(np.where(terrace, "TT", np.where(crop & (slope != "1"), "PD", ""))),
            "GDPDJB": text(slope),
            "XZDWKD": pa.array(width, from_pandas=True),
            "ZZSXDM": text(np.where(crop, "LS", "")),
            "CZCSXM": text(np.where(built, "203", "")),
            "SJNF": pa.array(np.full(n, 2024), pa.int32()),
            "MSSM": text(np.full(n, "00")),
        }
    )


def rank_within(group: np.ndarray) -> np.ndarray:
    """1, 2, 3 … inside each group, in order."""
    order = np.argsort(group, kind="stable")
    counts = np.bincount(group)
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    rank = np.empty(len(group), np.int64)
    rank[order] = np.arange(len(group)) - np.repeat(starts, counts) + 1
    return rank


if __name__ == "__main__":
    print(parcels(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 4527))
