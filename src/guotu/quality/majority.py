"""Which of several values for one thing is right: the one most rows have. What differs is remembered by its rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field

import numpy as np

_ESTABLISHED = 64
"""Rows after which a thing's first value is taken for granted and its rows are forgotten."""
_REMEMBERED = 10_000
_MOST = 200_000
"""Things beyond which no new ones are taken up: such a column names no things."""


@dataclass(slots=True)
class _Votes:
    count: int = 0
    rows: list[tuple[int, str | None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Dissent:
    """A row whose value is not that of most; `row` None stands for `count` rows no longer known one by one."""

    thing: Hashable
    value: Hashable
    common: Hashable
    row: int | None
    key: str | None
    count: int = 1


class Majority:
    """Votes on the value of each thing, batch by batch."""

    def __init__(self) -> None:
        self._votes: dict[Hashable, dict[Hashable, _Votes]] = {}

    def vote(
        self, thing: Hashable, value: Hashable, rows: np.ndarray, key: Callable[[int], str | None], first: int
    ) -> None:
        """Rows of one batch (from 0) that give a thing a value; `key` names a row, `first` is the batch's first number."""
        known = self._votes.get(thing)
        if known is None:
            if len(self._votes) > _MOST:
                return
            known = self._votes[thing] = {}
        mine = known.setdefault(value, _Votes())
        mine.count += len(rows)
        limit = _ESTABLISHED if next(iter(known)) == value else _REMEMBERED
        if mine.count > limit and len(mine.rows) < mine.count - len(rows):
            return  # forgotten before
        if mine.count > limit and limit == _ESTABLISHED:
            mine.rows.clear()
            return
        room = _REMEMBERED - len(mine.rows)
        mine.rows += [(first + row, key(row)) for row in rows[:room].tolist()]

    def dissent(self) -> Iterator[Dissent]:
        """Every row that differs from the most common value of its thing, in the order of things and rows."""
        for thing, values in self._votes.items():
            if len(values) < 2:
                continue
            common = max(values, key=lambda value: values[value].count)
            for value, votes in values.items():
                if value != common:
                    yield from (Dissent(thing, value, common, row, key) for row, key in votes.rows)
                    left = votes.count - len(votes.rows)
                    if left:
                        yield Dissent(thing, value, common, None, None, left)
