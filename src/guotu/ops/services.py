"""Remote services: registered, harvested again, probed; everything through the outbound door."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from guotu.catalog import entry
from guotu.catalog.services import Services
from guotu.errors import GuotuError
from guotu.errors.catalog import RESOURCE_EXISTS, RESOURCE_KIND, RESOURCE_UNKNOWN, SERVICE_ADDRESS
from guotu.guard.outbound import Answer, Bounds, Door, parse_rules
from guotu.ingest.capabilities import read_capabilities
from guotu.model.query import Box
from guotu.model.resource import Resource, ResourceKind
from guotu.model.service import Service, ServiceKind, ServiceLayer
from guotu.node import Node
from guotu.ops.links import check_links

CAPABILITIES = Bounds(bytes=16 << 20, seconds=30.0)
_OWS = {ServiceKind.WMS: "1.3.0", ServiceKind.WMTS: "1.0.0", ServiceKind.WFS: "2.0.0"}
_TITLES = {
    ServiceKind.WMS: "地图服务（WMS）",
    ServiceKind.WMTS: "瓦片服务（WMTS）",
    ServiceKind.WFS: "要素服务（WFS）",
    ServiceKind.OGC_API: "OGC API",
    ServiceKind.ARCGIS: "ArcGIS 服务",
    ServiceKind.XYZ: "瓦片服务（XYZ）",
}


def door_of(node: Node) -> Door:
    """The node's door to other machines; raises GT-1002 where its list cannot be read."""
    return Door(parse_rules(node.settings.outbound_allow))


def register(node: Node, door: Door, service: Service, described: dict[str, Any]) -> Resource:
    """Ask a service what it offers and enter it; nothing is entered where it does not answer.

    Needs    described: what the entry should say (title, category, owner, label, links …); the rest is the service's own
    Raises   GT-3002 the id is taken, GT-3003/GT-3006/GT-1311 the entry, GT-3010–3013/GT-3015 the way there,
             GT-1115/GT-1134 the answer
    """
    if node.catalog.find(service.id) is not None:
        raise RESOURCE_EXISTS(id=service.id)
    found = _harvested(node, door, service)
    resource = _entry(node, found, described)
    entry.check(resource)
    check_links(node, resource)
    Services(node.records).keep(found)
    return node.catalog.register(resource)


def harvest(node: Node, door: Door, id: str) -> Service:
    """Read the capabilities again; layers, extent and contact become the present ones. Raises as `register`."""
    resource, service = _held(node, id)
    found = _harvested(node, door, service)
    Services(node.records).keep(found)
    node.catalog.update(
        replace(resource, extent=_extent(found.layers) or resource.extent, lineage=_lineage(found))
    )
    return found


def probe(node: Node, door: Door, id: str) -> Service:
    """Ask whether a service answers, and note how fast or why not. Raises GT-3001, GT-3005."""
    _, service = _held(node, id)
    facts: dict[str, Any] = {"probed": node.clock(), "alive": True, "problem": "", "milliseconds": None}
    try:
        facts["milliseconds"] = _ask(door, service).milliseconds
    except GuotuError as failure:
        facts |= {"alive": False, "problem": f"{failure.code} {failure.detail('zh')}"}
    found = replace(service, **facts)
    Services(node.records).keep(found)
    return found


def capabilities_url(kind: ServiceKind, url: str) -> str:
    """Where a service says what it offers: its address with the standard's query."""
    parts = urlsplit(url)
    if kind in _OWS:
        own = {"SERVICE": kind.value.upper(), "REQUEST": "GetCapabilities", "VERSION": _OWS[kind]}
        kept = [(name, value) for name, value in parse_qsl(parts.query, True) if name.upper() not in own]
        return urlunsplit(parts._replace(query=urlencode([*kept, *own.items()])))
    if kind is ServiceKind.XYZ:
        for name in "zxy":
            url = url.replace(f"{{{name}}}", "0")
        return url
    path = parts.path.rstrip("/")
    if kind is ServiceKind.OGC_API and not path.endswith("/collections"):
        path += "/collections"
    query = urlencode([*((n, v) for n, v in parse_qsl(parts.query, True) if n != "f"), ("f", "json")])
    return urlunsplit(parts._replace(path=path, query=query))


def _harvested(node: Node, door: Door, service: Service) -> Service:
    now = node.clock()
    if service.kind is ServiceKind.XYZ:
        if not all(f"{{{name}}}" in service.url for name in "zxy"):
            zh, en = "应含 {z}、{x}、{y}", "it should hold {z}, {x} and {y}"
            raise SERVICE_ADDRESS(url=service.url[:120], reason_zh=zh, reason_en=en)
        answer = _ask(door, service)
        layer = ServiceLayer("tiles", service.title or "XYZ", crs=("EPSG:3857",), drawing={"how": "xyz"})
        told: dict[str, Any] = {"layers": (layer,)}
    else:
        answer = _ask(door, service)
        with node.workspace() as work:
            told = read_capabilities(
                answer.body, service.kind, work=work, name=str(urlsplit(service.url).hostname)
            )
    return replace(
        service, **told, harvested=now, probed=now, alive=True, milliseconds=answer.milliseconds, problem=""
    )


def _ask(door: Door, service: Service) -> Answer:
    accept = "image/*" if service.kind is ServiceKind.XYZ else "application/json, text/xml, application/xml"
    return door.fetch(capabilities_url(service.kind, service.url), accept=accept, bounds=CAPABILITIES)


def _held(node: Node, id: str) -> tuple[Resource, Service]:
    resource, service = node.catalog.find(id), Services(node.records).find(id)
    if resource is None:
        raise RESOURCE_UNKNOWN(id=id)
    if service is None:
        raise RESOURCE_KIND(id=id, held=resource.kind.value, given="service")
    return resource, service


def _entry(node: Node, service: Service, described: dict[str, Any]) -> Resource:
    title = described.get("title") or service.title or _TITLES[service.kind]
    root = service.id.partition(".")[0].partition(":")[0]
    own: dict[str, Any] = {
        "title": title,
        "title_en": described.get("title_en") or service.title or title,
        "category": described.get("category") or root,
        "owner": described.get("owner") or _organisation(service.contact) or node.identity.name,
        "abstract": service.abstract,
        "extent": _extent(service.layers),
        "format": service.kind.value.upper(),
        "lineage": _lineage(service),
        "division": node.identity.division,
        "keywords": tuple(layer.title for layer in service.layers[:40]),
    }
    return Resource(service.id, ResourceKind.SERVICE, **own | described)


def _organisation(contact: str) -> str:
    """A contact without its telephone number."""
    return re.sub(r"[\d\s()+-]+$", "", contact)


def _lineage(service: Service) -> str:
    """Where it is, without path, query or anything that might be a key."""
    parts = urlsplit(service.url)
    return f"{service.kind.value.upper()} {service.version} {parts.scheme}://{parts.netloc.rpartition('@')[2]}".replace(
        "  ", " "
    )


def _extent(layers: tuple[ServiceLayer, ...]) -> Box | None:
    boxes = [layer.extent for layer in layers if layer.extent]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)
