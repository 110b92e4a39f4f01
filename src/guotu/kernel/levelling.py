"""调平: parcel areas adjusted by cents until they add up to the control area of their unit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from guotu.model.arrays import Int64Array


def level(cents: Int64Array, keys: Sequence[str], control: int) -> Int64Array:
    """Areas in hundredths of m² that add up to `control` exactly.

    d = control − Σ areas is dealt out evenly in cents; what is left over goes, a cent each, to the largest parcels first, ties by
    key. No parcel moves by more than one cent further than another.
    Shapes   cents (n,), keys (n,) → (n,) int64
    Raises   ValueError where there is nothing to adjust, or an area would fall below nothing
    """
    short = control - int(cents.sum())
    if not len(cents):
        if short:
            raise ValueError("there is no parcel to adjust")
        return cents.copy()
    each, extra = divmod(abs(short), len(cents))
    order = sorted(range(len(cents)), key=lambda row: (-int(cents[row]), keys[row]))
    moved = np.full(len(cents), each, np.int64)
    moved[order[:extra]] += 1
    out = cents + np.sign(short) * moved
    if (out < 0).any():
        raise ValueError("an area would fall below nothing")
    return np.asarray(out, np.int64)
