"""A second edition lands as the difference to the first: who stayed, who changed, who is new, who is gone, and from whom.

Features are recognised by business key, then by identical geometry (a key was renamed), else they are new; what is left
of the old edition is ended. New and reshaped features name the old ones whose ground they took over, with the share.
Memory holds keys, fids and hashes of both editions, and geometry only of what changed, in pieces.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from guotu.errors import GuotuError
from guotu.ingest.lineage import Lineage, Predecessors
from guotu.ingest.spool import Spool
from guotu.model.access import AccessPlan
from guotu.model.arrays import BoolArray, Int64Array
from guotu.model.change import FID, FID_TYPE, LINEAGE, LINEAGE_TYPE
from guotu.model.dataset import StreamName
from guotu.model.identity import IdSource, feature_id
from guotu.model.schema import LayerSchema
from guotu.store.journal import row_hashes
from guotu.store.ports import FeatureStore

Step = Callable[[int, int | None], None]
"""Called with (rows compared, all rows); may raise to stop."""


@dataclass(slots=True)
class Difference:
    """What a commit must do: `fids` (n,) binary(16) of every spooled row, `put` (n,) rows to write, `gone` fids to end,
    `lineage` of some rows.
    """

    fids: pa.Array
    put: BoolArray
    gone: list[bytes]
    lineage: dict[int, Lineage] = field(default_factory=dict)

    def batches(self, spool: Spool) -> Iterator[pa.RecordBatch]:
        """The rows to write, ready for `Draft.put`; empty batches stand for rows that stay."""
        start = 0
        for batch in spool.batches():
            rows = np.flatnonzero(self.put[start : start + batch.num_rows])
            chosen = batch if len(rows) == batch.num_rows else batch.take(pa.array(rows))
            chosen = chosen.append_column(FID, self.fids.take(pa.array(rows + start)))
            if self.lineage:
                heirs = [self.lineage.get(int(row) + start) for row in rows]
                chosen = chosen.append_column(
                    LINEAGE, pa.array([_pairs(heir) for heir in heirs], LINEAGE_TYPE)
                )
            start += batch.num_rows
            yield chosen


def _pairs(lineage: Lineage | None) -> list[dict[str, object]] | None:
    return None if lineage is None else [{"fid": fid, "part": part} for fid, part in lineage]


@dataclass(frozen=True, slots=True)
class Present:
    """The live features of a stream: fid, business key (null where there is none), row hash."""

    fids: pa.Array
    keys: pa.Array
    hashes: pa.Array

    def __len__(self) -> int:
        return len(self.fids)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The two editions to compare and where they live."""

    store: FeatureStore
    stream: StreamName
    schema: LayerSchema
    plan: AccessPlan
    genesis: bytes
    ids: IdSource


def difference(spool: Spool, old: Comparison, *, first: bool, step: Step) -> Difference:
    """How the spooled rows differ from what the stream holds; `first` says that it never had a commit."""
    keys = key_column(old.schema, spool)
    if first:
        fids = new_fids(keys, np.ones(len(spool), bool), old, taken=set())
        return Difference(pa.array(fids, FID_TYPE), np.ones(len(spool), bool), [])
    present = _present(old)
    hashes = _hashes(old.schema, spool, step)
    match = _by_key(keys, present, hashes)
    same = match >= 0
    kept = np.zeros(len(spool), bool)
    kept[same] = _equal(hashes, present.hashes, np.flatnonzero(same), match[same])
    predecessors = Predecessors(old.store, old.stream, old.plan, spool)
    predecessors.rename(match, present)
    gone = np.ones(len(present), bool)
    gone[match[match >= 0]] = False
    fids = _fids(keys, match, present, old)
    lineage = predecessors.lineage(match, kept, present, gone)
    return Difference(
        pa.array(fids, FID_TYPE), ~kept, present.fids.filter(pa.array(gone)).to_pylist(), lineage
    )


def key_column(schema: LayerSchema, spool: Spool) -> pa.ChunkedArray:
    """(n,) business keys as text, parts joined by `/`; null where a part is null or the layer has no key."""
    return pa.chunked_array(
        [keys_of(schema, batch) for batch in spool.batches(schema.key or None)], pa.string()
    )


def keys_of(schema: LayerSchema, batch: pa.RecordBatch) -> pa.Array:
    """The business keys of one batch."""
    if not schema.key:
        return pa.nulls(batch.num_rows, pa.string())
    parts = [pc.cast(batch.column(code), pa.string()) for code in schema.key]
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, "/")


def _present(old: Comparison) -> Present:
    batches = list(old.store.current_keys(old.stream, old.schema.key))
    fids = [batch.column(FID).cast(FID_TYPE) for batch in batches]
    return Present(
        pa.concat_arrays([*fids, pa.array([], FID_TYPE)]),
        pa.concat_arrays([*(keys_of(old.schema, batch) for batch in batches), pa.array([], pa.string())]),
        pa.concat_arrays([*(batch.column("row_hash") for batch in batches), pa.array([], pa.binary(16))]),
    )


def _hashes(schema: LayerSchema, spool: Spool, step: Step) -> pa.Array:
    parts, done = [pa.array([], pa.binary(16))], 0
    for batch in spool.batches():
        parts.append(row_hashes(schema, batch))
        done += batch.num_rows
        step(done, len(spool))
    return pa.concat_arrays(parts)


def _by_key(keys: pa.ChunkedArray, present: Present, hashes: pa.Array) -> Int64Array:
    """(n,) the present feature of every row, -1 where there is none; no feature is given twice."""
    match = np.full(len(keys), -1, np.int64)
    for ours, theirs in ((keys, present.keys), (hashes, present.hashes)):
        open_rows = match < 0
        if theirs is present.hashes:  # only rows that no key could place
            open_rows &= keys.is_null().to_numpy()
        if not open_rows.any():
            continue
        known = theirs.drop_null()
        place = np.flatnonzero(theirs.is_valid().to_numpy(zero_copy_only=False))
        found = pc.fill_null(pc.index_in(ours, value_set=known), -1).to_numpy().astype(np.int64)
        rows = np.flatnonzero(open_rows & (found >= 0) & _valid(ours))
        targets = place[found[rows]]
        fresh = ~np.isin(targets, match[match >= 0])
        _, once = np.unique(targets[fresh], return_index=True)
        match[rows[fresh][once]] = targets[fresh][once]
    return match


def _valid(values: pa.Array | pa.ChunkedArray) -> BoolArray:
    valid = values.is_valid()
    return np.asarray(
        valid.to_numpy() if isinstance(valid, pa.ChunkedArray) else valid.to_numpy(zero_copy_only=False)
    )


def _equal(ours: pa.Array, theirs: pa.Array, rows: Int64Array, targets: Int64Array) -> npt.NDArray[np.bool_]:
    same = pc.equal(ours.take(pa.array(rows)), theirs.take(pa.array(targets)))
    return np.asarray(same.to_numpy(zero_copy_only=False))


def _fids(keys: pa.ChunkedArray, match: Int64Array, present: Present, old: Comparison) -> list[bytes]:
    new = match < 0
    fresh = new_fids(keys, new, old, taken=set(present.fids.to_pylist()) if new.any() else set())
    known = present.fids.take(pa.array(np.maximum(match, 0))).to_pylist() if len(present) else fresh
    return [fresh[row] if new[row] else known[row] for row in range(len(match))]


def new_fids(keys: pa.ChunkedArray, wanted: BoolArray, old: Comparison, *, taken: set[bytes]) -> list[bytes]:
    """Identifiers of the wanted rows (others: zeros): UUIDv5 of the key on its first appearance, else from the id source.

    A fid is never issued twice in a stream, not even after its feature has ended.
    """
    fids = [bytes(16)] * len(wanted)
    fresh = not taken and _is_empty(old)
    used = taken
    for row, key in zip(
        np.flatnonzero(wanted).tolist(), keys.filter(pa.array(wanted)).to_pylist(), strict=True
    ):
        fid = None if key is None else key_fid(old.genesis, key)
        if fid is None or fid in used or (not fresh and was_issued(old, fid)):
            fid = old.ids()
        used.add(fid)
        fids[row] = fid
    return fids


def key_fid(genesis: bytes, key: str) -> bytes:
    """`model.identity.feature_id`, without making a UUID object for each of a million keys."""
    raw = bytearray(hashlib.sha1(genesis + key.encode(), usedforsecurity=False).digest()[:16])
    raw[6] = 0x50 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    return bytes(raw)


assert key_fid(bytes(16), "a") == feature_id(bytes(16), "a")


def _is_empty(old: Comparison) -> bool:
    return not old.store.commits(old.stream)


def was_issued(old: Comparison, fid: bytes) -> bool:
    """Whether a feature of the stream has, or ever had, this identifier."""
    try:
        return bool(old.store.history(old.stream, fid, old.plan).num_rows)
    except GuotuError as problem:
        if problem.code != "GT-2008":
            raise
        return False
