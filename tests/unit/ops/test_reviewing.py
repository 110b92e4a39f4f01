"""Reviews on a node: who may, what is kept, and that it can be made again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from guotu import settings
from guotu.apps.approval.request import ReviewRequest
from guotu.errors import GuotuError
from guotu.guard.subject import OPERATOR, Role, Subject
from guotu.ingest.project import read_project
from guotu.model.project import ProjectBoundary
from guotu.model.resource import Secrecy
from guotu.node import Node
from guotu.ops.reviewing import again, examine, keep, kept
from tiny_county import Tiny

OFFICER = Subject("officer", "审批员", "", frozenset({Role.OFFICER}), Secrecy.INTERNAL)
ADMIN = Subject("admin", "管理员", "", frozenset({Role.ADMINISTRATOR}), Secrecy.TOP_SECRET)


@pytest.fixture
def node(tiny: Tiny, tmp_path: Path) -> Iterator[Node]:
    opened = Node.open(tiny.copied(tmp_path), settings.load({}))
    yield opened
    opened.close()


@pytest.fixture
def project(tiny: Tiny, tmp_path: Path) -> ProjectBoundary:
    return read_project(tiny.files / "project.txt", work=tmp_path)


def test_a_role_without_reviews_is_refused(node: Node, project: ProjectBoundary) -> None:
    with pytest.raises(GuotuError) as failure:
        examine(node, ADMIN, project, ReviewRequest())
    assert failure.value.code == "GT-4003"


def test_what_one_may_not_see_is_unknown_never_passed(node: Node, project: ProjectBoundary) -> None:
    guest = Subject("li", "李", "", frozenset({Role.OFFICER}), Secrecy.PUBLIC)
    hidden = {check.id: check for check in examine(node, guest, project, ReviewRequest()).checks}
    assert hidden["farmland"].verdict.value == "unknown"
    seen = {check.id: check for check in examine(node, OFFICER, project, ReviewRequest()).checks}
    assert seen["farmland"].verdict.value != "unknown"


def test_a_kept_review_is_made_again_to_the_byte(node: Node, project: ProjectBoundary) -> None:
    made = examine(node, OFFICER, project, ReviewRequest(use="0601"))
    body = kept(node, OFFICER, keep(node, OFFICER, "b", made))
    assert again(node, OFFICER, project, body).as_bytes("zh") == made.as_bytes("zh")


def test_a_review_belongs_to_who_made_it(node: Node, project: ProjectBoundary) -> None:
    id = keep(node, OFFICER, "b", examine(node, OFFICER, project, ReviewRequest()))
    for asker, asked in ((OPERATOR, id), (OFFICER, "nothing")):
        with pytest.raises(GuotuError) as failure:
            kept(node, asker, asked)
        assert failure.value.code == "GT-5091"


def test_a_day_is_reviewed_on_what_described_it(node: Node, project: ProjectBoundary) -> None:
    from datetime import date

    earlier = examine(node, OFFICER, project, ReviewRequest(), at=date(2025, 6, 30))
    now = examine(node, OFFICER, project, ReviewRequest())

    def version(review: object) -> object:
        return next(entry.version for entry in review.basis if entry.stream.startswith("xz.dltb"))  # type: ignore[attr-defined]

    assert version(earlier) != version(now)
