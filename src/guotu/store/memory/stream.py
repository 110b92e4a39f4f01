"""One stream in memory: its log, its commits, and the rows that follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from guotu.model.dataset import Commit, CommitNote, StreamName
from guotu.model.schema import LayerSchema
from guotu.model.time import Version
from guotu.store.canonical import Rows
from guotu.store.inspection import CommitRecord
from guotu.store.journal import chain_start, days, decode
from guotu.store.moments import Mark, Moment


@dataclass
class Row:
    """One version of a feature; dates are days since 1970-01-01, `seq_to` None while it is the present one."""

    fid: bytes
    seq_from: int
    seq_to: int | None
    valid_from: int | None
    valid_to: int | None
    until: int | None
    described: int
    values: dict[str, Any]
    wkb: bytes | None
    row_hash: bytes
    body_hash: bytes

    def holds_at(self, moment: Moment) -> bool:
        """Whether this row is part of the state at a moment."""
        if self.seq_from > moment.version.seq:
            return False
        if moment.day is None:
            return self.seq_to is None or self.seq_to > moment.version.seq
        day = days(moment.day)
        assert day is not None
        since = self.valid_from if self.valid_from is not None else self.described
        return since <= day and all(end is None or end > day for end in (self.until, self.valid_to))


@dataclass
class MemoryStream:
    """The journal is `bodies`, `records` and `commits`; `rows` is its projection."""

    name: StreamName
    owner: str
    granted: datetime
    bodies: list[bytes] = field(default_factory=list)
    commits: list[Commit] = field(default_factory=list)
    records: list[CommitRecord] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    @property
    def start(self) -> bytes:
        return chain_start(self.name, self.owner)

    @property
    def head(self) -> Commit:
        """The newest commit, or version 1.0 before the first."""
        if self.commits:
            return self.commits[-1]
        note = CommitNote(self.owner, "")
        return Commit(self.name, Version(1, 0), 1, self.granted, note, 0, 0, 0, self.start, bytes(32))

    @property
    def marks(self) -> list[Mark]:
        return [Mark(Version(r.epoch, r.last), r.described, r.valid_time) for r in self.records]

    def live(self) -> dict[bytes, Row]:
        """The present rows by fid."""
        return {row.fid: row for row in self.rows if row.seq_to is None}

    def entries_of(self, fid: bytes) -> list[tuple[int, Any]]:
        """Every put and delete of a feature, oldest first."""
        decoded = ((seq, decode(body)) for seq, body in enumerate(self.bodies, 1))
        return [(seq, entry) for seq, entry in decoded if entry.fid == fid]

    def project(
        self, schema: LayerSchema, rows: Rows, first: int, hashes: Sequence[bytes], described: date
    ) -> None:
        """Add rows whose puts have consecutive numbers from `first` on."""
        day = days(described)
        assert day is not None
        for index, (fid, wkb) in enumerate(zip(rows.fids, rows.wkb.to_pylist(), strict=True)):
            values = {code: column[index] for code, column in zip(schema.codes, rows.values, strict=True)}
            self.rows.append(
                Row(
                    fid, first + index, None, rows.valid_from[index], rows.valid_to[index], None, day,
                    values, wkb, rows.hashes[index], hashes[index],
                )
            )  # fmt: skip

    def end(self, fid: bytes, seq: int, start: int) -> None:
        """Entry `seq` ends the present row, if any; on the day axis it holds from `start` on, whatever was said before."""
        for row in self.rows:
            if row.fid == fid and row.seq_from < seq:
                row.seq_to = seq if row.seq_to is None else row.seq_to
                row.until = start if row.until is None else min(row.until, start)
