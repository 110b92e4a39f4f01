"""Makes the county and writes its files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from guotu.demo.delivery import deliver
from guotu.demo.landscape import grow
from guotu.demo.manifest import CountyFiles
from guotu.demo.plan import TODAY, Calendar, SizeName, plan_for


def generate(size: SizeName | int, seed: int, out: Path, *, today: date = TODAY) -> CountyFiles:
    """Write a whole invented county into the folder `out` (made if missing): layers, imagery, projects, manifest, truth.

    Shapes   `size` is a named plan or a number of parcels (≥ 500); the same size, seed and day give the same values;
             `today` decides what years the layers are of, nothing else
    Raises   ValueError for an unknown size
    """
    plan = plan_for(size)
    out.mkdir(parents=True, exist_ok=True)
    land = grow(plan, np.random.default_rng([seed, 20240101]))
    return deliver(land, seed, out, Calendar(today))
