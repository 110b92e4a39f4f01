"""How much a request may send: files as the node allows, everything else little, strangers next to nothing."""

from __future__ import annotations

from http.cookies import SimpleCookie

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from guotu.serve.access import COOKIE

DOCUMENT = 8 << 20
PIECE = 64 << 20
PIECES = "application/offset+octet-stream"
"""Pieces of an upload go straight to the disk, so they may be large whoever sends them; who may is asked before the first."""
STRANGER = 64 << 10


class BodyLimit:
    """Ends a request with 413 at the first byte too many, or at once where it announces them.

    Without a session cookie only `STRANGER` bytes are read: a form is parsed before anybody can ask who sent it.
    """

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self.app, self.largest = app, largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit, received = self._limit(headers), 0
        announced = headers.get("content-length", "0")

        async def counted() -> Message:
            nonlocal received
            if announced.isdigit() and int(announced) > limit:
                raise _too_large(limit)
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _too_large(limit)
            return message

        await self.app(scope, counted, send)

    def _limit(self, headers: Headers) -> int:
        if headers.get("content-type", "").startswith(PIECES):
            return PIECE
        if COOKIE not in SimpleCookie(headers.get("cookie", "")):
            return STRANGER
        return self.largest if headers.get("content-type", "").startswith("multipart/") else DOCUMENT


def _too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"{limit >> 20} MB" if limit >= 1 << 20 else f"{limit >> 10} KB")
