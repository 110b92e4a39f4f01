"""What the map can show a subject at a moment: vector layers with paint and legend, images."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from guotu.analysis.cartography import LayerStyle, layer_style
from guotu.catalog import Holdings
from guotu.errors import GuotuError
from guotu.errors.store import VERSION_UNKNOWN
from guotu.model.dataset import StreamState
from guotu.model.edition import Edition
from guotu.model.resource import Resource, ResourceKind
from guotu.model.schema import GeometryKind
from guotu.model.time import AsOf
from guotu.serve.access import TheNode, TheReader, TheSubject
from guotu.serve.answers import Json
from guotu.serve.catalogue import seen_by
from guotu.serve.moment import TheMoment
from guotu.serve.services import drawn
from guotu.serve.tiles import DETAILED, FEATURES_PER_TILE, LABELS_PER_TILE, tile_key
from guotu.standards.catalogue import categories
from guotu.standards.presentation import presentation
from guotu.store.reading import Reader

router = APIRouter(prefix="/api/layers", tags=["map"])

SHALLOWEST, DEEPEST_START = 5, 15


@router.get("")
def tree(node: TheNode, reader: TheReader, subject: TheSubject, at: TheMoment) -> Response:
    """Layers grouped by the roots of the classification, and images."""
    seen = seen_by(subject)
    shown = [
        _layer(reader, resource, at) for resource in node.catalog.list(ResourceKind.VECTOR, visible=seen)
    ]
    groups = []
    for root in categories():
        layers = [layer for layer in shown if layer and layer["dataset"].split(".")[0] == root.id]
        if layers:
            layers.sort(key=lambda layer: (not layer["visible"], layer["style"]["order"]))
            groups.append({"id": root.id, "title": root.title, "title_en": root.title_en, "layers": layers})
    holdings = Holdings(node.records)
    images = [
        _image(resource, edition, at)
        for resource in node.catalog.list(ResourceKind.RASTER, visible=seen)
        if (edition := holdings.find(resource.id, at))
    ]
    services = [
        remote
        for resource in node.catalog.list(ResourceKind.SERVICE, visible=seen)
        if (remote := drawn(node, resource))
    ]
    return Json({"groups": groups, "imagery": images, "services": services})


def _layer(reader: Reader, resource: Resource, at: AsOf) -> dict[str, Any] | None:
    try:
        states = reader.states(resource.id, at)
    except GuotuError as failure:
        if failure.kind is not VERSION_UNKNOWN:
            raise
        return None
    features = sum(state.features for state in states)
    geometry = reader.schema(resource.id).geometry if states else GeometryKind.NONE
    if not features or geometry is GeometryKind.NONE:
        return None
    shown, style = presentation(resource.id), layer_style(resource.id)
    return {
        "dataset": resource.id,
        "title": resource.title,
        "title_en": resource.title_en,
        "geometry": geometry,
        "features": features,
        "extent": resource.extent,
        "secrecy": resource.label.secrecy,
        "owner": resource.owner,
        "data_date": _newest(states),
        "version": ", ".join(state.head.label for state in states),
        "tile_key": tile_key(reader, resource.id, at),
        "style": style.as_dict(),
        "legend": _legend(style, resource),
        "visible": shown.visible,
        "min_zoom": _first_zoom(features, resource.extent),
        "label_field": shown.label,
        "label_zoom": max(
            _first_zoom(features, resource.extent, LABELS_PER_TILE), 0 if shown.place else DETAILED
        ),
    }


def _newest(states: list[StreamState]) -> Any:
    dates = [state.head.note.data_date for state in states if state.head.note.data_date]
    return max(dates, default=None)


def _legend(style: LayerStyle, resource: Resource) -> list[dict[str, Any]]:
    if not style.rules:
        paint = style.default.as_dict()
        return [{"label": resource.title, "label_en": resource.title_en, "paint": paint}]
    return [{"label": rule.zh, "label_en": rule.en, "paint": rule.paint.as_dict()} for rule in style.rules]


def _first_zoom(
    features: int, extent: tuple[float, float, float, float] | None, most: int = FEATURES_PER_TILE
) -> int:
    """The zoom from which a tile of 512 pixels holds at most `most` features, if they lie evenly."""
    if not extent or features <= most:
        return SHALLOWEST
    west, south, east, north = extent
    share = max(east - west, 1e-6) * max(north - south, 1e-6) / (360.0 * 360.0)
    zoom = math.log2(features / most / share) / 2 + 1
    return min(max(math.ceil(zoom), SHALLOWEST), DEEPEST_START)


def _image(resource: Resource, edition: Edition, at: AsOf) -> dict[str, Any]:
    query = urlencode({"k": edition.label} | ({"at": str(at)} if at else {}))
    return {
        "id": resource.id,
        "title": resource.title,
        "title_en": resource.title_en,
        "secrecy": resource.label.secrecy,
        "date": edition.data_date,
        "version": edition.label,
        "extent": edition.facts.get("extent", resource.extent),
        "resolution": edition.facts.get("resolution"),
        "tiles": f"/api/imagery/{resource.id}/{{z}}/{{x}}/{{y}}.png?{query}",
    }
