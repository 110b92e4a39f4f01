"""Topology of a whole coverage: what the gate finds, against shapely's coverage functions and tuned SQL in PostGIS.

    python benchmarks/topology.py 100000 [--errors 200] [--without-postgis]

A generated county with planted errors: vertices moved off the common border, so that neighbours overlap and gape. Every contender
runs in a process of its own over the same Arrow file; wall seconds, processor seconds and peak memory are of that process. Ours
also looks at validity, slivers, spikes, repeated vertices, multi-parts and duplicates; the others are asked for overlaps and gaps
only (PostGIS: for overlaps only).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from harness import peak

from data import COUNTY, parcels

BATCH = 65_536
GAP_M = 5.0
"""Widest gap that shapely is asked for; planted ones are narrower."""
DEGREE = 111_000.0


def planted(size: int, errors: int) -> Path:
    """The parcels as an Arrow file in degrees, `errors` of them with a vertex moved off the common border."""
    path = Path(tempfile.gettempdir()) / f"guotu-bench-topology-{size}-{errors}.arrow"
    if path.exists():
        return path
    table = pyogrio.read_arrow(parcels(size, 4490))[1]
    table = table.rename_columns([*table.column_names[:-1], "geometry"])
    rng = np.random.default_rng(7)
    rows = np.sort(rng.choice(table.num_rows, errors, replace=False))
    shapes = table["geometry"].to_numpy(zero_copy_only=False).copy()
    for row in rows.tolist():
        shapes[row] = moved(shapes[row], rng)
    table = table.set_column(
        table.num_columns - 1, "geometry", pa.chunked_array([pa.array(shapes, pa.binary())])
    )
    part = path.with_suffix(".part")
    with pa.OSFile(str(part), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        for batch in table.combine_chunks().to_batches(BATCH):
            writer.write_batch(batch)
    part.rename(path)
    return path


def moved(wkb: bytes, rng: np.random.Generator) -> bytes:
    """A parcel with one vertex drawn 2 m towards its middle: its neighbour's border stays, and a gap opens."""
    shape = shapely.from_wkb(wkb)
    xy = shapely.get_coordinates(shape)
    middle = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
    for at in rng.permutation(np.arange(1, len(xy) - 1)):
        for outward in (False, True):
            way = middle - xy[at]
            step = way / np.hypot(*way) * (2 / DEGREE) * (-1 if outward else 1)
            tried = xy.copy()
            tried[at] += step
            made = shapely.Polygon(tried)
            if made.is_valid and rng.random() < 0.5:
                return bytes(shapely.to_wkb(made))
    return wkb


def ours(path: Path, _: Path) -> dict[str, Any]:
    """The rules 1501 to 1511 of the gate."""
    return judged(path, "15")


def ours_alone(path: Path, _: Path) -> dict[str, Any]:
    """Overlaps and gaps only, as the others are asked."""
    return judged(path, "1502 1503")


def judged(path: Path, wanted: str) -> dict[str, Any]:
    from guotu.quality.gate import Gate, Layer
    from guotu.quality.profile import gate_profile
    from guotu.standards.layers import schema

    layer = schema("xz.dltb")
    whole = gate_profile("survey")
    only = {
        rule: clause for rule, clause in whole.clauses.items() if any(map(rule.startswith, wanted.split()))
    }
    profile = replace(whole, clauses=only, keep=1_000_000)
    gate = Gate(layer, Layer("DLTB"), profile, division=COUNTY)
    with pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source)
        for number in range(reader.num_record_batches):
            gate.feed(reader.get_batch(number), 1 + number * BATCH)

        def again(rows: np.ndarray) -> dict[int, bytes]:
            found: dict[int, bytes] = {}
            for number in np.unique((rows - 1) // BATCH).tolist():
                column = reader.get_batch(number).column("geometry")
                mine = rows[(rows - 1) // BATCH == number]
                picked = column.take(pa.array(mine - 1 - number * BATCH)).to_pylist()
                found.update(zip(mine.tolist(), picked, strict=True))
            return found

        report = gate.finish(again)
    places = {"overlaps": [], "gaps": []}
    for finding in report.findings:
        if finding.rule in ("1502", "1503"):
            places["overlaps" if finding.rule == "1502" else "gaps"].append(finding.place.coordinate)
    return {**places, "counts": {count.rule: count.count for count in report.counts}}


def all_shapes(path: Path) -> np.ndarray:
    with pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source)
        parts = [reader.get_batch(n).column("geometry") for n in range(reader.num_record_batches)]
        return np.concatenate([shapely.from_wkb(part.to_numpy(zero_copy_only=False)) for part in parts])


def shapely_coverage(path: Path, _: Path) -> dict[str, Any]:
    """Invalid edges of the whole coverage; their polygons overlaid for the faults themselves."""
    shapes = all_shapes(path)
    edges = shapely.coverage_invalid_edges(shapes, gap_width=GAP_M / DEGREE)
    rows = np.flatnonzero(~shapely.is_empty(edges))
    return faults_of(shapes[rows], edges[rows])


def shapely_tree(path: Path, _: Path) -> dict[str, Any]:
    """Pairs by STRtree whose interiors meet; gaps as the holes of the union."""
    shapes = all_shapes(path)
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    shared = shapely.intersection(shapes[a], shapes[b])
    over = shared[shapely.area(shared) > 0]
    union = shapely.coverage_union_all(shapes)
    holes = [ring for part in shapely.get_parts(union) for ring in part.interiors]
    return {
        "overlaps": places_of(over),
        "gaps": places_of(shapely.polygons(np.array(holes, object)) if holes else np.empty(0, object)),
    }


def faults_of(shapes: np.ndarray, edges: np.ndarray) -> dict[str, Any]:
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    shared = shapely.intersection(shapes[a], shapes[b])
    noded = shapely.union_all(edges)
    rings = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inside = shapely.point_on_surface(rings)
    hit = np.unique(shapely.STRtree(shapes).query(inside, predicate="intersects")[0])
    gaps = np.delete(rings, hit)
    return {"overlaps": places_of(shared[shapely.area(shared) > 0]), "gaps": places_of(gaps)}


def places_of(shapes: np.ndarray) -> list[list[float]]:
    parts = shapely.get_parts(shapes)
    parts = parts[(shapely.get_type_id(parts) == 3) & (shapely.area(parts) * DEGREE**2 >= 0.01)]
    return shapely.get_coordinates(shapely.point_on_surface(parts)).tolist()


def postgis(path: Path, home: Path) -> dict[str, Any]:
    """Pairs whose interiors meet, by a spatial join in two parallel workers; loading and indexing are not counted."""
    import review_postgis

    with review_postgis.cluster(home) as connection:
        name = path.stem.replace("-", "_")
        if not connection.execute("SELECT to_regclass(%s)", (name,)).fetchone()[0]:
            connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
            connection.execute(f"CREATE TABLE {name} (id int, geom geometry(Polygon, 4490))")
            with connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
                shapes = all_shapes(path)
                for start in range(0, len(shapes), 50_000):
                    part = shapely.set_srid(shapes[start : start + 50_000], 4490)
                    for at, text in enumerate(shapely.to_wkb(part, hex=True, include_srid=True)):
                        copy.write_row((start + at + 1, text))
            connection.execute(f"CREATE INDEX ON {name} USING gist (geom)")
            connection.execute(f"CLUSTER {name} USING {name}_geom_idx")
            connection.execute(f"VACUUM ANALYZE {name}")
        for setting in ("max_parallel_workers_per_gather = 2", "parallel_setup_cost = 0", "parallel_tuple_cost = 0",
                        "min_parallel_table_scan_size = 0"):  # fmt: skip
            connection.execute(f"SET {setting}")
        begin = time.perf_counter()
        rows = connection.execute(f"""
            SELECT ST_X(p), ST_Y(p), ST_Area(piece) FROM (
              SELECT ST_PointOnSurface(piece) p, piece FROM (
                SELECT (ST_Dump(ST_CollectionExtract(ST_Intersection(a.geom, b.geom), 3))).geom piece
                FROM {name} a JOIN {name} b ON a.geom && b.geom AND a.id < b.id
                WHERE ST_Relate(a.geom, b.geom, '2********')) s) t""").fetchall()
        seconds = time.perf_counter() - begin
    return {
        "overlaps": [[x, y] for x, y, area in rows if area * DEGREE**2 >= 0.01],
        "gaps": None,
        "seconds": seconds,
    }


CONTENDERS: dict[str, Callable[[Path, Path], dict[str, Any]]] = {
    "guotu": ours,
    "guotu, overlaps and gaps only": ours_alone,
    "shapely coverage_invalid_edges": shapely_coverage,
    "shapely STRtree and union": shapely_tree,
    "PostGIS": postgis,
}


def alone(name: str, path: Path, home: Path) -> dict[str, Any]:
    """One contender in a process of its own."""
    command = [sys.executable, __file__, "0", "--only", name, "--file", str(path), "--home", str(home)]
    return json.loads(
        subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]
    )


def run_one(name: str, path: Path, home: Path) -> None:
    begin, cpu = time.perf_counter(), time.process_time()
    found = CONTENDERS[name](path, home)
    wall = found.pop("seconds", time.perf_counter() - begin)
    print(json.dumps({"wall": wall, "cpu": time.process_time() - cpu, "peak_mib": peak(), **found}))


def agreement(mine: list[Any], theirs: list[Any] | None) -> str:
    """How many places of one are the other's, within 20 m."""
    if theirs is None:
        return "–"
    if not mine or not theirs:
        return f"{len(theirs)} / {len(mine)}"
    tree = shapely.STRtree(shapely.points(np.array(mine)))
    near = np.unique(
        tree.query(shapely.points(np.array(theirs)), predicate="dwithin", distance=20 / DEGREE)[0]
    )
    return f"{len(theirs)}, {len(near)} of them ours"


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("size", type=int)
    given.add_argument("--errors", type=int, default=200)
    given.add_argument("--without-postgis", action="store_true")
    given.add_argument("--only", choices=CONTENDERS)
    given.add_argument("--file", type=Path)
    given.add_argument("--home", type=Path)
    asked = given.parse_args()
    if asked.only:
        run_one(asked.only, asked.file, asked.home)
        return
    path = planted(asked.size, asked.errors)
    home = Path(tempfile.gettempdir()) / "guotu-bench-topology"
    home.mkdir(exist_ok=True)
    answers = {}
    for name in CONTENDERS:
        if not (asked.without_postgis and name == "PostGIS"):
            answers[name] = alone(name, path, home)
    base = answers["guotu"]
    print(f"## Topology of {asked.size:,} parcels, {asked.errors} with a vertex moved\n")
    print("| contender | s | processor s | ratio | peak MiB | overlaps | gaps |")
    print("|---|--:|--:|--:|--:|---|---|")
    for name, told in answers.items():
        over, gaps = (agreement(base[kind], told[kind]) for kind in ("overlaps", "gaps"))
        ratio = told["wall"] / base["wall"]
        print(
            f"| {name} | {told['wall']:.1f} | {told['cpu']:.1f} | ×{ratio:.1f} | {told['peak_mib']:,} | {over} | {gaps} |"
        )
    print(f"\nguotu counted {base['counts']}")


if __name__ == "__main__":
    main()
