"""Writing: one commit as one SQLite transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime

import pyarrow as pa

from guotu.errors.store import FEATURE_UNKNOWN
from guotu.model.dataset import Commit, CommitNote
from guotu.model.schema import LayerSchema
from guotu.model.time import Clock, Version
from guotu.store.canonical import Rows, canonical
from guotu.store.checkpoint import Checkpoint, Signer
from guotu.store.journal import (
    MODULUS,
    body_hashes,
    days,
    delete_body,
    digest_sum,
    note_body,
    put_bodies,
    sha256,
)
from guotu.store.moments import described_date
from guotu.store.sqlite.log import LogWriter
from guotu.store.sqlite.projecting import SLICE_ROWS, Live, ProjectionWriter
from guotu.store.sqlite.streams import StreamRow, head_of, marks_of
from guotu.store.sqlite.tables import Projection
from guotu.store.sqlite.touched import Touched


class SqliteDraft:
    """See `guotu.store.ports.Draft`; `step` is called with the name of every step, so that tests can end a process there.

    `commit` ends the transaction, given how many rows were written.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        stream: StreamRow,
        schema: LayerSchema,
        *,
        clock: Clock,
        signer: Signer | None,
        step: Callable[[str], None],
        commit: Callable[[int], None],
    ) -> None:
        self._commit = commit
        self._connection, self._stream, self._schema = connection, stream, schema
        self._clock, self._signer, self._step = clock, signer, step
        self._head, self._features = head_of(connection, stream)
        self._log = LogWriter(connection, stream, self._head)
        self._rows = ProjectionWriter(connection, Projection(schema), stream)
        self._touched = Touched(founding=not self._features)
        self._added = self._changed = self._deleted = 0

    @property
    def base(self) -> Version:
        """The version this draft stands on."""
        return self._head.version

    def put(self, batch: pa.RecordBatch) -> None:
        for start in range(0, batch.num_rows, SLICE_ROWS):
            rows = canonical(self._schema, batch.slice(start, SLICE_ROWS))
            self._touched.add(rows.fids)
            if not self._features:
                self._append(rows, None)
                continue
            before = [self._rows.live(fid) for fid in rows.fids]
            chosen = [
                index for index, live in enumerate(before) if live is None or not _same(rows, index, live)
            ]
            if chosen:
                self._replace(rows.take(chosen), [before[index] for index in chosen])

    def delete(self, fids: Iterable[bytes], *, valid_to: date | None = None) -> None:
        for fid in fids:
            self._touched.require_new(fid)
            self._touched.add([fid])
            live = self._rows.live(fid)
            if live is None:
                raise FEATURE_UNKNOWN(stream=self._stream.name, fid=fid.hex())
            body = delete_body(fid, live.body_hash[:16], days(valid_to))
            seq = self._log.append([body], [sha256(body)])
            self._end([fid], [live], [seq])
            self._rows.supersede([fid], [seq], [days(valid_to)])
            self._deleted += 1

    def _replace(self, rows: Rows, before: Sequence[Live | None]) -> None:
        first = self._append(rows, [None if live is None else live.body_hash[:16] for live in before])
        places = [place for place, live in enumerate(before) if live is not None]
        lives = [live for live in before if live is not None]
        self._end([rows.fids[place] for place in places], lives, [first + place for place in places])
        self._added, self._changed = self._added - len(places), self._changed + len(places)

    def _append(self, rows: Rows, pre: Sequence[bytes | None] | None) -> int:
        self._log.begin(self._schema)
        bodies = put_bodies(rows, pre)
        hashes = body_hashes(bodies)
        first = self._log.append(bodies, hashes)
        self._log.digest += digest_sum(rows.fids, hashes)
        self._rows.append(rows, first, hashes)
        if self._head.version.seq:
            self._rows.supersede(rows.fids, range(first, first + len(bodies)), rows.valid_from)
        self._added += len(bodies)
        self._step("put")
        return first

    def _end(self, fids: Sequence[bytes], lives: Sequence[Live], seqs: Sequence[int]) -> None:
        """The present rows of these features end at the entries `seqs`."""
        self._log.digest -= digest_sum(fids, [live.body_hash for live in lives])
        self._rows.end(lives, seqs)

    def commit(self, note: CommitNote) -> Commit | None:
        marks = marks_of(self._connection, self._stream)
        before = marks[-1].described if marks else None
        redated = note.data_date is not None and note.data_date != before
        if not (self._added or self._changed or self._deleted or redated):
            return None
        self._touched.settle()
        at = self._clock().astimezone(UTC).replace(microsecond=0)
        self._log.begin(self._schema)
        body = note_body(note)
        self._log.append([body], [sha256(body)])
        self._log.flush()
        described = described_date(note.data_date, before, at)
        self._rows.close_commit(described)
        self._rows.finish(self._stream.extent)
        self._step("projected")
        commit = self._close(note, at)
        valid_time = self._rows.valid_time or bool(marks and marks[-1].valid_time)
        self._record(commit, body, described, valid_time)
        self._step("recorded")
        self._commit(commit.added + commit.changed)
        self._step("committed")
        return commit

    def _close(self, note: CommitNote, at: datetime) -> Commit:
        version = Version(self._head.version.epoch, self._log.chain.seq)
        return Commit(
            stream=self._stream.name,
            version=version,
            first=self._head.version.seq + 1,
            at=at,
            note=note,
            added=self._added,
            changed=self._changed,
            deleted=self._deleted,
            chain=self._log.chain.head,
            digest=(self._log.digest % MODULUS).to_bytes(32, "big"),
        )

    def _record(self, commit: Commit, note: bytes, described: date, valid_time: bool) -> None:
        checkpoint = Checkpoint(
            commit.stream, commit.version, commit.chain, commit.digest, commit.at, self._schema.id
        )
        text = checkpoint.text(self._stream.owner, self._signer)
        features = self._features + commit.added - commit.deleted
        counts = (commit.added, commit.changed, commit.deleted, features, days(described), int(valid_time))
        place = (self._stream.id, commit.version.seq, commit.version.epoch, commit.first)
        self._connection.execute(
            "INSERT INTO ckpt VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*place, *counts, text, note)
        )


def _same(rows: Rows, index: int, live: Live) -> bool:
    """Whether a put would change nothing; a put that tells lineage always counts."""
    return (
        rows.hashes[index] == live.row_hash
        and (rows.valid_from[index], rows.valid_to[index]) == (live.valid_from, live.valid_to)
        and rows.lineage[index] is None
    )
