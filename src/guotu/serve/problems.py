"""The one table that turns failures into HTTP (RFC 9457 problem details)."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from guotu.errors import Family, GuotuError, Lang
from guotu.errors.general import UNFORESEEN, USAGE

STATUS: dict[Family, HTTPStatus] = {
    Family.USAGE: HTTPStatus.BAD_REQUEST,
    Family.REFUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Family.HELD: HTTPStatus.CONFLICT,
    Family.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Family.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Family.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Family.CONFLICT: HTTPStatus.CONFLICT,
    Family.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Family.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
    Family.UNFORESEEN: HTTPStatus.INTERNAL_SERVER_ERROR,
}

_log = structlog.get_logger("guotu.serve")


def language(request: Request) -> Lang:
    """Chinese unless the request prefers English."""
    wanted = request.query_params.get("lang") or request.headers.get("accept-language", "")
    return "en" if wanted.lower().startswith("en") else "zh"


def problem(request: Request, error: GuotuError) -> Response:
    """The response of one failure."""
    status = STATUS[error.kind.family]
    return _problem(request, status, error.as_dict(language(request)) | _asked(error))


def install(app: FastAPI) -> None:
    """Give the app its handlers; nothing leaves it as anything but problem+json."""
    app.add_exception_handler(GuotuError, _on_failure)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_surprise)


def _asked(error: GuotuError) -> dict[str, Any]:
    """Choices that a dialogue can offer, where the failure is a question."""
    choices = error.facts.get("choices")
    return {"facts": {"choices": choices}} if isinstance(choices, list) else {}


def _problem(request: Request, status: HTTPStatus, body: dict[str, Any]) -> Response:
    document = {
        "type": f"about:blank#{body['code']}",
        "title": status.phrase,
        "status": int(status),
        "instance": request.url.path,
    }
    headers = {"Retry-After": "5"} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    return Response(orjson.dumps(document | body), status, headers, "application/problem+json")


async def _on_failure(request: Request, error: Exception) -> Response:
    assert isinstance(error, GuotuError)
    return problem(request, error)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return problem(request, USAGE(reason=f"{where}: {first['msg']}"))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    family = next((family for family, known in STATUS.items() if known == status), Family.USAGE)
    shown = USAGE(reason=f"{status.phrase} {request.url.path}").as_dict(language(request))
    if family is Family.NOT_FOUND:
        shown |= {
            "detail": f"没有 {request.url.path}"
            if language(request) == "zh"
            else f"No {request.url.path} here"
        }
    return _problem(request, status, shown)


async def _on_surprise(request: Request, error: Exception) -> Response:
    reference = secrets.token_hex(4)
    _log.error("unforeseen", reference=reference, path=request.url.path, exc_info=error)
    return problem(request, UNFORESEEN(reference=reference))
