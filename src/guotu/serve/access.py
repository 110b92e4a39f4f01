"""The one place that turns a request into a subject and its reader."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends, Request

from guotu.errors.access import REQUEST_FORGED
from guotu.guard.accounts import Session
from guotu.guard.subject import GUEST, Subject
from guotu.node import Node
from guotu.ops.jobs import Jobs
from guotu.store.reading import Reader

COOKIE = "guotu_session"
CSRF_HEADER = "X-Guotu-CSRF"


def node_of(request: Request) -> Node:
    """The node this server speaks for."""
    node: Node = request.app.state.node
    return node


TheNode = Annotated[Node, Depends(node_of)]


def jobs_of(request: Request) -> Jobs:
    """The jobs this server runs."""
    jobs: Jobs = request.app.state.jobs
    return jobs


TheJobs = Annotated[Jobs, Depends(jobs_of)]


def session_of(request: Request, node: TheNode) -> Session | None:
    """The live session of the request's cookie; a state-changing request must prove it was meant (GT-4008)."""
    token = request.cookies.get(COOKIE)
    session = node.accounts.session(token) if token else None
    if session and request.method not in ("GET", "HEAD", "OPTIONS"):
        given = request.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(given.encode(), session.csrf.encode()):
            raise REQUEST_FORGED()
    return session


TheSession = Annotated[Session | None, Depends(session_of)]


def subject_of(session: TheSession) -> Subject:
    """Who asks; nobody signed in is a guest."""
    return session.subject if session else GUEST


TheSubject = Annotated[Subject, Depends(subject_of)]


def reader_of(request: Request, node: TheNode, subject: TheSubject) -> Reader:
    """The store as this request may see it."""
    return node.reader(subject, purpose=request.url.path)


TheReader = Annotated[Reader, Depends(reader_of)]
