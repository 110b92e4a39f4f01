"""The feature store: landing, box reads, a second edition, rebuild and verify; prints Markdown.

usage: python benchmarks/store.py [--rows 1000000] [--home FOLDER]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from guotu.model.access import AccessPlan
from guotu.model.dataset import CommitNote, StreamName
from guotu.model.identity import feature_id, genesis_id
from guotu.model.query import Query
from guotu.model.schema import Field, FieldType, GeometryKind, LayerSchema
from guotu.store.journal import row_hashes
from guotu.store.sqlite import SqliteFeatureStore

STREAM = StreamName("xz.dltb", "330106")
VERTICES = 43
BATCH = 10_000
PITCH = 0.0006
CLASSES = np.array(["0101", "0103", "0201", "0301", "0404", "0602", "0702", "1001", "1104"])
TEXTS = ("BSM", "YSDM", "TBBH", "DLBM", "DLMC", "QSXZ", "QSDWDM", "ZLDWDM")
SCHEMA = LayerSchema(
    "dltb-bench", "DLTB", STREAM.dataset, "地类图斑", "Land-use parcels", "2019", GeometryKind.POLYGON,
    (
        *(Field(code, code, FieldType.VARCHAR, 60) for code in TEXTS),
        Field("TBMJ", "图斑面积", FieldType.FLOAT), Field("KCXS", "扣除系数", FieldType.FLOAT),
        Field("SJNF", "数据年份", FieldType.INT), Field("HDMC", "飞地", FieldType.INT),
    ),
    key=("BSM",),
)  # fmt: skip


def parcels(rows: int, edition: int) -> Iterator[pa.RecordBatch]:
    """Rough polygons of 43 vertices in a grid of cells, in row order; edition 2 differs in every hundredth."""
    genesis, side = genesis_id(str(STREAM), "N-330106-01"), int(np.ceil(np.sqrt(rows)))
    angle = np.linspace(0, 2 * np.pi, VERTICES, endpoint=False)
    for start in range(0, rows, BATCH):
        index = np.arange(start, min(start + BATCH, rows))
        random = np.random.default_rng(start)
        radius = PITCH * random.uniform(0.25, 0.5, (len(index), VERTICES))
        x = 118 + PITCH * (index % side)[:, None] + radius * np.cos(angle)
        y = 30 + PITCH * (index // side)[:, None] + radius * np.sin(angle)
        rings = np.stack([x, y], axis=2)
        rings = np.concatenate([rings, rings[:, :1]], axis=1)
        wkb = shapely.to_wkb(shapely.polygons(rings))
        classes = random.choice(CLASSES, len(index))
        if edition == 2:
            classes = np.where(index % 100 == 7, "1207", classes)
        keys = [f"3301060000{number:08d}" for number in index]
        villages = [f"330106{number // 3000:013d}" for number in index]
        columns = {
            "fid": pa.array([feature_id(genesis, key) for key in keys], pa.binary(16)),
            "BSM": keys, "YSDM": ["2001010100"] * len(index), "TBBH": [f"{number:08d}" for number in index],
            "DLBM": classes.tolist(), "DLMC": ["水田"] * len(index), "QSXZ": ["30"] * len(index),
            "QSDWDM": villages, "ZLDWDM": villages,
            "TBMJ": np.round(random.uniform(500, 90_000, len(index)), 2), "KCXS": np.round(random.random(len(index)), 4),
            "SJNF": np.full(len(index), 2024), "HDMC": pa.nulls(len(index), pa.int64()),
            "geometry": pa.array(wkb, pa.binary()),
        }  # fmt: skip
        yield pa.RecordBatch.from_pydict(columns)


@contextmanager
def timed(what: str, rows: int) -> Iterator[None]:
    """Prints a line with seconds, seconds of processor, and rows per second."""
    start, processor = time.perf_counter(), time.process_time()
    yield
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    print(f"| {what} | {rows:,} | {seconds:.2f} s | {processor:.2f} s | {rows / seconds:,.0f} rows/s |")


def spool(folder: Path, rows: int, edition: int) -> Path:
    """Batches in an Arrow file, so that making them is not measured."""
    path = folder / f"edition{edition}.arrow"
    writer = None
    for batch in parcels(rows, edition):
        writer = writer or pa.ipc.new_file(path, batch.schema)
        writer.write_batch(batch)
    assert writer is not None
    writer.close()
    return path


def batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pa.OSFile(str(path)) as source, pa.ipc.open_file(source) as reader:
        for index in range(reader.num_record_batches):
            yield reader.get_batch(index)


def land(store: SqliteFeatureStore, path: Path, when: date, *, difference: bool) -> None:
    base = store.state(STREAM).head.version
    known: dict[bytes, bytes] = {}
    if difference:
        for batch in store.current_keys(STREAM, ["BSM"]):
            known.update(zip(batch["fid"].to_pylist(), batch["row_hash"].to_pylist(), strict=True))
    with store.draft(STREAM, base=base) as draft:
        for batch in batches(path):
            if difference:
                hashes = row_hashes(SCHEMA, batch).to_pylist()
                fids = batch["fid"].to_pylist()
                batch = batch.filter(pa.array([known.get(f) != h for f, h in zip(fids, hashes, strict=True)]))
            draft.put(batch)
        draft.commit(CommitNote("bench", "bench", when))


def box_reads(store: SqliteFeatureStore, rows: int, cells: int) -> tuple[float, float, float]:
    """(median features, median ms, 95th percentile ms) of box reads of about cells² parcels."""
    random, side = np.random.default_rng(1), int(np.sqrt(rows))
    plan = AccessPlan(STREAM.dataset, "bench", "bench")
    times, counts = [], []
    for _ in range(300):
        x, y = (
            118 + PITCH * random.uniform(0, side - cells, 1)[0],
            30 + PITCH * random.uniform(0, side - cells, 1)[0],
        )
        size = PITCH * (cells - 1.2)
        query = Query(STREAM.dataset, box=(x, y, x + size, y + size), columns=("DLBM", "QSXZ", "TBMJ"))
        start = time.perf_counter()
        counts.append(sum(batch.num_rows for batch in store.read(query, plan)))
        times.append((time.perf_counter() - start) * 1000)
    return float(np.median(counts)), float(np.median(times[100:])), float(np.percentile(times[100:], 95))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path, default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.home) as name:
        measure(Path(name), arguments.rows)


def measure(folder: Path, rows: int) -> None:
    print("| what | rows | time | processor | rate |\n|---|---:|---:|---:|---:|")
    store = SqliteFeatureStore(
        folder / "data.db", clock=lambda: datetime(2026, 1, 1, tzinfo=UTC), snapshots=folder / "s"
    )
    store.found(STREAM, SCHEMA, owner="N-330106-01")
    first, second = spool(folder, rows, 1), spool(folder, rows, 2)
    next(iter(store.current_keys(STREAM, ["BSM"])), None)
    row_hashes(SCHEMA, next(batches(first)))  # loads the compiled loops
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    with timed("land", rows):
        land(store, first, date(2023, 12, 31), difference=False)
    with timed("… and its pages moved from the log into the file", rows):
        store._connections._settle()
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    for cells in (11, 100):
        count, median, tail = box_reads(store, rows, cells) if cells * cells < rows else (0, 0, 0)
        print(f"| box read, 3 columns and WKB | {count:.0f} | p50 {median:.2f} ms, p95 {tail:.2f} ms | | |")
    plan = AccessPlan(STREAM.dataset, "bench", "bench")
    with timed("read everything in fid order", rows):
        assert sum(batch.num_rows for batch in store.read(Query(STREAM.dataset), plan)) == rows
    with timed("land a second edition, 1 % changed", rows):
        land(store, second, date(2024, 12, 31), difference=True)
    with timed("verify", rows):
        assert store.verify(STREAM).sound, store.verify(STREAM).problems
    with timed("snapshot", rows):
        store.snapshot(STREAM)
    with timed("rebuild", rows):
        store.rebuild(STREAM)
    store.close()
    size = (folder / "data.db").stat().st_size / rows
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"\nMemory while landing: {before} → {after} MB at most; at the end {peak} MB. File: {size:.0f} bytes per row."
    )


if __name__ == "__main__":
    main()
