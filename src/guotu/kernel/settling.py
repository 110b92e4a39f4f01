"""Whole cents for measured pieces, so that what was declared before and after adds up exactly (控制面积逐级相等)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from guotu.kernel.rounding import balance
from guotu.model.arrays import Float64Array, Int64Array

_STRAY = 1.0
"""Square metres, and twice per mille, by which settling may move a piece from what was measured."""
_STRAY_SHARE = 0.002


def settle(
    old: Int64Array, new: Int64Array, measured: Float64Array, before: Int64Array, after: Int64Array
) -> Int64Array:
    """Areas of pieces in hundredths of a square metre.

    Shapes   old, new (k,) row numbers of each piece's old and new feature, measured (k,) m²; before (n,), after (m,) declared
             areas in hundredths → (k,) int64
    Law      the pieces of every old feature add up to what was declared of it. Where the old and new features of a connected
             group were declared the same in total, the pieces of every new feature add up to its declaration too, unless
             that moved a piece further from its measure than rounding and adjustment can
    """
    cents = _by_old(old, measured, before)
    if not len(old):
        return cents
    links = coo_array((np.ones(len(old)), (old, len(before) + new)), shape=(len(before) + len(after),) * 2)
    _, group = connected_components(links, directed=False)
    members = defaultdict(list)
    for piece, name in enumerate(group[old].tolist()):
        members[name].append(piece)
    for pieces in members.values():
        agreed = _agreed(pieces, old, new, measured, before, after)
        for piece, value in agreed.items() if agreed else ():
            cents[piece] = value
    return cents


def _by_old(old: Int64Array, measured: Float64Array, before: Int64Array) -> Int64Array:
    """Every old feature's area shared among its pieces by largest remainder."""
    cents = np.zeros(len(old), np.int64)
    order = np.argsort(old, kind="stable")
    for run in np.split(order, np.flatnonzero(np.diff(old[order])) + 1):
        if len(run) and measured[run].sum() > 0:
            total = Decimal(int(before[old[run[0]]]))
            cents[run] = [int(share) for share in balance(measured[run].tolist(), total, 0)]
    return cents


def _agreed(
    pieces: Sequence[int], old: Int64Array, new: Int64Array, measured: Float64Array, before: Int64Array, after: Int64Array
) -> dict[int, int] | None:  # fmt: skip
    """Pieces of one group that meet both declarations: a feature with one piece left determines it; None where none do."""
    left: dict[tuple[str, int], int] = {("old", int(old[p])): int(before[old[p]]) for p in pieces}
    left |= {("new", int(new[p])): int(after[new[p]]) for p in pieces}
    if sum(v for (side, _), v in left.items() if side == "old") * 2 != sum(left.values()):
        return None
    open_at: dict[tuple[str, int], set[int]] = defaultdict(set)
    for piece in pieces:
        for node in (("old", int(old[piece])), ("new", int(new[piece]))):
            open_at[node].add(piece)
    found: dict[int, int] = {}
    ready = [node for node in sorted(open_at) if len(open_at[node]) == 1]
    waiting = sorted(pieces, key=lambda piece: (measured[piece], piece))
    while len(found) < len(pieces):
        piece, value = _next(ready, waiting, open_at, left, found, measured)
        if value < 0 or abs(value / 100 - measured[piece]) > _STRAY + _STRAY_SHARE * measured[piece]:
            return None
        found[piece] = value
        for node in (("old", int(old[piece])), ("new", int(new[piece]))):
            left[node] -= value
            open_at[node].discard(piece)
            if len(open_at[node]) == 1:
                ready.append(node)
    return found if not any(left.values()) else None


def _next(
    ready: list[tuple[str, int]],
    waiting: list[int],
    open_at: dict[tuple[str, int], set[int]],
    left: dict[tuple[str, int], int],
    found: dict[int, int],
    measured: Float64Array,
) -> tuple[int, int]:
    """The next piece that is determined; in a ring of pieces the smallest, as it was measured."""
    while ready:
        node = ready.pop()
        if len(open_at[node]) == 1:
            return next(iter(open_at[node])), left[node]
    piece = next(piece for piece in waiting if piece not in found)
    return piece, round(float(measured[piece]) * 100)
