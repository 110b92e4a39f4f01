"""Features to the geometry of a Mapbox vector tile (specification 2.1): project, clip, drop, encode."""

import numpy as np

from guotu.kernel.compiled import loop
from guotu.kernel.loops.grid import put_signed, put_varint
from guotu.kernel.loops.wkb import read_f64

_RADIAN = np.pi / 180
_NEAR = 0.0088  # radians of latitude within which five terms of Taylor's series leave < 1e-6 tile units


@loop
def mercator_terms(latitude, terms):
    """Derivatives over factorials of Mercator's northing at a latitude (radians), terms 1 to 5."""
    sec, tan = 1 / np.cos(latitude), np.tan(latitude)
    t2 = tan * tan
    terms[0] = np.arcsinh(tan)
    terms[1] = sec
    terms[2] = sec * tan / 2
    terms[3] = sec * (1 + 2 * t2) / 6
    terms[4] = sec * tan * (5 + 6 * t2) / 24
    terms[5] = sec * (5 + 28 * t2 + 24 * t2 * t2) / 120


@loop
def _northing(latitude, middle, terms):
    d = latitude * _RADIAN - middle
    if abs(d) < _NEAR:
        return terms[0] + d * (terms[1] + d * (terms[2] + d * (terms[3] + d * (terms[4] + d * terms[5]))))
    sine = np.sin(min(max(latitude, -89.9), 89.9) * _RADIAN)
    return np.arctanh(sine)


@loop
def _to_tile(data, at, count, frame, terms, pts):
    """Vertices in tile units without repetitions; how many. frame: west, x scale, north (Mercator), y scale, middle."""
    n = 0
    for k in range(count):
        lon, lat = read_f64(data, at + 16 * k), read_f64(data, at + 16 * k + 8)
        if not (abs(lon) <= 360.0 and abs(lat) <= 90.0):
            continue
        x = np.int64(np.floor((lon - frame[0]) * frame[1] + 0.5))
        y = np.int64(np.floor((frame[2] - _northing(lat, frame[4], terms)) * frame[3] + 0.5))
        if n == 0 or x != pts[n - 1, 0] or y != pts[n - 1, 1]:
            pts[n, 0], pts[n, 1] = x, y
            n += 1
    return n


@loop
def _clip_side(src, n, dst, axis, limit, above):
    """One step of Sutherland and Hodgman for a ring without closing vertex."""
    m = 0
    if n == 0:
        return m
    pa, po = src[n - 1, axis], src[n - 1, 1 - axis]
    was = pa >= limit if above else pa <= limit
    for i in range(n):
        ca, co = src[i, axis], src[i, 1 - axis]
        now = ca >= limit if above else ca <= limit
        if was != now:
            dst[m, axis] = limit
            dst[m, 1 - axis] = np.int64(np.rint(po + (co - po) * ((limit - pa) / (ca - pa))))
            m += 1
        if now:
            dst[m, axis], dst[m, 1 - axis] = ca, co
            m += 1
        pa, po, was = ca, co, now
    return m


@loop
def _straighten(pts, n):
    """Drop repeated vertices and those on a straight line between their neighbours, in place; how many stay."""
    m = 0
    for i in range(n):
        x, y = pts[i, 0], pts[i, 1]
        if m > 0 and pts[m - 1, 0] == x and pts[m - 1, 1] == y:
            continue
        while m > 1:
            ux, uy = pts[m - 1, 0] - pts[m - 2, 0], pts[m - 1, 1] - pts[m - 2, 1]
            vx, vy = x - pts[m - 1, 0], y - pts[m - 1, 1]
            if ux * vy - uy * vx != 0 or ux * vx + uy * vy < 0:
                break
            m -= 1
        pts[m, 0], pts[m, 1] = x, y
        m += 1
    while m > 1 and pts[0, 0] == pts[m - 1, 0] and pts[0, 1] == pts[m - 1, 1]:
        m -= 1
    return m


@loop
def _ring(pts, spare, n, low, high, shell, smallest, out, pos, pen):
    """Clip and write one ring (pts, without closing vertex); the position behind it, unchanged if it vanished."""
    x0, y0, x1, y1 = pts[0, 0], pts[0, 1], pts[0, 0], pts[0, 1]
    for k in range(1, n):
        x0, x1 = min(x0, pts[k, 0]), max(x1, pts[k, 0])
        y0, y1 = min(y0, pts[k, 1]), max(y1, pts[k, 1])
    if x1 < low or x0 > high or y1 < low or y0 > high:
        return pos
    if x0 < low or x1 > high or y0 < low or y1 > high:
        n = _clip_side(pts, n, spare, 0, low, True)
        n = _clip_side(spare, n, pts, 0, high, False)
        n = _clip_side(pts, n, spare, 1, low, True)
        n = _clip_side(spare, n, pts, 1, high, False)
    n = _straighten(pts, n)
    if n < 3:
        return pos
    area = np.int64(0)
    for k in range(n):
        j = k + 1 if k + 1 < n else 0
        area += pts[k, 0] * pts[j, 1] - pts[j, 0] * pts[k, 1]
    if area == 0 or (shell and abs(area) < smallest):
        return pos
    back = (area < 0) == shell  # y points down: shells go clockwise on the screen
    for k in range(n):
        i = n - 1 - k if back else k
        if k == 0:
            pos = put_varint(out, pos, (1 << 3) | 1)
        elif k == 1:
            pos = put_varint(out, pos, ((n - 1) << 3) | 2)
        pos = put_signed(out, pos, pts[i, 0] - pen[0])
        pos = put_signed(out, pos, pts[i, 1] - pen[1])
        pen[0], pen[1] = pts[i, 0], pts[i, 1]
    return put_varint(out, pos, (1 << 3) | 7)


@loop
def _write_run(run, n, out, pos, pen):
    if n < 2:
        return pos
    for k in range(n):
        if k == 0:
            pos = put_varint(out, pos, (1 << 3) | 1)
        elif k == 1:
            pos = put_varint(out, pos, ((n - 1) << 3) | 2)
        pos = put_signed(out, pos, run[k, 0] - pen[0])
        pos = put_signed(out, pos, run[k, 1] - pen[1])
        pen[0], pen[1] = run[k, 0], run[k, 1]
    return pos


@loop
def _line(pts, run, n, low, high, out, pos, pen):
    """Clip a line segment by segment (Liang and Barsky) and write its runs inside the frame."""
    m = 0
    for k in range(n - 1):
        ax, ay, bx, by = pts[k, 0], pts[k, 1], pts[k + 1, 0], pts[k + 1, 1]
        dx, dy, t0, t1 = np.float64(bx - ax), np.float64(by - ay), 0.0, 1.0
        for side in range(4):
            p = (-dx, dx, -dy, dy)[side]
            q = (ax - low, high - ax, ay - low, high - ay)[side]
            if p == 0.0:
                if q < 0:
                    t0 = 2.0
            elif p < 0.0:
                t0 = max(t0, q / p)
            else:
                t1 = min(t1, q / p)
        if t0 > t1:
            pos, m = _write_run(run, m, out, pos, pen), 0
            continue
        cx, cy = np.int64(np.rint(ax + t0 * dx)), np.int64(np.rint(ay + t0 * dy))
        ex, ey = np.int64(np.rint(ax + t1 * dx)), np.int64(np.rint(ay + t1 * dy))
        if m == 0 or run[m - 1, 0] != cx or run[m - 1, 1] != cy:
            pos, m = _write_run(run, m, out, pos, pen), 0
            run[0, 0], run[0, 1], m = cx, cy, 1
        if ex != cx or ey != cy:
            run[m, 0], run[m, 1] = ex, ey
            m += 1
        if t1 < 1.0:
            pos, m = _write_run(run, m, out, pos, pen), 0
    return _write_run(run, m, out, pos, pen)


@loop
def _points(data, at, begin, end, frame, terms, low, high, pts, out, pos):
    kept = 0
    for path in range(begin, end):
        if _to_tile(data, at[path], 1, frame, terms, pts[kept:]) == 1:
            if low <= pts[kept, 0] <= high and low <= pts[kept, 1] <= high:
                kept += 1
    if kept == 0:
        return pos
    pos = put_varint(out, pos, (kept << 3) | 1)
    x, y = np.int64(0), np.int64(0)
    for k in range(kept):
        pos = put_signed(out, pos, pts[k, 0] - x)
        pos = put_signed(out, pos, pts[k, 1] - y)
        x, y = pts[k, 0], pts[k, 1]
    return pos


@loop
def geometry(data, kind, begin, end, at, size, shell, frame, terms, low, high, smallest, pts, spare, out):
    """Command integers of one feature into `out`; how many bytes (0: nothing of it is seen)."""
    if kind == 1 or kind == 4:
        return _points(data, at, begin, end, frame, terms, low, high, pts, out, 0)
    pos, pen, seen = np.int64(0), np.zeros(2, np.int64), False
    for path in range(begin, end):
        if not (seen or shell[path]):
            continue  # holes of a shell that vanished
        n = _to_tile(data, at[path], size[path], frame, terms, pts)
        if kind == 2 or kind == 5:
            pos = _line(pts, spare, n, low, high, out, pos, pen)
            continue
        if n > 1 and pts[0, 0] == pts[n - 1, 0] and pts[0, 1] == pts[n - 1, 1]:
            n -= 1
        before = pos
        if n > 2:
            pos = _ring(pts, spare, n, low, high, shell[path], smallest, out, pos, pen)
        if shell[path]:
            seen = pos > before
    return pos


@loop
def _width(value):
    n = 1
    while value >= 128:
        value >>= 7
        n += 1
    return n


@loop
def _grown(out, needed):
    if needed <= len(out):
        return out
    larger = np.empty(max(needed, 2 * len(out)), np.uint8)
    larger[: len(out)] = out
    return larger


@loop
def features(data, kind, first, at, size, shell, ids, tags, frame, terms, low, high, smallest, largest):
    """Feature messages of a layer. ids (n,) or (0,), tags (n, k) of indices into the layer's values, −1 for null."""
    pts, spare = np.empty((4 * largest + 16, 2), np.int64), np.empty((4 * largest + 16, 2), np.int64)
    shape = np.empty(1024, np.uint8)
    out, pos = np.empty(1 << 16, np.uint8), np.int64(0)
    for row in range(len(kind)):
        vertices, paths = np.int64(0), first[row + 1] - first[row]
        for path in range(first[row], first[row + 1]):
            vertices += size[path]
        shape = _grown(
            shape, 80 * vertices + 64 * paths + 64
        )  # clipping at most doubles twice; ten bytes a number
        length = geometry(
            data, kind[row], first[row], first[row + 1], at, size, shell,
            frame, terms, low, high, smallest, pts, spare, shape,
        )  # fmt: skip
        if length == 0:
            continue
        tag_length, code = 0, (kind[row] - 1) % 3 + 1
        for k in range(tags.shape[1]):
            if tags[row, k] >= 0:
                tag_length += _width(k) + _width(tags[row, k])
        total = 2 + 1 + _width(length) + length
        if tag_length > 0:
            total += 1 + _width(tag_length) + tag_length
        if len(ids) > 0:
            total += 1 + _width(ids[row])
        out = _grown(out, pos + total + 16)
        pos = put_varint(out, put_varint(out, pos, 0x12), total)
        if len(ids) > 0:
            pos = put_varint(out, put_varint(out, pos, 0x08), ids[row])
        if tag_length > 0:
            pos = put_varint(out, put_varint(out, pos, 0x12), tag_length)
            for k in range(tags.shape[1]):
                if tags[row, k] >= 0:
                    pos = put_varint(out, put_varint(out, pos, k), tags[row, k])
        pos = put_varint(out, put_varint(out, pos, 0x18), code)
        pos = put_varint(out, put_varint(out, pos, 0x22), length)
        out[pos : pos + length] = shape[:length]
        pos += length
    return out[:pos]
