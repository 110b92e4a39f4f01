"""The maps of a report: one of the whole project on the land-use map, one for each check that met something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from guotu.analysis.cartography import MapLayer, MapSpec, Picture, draw, layer_style, mark_style
from guotu.apps.approval.result import CheckResult, Hit, Review
from guotu.errors import GuotuError, Lang
from guotu.kernel.coords import transform
from guotu.model.arrays import GeometryArray
from guotu.model.change import GEOMETRY
from guotu.model.datum import CGCS2000, GaussKruger
from guotu.model.query import Box, Query
from guotu.model.time import parse_as_of
from guotu.standards.presentation import presentation
from guotu.store.reading import Reader

GROUND = "xz.dltb"
AROUND = 0.35
"""Share of the shown size that is added on every side of what a map is about."""
LEAST_SPAN = 300.0
MOST_CORNERS = 60
LABELS_UP_TO = 400


@dataclass(frozen=True, slots=True)
class MapPictures:
    """The overview, and one picture a check, by the check's id."""

    overview: Picture
    conflicts: dict[str, Picture]


@dataclass(frozen=True, slots=True)
class _Desk:
    """What all maps of one review share."""

    review: Review
    reader: Reader
    lang: Lang

    @property
    def zone(self) -> GaussKruger:
        return self.review.project.zone

    def in_plane(self, shapes: GeometryArray) -> GeometryArray:
        return transform(shapes, CGCS2000, self.zone)


def for_review(review: Review, reader: Reader, lang: Lang = "zh") -> MapPictures:
    """Draw the maps of a review from the data it was made on."""
    desk = _Desk(review, reader, lang)
    conflicts = {check.id: _conflict(desk, check) for check in review.checks if _met(check)}
    return MapPictures(_overview(desk), conflicts)


def _met(check: CheckResult) -> tuple[Hit, ...]:
    """The hits of a check that a map can show; the land-use check is the overview itself."""
    return () if check.id == "landuse" else tuple(hit for hit in check.hits if hit.geometry is not None)


def _overview(desk: _Desk) -> Picture:
    project = _project_layers(desk)
    box = _box(project[0].geometries)
    datasets = (GROUND, "gh.czkfbj", "gh.yjjbntb", "gh.stbhhx", "xz.xzq")
    return _draw(desk, box, datasets, project)


def _conflict(desk: _Desk, check: CheckResult) -> Picture:
    hits = _met(check)
    marks = [_mark(desk, "conflict", [hit for hit in hits if hit.counted])]
    marks += [_mark(desk, "noted", [hit for hit in hits if not hit.counted])]
    project = _project_layers(desk)
    shown = [layer for layer in marks if len(layer.geometries)]
    everything = np.concatenate([layer.geometries for layer in (*shown, project[0])])
    datasets = tuple(dict.fromkeys((GROUND, *(hit.dataset for hit in hits))))
    return _draw(desk, _box(everything), datasets, (*shown, *project))


def _draw(
    desk: _Desk,
    box: tuple[float, float, float, float],
    datasets: tuple[str, ...],
    marks: tuple[MapLayer, ...],
) -> Picture:
    note = "内部使用" if desk.lang == "zh" else "For internal use"
    spec = MapSpec(box, desk.zone, (), note=note, lang=desk.lang)
    layers = [layer for dataset in datasets for layer in _layer(desk, dataset, spec)]
    return draw(MapSpec(box, desk.zone, (*layers, *marks), note=note, lang=desk.lang))


def _layer(desk: _Desk, dataset: str, spec: MapSpec) -> Iterator[MapLayer]:
    """The features of a dataset around, as they were when the review read them."""
    table = _read(desk, dataset, _degrees(spec.fitted, desk.zone))
    if table is None or not table.num_rows:
        return
    style, shown = layer_style(dataset), presentation(dataset)
    shapes = desk.in_plane(shapely.from_wkb(table.column(GEOMETRY).to_numpy(zero_copy_only=False)))
    classes = table.column(style.field).to_pylist() if style.field in table.column_names else None
    labels = table.column(shown.label).to_pylist() if shown.label in table.column_names else None
    few = table.num_rows <= LABELS_UP_TO
    title = _title(desk, dataset)
    yield MapLayer(title, style, shapes, classes, labels if few else None)


def _read(desk: _Desk, dataset: str, box: Box) -> pa.Table | None:
    at = parse_as_of(desk.review.as_of)
    wanted = tuple(dict.fromkeys(f for f in (layer_style(dataset).field, presentation(dataset).label) if f))
    try:
        known = desk.reader.schema(dataset).codes
        columns = tuple(field for field in wanted if field in known)
        return desk.reader.table(Query(dataset, box=box, at=at, columns=columns))
    except GuotuError:
        return None  # a map without a layer that cannot be read is still a map; the checks say why


def _title(desk: _Desk, dataset: str) -> str:
    entry = next((entry for entry in desk.review.basis if entry.dataset == dataset), None)
    return entry.title.in_(desk.lang) if entry else dataset


def _project_layers(desk: _Desk) -> tuple[MapLayer, ...]:
    style, corner = mark_style("project"), mark_style("corner")
    parcels = np.array([parcel.polygon_plane for parcel in desk.review.project.parcels], object)
    points = [point for parcel in desk.review.project.parcels for point in parcel.points]
    places = np.array([shapely.Point(point.easting, point.northing) for point in points], object)
    step = -(-len(points) // MOST_CORNERS)
    labels = [point.label if number % max(step, 1) == 0 else None for number, point in enumerate(points)]
    names = {"zh": (style.zh, corner.zh), "en": (style.en, corner.en)}[desk.lang]
    layers = [MapLayer(names[0], style, parcels)]
    if len(points):
        layers.append(MapLayer(names[1], corner, places, labels=labels))
    return tuple(layers)


def _mark(desk: _Desk, id: str, hits: list[Hit]) -> MapLayer:
    style = mark_style(id)
    shapes: Any = np.array([shapely.from_wkb(hit.geometry) for hit in hits], object)
    return MapLayer(style.zh if desk.lang == "zh" else style.en, style, desk.in_plane(shapes))


def _box(shapes: GeometryArray) -> tuple[float, float, float, float]:
    west, south, east, north = shapely.total_bounds(shapes)
    more = AROUND * max(east - west, north - south, LEAST_SPAN)
    return float(west - more), float(south - more), float(east + more), float(north + more)


def _degrees(box: tuple[float, float, float, float], zone: GaussKruger) -> Box:
    corners = shapely.get_coordinates(transform(np.array([shapely.box(*box)], object), zone, CGCS2000))
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    return float(west), float(south), float(east), float(north)
