"""Packs: the present features of a stream in one file that is mapped, not read; derived from the store and made anew at will.

A pack is a folder `<dataset>/<partition>/<version>-<chain>` with `rows.arrow` (batches of an Arrow file in Hilbert order, exactly
what the store's own read gives) and `tree.npy` (all levels of a packed tree over their boxes). It is named by the commit it
holds: what it answers is what the store would answer at that commit, and it is asked only while that is the newest.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from guotu.kernel.columns import buffers
from guotu.kernel.hilbert import hilbert_order
from guotu.kernel.tree import PackedTree, build, levels, search
from guotu.model.access import AccessPlan
from guotu.model.arrays import Float64Array, Int64Array
from guotu.model.change import FID, GEOMETRY
from guotu.model.dataset import Commit, StreamState
from guotu.model.query import Box, Query
from guotu.store.cut import boxes_of, geometries
from guotu.store.durable import sync_file, sync_folder
from guotu.store.ports import FeatureStore

Fids: TypeAlias = npt.NDArray[np.bytes_]

MOST_ROWS: Final = 4096
"""A box that finds more is answered by the store, batch by batch."""
FEW_ROWS: Final = 8
"""So many rows are given as they lie, each a slice of its batch: cheaper than gathering them, however large they are."""
BATCH_ROWS: Final = 1 << 17
BATCH_BYTES: Final = 1 << 30
"""Of geometry in one batch at most; Arrow's plain binary columns end at twice as much."""
_ROWS, _TREE = "rows.arrow", "tree.npy"


@dataclass(frozen=True)
class Pack:
    """One stream at one commit, mapped into memory; all batches but the last have as many rows."""

    state: StreamState
    tree: PackedTree
    batches: tuple[pa.RecordBatch, ...]
    fids: tuple[Fids, ...]

    def narrowed(self, columns: list[str]) -> Pack:
        """The same with these columns only."""
        return replace(self, batches=tuple(batch.select(columns) for batch in self.batches))

    def within(self, box: Box) -> list[pa.RecordBatch] | None:
        """Rows whose own box meets `box`, in fid order; None where they are too many. Few rows are not copied."""
        places = search(self.tree, box, MOST_ROWS)
        if places is None:
            return None
        if not len(places):
            return []
        size = self.batches[0].num_rows
        first, last = int(places[0]) // size, int(places[-1]) // size
        if len(places) > FEW_ROWS:
            parts = [(number, places[(places // size) == number]) for number in range(first, last + 1)]
            return [self._copied([(number, mine - number * size) for number, mine in parts if len(mine)])]
        batches, rows = np.divmod(places, size)
        fids = [self.fids[batch][row] for batch, row in zip(batches.tolist(), rows.tolist(), strict=True)]
        order = sorted(range(len(places)), key=fids.__getitem__)
        return [self.batches[int(batches[at])].slice(int(rows[at]), 1) for at in order]

    def _copied(self, parts: list[tuple[int, Int64Array]]) -> pa.RecordBatch:
        """Rows of some batches in fid order."""
        order = np.argsort(np.concatenate([self.fids[number][rows] for number, rows in parts]))
        if len(parts) == 1:
            [(number, rows)] = parts
            return self.batches[number].take(pa.array(rows[order]))
        taken = [self.batches[number].take(pa.array(rows)) for number, rows in parts]
        return pa.concat_batches(taken).take(pa.array(order))


def fids_of(batch: pa.RecordBatch) -> Fids:
    """The ids of a batch, comparable: they all have 16 bytes, so trailing zeros that numpy drops decide nothing."""
    column = batch.column(FID)
    return np.frombuffer(column.buffers()[1], "S16", len(column), column.offset * 16)


def pack_folder(folder: Path, head: Commit) -> Path:
    """Where the pack of a commit lies."""
    name = f"{head.version}-{head.chain.hex()[:16]}"
    return folder / head.stream.dataset / head.stream.partition / name


def open_pack(folder: Path, state: StreamState) -> Pack | None:
    """The pack of a stream's newest commit, None where there is none."""
    place = pack_folder(folder, state.head)
    try:
        reader = pa.ipc.open_file(pa.memory_map(str(place / _ROWS)))
        boxes = np.load(place / _TREE, mmap_mode="r")
    except FileNotFoundError:
        return None
    batches = tuple(reader.get_batch(number) for number in range(reader.num_record_batches))
    tree = PackedTree(boxes, levels(sum(batch.num_rows for batch in batches)))
    return Pack(state, tree, batches, tuple(fids_of(batch) for batch in batches))


def make_pack(store: FeatureStore, state: StreamState, folder: Path) -> bool:
    """Write the pack of a stream's present state and drop its older ones; False if the stream moved meanwhile.

    Costs the memory of one batch and 80 bytes a feature, and twice the layer's size on disk while it is written.
    """
    place = pack_folder(folder, state.head)
    if place.exists():
        return True
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=".incoming-", dir=place.parent, ignore_cleanup_errors=True
    ) as made:
        work = Path(made)
        boxes, sizes = _spooled(store, state, work / "spool.arrow")
        if store.state(state.stream).head != state.head:
            return False
        order = hilbert_order(boxes)
        _reordered(work / "spool.arrow", order, _batch_rows(sizes[order]), work / _ROWS)
        np.save(work / _TREE, build(boxes[order]).boxes)
        (work / "spool.arrow").unlink()
        for name in (_ROWS, _TREE):
            sync_file(work / name)
        with suppress(OSError):  # another process was first
            work.rename(place)
    sync_folder(place.parent)
    _drop_others(place)
    return place.exists()


def _spooled(store: FeatureStore, state: StreamState, target: Path) -> tuple[Float64Array, Int64Array]:
    """The features in the store's order as an Arrow file; gives their boxes (n, 4) and the bytes of their geometry (n,)."""
    query = Query(state.stream.dataset, (state.stream.partition,))
    plan = AccessPlan(state.stream.dataset, "store", "pack")
    boxes: list[Float64Array] = []
    sizes: list[Int64Array] = []
    writer: pa.RecordBatchFileWriter | None = None
    with pa.OSFile(str(target), "wb") as sink:
        for batch in store.read(query, plan):
            writer = writer or pa.ipc.new_file(sink, batch.schema)
            writer.write_batch(batch)
            boxes.append(boxes_of(geometries(batch.column(GEOMETRY))))
            sizes.append(np.diff(buffers(batch.column(GEOMETRY))[1]))
        assert writer is not None, "a read gives at least one batch"
        writer.close()
    return np.concatenate(boxes), np.concatenate(sizes)


def _batch_rows(sizes: Int64Array) -> int:
    """Rows a batch, so many that the geometries of none of them are too large together."""
    total, rows = np.concatenate([[0], np.cumsum(sizes)]), BATCH_ROWS
    while rows > 1 and np.diff(total[::rows], append=total[-1]).max(initial=0) > BATCH_BYTES:
        rows //= 2
    return rows


def _reordered(source: Path, order: Int64Array, rows: int, target: Path) -> None:
    with pa.memory_map(str(source)) as spool, pa.OSFile(str(target), "wb") as sink:
        table = pa.ipc.open_file(spool).read_all()
        with pa.ipc.new_file(sink, table.schema) as writer:
            for start in range(0, max(len(order), 1), rows):
                part = _taken(table, order[start : start + rows])
                writer.write_batch(part)


def _taken(table: pa.Table, places: Int64Array) -> pa.RecordBatch:
    """Rows of a table of many batches as one batch."""
    columns = [column.take(pa.array(places)).combine_chunks() for column in table.columns]
    plain = [column.chunk(0) if isinstance(column, pa.ChunkedArray) else column for column in columns]
    return pa.RecordBatch.from_arrays(plain, schema=table.schema)


def _drop_others(place: Path) -> None:
    """Older packs of a stream; who has one mapped keeps it until letting go."""
    for other in place.parent.iterdir():
        if other != place and other.name[0] != ".":
            aside = place.parent / f".{other.name}-{os.getpid()}"
            other.rename(aside)
            shutil.rmtree(aside)
