"""Plants so many errors of all kinds into a generated county; the same county, seed and number give the same errors."""

from __future__ import annotations

from collections import Counter

import numpy as np

from planting import attributes, geometries, plans
from planting.county import county
from planting.ground import Ground

KINDS = [*attributes.KINDS, *geometries.KINDS, *plans.KINDS]


def planted(parcels: int, seed: int, errors: int) -> tuple[Ground, Counter[str]]:
    """The county with errors of every kind in turn until there are so many; a kind that finds no more room is left out."""
    ground = Ground(county(parcels, seed), np.random.default_rng([seed, errors]))
    done: Counter[str] = Counter()
    kinds = list(KINDS)
    while kinds and done.total() < errors:
        for kind in list(kinds):
            if done.total() >= errors:
                break
            try:
                kind(ground)
            except LookupError:
                kinds.remove(kind)
            else:
                done[kind.__name__] += 1
    return ground, done
