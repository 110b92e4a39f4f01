"""Area of A∩B without building A∩B.

With shells one way round and holes the other, the indicator of A at (x, y) is the signed count of its edges above y. So the
area shared is Σ over pairs of edges of ± ∫ min(y of edge A, y of edge B) dx over their common x. No noding, no special
cases: shared, touching and collinear edges contribute their integral like all others, holes cancel by sign.
"""

import numpy as np

from guotu.kernel.compiled import loop

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
def subject_edges(xy, starts, signs, edges):
    """Non-vertical edges as (x0, y0, x1, y1, sign) with x0 < x1; how many."""
    count = 0
    for ring in range(len(signs)):
        for k in range(starts[ring], starts[ring + 1] - 1):
            if xy[k, 0] < xy[k + 1, 0]:
                edges[count, 0], edges[count, 1] = xy[k, 0], xy[k, 1]
                edges[count, 2], edges[count, 3] = xy[k + 1, 0], xy[k + 1, 1]
                edges[count, 4] = signs[ring]
                count += 1
            elif xy[k, 0] > xy[k + 1, 0]:
                edges[count, 0], edges[count, 1] = xy[k + 1, 0], xy[k + 1, 1]
                edges[count, 2], edges[count, 3] = xy[k, 0], xy[k, 1]
                edges[count, 4] = -signs[ring]
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
    """Subject edges meeting the window's x-range, relative to its corner, with slopes, into `near`; how many.

    An edge is taken in the first slab both it and the window meet, so once, and always in the same order.
    """
    x0, y0, x1 = window
    s0, s1 = _slab(x0, west, width), _slab(x1, west, width)
    count = 0
    for s in range(s0, s1 + 1):
        for q in range(offsets[s], offsets[s + 1]):
            e = listed[q]
            if edges[e, 2] <= x0 or edges[e, 0] >= x1:
                continue
            if max(_slab(edges[e, 0], west, width), s0) != s:
                continue
            near[count, 0], near[count, 1] = edges[e, 0] - x0, edges[e, 1] - y0
            near[count, 2], near[count, 3] = edges[e, 2] - x0, edges[e, 4]
            near[count, 4] = (edges[e, 3] - edges[e, 1]) / (edges[e, 2] - edges[e, 0])
            count += 1
    return count


@loop
def shared_areas(edges, offsets, listed, box, xy, starts, signs, first, out):
    """Area shared by one subject (its edges, slab index and box) and every candidate (rings first[i]:first[i+1])."""
    width = (box[2] - box[0]) / SLABS
    near = np.empty((len(edges), 5))
    for row in range(len(first) - 1):
        out[row] = 0.0
        x0, y0, x1, y1 = np.inf, np.inf, -np.inf, -np.inf
        for k in range(starts[first[row]], starts[first[row + 1]]):
            x0, x1 = min(x0, xy[k, 0]), max(x1, xy[k, 0])
            y0, y1 = min(y0, xy[k, 1]), max(y1, xy[k, 1])
        low = min(y0, box[1])
        x0, x1 = max(x0, box[0]), min(x1, box[2])
        if not (x0 < x1 and max(y0, box[1]) < min(y1, box[3])):
            continue
        count = _near_edges(edges, offsets, listed, box[0], width, (x0, low, x1), near)
        total = 0.0
        for ring in range(first[row], first[row + 1]):
            ring_total = 0.0
            for k in range(starts[ring], starts[ring + 1] - 1):
                bx0, by0, bx1, by1 = xy[k, 0] - x0, xy[k, 1] - low, xy[k + 1, 0] - x0, xy[k + 1, 1] - low
                if bx0 == bx1:
                    continue
                sign = 1.0
                if bx0 > bx1:
                    bx0, by0, bx1, by1, sign = bx1, by1, bx0, by0, -1.0
                if bx1 <= 0.0 or bx0 >= x1 - x0:
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
            total += signs[ring] * ring_total
        out[row] = total if total > _DUST * (x1 - x0) * (max(y1, box[3]) - low) else 0.0


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
def shorten(xy, starts, window, reach, out, cuts):
    """Replace what a ring does beyond one side of the window by one straight step; fills `out` and the new starts `cuts`.

    A half-plane is convex, so the step stays beyond the side and what lies inside the window is the same. Steps are no
    longer than `reach` in either direction, so that a straight line on another plane does not bend into the window.
    """
    count = 0
    for ring in range(len(starts) - 1):
        cuts[ring] = count
        begin, end = starts[ring], starts[ring + 1]
        if begin == end:
            continue
        out[count, 0], out[count, 1] = xy[begin, 0], xy[begin, 1]
        count += 1
        anchor, common = begin, _side(xy[begin, 0], xy[begin, 1], window)
        for k in range(begin + 1, end):
            side = _side(xy[k, 0], xy[k, 1], window)
            far = abs(xy[k, 0] - xy[anchor, 0]) > reach or abs(xy[k, 1] - xy[anchor, 1]) > reach
            if k > anchor + 1 and ((common & side) == 0 or far):
                out[count, 0], out[count, 1] = xy[k - 1, 0], xy[k - 1, 1]
                count += 1
                anchor, common = k - 1, _side(xy[k - 1, 0], xy[k - 1, 1], window)
            common &= side
        out[count, 0], out[count, 1] = xy[end - 1, 0], xy[end - 1, 1]
        count += 1
    cuts[len(starts) - 1] = count
    return count
