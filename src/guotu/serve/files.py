"""Kept files over HTTP: thumbnail, text by pages, download by right."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query
from starlette.responses import FileResponse, Response

from guotu.catalog import Holdings
from guotu.catalog.passages import PAGE, page_id
from guotu.errors.catalog import DOWNLOAD_REFUSED, EDITION_UNKNOWN
from guotu.model.edition import Edition
from guotu.model.resource import Resource, ResourceKind, Sharing
from guotu.serve.access import TheNode, TheSubject
from guotu.serve.answers import Json
from guotu.serve.catalogue import seen_by
from guotu.serve.moment import TheMoment

router = APIRouter(prefix="/api/catalog", tags=["catalogue"])

AT_ONCE = 20
_PLAYED = {
    "MP3": "audio/mpeg", "FLAC": "audio/flac", "Ogg": "audio/ogg", "WAV": "audio/wav", "M4A": "audio/mp4", "MP4": "video/mp4",
}  # fmt: skip
"""What a browser may be told of a file's type; everything else is bytes to save."""


@router.get("/{id}/thumbnail")
def thumbnail(id: str, node: TheNode, subject: TheSubject, at: TheMoment) -> Response:
    """The small picture of an edition (PNG); 404 where it has none."""
    node.catalog.get(id, visible=seen_by(subject))
    found = Holdings(node.records).get(id, at)
    if not found.thumbnail:
        raise EDITION_UNKNOWN(id=id, at="thumbnail")
    body = node.blobs.path(found.thumbnail).read_bytes()
    return Response(body, media_type="image/png", headers={"Cache-Control": "private, max-age=3600"})


@router.get("/{id}/text")
def text(
    id: str,
    node: TheNode,
    subject: TheSubject,
    first: Annotated[int, Query(ge=1)] = 1,
    limit: Annotated[int, Query(ge=1, le=AT_ONCE)] = 5,
) -> Response:
    """Pages of the present edition's text, from page `first` on."""
    node.catalog.get(id, visible=seen_by(subject))
    found = Holdings(node.records).get(id)
    pages: list[dict[str, Any]] = []
    number = first
    while number <= found.pages and len(pages) < limit:
        body = node.records.get(PAGE, page_id(id, found.number, number))
        if body is not None:
            pages.append({"page": number, "text": body["text"]})
        number += 1
    unit = found.facts.get("unit", "part")
    return Json(
        {
            "unit": unit,
            "pages": pages,
            "total": found.pages,
            "next": number if number <= found.pages else None,
        }
    )


@router.get("/{id}/file")
def file(id: str, node: TheNode, subject: TheSubject, at: TheMoment, original: bool = False) -> Response:
    """The file of an edition to save: of a raster its COG, or the file as it came with `original`.

    Parts may be asked for (Range). Raises GT-3001 hidden, GT-3016 not shared, GT-3004 no edition at that moment
    """
    resource = node.catalog.get(id, visible=seen_by(subject))
    if resource.label.sharing is Sharing.NONE:
        raise DOWNLOAD_REFUSED(id=id)
    found = Holdings(node.records).get(id, at)
    return _sent(
        node.blobs.path(found.original if original else found.served), _name(resource, found, original), found
    )


def _name(resource: Resource, edition: Edition, original: bool) -> str:
    if resource.kind is ResourceKind.RASTER and not original:
        return f"{resource.id}.tif"
    return edition.name


def _sent(path: Any, name: str, edition: Edition) -> Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Content-Encoding": "identity",
        "Cache-Control": "private, max-age=0",
    }
    type = _PLAYED.get(edition.format, "application/octet-stream")
    return FileResponse(path, headers=headers, media_type=type)
