"""Boxes of geometries and the R-tree that holds them."""

from __future__ import annotations

import sqlite3
from typing import Final

import numpy as np
import pyarrow as pa

from guotu.kernel.hilbert import hilbert_order
from guotu.kernel.wkb import lay_out
from guotu.model.arrays import Float64Array, Int64Array
from guotu.model.query import Box

CELLS: Final = 51
"""Cells per node as SQLite's rtree lays them out for four float32 coordinates."""
_CELL: Final = np.dtype([("id", ">i8"), ("west", ">f4"), ("east", ">f4"), ("south", ">f4"), ("north", ">f4")])
_NODE_BYTES: Final = 4 + CELLS * _CELL.itemsize


def bounds(wkb: pa.Array) -> Float64Array:
    """(n, 4) west, south, east, north; NaN where there is no geometry."""
    layout = lay_out(wkb)
    xy, _ = layout.coordinates()
    counts = layout.vertices
    filled = np.flatnonzero(counts)
    starts = (np.cumsum(counts) - counts)[filled]
    boxes = np.full((len(layout), 4), np.nan)
    if len(filled):
        boxes[filled, :2] = np.minimum.reduceat(xy, starts, axis=0)
        boxes[filled, 2:] = np.maximum.reduceat(xy, starts, axis=0)
    return boxes


def union(boxes: Float64Array, before: Box | None = None) -> Box | None:
    """Box around boxes; NaN rows are left out."""
    rows = boxes[~np.isnan(boxes[:, 0])]
    if before is not None:
        rows = np.vstack([rows, np.array([before])])
    if not len(rows):
        return None
    west, south = rows[:, :2].min(axis=0).tolist()
    east, north = rows[:, 2:].max(axis=0).tolist()
    return west, south, east, north


def outward(boxes: Float64Array) -> tuple[np.ndarray, np.ndarray]:
    """Boxes as float32, rounded so that nothing is lost: (low (n, 2), high (n, 2))."""
    low, high = boxes[:, :2].astype(np.float32), boxes[:, 2:].astype(np.float32)
    low = np.where(low > boxes[:, :2], np.nextafter(low, np.float32(-np.inf)), low)
    high = np.where(high < boxes[:, 2:], np.nextafter(high, np.float32(np.inf)), high)
    return low, high


def insert(connection: sqlite3.Connection, tree: str, rows: Int64Array, boxes: Float64Array) -> None:
    """Add boxes one by one."""
    low, high = outward(boxes)
    cells = zip(
        rows.tolist(),
        low[:, 0].tolist(),
        high[:, 0].tolist(),
        low[:, 1].tolist(),
        high[:, 1].tolist(),
        strict=True,
    )
    connection.executemany(f"INSERT INTO {tree} VALUES (?, ?, ?, ?, ?)", cells)


def rebuild(connection: sqlite3.Connection, tree: str, rows: Int64Array, boxes: Float64Array) -> None:
    """Make the whole tree again from these boxes, packed along the Hilbert curve.

    SQLite keeps an R-tree in three shadow tables (nodes, row → leaf, node → parent); they are written directly, five times
    faster than inserting (`benchmarks/store.py`), and `rtreecheck` holds the result to be sound (tests/unit/store).
    """
    for part in ("node", "rowid", "parent"):
        connection.execute(f"DELETE FROM {tree}_{part}")
    low, high = outward(boxes)
    order = hilbert_order(boxes) if len(rows) else np.empty(0, np.int64)
    level = np.empty(len(rows), _CELL)
    level["id"] = rows[order]
    level["west"], level["south"] = low[order].T
    level["east"], level["north"] = high[order].T
    depth, numbered = 0, 2
    while len(level) > CELLS:
        nodes, parents = _pack(level, numbered)
        connection.executemany(f"INSERT INTO {tree}_node VALUES (?, ?)", nodes)
        target = "rowid" if depth == 0 else "parent"
        _place(connection, f"{tree}_{target}", level["id"], numbered + np.arange(len(level)) // CELLS)
        level, numbered, depth = parents, numbered + len(nodes), depth + 1
    target = "rowid" if depth == 0 else "parent"
    _place(connection, f"{tree}_{target}", level["id"], np.ones(len(level), np.int64))
    root = _node(level, depth)
    connection.execute(f"INSERT INTO {tree}_node VALUES (1, ?)", (root,))


def _place(connection: sqlite3.Connection, table: str, numbers: np.ndarray, nodes: Int64Array) -> None:
    """Say in which node each cell is, in the order of the table's key."""
    order = np.argsort(numbers)
    pairs = zip(numbers[order].astype(np.int64).tolist(), nodes[order].tolist(), strict=True)
    connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", pairs)


def _node(cells: np.ndarray, depth: int) -> bytes:
    return (depth.to_bytes(2, "big") + len(cells).to_bytes(2, "big") + cells.tobytes()).ljust(
        _NODE_BYTES, b"\0"
    )


def _pack(level: np.ndarray, first_number: int) -> tuple[list[tuple[int, bytes]], np.ndarray]:
    """Full nodes of consecutive cells, and the cells that their parents hold."""
    starts = np.arange(0, len(level), CELLS)
    parents = np.empty(len(starts), _CELL)
    parents["id"] = first_number + np.arange(len(starts))
    for side, reduce in (
        ("west", np.minimum),
        ("south", np.minimum),
        ("east", np.maximum),
        ("north", np.maximum),
    ):
        parents[side] = reduce.reduceat(level[side].astype(np.float32), starts)
    nodes = [
        (first_number + place, _node(level[start : start + CELLS], 0))
        for place, start in enumerate(starts.tolist())
    ]
    return nodes, parents


def stored(connection: sqlite3.Connection, tree: str) -> tuple[Int64Array, Float64Array]:
    """Rows and (float32) boxes that the tree holds now."""
    query = f"SELECT n.data FROM {tree}_node n WHERE n.nodeno IN (SELECT nodeno FROM {tree}_rowid)"
    leaves = [_cells(data) for (data,) in connection.execute(query)]
    cells = np.concatenate(leaves) if leaves else np.empty(0, _CELL)
    boxes = np.column_stack([cells[side].astype(np.float64) for side in ("west", "south", "east", "north")])
    return cells["id"].astype(np.int64), boxes


def _cells(data: bytes) -> np.ndarray:
    return np.frombuffer(data, _CELL, int.from_bytes(data[2:4], "big"), 4)
