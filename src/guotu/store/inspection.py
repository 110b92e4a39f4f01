"""Replaying a journal: the one verifier of chain, checkpoints, counts and digest, for every backend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from guotu.model.change import DELETE, PUT
from guotu.model.dataset import StreamName
from guotu.store.checkpoint import Verifier, authenticated, parse
from guotu.store.journal import (
    MODULUS,
    NOTE,
    SCHEMA,
    Chain,
    DamagedJournalError,
    Entry,
    decode,
    digest_sum,
    note_of,
    sha256,
)
from guotu.store.moments import described_date

SHOWN: Final = 20
"""Problems told one by one; more of them would say nothing new."""


@dataclass(frozen=True, slots=True)
class CommitRecord:
    """What a backend keeps beside the entries of a commit: the checkpoint, and what listings need without replaying."""

    epoch: int
    first: int
    last: int
    added: int
    changed: int
    deleted: int
    features: int
    described: date
    valid_time: bool
    text: str
    note: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """One entry put back in its place: `replaces` is the number of the put it ends, `commit` the last number of its commit."""

    seq: int
    entry: Entry
    body_hash: bytes
    replaces: int | None
    commit: int
    described: date


@dataclass
class Replay:
    """Walks the entries of one stream and notes everything that is not as it must be."""

    stream: StreamName
    schema_id: str
    start: bytes
    verifier: Verifier | None = None
    problems: list[str] = field(default_factory=list)
    live: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)
    """fid → (number of its put, body hash)."""
    entries: int = 0

    def tell(self, problem: str) -> None:
        """Note a problem, at most `SHOWN` of them."""
        if len(self.problems) < SHOWN:
            self.problems.append(problem)

    def steps(
        self, blocks: Iterable[tuple[int, list[bytes]]], commits: Sequence[CommitRecord]
    ) -> Iterator[Step]:
        """Every put and delete in order; stops where the bytes can no longer be read."""
        waiting = iter(commits)
        commit = next(waiting, None)
        account = _Account(self, commits[0].epoch if commits else 1)
        try:
            for first, bodies in blocks:
                if first != self.entries + 1:
                    raise DamagedJournalError(f"entry {self.entries + 1} is missing")
                for body in bodies:
                    if commit is None:
                        raise DamagedJournalError(f"entry {self.entries + 1} belongs to no commit")
                    self.entries += 1
                    step = account.take(body, commit)
                    if step is not None:
                        yield step
                    if self.entries == commit.last:
                        account.close(commit, body)
                        commit = next(waiting, None)
            if commit is not None:
                raise DamagedJournalError(f"commit {commit.last} lacks entries after {self.entries}")
        except DamagedJournalError as problem:
            self.tell(str(problem))


class _Account:
    """Running totals of a replay, settled at each checkpoint."""

    def __init__(self, replay: Replay, epoch: int) -> None:
        self._replay, self._chain = replay, Chain(replay.stream, epoch, 0, replay.start)
        self._digest = 0
        self._first = 1
        self._counts = [0, 0, 0]
        self._before: date | None = None
        self._valid_time = False

    def take(self, body: bytes, commit: CommitRecord) -> Step | None:
        body_hash = sha256(body)
        self._chain.extend([body_hash])
        entry = decode(body)
        seq = self._chain.seq
        if entry.op not in (PUT, DELETE):
            if (entry.op == NOTE) != (seq == commit.last) or (entry.op == SCHEMA) != (seq == 1):
                self._tell(commit, f"{entry.op} out of place at {seq}")
            return None
        known = self._replay.live.get(entry.fid)
        if entry.pre != (known[1][:16] if known else None):
            self._tell(commit, f"entry {seq} replaces another state")
        self._count(entry, known, body_hash, seq)
        self._valid_time = self._valid_time or entry.valid_from is not None or entry.valid_to is not None
        return Step(seq, entry, body_hash, known[0] if known else None, commit.last, commit.described)

    def _count(self, entry: Entry, known: tuple[int, bytes] | None, body_hash: bytes, seq: int) -> None:
        if known:
            self._digest -= digest_sum([entry.fid], [known[1]])
        if entry.op == PUT:
            self._digest += digest_sum([entry.fid], [body_hash])
            self._replay.live[entry.fid] = (seq, body_hash)
            self._counts[1 if known else 0] += 1
        else:
            self._replay.live.pop(entry.fid, None)
            self._counts[2] += 1

    def close(self, commit: CommitRecord, note: bytes) -> None:
        checkpoint, signatures = parse(commit.text)
        told = note_of(note)
        described = described_date(told.data_date, self._before, checkpoint.at)
        expected = {
            "stream": (checkpoint.stream, self._replay.stream),
            "schema": (checkpoint.schema_id, self._replay.schema_id),
            "version": ((checkpoint.version.epoch, checkpoint.version.seq), (commit.epoch, commit.last)),
            "first": (commit.first, self._first),
            "chain": (checkpoint.chain, self._chain.head),
            "digest": (checkpoint.digest, (self._digest % MODULUS).to_bytes(32, "big")),
            "counts": ([commit.added, commit.changed, commit.deleted], self._counts),
            "features": (commit.features, len(self._replay.live)),
            "note": (commit.note, note),
            "date": (commit.described, described),
            "valid time": (commit.valid_time, self._valid_time),
        }
        for name, (found, right) in expected.items():
            if found != right:
                self._tell(commit, f"{name} differs")
        self._verify(commit, signatures, checkpoint.statement())
        self._before, self._first, self._counts = described, commit.last + 1, [0, 0, 0]

    def _verify(self, commit: CommitRecord, signatures: Sequence[tuple[str, bytes]], statement: str) -> None:
        verifier = self._replay.verifier
        if verifier is None:
            return
        if not any(verifier(authenticated(statement.encode()), signature) for _, signature in signatures):
            self._tell(commit, "no valid signature")

    def _tell(self, commit: CommitRecord, problem: str) -> None:
        self._replay.tell(f"{commit.epoch}.{commit.last}: {problem}")
