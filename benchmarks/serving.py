"""Warm answers of a node over real HTTP: the program is started on a demo node; prints Markdown.

usage: python benchmarks/serving.py [--home demo-out/node] [--project demo-out/project.txt] [--runs 60] [--parcels 1000000]

`--parcels` serves a node over the layers of `review.py` instead, with as many land-use parcels, and reviews its projects.

One client asks one thing after another over one connection; what is measured is the whole answer as the client has it in hand.
"""

from __future__ import annotations

import argparse
import math
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import serving_node

from guotu.ops.demo_node import PASSWORDS

PROGRAM = "from guotu.cli import main; main()"


@contextmanager
def served(home: Path) -> Iterator[httpx.Client]:
    """The program on a free port, and an officer signed in."""
    command = [sys.executable, "-c", PROGRAM, "--home", str(home), "serve", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    try:
        lines = iter(process.stdout.readline, "")
        address = next(found[0] for line in lines if (found := re.search(r"http://[^/\s]+", line)))
        with httpx.Client(base_url=address, timeout=120) as client:
            form = {"account": "officer", "password": PASSWORDS["officer"]}
            client.headers["X-Guotu-CSRF"] = (
                client.post("/api/session", json=form).raise_for_status().json()["csrf"]
            )
            yield client
    finally:
        process.terminate()
        process.wait(30)


def measured(runs: int, ask: Callable[[], httpx.Response]) -> tuple[list[float], int]:
    """Milliseconds of every run after three to warm up, and the bytes of an answer on the wire."""
    times, size = [], 0
    for run in range(runs + 3):
        begun = time.perf_counter()
        answer = ask().raise_for_status()
        if run >= 3:
            times.append((time.perf_counter() - begun) * 1000)
        size = int(answer.headers.get("content-length", len(answer.content)))
    return times, size


def tile_path(dataset: str, extent: list[float], z: int) -> str:
    lon, lat = (extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2
    n = 1 << z
    row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return f"/api/tiles/{dataset}/{z}/{int((lon + 180) / 360 * n)}/{int(row * n)}.mvt"


def jobs(client: httpx.Client, project: Path) -> dict[str, Callable[[], httpx.Response]]:
    boundary = (
        client.post("/api/boundaries", files={"file": (project.name, project.read_bytes())})
        .raise_for_status()
        .json()
    )
    layers = {
        one["dataset"]: one for group in client.get("/api/layers").json()["groups"] for one in group["layers"]
    }
    extent = layers["xz.dltb"]["extent"]
    here = {"lon": (extent[0] + extent[2]) / 2, "lat": (extent[1] + extent[3]) / 2}
    return {
        "POST /api/reviews": lambda: client.post(
            "/api/reviews", json={"boundary": boundary["id"], "use": "1001"}
        ),
        "GET /api/layers": lambda: client.get("/api/layers"),
        "GET /api/identify": lambda: client.get("/api/identify", params=here),
        "GET /api/search": lambda: client.get("/api/search", params={"q": "镇"}),
        "GET /api/catalog": lambda: client.get("/api/catalog", params={"text": "基本农田"}),
        **{
            f"tile z{z}, kept": lambda z=z: client.get(tile_path("xz.dltb", extent, z))  # type: ignore[misc]
            for z in (9, 11, 13, 15)
        },
    }


def first_tiles(client: httpx.Client) -> Iterator[tuple[str, float, int]]:
    """Tiles nobody asked for before: encoded for the answer."""
    layers = {
        one["dataset"]: one for group in client.get("/api/layers").json()["groups"] for one in group["layers"]
    }
    client.get(tile_path("xz.dltb", layers["xz.dltb"]["extent"], 16))
    for z in (8, 9, 10, 11, 12, 13, 14, 15):
        begun = time.perf_counter()
        answer = client.get(tile_path("xz.dltb", layers["xz.dltb"]["extent"], z))
        yield f"tile z{z}, first", (time.perf_counter() - begun) * 1000, int(answer.headers["content-length"])


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--home", type=Path, default=Path("demo-out/node"))
    given.add_argument("--project", type=Path, default=Path("demo-out/project.txt"))
    given.add_argument("--runs", type=int, default=60)
    given.add_argument("--parcels", type=int, default=0)
    options = given.parse_args()
    if options.parcels:
        options.home, options.project = serving_node.node(options.parcels)
    print("| answer | p50 ms | p95 ms | KB on the wire |\n|---|---:|---:|---:|")
    with served(options.home) as client:
        for name, milliseconds, size in first_tiles(client):
            print(f"| {name} | {milliseconds:.0f} | | {size / 1000:.0f} |")
        for name, ask in jobs(client, options.project).items():
            times, size = measured(options.runs, ask)
            print(
                f"| {name} | {np.percentile(times, 50):.0f} | {np.percentile(times, 95):.0f} | {size / 1000:.0f} |"
            )


if __name__ == "__main__":
    main()
