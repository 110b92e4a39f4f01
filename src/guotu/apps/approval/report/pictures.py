"""The maps of a report: one of the whole project on the land-use map, one for each check that met something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely

from guotu.analysis.cartography import MapLayer, MapSpec, Picture, draw, mark_style
from guotu.apps.approval.profile import ReviewProfile
from guotu.apps.approval.report.figures import date_words
from guotu.apps.approval.report.mapdata import MapData, Plane
from guotu.apps.approval.report.marks import ORDER, Bearing, bearing, corners
from guotu.apps.approval.result import CheckResult, Review
from guotu.errors import Lang
from guotu.model.arrays import GeometryArray
from guotu.standards import layers
from guotu.store.reading import Reader

GROUND = "xz.dltb"
NAMES = ("xz.xzq", "xz.cjdcq")
CONTROLS = ("gh.yjjbntb", "gh.czkfbj", "gh.stbhhx")
"""Lines of control on the overview; they leave the colours of the classes as they are."""
AROUND = 0.2
"""Share of the shown size that is added on every side of what a map is about."""
LEAST_SPAN = 120.0
OVERVIEW_MM, CONFLICT_MM, DETAIL_MM = 112.0, 100.0, 82.0
TINY_MM = 5.0
"""What is met is also shown enlarged where it is smaller than this on paper, or thinner than a tenth of it."""


@dataclass(frozen=True, slots=True)
class MapPictures:
    """The overview, one picture a check by the check's id, and enlarged ones where what was met is tiny."""

    overview: Picture
    conflicts: dict[str, Picture]
    details: dict[str, Picture] = field(default_factory=dict)


def for_review(review: Review, reader: Reader, profile: ReviewProfile, lang: Lang = "zh") -> MapPictures:
    """Draw the maps of a review from the data it was made on."""
    data = MapData(review, reader, lang)
    project = _project(data)
    conflicts, details = {}, {}
    for check in review.checks:
        marks = _marks(data, check, profile)
        if not marks:
            continue
        conflicts[check.id] = picture = _conflict(data, check, marks, project)
        tiny = _tiny(marks, picture)
        if tiny is not None:
            spec = _spec(data, tiny, DETAIL_MM)
            around = _around(data, check, spec)
            details[check.id] = draw(replace(spec, layers=(*around, *marks.values(), *project)))
    return MapPictures(_overview(data, project), conflicts, details)


def _overview(data: MapData, project: tuple[MapLayer, ...]) -> Picture:
    spec = _spec(data, _box(project[0].geometries), OVERVIEW_MM)
    ground = data.layer(GROUND, spec.view)
    controls = (
        replace(layer, outlined=True, labels=None)
        for dataset in CONTROLS
        for layer in data.layer(dataset, spec.view)
    )
    return draw(replace(spec, layers=(*ground, *controls, *_names(data, spec), *project)))


def _conflict(
    data: MapData, check: CheckResult, marks: dict[Bearing, MapLayer], project: tuple[MapLayer, ...]
) -> Picture:
    reach, spots = _reach(data, check), _spots(data, [*marks.values()])
    areas = [_areas(layer) for layer in marks.values()]
    shown = [layer for layer in (*areas, *reach, *spots) if len(layer.geometries)]
    everything = np.concatenate([layer.geometries for layer in (*shown, project[0])])
    spec = _spec(data, _box(everything), CONFLICT_MM)
    return draw(replace(spec, layers=(*_around(data, check, spec), *shown, *project)))


def _around(data: MapData, check: CheckResult, spec: MapSpec) -> Iterator[MapLayer]:
    """What the check was made against: over a pale land-use map, unless it covers the ground itself."""
    met = [dataset for dataset in dict.fromkeys(hit.dataset for hit in check.hits) if dataset != GROUND]
    covering = [dataset for dataset in met if layers.schema(dataset).coverage]
    if not covering:
        title = "地类图斑（底图）" if data.lang == "zh" else "Land use (ground)"
        for layer in data.layer(GROUND, spec.view, faded=True):
            yield replace(layer, title=title)
    for dataset in met:
        for layer in data.layer(dataset, spec.view):
            if not covering or dataset == covering[0]:
                yield layer
            else:
                yield replace(layer, outlined=True, labels=None if dataset in covering else layer.labels)
    yield from _names(data, spec)


def _names(data: MapData, spec: MapSpec) -> Iterator[MapLayer]:
    """Divisions, as lines and names."""
    for dataset in NAMES:
        yield from data.layer(dataset, spec.view)


def _marks(data: MapData, check: CheckResult, profile: ReviewProfile) -> dict[Bearing, MapLayer]:
    """What a check met, by how it bears on the verdict, in the plane; empty where there is nothing to show."""
    found: dict[Bearing, list[Any]] = {}
    for hit in check.hits:
        how = bearing(check, hit, profile)
        if how is not None and hit.geometry is not None:
            found.setdefault(how, []).append(shapely.from_wkb(hit.geometry))
    marked = {}
    for how in ORDER:
        if how in found:
            shapes: Any = np.array(found[how], object)
            marked[how] = MapLayer(mark_style(how).title(data.lang), mark_style(how), data.in_plane(shapes))
    return marked


def _areas(layer: MapLayer) -> MapLayer:
    return replace(layer, geometries=layer.geometries[shapely.get_dimensions(layer.geometries) == 2])


def _spots(data: MapData, marked: Sequence[MapLayer]) -> list[MapLayer]:
    """Rings around points that were met."""
    points = np.concatenate([layer.geometries for layer in marked])
    points = points[shapely.get_dimensions(points) == 0]
    style = mark_style("spot")
    return [MapLayer(style.title(data.lang), style, points, legend=False)] if len(points) else []


def _reach(data: MapData, check: CheckResult) -> list[MapLayer]:
    """The ring in which the check looked around the project, if it did."""
    reach = max(check.tolerances.get(key, 0.0) for key in ("buffer_m", "reach_m"))
    if reach <= 0:
        return []
    style = mark_style("buffer")
    words = f"周边 {reach:g} 米范围" if data.lang == "zh" else f"within {reach:g} m"
    return [MapLayer(words, style, np.array([shapely.buffer(_whole(data), reach, quad_segs=32)], object))]


def _whole(data: MapData) -> Any:
    return shapely.union_all([parcel.polygon_plane for parcel in data.review.project.parcels])


def _tiny(marks: dict[Bearing, MapLayer], picture: Picture) -> Plane | None:
    """A box around the biggest piece of the gravest kind, where it would hardly be seen on the picture."""
    gravest = marks[next(how for how in reversed(ORDER) if how in marks)]
    flat = shapely.get_parts(_areas(gravest).geometries)
    if not len(flat):
        return None
    piece = flat[int(np.argmax(shapely.area(flat)))]
    west, south, east, north = piece.bounds
    span, width = max(east - west, north - south), 2 * piece.area / max(piece.length, 1e-9)
    millimetre = picture.scale / 1000
    if span >= TINY_MM * millimetre and width >= TINY_MM / 10 * millimetre:
        return None
    half = min(span * 0.8, max(width * 20, 5.0))
    x, y = shapely.get_coordinates(piece.representative_point())[0]
    return float(x - half), float(y - half), float(x + half), float(y + half)


def _spec(data: MapData, box: Plane, height_mm: float) -> MapSpec:
    day = date_words(data.review.today, data.lang)
    note = (
        f"数据来源：见“数据依据表”\n制图日期：{day}"
        if data.lang == "zh"
        else f"Sources: table “Data used”\nDrawn {day}"
    )
    return MapSpec(box, data.zone, (), height_mm=height_mm, note=note, lang=data.lang, focus=_whole(data))


def _project(data: MapData) -> tuple[MapLayer, ...]:
    """The project's outline, then its boundary points, if any."""
    style, corner = mark_style("project"), mark_style("corner")
    parcels = data.review.project.parcels
    shapes: Any = np.array([parcel.polygon_plane for parcel in parcels], object)
    outline = MapLayer(style.title(data.lang), style, shapes)
    found = corners(data.review)
    if not found.labels:
        return (outline,)
    points = MapLayer(corner.title(data.lang), corner, found.places, labels=found.labels, away=found.away)
    return outline, points


def _box(shapes: GeometryArray) -> Plane:
    west, south, east, north = shapely.total_bounds(shapes)
    more = AROUND * max(east - west, north - south, LEAST_SPAN)
    return float(west - more), float(south - more), float(east + more), float(north + more)
