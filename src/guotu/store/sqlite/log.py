"""The log as rows: blocks of consecutive bodies."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final

from guotu.model.dataset import Commit
from guotu.model.schema import LayerSchema
from guotu.store.journal import Chain, pack_block, schema_body, sha256, unpack_block
from guotu.store.sqlite.streams import StreamRow

BLOCK_ENTRIES: Final = 512
BLOCK_BYTES: Final = 2**18


class LogWriter:
    """Appends bodies to the log in blocks and keeps chain and digest."""

    def __init__(self, connection: sqlite3.Connection, stream: StreamRow, head: Commit) -> None:
        self._connection, self._stream = connection, stream
        self.chain = Chain(stream.name, head.version.epoch, head.version.seq, head.chain)
        self.digest = int.from_bytes(head.digest, "big")
        self._waiting: list[bytes] = []
        self._first = head.version.seq + 1

    def begin(self, schema: LayerSchema) -> None:
        """The schema goes before everything else."""
        if self.chain.seq == 0:
            body = schema_body(schema)
            self.append([body], [sha256(body)])

    def append(self, bodies: Sequence[bytes], hashes: Sequence[bytes]) -> int:
        """Returns the sequence number of the first of these entries."""
        first = self.chain.seq + 1
        self.chain.extend(hashes)
        self._waiting.extend(bodies)
        if len(self._waiting) >= BLOCK_ENTRIES:
            self.flush()
        return first

    def flush(self) -> None:
        """Write what waits, in blocks of bounded size."""
        waiting, start, blocks = self._waiting, 0, []
        while start < len(waiting):
            end, size = start, 0
            while end < len(waiting) and end - start < BLOCK_ENTRIES and (end == start or size < BLOCK_BYTES):
                size += len(waiting[end])
                end += 1
            first = self._first + start
            blocks.append((self._stream.id, first, first + end - start - 1, pack_block(waiting[start:end])))
            start = end
        self._connection.executemany("INSERT INTO log VALUES (?, ?, ?, ?)", blocks)
        self._first += len(waiting)
        self._waiting = []


def read_log(connection: sqlite3.Connection, stream: StreamRow) -> Iterator[tuple[int, list[bytes]]]:
    """Blocks as (sequence number of the first body, bodies), oldest first; raises DamagedJournalError.

    No statement stays open between blocks, so that the reader may change tables meanwhile.
    """
    query = "SELECT first, last, bodies FROM log WHERE stream = ? AND first > ? ORDER BY first LIMIT 8"
    after = -1
    while rows := connection.execute(query, (stream.id, after)).fetchall():
        for first, last, data in rows:
            yield first, unpack_block(data, last - first + 1)
        after = rows[-1][0]
