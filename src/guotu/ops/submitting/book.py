"""The book of submissions: one record each, holding its rounds and its trail, written whole or not at all.

Steps are taken one after the other across processes (a lock file), and each names the step it has seen: of two people who decide
at the same moment exactly one wins.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from guotu.apps.submission import trail
from guotu.apps.submission.machine import Action, machine
from guotu.errors.submission import STEP_RACED, SUBMISSION_UNKNOWN
from guotu.guard.subject import OPERATOR, Subject
from guotu.node import Node

KIND: Final = "submission"
SYSTEM: Final = Subject("system", "系统", "", frozenset(), OPERATOR.clearance)
Record = dict[str, Any]


@dataclass(slots=True)
class Taken:
    """What a step does to the record: `facts` go into the trail, `note` is its text for people."""

    facts: dict[str, Any] = field(default_factory=dict)
    note: str = ""


Change = Callable[[Record], Taken]


class Book:
    """The submissions of a node, seen by those they concern."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def get(self, subject: Subject, id: str) -> Record:
        """A submission; raises GT-7033 where it does not exist for the subject, GT-7042 where its trail was changed."""
        record = self._node.records.get(KIND, id)
        if record is None or not self._sees(subject, record):
            raise SUBMISSION_UNKNOWN(id=id)
        trail.verify(id, record["trail"], self._node.signed)
        return record

    def all(self, subject: Subject) -> list[Record]:
        """The submissions a subject sees, newest first."""
        seen = [body for _, body in self._node.records.all(KIND) if self._sees(subject, body)]
        return sorted(seen, key=lambda each: (str(each["created"]), str(each["id"])), reverse=True)

    def every(self) -> list[Record]:
        """All submissions, for counting."""
        return [body for _, body in self._node.records.all(KIND)]

    def begin(self, subject: Subject, record: Mapping[str, Any], taken: Taken) -> Record:
        """Enter a new submission under a number of its own; raises GT-7035."""
        way = machine()
        way.require(way.actions["create"], subject, str(record["unit"]))
        with alone(self._node.home / "submissions.lock"):
            start = f"HJ-{record['division']}-{record['year']}-"
            taken_numbers = [
                int(id.removeprefix(start)) for id, _ in self._node.records.all(KIND) if id.startswith(start)
            ]
            id = f"{start}{max(taken_numbers, default=0) + 1:04d}"
            body = {**record, "id": id, "state": way.first, "trail": []}
            return self._written(body, subject, way.actions["create"], "", taken)

    def step(
        self, subject: Subject, id: str, action: str, change: Change, *, seen: int | None = None
    ) -> Record:
        """Take a step: legal here (GT-7034), for the subject (GT-7035), nobody faster (GT-7036); then `change` is applied."""
        way = machine()
        with alone(self._node.home / "submissions.lock"):
            record = self.get(OPERATOR if subject is SYSTEM else subject, id)
            self.unraced(record, seen)
            wanted = way.step(action, id, record["state"])
            if subject is not SYSTEM:
                way.require(wanted, subject, record["unit"])
            before = record["state"]
            return self._written(record, subject, wanted, before, change(record))

    def unraced(self, record: Record, seen: int | None) -> None:
        """Raises GT-7036 where somebody took a step since."""
        now = len(record["trail"])
        if seen is not None and seen != now:
            last, state = record["trail"][-1], machine().states[record["state"]].title
            raise STEP_RACED(
                id=record["id"], seen=seen, now=now, state_zh=state.zh, state_en=state.en, by=last["name"]
            )

    def _written(self, record: Record, subject: Subject, action: Action, before: str, taken: Taken) -> Record:
        entry = {
            "at": self._node.clock().isoformat(timespec="seconds"),
            "by": subject.id,
            "name": subject.name,
            "organisation": subject.organisation,
            "action": action.id,
            "from": before,
            "to": action.target,
            "round": len(record["rounds"]),
            "note": taken.note,
            "facts": taken.facts,
        }
        record["state"] = action.target
        record["trail"] = trail.appended(record["trail"], entry, self._node.sign)
        self._node.records.put(KIND, record["id"], record)
        return record

    def _sees(self, subject: Subject, record: Mapping[str, Any]) -> bool:
        sides = machine().sides
        return any(sides[side].holds(subject, record["unit"]) for side in ("submitter", "receiver"))


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """One at a time, across threads and processes; a process that dies lets go."""
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
