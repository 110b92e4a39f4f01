"""Landing a county's parcels end to end: read in the sandbox, normalise, judge by every rule, store as one commit.

    python benchmarks/ingest.py 100000 [4527] [--again]

Prints wall and processor seconds by stage (open, read and judge, rules of the whole layer, compare, store and commit,
register), features/s and the peak memory of this process and of the reading one; `--again` lands the same
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

from harness import peak

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
    """Wall and processor seconds until each stage's last call since the one before, and the peak memory by then."""

    def __init__(self) -> None:
        self._last = time.perf_counter(), time.process_time()
        self._stage = "open"
        self.told: dict[str, dict[str, float]] = {}

    def __call__(self, stage: str, _done: int, _total: int | None) -> None:
        if stage != self._stage:
            self.close(stage)

    def close(self, stage: str = "") -> None:
        now = time.perf_counter(), time.process_time()
        wall, cpu = (round(new - old, 2) for new, old in zip(now, self._last, strict=True))
        self.told[self._stage] = {"wall_s": wall, "cpu_s": cpu, "peak_mib": peak()}
        self._last, self._stage = now, stage


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
            stages.close()
            seconds = time.perf_counter() - begin
            told = {
                "turn": turn + 1,
                "features": commit.added if commit else 0,
                "seconds": round(seconds, 2),
                "features_per_second": round(size / seconds),
                "stages": stages.told,
                "reader_peak_mib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
                "store_mib": sum(file.stat().st_size for file in home.glob("data.db*")) // 2**20,
            }
            print(json.dumps(told))
        store.close()
        records.close()


if __name__ == "__main__":
    plain = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    run(int(plain[0]), int(plain[1]) if len(plain) > 1 else 4527, 2 if "--again" in sys.argv else 1)
