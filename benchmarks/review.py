"""A compliance review of a 20 ha, 50-vertex project against twelve layers, beside geopandas and PostGIS; prints Markdown.

usage: python benchmarks/review.py [--parcels 1000000] [--projects 60] [--whole]

The spatial part (area by layer and class) is what all contenders compute, and their answers are compared; the whole review is
ours alone: nine checks, balanced tables, conflicts with geometry, JSON. `--whole` also times geopandas reading entire files.
Data, the store and the database cluster are kept in the temporary folder between runs; PostGIS is skipped where it is absent.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyproj
import shapely

sys.path.insert(0, str(Path(__file__).parent))
import review_layers as made
import review_postgis as postgis

from guotu.apps.approval import ReviewRequest, Sources, review, review_profile
from guotu.apps.approval.pieces import shared_areas
from guotu.apps.approval.sources import Layers, Moments
from guotu.kernel.overlay import project_gauss
from guotu.kernel.wkb import from_wkb
from guotu.model.access import AccessPlan
from guotu.model.datum import GaussKruger
from guotu.model.project import BoundaryPoint, ProjectBoundary, ProjectParcel
from guotu.store.present import Present
from guotu.store.reading import Reader

ZONE = GaussKruger(3, 39)
TODAY = date(2026, 3, 1)
Answer = dict[tuple[str, str], float]


def boundary(plane: shapely.Polygon, lonlat: shapely.Polygon) -> ProjectBoundary:
    points = tuple(BoundaryPoint(f"J{i}", 1, x, y) for i, (x, y) in enumerate(plane.exterior.coords[:-1], 1))
    return ProjectBoundary(
        "bench", ZONE, (ProjectParcel("1", "", "1001", lonlat, plane, points),), "", "", (), "0" * 64
    )


@cache
def plan_of(dataset: str) -> AccessPlan:
    """Compiled once, as for a request."""
    return AccessPlan(dataset, "bench", "review")


class Ours:
    """guotu over SQLite, with packs as a serving node keeps them, or without."""

    def __init__(self, store, found: dict[str, made.Layer], packs: Path | None = None) -> None:
        present = Present(store, packs) if packs else None
        for state in present.unpacked() if present else ():
            present.pack(state)
        self.sources = Sources(Reader(store, plan_of, present))
        self.found, self.profile = found, review_profile()
        self.layers = Layers(self.sources, self.profile, Moments(), TODAY)
        for dataset in found:
            self.layers.open(dataset)

    def spatial(self, plane: shapely.Polygon, lonlat: shapely.Polygon) -> Answer:
        """Area by layer and class, points within 500 m."""
        found = [(dataset, layer.kind) for dataset, layer in self.found.items() if dataset != "xz.dzzhd"]
        box = lonlat.bounds
        asked = [(self.layers.open(dataset), (kind,) if kind else ()) for dataset, kind in found]
        rows = self.layers.near_all(asked, (box,))
        answer: Answer = {("xz.dzzhd", ""): float(self._near(plane, lonlat))}
        measured = shared_areas(lonlat, [part.shapes for part in rows], ZONE)
        for (dataset, kind), part, areas in zip(found, rows, measured, strict=True):
            met = np.flatnonzero(areas > 0).tolist()
            kinds = part.table[kind].to_numpy() if kind and met else [""] * len(part)
            for row in met:
                answer[dataset, kinds[row]] = answer.get((dataset, kinds[row]), 0.0) + float(areas[row])
        return answer

    def _near(self, plane: shapely.Polygon, lonlat: shapely.Polygon) -> int:
        west, south, east, north = lonlat.bounds
        rows = self.layers.near(
            self.layers.open("xz.dzzhd"), ((west - 0.006, south - 0.005, east + 0.006, north + 0.005),), ()
        )
        if not len(rows):
            return 0
        xy = shapely.get_coordinates(from_wkb(rows.wkb))
        return int((shapely.distance(plane, shapely.points(project_gauss(xy, ZONE))) <= 500).sum())

    def whole(self, plane: shapely.Polygon, lonlat: shapely.Polygon) -> bytes:
        """The JSON that goes out."""
        return review(
            boundary(plane, lonlat),
            self.sources,
            self.profile,
            today=TODAY,
            request=ReviewRequest(use="1001"),
        ).as_bytes()


def geopandas_answer(
    found: dict[str, made.Layer], plane: shapely.Polygon, lonlat: shapely.Polygon, *, whole: bool
) -> Answer:
    """Read, project, overlay, add up: what a colleague would write."""
    answer: Answer = {}
    project = geopandas.GeoDataFrame(geometry=[plane], crs=made.EPSG)
    west, south, east, north = lonlat.bounds
    box = (west - 0.006, south - 0.006, east + 0.006, north + 0.006)
    for dataset, layer in found.items():
        frame = geopandas.read_file(layer.path) if whole else geopandas.read_file(layer.path, bbox=box)
        frame = frame.to_crs(made.EPSG)
        if dataset == "xz.dzzhd":
            answer[dataset, ""] = float((frame.distance(plane) <= 500).sum())
            continue
        shared = geopandas.overlay(frame, project, how="intersection")
        kinds = shared[layer.kind] if layer.kind else [""] * len(shared)
        for kind, area in zip(kinds, shared.area, strict=True):
            answer[dataset, kind] = answer.get((dataset, kind), 0.0) + area
    return answer


def compare(ours: Answer, theirs: Answer) -> float:
    """Largest difference of any key; a key that only one side has counts with its whole area."""
    return max((abs(ours.get(key, 0.0) - theirs.get(key, 0.0)) for key in {*ours, *theirs}), default=0.0)


def in_turn(
    contenders: dict[str, Callable], shapes: list, rounds: int = 3
) -> tuple[dict[str, list[float]], dict[str, list]]:
    """Milliseconds of every call and the answers of the warm-up; contenders take turns, so a busy moment strikes all of them."""
    answers = {name: [run(*shape) for shape in shapes] for name, run in contenders.items()}
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for shape in shapes:
            for name, run in contenders.items():
                start = time.perf_counter()
                run(*shape)
                taken[name].append((time.perf_counter() - start) * 1e3)
    return taken, answers


def row(name: str, taken: list[float], base: float, note: str) -> str:
    middle, late = statistics.median(taken), float(np.percentile(taken, 95))
    return f"| {name} | {middle:.2f} | {late:.2f} | ×{middle / base:.1f} | {note} |"


def report(asked: argparse.Namespace, found: dict[str, made.Layer], connection: Any) -> list[str]:
    """The table; `connection` None where there is no PostGIS."""
    store = made.store(asked.parcels, found)
    ours, plain = Ours(store, found, made.folder(asked.parcels) / "packs"), Ours(store, found)
    inverse = pyproj.Transformer.from_crs(made.EPSG, 4490, always_xy=True).transform
    shapes = made.projects(asked.projects, lambda xy: np.column_stack(inverse(xy[:, 0], xy[:, 1])))
    contenders = {
        "guotu, spatial part": ours.spatial,
        "guotu, spatial part without packs": plain.spatial,
        "guotu, whole review to JSON": ours.whole,
    }
    if connection is not None:
        sql = postgis.statement(found)

        def ask(plane: shapely.Polygon, _: shapely.Polygon) -> Answer:
            rows = connection.execute(sql, (shapely.to_wkb(plane),), prepare=True).fetchall()
            return {(dataset, kind): area for dataset, kind, area in rows if area or dataset == "xz.dzzhd"}

        contenders["PostGIS, tuned SQL"] = ask
    taken, answers = in_turn(contenders, shapes)
    mine = answers["guotu, spatial part"]
    base = statistics.median(taken["guotu, spatial part"])
    size = statistics.median(len(document) for document in answers["guotu, whole review to JSON"]) / 1000
    notes = {
        "guotu, spatial part": f"{statistics.median(len(answer) for answer in mine):.0f} layer × class areas",
        "guotu, spatial part without packs": _gap(mine, answers["guotu, spatial part without packs"]),
        "guotu, whole review to JSON": f"{size:.0f} kB of JSON",
    }
    if connection is not None:
        notes["PostGIS, tuned SQL"] = _gap(mine, answers["PostGIS, tuned SQL"])
    lines = [row(name, times, base, notes[name]) for name, times in taken.items()]
    lines += [] if connection is not None else ["| PostGIS | – | – | – | not installed here |"]
    name = "geopandas from files, box read"
    few, theirs = in_turn(
        {name: lambda plane, lonlat: geopandas_answer(found, plane, lonlat, whole=False)}, shapes[:5], 1
    )
    lines.append(row(name, few[name], base, _gap(mine, theirs[name])))
    if asked.whole:
        start = time.perf_counter()
        geopandas_answer(found, *shapes[0], whole=True)
        lines.append(
            row(
                "geopandas from files, whole read", [(time.perf_counter() - start) * 1e3], base, "one project"
            )
        )
    return lines


def _gap(mine: list[Answer], theirs: list[Answer]) -> str:
    worst = max(compare(one, other) for one, other in zip(mine, theirs, strict=False))
    return f"differs by at most {worst:.1e} m²"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parcels", type=int, default=1_000_000)
    parser.add_argument("--projects", type=int, default=60)
    parser.add_argument("--whole", action="store_true", help="also time geopandas reading entire files, once")
    asked = parser.parse_args()
    found = made.layers(asked.parcels)
    if postgis.programs() is None:
        lines = report(asked, found, None)
    else:
        with postgis.cluster(made.folder(asked.parcels)) as connection:
            postgis.load(connection, found)
            lines = report(asked, found, connection)
    head = [
        f"## Review of a 20 ha project against 12 layers, {asked.parcels:,} land-use parcels",
        "",
        f"{asked.projects} projects of 50 vertices, warm; milliseconds a project.",
        "",
        "| contender | p50 | p95 | ratio | note |",
        "|---|--:|--:|--:|---|",
    ]
    print("\n".join([*head, *lines]))


if __name__ == "__main__":
    main()
