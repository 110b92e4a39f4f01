"""One review in the making: what every check is given, and how hits, sums and doubts are written down."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import shapely

from guotu.apps.approval.pieces import (
    Pieces,
    measure,
    measure_all,
    off_plane,
    on_plane,
    shared_shapes,
    slivers,
)
from guotu.apps.approval.profile import ProjectKind, ReviewProfile
from guotu.apps.approval.request import ReviewRequest
from guotu.apps.approval.result import BasisEntry, CheckResult, Hit, Total, Verdict, worst
from guotu.apps.approval.sites import Site, hectares_of, look_up_boxes
from guotu.apps.approval.sources import Layer, Layers, Rows
from guotu.apps.approval.words import Text
from guotu.kernel.area import ellipsoid_area, ellipsoid_area_wkb
from guotu.kernel.overlay import difference
from guotu.model.arrays import GeometryArray
from guotu.model.project import ProjectBoundary

SLIVER = Text("压盖误差，列出不计", "sliver at the layer's edge, listed, not counted")

TitleOf = Callable[[Mapping[str, Any]], Text]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a layer cannot carry a verdict here."""

    dataset: str
    reason: Text


@dataclass(frozen=True)
class Case:
    """The project, the request, the rules and the layers of one review."""

    project: ProjectBoundary
    sites: tuple[Site, ...]
    request: ReviewRequest
    kind: ProjectKind
    profile: ReviewProfile
    layers: Layers
    today: date
    _made: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: str, make: Callable[[Case], Any]) -> Any:
        """What several checks need, made when first asked for."""
        if key not in self._made:
            self._made[key] = make(self)
        return self._made[key]

    @property
    def drop(self) -> float:
        return self.profile.tolerances.drop_m2

    def near(self, site: Site, layer: Layer, columns: Sequence[str], margin_m: float = 0.0) -> Rows:
        """Features whose boxes come within `margin_m` of the parcel's."""
        boxes = site.boxes if margin_m == 0 else look_up_boxes(site.lonlat, margin_m)
        return self.layers.near(layer, boxes, columns)

    def pieces(self, layer: Layer, columns: Sequence[str]) -> list[Pieces]:
        """What every parcel of the project shares with a layer, measured once."""
        made: list[Pieces] = self.once(layer.dataset, lambda _: self.under(layer, columns, self.sites))
        return made

    def measure_together(self, wanted: Mapping[str, Sequence[str]]) -> None:
        """Measure several layers (dataset → columns) at once, for `pieces` to give; the same answers, sooner."""
        layers = {dataset: self.layers.open(dataset) for dataset in wanted}
        zone = self.project.zone
        for site in self.sites:
            asked = [(layer, wanted[dataset]) for dataset, layer in layers.items()]
            rows = self.layers.near_all(asked, site.boxes)
            for dataset, pieces in zip(layers, measure_all(site, rows, zone, self.drop), strict=True):
                self._made.setdefault(dataset, []).append(pieces)

    def under(self, layer: Layer, columns: Sequence[str], sites: Iterable[Site]) -> list[Pieces]:
        """What these parcels share with a layer."""
        zone = self.project.zone
        return [measure(site, self.near(site, layer, columns), zone, self.drop) for site in sites]

    def statutory(self, site: Site) -> float:
        """The parcel's area that hectares come from."""
        return site.area_plane if self.profile.area_kind == "plane" else site.area_ellipsoid

    def conflicts(
        self, pieces: Pieces, columns: Sequence[str], title: TitleOf, shape: Any = None
    ) -> list[Hit]:
        """A hit with its geometry for every piece; slivers are marked and not counted. `shape` as in `measure`."""
        if not len(pieces):
            return []
        shapes = shared_shapes(pieces, shape)
        thin = slivers(pieces.plane, shapes, self.project.zone, self.profile.tolerances)
        shares = pieces.ellipsoid / np.maximum(ellipsoid_area_wkb(pieces.rows.wkb), 1e-9)
        return [
            replace(
                hit,
                counted=not thin[index],
                note=SLIVER if thin[index] else None,
                share=min(float(shares[index]), 1.0),
                geometry=bytes(shapely.to_wkb(shapes[index])),
            )
            for index, hit in enumerate(plain_hits(pieces, columns, title, self.profile.area_kind))
        ]

    def remainder(self, site: Site, layer: Layer, covering: GeometryArray, title: Text) -> list[Hit]:
        """What of a parcel none of these features (degrees) covers: what counts in one hit, its slivers in another.

        Cut on the project's plane, where the edges of all parcels and features are straight.
        """
        zone = self.project.zone
        rest = difference(site.plane, np.array([on_plane(shape, zone) for shape in covering], dtype=object))
        parts = shapely.get_parts(np.array([rest], dtype=object))
        areas = shapely.area(parts)
        parts, areas = parts[areas >= self.drop], areas[areas >= self.drop]
        thin = slivers(areas, parts, None, self.profile.tolerances)
        return [
            self._gap(site, layer, title, parts[mask], counted)
            for mask, counted in ((~thin, True), (thin, False))
            if mask.any()
        ]

    def _gap(self, site: Site, layer: Layer, title: Text, parts: GeometryArray, counted: bool) -> Hit:
        plane = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
        shape = off_plane(plane, self.project.zone)
        areas = float(plane.area), float(ellipsoid_area(np.array([shape], dtype=object))[0])
        entry = layer.entries[0]
        return Hit(
            dataset=layer.dataset,
            stream=entry.stream,
            feature="",
            version=entry.version,
            parcel=site.number,
            title=title,
            attributes={},
            area_m2=areas[0],
            area_ellipsoid_m2=areas[1],
            area_ha=hectares_of(areas[0] if self.profile.area_kind == "plane" else areas[1]),
            counted=counted,
            note=None if counted else SLIVER,
            geometry=bytes(shapely.to_wkb(shape)),
        )

    def total(self, key: str, title: Text, hits: Iterable[Hit]) -> Total:
        """The sum of hits that count."""
        counted = [hit for hit in hits if hit.counted]
        return self.sum(
            key, title, [hit.area_m2 for hit in counted], [hit.area_ellipsoid_m2 for hit in counted]
        )

    def sum(self, key: str, title: Text, plane: Iterable[float], ellipsoid: Iterable[float]) -> Total:
        """A sum of areas in m²."""
        pair = (math.fsum(plane), math.fsum(ellipsoid))
        return Total(
            key, title, *pair, hectares_of(pair[0] if self.profile.area_kind == "plane" else pair[1])
        )

    def matters(self, total: Total) -> bool:
        """Whether a sum decides a verdict."""
        area = total.area_m2 if self.profile.area_kind == "plane" else total.area_ellipsoid_m2
        return area >= self.profile.tolerances.verdict_m2

    def settle(
        self, found: CheckResult, layers: Sequence[Layer], doubts: Sequence[Doubt] = ()
    ) -> CheckResult:
        """The result with its basis and tolerances; doubts make it `unknown`, save a `fail` that rests on a layer beyond doubt."""
        known, verdict, reason = self.profile.tolerances, found.verdict, found.reason
        shown = {
            name: getattr(known, name) for name in ("drop_m2", "sliver_m2", "sliver_width_m", "verdict_m2")
        }
        if doubts:
            doubted = {doubt.dataset for doubt in doubts}
            sure = verdict is Verdict.FAIL and any(hit.dataset not in doubted for hit in found.counted)
            verdict = Verdict.FAIL if sure else Verdict.UNKNOWN
            reason = _doubtful(doubts, reason, sure)
        return replace(
            found,
            verdict=verdict,
            reason=reason,
            basis=tuple(entry for layer in layers for entry in _cited(layer, doubts)),
            tolerances={**shown, **found.tolerances},
            area_kind=self.profile.area_kind,
        )


def _cited(layer: Layer, doubts: Sequence[Doubt]) -> tuple[BasisEntry, ...]:
    """The layer's entries, those without a fault of their own marked with what the place lacks."""
    reasons = [doubt.reason for doubt in doubts if doubt.dataset == layer.dataset]
    return tuple(
        entry.marked(reasons[-1]) if reasons and entry.reason is None else entry for entry in layer.entries
    )


def both(findings: Sequence[tuple[Verdict, Text]]) -> tuple[Verdict, Text]:
    """The most decisive verdict of several findings, and all their sentences."""
    zh, en = "".join(text.zh for _, text in findings), " ".join(text.en for _, text in findings)
    return worst(verdict for verdict, _ in findings), Text(zh, en)


def _doubtful(doubts: Sequence[Doubt], found: Text, sure: bool) -> Text:
    zh = "；".join(dict.fromkeys(doubt.reason.zh for doubt in doubts))
    en = "; ".join(dict.fromkeys(doubt.reason.en for doubt in doubts))
    if sure:
        return Text(f"{found.zh}另：{zh}。", f"{found.en} Besides: {en}.")
    return Text(
        f"无法判定：{zh}。现有数据所见：{found.zh}",
        f"Cannot be decided: {en}. What the data shows: {found.en}",
    )


def plain_hits(pieces: Pieces, columns: Sequence[str], title: TitleOf, area_kind: str) -> list[Hit]:
    """A hit without geometry for every piece, in the order of the rows."""
    rows, site = pieces.rows, pieces.site
    shown = [code for code in columns if code in rows.table.column_names]
    values = [rows.column(code) for code in shown]
    entries = {number: rows.layer.entry(str(state.stream)) for number, state in enumerate(rows.layer.states)}
    statutory = pieces.statutory(area_kind).tolist()
    plane, ellipsoid, fids = pieces.plane.tolist(), pieces.ellipsoid.tolist(), rows.fids()
    hits = []
    for index, stream in enumerate(rows.stream.tolist()):
        attributes = {code: _plain(column[index]) for code, column in zip(shown, values, strict=True)}
        hits.append(
            Hit(
                dataset=rows.layer.dataset,
                stream=entries[stream].stream,
                feature=fids[index],
                version=entries[stream].version,
                parcel=site.number,
                title=title(attributes),
                attributes=attributes,
                area_m2=plane[index],
                area_ellipsoid_m2=ellipsoid[index],
                area_ha=hectares_of(statutory[index]),
            )
        )
    return hits


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def figure(area: Total | Decimal) -> str:
    """Hectares as people read them."""
    return f"{area.area_ha if isinstance(area, Total) else area:.4f}"
