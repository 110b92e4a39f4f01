"""The compiled loop of placing: coordinates written back into the bytes they came from, rings turned as they are stored."""

import numpy as np

from guotu.kernel.compiled import loop


@loop
def write_rings(xy, starts, at, shell, polygonal, data):
    """Write path p, vertices `starts[p]:starts[p+1]` of `xy`, to byte `at[p]` of `data`.

    Rings (`polygonal[p]`) go counter-clockwise where `shell[p]`, clockwise where they are holes.
    """
    flat = xy.reshape(-1).view(np.uint8)
    for path in range(len(at)):
        begin, end = starts[path], starts[path + 1]
        area = 0.0
        if polygonal[path]:
            x, y = xy[begin, 0], xy[begin, 1]
            for k in range(begin, end - 1):
                area += (xy[k, 0] - x) * (xy[k + 1, 1] - y) - (xy[k + 1, 0] - x) * (xy[k, 1] - y)
        target = at[path]
        if polygonal[path] and area != 0.0 and (area > 0.0) != shell[path]:
            for k in range(end - 1, begin - 1, -1):
                data[target : target + 16] = flat[16 * k : 16 * k + 16]
                target += 16
        else:
            data[target : target + 16 * (end - begin)] = flat[16 * begin : 16 * end]
