"""The layers under a report's maps, as the review read them; each part of the ground is read once for all maps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pyarrow as pa
import shapely

from guotu.analysis.cartography import MapLayer, layer_style
from guotu.apps.approval.result import BasisEntry, Review
from guotu.errors import GuotuError, Lang
from guotu.kernel.coords import transform
from guotu.model.arrays import GeometryArray
from guotu.model.change import GEOMETRY
from guotu.model.datum import CGCS2000, GaussKruger
from guotu.model.query import Box, Query
from guotu.model.time import AsOf, Version, parse_as_of
from guotu.standards.presentation import presentation
from guotu.store.reading import Reader

AHEAD = 0.1
"""Share of a box read beyond its edges, so that the next map of nearly the same place finds it read."""

Plane = tuple[float, float, float, float]


@dataclass
class MapData:
    """Layers around a project in its plane, cut out of the versions its review cites."""

    review: Review
    reader: Reader
    lang: Lang
    _read: dict[str, tuple[Plane, MapLayer | None]] = field(default_factory=dict)

    @property
    def zone(self) -> GaussKruger:
        return self.review.project.zone

    def in_plane(self, shapes: GeometryArray) -> GeometryArray:
        """Geometries in degrees, on the project's plane."""
        return transform(shapes, CGCS2000, self.zone) if len(shapes) else shapes

    def layer(self, dataset: str, box: Plane, *, faded: bool = False) -> Iterator[MapLayer]:
        """The features of a dataset that meet a box; nothing where there are none, or where they may not be read."""
        held = self._read.get(dataset)
        if held is None or not _holds(held[0], box):
            wide = _widened(box)
            held = self._read[dataset] = wide, self._load(dataset, wide)
        if held[1] is not None:
            yield replace(held[1], faded=faded)

    def _load(self, dataset: str, box: Plane) -> MapLayer | None:
        table = self._table(dataset, _degrees(box, self.zone))
        if table is None or not table.num_rows:
            return None
        style, shown = layer_style(dataset), presentation(dataset)
        shapes = self.in_plane(shapely.from_wkb(table.column(GEOMETRY).to_numpy(zero_copy_only=False)))
        classes = table.column(style.field).to_pylist() if style.field in table.column_names else None
        labels = table.column(shown.label).to_pylist() if shown.label in table.column_names else None
        return MapLayer(self.title(dataset), style, shapes, classes, labels)

    def _table(self, dataset: str, box: Box) -> pa.Table | None:
        wanted = dict.fromkeys(f for f in (layer_style(dataset).field, presentation(dataset).label) if f)
        try:
            known = self.reader.schema(dataset).codes
            columns = tuple(code for code in wanted if code in known)
            parts = [
                self.reader.table(replace(query, box=box, columns=columns))
                for query in self._queries(dataset)
            ]
        except GuotuError:
            return None  # a map without a layer that cannot be read is still a map; the checks say why
        return pa.concat_tables(parts) if parts else None

    def _queries(self, dataset: str) -> Iterator[Query]:
        """What to read: the versions the review cites; layers that it did not need, at its own moment."""
        at = parse_as_of(self.review.as_of)
        cited = [entry for entry in self.review.basis if entry.dataset == dataset and entry.version]
        if isinstance(at, date) or not cited:
            yield Query(dataset, at=at)
            return
        heads = {str(state.stream): state.head.label for state in self.reader.states(dataset)}
        for entry in cited:
            partition = entry.stream.partition("/")[2]
            yield Query(dataset, partitions=(partition,), at=_moment(entry, heads))

    def title(self, dataset: str) -> str:
        """What a layer is called: as the review cites it, else as its schema does."""
        entry = next((entry for entry in self.review.basis if entry.dataset == dataset), None)
        if entry is not None:
            return entry.title.in_(self.lang)
        schema = self.reader.schema(dataset)
        return schema.name if self.lang == "zh" else schema.name_en


def _moment(entry: BasisEntry, heads: dict[str, str]) -> AsOf:
    """None where the stream still stands at the version cited: the newest state is the quickest to read."""
    if heads.get(entry.stream) == entry.version:
        return None
    return Version.parse(entry.version.partition("#")[0])


def _holds(outer: Plane, inner: Plane) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


def _widened(box: Plane) -> Plane:
    west, south, east, north = box
    more = AHEAD * max(east - west, north - south)
    return west - more, south - more, east + more, north + more


def _degrees(box: Plane, zone: GaussKruger) -> Box:
    """The box in degrees, its edges followed closely enough that nothing at the middle of an edge is missed."""
    edge = shapely.segmentize(shapely.box(*box), max(box[2] - box[0], box[3] - box[1]) / 8)
    corners = shapely.get_coordinates(transform(np.array([edge], object), zone, CGCS2000))
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    return float(west), float(south), float(east), float(north)
