"""Layers of remote services: shown in the tree, drawn through the node so that nobody learns their address."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from guotu.catalog.services import Services
from guotu.guard.outbound import Door
from guotu.model.resource import Resource, ResourceKind
from guotu.node import Node
from guotu.ops import service_tiles
from guotu.ops.services import door_of
from guotu.serve.access import TheNode, TheSubject
from guotu.serve.catalogue import seen_by
from guotu.serve.tiles import ThePlace, TileCache

router = APIRouter(prefix="/api/services", tags=["map"])

CACHED = 32 << 20
LISTED = 200
"""Layers of one service in the tree."""


@router.get("/{id}/{layer}/{z}/{x}/{y}.png")
def tile(
    id: str, layer: str, place: ThePlace, node: TheNode, subject: TheSubject, request: Request
) -> Response:
    """A tile of a remote layer, fetched by the node for those who may see the service.

    Raises   GT-3001 hidden or no service, GT-3014 no such layer, GT-3010–3013 the way there
    """
    node.catalog.get(
        id, visible=lambda r: r.kind is ResourceKind.SERVICE and r.status != "retired" and seen_by(subject)(r)
    )
    service = Services(node.records).find(id)
    if service is None:
        return Response(status_code=204)
    door, kept = _upstream(request, node)
    key = (id, str(service.harvested), layer, *map(str, place))
    body = kept.get(key)
    if body is None:
        body, _ = service_tiles.fetch_tile(door, service, layer, *place)
        kept.put(key, body)
    type = (
        "image/png"
        if body.startswith(b"\x89PNG")
        else "image/webp"
        if body.startswith(b"RIFF")
        else "image/jpeg"
    )
    return Response(body, media_type=type, headers={"Cache-Control": "private, max-age=3600"})


def drawn(node: Node, resource: Resource) -> dict[str, Any] | None:
    """A service as the layer tree shows it; None where nothing of it can be drawn."""
    service = Services(node.records).find(resource.id)
    layers = [
        {
            "id": f"{resource.id}/{layer.name}",
            "title": layer.title,
            "extent": layer.extent,
            "tiles": f"/api/services/{quote(resource.id, safe='')}/{quote(layer.name, safe='')}/{{z}}/{{x}}/{{y}}.png",
        }
        for layer in (service.layers if service else ())
        if layer.drawing
    ]
    if service is None or not layers:
        return None
    return {
        "id": resource.id,
        "title": resource.title,
        "title_en": resource.title_en,
        "kind": service.kind,
        "alive": service.alive,
        "secrecy": resource.label.secrecy,
        "owner": resource.owner,
        "layers": layers[:LISTED],
    }


def _upstream(request: Request, node: Node) -> tuple[Door, TileCache]:
    """One door and one cache for the life of the application."""
    state = request.app.state
    if not hasattr(state, "upstream"):
        state.upstream = (door_of(node), TileCache(CACHED))
    found: tuple[Door, TileCache] = state.upstream
    return found
