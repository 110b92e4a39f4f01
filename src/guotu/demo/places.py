"""Finds room for the planted projects: discs that touch only parcels of the wanted kind, clear of each other."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import affinity

from guotu.demo.layers_survey import Survey
from guotu.demo.noise import Rng
from guotu.model.arrays import BoolArray, Float64Array


@dataclass(slots=True)
class Places:
    """Discs given away so far; nothing else is planted on them."""

    survey: Survey
    rng: Rng
    tree: shapely.STRtree
    county: shapely.Polygon
    taken: list[tuple[Float64Array, float]] = field(default_factory=list)

    @classmethod
    def of(cls, survey: Survey, county: shapely.Polygon, rng: Rng) -> Places:
        """An empty county."""
        shapely.prepare(county)
        return cls(survey, rng, shapely.STRtree(survey.polygons), county)

    def spot(
        self,
        allowed: BoolArray,
        radius: float,
        *,
        around: BoolArray | None = None,
        points: Float64Array | None = None,
        reserve: float = 0.0,
    ) -> tuple[Float64Array, float]:
        """Centre and radius of a disc over allowed parcels only, centred in an `around` parcel or on one of `points`.

        The radius shrinks where there is no room, and so does the distance `reserve` kept from all others; the last resort is a
        disc over anything, still clear of the others.
        """
        if points is None:
            points = self._centres(np.flatnonzero(allowed if around is None else around))
        ladder = [(reserve, radius, True), (reserve, radius * 0.6, True), (reserve / 2, radius, True)]
        ladder += [(0.0, radius * part, True) for part in (1.0, 0.75, 0.55, 0.4)]
        least = 22.0
        ladder += [(0.0, least, True), (0.0, 12.0, True), (0.0, least, False)]
        for keep, size, strict in ladder:
            spots = points[self.clear(points, max(size, keep))]
            for some in np.array_split(spots, max(1, len(spots) // 60)):
                good = self.only(some, size, allowed) if strict else np.ones(len(some), bool)
                if good.any():
                    centre = some[np.flatnonzero(good)[0]]
                    self.taken.append((centre, max(size, keep)))
                    return centre, size
        if around is None and allowed.all():
            raise AssertionError("the county has no room for its planted projects")
        return self.spot(np.ones(len(allowed), bool), least, reserve=0.0)

    def _centres(self, rows: np.ndarray) -> Float64Array:
        """A point in each of many rows; of few rows many points each, of none one in every row."""
        if not len(rows):
            rows = np.arange(len(self.survey.polygons))
        rows = self.rng.permutation(rows)[:1500]
        if len(rows) > 200:
            return np.asarray(
                shapely.get_coordinates(shapely.point_on_surface(self.survey.polygons[rows])), float
            )
        many = np.repeat(rows, 2000 // len(rows))
        box = shapely.bounds(self.survey.polygons[many])
        points = box[:, :2] + self.rng.random((len(many), 2)) * (box[:, 2:] - box[:, :2])
        return np.asarray(points[shapely.contains_xy(self.survey.polygons[many], points)], float)

    def clear(self, points: Float64Array, radius: float) -> BoolArray:
        good = np.ones(len(points), bool)
        for centre, other in self.taken:
            good &= np.hypot(*(points - centre).T) > radius + other + 25.0
        return good

    def only(self, points: Float64Array, radius: float, allowed: BoolArray) -> BoolArray:
        """Discs that lie in the county and touch allowed parcels only."""
        discs = shapely.buffer(shapely.points(points), radius, quad_segs=6)
        disc, parcel = self.tree.query(discs, predicate="intersects")
        bad = np.bincount(disc, ~allowed[parcel], len(points)) > 0
        return np.asarray(~bad & shapely.covers(self.county, discs), bool)

    def free(self, geometry: shapely.Geometry, gap: float = 0.0) -> bool:
        """True where a shape stays `gap` metres away from every disc."""
        return all(geometry.distance(shapely.Point(c)) > r + gap for c, r in self.taken)


def plot(centre: Float64Array, radius: float, rng: Rng, points: int = 14) -> shapely.Polygon:
    """A building plot inside a disc: a turned rectangle with cut corners and edges that waver a little; mm coordinates."""
    long, short = radius * 0.82, radius * float(rng.uniform(0.45, 0.56))
    side = max(1, (points - 4) // 4)
    t = np.linspace(0, 1, side + 1)[:-1]
    corners = np.array([[-long, -short], [long, -short], [long, short], [-long, short]])
    corners *= rng.uniform(0.9, 1.0, (4, 1))
    outline = np.vstack(
        [a + (b - a) * t[:, None] for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)]
    )
    outline = outline * (1.0 + rng.uniform(-0.035, 0.0, (len(outline), 1)))
    shape = affinity.rotate(shapely.Polygon(outline), float(rng.uniform(0, 180)), origin=(0, 0))
    placed = affinity.translate(shape, float(centre[0]), float(centre[1]))
    return rounded(placed)


def rounded(shape: shapely.Polygon, decimals: int = 3) -> shapely.Polygon:
    """The same shape on the grid of the boundary files, counter-clockwise."""
    snapped = shapely.transform(shape, lambda xy: np.round(xy, decimals))
    if not snapped.is_valid:
        raise AssertionError("a planted plot is not valid")
    return shapely.orient_polygons(snapped)


def shifted(shape: shapely.Polygon, dx: float, dy: float) -> shapely.Polygon:
    """Moved and put back on the grid."""
    return rounded(affinity.translate(shape, dx, dy))


def blob(
    centre: Float64Array, radius: float, rng: Rng, points: int = 36, rough: float = 0.22
) -> shapely.Polygon:
    """A rounded natural shape."""
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    r = np.ones(points)
    for wave in range(2, 7):
        r += rough / wave**0.8 * rng.uniform(0.3, 1.0) * np.cos(wave * angle + rng.uniform(0, 2 * np.pi))
    r = np.clip(r, 0.5, 1.35) * radius
    return rounded(
        shapely.Polygon(np.column_stack([centre[0] + r * np.cos(angle), centre[1] + r * np.sin(angle)]))
    )


def on_longest_edge(parcel: shapely.Polygon, depth: float) -> shapely.Polygon:
    """A rectangle on the middle four fifths of a parcel's longest edge: outside, but for five centimetres."""
    ring = shapely.get_coordinates(parcel.exterior)
    legs = np.diff(ring, axis=0)
    at = int(np.argmax(np.hypot(*legs.T)))
    along = legs[at] / np.hypot(*legs[at])
    out = np.array([along[1], -along[0]]) * (1.0 if parcel.exterior.is_ccw else -1.0)
    start, end = ring[at] + 0.1 * legs[at], ring[at] + 0.9 * legs[at]
    corners = [start - 0.05 * out, end - 0.05 * out, end + depth * out, start + depth * out]
    return rounded(shapely.Polygon(corners))
