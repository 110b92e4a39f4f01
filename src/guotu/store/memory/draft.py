"""Writing in memory: a draft works on a copy that takes the stream's place when it commits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pyarrow as pa

from guotu.errors.store import FEATURE_REPEATED, FEATURE_UNKNOWN
from guotu.model.dataset import Commit, CommitNote
from guotu.model.schema import LayerSchema
from guotu.model.time import Clock, Version
from guotu.store.canonical import Rows, canonical
from guotu.store.checkpoint import Checkpoint, Signer
from guotu.store.inspection import CommitRecord
from guotu.store.journal import (
    MODULUS,
    Chain,
    days,
    delete_body,
    digest_sum,
    note_body,
    put_bodies,
    schema_body,
    sha256,
)
from guotu.store.memory.stream import MemoryStream, Row
from guotu.store.moments import described_date


class MemoryDraft:
    """See `guotu.store.ports.Draft`."""

    def __init__(
        self,
        stream: MemoryStream,
        schema: LayerSchema,
        *,
        clock: Clock,
        signer: Signer | None,
        keep: Callable[[MemoryStream], None],
    ) -> None:
        self._stream = replace(
            stream,
            bodies=list(stream.bodies),
            commits=list(stream.commits),
            records=list(stream.records),
            rows=[replace(row) for row in stream.rows],
        )
        self._schema, self._clock, self._signer, self._keep = schema, clock, signer, keep
        self._live = self._stream.live()
        self._features = len(self._live)
        self._ended: list[tuple[bytes, int, int | None]] = []
        self._puts: list[tuple[Rows, int, list[bytes]]] = []
        self._touched: set[bytes] = set()
        self._counts = [0, 0, 0]
        self._valid_time = False

    def put(self, batch: pa.RecordBatch) -> None:
        rows = canonical(self._schema, batch)
        self._touch(rows.fids)
        before = [self._live.get(fid) for fid in rows.fids]
        chosen = [index for index, row in enumerate(before) if row is None or not _same(rows, index, row)]
        if not chosen:
            return
        new, old = rows.take(chosen), [before[index] for index in chosen]
        bodies = put_bodies(new, [None if row is None else row.body_hash[:16] for row in old])
        first = self._append(bodies)
        self._puts.append((new, first, [sha256(body) for body in bodies]))
        for index, row in enumerate(old):
            self._counts[0 if row is None else 1] += 1
            self._ended.append((new.fids[index], first + index, new.valid_from[index]))
        self._valid_time = self._valid_time or any(
            value is not None for side in (new.valid_from, new.valid_to) for value in side
        )

    def delete(self, fids: Iterable[bytes], *, valid_to: date | None = None) -> None:
        for fid in fids:
            self._touch([fid])
            row = self._live.get(fid)
            if row is None:
                raise FEATURE_UNKNOWN(stream=self._stream.name, fid=fid.hex())
            seq = self._append([delete_body(fid, row.body_hash[:16], days(valid_to))])
            self._ended.append((fid, seq, days(valid_to)))
            self._valid_time = self._valid_time or valid_to is not None
            self._counts[2] += 1

    def _touch(self, fids: Sequence[bytes]) -> None:
        for fid in fids:
            if fid in self._touched:
                raise FEATURE_REPEATED(fid=fid.hex())
            self._touched.add(fid)

    def _append(self, bodies: Sequence[bytes]) -> int:
        """Returns the number of the first."""
        if not self._stream.bodies:
            self._stream.bodies.append(schema_body(self._schema))
        first = len(self._stream.bodies) + 1
        self._stream.bodies.extend(bodies)
        return first

    def commit(self, note: CommitNote) -> Commit | None:
        before = self._stream.marks[-1].described if self._stream.marks else None
        if not any(self._counts) and note.data_date in (None, before):
            return None
        at = self._clock().astimezone(UTC).replace(microsecond=0)
        described = described_date(note.data_date, before, at)
        self._append([note_body(note)])
        self._project(described)
        commit = self._close(note, at, described)
        self._stream.commits.append(commit)
        self._keep(self._stream)
        return commit

    def _project(self, described: date) -> None:
        day = days(described)
        assert day is not None
        for fid, seq, start in self._ended:
            self._stream.end(fid, seq, day if start is None else start)
        for rows, first, hashes in self._puts:
            self._stream.project(self._schema, rows, first, hashes, described)

    def _close(self, note: CommitNote, at: datetime, described: date) -> Commit:
        stream, head = self._stream, self._stream.head
        chain = Chain(stream.name, head.version.epoch, head.version.seq, head.chain)
        chain.extend(sha256(body) for body in stream.bodies[head.version.seq :])
        live = list(stream.live().values())
        digest = digest_sum([row.fid for row in live], [row.body_hash for row in live]) % MODULUS
        version, first = Version(head.version.epoch, chain.seq), head.version.seq + 1
        added, changed, deleted = self._counts
        commit = Commit(
            stream.name,
            version,
            first,
            at,
            note,
            added,
            changed,
            deleted,
            chain.head,
            digest.to_bytes(32, "big"),
        )
        checkpoint = Checkpoint(stream.name, version, commit.chain, commit.digest, at, self._schema.id)
        valid_time = self._valid_time or bool(stream.marks and stream.marks[-1].valid_time)
        text = checkpoint.text(stream.owner, self._signer)
        record = CommitRecord(
            version.epoch, first, version.seq, added, changed, deleted, len(live),
            described, valid_time, text, stream.bodies[-1],
        )  # fmt: skip
        stream.records.append(record)
        return commit


def _same(rows: Rows, index: int, row: Row) -> bool:
    """Whether a put would change nothing; a put that tells lineage always counts."""
    return (
        rows.hashes[index] == row.row_hash
        and (rows.valid_from[index], rows.valid_to[index]) == (row.valid_from, row.valid_to)
        and rows.lineage[index] is None
    )
