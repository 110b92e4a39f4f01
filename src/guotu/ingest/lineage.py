"""From whom new and reshaped features took their ground, and which renamed features are the old ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from guotu.ingest.spool import Spool
from guotu.kernel.area import equal_area_xy
from guotu.kernel.hilbert import hilbert_order
from guotu.kernel.similarity import overlap_pairs
from guotu.kernel.wkb import lay_out
from guotu.model.access import AccessPlan
from guotu.model.arrays import BoolArray, Float64Array, GeometryArray, Int64Array
from guotu.model.change import FID, GEOMETRY
from guotu.model.dataset import StreamName
from guotu.model.query import Query
from guotu.quality.shape import shapes
from guotu.store.ports import FeatureStore

Lineage = list[tuple[bytes, float]]
"""(old fid, share of its area taken over), largest share first."""

SMALLEST_M2 = 1.0
SMALLEST_SHARE = 0.001
_PIECE = 50_000
"""New features worked on at one time."""


class Live(Protocol):
    """The features of the old edition, by position."""

    @property
    def fids(self) -> pa.Array: ...


@dataclass(frozen=True, slots=True)
class _Asked:
    """Old features whose geometry is wanted."""

    positions: Int64Array
    fids: pa.Array


class Predecessors:
    """Compares the geometry of what changed, a piece of the map at a time."""

    def __init__(self, store: FeatureStore, stream: StreamName, plan: AccessPlan, spool: Spool) -> None:
        self.store, self.stream, self.plan, self.spool = store, stream, plan, spool

    def rename(self, match: Int64Array, present: Live) -> None:
        """Give rows without a match the unmatched old feature of identical geometry, in place."""
        free = np.ones(len(present.fids), bool)
        free[match[match >= 0]] = False
        for rows, wkb, old, old_wkb in self._pieces(np.flatnonzero(match < 0), present, free):
            theirs = {mark: position for position, mark in zip(old, _prints(old_wkb), strict=True)}
            for row, mark in zip(rows, _prints(wkb), strict=True):
                position = theirs.pop(mark, None)
                if position is not None and free[position]:
                    match[row], free[position] = position, False

    def lineage(
        self, match: Int64Array, kept: BoolArray, present: Live, gone: BoolArray
    ) -> dict[int, Lineage]:
        """Lineage of new rows and of rows whose geometry changed."""
        found: dict[int, Lineage] = {}
        changed = np.flatnonzero(~kept)
        loose = gone.copy()
        loose[match[changed][match[changed] >= 0]] = True
        for rows, wkb, old, old_wkb in self._pieces(changed, present, loose):
            heirs, olds = _reshaped(match[rows], wkb, old, old_wkb)
            ours, theirs = wkb.filter(pa.array(heirs)), old_wkb.filter(pa.array(olds))
            found |= _shares(rows[heirs], ours, old[olds], theirs, match, present)
        return found

    def _pieces(
        self, rows: Int64Array, present: Live, wanted: BoolArray
    ) -> Iterator[tuple[Int64Array, pa.Array, Int64Array, pa.Array]]:
        """(rows, their WKB, positions of wanted old features around them, their WKB), neighbours together."""
        if not len(rows) or not wanted.any():
            return
        geometry = self.spool.shapes(rows + 1)
        rows = np.array(sorted(row - 1 for row in geometry), np.int64)
        wkb = pa.array([geometry[int(row) + 1] for row in rows], pa.large_binary())
        if not len(rows):
            return
        box = shapes(lay_out(wkb)).box
        order = hilbert_order(box)
        asked = _Asked(np.flatnonzero(wanted), present.fids.filter(pa.array(wanted)))
        for start in range(0, len(rows), _PIECE):
            piece = order[start : start + _PIECE]
            old, old_wkb = self._old(box[piece], asked)
            yield rows[piece], wkb.take(pa.array(piece)), old, old_wkb

    def _old(self, box: Float64Array, asked: _Asked) -> tuple[Int64Array, pa.Array]:
        """Positions and WKB of wanted old features that meet a box."""
        around = (box[:, 0].min(), box[:, 1].min(), box[:, 2].max(), box[:, 3].max())
        query = Query(
            self.stream.dataset,
            partitions=(self.stream.partition,),
            box=tuple(float(side) for side in around),  # type: ignore[arg-type]
            columns=(),
        )
        positions, parts = [np.empty(0, np.int64)], [pa.array([], pa.large_binary())]
        for batch in self.store.read(query, self.plan):
            found = pc.index_in(batch.column(FID).cast(asked.fids.type), value_set=asked.fids)
            place = pc.fill_null(found, -1).to_numpy(zero_copy_only=False).astype(np.int64)
            chosen = (place >= 0) & _given(batch.column(GEOMETRY))
            positions.append(asked.positions[place[chosen]])
            parts.append(batch.column(GEOMETRY).filter(pa.array(chosen)).cast(pa.large_binary()))
        return np.concatenate(positions), pa.concat_arrays(parts)


def _reshaped(
    match: Int64Array, wkb: pa.Array, old: Int64Array, old_wkb: pa.Array
) -> tuple[BoolArray, BoolArray]:
    """Which rows are new or have another geometry, and which old features ended or have another geometry.

    Shapes   match (n,) old position of each row, wkb (n,); old (m,) positions, old_wkb (m,)  →  (n,) bool, (m,) bool
    """
    before = dict(zip(old.tolist(), _prints(old_wkb), strict=True))
    pairs = list(zip(match.tolist(), _prints(wkb), strict=True))
    heirs = np.array([position < 0 or before.get(position) != mark for position, mark in pairs], bool)
    steady = match[~heirs]
    return heirs, ~np.isin(old, steady)


def _shares(
    rows: Int64Array, wkb: pa.Array, old: Int64Array, old_wkb: pa.Array, match: Int64Array, present: Live
) -> dict[int, Lineage]:
    """Lineage of rows by the share of each old feature's area they lie on, largest first."""
    found: dict[int, Lineage] = {}
    if not len(rows) or not len(old):
        return found
    ours, theirs = _equal_area(wkb), _equal_area(old_wkb)
    i, j, area = overlap_pairs(theirs, ours)
    share = area / np.maximum(shapely.area(theirs)[i], 1e-12)
    counts = (area >= SMALLEST_M2) & (share >= SMALLEST_SHARE) & (match[rows[j]] != old[i])
    for at in np.flatnonzero(counts)[np.argsort(-share[counts], kind="stable")]:
        fid = present.fids[int(old[i[at]])].as_py()
        found.setdefault(int(rows[j[at]]), []).append((fid, min(1.0, float(share[at]))))
    return found


def _given(column: pa.Array) -> BoolArray:
    return np.asarray(column.is_valid().to_numpy(zero_copy_only=False))


def _prints(wkb: pa.Array) -> list[bytes]:
    """What is equal for equal geometries, whatever their first vertex."""
    return [mark.tobytes() for mark in shapes(lay_out(wkb)).print]


def _equal_area(wkb: pa.Array) -> GeometryArray:
    """Polygons in the plane whose area is the official ellipsoid area."""
    polygons: GeometryArray = np.atleast_1d(shapely.from_wkb(wkb.to_numpy(zero_copy_only=False)))
    flat: GeometryArray = shapely.set_coordinates(polygons, equal_area_xy(shapely.get_coordinates(polygons)))
    return flat
