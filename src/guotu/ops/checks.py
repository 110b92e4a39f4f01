"""Checks on a node: begun on an upload, run as a job, kept until they expire, shared by their owner if they wish.

    checks = Checks(node, jobs)
    check = checks.begin(subject, upload_id, Asked())
    checks.get(check.id, Viewer(subject))            # queued, running, done …
    checks.examination(check.id, Viewer(subject))    # the result
    token = checks.share(check.id, subject, Secrecy.PUBLIC, hours=24)

A check is seen by its owner, and by whoever holds the token of a live share and may read data of its label: without an account
only what is labelled 公开. Nothing of the upload enters the store.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from guotu.errors import GuotuError, Lang
from guotu.errors.checks import CHECK_UNFINISHED, CHECK_UNKNOWN, SHARE_LABEL, SHARE_LOWER
from guotu.guard.subject import Subject
from guotu.model.resource import Secrecy
from guotu.node import Node
from guotu.ops.checking import Asked, Bench, Examination, examine
from guotu.ops.checking.result import RESULT
from guotu.ops.intake import limits
from guotu.ops.job import Job
from guotu.ops.jobs import JobContext, Jobs, Result
from guotu.ops.uploads import Uploads
from guotu.standards import layers

KIND: Final = "check"
_LONGEST_SHARE: Final = 24 * 30


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, with the token of a share if they have one."""

    subject: Subject
    token: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A check at one moment; `job` is None for whoever is not its owner, and once the job is forgotten."""

    id: str
    owner: str
    upload: str
    file: str
    created: datetime
    expires: datetime
    asked: Asked
    job_id: str
    share: dict[str, str] | None = None
    job: Job | None = None
    done: bool = False
    own: bool = True

    @property
    def status(self) -> str:
        """queued, running, done, failed, cancelled, interrupted."""
        if self.done:
            return "done"
        return "interrupted" if self.job is None else self.job.status.value

    def as_json(self, lang: Lang) -> dict[str, Any]:
        """As it is shown, without the result."""
        shown = None if self.job is None else self.job.as_json(lang)
        return {
            "id": self.id,
            "file": self.file,
            "status": self.status,
            "created": self.created.isoformat(),
            "expires": self.expires.isoformat(),
            "progress": shown and shown["progress"],
            "error": shown and shown["error"],
            "asked": asdict(self.asked),
            "own": self.own,
            "upload": self.upload if self.own else None,
            "share": {name: self.share[name] for name in ("secrecy", "expires")}
            if self.share and self.own
            else None,
        }


class Checks:
    """The checks of a node, their results in `<home>/checks`."""

    def __init__(self, node: Node, jobs: Jobs) -> None:
        self._node, self._jobs = node, jobs
        self._folder = node.home / "checks"
        self._folder.mkdir(exist_ok=True)

    def begin(self, subject: Subject, upload: str, asked: Asked) -> Check:
        """Start checking a complete upload; gives the check at once.

        Raises   GT-7001, GT-7009 for the upload, GT-1301 an unknown schema, GT-6005 too many under way
        """
        self.sweep()
        path = Uploads.of(self._node).path(upload, subject)
        if asked.schema:
            layers.schema(asked.schema)
        now = self._node.clock()
        id = self._node.ids().hex()
        expires = now + timedelta(hours=self._node.settings.check_hours)
        job = self._jobs.submit("check", subject, self._work(id, path, asked), title=path.name)
        made = Check(id, subject.id, upload, path.name, now, expires, asked, job.id, job=job)
        self._write(made)
        return made

    def get(self, id: str, viewer: Viewer) -> Check:
        """A check as the viewer may see it.

        Raises   GT-7011 unknown, expired, or not the viewer's; GT-7015 shared, but labelled above the viewer
        """
        body = self._node.records.get(KIND, id)
        if body is None:
            raise CHECK_UNKNOWN(id=id)
        found = _check(id, body)
        if found.expires <= self._node.clock():
            raise CHECK_UNKNOWN(id=id)
        own = found.owner == viewer.subject.id and not viewer.subject.anonymous
        if not own:
            self._admit(found, viewer)
        return replace(
            found, job=self._job(found, viewer) if own else None, done=self._result(id).exists(), own=own
        )

    def mine(self, subject: Subject) -> list[Check]:
        """The subject's checks, newest first."""
        now, viewer = self._node.clock(), Viewer(subject)
        found = [_check(id, body) for id, body in self._node.records.all(KIND)]
        own = [each for each in found if each.owner == subject.id and each.expires > now]
        shown = [
            replace(each, job=self._job(each, viewer), done=self._result(each.id).exists()) for each in own
        ]
        return sorted(shown, key=lambda each: (each.created, each.id), reverse=True)

    def examination(self, id: str, viewer: Viewer) -> Examination:
        """The result; raises GT-7012 while there is none, and as `get`."""
        check = self.get(id, viewer)
        if not check.done:
            raise CHECK_UNFINISHED(status=check.status)
        return Examination.load(self._result(id).parent)

    def upload_path(self, id: str, subject: Subject) -> Path:
        """The file that was checked, for its owner as long as it is kept."""
        check = self.get(id, Viewer(subject))
        return Uploads.of(self._node).path(check.upload, subject)

    def made(self, id: str, viewer: Viewer, name: str, make: Callable[[Examination, Path], object]) -> Path:
        """A file made of the result, kept with it; made once."""
        examined = self.examination(id, viewer)
        target = examined.folder / name
        if not target.exists():
            temporary = target.with_name(f"{secrets.token_hex(6)}-{name}")
            try:
                make(examined, temporary)
                temporary.replace(target)
            finally:
                temporary.unlink(missing_ok=True)
        return target

    def remove(self, id: str, subject: Subject) -> None:
        """Stop it if it runs, and take the result away; raises GT-7011."""
        check = self.get(id, Viewer(subject))
        if not check.own:
            raise CHECK_UNKNOWN(id=id)
        if check.job is not None:
            self._jobs.cancel(check.job_id, subject)
        self._drop(id)

    def share(self, id: str, subject: Subject, secrecy: Secrecy, hours: int) -> str:
        """A token that opens the result until it expires; a new one ends the one before.

        Raises   GT-7016 a label lower than the catalogue gives one of the datasets checked against
        """
        check = self.get(id, Viewer(subject))
        if not check.own:
            raise CHECK_UNKNOWN(id=id)
        least = self._least(id, check)
        if secrecy.rank < least.rank:
            raise SHARE_LOWER(least=least.value)
        token = secrets.token_urlsafe(32)
        until = min(self._node.clock() + timedelta(hours=min(hours, _LONGEST_SHARE)), check.expires)
        given = {"digest": _digest(token), "secrecy": secrecy.value, "expires": until.isoformat()}
        self._write(replace(check, share=given))
        return token

    def unshare(self, id: str, subject: Subject) -> None:
        """End the share at once."""
        check = self.get(id, Viewer(subject))
        if not check.own:
            raise CHECK_UNKNOWN(id=id)
        self._write(replace(check, share=None))

    def sweep(self) -> None:
        """Remove what has expired, and what no record knows."""
        now, known = self._node.clock(), set()
        for id, body in list(self._node.records.all(KIND)):
            if _check(id, body).expires <= now:
                self._drop(id)
            else:
                known.add(id)
        for place in self._folder.iterdir():
            idle = now.timestamp() - place.stat().st_mtime > 24 * 3600
            if place.name.removesuffix(".part") not in known and idle:
                shutil.rmtree(place, ignore_errors=True)

    def _work(self, id: str, path: Path, asked: Asked) -> Callable[[JobContext], Result]:
        def work(context: JobContext) -> Result:
            place = self._folder / f"{id}.part"
            place.mkdir()
            try:
                bench = Bench(limits(self._node.settings), self._near())
                found = examine(
                    path,
                    place,
                    work=place / "work",
                    asked=asked,
                    bench=bench,
                    progress=context.progress,
                    cancel=context.cancelled,
                )
                shutil.rmtree(place / "work", ignore_errors=True)
                context.check()
                place.replace(self._folder / id)
                return Result({"check": id, "passed": found.passed, "asks": found.asks})
            finally:
                shutil.rmtree(place, ignore_errors=True)

        return work

    def _near(self) -> float | None:
        """A longitude of the node's territory."""
        boxes = [state.extent for state in self._node.store.streams() if state.extent]
        return (boxes[0][0] + boxes[0][2]) / 2 if boxes else None

    def _job(self, check: Check, viewer: Viewer) -> Job | None:
        try:
            return self._jobs.get(check.job_id, viewer.subject)
        except GuotuError:
            return None

    def _admit(self, check: Check, viewer: Viewer) -> None:
        share = check.share
        given = _digest(viewer.token)
        if share is None or not viewer.token or not hmac.compare_digest(given, share["digest"]):
            raise CHECK_UNKNOWN(id=check.id)
        if datetime.fromisoformat(share["expires"]) <= self._node.clock():
            raise CHECK_UNKNOWN(id=check.id)
        secrecy = Secrecy(share["secrecy"])
        if secrecy is not Secrecy.PUBLIC and (
            viewer.subject.anonymous or secrecy.rank > viewer.subject.clearance.rank
        ):
            raise SHARE_LABEL(secrecy=secrecy.value)

    def _least(self, id: str, check: Check) -> Secrecy:
        """The highest label that the catalogue gives a dataset the file was checked against."""
        if not check.done:
            raise CHECK_UNFINISHED(status=check.status)
        found = Examination.load(self._result(id).parent)
        datasets = [layers.schema(layer.schema).dataset for layer in found.layers if layer.schema]
        labels = [label for label in map(self._node.label_of, datasets) if label is not None]
        return max((label.secrecy for label in labels), key=lambda each: each.rank, default=Secrecy.PUBLIC)

    def _result(self, id: str) -> Path:
        return self._folder / id / RESULT

    def _write(self, check: Check) -> None:
        body = {
            "owner": check.owner,
            "upload": check.upload,
            "file": check.file,
            "created": check.created.isoformat(),
            "expires": check.expires.isoformat(),
            "asked": asdict(check.asked),
            "job_id": check.job_id,
            "share": check.share,
        }
        self._node.records.put(KIND, check.id, body)

    def _drop(self, id: str) -> None:
        self._node.records.delete(KIND, id)
        shutil.rmtree(self._folder / id, ignore_errors=True)


def _check(id: str, body: dict[str, Any]) -> Check:
    times = {name: datetime.fromisoformat(body[name]) for name in ("created", "expires")}
    return Check(**{**body, **times, "asked": Asked(**body["asked"]), "id": id})


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
