"""Submission (汇交) over HTTP: begun on an upload, taken from step to step by both sides, with receipts, lists and bulletins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from guotu.apps.submission.machine import machine
from guotu.apps.submission.paper import bulletin_paper, receipt_paper, render, report_paper
from guotu.errors import Lang
from guotu.errors.access import NOT_SIGNED_IN
from guotu.errors.general import REQUEST_INVALID
from guotu.guard.subject import Subject
from guotu.node import Node
from guotu.ops.jobs import JobContext, Result, Work
from guotu.ops.submitting import adopting, lists
from guotu.ops.submitting.book import Record
from guotu.ops.submitting.desk import SubmissionDesk
from guotu.ops.uploads import Uploads
from guotu.serve.access import TheJobs, TheNode, TheSubject
from guotu.serve.answers import Json
from guotu.serve.problems import language
from guotu.standards.packages import profile, profiles

router = APIRouter(prefix="/api", tags=["submission"])

KIND = "submission"
MEDIA = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Form = Annotated[str, Query(pattern="^(json|html|pdf|docx|xlsx)$")]


class Begun(BaseModel):
    """A complete upload, and the profile it is to follow or the item of a yearly list it answers."""

    upload: str = Field(max_length=64)
    profile: str = Field(default="", max_length=64)
    item: str = Field(default="", max_length=128)
    unit: str = Field(default="", max_length=200)


class Taken(BaseModel):
    """What a step needs; `seen` is the number of steps the caller has seen, so that nobody overtakes anybody unseen."""

    seen: int | None = Field(default=None, ge=0)
    upload: str = Field(default="", max_length=64)
    finding: int | None = Field(default=None, ge=1)
    remark: int | None = Field(default=None, ge=1)
    reason: str = Field(default="", max_length=4000)
    document: str = Field(default="", max_length=400)
    layer: str = Field(default="", max_length=200)
    demand: bool = False
    deadline: date | None = None
    as_of: date | None = None


class Item(BaseModel):
    division: str = Field(pattern=r"^\d{6,12}$")
    unit: str = Field(min_length=1, max_length=200)
    profile: str = Field(max_length=64)
    deadline: date
    title: str = Field(default="", max_length=400)


class Due(BaseModel):
    title: str = Field(default="", max_length=400)
    items: list[Item] = Field(min_length=1, max_length=5000)


@router.get("/submission-profiles")
def package_profiles(node: TheNode) -> Response:
    """What packages can be handed in: folders, files, names and metadata of each."""
    return Json([each.as_dict() for each in profiles(node.home).values()])


@router.get("/submissions")
def every(request: Request, node: TheNode, subject: TheSubject) -> Response:
    """The submissions the caller sees, newest first: of the own unit, or all for the receiver."""
    _known(subject)
    found = SubmissionDesk(node).book.all(subject)
    return Json([_short(record, language(request)) for record in found])


@router.post("/submissions", status_code=201)
def begin(asked: Begun, request: Request, node: TheNode, subject: TheSubject) -> Response:
    """Begin a submission; every file is kept by its hash, nothing is judged yet."""
    _known(subject)
    path = Uploads.of(node).path(asked.upload, subject)
    wanted = lists.item_of(node, asked.item).profile if asked.item else asked.profile
    desk = SubmissionDesk(node)
    made = desk.create(subject, profile(wanted, node.home), path, unit=asked.unit, item=asked.item)
    answer = Json(_whole(made, language(request)), 201)
    answer.headers["Location"] = f"/api/submissions/{made['id']}"
    return answer


@router.get("/submissions/{id}")
def show(id: str, request: Request, node: TheNode, subject: TheSubject) -> Response:
    """Rounds, remarks, the signed trail, and the steps possible now."""
    return Json(_whole(SubmissionDesk(node).book.get(subject, id), language(request)))


@router.post("/submissions/{id}/steps/{action}")
def step(
    id: str, action: str, asked: Taken, request: Request, node: TheNode, subject: TheSubject, jobs: TheJobs
) -> Response:
    """Take a step. Steps that judge or land (check, receive, recheck, adopt, resume) go on as a job: 202 and where to look."""
    _known(subject)
    desk, lang = SubmissionDesk(node), language(request)
    record = desk.book.get(subject, id)
    if action in _LONG:
        desk.book.unraced(record, asked.seen)
        way = machine()
        way.require(way.step(action, id, record["state"]), subject, record["unit"])
        if action == "adopt":  # said at once, not by a job that fails
            desk.hold(record, action, subject)
        job = jobs.submit(KIND, subject, _work(node, subject, id, action, asked), title=id)
        answer = Json(job.as_json(lang), 202)
        answer.headers["Location"] = f"/api/submission-jobs/{job.id}"
        return answer
    if action not in _SHORT:
        raise REQUEST_INVALID(reason=f"there is no step {action!r}")
    return Json(_whole(_SHORT[action](desk, subject, id, asked), lang))


@router.get("/submission-jobs/{id}")
def job(id: str, request: Request, subject: TheSubject, jobs: TheJobs) -> Response:
    """How far a step is."""
    return Json(jobs.get(id, subject).as_json(language(request)))


@router.get("/submissions/{id}/receipt")
def receipt(
    id: str, request: Request, node: TheNode, subject: TheSubject,
    format: Form = "json", number: Annotated[int | None, Query(alias="round", ge=1)] = None,
) -> Response:  # fmt: skip
    """The signed receipt of a round, the newest by default; `json` can be verified offline."""
    sealed = SubmissionDesk(node).receipt(subject, id, number)
    if format == "json":
        return _file(orjson.dumps(sealed, option=orjson.OPT_INDENT_2), format, f"{id}-receipt")
    return _file(render(receipt_paper(sealed, language(request)), format), format, f"{id}-receipt")


@router.get("/submissions/{id}/report")
def report(
    id: str, request: Request, node: TheNode, subject: TheSubject,
    format: Form = "json", number: Annotated[int | None, Query(alias="round", ge=1)] = None,
) -> Response:  # fmt: skip
    """The report of the newest check of a round, the receiver's where there is one; findings are numbered from 1."""
    lang = language(request)
    found = SubmissionDesk(node).report(subject, id, lang, number)
    if format == "json":
        return Json(found)
    return _file(render(report_paper(found, id, lang), format), format, f"{id}-report")


@router.get("/submission-lists/{year}")
def standing(year: int, node: TheNode, subject: TheSubject) -> Response:
    """How far every item of a year has come, with reminders; a unit sees its own."""
    _known(subject)
    return Json({"year": year, "items": [each.as_dict() for each in lists.standing(node, year, subject)]})


@router.post("/submission-lists/{year}")
def enter(year: int, asked: Due, node: TheNode, subject: TheSubject) -> Response:
    """Add items to a year's list, or change those of the same division and profile. For administrators."""
    _known(subject)
    items = [each.model_dump(mode="json") for each in asked.items]
    return Json(lists.enter(node, subject, year, items, title=asked.title).as_dict())


@router.get("/submission-bulletins/{year}")
def bulletin(
    year: int, request: Request, node: TheNode, subject: TheSubject, format: Form = "json"
) -> Response:
    """The bulletin (通报) of a year: per unit in time, late, missing, returned, points. For the receiver."""
    _known(subject)
    receiver = machine().sides["receiver"]
    if not receiver.holds(subject, ""):
        machine().require(machine().actions["review"], subject, "")
    made, lang = lists.bulletin_of(node, year), language(request)
    if format == "json":
        return Json(made.as_dict(lang))
    titles = {each.id: each.title if lang == "zh" else each.title_en for each in profiles(node.home).values()}
    return _file(
        render(bulletin_paper(made, lang, node.identity.name, titles), format), format, f"{year}-bulletin"
    )


def _known(subject: Subject) -> None:
    if subject.anonymous:
        raise NOT_SIGNED_IN()


def _file(body: bytes, form: str, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{form}"',
        "Cache-Control": "private, no-cache",
    }
    return Response(body, media_type=MEDIA[form], headers=headers)


def _short(record: Record, lang: Lang) -> dict[str, Any]:
    """A line of a list."""
    way = machine()
    return {
        **{
            name: record[name]
            for name in ("id", "title", "unit", "division", "year", "profile", "item", "created")
        },
        "state": record["state"],
        "state_title": way.states[record["state"]].title.in_(lang),
        "round": len(record["rounds"]),
        "steps": len(record["trail"]),
    }


def _whole(record: Record, lang: Lang) -> dict[str, Any]:
    possible = [
        {"action": a.id, "title": a.title.in_(lang), "who": a.who}
        for a in machine().possible(record["state"])
    ]
    return {
        **_short(record, lang),
        "rounds": record["rounds"],
        "adoption": record["adoption"],
        "trail": record["trail"],
        "possible": possible,
    }


Short = Callable[[SubmissionDesk, Subject, str, Taken], Record]


def _finding(asked: Taken) -> int:
    if asked.finding is None:
        raise REQUEST_INVALID(reason="finding, its number, is missing")
    return asked.finding


def _replace(desk: SubmissionDesk, subject: Subject, id: str, asked: Taken) -> Record:
    return desk.replace(subject, id, Uploads.of(desk.node).path(asked.upload, subject), seen=asked.seen)


def _explain(desk: SubmissionDesk, subject: Subject, id: str, asked: Taken) -> Record:
    return desk.explain(subject, id, _finding(asked), asked.reason, asked.document, seen=asked.seen)


def _remark(desk: SubmissionDesk, subject: Subject, id: str, asked: Taken) -> Record:
    return desk.remark(
        subject,
        id,
        asked.reason,
        layer=asked.layer,
        finding=asked.finding,
        demand=asked.demand,
        seen=asked.seen,
    )


def _lift(desk: SubmissionDesk, subject: Subject, id: str, asked: Taken) -> Record:
    if asked.remark is None:
        raise REQUEST_INVALID(reason="remark, its number, is missing")
    return desk.lift(subject, id, asked.remark, seen=asked.seen)


def _excuse(desk: SubmissionDesk, subject: Subject, id: str, asked: Taken) -> Record:
    return desk.excuse(
        subject, id, _finding(asked), reason=asked.reason, document=asked.document, seen=asked.seen
    )


def _return(desk: SubmissionDesk, subject: Subject, id: str, asked: Taken) -> Record:
    return desk.give_back(subject, id, asked.reason, asked.deadline or date.min, seen=asked.seen)


_SHORT: dict[str, Short] = {
    "explain": _explain,
    "submit": lambda desk, subject, id, asked: desk.submit(subject, id, seen=asked.seen),
    "replace": _replace,
    "withdraw": lambda desk, subject, id, asked: desk.withdraw(subject, id, asked.reason, seen=asked.seen),
    "review": lambda desk, subject, id, asked: desk.review(subject, id, seen=asked.seen),
    "remark": _remark,
    "lift": _lift,
    "excuse": _excuse,
    "return": _return,
}
_LONG = frozenset({"check", "receive", "recheck", "adopt", "resume"})


def _work(node: Node, subject: Subject, id: str, action: str, asked: Taken) -> Work:
    def work(context: JobContext) -> Result:
        watched: dict[str, Any] = {"progress": context.progress, "cancel": context.cancelled}
        if action == "adopt":
            made = adopting.adopt(node, subject, id, seen=asked.seen, as_of=asked.as_of, **watched)
        elif action == "resume":
            made = adopting.resume(node, subject, id, **watched)
        else:
            made = getattr(SubmissionDesk(node), action)(subject, id, seen=asked.seen, **watched)
        return Result({"submission": id, "state": made["state"], "steps": len(made["trail"])})

    return work
