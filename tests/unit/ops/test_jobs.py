"""Jobs: whose they are, how they end, and what a restart makes of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from guotu.errors import GuotuError
from guotu.errors.general import CANCELLED, REQUEST_INVALID
from guotu.guard.subject import GUEST, Role, Subject
from guotu.model.identity import uuid7
from guotu.model.resource import Secrecy
from guotu.ops.jobs import MOST_OF_ONE, Job, JobContext, Jobs, Result, Status
from guotu.store.memory import MemoryRecordStore

LI = Subject("li", "李", "", frozenset({Role.OFFICER}), Secrecy.INTERNAL)
WANG = Subject("wang", "王", "", frozenset({Role.OFFICER}), Secrecy.INTERNAL)


@pytest.fixture
def records() -> MemoryRecordStore:
    return MemoryRecordStore()


@pytest.fixture
def make(tmp_path: Path, clock: Any, records: MemoryRecordStore) -> Iterator[Callable[..., Jobs]]:
    made: list[Jobs] = []

    def one(**more: Any) -> Jobs:
        numbers = iter(range(1, 1000))
        ids = lambda: uuid7(next(numbers), len(made).to_bytes(10, "big"))  # noqa: E731
        made.append(Jobs(tmp_path / "jobs", records, clock, ids, **more))
        return made[-1]

    yield one
    for jobs in made:
        jobs.close()


def ended(jobs: Jobs, job: Job, whose: Subject = LI) -> Job:
    deadline = time.monotonic() + 30
    while not jobs.get(job.id, whose).status.ended:
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)
    return jobs.get(job.id, whose)


def writes_a_file(context: JobContext) -> Result:
    context.progress("write", 1, 2)
    target = context.folder / "结果.txt"
    target.write_text("到了", encoding="utf-8")
    return Result({"features": 2}, target, "text/plain")


def test_a_job_gives_its_facts_and_its_file(make: Callable[..., Jobs]) -> None:
    jobs = make()
    job = ended(jobs, jobs.submit("export", LI, writes_a_file, title="地类图斑"))
    assert (job.status, job.facts, job.size) == (Status.DONE, {"features": 2}, 6)
    assert job.file is not None
    assert job.file.read_text(encoding="utf-8") == "到了"
    shown = job.as_json("zh")
    assert shown["file"]["sha256"] == job.digest
    assert shown["progress"] == {"stage": "write", "done": 1, "total": 2}


def test_a_job_is_its_owners_alone(make: Callable[..., Jobs]) -> None:
    jobs = make()
    job = ended(jobs, jobs.submit("export", LI, writes_a_file))
    assert [each.id for each in jobs.list(LI, "export")] == [job.id]
    assert jobs.list(WANG) == jobs.list(GUEST) == jobs.list(LI, "check") == []
    for ask in (jobs.get, jobs.cancel):
        with pytest.raises(GuotuError) as refused:
            ask(job.id, WANG)
        assert refused.value.code == "GT-6002"
    with pytest.raises(GuotuError) as guest:
        jobs.submit("export", GUEST, writes_a_file)
    assert guest.value.code == "GT-4002"


def test_a_failure_is_told_in_both_languages_and_leaves_no_file(
    make: Callable[..., Jobs], tmp_path: Path
) -> None:
    def fails(context: JobContext) -> Result:
        (context.folder / "half").touch()
        raise REQUEST_INVALID(reason="x")

    jobs = make()
    job = ended(jobs, jobs.submit("check", LI, fails))
    assert job.status is Status.FAILED
    assert job.as_json("zh")["error"]["detail"] == "请求参数不对：x"
    assert job.as_json("en")["error"]["code"] == "GT-1007"
    assert not (tmp_path / "jobs" / job.id).exists()


def test_a_surprise_is_a_reference_never_a_dead_thread(make: Callable[..., Jobs]) -> None:
    def breaks(context: JobContext) -> Result:
        raise ZeroDivisionError

    jobs = make(workers=1)
    failed = ended(jobs, jobs.submit("check", LI, breaks))
    assert failed.as_json("en")["error"]["code"] == "GT-9001"
    assert ended(jobs, jobs.submit("check", LI, writes_a_file)).status is Status.DONE


def test_running_and_waiting_jobs_are_cancelled(make: Callable[..., Jobs], tmp_path: Path) -> None:
    running, told = threading.Event(), threading.Event()

    def waits(context: JobContext) -> Result:
        running.set()
        while not context.cancelled():
            told.wait(0.005)
        raise CANCELLED()

    jobs = make(workers=1)
    first, second = jobs.submit("export", LI, waits), jobs.submit("export", LI, writes_a_file)
    assert running.wait(10)
    assert jobs.cancel(second.id, LI).status is Status.CANCELLED
    assert jobs.cancel(first.id, LI).status is Status.RUNNING
    assert ended(jobs, first).status is Status.CANCELLED
    assert not [each for each in (tmp_path / "jobs").iterdir() if not each.name.startswith(".")]


def test_a_cancelled_end_is_a_removal(make: Callable[..., Jobs], tmp_path: Path) -> None:
    jobs = make()
    job = ended(jobs, jobs.submit("export", LI, writes_a_file))
    jobs.cancel(job.id, LI)
    assert jobs.list(LI) == []
    assert not (tmp_path / "jobs" / job.id).exists()


def test_results_expire(make: Callable[..., Jobs], clock: Any, tmp_path: Path) -> None:
    jobs = make()
    job = ended(jobs, jobs.submit("export", LI, writes_a_file))
    clock.pass_by(hours=25)
    with pytest.raises(GuotuError) as gone:
        jobs.get(job.id, LI)
    assert gone.value.code == "GT-6002"
    ended(jobs, jobs.submit("export", LI, writes_a_file))
    assert not (tmp_path / "jobs" / job.id).exists()


def test_one_owner_cannot_fill_the_line(make: Callable[..., Jobs]) -> None:
    release = threading.Event()

    def waits(context: JobContext) -> Result:
        release.wait(30)
        return Result()

    jobs = make(workers=1)
    made = [jobs.submit("export", LI, waits) for _ in range(MOST_OF_ONE)]
    with pytest.raises(GuotuError) as many:
        jobs.submit("export", LI, waits)
    assert many.value.code == "GT-6005"
    jobs.submit("export", WANG, waits)
    release.set()
    assert all(ended(jobs, job).status is Status.DONE for job in made)


def test_what_was_under_way_is_interrupted_by_a_restart_and_by_it_alone(
    make: Callable[..., Jobs], records: MemoryRecordStore, tmp_path: Path
) -> None:
    running, release = threading.Event(), threading.Event()

    def waits(context: JobContext) -> Result:
        running.set()
        release.wait(30)
        return Result()

    first = make()
    job = first.submit("export", LI, waits)
    assert running.wait(10)
    assert make().get(job.id, LI).status is Status.RUNNING  # its process lives
    body = dict(records.get("job", job.id) or {})
    release.set()
    ended(first, job)
    records.put("job", job.id, body | {"runner": "of-a-process-that-is-no-more"})
    after = make().get(job.id, LI)
    assert (after.status, after.as_json("en")["error"]["code"]) == (Status.INTERRUPTED, "GT-6004")


def test_closing_interrupts_what_runs_and_what_waits(make: Callable[..., Jobs]) -> None:
    running = threading.Event()

    def waits(context: JobContext) -> Result:
        running.set()
        while True:
            context.check()

    jobs = make(workers=1)
    made = [jobs.submit("export", LI, waits) for _ in range(2)]
    assert running.wait(10)
    jobs.close()
    assert {make().get(job.id, LI).status for job in made} == {Status.INTERRUPTED}
