"""Compiled loops over the geometry of a batch: facts of its shapes, and the table of its open edges."""

import numpy as np

from guotu.kernel.compiled import loop

GRID = 1e10  # fingerprints compare coordinates on the store's grid: 10⁻¹⁰ of a degree
TWINS = 8  # so many edges of one direction may lie upon each other before the rest are passed over


@loop
def mix(z):
    """Scatter the bits of a 64-bit number (the finaliser of SplitMix64)."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@loop
def vertex_hash(x, y):
    """64 bits of a vertex on the store's grid."""
    gx = np.uint64(np.int64(np.rint(x * GRID)))
    gy = np.uint64(np.int64(np.rint(y * GRID)))
    return mix(mix(gx) + gy * np.uint64(0x9E3779B97F4A7C15))


@loop
def edge_hash(a, b):
    """64 bits of an edge from the hashes of its ends, the same in both directions."""
    return mix((a + b) ^ mix(a ^ b))


@loop
def _metres_per_degree(latitude):
    phi = np.radians(latitude)
    east = 111412.84 * np.cos(phi) - 93.5 * np.cos(3 * phi)
    north = 111132.954 - 559.822 * np.cos(2 * phi) + 1.175 * np.cos(4 * phi)
    return east, north


@loop
def _path(xy, closed, row, length, shortest, sharpest, places, box, prints):
    """Take one ring or line (flat x, y, …) into the facts of its feature."""
    n = len(xy) // 2
    if n == 0:
        return
    east, north = _metres_per_degree(xy[1])
    before = vertex_hash(xy[0], xy[1])
    px, py, pl = 0.0, 0.0, 0.0
    if closed and n > 2:
        px, py = (xy[2 * n - 2] - xy[2 * n - 4]) * east, (xy[2 * n - 1] - xy[2 * n - 3]) * north
        pl = np.sqrt(px * px + py * py)
    for i in range(n):
        x, y = xy[2 * i], xy[2 * i + 1]
        box[row, 0], box[row, 1] = min(box[row, 0], x), min(box[row, 1], y)
        box[row, 2], box[row, 3] = max(box[row, 2], x), max(box[row, 3], y)
        if i == n - 1:
            break
        dx, dy = (xy[2 * i + 2] - x) * east, (xy[2 * i + 3] - y) * north
        step = np.sqrt(dx * dx + dy * dy)
        length[row] += step
        if step < shortest[row]:
            shortest[row] = step
            places[row, 0], places[row, 1] = x, y
        if pl > 0.0 and step > 0.0:
            cosine = -(px * dx + py * dy) / (pl * step)
            if cosine > sharpest[row]:
                sharpest[row] = cosine
                places[row, 2], places[row, 3] = x, y
        px, py, pl = dx, dy, step
        here = vertex_hash(xy[2 * i + 2], xy[2 * i + 3])
        h = edge_hash(before, here)
        prints[row, 0] += h
        prints[row, 1] += mix(h + np.uint64(0xD1B54A32D192ED03))
        before = here


@loop
def walk(data, kind, first, at, size, vertices, length, shortest, sharpest, places, box, prints):
    """Facts of every geometry of a layout into arrays prepared by `shape.shapes`."""
    for row in range(len(kind)):
        ring = kind[row] == 3 or kind[row] == 6
        for path in range(first[row], first[row + 1]):
            xy = data[at[path] : at[path] + 16 * size[path]].view(np.float64)
            if xy[0] != xy[0]:
                continue
            vertices[row] += size[path]
            if size[path] == 1:
                h = vertex_hash(xy[0], xy[1])
                prints[row, 0] += h
                prints[row, 1] += mix(h)
            _path(xy, ring, row, length, shortest, sharpest, places, box, prints)


@loop
def _slot(keys, rows, key):
    """Where a key is, or the free place where it belongs."""
    mask = np.int64(len(keys) - 1)
    at = np.int64(key) & mask
    while rows[at] != 0 and keys[at] != key:
        at = (at + 1) & mask
    return at


@loop
def _remove(keys, rows, at):
    """Free a place and close the gap in its run (no tombstones)."""
    mask = np.int64(len(keys) - 1)
    hole, probe = at, at
    while True:
        probe = (probe + 1) & mask
        if rows[probe] == 0:
            break
        home = np.int64(keys[probe]) & mask
        if (hole < probe and (home <= hole or home > probe)) or (
            hole > probe and home <= hole and home > probe
        ):
            keys[hole], rows[hole] = keys[probe], rows[probe]
            hole = probe
    rows[hole] = 0


@loop
def _meet(keys, rows, key, row):
    """Let an edge cancel its opposite or wait for it; the change of the number of open edges. `row` carries the direction."""
    for _ in range(TWINS):
        at = _slot(keys, rows, key)
        if rows[at] == 0:
            keys[at], rows[at] = key, row
            return 1
        if (rows[at] > 0) != (row > 0):
            _remove(keys, rows, at)
            return -1
        key = mix(key + np.uint64(1))
    return 0


@loop
def _is_open(keys, rows, key, row):
    for _ in range(TWINS):
        at = _slot(keys, rows, key)
        if rows[at] == row:
            return True
        key = mix(key + np.uint64(1))
    return False


@loop
def feed(data, kind, first, at, size, start, first_row, keys, rows, used, limit):
    """Take polygons from `start` until the table is nearly full: (next polygon, open edges)."""
    for record in range(start, len(first) - 1):
        if kind[record] != 3 and kind[record] != 6:
            continue
        coming = np.int64(0)
        for path in range(first[record], first[record + 1]):
            coming += size[path]
        if used + coming > limit:
            return record, used
        row = first_row + record
        for path in range(first[record], first[record + 1]):
            xy = data[at[path] : at[path] + 16 * size[path]].view(np.float64)
            a = vertex_hash(xy[0], xy[1])
            for i in range(size[path] - 1):
                b = vertex_hash(xy[2 * i + 2], xy[2 * i + 3])
                if a != b:
                    used += _meet(keys, rows, edge_hash(a, b), row if a < b else -row)
                a = b
    return len(first) - 1, used


@loop
def still_open(data, kind, first, at, size, numbers, keys, rows, out, owners):
    """Write the open edges of the given polygons into `out` (k, 4) and their rows into `owners` (k,); how many."""
    found = 0
    for record in range(len(first) - 1):
        if kind[record] != 3 and kind[record] != 6:
            continue
        row = numbers[record]
        for path in range(first[record], first[record + 1]):
            xy = data[at[path] : at[path] + 16 * size[path]].view(np.float64)
            a = vertex_hash(xy[0], xy[1])
            for i in range(size[path] - 1):
                b = vertex_hash(xy[2 * i + 2], xy[2 * i + 3])
                if a != b and _is_open(keys, rows, edge_hash(a, b), row if a < b else -row):
                    out[found, 0], out[found, 1] = xy[2 * i], xy[2 * i + 1]
                    out[found, 2], out[found, 3] = xy[2 * i + 2], xy[2 * i + 3]
                    owners[found] = row
                    found += 1
                a = b
    return found


@loop
def rehash(keys, rows, new_keys, new_rows):
    """Move every open edge into a larger table."""
    for at in range(len(keys)):
        if rows[at] != 0:
            place = _slot(new_keys, new_rows, keys[at])
            new_keys[place], new_rows[place] = keys[at], rows[at]
