"""The yearly lists of a node: kept, brought up to date, and how far every item has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from guotu.apps.submission.bulletin import Bulletin, bulletin
from guotu.apps.submission.lists import DueItem, DueList, Progress, progress
from guotu.errors.submission import LIST_UNKNOWN
from guotu.guard.subject import OPERATOR, Operation, Subject
from guotu.node import Node
from guotu.ops.submitting.book import Book
from guotu.standards.packages import profile

KIND: Final = "submission-list"


def lists(node: Node) -> list[DueList]:
    """Every list, newest year first."""
    found = [DueList.from_dict(body) for _, body in node.records.all(KIND)]
    return sorted(found, key=lambda each: -each.year)


def list_of(node: Node, year: int) -> DueList:
    """The list of a year; raises GT-7041."""
    body = node.records.get(KIND, str(year))
    if body is None:
        known = "、".join(str(each.year) for each in lists(node)) or "—"
        raise LIST_UNKNOWN(year=year, known=known)
    return DueList.from_dict(body)


def item_of(node: Node, name: str) -> DueItem:
    """An item by `<year>/<id>`; raises GT-7041."""
    year, _, id = name.partition("/")
    due = list_of(node, int(year) if year.isdigit() else 0)
    for item in due.items:
        if item.id == id:
            return item
    raise LIST_UNKNOWN(year=name, known="、".join(f"{due.year}/{item.id}" for item in due.items) or "—")


def enter(
    node: Node, subject: Subject, year: int, items: Iterable[Mapping[str, Any]], *, title: str = ""
) -> DueList:
    """Add items to a year's list, or change those of the same id. Raises GT-4003, GT-7040, GT-7030."""
    if subject != OPERATOR:
        subject.require(Operation.MANAGE)
    body = node.records.get(KIND, str(year))
    due = DueList.from_dict(body) if body else DueList(year, title, node.identity.name, ())
    for each in items:
        item = DueItem.from_dict(each)
        profile(item.profile, node.home)
        due = due.with_item(item)
    if title:
        due = DueList(due.year, title, due.receiver, due.items)
    node.records.put(KIND, str(year), due.as_dict())
    return due


def standing(node: Node, year: int, subject: Subject | None = None) -> list[Progress]:
    """How far every item of a year has come; with a subject that is no receiver, those of its own unit only."""
    due, today = list_of(node, year), node.clock().date()
    records = Book(node).every()
    found = [
        progress(item, (each for each in records if each["item"] == f"{year}/{item.id}"), today)
        for item in due.items
    ]
    if subject is None or is_receiver(subject):
        return found
    return [each for each in found if each.item.unit == subject.organisation]


def bulletin_of(node: Node, year: int) -> Bulletin:
    """The bulletin of a year as of today; raises GT-7041."""
    return bulletin(list_of(node, year), standing(node, year), node.clock().date())


def is_receiver(subject: Subject) -> bool:
    """Whether a subject decides on submissions, and so sees everybody's."""
    from guotu.apps.submission.machine import machine

    return machine().sides["receiver"].holds(subject, "")
