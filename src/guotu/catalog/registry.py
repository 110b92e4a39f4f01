"""The registry of resources: everything the node can name, whether its bytes are here or elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from shapely.geometry.base import BaseGeometry

from guotu.catalog import entry, ranking
from guotu.catalog.passages import Pages, Passage
from guotu.catalog.record import from_record, to_record
from guotu.catalog.terms import query_terms
from guotu.errors.catalog import RESOURCE_EXISTS, RESOURCE_UNKNOWN
from guotu.model.resource import Resource, ResourceKind
from guotu.model.time import Clock
from guotu.store.ports import RecordStore

Visible = Callable[[Resource], bool]
"""Whether a resource exists for the one who asks."""

KIND = "resource"
RETIRED = "retired"
_ALL = 2**31 - 1
_FEW = 100
"""More records than this are read in one sweep rather than one by one."""


@dataclass(frozen=True, slots=True)
class Found:
    """The best answers to a query with their scores, and how many there are in all."""

    total: int
    items: tuple[tuple[Resource, float], ...]
    passages: dict[str, list[Passage]] = field(default_factory=dict)
    """Where the text of a document among them says what was asked, by its id."""

    def __iter__(self) -> Iterator[Resource]:
        return (resource for resource, _ in self.items)

    def __len__(self) -> int:
        return len(self.items)


def everything(_: Resource) -> bool:
    """The view of one who may see all."""
    return True


class Catalog:
    """Resources by id, by class and by words. Retired ones stay on record but are no longer listed or found."""

    def __init__(self, records: RecordStore, clock: Clock) -> None:
        self._records, self._clock = records, clock

    def register(self, resource: Resource) -> Resource:
        """Enter a new resource, published now unless it says otherwise; raises GT-3002, GT-3003, GT-1311."""
        entry.check(resource)
        if self._records.get(KIND, resource.id) is not None:
            raise RESOURCE_EXISTS(id=resource.id)
        return self._keep(replace(resource, published=resource.published or self._clock()))

    def update(self, resource: Resource) -> Resource:
        """Replace an entry; its first publication stays unless given; raises GT-3001, GT-3003, GT-1311."""
        entry.check(resource)
        before = self.get(resource.id)
        return self._keep(replace(resource, published=resource.published or before.published))

    def retire(self, id: str) -> Resource:
        """Take a resource out of use and keep its record; raises GT-3001."""
        return self._keep(replace(self.get(id), status=RETIRED))

    def find(self, id: str) -> Resource | None:
        """The entry of an id, retired or not; None where there is none."""
        record = self._records.get(KIND, id)
        return None if record is None else from_record(record)

    def get(self, id: str, *, visible: Visible = everything) -> Resource:
        """The entry of an id, retired or not; raises GT-3001, for hidden ones too."""
        found = self.find(id)
        if found is None or not visible(found):
            raise RESOURCE_UNKNOWN(id=id)
        return found

    def list(
        self,
        kind: ResourceKind | None = None,
        category: str | None = None,
        *,
        visible: Visible = everything,
        retired: bool = False,
    ) -> list[Resource]:
        """Resources in use by id, of one kind, of one category and all under it; `retired` lists those out of use instead."""
        return [
            resource
            for resource in (from_record(body) for _, body in self._records.all(KIND))
            if (resource.status == RETIRED) == retired
            and _matches(resource, kind, category)
            and visible(resource)
        ]

    def search(
        self,
        text: str,
        limit: int = 20,
        *,
        kind: ResourceKind | None = None,
        category: str | None = None,
        visible: Visible = everything,
    ) -> Found:
        """Resources in use that have every word of a text, in their entry or in their own text, best first, equal ones by id.

        Hidden resources count for nothing: neither in `total` nor in the order. A text without words finds nothing.
        """
        asked = query_terms(text)
        if not asked:
            return Found(0, ())
        pages = Pages(self._records, asked)
        found = [
            (resource, ranking.score(resource, text, asked) + pages.share(resource.id, asked))
            for resource in self._carrying(asked, pages)
            if resource.status != RETIRED and _matches(resource, kind, category) and visible(resource)
        ]
        found.sort(key=lambda pair: (-pair[1], pair[0].id))
        best = tuple(found[: max(limit, 0)])
        told = {resource.id: pages.passages(resource.id, text) for resource, _ in best}
        return Found(len(found), best, {id: some for id, some in told.items() if some})

    def counts(self, *, visible: Visible = everything) -> dict[str, int]:
        """How many resources in use each category has, those under it included."""
        counted: dict[str, int] = {}
        for resource in self.list(visible=visible):
            parts = resource.category.split("/")
            for depth in range(len(parts)):
                path = "/".join(parts[: depth + 1])
                counted[path] = counted.get(path, 0) + 1
        return counted

    def coverage(self, dataset: str) -> BaseGeometry | None:
        """The area that a dataset claims to cover entirely, in degrees; None where it claims none or is not known."""
        resource = self.find(dataset)
        return None if resource is None else entry.polygon(resource)

    def _carrying(self, asked: tuple[str, ...], pages: Pages) -> Iterator[Resource]:
        wanted: set[str] | None = None
        for term in asked:
            ids = {id for id, _ in self._records.search(KIND, [term], _ALL)} | pages.resources(term)
            wanted = ids if wanted is None else wanted & ids
        if wanted is None or len(wanted) <= _FEW:
            return filter(None, map(self.find, sorted(wanted or ())))
        return (from_record(body) for id, body in self._records.all(KIND) if id in wanted)

    def _keep(self, resource: Resource) -> Resource:
        self._records.put(KIND, resource.id, to_record(resource), terms=sorted(ranking.terms(resource)))
        return resource


def _matches(resource: Resource, kind: ResourceKind | None, category: str | None) -> bool:
    inside = category is None or resource.category == category or resource.category.startswith(f"{category}/")
    return inside and kind in (None, resource.kind)
