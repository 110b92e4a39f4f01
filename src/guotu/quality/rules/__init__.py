"""Quality rules by theme; importing this package registers them all."""

from guotu.quality.rules import (
    area,
    consistency,
    coverage,
    geometry,
    keys,
    lines,
    parcels,
    structure,
    values,
)

__all__ = [
    "area",
    "consistency",
    "coverage",
    "geometry",
    "keys",
    "lines",
    "parcels",
    "structure",
    "values",
]
