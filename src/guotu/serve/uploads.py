"""Uploads in pieces: begin, ask how far, go on, complete. A broken way costs at most the piece under way."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from guotu.errors.checks import VISITORS_REFUSED
from guotu.errors.general import REQUEST_INVALID
from guotu.guard.subject import Role, Subject
from guotu.model.resource import Secrecy
from guotu.ops.uploads import VISITOR, Upload, Uploads, Wanted
from guotu.serve.access import TheNode, TheSession
from guotu.serve.answers import Json
from guotu.serve.limits import PIECES

router = APIRouter(prefix="/api/uploads", tags=["check"])

SUGGESTED = 4 << 20
"""Bytes of a piece that loses little when it fails and costs few round trips."""
_BUFFER = 1 << 20
_KEY = re.compile(r"[A-Za-z0-9_-]{32,128}")


def visitor_of(
    node: TheNode, session: TheSession, x_guotu_visitor: Annotated[str | None, Header(max_length=200)] = None
) -> Subject:
    """Who uploads and checks: the account signed in, or a visitor known by a secret of their own where the node takes any.

    Raises   GT-7017 for a stranger without a secret, or where visitors are not taken
    """
    if session:
        return session.subject
    if not node.settings.visitor_upload_mb or not x_guotu_visitor or not _KEY.fullmatch(x_guotu_visitor):
        raise VISITORS_REFUSED()
    digest = hashlib.sha256(x_guotu_visitor.encode()).hexdigest()[:32]
    return Subject(f"{VISITOR}{digest}", "访客", "", frozenset({Role.GUEST}), Secrecy.PUBLIC)


TheVisitor = Annotated[Subject, Depends(visitor_of)]


class Part(BaseModel):
    name: str = Field(min_length=1, max_length=1000)
    size: int = Field(ge=0)


class Begun(BaseModel):
    name: str = Field(min_length=1, max_length=300)
    size: int = Field(default=0, ge=0)
    files: list[Part] = Field(default_factory=list, max_length=5000)
    sha256: str = Field(default="", max_length=64)


class Ended(BaseModel):
    sha256: str = Field(default="", max_length=64)


@router.post("", status_code=201)
def begin(asked: Begun, node: TheNode, subject: TheVisitor) -> Response:
    """Announce a file (name, size) or a folder (name, files); `sha256` may come now or at the end."""
    files = tuple((part.name, part.size) for part in asked.files)
    made = Uploads.of(node).begin(subject, Wanted(asked.name, asked.size, files, asked.sha256))
    answer = Json(_shown(made), 201)
    answer.headers["Location"] = f"/api/uploads/{made.id}"
    return answer


@router.get("")
def mine(node: TheNode, subject: TheVisitor) -> Response:
    """The subject's uploads, newest first."""
    return Json([_shown(each) for each in Uploads.of(node).mine(subject)])


@router.get("/{id}")
def show(id: str, node: TheNode, subject: TheVisitor) -> Response:
    """One upload and how far it has come."""
    return Json(_shown(Uploads.of(node).get(id, subject)))


@router.head("/{id}")
def progress(id: str, node: TheNode, subject: TheVisitor) -> Response:
    """How far it has come, in the headers Upload-Offset and Upload-Length."""
    return Response(headers=_offsets(Uploads.of(node).get(id, subject)))


@router.patch("/{id}", status_code=204)
async def append(
    id: str,
    request: Request,
    node: TheNode,
    subject: TheVisitor,
    upload_offset: Annotated[int, Header(ge=0)],
) -> Response:
    """The next piece, `application/offset+octet-stream`, beginning at Upload-Offset; written as it arrives."""
    if not request.headers.get("content-type", "").startswith(PIECES):
        raise REQUEST_INVALID(reason=f"Content-Type: {PIECES}")
    uploads = Uploads.of(node)
    with uploads.writing(id, subject, upload_offset) as sink:
        held = bytearray()
        try:
            async for piece in request.stream():
                held += piece
                if len(held) >= _BUFFER:
                    await run_in_threadpool(sink.write, bytes(held))
                    held.clear()
        except ClientDisconnect:
            pass  # what came counts; nobody is there to be told
        if held:
            await run_in_threadpool(sink.write, bytes(held))
    return Response(status_code=204, headers=_offsets(uploads.get(id, subject)))


@router.post("/{id}/complete")
def complete(id: str, asked: Ended, node: TheNode, subject: TheVisitor) -> Response:
    """Verify the whole against its SHA-256 (given now, at the beginning, or not at all: then it is told)."""
    return Json(_shown(Uploads.of(node).complete(id, subject, asked.sha256)))


@router.delete("/{id}", status_code=204)
def remove(id: str, node: TheNode, subject: TheVisitor) -> Response:
    """Take the upload away."""
    Uploads.of(node).remove(id, subject)
    return Response(status_code=204)


def _shown(upload: Upload) -> dict[str, Any]:
    return upload.as_json() | {"piece": SUGGESTED}


def _offsets(upload: Upload) -> dict[str, str]:
    return {"Upload-Offset": str(upload.offset), "Upload-Length": str(upload.size)}
