"""Inside the sandbox: what a remote service says of itself, as plain JSON of bounded size."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from guotu.ingest.readers.capabilities_json import arcgis, collections
from guotu.ingest.readers.capabilities_xml import wfs, wms, wmts
from guotu.ingest.readers.document import damaged
from guotu.ingest.readers.xml_tree import tree

Emit = Callable[[bytes, Any], None]

LAYERS = 2_000
_TEXT = 500
_BARE_DOCTYPE = re.compile(rb"<!DOCTYPE\s+[\w.:-]+(\s+(SYSTEM|PUBLIC)(\s+\"[^\"<>]*\"){1,2})?\s*>")
"""A document type that declares nothing itself; WMS 1.1.1 has one. It is left out, never fetched."""
_XML = {"wms": wms, "wmts": wmts, "wfs": wfs}
_JSON = {"ogcapi": collections, "arcgis": arcgis}


def prepare(driver: str, options: dict[str, str]) -> None:
    """Nothing to prepare."""
    if driver or options:
        raise RuntimeError("capabilities need no driver")


def harvest(emit: Emit, path: str, kind: str) -> None:
    """Title, abstract, contact, version and layers.

    Raises   GT-1115 not what the kind of service answers with, GT-1134 unsafe XML
    """
    body = Path(path).read_bytes()
    found = _from_xml(body, kind) if kind in _XML else _from_json(body, kind)
    layers = found.pop("layers")[:LAYERS]
    emit(
        b"J",
        {name: _short(value) for name, value in found.items()} | {"layers": [_layer(one) for one in layers]},
    )


def _from_xml(body: bytes, kind: str) -> dict[str, Any]:
    root = tree(_BARE_DOCTYPE.sub(b"", body, count=1), kind.upper())
    if root.name in ("ServiceExceptionReport", "ExceptionReport"):
        raise damaged(
            kind.upper(),
            f"服务报错：{root.text_of_all()[:200]}",
            f"the service reports: {root.text_of_all()[:200]}",
        )
    found = _XML[kind](root)
    if found is None:
        raise damaged(
            kind.upper(),
            f"根元素是 {root.name}，不是该类服务的能力文档",
            f"its root {root.name} is no such capabilities",
        )
    return found


def _from_json(body: bytes, kind: str) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    found = _JSON[kind](told) if isinstance(told, dict) else None
    if found is None:
        raise damaged(kind, "不是该类服务的应答", "it is no answer of such a service")
    return found


def _layer(layer: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": _short(layer["name"]),
        "title": _short(layer.get("title") or layer["name"]),
        "abstract": _short(layer.get("abstract", "")),
        "crs": [_short(one) for one in layer.get("crs", ())][:60],
        "extent": _box(layer.get("extent")),
        "formats": [_short(one) for one in layer.get("formats", ())][:30],
        "drawing": layer.get("drawing") or {},
    }


def _box(given: Any) -> list[float] | None:
    try:
        west, south, east, north = (float(part) for part in given)
    except (TypeError, ValueError):
        return None
    inside = -180.01 <= west <= east <= 180.01 and -90.01 <= south <= north <= 90.01
    return [max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0)] if inside else None


def _short(text: Any) -> str:
    return " ".join(str(text or "").split())[:_TEXT]


ANSWERS = {"harvest": harvest}
