"""Reviews on a node: who reviews what at which moment, kept so that a report can be written again later."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from guotu.apps.approval.profile import review_profile
from guotu.apps.approval.request import ReviewRequest
from guotu.apps.approval.result import Review
from guotu.apps.approval.review import review
from guotu.apps.approval.sources import Basis, Sources
from guotu.errors.review import REVIEW_UNKNOWN
from guotu.guard.subject import Operation, Subject
from guotu.model.project import ProjectBoundary
from guotu.model.time import AsOf, parse_as_of
from guotu.node import Node

KIND = "review"
PURPOSE = "用地合规性审查"


def examine(
    node: Node,
    subject: Subject,
    project: ProjectBoundary,
    request: ReviewRequest,
    *,
    at: AsOf = None,
    basis: Basis | None = None,
    today: date | None = None,
) -> Review:
    """Review a boundary as one subject; raises GT-4002, GT-4003, and GT-50xx as `apps.approval.review` does."""
    subject.require(Operation.REVIEW)
    sources = Sources(node.reader(subject, PURPOSE), node.catalog)
    day = today or node.clock().date()
    return review(project, sources, review_profile(), today=day, at=at, basis=basis, request=request)


def keep(node: Node, subject: Subject, boundary: str, made: Review) -> str:
    """Keep what is needed to list a review and to make it again exactly; gives its id."""
    id = node.ids().hex()
    asked = {
        name: value for name, value in asdict(made.request).items() if name not in ("adjust_in", "adjust_out")
    }
    body: dict[str, Any] = {
        "subject": subject.id,
        "boundary": boundary,
        "created": node.clock().isoformat(),
        "request": asked,
        "at": made.as_of,
        "today": made.today.isoformat(),
        "basis": {entry.stream: entry.version for entry in made.basis if entry.version},
        "name": made.project.name,
        "area_ha": str(made.area_ha),
        "verdicts": {check.id: check.verdict.value for check in made.checks},
    }
    node.records.put(KIND, id, body)
    return id


def kept(node: Node, subject: Subject, id: str) -> dict[str, Any]:
    """The record of a subject's own review; raises GT-5091 for any other."""
    body = node.records.get(KIND, id)
    if body is None or body["subject"] != subject.id:
        raise REVIEW_UNKNOWN(id=id)
    return body


def again(node: Node, subject: Subject, project: ProjectBoundary, body: dict[str, Any]) -> Review:
    """A kept review made again on the versions it was made on."""
    return examine(
        node,
        subject,
        project,
        ReviewRequest(**body["request"]),
        at=parse_as_of(body["at"]),
        basis=body["basis"],
        today=date.fromisoformat(body["today"]),
    )
