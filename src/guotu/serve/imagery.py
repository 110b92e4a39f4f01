"""Images of the catalogue as map tiles."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from guotu.analysis import imagery
from guotu.catalog import Holdings
from guotu.guard.policy import visible
from guotu.model.resource import ResourceKind
from guotu.serve.access import TheNode, TheSubject
from guotu.serve.moment import TheMoment
from guotu.serve.tiles import ThePlace

router = APIRouter(prefix="/api/imagery", tags=["map"])


@router.get("/{id}/{z}/{x}/{y}.png")
def tile(id: str, place: ThePlace, node: TheNode, subject: TheSubject, at: TheMoment) -> Response:
    """One tile of an image as of a moment; 204 where the image does not reach (GT-3004: no edition then)."""
    node.catalog.get(id, visible=lambda r: r.kind is ResourceKind.RASTER and visible(subject, r.label))
    edition = Holdings(node.records).get(id, at)
    body = imagery.tile(node.blobs.path(edition.served), *place)
    headers = {"Cache-Control": "private, max-age=3600"}
    return Response(body or b"", 200 if body else 204, headers, "image/png")
