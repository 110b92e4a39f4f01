"""Everything that ever happened on a piece of land: versions of every dataset, in the order of their days, and what binds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa
import shapely

from guotu.errors import GuotuError
from guotu.errors.store import FEATURE_UNKNOWN
from guotu.kernel.area import ellipsoid_area
from guotu.kernel.overlay import overlap_areas_wkb
from guotu.model.arrays import Float64Array
from guotu.model.change import ENDED, FID, GEOMETRY, LINEAGE, SEQ, SYSTEM_COLUMNS
from guotu.model.dataset import Commit, StreamName
from guotu.model.query import Box, Query
from guotu.model.relation import Relation
from guotu.model.schema import GeometryKind
from guotu.standards.presentation import presentation
from guotu.standards.relations import relations, stages
from guotu.store.reading import Reader

MOST: Final = 2000
"""Versions told of one dataset."""
SMALLEST_M2: Final = 1.0
_EPS: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: an object `appeared`, `changed` or `ended`.

    `day` is the business date of its stage where the object tells one, else the day the edition describes. `share` is the part
    of the place it lies on (None for points and lines), `changes` the fields that changed: before → after.
    """

    day: date
    dataset: str
    feature: str
    kind: str
    zh: str
    en: str
    name: str
    version: str
    area_m2: float | None
    share: float | None
    attributes: Mapping[str, Any]
    changes: Mapping[str, tuple[Any, Any]]

    def as_json(self) -> dict[str, Any]:
        changes = {
            name: {"before": plain(old), "after": plain(new)} for name, (old, new) in self.changes.items()
        }
        return {
            "day": self.day.isoformat(),
            "dataset": self.dataset,
            "feature": self.feature,
            "kind": self.kind,
            "title": self.zh,
            "title_en": self.en,
            "name": self.name,
            "version": self.version,
            "area_m2": self.area_m2,
            "share": self.share,
            "attributes": {name: plain(value) for name, value in self.attributes.items()},
            "changes": changes,
        }


@dataclass(frozen=True, slots=True)
class Link:
    """Two objects that belong together: of a declared relation (`keys`, `place`), or one from the other (`lineage`)."""

    relation: str
    first: tuple[str, str]
    second: tuple[str, str]
    by: str
    share: float | None

    def as_json(self) -> dict[str, Any]:
        first, second = ({"dataset": each[0], "feature": each[1]} for each in (self.first, self.second))
        return {
            "relation": self.relation,
            "first": first,
            "second": second,
            "by": self.by,
            "share": self.share,
        }


@dataclass(frozen=True, slots=True)
class Story:
    """The events of a place, oldest first; `cut` names datasets of which not every version is told."""

    area_m2: float
    events: tuple[Event, ...]
    links: tuple[Link, ...]
    basis: Mapping[str, str]
    cut: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "area_m2": self.area_m2,
            "events": [event.as_json() for event in self.events],
            "links": [link.as_json() for link in self.links],
            "basis": dict(self.basis),
            "cut": list(self.cut),
        }


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True)
class _Version:
    """One version of an object at the place."""

    stream: StreamName
    row: dict[str, Any]
    area: float | None

    @property
    def object(self) -> tuple[str, str]:
        return self.stream.dataset, self.row[FID].hex()


def story(reader: Reader, datasets: Sequence[str], place: Any) -> Story:
    """What happened at a point or on a polygon (degrees on CGCS2000), as far as the reader may see it.

    Objects that share less than 1 m² with a polygon are neighbours and left out.
    Raises   GT-4003 for a dataset the reader may not open
    """
    size = float(ellipsoid_area(np.array([place], object))[0]) if place.geom_type.endswith("Polygon") else 0.0
    events: list[Event] = []
    present: list[_Version] = []
    basis, cut = {}, []
    for dataset in datasets:
        if reader.schema(dataset).geometry is GeometryKind.NONE:
            continue
        for state in reader.heads(dataset):
            commits = reader.store.commits(state.stream)
            versions, whole = _versions(reader, state.stream, place)
            events += _events(versions, commits, size)
            present += [version for version in versions if version.row[ENDED] is None]
            if versions:
                basis[str(state.stream)] = state.head.label
            if not whole:
                cut.append(str(state.stream))
    events.sort(key=lambda event: (event.day, event.dataset, event.feature))
    links = (*_bound(present), *_descent(reader, present))
    return Story(size, tuple(events), links, basis, tuple(cut))


def _versions(reader: Reader, stream: StreamName, place: Any) -> tuple[list[_Version], bool]:
    """Versions of objects that were ever at the place, by object and age; whether that is all of them."""
    west, south, east, north = place.bounds
    box: Box = (west - _EPS, south - _EPS, east + _EPS, north + _EPS)
    table = reader.ever(Query(stream.dataset, (stream.partition,), box=box))
    areas = _shared(table, place)
    rows = table.to_pylist()
    at = [number for number, area in enumerate(areas) if area is not None]
    kept = [_Version(stream, rows[n], None if np.isnan(areas[n]) else areas[n]) for n in at[:MOST]]  # type: ignore[arg-type]
    return kept, len(at) <= MOST


def _shared(table: pa.Table, place: Any) -> list[float | None]:
    """m² that each row shares with the place, NaN where it meets it without area, None where it does not."""
    wkb = table[GEOMETRY].combine_chunks()
    shapes = shapely.from_wkb(np.array(wkb.to_pylist(), dtype=object))
    meets = shapely.intersects(place, shapes)
    found: list[float | None] = [float("nan") if hit else None for hit in meets.tolist()]
    if not place.geom_type.endswith("Polygon") or not len(shapes):
        return found
    flat = np.flatnonzero(np.isin(shapely.get_type_id(shapes), (3, 6)))
    areas: Float64Array = overlap_areas_wkb(place, wkb.take(pa.array(flat)), None)
    for number, area in zip(flat.tolist(), areas.tolist(), strict=True):
        found[number] = area if area >= SMALLEST_M2 else None
    return found


def _events(versions: list[_Version], commits: list[Commit], size: float) -> Iterator[Event]:
    """Appearing, changing and ending of each object, from its versions in order."""
    for number, version in enumerate(versions):
        before = versions[number - 1] if number else None
        after = versions[number + 1] if number + 1 < len(versions) else None
        began = before is None or before.object != version.object or before.row[ENDED] != version.row[SEQ]
        commit = _commit(commits, version.row[SEQ])
        yield _event(version, commit, size, None if began else before)
        follows = (
            after is not None and after.object == version.object and after.row[SEQ] == version.row[ENDED]
        )
        if version.row[ENDED] is not None and not follows:
            ended = _commit(commits, version.row[ENDED])
            day = ended.note.data_date or ended.at.date()
            yield _told(version, day, "ended", "注销或移出", "ended or moved away", ended, size, {})


def _event(version: _Version, commit: Commit, size: float, before: _Version | None) -> Event:
    described = commit.note.data_date or commit.at.date()
    if before is not None:
        changes = {
            name: (before.row[name], value)
            for name, value in version.row.items()
            if name not in (*SYSTEM_COLUMNS, ENDED) and before.row[name] != value
        }
        return _told(version, described, "changed", "变更", "changed", commit, size, changes)
    stage = stages().get(version.stream.dataset)
    day = version.row.get(stage.date) if stage and stage.date else None
    zh, en = (stage.title, stage.title_en) if stage else ("出现", "appeared")
    return _told(version, day or described, "appeared", zh, en, commit, size, {})


def _told(  # noqa: PLR0913
    version: _Version, day: date, kind: str, zh: str, en: str, commit: Commit, size: float,
    changes: Mapping[str, tuple[Any, Any]],
) -> Event:  # fmt: skip
    dataset, feature = version.object
    attributes = {
        name: value
        for name, value in version.row.items()
        if name not in (*SYSTEM_COLUMNS, ENDED) and value not in (None, "")
    }
    share = None if version.area is None or not size else min(version.area / size, 1.0)
    name = presentation(dataset).name(version.row, feature[:8])
    return Event(
        day, dataset, feature, kind, zh, en, name, commit.label, version.area, share, attributes, changes
    )


def _commit(commits: list[Commit], seq: int) -> Commit:
    """The commit that an entry belongs to."""
    return next(commit for commit in commits if commit.first <= seq <= commit.version.seq)


def _bound(present: list[_Version]) -> Iterator[Link]:
    """Present objects of the place that a declared relation binds: by keys, or by the ground they share."""
    for relation in relations().values():
        firsts = [version for version in present if version.stream.dataset == relation.first]
        seconds = [version for version in present if version.stream.dataset == relation.second]
        for one in firsts:
            for other in seconds:
                yield from _link(relation, one, other)


def _link(relation: Relation, one: _Version, other: _Version) -> Iterator[Link]:
    share = _share(one, other) if relation.share is not None else None
    named = any(
        one.row.get(first) and one.row.get(first) == other.row.get(second) for first, second in relation.keys
    )
    if named or (share is not None and relation.share is not None and share >= relation.share):
        yield Link(relation.id, one.object, other.object, "keys" if named else "place", share)


def _share(one: _Version, other: _Version) -> float | None:
    """Part of the second's ground that lies on the first."""
    shapes = [shapely.from_wkb(version.row[GEOMETRY]) for version in (one, other)]
    if any(not shape.geom_type.endswith("Polygon") for shape in shapes):
        return None
    wkb = pa.array([one.row[GEOMETRY]], pa.binary())
    whole = float(ellipsoid_area(np.array([shapes[1]], object))[0])
    return float(overlap_areas_wkb(shapes[1], wkb, None)[0]) / whole if whole else None


def _descent(reader: Reader, present: list[_Version]) -> Iterator[Link]:
    """From whom present objects took their ground."""
    for version in present:
        plan = reader.plan(version.stream.dataset)
        try:
            past = reader.store.history(version.stream, version.row[FID], plan)
        except GuotuError as failure:
            if failure.kind is not FEATURE_UNKNOWN:
                raise
            continue
        for steps in past[LINEAGE].to_pylist():
            for step in steps or ():
                heir = version.object
                yield Link("lineage", (heir[0], step["fid"].hex()), heir, "lineage", step["part"])
