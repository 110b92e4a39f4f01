"""Sign in, sign out, who am I."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from guotu.guard.accounts import ABSOLUTE, Session
from guotu.guard.subject import GUEST, Operation
from guotu.serve.access import COOKIE, TheNode, TheSession
from guotu.serve.answers import Json

router = APIRouter(prefix="/api/session", tags=["session"])


class SignIn(BaseModel):
    account: str = Field(max_length=64)
    password: str = Field(max_length=256)


@router.get("")
def who_am_i(session: TheSession) -> Response:
    """The present account and what it may do."""
    return Json(_shown(session))


@router.post("")
def sign_in(form: SignIn, node: TheNode) -> Response:
    """Open a session; the token travels in a cookie that scripts cannot read."""
    session = node.accounts.sign_in(form.account, form.password)
    response = Json(_shown(session))
    response.set_cookie(
        COOKIE,
        session.token,
        max_age=int(ABSOLUTE.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=node.settings.secure_cookies,
    )
    return response


@router.delete("", status_code=204)
def sign_out(node: TheNode, session: TheSession) -> Response:
    """End the session at once."""
    if session:
        node.accounts.sign_out(session.token)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE)
    return response


def _shown(session: Session | None) -> dict[str, Any]:
    subject = session.subject if session else GUEST
    return {
        "signed_in": session is not None,
        "csrf": session.csrf if session else None,
        "account": {
            "id": subject.id,
            "name": subject.name,
            "organisation": subject.organisation,
            "roles": sorted(subject.roles),
            "clearance": subject.clearance.value,
        },
        "may": [operation.value for operation in Operation if subject.may(operation)],
    }
