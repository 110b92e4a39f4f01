"""Inside the sandbox: capabilities of WMS (1.1, 1.3), WMTS 1.0 and WFS (1.1, 2.0)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from guotu.ingest.readers.xml_tree import Node

MERCATOR = ("EPSG:3857", "EPSG:900913", "EPSG:102100", "EPSG:3785")
_LARGEST = 559_082_264.0287178
"""Scale denominator of the whole Web Mercator square in one tile of 256 pixels."""
_PICTURES = ("image/png", "image/jpeg", "image/webp", "image/png8", "image/png; mode=8bit")


def wms(root: Node) -> dict[str, Any] | None:
    """Layers with a name; coordinate systems and extents are handed down to sub-layers."""
    if root.name not in ("WMS_Capabilities", "WMT_MS_Capabilities"):
        return None
    service, version = root.one("Service"), root.attributes.get("version", "1.3.0")
    formats = [node.text.strip() for node in root.all("Capability", "Request", "GetMap", "Format")]
    found: list[dict[str, Any]] = []
    for top in root.all("Capability", "Layer"):
        found += _wms_layers(top, (), None, formats, version)
    return _about(service, version) | {"layers": found}


def _wms_layers(
    layer: Node, above: tuple[str, ...], box: list[float] | None, formats: list[str], version: str
) -> Iterator[dict[str, Any]]:
    own = [code for name in ("CRS", "SRS") for node in layer.all(name) for code in node.text.split()]
    crs = tuple(dict.fromkeys([*above, *own]))
    extent = _wms_box(layer) or box
    if layer.said("Name"):
        mercator = next((code for code in MERCATOR if code in crs), None)
        picture = next((one for one in _PICTURES if one in formats), None)
        drawing = (
            {"how": "wms", "crs": mercator, "format": picture, "version": version}
            if mercator and picture
            else {}
        )
        yield {
            "name": layer.said("Name"),
            "title": layer.said("Title"),
            "abstract": layer.said("Abstract"),
            "crs": crs,
            "extent": extent,
            "formats": formats,
            "drawing": drawing,
        }
    for child in layer.all("Layer"):
        yield from _wms_layers(child, crs, extent, formats, version)


def _wms_box(layer: Node) -> list[float] | None:
    box = layer.one("EX_GeographicBoundingBox")
    names = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
    texts = [box.said(name) for name in names] if box else []
    if not texts and (old := layer.one("LatLonBoundingBox")):
        texts = [old.attributes.get(name, "") for name in ("minx", "miny", "maxx", "maxy")]
    return _numbers(texts)


def wmts(root: Node) -> dict[str, Any] | None:
    """Layers, and for those in the Web Mercator pyramid which matrix is which zoom."""
    if root.name != "Capabilities" or root.one("Contents") is None:
        return None
    sets = {node.said("Identifier"): node for node in root.all("Contents", "TileMatrixSet")}
    zooms = {name: _zooms(node) for name, node in sets.items()}
    layers = []
    for layer in root.all("Contents", "Layer"):
        linked = [node.text.strip() for node in layer.all("TileMatrixSetLink", "TileMatrixSet")]
        formats = [node.text.strip() for node in layer.all("Format")]
        layers.append(
            {
                "name": layer.said("Identifier"),
                "title": layer.said("Title"),
                "abstract": layer.said("Abstract"),
                "crs": [_code(sets[name].said("SupportedCRS")) for name in linked if name in sets],
                "extent": _corners(layer.one("WGS84BoundingBox")),
                "formats": formats,
                "drawing": _wmts_drawing(layer, linked, zooms, formats),
            }
        )
    about = _about(
        root.one("ServiceIdentification"),
        root.attributes.get("version", "1.0.0"),
        root.one("ServiceProvider"),
    )
    return about | {"layers": [layer for layer in layers if layer["name"]]}


def _zooms(matrix_set: Node) -> dict[str, str]:
    """Zoom → identifier of its matrix, where the set is the Web Mercator pyramid of 256-pixel tiles."""
    if _code(matrix_set.said("SupportedCRS")) not in MERCATOR:
        return {}
    found = {}
    for matrix in matrix_set.all("TileMatrix"):
        scale = (_numbers([matrix.said("ScaleDenominator")]) or [0.0])[0]
        corner = _numbers(matrix.said("TopLeftCorner").split()) or [0.0]
        zoom = math.log2(_LARGEST / scale) if scale > 0 else -1.0
        square = matrix.said("TileWidth") == matrix.said("TileHeight") == "256"
        if (
            square
            and abs(zoom - round(zoom)) < 1e-3
            and all(abs(abs(at) - 20_037_508.34) < 1 for at in corner)
        ):
            found[str(round(zoom))] = matrix.said("Identifier")
    return found


def _wmts_drawing(
    layer: Node, linked: list[str], zooms: dict[str, dict[str, str]], formats: list[str]
) -> dict[str, Any]:
    matrix_set = next((name for name in linked if zooms.get(name)), None)
    picture = next((one for one in _PICTURES if one in formats), None)
    if matrix_set is None or picture is None:
        return {}
    style = next(
        (
            node.said("Identifier")
            for node in layer.all("Style")
            if node.attributes.get("isDefault") == "true"
        ),
        None,
    )
    return {
        "how": "wmts",
        "set": matrix_set,
        "zooms": zooms[matrix_set],
        "format": picture,
        "style": style or layer.said("Style", "Identifier") or "default",
    }


def wfs(root: Node) -> dict[str, Any] | None:
    """Feature types with their extent."""
    if root.name != "WFS_Capabilities":
        return None
    layers = []
    for kind in root.all("FeatureTypeList", "FeatureType"):
        crs = [kind.said(name) for name in ("DefaultCRS", "DefaultSRS", "SRS") if kind.said(name)]
        crs += [node.text.strip() for name in ("OtherCRS", "OtherSRS") for node in kind.all(name)]
        layers.append(
            {
                "name": kind.said("Name"),
                "title": kind.said("Title"),
                "abstract": kind.said("Abstract"),
                "crs": [_code(one) for one in crs],
                "extent": _corners(kind.one("WGS84BoundingBox")),
                "formats": [node.text.strip() for node in kind.all("OutputFormats", "Format")],
            }
        )
    service = root.one("ServiceIdentification") or root.one("Service")
    about = _about(service, root.attributes.get("version", ""), root.one("ServiceProvider"))
    return about | {"layers": [layer for layer in layers if layer["name"]]}


def _about(service: Node | None, version: str, provider: Node | None = None) -> dict[str, Any]:
    empty = Node("", {})
    said, by = service or empty, provider or empty
    organisation = said.said("ContactInformation", "ContactPersonPrimary", "ContactOrganization") or by.said(
        "ProviderName"
    )
    phone = said.said("ContactInformation", "ContactVoiceTelephone") or by.said(
        "ServiceContact", "ContactInfo", "Phone", "Voice"
    )
    return {
        "title": said.said("Title"),
        "abstract": said.said("Abstract"),
        "contact": " ".join(part for part in (organisation, phone) if part),
        "version": version,
    }


def _corners(box: Node | None) -> list[float] | None:
    if box is None:
        return None
    return _numbers([*box.said("LowerCorner").split(), *box.said("UpperCorner").split()])


def _numbers(texts: list[str]) -> list[float] | None:
    try:
        found = [float(text) for text in texts]
    except ValueError:
        return None
    return found if found and all(math.isfinite(one) for one in found) else None


def _code(urn: str) -> str:
    """`urn:ogc:def:crs:EPSG::3857` and its like as `EPSG:3857`."""
    parts = [part for part in urn.replace("/", ":").split(":") if part]
    return f"EPSG:{parts[-1]}" if "EPSG" in parts and parts[-1].isdigit() else urn
