"""Area of A∩B without building A∩B.

With shells one way round and holes the other, the indicator of A at (x, y) is the signed count of its edges above y. So the
area shared is Σ over pairs of edges of ± ∫ min(y of edge A, y of edge B) dx over their common x. No noding, no special
cases: shared, touching and collinear edges contribute their integral like all others, holes cancel by sign.
"""

import numpy as np

from guotu.kernel.compiled import loop
from guotu.kernel.loops.wkb import read_f64

SLABS = 64
_DUST = 1e-13
"""Of the common box: what rounding leaves where neighbours only touch."""


@loop
def ring_signs(xy, starts, shell, signs):
    """+1 or −1 per ring so that every shell counts one way and every hole the other, however they were drawn."""
    for ring in range(len(shell)):
        begin, end = starts[ring], starts[ring + 1]
        area = 0.0
        ox, oy = xy[begin, 0], xy[begin, 1]
        for k in range(begin, end - 1):
            area += (xy[k, 0] - ox) * (xy[k + 1, 1] - oy) - (xy[k + 1, 0] - ox) * (xy[k, 1] - oy)
        signs[ring] = 1.0 if (area >= 0) == shell[ring] else -1.0


@loop
def subject_edges(x, y, starts, signs, edges):
    """Edges as (x0, y0, x1, y1, sign) with x0 ≤ x1, upright ones with sign 0; how many."""
    count = 0
    for ring in range(len(signs)):
        for k in range(starts[ring], starts[ring + 1] - 1):
            a, b, sign = k, k + 1, signs[ring]
            if x[a] > x[b]:
                a, b, sign = b, a, -sign
            edges[count, 0], edges[count, 1], edges[count, 2], edges[count, 3] = x[a], y[a], x[b], y[b]
            edges[count, 4] = sign if x[a] < x[b] else 0.0
            count += 1
    return count


@loop
def _slab(x, west, width):
    return min(max(np.int64((x - west) / width), 0), SLABS - 1)


@loop
def slab_index(edges, count, west, width):
    """Edges by the vertical slabs they meet: (offsets (SLABS + 1,), list)."""
    offsets = np.zeros(SLABS + 1, np.int64)
    for e in range(count):
        for s in range(_slab(edges[e, 0], west, width), _slab(edges[e, 2], west, width) + 1):
            offsets[s + 1] += 1
    for s in range(SLABS):
        offsets[s + 1] += offsets[s]
    fill, listed = offsets.copy(), np.empty(offsets[SLABS], np.int64)
    for e in range(count):
        for s in range(_slab(edges[e, 0], west, width), _slab(edges[e, 2], west, width) + 1):
            listed[fill[s]] = e
            fill[s] += 1
    return offsets, listed


@loop
def _min_integral(l, h, al, ah, bl, bh):  # noqa: E741
    """∫ min of two straight lines over [l, h], given by their values at both ends."""
    dl, dh = al - bl, ah - bh
    if dl <= 0 and dh <= 0:
        return 0.5 * (al + ah) * (h - l)
    if dl >= 0 and dh >= 0:
        return 0.5 * (bl + bh) * (h - l)
    t = dl / (dl - dh)
    c = al + (ah - al) * t
    if dl < 0:
        return 0.5 * (h - l) * ((al + c) * t + (c + bh) * (1 - t))
    return 0.5 * (h - l) * ((bl + c) * t + (c + ah) * (1 - t))


@loop
def _near_edges(edges, offsets, listed, west, width, window, near):
    """Subject edges that reach into the window's range of x and not only below it, into `near`; how many, and whether the
    box of one of them meets the window.

    near: x0, y0, x1 relative to (x0, low) of the window, sign, slope.

    An edge is taken in the first slab both it and the window meet, so once, and always in the same order. What lies below
    the whole candidate shares with it the integral of itself around a closed ring, which is nothing.
    """
    x0, y0, x1, y1, low = window
    s0, s1 = _slab(x0, west, width), _slab(x1, west, width)
    count, crossed = 0, False
    for s in range(s0, s1 + 1):
        for q in range(offsets[s], offsets[s + 1]):
            e = listed[q]
            if edges[e, 2] < x0 or edges[e, 0] > x1:
                continue
            bottom, top = min(edges[e, 1], edges[e, 3]), max(edges[e, 1], edges[e, 3])
            crossed = crossed or (bottom <= y1 and top >= y0)
            if top <= y0 or edges[e, 2] <= x0 or edges[e, 0] >= x1 or edges[e, 4] == 0.0:
                continue
            if max(_slab(edges[e, 0], west, width), s0) != s:
                continue
            near[count, 0], near[count, 1] = edges[e, 0] - x0, edges[e, 1] - low
            near[count, 2], near[count, 3] = edges[e, 2] - x0, edges[e, 4]
            near[count, 4] = (edges[e, 3] - edges[e, 1]) / (edges[e, 2] - edges[e, 0])
            count += 1
    return count, crossed


@loop
def _covers(near, count, x):
    """Whether the subject covers what lies just below its edges at x: the upper ends of its inside run from right to left."""
    total = 0.0
    for e in range(count):
        if near[e, 0] <= x < near[e, 2]:
            total += near[e, 3]
    return total < -0.5


@loop
def _enclosed(x, y, begin, end):
    """Signed area of a ring."""
    ox, oy, total = x[begin], y[begin], 0.0
    for k in range(begin, end - 1):
        total += (x[k] - ox) * (y[k + 1] - oy) - (x[k + 1] - ox) * (y[k] - oy)
    return 0.5 * total


@loop
def _shared_ring(x, y, begin, end, x0, x1, low, floor, near, count):
    """∫ min over all pairs of an edge of the ring and a near edge of the subject.

    An edge of the ring below the subject (`floor`) shares with it the integral of itself around a closed border: nothing.
    """
    ring_total = 0.0
    for k in range(begin, end - 1):
        bx0, by0, bx1, by1 = x[k] - x0, y[k] - low, x[k + 1] - x0, y[k + 1] - low
        if bx0 == bx1:
            continue
        sign = 1.0
        if bx0 > bx1:
            bx0, by0, bx1, by1, sign = bx1, by1, bx0, by0, -1.0
        if bx1 <= 0.0 or bx0 >= x1 - x0 or max(by0, by1) <= floor:
            continue
        slope, part = (by1 - by0) / (bx1 - bx0), 0.0
        for e in range(count):
            l, h = max(bx0, near[e, 0]), min(bx1, near[e, 2])  # noqa: E741
            if l < h:
                al = near[e, 1] + near[e, 4] * (l - near[e, 0])
                ah = near[e, 1] + near[e, 4] * (h - near[e, 0])
                bl, bh = by0 + slope * (l - bx0), by0 + slope * (h - bx0)
                part += near[e, 3] * _min_integral(l, h, al, ah, bl, bh)
        ring_total += sign * part
    return ring_total


@loop
def shared_areas(edges, offsets, listed, box, x, y, starts, signs, first, out):
    """Area shared by one subject (its edges, slab index and box) and every candidate (rings first[i]:first[i+1]).

    Where the subject's border stays out of a candidate's box, the candidate counts whole or not at all.
    """
    width = (box[2] - box[0]) / SLABS
    near = np.empty((len(edges), 5))
    for row in range(len(first) - 1):
        out[row] = 0.0
        x0, y0, x1, y1 = np.inf, np.inf, -np.inf, -np.inf
        for k in range(starts[first[row]], starts[first[row + 1]]):
            x0, x1 = min(x0, x[k]), max(x1, x[k])
            y0, y1 = min(y0, y[k]), max(y1, y[k])
        low, middle = min(y0, box[1]), (x0 + x1) / 2
        west, east = max(x0, box[0]), min(x1, box[2])
        if not (west < east and max(y0, box[1]) < min(y1, box[3])):
            continue
        count, crossed = _near_edges(edges, offsets, listed, box[0], width, (west, y0, east, y1, low), near)
        whole = not crossed and west == x0 and east == x1
        if whole and not _covers(near, count, middle - west):
            continue
        total = 0.0
        for ring in range(first[row], first[row + 1]):
            begin, end = starts[ring], starts[ring + 1]
            if whole:
                total += signs[ring] * _enclosed(x, y, begin, end)
            else:
                total += signs[ring] * _shared_ring(
                    x, y, begin, end, west, east, low, box[1] - low, near, count
                )
        if not whole:
            total = total if total > _DUST * (east - west) * (max(y1, box[3]) - low) else 0.0
        out[row] = total


@loop
def column_box(x, y):
    """West, south, east, north."""
    box = np.array([np.inf, np.inf, -np.inf, -np.inf])
    for k in range(len(x)):
        box[0], box[2] = min(box[0], x[k]), max(box[2], x[k])
        box[1], box[3] = min(box[1], y[k]), max(box[3], y[k])
    return box


@loop
def _side(x, y, window):
    """Bits of the sides of the window that a point lies beyond: 1 west, 2 east, 4 south, 8 north."""
    bits = 0
    if x < window[0]:
        bits = 1
    elif x > window[2]:
        bits = 2
    if y < window[1]:
        bits |= 4
    elif y > window[3]:
        bits |= 8
    return bits


@loop
def near_rings(data, at, size, shell, window, reach, x, y, cuts, signs):
    """Read rings from WKB into `x`, `y`, the starts of rings into `cuts` and their signs (see `ring_signs`); how many vertices.

    What a ring does beyond one side of the window is replaced by one straight step. A half-plane is convex, so the step
    stays beyond the side and what lies inside the window is the same. Steps are no longer than `reach` in either direction,
    so that a straight line on another plane does not bend into the window.
    """
    count = 0
    for ring in range(len(at)):
        cuts[ring] = count
        begin, area = at[ring], 0.0
        ax, ay = read_f64(data, begin), read_f64(data, begin + 8)
        px, py, ox, oy = ax, ay, ax, ay
        x[count], y[count] = ax, ay
        count += 1
        side = _side(ax, ay, window)
        common, alone = side, True
        for k in range(1, size[ring]):
            cx, cy = read_f64(data, begin + 16 * k), read_f64(data, begin + 16 * k + 8)
            area += (px - ox) * (cy - oy) - (cx - ox) * (py - oy)
            side = _side(cx, cy, window)
            if not alone and ((common & side) == 0 or abs(cx - ax) > reach or abs(cy - ay) > reach):
                x[count], y[count] = px, py
                count += 1
                ax, ay, common = px, py, _side(px, py, window)
            common &= side
            px, py, alone = cx, cy, False
        x[count], y[count] = px, py
        count += 1
        signs[ring] = 1.0 if (area >= 0) == shell[ring] else -1.0
    cuts[len(at)] = count
    return count
