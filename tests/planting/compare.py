"""Judges a planted county by every rule and holds the findings against the truth, one for one."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

import shapely

from guotu.model.finding import Finding
from guotu.quality.exceptions import Exceptions
from guotu.quality.gate import Gate, Layer
from guotu.quality.layerset import SetLayer, check_layers
from guotu.quality.profile import GateProfile, gate_profile, profile_for
from guotu.standards.layers import schema
from planting.county import DIVISION, County, cut_parcels, reader
from planting.ground import Ground, Planted

EVERYTHING = 1_000_000


@dataclass(frozen=True)
class Outcome:
    """What was planted and not found, and what was found and not planted."""

    planted: int
    missed: list[Planted]
    extra: list[Finding]

    @property
    def exact(self) -> bool:
        return not self.missed and not self.extra


def judged(ground: Ground, exceptions: dict[str, Exceptions], *, at_once: int = 4096) -> Outcome:
    """Every finding of every layer and of the set, each matched with one planted error."""
    layers, rows = {}, {}
    for id, sheet in ground.sheets.items():
        layers[id], rows[id] = sheet.table()
    found: list[Finding] = []
    for id, table in layers.items():
        shape = schema(id)
        found += _alone(id, table, profile_for(shape), exceptions.get(id, Exceptions()), at_once)
    readers: dict[str, SetLayer] = {id: reader(id, table, at_once) for id, table in layers.items()}
    for id in ("jsydgzq-2010", "yjjbnttb-2020"):
        above = dataclasses.replace(reader(id, ground.county.layers[id]), superior=True, present=True)
        readers[f"{id} above"] = dataclasses.replace(above, name=f"{id} above", file="above.gpkg")
    found += check_layers(readers, _whole(gate_profile("layers"))).findings
    truth = [*ground.truth, *ground.settle()]
    return matched(truth, [each for each in found if each.excepted is None], rows)


def _whole(profile: GateProfile) -> GateProfile:
    return dataclasses.replace(profile, keep=EVERYTHING)


def _alone(
    id: str, table: object, profile: GateProfile, exceptions: Exceptions, at_once: int
) -> list[Finding]:
    gate = Gate(schema(id), Layer(id), _whole(profile), division=DIVISION, exceptions=exceptions)
    for batch in table.to_batches(max_chunksize=at_once):  # type: ignore[attr-defined]
        gate.feed(batch, gate.features + 1)
    shapes = table["geometry"]  # type: ignore[index]
    report = gate.finish(lambda wanted: {int(row): shapes[int(row) - 1].as_py() for row in wanted})
    return list(report.findings)


def matched(truth: list[Planted], found: list[Finding], rows: dict[str, dict[int, int]]) -> Outcome:
    """Pairs of what was planted and found; the more a planted error says of its place, the earlier it chooses."""
    waiting: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in found:
        waiting[(finding.rule, finding.place.layer or "")].append(finding)
    missed = []
    for planted in sorted(truth, key=lambda each: (each.mark is None, each.field is None, each.area is None)):
        candidates = waiting[(planted.rule, planted.layer)]
        hit = next((each for each in candidates if _is(planted, each, rows)), None)
        if hit is None:
            missed.append(planted)
        else:
            candidates.remove(hit)
    return Outcome(len(truth), missed, [each for left in waiting.values() for each in left])


def _is(planted: Planted, finding: Finding, rows: dict[str, dict[int, int]]) -> bool:
    place = finding.place
    if planted.mark is not None and place.row != rows[planted.layer].get(planted.mark):
        return False
    if planted.field is not None and place.field != planted.field:
        return False
    if planted.key is not None and place.key != planted.key:
        return False
    if planted.area is None:
        return True
    return place.coordinate is not None and bool(
        shapely.covers(planted.area, shapely.Point(place.coordinate))
    )


@cache
def prepared(county: County) -> dict[str, Exceptions]:
    """Exceptions for the parcels that the county's own lines have cut small, as its office would have approved them."""
    return cut_parcels(county)
