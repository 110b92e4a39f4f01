"""The text inside documents: which pages carry a word, and the words around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from guotu.catalog.terms import normalise, squeezed
from guotu.store.ports import RecordStore

PAGE = "page"
_ALL = 2**31 - 1
_READ = 5
"""Pages of one document that are opened to look for the phrase."""
_BEFORE, _AFTER = 30, 70


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a document says what was asked: page number and the words around."""

    page: int
    snippet: str
    exact: bool
    """The whole query stands there as one phrase."""


def page_id(resource: str, edition: int, page: int) -> str:
    """The id of a page's record."""
    return f"{resource}@{edition}:{page:06d}"


class Pages:
    """Searchable pages by the terms they carry."""

    def __init__(self, records: RecordStore, asked: Sequence[str]) -> None:
        self._records = records
        self._carrying: dict[str, dict[str, set[str]]] = {}
        for term in asked:
            for id, _ in records.search(PAGE, [term], _ALL):
                pages = self._carrying.setdefault(id.rpartition("@")[0], {})
                pages.setdefault(id, set()).add(term)

    def resources(self, term: str) -> set[str]:
        """Documents whose text carries a term."""
        return {
            resource
            for resource, pages in self._carrying.items()
            if any(term in terms for terms in pages.values())
        }

    def share(self, resource: str, asked: Sequence[str]) -> float:
        """How much of the query the text of a document carries, 0 to 1."""
        pages = self._carrying.get(resource, {})
        return len(set().union(*pages.values())) / len(asked) if pages else 0.0

    def passages(self, resource: str, text: str, limit: int = 3) -> list[Passage]:
        """The pages that say most of a query, with the words around; whole phrases first."""
        pages = self._carrying.get(resource, {})
        likely = sorted(pages, key=lambda id: (-len(pages[id]), id))[:_READ]
        found = []
        for id in likely:
            body = self._records.get(PAGE, id)
            if body is not None:
                snippet, exact = _around(body["text"], text, pages[id])
                found.append(Passage(body["page"], snippet, exact))
        found.sort(key=lambda one: (not one.exact, one.page))
        return found[:limit]


def _around(page: str, query: str, terms: set[str]) -> tuple[str, bool]:
    """Some words before and after the phrase, or before and after the longest term of it that the page has."""
    flat = " ".join(page.split())
    plain = normalise(flat)
    if len(plain) != len(flat):
        flat = plain
    phrase = " ".join(normalise(query).split())
    exact = phrase in plain or squeezed(query) in squeezed(page)
    at = plain.find(phrase)
    if at < 0:
        places = [(plain.find(term), term) for term in sorted(terms, key=lambda term: (-len(term), term))]
        at = next((place for place, _ in places if place >= 0), 0)
    start, end = max(0, at - _BEFORE), min(len(flat), at + len(phrase) + _AFTER)
    return f"{'…' if start else ''}{flat[start:end].strip()}{'…' if end < len(flat) else ''}", exact
