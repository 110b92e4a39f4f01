"""The portal's built files, with the single page behind every route of its own."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response

from guotu.serve.problems import language

PLACE = "portal"
NOT_BUILT = """<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>guotu</title>
<body style="font-family:sans-serif;max-width:40rem;margin:4rem auto">
<h1>国土空间基础信息平台</h1><p>{text}</p></body></html>"""
TEXT = {
    "zh": "接口已在运行，门户尚未构建。请运行 script/portal，或安装发行包。",
    "en": "The interfaces are running; the portal has not been built. Run script/portal, or install a release.",
}


def root() -> Path:
    """Where the built portal lies, if it has been built."""
    return Path(str(resources.files("guotu.serve") / PLACE)).resolve()


def install(app: FastAPI) -> None:
    """Serve the portal under / for every path no other route took."""
    home = root()

    @app.get("/{path:path}", include_in_schema=False)
    def page(path: str, request: Request) -> Response:
        if path.startswith(("api/", "ogc/", "ows/", "x/")):
            raise HTTPException(404)
        file = (home / path.lstrip("/")).resolve() if "\0" not in path else home
        if path and file.is_relative_to(home) and file.is_file():
            kept = "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
            return FileResponse(file, headers={"Cache-Control": kept})
        if path.startswith("assets/"):
            raise HTTPException(404)
        if (home / "index.html").is_file():
            return FileResponse(home / "index.html", headers={"Cache-Control": "no-cache"})
        lang = language(request)
        return HTMLResponse(NOT_BUILT.format(lang=lang, text=TEXT[lang]))
