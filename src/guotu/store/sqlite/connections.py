"""Connections to one SQLite file: a pool of readers and a single writer."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from guotu.errors.general import BUSY
from guotu.errors.store import STORAGE_FULL, STORE_FORMAT

PAGE_SIZE: Final = 16_384
READ_CACHE_KIB: Final = 32_768
WRITE_CACHE_KIB: Final = 65_536
KEPT_READERS: Final = 8
CHECKPOINT_PAGES: Final = 1000
MAPPED_BYTES: Final = 2**36
"""Readers look at pages where the system keeps them instead of copying each one; address space, not memory."""
LOG_BYTES: Final = 2**26
"""The write-ahead log shrinks to this once its pages have been moved."""
_META: Final = "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT"
_BEING_WRITTEN: Final = "有写入正在进行 (a write is going on)"


class Connections:
    """Readers are borrowed for one answer each, so that an answer may be consumed in another thread than it was begun in."""

    def __init__(self, path: Path, *, wait_seconds: float, ddl: str, format_name: str) -> None:
        self._path, self._wait = path, wait_seconds
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._writing = threading.Lock()
        self._closed = False
        self._mover: threading.Thread | None = None
        self._watcher: sqlite3.Connection | None = None
        if not path.exists():
            path.touch(mode=0o600)
        with translated():
            self._writer = self._open(WRITE_CACHE_KIB)
            self._prepare(ddl, format_name)

    def _open(self, cache_kib: int, mapped: int = 0) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            timeout=self._wait,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        connection.execute(f"PRAGMA page_size={PAGE_SIZE}")
        connection.execute("PRAGMA journal_mode=WAL")
        # FULL, because a commit is acknowledged: NORMAL may lose the newest ones when the power fails.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA cache_size=-{cache_kib}")
        connection.execute(f"PRAGMA mmap_size={mapped}")
        connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        connection.execute(f"PRAGMA journal_size_limit={LOG_BYTES}")
        connection.execute("PRAGMA foreign_keys=ON")
        return connection

    def _prepare(self, ddl: str, format_name: str) -> None:
        """Check the format, or lay out a new file. An existing file is only read: another process may be writing it."""
        found = self._format()
        if found is None:
            with self._transaction() as connection:
                found = self._format()
                if found is None:
                    for statement in (_META, *filter(str.strip, ddl.split(";"))):
                        connection.execute(statement)
                    connection.execute("INSERT INTO meta VALUES ('format', ?)", (format_name,))
                    found = format_name
        if found != format_name:
            raise STORE_FORMAT(path=self._path, found=found, expected=format_name)

    def _format(self) -> str | None:
        if not self._writer.execute("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").fetchone():
            return None
        row = self._writer.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
        return row[0] if row else None

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A reader; never waits for the writer."""
        with self._guard:
            connection = self._idle.pop() if self._idle else None
        with translated():
            connection = connection or self._open(READ_CACHE_KIB, MAPPED_BYTES)
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.rollback()
                self._give_back(connection)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._guard:
            if not self._closed and len(self._idle) < KEPT_READERS:
                self._idle.append(connection)
                return
        connection.close()

    def moved(self) -> int:
        """A number that changes with every commit of any connection to the file."""
        with self._guard, translated():
            if self._watcher is None:
                self._watcher = self._open(0)
            return int(self._watcher.execute("PRAGMA data_version").fetchone()[0])

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """A reader whose statements all see the same state."""
        with self.reading() as connection:
            connection.execute("BEGIN")
            yield connection
            connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The writer inside one transaction: committed at the end, rolled back on any exception; raises GT-1006, GT-2011."""
        if not self._writing.acquire(timeout=self._wait):
            raise BUSY(reason=_BEING_WRITTEN)
        try:
            with translated(), self._transaction() as connection:
                yield connection
        finally:
            self._writing.release()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            yield self._writer
            if self._writer.in_transaction:
                self._writer.execute("COMMIT")
        finally:
            if self._writer.in_transaction:
                self._writer.rollback()

    def commit(self) -> None:
        """Make what the writer did last."""
        self._writer.execute("COMMIT")

    def commit_large(self) -> None:
        """Commit, and move the pages from the log into the file behind the caller's back: they are safe in either."""
        self._writer.execute("PRAGMA wal_autocheckpoint=0")
        try:
            self._writer.execute("COMMIT")
        finally:
            self._writer.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        self._settle()
        self._mover = threading.Thread(target=self._move_log, name="store-checkpoint")
        self._mover.start()

    def _move_log(self) -> None:
        # What this cannot move now, the next small commit moves.
        with suppress(sqlite3.Error), closing(self._open(READ_CACHE_KIB, MAPPED_BYTES)) as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _settle(self) -> None:
        if self._mover is not None:
            self._mover.join()
            self._mover = None

    def close(self) -> None:
        self._settle()
        with self._guard:
            self._closed = True
            idle, self._idle = self._idle, []
            watcher, self._watcher = self._watcher, None
        for connection in (*idle, watcher, self._writer):
            if connection is not None:
                connection.close()


@contextmanager
def translated() -> Iterator[None]:
    """SQLite's words for busy and full as kinds of our own; everything else stays unforeseen."""
    try:
        yield
    except sqlite3.OperationalError as problem:
        match getattr(problem, "sqlite_errorcode", 0) & 0xFF:
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                raise BUSY(reason=_BEING_WRITTEN) from problem
            case sqlite3.SQLITE_FULL:
                raise STORAGE_FULL() from problem
        raise
