"""The one table that turns failures into HTTP (RFC 9457 problem details)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from guotu.errors import Family, GuotuError, Lang
from guotu.errors.general import BODY_TOO_LARGE, REQUEST_INVALID, ROUTE_UNKNOWN, UNFORESEEN

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

_WORDS = {
    "missing": "缺少该参数",
    "greater_than_equal": "应不小于 {ge}",
    "less_than_equal": "应不大于 {le}",
    "string_too_long": "最多 {max_length} 个字符",
    "string_too_short": "至少 {min_length} 个字符",
    "string_pattern_mismatch": "格式应为 {pattern}",
    "int_parsing": "应为整数",
    "float_parsing": "应为数字",
    "finite_number": "应为有限的数字",
    "json_invalid": "不是合法的 JSON",
    "literal_error": "应为 {expected} 之一",
    "string_type": "应为文本",
    "dict_type": "应为对象",
    "value_error": "不是合法的文件",
}
"""What the validator's commonest complaints mean, in Chinese; its own words serve otherwise."""

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


def _problem(
    request: Request, status: HTTPStatus, body: dict[str, Any], more: Mapping[str, str] | None = None
) -> Response:
    document = {
        "type": f"about:blank#{body['code']}",
        "title": status.phrase,
        "status": int(status),
        "instance": request.url.path,
    }
    headers = {"Retry-After": "5"} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    return Response(
        orjson.dumps(document | body), status, headers | dict(more or {}), "application/problem+json"
    )


async def _on_failure(request: Request, error: Exception) -> Response:
    assert isinstance(error, GuotuError)
    return problem(request, error)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    words = _WORDS.get(first["type"]) if language(request) == "zh" else None
    said = words.format(**first.get("ctx", {})) if words else first["msg"]
    return problem(request, REQUEST_INVALID(reason=f"{where}: {said}"))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.NOT_FOUND:
        return problem(request, ROUTE_UNKNOWN(path=request.url.path))
    if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return problem(request, BODY_TOO_LARGE(limit=error.detail))
    shown = REQUEST_INVALID(reason=f"{request.method} {request.url.path}: {status.phrase}")
    return _problem(request, status, shown.as_dict(language(request)), error.headers)


async def _on_surprise(request: Request, error: Exception) -> Response:
    reference = secrets.token_hex(4)
    _log.error("unforeseen", reference=reference, path=request.url.path, exc_info=error)
    return problem(request, UNFORESEEN(reference=reference))
