"""An increment (变更调查增量): the parcels of the ground that changed, as they are now; all other parcels stay.

What is replaced is what the increment lies on, or names by its key. Ground, areas and numbers must agree before anything is
written (rules 2001 to 2003). Memory holds the increment and the parcels it replaces, nothing else of the layer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from guotu.errors import Place
from guotu.ingest.edition import Comparison, Difference, key_fid, keys_of, was_issued
from guotu.ingest.spool import Spool
from guotu.kernel.hilbert import hilbert_order
from guotu.model.arrays import Int64Array
from guotu.model.change import FID, GEOMETRY
from guotu.model.filter import In
from guotu.model.finding import QualityReport
from guotu.model.query import Query
from guotu.quality.profile import GateProfile, gate_profile
from guotu.quality.update import Exchange, exchange, judge
from guotu.quality.update.pieces import mean_width, polygons

_AT_ONCE = 64
"""Parcels of the increment, neighbours, whose surroundings are read in one go."""
_SHARES_M2, _SHARES_WIDTH_M = 0.5, 0.1
"""An old parcel that shares less, or only a strip this narrow, is a neighbour with a border drawn anew."""
_WHOLE_LAYER = ("1203", "1404", "1503")
"""Rules that ask whether a layer fills its territory; an increment does not."""


def for_rows(whole: GateProfile) -> GateProfile:
    """How the rows of an increment are judged: as the layer is, but for what only a whole layer can satisfy."""
    clauses = {id: clause for id, clause in whole.clauses.items() if id not in _WHOLE_LAYER}
    return replace(whole, clauses=clauses)


def confine(found: Difference, spool: Spool, old: Comparison) -> tuple[Difference, Exchange]:
    """The difference with only those parcels ended that the increment replaces, and what it exchanges for what."""
    after = pa.Table.from_batches(spool.batches())
    near = _near(after, old)
    area = old.schema.area_field
    assert area is not None, "an increment belongs to a layer that declares areas"
    pairs = exchange(near, after, area)
    replaced = _replaced(pairs, set(found.fids.to_pylist()))
    ended = set(near[FID].take(pa.array(replaced)).to_pylist())
    return replace(found, gone=[fid for fid in found.gone if fid in ended]), pairs.among(replaced)


def judged(report: QualityReport, changes: Exchange, old: Comparison, file: str) -> QualityReport:
    """The report with what the rules of updates have to say."""
    findings, counts = judge(changes, Place(file=file, layer=report.layer), _given_up(changes, old))
    return replace(
        report,
        findings=(*report.findings, *findings),
        counts=(*report.counts, *counts),
        passed=report.passed and not any(count.refuses for count in counts),
        judged_by=(*report.judged_by, *gate_profile("update").packs),
    )


def _replaced(pairs: Exchange, matched: set[bytes]) -> Int64Array:
    """Rows of old parcels that the increment names, or shares real ground with."""
    named = [row for row, fid in enumerate(pairs.before[FID].to_pylist()) if fid in matched]
    shares = pairs.measured >= _SHARES_M2
    real = replace(pairs, old=pairs.old[shares], new=pairs.new[shares], measured=pairs.measured[shares])
    wide = np.array([mean_width(shape) >= _SHARES_WIDTH_M for shape in real.shapes()], bool)
    return np.union1d(np.array(named, np.int64), real.old[wide]).astype(np.int64)


def _near(after: pa.Table, old: Comparison) -> pa.Table:
    """Live parcels around the increment, and those whose keys it names; each once, in fid order."""
    found = polygons(after)
    box = shapely.bounds(found) if len(found) else np.empty((0, 4))
    order = hilbert_order(box)
    queries = []
    for start in range(0, len(order), _AT_ONCE):
        rows = order[start : start + _AT_ONCE]
        sides = (*np.nanmin(box[rows, :2], axis=0), *np.nanmax(box[rows, 2:], axis=0))
        queries.append(_query(old, box=tuple(float(side) for side in sides)))
        if len(old.schema.key) == 1:
            values = [value for value in after[old.schema.key[0]].take(pa.array(rows)).to_pylist() if value]
            queries.append(_query(old, where=In(old.schema.key[0], tuple(values))))
    tables = [pa.Table.from_batches(old.store.read(query, old.plan)) for query in queries]
    if not tables:
        return pa.Table.from_batches(old.store.read(_query(old, limit=0), old.plan))
    table = pa.concat_tables(tables)
    fids = np.array(table[FID].to_pylist(), dtype=object)
    _, first = np.unique(fids, return_index=True)
    return _touching(table.take(pa.array(first)), found)


def _query(old: Comparison, **how: Any) -> Query:
    return Query(old.stream.dataset, (old.stream.partition,), **how)


def _touching(table: pa.Table, found: Any) -> pa.Table:
    """Those whose box meets the box of a parcel of the increment, or which have no geometry."""
    if not table.num_rows:
        return table
    hits = np.unique(shapely.STRtree(found).query(polygons(table))[0])
    empty = np.flatnonzero(table[GEOMETRY].is_null().to_numpy())
    return table.take(pa.array(np.union1d(hits, empty)))


def _given_up(changes: Exchange, old: Comparison) -> set[str]:
    """Numbers in the increment that some feature of the stream has had, but none of those it replaces."""
    before = set(changes.before["BSM"].to_pylist())
    keys = [key for batch in changes.after.to_batches() for key in keys_of(old.schema, batch).to_pylist()]
    return {
        key for key in keys if key and key not in before and was_issued(old, key_fid(old.genesis, key))
    }  # fmt: skip
