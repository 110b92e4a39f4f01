"""A packed R-tree: built once over boxes in their spatial order, kept as one flat array, searched where it lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from guotu.kernel.compiled import COMPILED
from guotu.kernel.loops.tree import search_tree
from guotu.model.arrays import Float64Array, Int64Array
from guotu.model.query import Box

FAN: Final = 16


@dataclass(frozen=True, slots=True)
class PackedTree:
    """All levels of nodes, leaves first: `boxes` (m, 4) west, south, east, north; level l is `starts[l]:starts[l + 1]`."""

    boxes: Float64Array
    starts: Int64Array

    def __len__(self) -> int:
        """Number of leaves."""
        return int(self.starts[1])


def levels(leaves: int) -> Int64Array:
    """Where each level of a tree over so many leaves begins, and the end of the last."""
    starts, size = [0, leaves], leaves
    while size > 1:
        size = -(-size // FAN)
        starts.append(starts[-1] + size)
    return np.array(starts, np.int64)


def build(leaves: Float64Array) -> PackedTree:
    """The tree over boxes (n, 4) that lie in spatial order (`kernel.hilbert`); boxes of NaN are found by nothing."""
    starts = levels(len(leaves))
    parts = [np.asarray(leaves, np.float64).reshape(-1, 4)]
    for _ in starts[2:]:
        begins = np.arange(0, len(parts[-1]), FAN)
        low = np.fmin.reduceat(parts[-1][:, :2], begins)
        high = np.fmax.reduceat(parts[-1][:, 2:], begins)
        parts.append(np.hstack([low, high]))
    return PackedTree(np.concatenate(parts), starts)


def search(tree: PackedTree, box: Box, most: int) -> Int64Array | None:
    """Places of the leaves whose box meets a box, borders included, ascending; None where they are more than `most`."""
    if not len(tree):
        return np.empty(0, np.int64)
    if not COMPILED:
        return search_twin(tree, box, most)
    found = np.empty(most, np.int64)
    count = search_tree(tree.boxes, tree.starts, FAN, np.array(box, np.float64), found)
    return None if count > most else found[:count]


def search_twin(tree: PackedTree, box: Box, most: int) -> Int64Array | None:
    """The same by comparing every leaf."""
    west, south, east, north = tree.boxes[: len(tree)].T
    with np.errstate(invalid="ignore"):
        meets = (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
    found = np.flatnonzero(meets).astype(np.int64)
    return None if len(found) > most else found
