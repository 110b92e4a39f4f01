"""Images of the catalogue as map tiles."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from guotu.analysis import imagery
from guotu.guard.policy import visible
from guotu.model.resource import ResourceKind
from guotu.serve.access import TheNode, TheSubject
from guotu.serve.tiles import ThePlace

router = APIRouter(prefix="/api/imagery", tags=["map"])


@router.get("/{id}/{z}/{x}/{y}.png")
def tile(id: str, place: ThePlace, node: TheNode, subject: TheSubject) -> Response:
    """One tile of an image; 204 where the image does not reach."""
    resource = node.catalog.get(
        id, visible=lambda r: r.kind is ResourceKind.RASTER and visible(subject, r.label)
    )
    body = imagery.tile(node.blobs.path(resource.location), *place)
    headers = {"Cache-Control": "private, max-age=3600"}
    return Response(body or b"", 200 if body else 204, headers, "image/png")
