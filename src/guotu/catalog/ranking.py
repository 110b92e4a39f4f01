"""Which resource answers a query best. A score depends on the resource and the query alone, never on what else there is:
hidden resources leave no trace in the order of the visible ones."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from guotu.catalog.terms import index_terms, squeezed
from guotu.model.resource import Resource
from guotu.standards import catalogue

_EXACT = 2.0
"""A field that says exactly the query weighs this much more than one that contains it."""


def fields(resource: Resource) -> Iterator[tuple[float, str]]:
    """(weight, text) of everything a resource is found by."""
    yield 10.0, resource.id
    yield 8.0, resource.title
    yield 6.0, resource.title_en
    for keyword in resource.keywords:
        yield 5.0, keyword
    yield 3.0, resource.owner
    yield 2.0, _category(resource.category)
    yield 1.0, resource.abstract
    yield 0.5, resource.lineage


def terms(resource: Resource) -> set[str]:
    """Every term a resource is found by."""
    found: set[str] = set()
    for _, text in fields(resource):
        found |= index_terms(text)
    return found


def score(resource: Resource, query: str, asked: tuple[str, ...]) -> float:
    """How well a resource answers: for each field its weight times the share of the terms it has, more for the whole phrase."""
    phrase, total = squeezed(query), 0.0
    for weight, text in fields(resource):
        held = index_terms(text)
        total += weight * sum(term in held for term in asked) / len(asked)
        said = squeezed(text)
        if phrase in said:
            total += weight * (_EXACT if phrase == said else 1.0)
    return round(total, 6)


@cache
def _category(path: str) -> str:
    titles = []
    for root in catalogue.categories():
        for found in root.walk():
            if path == found.id or path.startswith(found.id + "/"):
                titles += [found.title, found.title_en]
    return " ".join(titles)
