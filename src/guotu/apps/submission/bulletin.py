"""The bulletin (通报): how the units kept their list, counted from the trails of their submissions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from guotu.apps.submission.lists import DueList, Progress, terms
from guotu.errors import Lang
from guotu.model.finding import Grade
from guotu.standards.rules import scoring


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit: how many items were due, came in time, came late, did not come, are not yet due, were returned (times), are
    adopted; its points and grade, None while nothing of it is to be judged."""

    unit: str
    due: int
    in_time: int
    late: int
    missing: int
    open: int
    returns: int
    adopted: int
    points: float | None
    grade: Grade | None

    def as_dict(self, lang: Lang) -> dict[str, Any]:
        body = {name: getattr(self, name) for name in self.__slots__ if name != "grade"}
        return {**body, "grade": self.grade.word(lang) if self.grade else None}


@dataclass(frozen=True, slots=True)
class Bulletin:
    """The bulletin of a list on a day: a row for each unit, best first, and every item."""

    title: str
    year: int
    receiver: str
    on: date
    units: tuple[UnitRow, ...]
    items: tuple[Progress, ...]

    @property
    def total(self) -> UnitRow:
        """All units together."""
        return _row("", self.items)

    def as_dict(self, lang: Lang) -> dict[str, Any]:
        return {
            "title": self.title,
            "year": self.year,
            "receiver": self.receiver,
            "on": self.on.isoformat(),
            "terms": terms().edition,
            "units": [row.as_dict(lang) for row in self.units],
            "total": self.total.as_dict(lang),
            "items": [each.as_dict() for each in self.items],
        }


def bulletin(due: DueList, items: Iterable[Progress], on: date) -> Bulletin:
    """The bulletin of a list whose items stand as given."""
    every = tuple(items)
    units = dict.fromkeys(each.item.unit for each in every)
    rows = [_row(unit, tuple(each for each in every if each.item.unit == unit)) for unit in units]
    ranked = sorted(rows, key=_rank)
    title = due.title or f"{due.year}年度国土空间数据汇交"
    return Bulletin(title, due.year, due.receiver, on, tuple(ranked), every)


def _row(unit: str, items: tuple[Progress, ...]) -> UnitRow:
    """Items that are not yet due and have not come count for nothing but themselves."""
    came = [each for each in items if each.handed_in is not None]
    missing = [each for each in items if each.handed_in is None and each.late]
    judged = [*came, *missing]
    points = round(sum(each.points for each in judged) / len(judged), 2) if judged else None
    return UnitRow(
        unit=unit,
        due=len(items),
        in_time=sum(not each.late for each in came),
        late=sum(each.late > 0 for each in came),
        missing=len(missing),
        open=len(items) - len(judged),
        returns=sum(each.returns for each in items),
        adopted=sum(each.state == "adopted" for each in items),
        points=points,
        grade=None if points is None else _grade(points),
    )


def _rank(row: UnitRow) -> tuple[bool, float, int, str]:
    """Best first; those of whom nothing is to be judged yet last."""
    return row.points is None, -(row.points or 0.0), row.missing, row.unit


def _grade(points: float) -> Grade:
    for name, least in scoring()["grades"].items():
        if points >= least:
            return Grade(name)
    return Grade.UNQUALIFIED
