"""Which old features and which new ones share ground: the evidence for lineage."""

from __future__ import annotations

import numpy as np
import shapely

from guotu.kernel.overlay import overlap_areas
from guotu.model.arrays import Float64Array, GeometryArray, Int64Array

_DUST = 1e-12
"""Of the smaller area: rounding of neighbours that only touch."""


def overlap_pairs(old: GeometryArray, new: GeometryArray) -> tuple[Int64Array, Int64Array, Float64Array]:
    """Every pair of an old and a new polygon that share area.

    Shapes   old (n,), new (m,) on one plane → i (k,), j (k,), area (k,), ordered by (i, j); pairs that only touch left out
    """
    old, new = np.asarray(old, dtype=object), np.asarray(new, dtype=object)
    i, j = shapely.STRtree(new).query(old)
    order = np.lexsort((j, i))
    i, j = i[order].astype(np.int64), j[order].astype(np.int64)
    area = np.zeros(len(i))
    starts = np.flatnonzero(np.append(len(i) > 0, i[1:] != i[:-1]))
    for begin, end in zip(starts, [*starts[1:], len(i)], strict=False):
        area[begin:end] = overlap_areas(old[i[begin]], new[j[begin:end]])
    dust = _DUST * np.minimum(shapely.area(old[i]), shapely.area(new[j]))
    shared = area > dust
    return i[shared], j[shared], area[shared]
