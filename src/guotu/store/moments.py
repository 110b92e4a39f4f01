"""Which entries of a stream make up its state at a moment (docs/formats/journal.md, "Time")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from guotu.model.time import AsOf, Version


@dataclass(frozen=True, slots=True)
class Mark:
    """What time travel needs to know of a commit: `described` is the date its data describes."""

    version: Version
    described: date
    valid_time: bool
    """Whether any entry up to here carries valid time."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A resolved moment: the state after `version`; if `day` is set, what of it and its past is valid on that day."""

    version: Version
    day: date | None = None


def described_date(data_date: date | None, before: date | None, at: datetime) -> date:
    """The date a commit describes: its own data date, else that of the commit before, else the day it was written."""
    return data_date or before or at.date()


def resolve(marks: Sequence[Mark], at: AsOf) -> Moment | None:
    """The moment `at` means for a stream with these commits, oldest first; None where there is none.

    A date means valid time at the newest version where the stream keeps valid time; else the version whose described date
    is the newest that is not after it, the later commit winning among equals (a correction of the same edition).
    """
    if not marks:
        return None
    if at is None:
        return Moment(marks[-1].version)
    if isinstance(at, Version):
        return next((Moment(mark.version) for mark in marks if mark.version == at), None)
    if marks[-1].valid_time:
        return Moment(marks[-1].version, at)
    known = [mark for mark in marks if mark.described <= at]
    return Moment(max(known, key=lambda mark: (mark.described, mark.version)).version) if known else None
