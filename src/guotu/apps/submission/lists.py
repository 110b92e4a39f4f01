"""Yearly lists of what is due (汇交清单): which unit answers for what until when, and how far it has come."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from guotu.apps.submission.machine import Words
from guotu.errors.submission import LIST_INVALID

_DIVISION: Final = re.compile(r"[1-8]\d{5}(\d{3}|\d{6})?")
HANDED_IN: Final = frozenset(("submitted", "received", "reviewing", "returned", "adopting", "adopted"))


@dataclass(frozen=True, slots=True)
class DueItem:
    """One thing due: who hands in what for which division until when."""

    id: str
    division: str
    unit: str
    profile: str
    deadline: date
    title: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "division": self.division,
            "unit": self.unit,
            "profile": self.profile,
            "deadline": self.deadline.isoformat(),
            "title": self.title,
        }

    @classmethod
    def from_dict(cls, body: Mapping[str, Any]) -> DueItem:
        """What `as_dict` gave; raises GT-7040 for anything else."""
        try:
            item = cls(
                str(body.get("id") or f"{body['division']}-{body['profile']}"),
                str(body["division"]),
                str(body["unit"]).strip(),
                str(body["profile"]),
                date.fromisoformat(str(body["deadline"])),
                str(body.get("title", "")),
            )
        except KeyError as missing:
            raise LIST_INVALID(
                reason_zh=f"缺少 {missing.args[0]}", reason_en=f"{missing.args[0]} is missing"
            ) from None
        except ValueError as wrong:
            raise LIST_INVALID(reason_zh=f"截止日期：{wrong}", reason_en=f"deadline: {wrong}") from None
        if not _DIVISION.fullmatch(item.division):
            raise LIST_INVALID(reason_zh=f"行政区代码 {item.division}", reason_en=f"division {item.division}")
        if not item.unit:
            raise LIST_INVALID(reason_zh="缺少责任单位", reason_en="the unit is missing")
        return item


@dataclass(frozen=True, slots=True)
class DueList:
    """What is due in a year."""

    year: int
    title: str
    receiver: str
    items: tuple[DueItem, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "year": self.year,
            "title": self.title,
            "receiver": self.receiver,
            "items": [item.as_dict() for item in self.items],
        }

    @classmethod
    def from_dict(cls, body: Mapping[str, Any]) -> DueList:
        """What `as_dict` gave; raises GT-7040 for anything else."""
        items = tuple(DueItem.from_dict(each) for each in body.get("items", ()))
        ids = [item.id for item in items]
        if len(ids) != len(set(ids)):
            twice = next(id for id in ids if ids.count(id) > 1)
            raise LIST_INVALID(reason_zh=f"{twice} 有两项", reason_en=f"{twice} is there twice")
        return cls(int(body["year"]), str(body.get("title", "")), str(body.get("receiver", "")), items)

    def with_item(self, item: DueItem) -> DueList:
        """With one more item, in place of one of the same id."""
        kept = [each for each in self.items if each.id != item.id]
        ordered = sorted([*kept, item], key=lambda each: (each.unit, each.division, each.profile))
        return DueList(self.year, self.title, self.receiver, tuple(ordered))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one item has come on a day.

    `state` is that of its newest submission ("" before there is one), `handed_in` the day it first came, `returns` how often it
    was sent back, `late` days beyond the deadline (of the first coming, or until today where nothing came), `left` days to go.
    """

    item: DueItem
    submission: str
    state: str
    handed_in: date | None
    returns: int
    late: int
    left: int
    reminder: str
    points: float

    def as_dict(self) -> dict[str, Any]:
        body = {name: getattr(self, name) for name in self.__slots__ if name not in ("item", "handed_in")}
        handed_in = self.handed_in.isoformat() if self.handed_in else None
        return {**self.item.as_dict(), **body, "handed_in": handed_in}


@dataclass(frozen=True, slots=True)
class Terms:
    """How timeliness is reminded of and scored (`bulletin.toml`)."""

    edition: str
    soon: int
    urgent: int
    late_point: float
    late_most: float
    return_point: float
    return_most: float
    reminders: Mapping[str, Words]


@cache
def terms() -> Terms:
    """The terms of the platform."""
    text = resources.files("guotu.apps.submission").joinpath("bulletin.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    reminders = {id: Words(each["zh"], each["en"]) for id, each in table["reminder"].items()}
    days, points = table["days"], table["points"]
    return Terms(
        str(table["edition"]), days["soon"], days["urgent"], points["late_day"], points["late_most"],
        points["return"], points["return_most"], MappingProxyType(reminders),
    )  # fmt: skip


def progress(
    item: DueItem, submissions: Iterable[Mapping[str, Any]], today: date, by: Terms | None = None
) -> Progress:
    """Where an item stands; `submissions` are the records of those made for it."""
    by = by or terms()
    alive = [each for each in submissions if each["state"] != "withdrawn"]
    newest = max(alive, key=lambda each: str(each["created"]), default=None)
    steps = [step for each in alive for step in each["trail"]]
    days = [date.fromisoformat(step["at"][:10]) for step in steps if step["action"] == "submit"]
    first = min(days, default=None)
    returns = sum(step["action"] == "return" for step in steps)
    late = max(0, ((first or today) - item.deadline).days)
    left = (item.deadline - today).days
    state = str(newest["state"]) if newest else ""
    points = _points(by, late, returns, came=first is not None)
    return Progress(
        item, str(newest["id"]) if newest else "", state, first, returns, late, left,
        _reminder(by, state, first, late, left), points,
    )  # fmt: skip


def _points(by: Terms, late: int, returns: int, *, came: bool) -> float:
    if not came:
        return 0.0 if late else 100.0
    lost = min(late * by.late_point, by.late_most) + min(returns * by.return_point, by.return_most)
    return round(max(0.0, 100.0 - lost), 2)


def _reminder(by: Terms, state: str, first: date | None, late: int, left: int) -> str:
    if state == "adopted":
        return "done_late" if late else "done"
    if state == "returned":
        return "returned"
    if first is not None:
        return "in_hand"
    if late:
        return "overdue"
    return "urgent" if left <= by.urgent else "soon" if left <= by.soon else "quiet"


def rows_of(text: str) -> list[dict[str, str]]:
    """Items from CSV: division, unit, profile, deadline, title (optional); raises GT-7040."""
    import csv
    import io

    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    names: Sequence[str] = reader.fieldnames or ()
    missing = [name for name in ("division", "unit", "profile", "deadline") if name not in names]
    if missing:
        shown = "、".join(missing)
        raise LIST_INVALID(reason_zh=f"缺少列 {shown}", reason_en=f"no column {shown}")
    return [{name: (value or "").strip() for name, value in row.items() if name} for row in reader]
