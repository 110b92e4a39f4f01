"""What a map marks: how each feature met bears on its check, and where the project's boundary points are labelled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely

from guotu.apps.approval.profile import ReviewProfile
from guotu.apps.approval.result import CheckResult, Hit, Review, Verdict
from guotu.model.arrays import Float64Array
from guotu.model.project import BoundaryPoint, ProjectParcel

Bearing = Literal["conflict", "attention", "noted"]
ORDER: tuple[Bearing, ...] = ("noted", "attention", "conflict")

TURN = 20.0
"""Degrees; a boundary that turns more than this has a corner there."""
MOST_LABELS = 24


def bearing(check: CheckResult, hit: Hit, profile: ReviewProfile) -> Bearing | None:
    """How a hit is painted; None for ground that is in order, or that the check only lists."""
    if not hit.counted:
        return "noted"
    found = _planned(hit, profile) if check.id in ("planning", "planning_old") else "conflict"
    if check.id == "supplied" and not hit.feature and check.verdict is not Verdict.FAIL:
        return None
    if check.id == "supplied" and not hit.feature and not _at_supply(check):
        return None
    if check.id == "landuse" or found is None:
        return None
    return found if check.verdict is Verdict.FAIL else "attention"


def _at_supply(check: CheckResult) -> bool:
    stage = check.fact("stage")
    return stage is not None and stage.value == "supply"


def _planned(hit: Hit, profile: ReviewProfile) -> Bearing | None:
    """Zones of a plan: those where the project may stand are in order; planned classes are shown by their own colours."""
    section = profile.section("planning")
    match hit.dataset:
        case "gh.czkfbj":
            code = str(hit.attributes.get("GHFQDM") or "")
            if not hit.feature or code.startswith(section["special"]):
                return "conflict"
            return None if code.startswith(section["concentrated"]) else "attention"
        case "gh.jsydgzq":
            code = str(hit.attributes.get("GZQLXDM") or "")
            if code in profile.codes("planning", "permitted"):
                return None
            return "attention" if code in profile.codes("planning", "conditional") else "conflict"
    return None


@dataclass(frozen=True, slots=True)
class Corners:
    """Boundary points in the order their labels are to be placed: position, label, direction outward (unit vectors)."""

    places: Any
    labels: list[str | None]
    away: Float64Array


def corners(review: Review) -> Corners:
    """All boundary points; labelled are those where the boundary turns, and every n-th of the others."""
    rows = [row for parcel in review.project.parcels for row in _rings(parcel)]
    every = max(1, -(-len(rows) // MOST_LABELS))
    ranked = sorted(
        range(len(rows)), key=lambda at: (rows[at][2] < TURN, at % every != 0, at)
    )  # turns first: where two labels have no room, the first one stays
    labels = [rows[at][0].label if rows[at][2] >= TURN or at % every == 0 else None for at in ranked]
    places = np.array([shapely.Point(rows[at][0].easting, rows[at][0].northing) for at in ranked], object)
    return Corners(places, labels, np.array([rows[at][1] for at in ranked], np.float64).reshape(-1, 2))


def _rings(parcel: ProjectParcel) -> Iterator[tuple[BoundaryPoint, Float64Array, float]]:
    """Every point with the direction away from the parcel's ground, and the angle the boundary turns there."""
    rings: dict[int, list[BoundaryPoint]] = {}
    for point in parcel.points:
        rings.setdefault(point.ring, []).append(point)
    for points in rings.values():
        xy = np.array([(point.easting, point.northing) for point in points], np.float64)
        before, after = _unit(xy - np.roll(xy, 1, axis=0)), _unit(np.roll(xy, -1, axis=0) - xy)
        turns = np.degrees(np.arccos(np.clip((before * after).sum(axis=1), -1, 1)))
        along = _unit(before + after)
        left = np.stack([-along[:, 1], along[:, 0]], axis=1)
        reach = 1e-3 * max(float(np.ptp(xy, axis=0).max()), 1.0)
        inward = shapely.contains_xy(parcel.polygon_plane, xy + left * reach)
        yield from zip(points, np.where(inward[:, None], -left, left), turns.tolist(), strict=True)


def _unit(vectors: Float64Array) -> Float64Array:
    lengths = np.hypot(vectors[:, 0], vectors[:, 1])
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1.0)[:, None], np.float64)
