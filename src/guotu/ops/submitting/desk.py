"""Submissions on a node, step by step: what the unit that hands in does, and what the receiver does.

desk = SubmissionDesk(node)
made = desk.create(surveyor, profile, path)
desk.check(surveyor, made["id"]); desk.submit(surveyor, made["id"])
desk.receive(officer, made["id"])            # the receipt is signed and kept
desk.review(officer, made["id"]); desk.give_back(officer, made["id"], reason, deadline)
desk.replace(surveyor, made["id"], mended)   # a new round; history stays
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson

from guotu.apps.submission import receipt
from guotu.apps.submission.machine import machine
from guotu.errors.submission import FINDING_UNKNOWN
from guotu.guard.subject import Subject
from guotu.ingest.check import Cancel, Progress, never, silent
from guotu.model.exemption import Exemption
from guotu.node import Node
from guotu.ops.exceptions import ExceptionBook
from guotu.ops.intake import limits
from guotu.ops.submitting import rounds
from guotu.ops.submitting.book import Book, Record, Taken
from guotu.ops.submitting.checking import CheckedPackage, check_package
from guotu.ops.submitting.lists import item_of
from guotu.standards.packages import PackageProfile, profile


class SubmissionDesk:
    """Every step of every submission of a node."""

    def __init__(self, node: Node) -> None:
        self.node, self.book = node, Book(node)

    # --- the unit that hands in ----------------------------------------------------------------------------------------

    def create(
        self, subject: Subject, kind: PackageProfile, path: Path, *, unit: str = "", item: str = ""
    ) -> Record:
        """Begin a submission with a package (folder or zip): its files are kept by their hashes, nothing is judged yet.

        `item` names what of a yearly list it answers ("2026/349021-survey-change-county"): then profile and unit are the list's.
        Raises   GT-7035, GT-7041, GT-7044, GT-1107…1112
        """
        due = item_of(self.node, item) if item else None
        if due is not None:
            kind, unit = profile(due.profile, self.node.home), due.unit
        unit = unit or subject.organisation or self.node.identity.name
        way = machine()
        way.require(way.actions["create"], subject, unit)
        with self.node.workspace() as work:
            name, package = rounds.kept(self.node, path, work)
        tokens = kind.matches(kind.root, name) or {}
        division = tokens.get(kind.division) or (due.division if due else self.node.identity.division)
        now = self._now()
        record = {
            "profile": kind.id,
            "edition": kind.edition,
            "title": f"{kind.title} {division}",
            "division": division,
            "year": int(tokens.get(kind.year) or now[:4]),
            "unit": unit,
            "item": item,
            "created": now,
            "rounds": [rounds.fresh(1, package, now, subject.id)],
            "adoption": None,
        }
        return self.book.begin(subject, record, Taken({"package": package["digest"]}, name))

    def check(
        self,
        subject: Subject,
        id: str,
        *,
        seen: int | None = None,
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> Record:
        """Judge the package by its profile and its layers by their rules; the report is kept whatever the verdict."""
        record, at = self._ready(subject, id, "check", seen)
        found = self._judged(subject, record, progress, cancel)

        def change(record: Record) -> Taken:
            now = record["rounds"][-1]
            now["check"] = rounds.summary(self.node, found)
            if len(record["rounds"]) > 1:
                now["difference"] = rounds.difference(self.node, record["rounds"][-2], now)
            return Taken(_facts(now["check"]), found.report.summary("zh"))

        return self.book.step(subject, id, "check", change, seen=at)

    def explain(
        self,
        subject: Subject,
        id: str,
        number: int,
        reason: str,
        document: str = "",
        *,
        seen: int | None = None,
    ) -> Record:
        """Ask for an exception (例外说明) for finding `number` of the check. Raises GT-7037, GT-7045."""

        def change(record: Record) -> Taken:
            self._hold(record, "explain", text=reason.strip())
            now = record["rounds"][-1]
            told = self._finding(record, now["check"], number)
            entry = {"finding": number, "rule": told["rule"], "reason": reason.strip(), "document": document}
            now["explanations"] = [
                *(each for each in now["explanations"] if each["finding"] != number),
                entry | {"approved": None},
            ]
            return Taken(entry, reason.strip())

        return self.book.step(subject, id, "explain", change, seen=seen)

    def submit(self, subject: Subject, id: str, *, seen: int | None = None) -> Record:
        """Hand it in; raises GT-7037 unless the check passed or every finding that refuses it is explained."""

        def change(record: Record) -> Taken:
            now = record["rounds"][-1]
            explained = {each["finding"] for each in now["explanations"]}
            hard = [] if now["check"]["passed"] else rounds.hard_findings(self.node, now["check"])
            all_explained = len(hard) >= now["check"]["hard"] and set(hard) <= explained
            self._hold(record, "submit", passed=now["check"]["passed"] or all_explained)
            now["submitted"] = {"at": self._now(), "by": subject.id, "name": subject.name}
            return Taken({"package": now["package"]["digest"], "report": now["check"]["report"]})

        return self.book.step(subject, id, "submit", change, seen=seen)

    def replace(self, subject: Subject, id: str, path: Path, *, seen: int | None = None) -> Record:
        """Put another package in its place: before it was handed in the round is begun anew, afterwards it is the next round."""
        self._ready(subject, id, "replace", seen)
        with self.node.workspace() as work:
            name, package = rounds.kept(self.node, path, work)

        def change(record: Record) -> Taken:
            number = len(record["rounds"]) + (record["state"] == "returned")
            now = rounds.fresh(number, package, self._now(), subject.id)
            record["rounds"] = [*record["rounds"][: number - 1], now]
            if number > 1:
                now["difference"] = rounds.difference(self.node, record["rounds"][-2], now)
            return Taken({"package": package["digest"]}, name)

        return self.book.step(subject, id, "replace", change, seen=seen)

    def withdraw(self, subject: Subject, id: str, reason: str = "", *, seen: int | None = None) -> Record:
        """Take it back before the receiver has it."""
        return self.book.step(subject, id, "withdraw", lambda _: Taken({}, reason.strip()), seen=seen)

    # --- the receiver --------------------------------------------------------------------------------------------------

    def receive(
        self,
        subject: Subject,
        id: str,
        *,
        seen: int | None = None,
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> Record:
        """Judge it again with the receiver's rules and layers, sign the receipt, and say that it has arrived."""
        record, at = self._ready(subject, id, "receive", seen)
        self._hold(record, "receive", somebody_else=self._other(record, subject))
        found = self._judged(subject, record, progress, cancel)

        def change(record: Record) -> Taken:
            now = record["rounds"][-1]
            now["gate"] = rounds.summary(self.node, found)
            sealed = receipt.sealed(self._receipt(record, subject), self.node.sign, self.node.public_key)
            now["receipt"] = self.node.blobs.add(BytesIO(orjson.dumps(sealed, option=orjson.OPT_INDENT_2)))
            code = receipt.code_of(sealed["payload"])
            now["received"] = {"at": sealed["payload"]["received"], "by": subject.id, "code": code}
            return Taken(_facts(now["gate"]) | {"receipt": now["receipt"], "code": code})

        return self.book.step(subject, id, "receive", change, seen=at)

    def review(self, subject: Subject, id: str, *, seen: int | None = None) -> Record:
        """Begin the review."""

        def change(record: Record) -> Taken:
            self._hold(record, "review", somebody_else=self._other(record, subject))
            return Taken()

        return self.book.step(subject, id, "review", change, seen=seen)

    def recheck(
        self,
        subject: Subject,
        id: str,
        *,
        seen: int | None = None,
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> Record:
        """Judge it once more, after exceptions were approved or rules changed."""
        record, at = self._ready(subject, id, "recheck", seen)
        self._hold(record, "recheck", somebody_else=self._other(record, subject))
        found = self._judged(subject, record, progress, cancel)

        def change(record: Record) -> Taken:
            now = record["rounds"][-1]
            now["gate"] = rounds.summary(self.node, found)
            return Taken(_facts(now["gate"]), found.report.summary("zh"))

        return self.book.step(subject, id, "recheck", change, seen=at)

    def remark(
        self,
        subject: Subject,
        id: str,
        text: str,
        *,
        layer: str = "",
        finding: int | None = None,
        demand: bool = False,
        seen: int | None = None,
    ) -> Record:
        """Write a remark on the whole, a layer or a finding; a `demand` holds the adoption up until it is lifted."""

        def change(record: Record) -> Taken:
            self._hold(record, "remark", somebody_else=self._other(record, subject), text=text.strip())
            now = record["rounds"][-1]
            if finding is not None:
                self._finding(record, now["gate"], finding)
            entry = {
                "number": len(now["remarks"]) + 1, "text": text.strip(), "layer": layer, "finding": finding, "demand": demand,
                "by": subject.name, "at": self._now(), "lifted": False,
            }  # fmt: skip
            now["remarks"].append(entry)
            return Taken(
                {"remark": entry["number"], "layer": layer, "finding": finding, "demand": demand},
                text.strip(),
            )

        return self.book.step(subject, id, "remark", change, seen=seen)

    def lift(self, subject: Subject, id: str, number: int, *, seen: int | None = None) -> Record:
        """Lift a remark of this round; raises GT-7045 where there is none of that number."""

        def change(record: Record) -> Taken:
            self._hold(record, "lift", somebody_else=self._other(record, subject))
            for each in record["rounds"][-1]["remarks"]:
                if each["number"] == number:
                    each["lifted"] = True
                    return Taken({"remark": number})
            raise FINDING_UNKNOWN(id=id, round=len(record["rounds"]), number=number)

        return self.book.step(subject, id, "lift", change, seen=seen)

    def excuse(
        self,
        subject: Subject,
        id: str,
        number: int,
        *,
        reason: str = "",
        document: str = "",
        seen: int | None = None,
    ) -> Record:
        """Approve an exception for finding `number`: it goes into the node's book of exceptions and counts from the next check.

        Reason and document are those of the submitter's explanation where not given. Raises GT-7037, GT-7045, GT-1407
        """

        def change(record: Record) -> Taken:
            now = record["rounds"][-1]
            told = self._finding(record, now["gate"], number)
            asked = self._asked(record, told)
            why = reason.strip() or (asked["reason"] if asked else "")
            self._hold(record, "excuse", somebody_else=self._other(record, subject), text=why)
            dataset, key = rounds.dataset_of(now["gate"], told), told["place"].get("key")
            self._hold(record, "excuse", excusable=bool(dataset and key))
            book = ExceptionBook(self.node.records, self.node.clock)
            rests = document or (asked["document"] if asked else "") or f"汇交 {id} 例外说明"
            made = book.add(
                Exemption("", told["rule"], str(dataset), why, rests, subject.name, book.today, key=key)
            )
            if asked:
                asked["approved"] = made.id
            return Taken({"exception": made.id, "rule": told["rule"], "key": key}, why)

        return self.book.step(subject, id, "excuse", change, seen=seen)

    def give_back(
        self, subject: Subject, id: str, reason: str, deadline: date, *, seen: int | None = None
    ) -> Record:
        """Return it with its findings and remarks, and the day until which it is to come again. Raises GT-7037."""

        def change(record: Record) -> Taken:
            self._hold(
                record,
                "return",
                somebody_else=self._other(record, subject),
                text=reason.strip(),
                deadline=deadline > self.node.clock().date(),
            )
            now = record["rounds"][-1]
            now["returned"] = {
                "at": self._now(),
                "by": subject.name,
                "reason": reason.strip(),
                "deadline": deadline.isoformat(),
            }
            return Taken({"report": now["gate"]["report"], "deadline": deadline.isoformat()}, reason.strip())

        return self.book.step(subject, id, "return", change, seen=seen)

    # --- the same for all ----------------------------------------------------------------------------------------------

    def receipt(self, subject: Subject, id: str, number: int | None = None) -> dict[str, Any]:
        """The signed receipt of a round (the newest that has one); raises GT-7033."""
        record = self.book.get(subject, id)
        wanted = [each for each in record["rounds"] if each["receipt"] and number in (None, each["number"])]
        if not wanted:
            raise FINDING_UNKNOWN(id=id, round=number or len(record["rounds"]), number="receipt")
        with self.node.blobs.open(wanted[-1]["receipt"]) as source:
            found: dict[str, Any] = orjson.loads(source.read())
        return found

    def report(self, subject: Subject, id: str, lang: str, number: int | None = None) -> dict[str, Any]:
        """The report of the newest check of a round, the receiver's where there is one; raises GT-7033, GT-7045."""
        record = self.book.get(subject, id)
        for each in reversed(record["rounds"]):
            check = each["gate"] or each["check"]
            if check and number in (None, each["number"]):
                return rounds.report_of(self.node, check, lang)
        raise FINDING_UNKNOWN(id=id, round=number or len(record["rounds"]), number=1)

    def hold(self, record: Record, action: str, subject: Subject) -> None:
        """The conditions of adopting; raises GT-7037."""
        now = record["rounds"][-1]
        self._hold(
            record,
            action,
            somebody_else=self._other(record, subject),
            gate=bool(now["gate"]["passed"]),
            unanswered=not any(each["demand"] and not each["lifted"] for each in now["remarks"]),
        )

    def _hold(self, record: Record, action: str, **conditions: object) -> None:
        way = machine()
        for name, holds in conditions.items():
            if not holds:
                raise way.refuse(way.actions[action], record["id"], name)

    def _other(self, record: Record, subject: Subject) -> bool:
        """Whoever created, replaced or handed in this round does not decide on it."""
        number = len(record["rounds"])
        handed = ("create", "replace", "submit")
        return subject.id not in {
            step["by"] for step in record["trail"] if step["action"] in handed and step["round"] == number
        }

    def _ready(self, subject: Subject, id: str, action: str, seen: int | None) -> tuple[Record, int]:
        """The record where a long step may begin, and the step it is at."""
        record = self.book.get(subject, id)
        self.book.unraced(record, seen)
        way = machine()
        way.require(way.step(action, id, record["state"]), subject, record["unit"])
        return record, len(record["trail"])

    def _judged(self, subject: Subject, record: Record, progress: Progress, cancel: Cancel) -> CheckedPackage:
        with self.node.workspace() as work:
            root = rounds.laid_out(self.node, record["rounds"][-1]["package"], work)
            return check_package(
                root,
                profile(record["profile"], self.node.home),
                work,
                node=self.node,
                subject=subject,
                limits=limits(self.node.settings),
                progress=progress,
                cancel=cancel,
            )

    def _finding(self, record: Record, check: Mapping[str, Any] | None, number: int) -> dict[str, Any]:
        found = rounds.report_of(self.node, check, "zh")["findings"] if check else []
        if not 1 <= number <= len(found):
            raise FINDING_UNKNOWN(id=record["id"], round=len(record["rounds"]), number=number)
        told: dict[str, Any] = found[number - 1]
        return told

    def _asked(self, record: Record, finding: Mapping[str, Any]) -> dict[str, Any] | None:
        """The submitter's explanation of the same finding, in whatever order the two checks told it."""
        now = record["rounds"][-1]
        own = rounds.report_of(self.node, now["check"], "zh")["findings"]
        same: Callable[[Mapping[str, Any]], tuple[Any, ...]] = lambda each: (  # noqa: E731
            each["rule"], each["place"].get("layer"), each["place"].get("key"),
        )  # fmt: skip
        for each in now["explanations"]:
            if same(own[each["finding"] - 1]) == same(finding):
                found: dict[str, Any] = each
                return found
        return None

    def _receipt(self, record: Record, subject: Subject) -> dict[str, Any]:
        """The payload of the receipt of the present round."""
        now, identity = record["rounds"][-1], self.node.identity
        told = rounds.manifest(self.node, now["package"])
        gate = {name: value for name, value in now["gate"].items() if name not in ("layers", "tokens")}
        return {
            "number": f"{record['id']}-{now['number']}",
            "node": {"id": identity.id, "name": identity.name},
            "submission": record["id"],
            "round": now["number"],
            "profile": {"id": record["profile"], "edition": record["edition"], "title": record["title"]},
            "division": record["division"],
            "year": record["year"],
            "from": {"unit": record["unit"], **now["submitted"]},
            "received": self._now(),
            "by": {"id": subject.id, "name": subject.name, "organisation": subject.organisation},
            "package": {name: now["package"][name] for name in ("name", "digest", "bytes")}
            | {"count": now["package"]["files"], "files": told["files"]},
            "layers": now["gate"]["layers"],
            "check": gate,
            "trail": record["trail"][-1]["hash"],
        }

    def _now(self) -> str:
        return self.node.clock().isoformat(timespec="seconds")


def _facts(check: Mapping[str, Any]) -> dict[str, Any]:
    """What the trail says of a check."""
    return {
        "package": check["digest"], "report": check["report"], "passed": check["passed"], "hard": check["hard"],
        "remarks": check["remarks"], "features": check["features"],
    }  # fmt: skip
