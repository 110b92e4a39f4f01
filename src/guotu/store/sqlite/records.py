"""Records of the control plane in a file of their own, so that a long landing never holds up a sign-in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from guotu.model.time import Clock
from guotu.store.scoring import count_terms, ranked
from guotu.store.sqlite.connections import Connections

FORMAT: Final = "guotu-records/1"
DDL: Final = """
CREATE TABLE record (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, written TEXT NOT NULL,
  PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID;
CREATE TABLE term (kind TEXT NOT NULL, term TEXT NOT NULL, id TEXT NOT NULL, times INTEGER NOT NULL,
  PRIMARY KEY (kind, term, id)) STRICT, WITHOUT ROWID;
CREATE INDEX term_id ON term (kind, id)
"""


class SqliteRecordStore:
    """See `guotu.store.ports.RecordStore`."""

    def __init__(self, path: Path, clock: Clock, *, wait_seconds: float = 5.0) -> None:
        self._clock = clock
        self._connections = Connections(path, wait_seconds=wait_seconds, ddl=DDL, format_name=FORMAT)

    def put(self, kind: str, id: str, body: dict[str, Any], *, terms: Iterable[str] = ()) -> None:
        text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        counted = [(kind, term, id, times) for term, times in sorted(count_terms(terms).items())]
        with self._connections.writing() as connection:
            written = self._clock().isoformat()
            connection.execute("INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?)", (kind, id, text, written))
            connection.execute("DELETE FROM term WHERE kind = ? AND id = ?", (kind, id))
            connection.executemany("INSERT INTO term VALUES (?, ?, ?, ?)", counted)

    def get(self, kind: str, id: str) -> dict[str, Any] | None:
        with self._connections.reading() as connection:
            found = connection.execute(
                "SELECT body FROM record WHERE kind = ? AND id = ?", (kind, id)
            ).fetchone()
        return None if found is None else dict(json.loads(found[0]))

    def all(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        with self._connections.reading() as connection:
            for name, body in connection.execute(
                "SELECT id, body FROM record WHERE kind = ? ORDER BY id", (kind,)
            ):
                yield name, json.loads(body)

    def delete(self, kind: str, id: str) -> bool:
        with self._connections.writing() as connection:
            connection.execute("DELETE FROM term WHERE kind = ? AND id = ?", (kind, id))
            return connection.execute("DELETE FROM record WHERE kind = ? AND id = ?", (kind, id)).rowcount > 0

    def search(self, kind: str, terms: Iterable[str], limit: int) -> list[tuple[str, float]]:
        wanted = sorted(set(terms))
        with self._connections.snapshot() as connection:
            total = connection.execute("SELECT count(*) FROM record WHERE kind = ?", (kind,)).fetchone()[0]
            query = "SELECT id, times FROM term WHERE kind = ? AND term = ?"
            postings = [dict(connection.execute(query, (kind, term)).fetchall()) for term in wanted]
        return ranked(postings, total)[: max(limit, 0)]

    def close(self) -> None:
        self._connections.close()
