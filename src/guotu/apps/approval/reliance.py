"""Whether a layer can carry a verdict at the project's place: held, seen whole, not too old, and answering for all of its land.

What territory a layer answers for, in this order: the coverage the catalogue gives; the divisions its streams are named after,
where the land-use parcels tell which divisions the project lies in; the box around its features, where there are none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from guotu.apps.approval.case import Case, Doubt
from guotu.apps.approval.result import BasisEntry
from guotu.apps.approval.sites import Site
from guotu.apps.approval.sources import Layer
from guotu.apps.approval.words import Text
from guotu.errors import GuotuError
from guotu.kernel.overlay import overlap_areas_wkb
from guotu.standards import divisioncode


@dataclass(frozen=True, slots=True)
class Territory:
    """Which partitions of the land-use parcels a project lies in (m² each), and how much of it they do not cover.

    `known` is False where no land-use parcels are held.
    """

    partitions: Mapping[str, float]
    uncovered: float
    known: bool


def doubts(case: Case, layer: Layer, territory: Territory) -> list[Doubt]:
    """Every reason against relying on a layer; empty for one that can carry a verdict."""
    if not layer.held:
        return [_doubt(layer, entry) for entry in layer.entries]
    found = []
    if layer.restricted:
        title = layer.rule.title
        zh, en = f"权限只允许看到{title.zh}的一部分", f"{title.en}: only part of it may be seen"
        found.append(Doubt(layer.dataset, Text(zh, en)))
    found += [_doubt(layer, entry) for entry in layer.entries if entry.reason and _concerns(entry, territory)]
    if layer.rule.extent == "partition":
        missing = _uncovered(case, layer, territory)
        if missing >= case.profile.tolerances.verdict_m2:
            found.append(Doubt(layer.dataset, _partly(layer, missing)))
    return found


def lacking(layer: Layer, *columns: str) -> list[Doubt]:
    """A doubt for every field that a check needs and the layer does not show."""
    if not layer.held:
        return []
    title = layer.rule.title
    return [
        Doubt(
            layer.dataset, Text(f"{title.zh}缺少可读字段 {code}", f"{title.en}: field {code} cannot be read")
        )
        for code in columns
        if code not in layer.columns
    ]


def _doubt(layer: Layer, entry: BasisEntry) -> Doubt:
    assert entry.reason is not None
    return Doubt(layer.dataset, entry.reason)


def _partly(layer: Layer, missing_m2: float) -> Text:
    title = layer.rule.title
    return Text(
        f"{title.zh}未覆盖项目的 {missing_m2:.2f} 平方米",
        f"{title.en} does not cover {missing_m2:.2f} m² of the project",
    )


def _concerns(entry: BasisEntry, territory: Territory) -> bool:
    """Whether a stream bears on the project: it answers for a division that the project lies in, or nobody knows which that is."""
    partition = entry.stream.partition("/")[2]
    return not territory.partitions or any(_within(place, partition) for place in territory.partitions)


def _within(place: str, claim: str) -> bool:
    try:
        return divisioncode.contains(claim, place)
    except GuotuError:
        return place == claim


def _uncovered(case: Case, layer: Layer, territory: Territory) -> float:
    """Square metres of the project that the layer does not answer for."""
    if layer.coverage is not None:
        return math.fsum(_outside(case, site, layer) for site in case.sites)
    claims = [state.stream.partition for state in layer.states]
    if territory.known:
        everywhere = any(_within("", claim) for claim in claims)
        foreign = [
            area
            for place, area in sorted(territory.partitions.items())
            if not any(_within(place, claim) for claim in claims)
        ]
        return math.fsum(foreign) + (0.0 if everywhere else territory.uncovered)
    return math.fsum(case.statutory(site) for site in case.sites if not _boxed(site, layer))


def _outside(case: Case, site: Site, layer: Layer) -> float:
    wkb = pa.array([shapely.to_wkb(layer.coverage)], pa.binary())
    zone = case.project.zone if case.profile.area_kind == "plane" else None
    covered = float(np.nan_to_num(overlap_areas_wkb(site.lonlat, wkb, zone))[0])
    return max(case.statutory(site) - covered, 0.0)


def _boxed(site: Site, layer: Layer) -> bool:
    """Whether some stream's features surround the parcel."""
    west, south, east, north = site.lonlat.bounds
    for state in layer.states:
        box = state.extent
        if box is not None and box[0] <= west and box[1] <= south and box[2] >= east and box[3] >= north:
            return True
    return False
