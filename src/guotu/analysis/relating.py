"""Which objects of two datasets belong together: by ground, by keys, and whether their days run forwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa
import shapely

from guotu.kernel.area import equal_area_xy
from guotu.kernel.hilbert import hilbert_order
from guotu.kernel.similarity import overlap_pairs
from guotu.model.arrays import Float64Array, GeometryArray
from guotu.model.change import FID, GEOMETRY
from guotu.model.query import Query
from guotu.model.relation import Relation
from guotu.model.schema import GeometryKind
from guotu.model.time import AsOf
from guotu.store.reading import Reader

PIECE: Final = 256
"""Objects, neighbours, whose surroundings are read in one go."""
SMALLEST_M2: Final = 1.0
PAIRS: Final = pa.schema(
    [
        ("first", pa.binary(16)), ("second", pa.binary(16)), ("area_m2", pa.float64()),
        ("share_of_first", pa.float64()), ("share_of_second", pa.float64()),
    ]
)  # fmt: skip
"""A spatial relation as a table: what two polygons share, m² on the ellipsoid, and which part of each that is."""


@dataclass(frozen=True, slots=True)
class Partner:
    """What binds an object to one of the other dataset."""

    fid: bytes
    by: tuple[str, ...]
    """`keys`, `place` or both."""
    share: float | None


@dataclass(frozen=True, slots=True)
class Bond:
    """An object of a relation's second dataset and its partners in the first, with what is wrong (empty: nothing)."""

    fid: bytes
    partners: tuple[Partner, ...]
    faults: tuple[str, ...]
    """`alone`, `backwards` (days) or `elsewhere` (the key names one object, the ground belongs to another)."""


def shared_ground(reader: Reader, first: str, second: str, at: AsOf = None) -> Iterator[pa.RecordBatch]:
    """Every pair of polygons of two datasets that share at least 1 m², in pieces of the map (`PAIRS`).

    Memory holds a batch of the second dataset and, of the first, what lies around a few hundred neighbours. Layers that are no
    polygons share nothing.
    """
    for batch in reader.batches(Query(second, at=at, columns=())):
        ours = _polygons(batch)
        given = np.flatnonzero(~shapely.is_empty(ours))
        boxes = shapely.bounds(ours[given])
        order = hilbert_order(boxes) if len(given) else given
        for start in range(0, len(order), PIECE):
            chosen = order[start : start + PIECE]
            west, south = boxes[chosen, :2].min(axis=0).tolist()
            east, north = boxes[chosen, 2:].max(axis=0).tolist()
            around = reader.table(Query(first, box=(west, south, east, north), at=at, columns=()))
            yield _pairs(around, batch.take(pa.array(given[chosen])), ours[given[chosen]])


def _pairs(around: pa.Table, rows: pa.RecordBatch, ours: GeometryArray) -> pa.RecordBatch:
    theirs = _polygons(around)
    flat, mine = _flat(theirs), _flat(ours)
    i, j, area = overlap_pairs(flat, mine)
    counts = area >= SMALLEST_M2
    i, j, area = i[counts], j[counts], area[counts]
    columns = [
        around[FID].take(pa.array(i)).combine_chunks().cast(pa.binary(16)),
        rows.column(FID).take(pa.array(j)).cast(pa.binary(16)),
        pa.array(area),
        pa.array(np.minimum(area / shapely.area(flat)[i], 1.0)),
        pa.array(np.minimum(area / shapely.area(mine)[j], 1.0)),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=PAIRS)


def bonds(reader: Reader, relation: Relation, at: AsOf = None) -> Iterator[Bond]:
    """Every object of the second dataset with its partners in the first, in fid order.

    Keys of both datasets and the pairs that share ground are held in memory, geometry only in pieces.
    """
    by_key = _by_keys(reader, relation, at)
    by_place = _by_place(reader, relation, at)
    days = _days(reader, relation, at) if relation.dates else None
    for batch in reader.batches(Query(relation.second, at=at, columns=_fields(relation, 1), geometry=False)):
        for row in batch.to_pylist():
            yield _bond(relation, row, by_key, by_place.get(row[FID], {}), days)


def _bond(
    relation: Relation,
    row: dict[str, Any],
    by_key: list[dict[str, set[bytes]]],
    shares: dict[bytes, float],
    days: dict[bytes, date | None] | None,
) -> Bond:
    named: set[bytes] = set()
    for (_, field), known in zip(relation.keys, by_key, strict=True):
        named |= known.get(_text(row[field]), set())
    found = sorted(named | set(shares))
    partners = tuple(
        Partner(
            fid,
            tuple(how for how, holds in (("keys", fid in named), ("place", fid in shares)) if holds),
            shares.get(fid),
        )
        for fid in found
    )
    faults = []
    if not partners and relation.needed:
        faults.append("alone")
    if named and shares and not named & set(shares):
        faults.append("elsewhere")
    if days is not None and relation.dates is not None:
        day = row[relation.dates[1]]
        before = [began for fid in (named or found) if (began := days.get(fid)) is not None]
        if day is not None and before and min(before) > day:
            faults.append("backwards")
    return Bond(row[FID], partners, tuple(faults))


def _fields(relation: Relation, side: int) -> tuple[str, ...]:
    fields = [pair[side] for pair in relation.keys]
    fields += [relation.dates[side]] if relation.dates else []
    return tuple(dict.fromkeys(fields))


def _by_keys(reader: Reader, relation: Relation, at: AsOf) -> list[dict[str, set[bytes]]]:
    """For each pair of keys, the first dataset's objects by the value of theirs."""
    found: list[dict[str, set[bytes]]] = [defaultdict(set) for _ in relation.keys]
    if not relation.keys:
        return found
    columns = tuple(dict.fromkeys(first for first, _ in relation.keys))
    for batch in reader.batches(Query(relation.first, at=at, columns=columns, geometry=False)):
        fids = batch.column(FID).to_pylist()
        for (field, _), known in zip(relation.keys, found, strict=True):
            for fid, value in zip(fids, batch.column(field).to_pylist(), strict=True):
                if text := _text(value):
                    known[text].add(fid)
    return found


def _text(value: Any) -> str:
    """A key as it is compared; what is not filled binds nothing."""
    return "" if value is None else str(value).strip()


def _by_place(reader: Reader, relation: Relation, at: AsOf) -> dict[bytes, dict[bytes, float]]:
    """Objects of the second dataset → objects of the first under them → share of the second's ground."""
    found: dict[bytes, dict[bytes, float]] = defaultdict(dict)
    if relation.share is None or not _both_polygons(reader, relation):
        return found
    for batch in shared_ground(reader, relation.first, relation.second, at):
        for row in batch.to_pylist():
            if row["share_of_second"] >= relation.share:
                found[row["second"]][row["first"]] = row["share_of_second"]
    return found


def _both_polygons(reader: Reader, relation: Relation) -> bool:
    return all(
        reader.schema(side).geometry is GeometryKind.POLYGON for side in (relation.first, relation.second)
    )


def _days(reader: Reader, relation: Relation, at: AsOf) -> dict[bytes, date | None]:
    assert relation.dates is not None
    days: dict[bytes, date | None] = {}
    field = relation.dates[0]
    for batch in reader.batches(Query(relation.first, at=at, columns=(field,), geometry=False)):
        days |= zip(batch.column(FID).to_pylist(), batch.column(field).to_pylist(), strict=True)
    return days


def _polygons(rows: pa.Table | pa.RecordBatch) -> GeometryArray:
    found: GeometryArray = np.array(
        [shapely.Polygon() if wkb is None else shapely.from_wkb(wkb) for wkb in rows[GEOMETRY].to_pylist()],
        dtype=object,
    )
    found[~np.isin(shapely.get_type_id(found), (3, 6))] = shapely.Polygon()
    return found


def _flat(shapes: GeometryArray) -> GeometryArray:
    """On the plane whose area is the official ellipsoid area."""
    coordinates: Float64Array = shapely.get_coordinates(shapes)
    flat: GeometryArray = (
        shapely.set_coordinates(shapes.copy(), equal_area_xy(coordinates)) if len(shapes) else shapes
    )
    return flat
