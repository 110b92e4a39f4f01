"""How answers are written: JSON by orjson, downloads with safe names."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
from starlette.responses import Response


class Json(Response):
    """A JSON body; numpy numbers and dates welcome."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)


def download(body: bytes, name: str, media_type: str) -> Response:
    """A file to save under a name that may be Chinese."""
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(body, media_type=media_type, headers={"Content-Disposition": disposition})
