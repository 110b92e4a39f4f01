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
from pathlib import Path

import geopandas
import numpy as np
import pyproj
import shapely

sys.path.insert(0, str(Path(__file__).parent))
import review_layers as made
import review_postgis as postgis

from guotu.apps.approval import ReviewRequest, Sources, review, review_profile
from guotu.apps.approval.sources import Layers, Moments
from guotu.kernel.overlay import overlap_areas_wkb, project_gauss
from guotu.model.access import AccessPlan
from guotu.model.datum import GaussKruger
from guotu.model.project import BoundaryPoint, ProjectBoundary, ProjectParcel
from guotu.store.reading import Reader

ZONE = GaussKruger(3, 39)
TODAY = date(2026, 3, 1)
Answer = dict[tuple[str, str], float]


def boundary(plane: shapely.Polygon, lonlat: shapely.Polygon) -> ProjectBoundary:
    points = tuple(BoundaryPoint(f"J{i}", 1, x, y) for i, (x, y) in enumerate(plane.exterior.coords[:-1], 1))
    return ProjectBoundary(
        "bench", ZONE, (ProjectParcel("1", "", "1001", lonlat, plane, points),), "", "", (), "0" * 64
    )


class Ours:
    """guotu over SQLite."""

    def __init__(self, store, found: dict[str, made.Layer]) -> None:
        self.sources = Sources(Reader(store, lambda dataset: AccessPlan(dataset, "bench", "review")))
        self.found, self.profile = found, review_profile()
        self.layers = Layers(self.sources, self.profile, Moments(), TODAY)
        for dataset in found:
            self.layers.open(dataset)

    def spatial(self, plane: shapely.Polygon, lonlat: shapely.Polygon) -> Answer:
        """Area by layer and class, points within 500 m."""
        answer: Answer = {}
        for dataset, layer in self.found.items():
            if dataset == "xz.dzzhd":
                answer[dataset, ""] = float(self._near(plane, lonlat))
                continue
            columns = (layer.kind,) if layer.kind else ()
            rows = self.layers.near(self.layers.open(dataset), (lonlat.bounds,), columns)
            if not len(rows):
                continue
            areas = overlap_areas_wkb(lonlat, rows.wkb, ZONE)
            kinds = rows.column(layer.kind) if layer.kind else [""] * len(rows)
            for kind, area in zip(kinds, areas.tolist(), strict=True):
                if area > 0:
                    answer[dataset, kind] = answer.get((dataset, kind), 0.0) + area
        return answer

    def _near(self, plane: shapely.Polygon, lonlat: shapely.Polygon) -> int:
        west, south, east, north = lonlat.bounds
        rows = self.layers.near(
            self.layers.open("xz.dzzhd"), ((west - 0.006, south - 0.005, east + 0.006, north + 0.005),), ()
        )
        if not len(rows):
            return 0
        xy = shapely.get_coordinates(shapely.from_wkb(rows.wkb.to_pylist()))
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


def timed(run: Callable, shapes: list, rounds: int = 1) -> tuple[list[float], list]:
    """Milliseconds of every call after one warm-up of all, and the answers."""
    answers = [run(*shape) for shape in shapes]
    taken = []
    for _ in range(rounds):
        for shape in shapes:
            start = time.perf_counter()
            run(*shape)
            taken.append((time.perf_counter() - start) * 1e3)
    return taken, answers


def row(name: str, taken: list[float], base: float, note: str) -> str:
    middle, late = statistics.median(taken), float(np.percentile(taken, 95))
    return f"| {name} | {middle:.2f} | {late:.2f} | ×{middle / base:.1f} | {note} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parcels", type=int, default=1_000_000)
    parser.add_argument("--projects", type=int, default=60)
    parser.add_argument("--whole", action="store_true", help="also time geopandas reading entire files, once")
    asked = parser.parse_args()
    found = made.layers(asked.parcels)
    inverse = pyproj.Transformer.from_crs(made.EPSG, 4490, always_xy=True).transform
    shapes = made.projects(asked.projects, lambda xy: np.column_stack(inverse(xy[:, 0], xy[:, 1])))
    ours = Ours(made.store(asked.parcels, found), found)
    spatial, answers = timed(ours.spatial, shapes, 3)
    whole, documents = timed(ours.whole, shapes, 3)
    base = statistics.median(spatial)
    met = statistics.median(len(answer) for answer in answers)
    size = statistics.median(len(document) for document in documents) / 1000
    lines = [
        f"## Review of a 20 ha project against 12 layers, {asked.parcels:,} land-use parcels",
        "",
        f"{asked.projects} projects of 50 vertices, warm, one core; milliseconds a project.",
        "",
        "| contender | p50 | p95 | ratio | note |",
        "|---|--:|--:|--:|---|",
        row("guotu, spatial part", spatial, base, f"{met:.0f} layer × class areas"),
        row("guotu, whole review to JSON", whole, base, f"{size:.0f} kB of JSON"),
    ]
    if postgis.programs() is None:
        lines.append("| PostGIS | – | – | – | not installed here |")
    else:
        with postgis.cluster(made.folder(asked.parcels)) as connection:
            postgis.load(connection, found)
            sql = postgis.statement(found)

            def ask(plane: shapely.Polygon, _: shapely.Polygon) -> Answer:
                rows = connection.execute(sql, (shapely.to_wkb(plane),), prepare=True).fetchall()
                return {
                    (dataset, kind): area for dataset, kind, area in rows if area or dataset == "xz.dzzhd"
                }

            taken, theirs = timed(ask, shapes, 3)
            gap = max(compare(one, other) for one, other in zip(answers, theirs, strict=True))
            lines.append(row("PostGIS, tuned SQL", taken, base, f"differs by at most {gap:.1e} m²"))
    few = shapes[:5]
    taken, theirs = timed(lambda plane, lonlat: geopandas_answer(found, plane, lonlat, whole=False), few)
    gap = max(compare(one, other) for one, other in zip(answers, theirs, strict=False))
    lines.append(row("geopandas from files, box read", taken, base, f"differs by at most {gap:.1e} m²"))
    if asked.whole:
        start = time.perf_counter()
        geopandas_answer(found, *shapes[0], whole=True)
        lines.append(
            row(
                "geopandas from files, whole read", [(time.perf_counter() - start) * 1e3], base, "one project"
            )
        )
    print("\n".join(lines))


if __name__ == "__main__":
    main()
