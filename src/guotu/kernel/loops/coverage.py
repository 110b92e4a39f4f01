"""A balance of directed edges: what two neighbours share cancels, so only the frontier is ever held."""

import numpy as np

from guotu.kernel.compiled import loop


@loop
def _mix(value):
    value = (value ^ (value >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    return value ^ (value >> np.uint64(29))


@loop
def _home(x0, y0, x1, y1, mask):
    h = _mix(np.float64(x0).view(np.uint64))
    h = _mix(h + np.float64(y0).view(np.uint64))
    h = _mix(h + np.float64(x1).view(np.uint64))
    h = _mix(h + np.float64(y1).view(np.uint64))
    return np.int64(h & np.uint64(mask))


@loop
def _remove(ends, weight, owner, slot, mask):
    """Close the hole that linear probing leaves behind."""
    hole, nxt = slot, (slot + 1) & mask
    while weight[nxt] != 0:
        home = _home(ends[nxt, 0], ends[nxt, 1], ends[nxt, 2], ends[nxt, 3], mask)
        if ((nxt - home) & mask) >= ((nxt - hole) & mask):
            ends[hole] = ends[nxt]
            weight[hole], owner[hole] = weight[nxt], owner[nxt]
            hole = nxt
        nxt = (nxt + 1) & mask
    weight[hole] = 0


@loop
def _add(ends, weight, owner, x0, y0, x1, y1, value, whose):
    """Add a signed edge; by how much the number of held edges changed."""
    mask = len(weight) - 1
    slot = _home(x0, y0, x1, y1, mask)
    while weight[slot] != 0:
        if ends[slot, 0] == x0 and ends[slot, 1] == y0 and ends[slot, 2] == x1 and ends[slot, 3] == y1:
            weight[slot] += value
            if weight[slot] == 0:
                _remove(ends, weight, owner, slot, mask)
                return -1
            return 0
        slot = (slot + 1) & mask
    ends[slot, 0], ends[slot, 1], ends[slot, 2], ends[slot, 3] = x0, y0, x1, y1
    weight[slot], owner[slot] = value, whose
    return 1


@loop
def feed_rings(xy, starts, signs, owners, begin, ends, weight, owner, held):
    """Add rings from `begin` on until the table is half full; (next ring, edges held)."""
    for ring in range(begin, len(signs)):
        if 2 * (held + starts[ring + 1] - starts[ring]) > len(weight):
            return ring, held
        for k in range(starts[ring], starts[ring + 1] - 1):
            x0, y0, x1, y1 = xy[k, 0] + 0.0, xy[k, 1] + 0.0, xy[k + 1, 0] + 0.0, xy[k + 1, 1] + 0.0
            value = np.int64(signs[ring])
            if x0 == x1 and y0 == y1:
                continue
            if x0 > x1 or (x0 == x1 and y0 > y1):
                x0, y0, x1, y1, value = x1, y1, x0, y0, -value
            held += _add(ends, weight, owner, x0, y0, x1, y1, value, owners[ring])
    return len(signs), held


@loop
def move_edges(ends, weight, owner, new_ends, new_weight, new_owner):
    """Every held edge into a larger table."""
    for slot in range(len(weight)):
        if weight[slot] != 0:
            _add(
                new_ends, new_weight, new_owner,
                ends[slot, 0], ends[slot, 1], ends[slot, 2], ends[slot, 3], weight[slot], owner[slot],
            )  # fmt: skip
