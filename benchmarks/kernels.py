"""Kernels against the libraries one would use instead, on a generated county.

python benchmarks/kernels.py [--quick]
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import time
from typing import Any

import numpy as np
import pyarrow as pa
import pyproj
import shapely
from harness import Table

from data import partition
from guotu.kernel.area import areas_twin, ellipsoid_area_wkb
from guotu.kernel.coords import transform
from guotu.kernel.coverage import EdgeBalance, check_coverage
from guotu.kernel.grid import decode, encode
from guotu.kernel.hilbert import hilbert_order
from guotu.kernel.overlay import overlap_areas, overlap_areas_wkb
from guotu.kernel.plane import on_plane, project_gauss
from guotu.kernel.tile import EXTENT, encode_layer, tile_box
from guotu.kernel.wkb import from_wkb, lay_out, to_wkb
from guotu.model.arrays import GeometryArray
from guotu.model.datum import CGCS2000, GaussKruger

ZONE = GaussKruger(3, 39)
GEOD = pyproj.Geod(a=6378137, rf=298.257222101)


def most_apart(ours: Any, theirs: Any) -> str:
    """Largest difference of two arrays of areas."""
    return f"≤ {np.nanmax(np.abs(np.asarray(ours) - np.asarray(theirs))):.1e} m²"


def area(table: Table, parcels: GeometryArray, wkb: Any) -> None:
    some = slice(0, 2000)
    count = len(parcels)
    table.add(
        "ellipsoid area",
        lambda: ellipsoid_area_wkb(wkb),
        {"numpy twin": lambda: areas_twin(lay_out(wkb))},
        count=count,
        unit="parcels",
        compare=most_apart,
    )
    arrays = [shapely.get_coordinates(p) for p in parcels[some]]
    table.add(
        "ellipsoid area, 2,000 parcels",
        lambda: ellipsoid_area_wkb(wkb[some]),
        {
            "pyproj.Geod on arrays": lambda: [abs(GEOD.polygon_area_perimeter(*a.T)[0]) for a in arrays],
            "pyproj.Geod on shapely": lambda: [
                abs(GEOD.geometry_area_perimeter(p)[0]) for p in parcels[some]
            ],
        },
        count=2000,
        unit="parcels",
        compare=most_apart,
    )


def overlap(table: Table, parcels: GeometryArray, wkb: Any) -> None:
    middle = shapely.get_coordinates(
        shapely.centroid(shapely.union_all(shapely.box(*shapely.bounds(parcels).T)))
    )[0]
    for hectares in (20, 2000):
        radius = math.sqrt(hectares * 1e4 / math.pi)
        [centre] = project_gauss(middle[None], ZONE)
        rng = np.random.default_rng(1)
        angle = np.arange(50) / 50 * 2 * np.pi
        reach = radius * rng.uniform(0.8, 1.2, 50)
        ring = centre + np.column_stack([reach * np.cos(angle), reach * np.sin(angle)])
        project = shapely.Polygon(ring)
        [lonlat] = transform(np.array([project], dtype=object), ZONE, CGCS2000)
        hits = np.flatnonzero(shapely.intersects(shapely.box(*lonlat.bounds), parcels))
        near = wkb.take(pa.array(hits))
        plane = transform(parcels[hits], CGCS2000, ZONE)
        shapely.prepare(project)

        def by_geos(project: Any = project, near: Any = near) -> Any:
            candidates = transform(from_wkb(near), CGCS2000, ZONE)
            return shapely.area(shapely.intersection(project, candidates))

        table.add(
            f"review {hectares} ha, WKB degrees → m²",
            lambda lonlat=lonlat, near=near: overlap_areas_wkb(lonlat, near, ZONE),
            {"PROJ + GEOS": by_geos},
            count=len(hits),
            unit="pairs",
            compare=most_apart,
        )
        table.add(
            f"overlap {hectares} ha, geometries on a plane",
            lambda project=project, plane=plane: overlap_areas(project, plane),
            {
                "GEOS intersection + area": lambda project=project, plane=plane: shapely.area(
                    shapely.intersection(project, plane)
                )
            },
            count=len(hits),
            unit="pairs",
            compare=most_apart,
        )


def coverage(table: Table, parcels: GeometryArray, wkb: Any) -> None:
    def balance() -> int:
        edges = EdgeBalance()
        edges.feed(wkb)
        return len(edges.net().ends)

    table.add(
        "coverage check",
        lambda: check_coverage(parcels, 0.0).sound,
        {
            "GEOS coverage_is_valid": lambda: bool(shapely.coverage_is_valid(parcels)),
            "edge balance alone, WKB": balance,
        },
        count=len(parcels),
        unit="parcels",
        compare=lambda ours, theirs: f"{ours} / {theirs}",
    )


def grid(table: Table, wkb: Any) -> None:
    encoded = encode(wkb)
    size = wkb.nbytes
    table.add("grid encode, bytes of WKB", lambda: encode(wkb), {}, count=size, unit="B")
    table.add(
        "grid decode, bytes of WKB",
        lambda: decode(encoded),
        {"GEOS from_wkb": lambda: from_wkb(wkb)},
        count=size,
        unit="B",
        compare=lambda *_: f"{size / encoded.nbytes:.2f} times smaller than WKB",
    )


def projection(table: Table, parcels: GeometryArray) -> None:
    xy = shapely.get_coordinates(parcels)
    way = pyproj.Transformer.from_crs(4490, ZONE.epsg, always_xy=True)
    table.add(
        "Gauss-Krüger forward",
        lambda: project_gauss(xy, ZONE),
        {
            "PROJ": lambda: np.column_stack(way.transform(*xy.T)),
            "guotu about one place": lambda: on_plane(xy, ZONE, xy.mean(axis=0)),
        },
        count=len(xy),
        unit="vertices",
        compare=lambda a, b: f"≤ {np.abs(a - b).max():.1e} m",
    )


def tiles(table: Table, parcels: GeometryArray, wkb: Any) -> None:
    west, south, east, north = shapely.total_bounds(parcels)
    z = 13
    n = 2**z
    x = int(((west + east) / 2 + 180) / 360 * n)
    y = int((1 - math.asinh(math.tan(math.radians((south + north) / 2))) / math.pi) / 2 * n)
    box = tile_box(z, x, y)
    hits = np.flatnonzero(shapely.intersects(shapely.box(*box), parcels))
    near = wkb.take(pa.array(hits))
    rng = np.random.default_rng(2)
    codes = pa.array(rng.choice(["0101", "0103", "0702", "1006"], len(hits)))
    ids = np.arange(len(hits))
    table.add(
        f"vector tile z{z}",
        lambda: encode_layer("parcels", near, {"DLBM": codes}, z, x, y, ids=ids),
        {"shapely clip + plain Python": lambda: plain_tile(near, codes, z, x, y)},
        count=len(hits),
        unit="features",
        compare=lambda ours, theirs: f"{len(ours)} / {len(theirs)} bytes",
    )


def _varint(out: bytearray, value: int) -> None:
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def plain_tile(wkb: Any, codes: Any, z: int, x: int, y: int) -> bytes:
    """What a careful Python program does without compiled loops: arrays to project, GEOS to clip, Python to encode."""

    def units(xy: Any) -> Any:
        north = np.arcsinh(np.tan(np.radians(xy[:, 1]))) / np.pi
        east = (xy[:, 0] + 180) / 360
        return np.column_stack([(east * 2**z - x) * EXTENT, ((1 - north) / 2 * 2**z - y) * EXTENT])

    clipped = shapely.clip_by_rect(
        shapely.transform(from_wkb(wkb), units), -64, -64, EXTENT + 64, EXTENT + 64
    )
    values = {code: index for index, code in enumerate(dict.fromkeys(codes.to_pylist()))}
    layer = bytearray(b"\x78\x02\x0a\x07parcels")
    for row, (geometry, code) in enumerate(zip(clipped, codes.to_pylist(), strict=True)):
        body = bytearray()
        px = py = 0
        for polygon in shapely.get_parts(geometry):
            if polygon.geom_type != "Polygon" or polygon.area < 16:
                continue
            for ring in (polygon.exterior, *polygon.interiors):
                points = np.rint(shapely.get_coordinates(ring)[:-1]).astype(int).tolist()
                _varint(body, 9)
                for k, (qx, qy) in enumerate(points):
                    if k == 1:
                        _varint(body, (len(points) - 1) << 3 | 2)
                    for d in (qx - px, qy - py):
                        _varint(body, (d << 1) ^ (d >> 63))
                    px, py = qx, qy
                body.append(15)
        if not body:
            continue
        feature = bytearray(b"\x08")
        _varint(feature, row)
        feature += bytes([0x12, 2, 0, values[code], 0x18, 3, 0x22])
        _varint(feature, len(body))
        feature += body
        layer.append(0x12)
        _varint(layer, len(feature))
        layer += feature
    out = bytearray(b"\x1a")
    _varint(out, len(layer))
    return bytes(out + layer)


def order(table: Table, parcels: GeometryArray) -> None:
    bounds = shapely.bounds(parcels)
    table.add("Hilbert order", lambda: hilbert_order(bounds), {}, count=len(bounds), unit="boxes")


def start_up() -> str:
    """Seconds a fresh process needs to import the kernel and run the first area and review, loops cached."""
    code = (
        "import time; t=time.perf_counter()\n"
        "import shapely, numpy as np\n"
        "from guotu.kernel.area import ellipsoid_area\n"
        "from guotu.kernel.overlay import overlap_areas\n"
        "u=time.perf_counter()\n"
        "a=np.array([shapely.box(117,31,117.01,31.01)],dtype=object)\n"
        "ellipsoid_area(a); overlap_areas(a[0],a)\n"
        "print(f'{u-t:.2f} s import, {time.perf_counter()-u:.2f} s first calls')"
    )
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer parcels and runs")
    quick = parser.parse_args().quick
    began = time.perf_counter()
    parcels, _ = partition(5_000 if quick else 30_000, np.random.default_rng(7))
    shrink = math.sqrt(
        len(parcels) / 120_000
    )  # the generator fills a county; parcels shall keep their real size
    corner = shapely.total_bounds(parcels)[:2]
    parcels = shapely.transform(parcels, lambda xy: corner + (xy - corner) * shrink)
    parcels = parcels[hilbert_order(shapely.bounds(parcels))]
    wkb = to_wkb(parcels)
    vertices = shapely.get_num_coordinates(parcels).mean()
    table = Table(f"Kernels, {len(parcels):,} parcels, {vertices:.1f} vertices each", runs=3 if quick else 5)
    area(table, parcels, wkb)
    overlap(table, parcels, wkb)
    coverage(table, parcels, wkb)
    grid(table, wkb)
    projection(table, parcels)
    tiles(table, parcels, wkb)
    order(table, parcels)
    print(table.markdown())
    print(f"\nFresh process, loops cached: {start_up()}. Whole run {time.perf_counter() - began:.0f} s.")


if __name__ == "__main__":
    main()
