"""Records in a dictionary."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from guotu.store.scoring import count_terms, ranked


class MemoryRecordStore:
    """See `guotu.store.ports.RecordStore`."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, str], tuple[str, Counter[str]]] = {}

    def put(self, kind: str, id: str, body: dict[str, Any], *, terms: Iterable[str] = ()) -> None:
        self._records[kind, id] = json.dumps(body, allow_nan=False), count_terms(terms)

    def get(self, kind: str, id: str) -> dict[str, Any] | None:
        found = self._records.get((kind, id))
        return None if found is None else dict(json.loads(found[0]))

    def all(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for (its_kind, name), (body, _) in sorted(self._records.items(), key=lambda item: item[0]):
            if its_kind == kind:
                yield name, json.loads(body)

    def delete(self, kind: str, id: str) -> bool:
        return self._records.pop((kind, id), None) is not None

    def search(self, kind: str, terms: Iterable[str], limit: int) -> list[tuple[str, float]]:
        mine = {name: counts for (its_kind, name), (_, counts) in self._records.items() if its_kind == kind}
        postings = [
            {name: counts[term] for name, counts in mine.items() if counts[term]}
            for term in sorted(set(terms))
        ]
        return ranked(postings, len(mine))[: max(limit, 0)]

    def close(self) -> None:
        return None
