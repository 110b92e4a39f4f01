"""Long work on a node: submitted, run in threads beside the requests, watched, cancelled, and its result kept for a while.

    jobs = Jobs.of(node)                                  # once a process; `serve` keeps one
    job = jobs.submit("export", subject, work)            # work: Callable[[JobContext], Result]
    jobs.get(job.id, subject).status                      # queued, running, done, failed, cancelled, interrupted
    jobs.cancel(job.id, subject)

`work` runs in a thread of its own after the request is over: it must not hold on to anything of the request. It reports with
`context.progress(stage, done, total)`, asks `context.cancelled()` (both fit the `progress` and `cancel` parameters of the rooms
below), puts its file into `context.folder` and gives a `Result`. A `GuotuError` it raises is kept and shown in the reader's
language; GT-1005 counts as cancelled; anything else becomes GT-9001 with a reference. A job is seen by its owner only (GT-6002
for everybody else); guests have none (GT-4002). Ended jobs and their files are removed after `keep`. Jobs that were under way when
their process ended are marked interrupted when the next one starts.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import queue
import secrets
import shutil
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from guotu.errors import GuotuError
from guotu.errors.access import NOT_SIGNED_IN
from guotu.errors.export import JOB_INTERRUPTED, JOB_UNKNOWN, JOBS_TOO_MANY
from guotu.errors.general import CANCELLED, UNFORESEEN
from guotu.errors.store import STORAGE_FULL
from guotu.guard.subject import Subject
from guotu.model.identity import IdSource
from guotu.model.time import Clock
from guotu.node import Node
from guotu.ops.job import Job, Result, Status, failure_of, from_record, to_record
from guotu.store.ports import RecordStore

__all__ = ["Job", "JobContext", "Jobs", "Result", "Status", "Work"]

KIND: Final = "job"
KEEP: Final = timedelta(hours=24)
MOST_OF_ONE: Final = 20
"""Jobs of one owner that wait or run at a time."""
_BEAT: Final = timedelta(seconds=1)
"""Progress is written down at most so often; `get` sees it at once."""

_log = structlog.get_logger("guotu.jobs")


@dataclass(slots=True)
class JobContext:
    """What work is given: where to put its file, whom to tell, and whether anybody still wants it."""

    id: str
    folder: Path
    _tell: Callable[[str, int, int | None], None] = field(repr=False)
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)

    def progress(self, stage: str, done: int, total: int | None = None) -> None:
        """Say how far it has come; ends the work (GT-1005) where it was cancelled."""
        self.check()
        self._tell(stage, done, total)

    def cancelled(self) -> bool:
        return self._stop.is_set()

    def check(self) -> None:
        """Raises GT-1005 once the job is cancelled."""
        if self._stop.is_set():
            raise CANCELLED()


Work = Callable[[JobContext], Result]


@dataclass(slots=True)
class _Live:
    """A job of this process that has not ended."""

    job: Job
    work: Work
    stop: threading.Event
    written: datetime


class Jobs:
    """The jobs of a node. Threads start with the first job; every method may be called from any thread."""

    def __init__(
        self,
        folder: Path,
        records: RecordStore,
        clock: Clock,
        ids: IdSource,
        *,
        workers: int = 2,
        keep: timedelta = KEEP,
    ) -> None:
        self._folder, self._records, self._clock, self._ids = folder, records, clock, ids
        self._workers, self._keep = workers, keep
        self._guard = threading.RLock()
        self._live: dict[str, _Live] = {}
        self._line: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._closing = False
        folder.mkdir(parents=True, exist_ok=True)
        self._runner = secrets.token_hex(8)
        mark = folder / f".runner-{self._runner}"
        self._released = weakref.finalize(self, _release, _locked(mark), mark)
        self._mark_interrupted()
        self._sweep()

    @classmethod
    def of(cls, node: Node) -> Jobs:
        """The jobs of a node, their files in `<home>/jobs`."""
        return cls(node.home / "jobs", node.records, node.clock, node.ids)

    def submit(self, kind: str, owner: Subject, work: Work, *, title: str = "") -> Job:
        """Put work into the line; gives the job at once.

        Raises   GT-4002 for a guest, GT-6005 where the owner has too many jobs under way
        """
        if owner.anonymous:
            raise NOT_SIGNED_IN()
        self._sweep()
        with self._guard:
            count = sum(live.job.owner == owner.id for live in self._live.values())
            if count >= MOST_OF_ONE:
                raise JOBS_TOO_MANY(count=count)
            now = self._clock()
            job = Job(self._ids().hex(), kind, owner.id, Status.QUEUED, now, title)
            self._write(job)
            self._live[job.id] = _Live(job, work, threading.Event(), now)
            self._line.put(job.id)
            self._start()
        return job

    def get(self, id: str, subject: Subject) -> Job:
        """A job of the subject; raises GT-6002 for any other."""
        with self._guard:
            live = self._live.get(id)
            body = None if live else self._records.get(KIND, id)
        if live is None and body is None:
            raise JOB_UNKNOWN(id=id)
        job = live.job if live else from_record(id, body or {}, self._folder / id)
        if job.owner != subject.id or subject.anonymous or self._expired(job):
            raise JOB_UNKNOWN(id=id)
        return job

    def list(self, subject: Subject, kind: str | None = None) -> list[Job]:
        """The subject's jobs, newest first."""
        with self._guard:
            kept = [from_record(id, body, self._folder / id) for id, body in self._records.all(KIND)]
            now = [self._live[job.id].job if job.id in self._live else job for job in kept]
        mine = [job for job in now if job.owner == subject.id and not subject.anonymous]
        chosen = [job for job in mine if kind in (None, job.kind) and not self._expired(job)]
        return sorted(chosen, key=lambda job: (job.created, job.id), reverse=True)

    def cancel(self, id: str, subject: Subject) -> Job:
        """Ask a job to stop, one that waits stops at once; an ended job is removed with its file. Raises GT-6002."""
        job = self.get(id, subject)
        with self._guard:
            live = self._live.get(id)
            if live is None:
                self._remove(id)
                return job
            live.stop.set()
            if live.job.status is Status.QUEUED:
                self._end(live, Status.CANCELLED, failure=failure_of(CANCELLED()))
            return live.job

    def close(self, patience: float = 10.0) -> None:
        """Stop what is under way (it is marked interrupted) and wait `patience` seconds for it."""
        with self._guard:
            self._closing = True
            for live in list(self._live.values()):
                live.stop.set()
                if live.job.status is Status.QUEUED:
                    self._end(live, Status.INTERRUPTED, failure=failure_of(JOB_INTERRUPTED()))
            for _ in self._threads:
                self._line.put(None)
        for thread in self._threads:
            thread.join(patience)
        self._released()

    def _start(self) -> None:
        if len(self._threads) < self._workers:
            thread = threading.Thread(target=self._serve, name=f"job-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self) -> None:
        while (id := self._line.get()) is not None:
            with self._guard:
                live = self._live.get(id)
                if live is None:
                    continue
                live.job = replace(live.job, status=Status.RUNNING, started=self._clock())
                self._write(live.job)
            self._run(live)

    def _run(self, live: _Live) -> None:
        folder = self._folder / live.job.id
        context = JobContext(live.job.id, folder, lambda *told: self._told(live, *told), live.stop)
        try:
            folder.mkdir()
            result = live.work(context)
            facts: dict[str, object] = {
                "facts": result.facts,
                "media_type": result.media_type,
                "file": result.file,
            }
            if result.file is not None:
                facts |= {"size": result.file.stat().st_size, "digest": _digest(result.file)}
            self._end(live, Status.DONE, **facts)
        except BaseException as surprise:  # a thread must not die of its work
            failure = _failure(surprise, live.job)
            status = Status.CANCELLED if failure.kind is CANCELLED else Status.FAILED
            if self._closing and status is Status.CANCELLED:
                status, failure = Status.INTERRUPTED, JOB_INTERRUPTED()
            shutil.rmtree(folder, ignore_errors=True)
            self._end(live, status, failure=failure_of(failure))

    def _told(self, live: _Live, stage: str, done: int, total: int | None) -> None:
        with self._guard:
            live.job = replace(live.job, stage=stage, done=done, total=total)
            now = self._clock()
            if now - live.written >= _BEAT:
                live.written = now
                self._write(live.job)

    def _end(self, live: _Live, status: Status, **more: object) -> None:
        with self._guard:
            live.job = live.job.ending(status, self._clock(), self._keep, **more)
            self._write(live.job)
            self._live.pop(live.job.id, None)

    def _write(self, job: Job) -> None:
        self._records.put(KIND, job.id, to_record(job, self._runner))

    def _expired(self, job: Job) -> bool:
        return job.expires is not None and job.expires <= self._clock()

    def _remove(self, id: str) -> None:
        self._records.delete(KIND, id)
        shutil.rmtree(self._folder / id, ignore_errors=True)

    def _sweep(self) -> None:
        for id, body in list(self._records.all(KIND)):
            if self._expired(from_record(id, body, self._folder / id)):
                self._remove(id)

    def _mark_interrupted(self) -> None:
        """Jobs whose process is no more."""
        gone: dict[str, bool] = {self._runner: False}
        for id, body in list(self._records.all(KIND)):
            job, runner = from_record(id, body, self._folder / id), body["runner"]
            if job.status.ended:
                continue
            if runner not in gone:
                gone[runner] = _is_gone(self._folder / f".runner-{runner}")
            if gone[runner]:
                shutil.rmtree(self._folder / id, ignore_errors=True)
                told = failure_of(JOB_INTERRUPTED())
                self._write(job.ending(Status.INTERRUPTED, self._clock(), self._keep, failure=told))


def _locked(path: Path) -> int:
    """A file that stays locked as long as this process lives, or until it is released."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def _release(descriptor: int, path: Path) -> None:
    os.close(descriptor)
    path.unlink(missing_ok=True)


def _is_gone(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    path.unlink(missing_ok=True)
    return True


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _failure(surprise: BaseException, job: Job) -> GuotuError:
    if isinstance(surprise, GuotuError):
        return surprise
    if isinstance(surprise, OSError) and surprise.errno in (errno.ENOSPC, errno.EDQUOT):
        return STORAGE_FULL()
    reference = secrets.token_hex(4)
    _log.error("unforeseen", reference=reference, job=job.id, kind=job.kind, exc_info=surprise)
    return UNFORESEEN(reference=reference)
