"""Relations between objects of different datasets, and the stages a piece of land passes through."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Relation:
    """How an object of `second` belongs to one of `first`: by any pair of key fields, or by ground.

    `keys` pairs of (field of the first, field of the second); `share` least share of the second's ground on the first, None where
    place binds nothing; `dates` fields whose days must not run backwards; `needed`: without a partner the second is at fault.
    """

    id: str
    title: str
    title_en: str
    first: str
    second: str
    keys: tuple[tuple[str, str], ...] = ()
    share: float | None = None
    dates: tuple[str, str] | None = None
    needed: bool = False
    confidence: str = "C"


@dataclass(frozen=True, slots=True)
class Stage:
    """What happens to land when an object of a dataset appears; `date` the field that says when, None: the edition's day."""

    dataset: str
    title: str
    title_en: str
    date: str | None = None
