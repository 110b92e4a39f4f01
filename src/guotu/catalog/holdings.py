"""Editions of resources that are kept as files, oldest first, and the searchable text of the present one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from itertools import count, takewhile
from typing import Any

from guotu.catalog.passages import PAGE, page_id
from guotu.catalog.terms import index_terms
from guotu.errors.catalog import EDITION_UNKNOWN
from guotu.model.edition import Edition, Page
from guotu.model.time import AsOf, Version
from guotu.store.ports import RecordStore

EDITION = "edition"


class Holdings:
    """The editions of each resource. One writer at a time: callers hold the node's lock (`ops.keeping`)."""

    def __init__(self, records: RecordStore) -> None:
        self._records = records

    def editions(self, id: str) -> list[Edition]:
        """Every edition, oldest first; empty for a resource that keeps none."""
        found = (self._records.get(EDITION, _key(id, number)) for number in count(1))
        return [
            _from_record(body) for body in takewhile(lambda body: body is not None, found) if body is not None
        ]

    def find(self, id: str, at: AsOf = None) -> Edition | None:
        """The edition at a moment: of a version, the newest described by a date, or now; None where there is none.

        A later edition takes the place of an earlier one unless both are dated and it describes an earlier day: an old
        picture that arrives late is not the present one.
        """
        editions = self.editions(id)
        if isinstance(at, Version):
            return next((one for one in editions if one.version == at), None)
        found: Edition | None = None
        for one in editions:
            if at is not None and one.described > at:
                continue
            late = found is not None and found.data_date and one.data_date and one.data_date < found.data_date
            found = found if late else one
        return found

    def get(self, id: str, at: AsOf = None) -> Edition:
        """As `find`; raises GT-3004."""
        found = self.find(id, at)
        if found is None:
            raise EDITION_UNKNOWN(id=id, at=at or "-")
        return found

    def add(self, id: str, edition: Edition, pages: Sequence[Page] = ()) -> None:
        """Keep an edition. Its text is entered first and that of the edition before removed last, so that a broken-off
        attempt leaves nothing that counts."""
        before = self.find(id)
        for page in pages:
            body = {"resource": id, "edition": edition.number, "page": page.number, "text": page.text}
            self._records.put(
                PAGE, page_id(id, edition.number, page.number), body, terms=index_terms(page.text)
            )
        self._records.put(EDITION, _key(id, edition.number), _to_record(edition))
        now = self.find(id)
        stale = before if now is not None and now.number == edition.number else edition
        if stale is not None:
            for number in range(1, stale.pages + 1):
                self._records.delete(PAGE, page_id(id, stale.number, number))


def _key(id: str, number: int) -> str:
    return f"{id}@{number:06d}"


def _to_record(edition: Edition) -> dict[str, Any]:
    body = asdict(edition)
    return body | {
        "at": edition.at.isoformat(),
        "data_date": edition.data_date and edition.data_date.isoformat(),
        "warnings": [list(pair) for pair in edition.warnings],
    }


def _from_record(body: dict[str, Any]) -> Edition:
    return Edition(
        **body
        | {
            "at": datetime.fromisoformat(body["at"]),
            "data_date": date.fromisoformat(body["data_date"]) if body["data_date"] else None,
            "warnings": tuple((zh, en) for zh, en in body["warnings"]),
        }
    )
