"""The county's outline: one organic ring of the planned area."""

from __future__ import annotations

import numpy as np
import shapely

from guotu.demo.lines import resample
from guotu.demo.noise import Noise, Rng
from guotu.demo.plan import CountyPlan
from guotu.model.arrays import Float64Array


def draw_outline(plan: CountyPlan, rng: Rng, step: float = 22.0) -> shapely.Polygon:
    """A valid polygon around (0, 0), counter-clockwise, a vertex about every `step` metres."""
    side = plan.side
    base = _lobes(rng, side)
    fine = resample(base, step)
    for strength in (1.0, 0.5, 0.25, 0.0):
        ring = _crumple(fine, side, strength, np.random.default_rng(rng.integers(2**31)))
        polygon = shapely.Polygon(ring)
        if polygon.is_valid:
            break
    scale = (plan.area / polygon.area) ** 0.5
    ring = resample(shapely.get_coordinates(polygon.exterior) * scale, step)
    return shapely.orient_polygons(shapely.Polygon(ring))


def _lobes(rng: Rng, side: float) -> Float64Array:
    angle = np.linspace(0.0, 2 * np.pi, 721)
    radius = np.ones_like(angle)
    for wave in range(2, 26):
        radius += (
            0.40 * wave**-1.15 * rng.uniform(0.4, 1.0) * np.cos(wave * angle + rng.uniform(0, 2 * np.pi))
        )
    radius = np.clip(radius, 0.5, 1.45) * side * 0.55
    return np.column_stack([1.1 * radius * np.cos(angle), 0.95 * radius * np.sin(angle)])


def _crumple(ring: Float64Array, side: float, strength: float, rng: Rng) -> Float64Array:
    wave = max(side / 12.0, 350.0)
    east, north = Noise(rng, wave, 5, 0.5), Noise(rng, wave, 5, 0.5)
    shift = np.stack([east(ring), north(ring)], axis=-1)
    moved = ring + strength * 0.2 * wave * shift
    moved[-1] = moved[0]
    return np.asarray(moved, float)
