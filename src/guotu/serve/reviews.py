"""Compliance reviews over HTTP: options, run, list, show, report."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from guotu.apps.approval.profile import review_profile
from guotu.apps.approval.report import MEDIA_TYPES, pictures_of, render
from guotu.apps.approval.request import ReviewRequest, Stage
from guotu.apps.approval.result import Review
from guotu.errors import Lang
from guotu.guard.subject import Operation
from guotu.model.time import AsOf
from guotu.ops import reviewing
from guotu.serve.access import TheNode, TheSubject
from guotu.serve.answers import Json, download
from guotu.serve.boundaries import boundary_of
from guotu.serve.moment import moment_of
from guotu.serve.problems import language
from guotu.standards import landclass

router = APIRouter(prefix="/api", tags=["review"])


class Asked(BaseModel):
    boundary: str = Field(max_length=64)
    kind: str = Field(default="general", max_length=40)
    use: str = Field(default="", max_length=8)
    at: str | None = Field(default=None, max_length=32)
    project_code: str = Field(default="", max_length=60)
    stage: Stage = "approval"


@router.get("/review-options")
def options() -> Response:
    """What an applicant may choose."""
    profile = review_profile()
    kinds = [
        {"id": kind.id, "title": kind.title.zh, "title_en": kind.title.en} for kind in profile.kinds.values()
    ]
    scheme = landclass.scheme(profile.section("planning")["scheme"])
    uses = [
        {"code": c.code, "name": c.name, "level": c.level, "parent": c.parent} for c in scheme if c.level <= 2
    ]
    return Json({"kinds": kinds, "uses": uses, "profile": {"id": profile.id, "edition": profile.edition}})


@router.post("/reviews", status_code=201)
def run(asked: Asked, request: Request, node: TheNode, subject: TheSubject) -> Response:
    """Review a kept boundary."""
    subject.require(Operation.REVIEW)
    at: AsOf = moment_of(asked.at)
    wanted = ReviewRequest(kind=asked.kind, use=asked.use, project_code=asked.project_code, stage=asked.stage)
    made = reviewing.examine(node, subject, boundary_of(node, subject, asked.boundary), wanted, at=at)
    id = reviewing.keep(node, subject, asked.boundary, made)
    return Json(_shown(id, reviewing.kept(node, subject, id), made, language(request)), 201)


@router.get("/reviews")
def mine(node: TheNode, subject: TheSubject) -> Response:
    """The subject's own reviews, newest first."""
    subject.require(Operation.REVIEW)
    rows = [(id, body) for id, body in node.records.all(reviewing.KIND) if body["subject"] == subject.id]
    rows.sort(key=lambda row: row[1]["created"], reverse=True)
    shown = ("name", "created", "verdicts", "area_ha")
    return Json([{"id": id, **{name: body[name] for name in shown}} for id, body in rows])


@router.get("/reviews/{id}")
def show(id: str, request: Request, node: TheNode, subject: TheSubject) -> Response:
    """A review made again on the versions it was made on."""
    body = reviewing.kept(node, subject, id)
    made = reviewing.again(node, subject, boundary_of(node, subject, body["boundary"]), body)
    return Json(_shown(id, body, made, language(request)))


@router.get("/reviews/{id}/report.{format}")
def report(
    id: str,
    format: str,
    node: TheNode,
    subject: TheSubject,
    lang: Annotated[Lang, Query()] = "zh",
) -> Response:
    """The report as a file: html, pdf, docx, xlsx, json."""
    body = reviewing.kept(node, subject, id)
    made = reviewing.again(node, subject, boundary_of(node, subject, body["boundary"]), body)
    pictures = pictures_of(made, node.reader(subject, reviewing.PURPOSE), format, lang)
    written = render(made, pictures, format, lang)
    return download(written, f"{made.project.name}-合规性审查报告.{format}", MEDIA_TYPES[format])


def _shown(id: str, body: dict[str, Any], made: Review, lang: Lang) -> dict[str, Any]:
    return {"id": id, "created": body["created"], "boundary": body["boundary"], **made.as_json(lang)}
