"""Landing a county's parcels end to end: read in the sandbox, normalise, judge by every rule, store as one commit.

    python benchmarks/ingest.py 100000 [4527] [--again]

Prints seconds by stage, features/s and the peak memory of this process and of the reading one; `--again` lands the same
file a second time (nothing may differ).
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

from data import COUNTY, parcels

from guotu.catalog import Catalog
from guotu.ingest import land
from guotu.model.dataset import CommitNote, StreamName
from guotu.model.identity import uuid7
from guotu.standards import layers
from guotu.store.files import FileBlobStore
from guotu.store.sqlite import SqliteFeatureStore, SqliteRecordStore


def clock() -> datetime:
    return datetime(2026, 11, 20, tzinfo=UTC)


class Stages:
    """Seconds between the first and the last call of each stage."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}

    def __call__(self, stage: str, _done: int, _total: int | None) -> None:
        now = time.perf_counter()
        self.times.setdefault(stage, [now, now])[1] = now

    def seconds(self) -> dict[str, float]:
        return {stage: round(end - begin, 2) for stage, (begin, end) in self.times.items()}


def run(size: int, crs: int, rounds: int) -> None:
    """Land the same file `rounds` times into one fresh node."""
    path = parcels(size, crs)
    numbers = count()
    schema = layers.schema("xz.dltb")
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        store = SqliteFeatureStore(home / "data.db", clock=clock, snapshots=home / "snapshots")
        records = SqliteRecordStore(home / "control.db", clock)
        for turn in range(rounds):
            stages, begin = Stages(), time.perf_counter()
            commit = land(
                path,
                stream=StreamName("xz.dltb", COUNTY),
                schema=schema,
                store=store,
                blobs=FileBlobStore(home / "blobs"),
                catalog=Catalog(records, clock),
                note=CommitNote("bench", "measure", date(2024, 12, 31)),
                owner="bench",
                ids=lambda: uuid7(0, next(numbers).to_bytes(10, "big")),
                work=home,
                progress=stages,
            )
            seconds = time.perf_counter() - begin
            peak = [
                resource.getrusage(who).ru_maxrss // 1024
                for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
            ]
            told = {
                "turn": turn + 1,
                "features": commit.added if commit else 0,
                "seconds": round(seconds, 2),
                "features_per_second": round(size / seconds),
                "stages": stages.seconds(),
                "peak_mib": {"self": peak[0], "reader": peak[1]},
                "store_mib": (home / "data.db").stat().st_size // 2**20,
            }
            print(json.dumps(told))
        store.close()
        records.close()


if __name__ == "__main__":
    plain = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    run(int(plain[0]), int(plain[1]) if len(plain) > 1 else 4527, 2 if "--again" in sys.argv else 1)
