"""Pictures of remote layers: which address a Web Mercator tile has upstream, and whether what came is a picture."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from guotu.errors.catalog import SERVICE_ANSWER, SERVICE_LAYER
from guotu.guard.outbound import Bounds, Door
from guotu.model.service import Service, ServiceLayer

TILE = Bounds(bytes=2 << 20, seconds=15.0)
_HALF = 20_037_508.342789244
_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"RIFF": "image/webp",
}


def fetch_tile(door: Door, service: Service, name: str, z: int, x: int, y: int) -> tuple[bytes, str]:
    """A tile of a layer as the service draws it, with its media type told by its bytes.

    Raises   GT-3014 no such layer or none that can be drawn, GT-3010–3013 as `Door.fetch`; GT-3013 what is no picture
    """
    layer = service.layer(name)
    if layer is None or not layer.drawing:
        raise SERVICE_LAYER(id=service.id, layer=name[:100])
    answer = door.fetch(tile_url(service, layer, z, x, y), accept="image/png, image/*;q=0.8", bounds=TILE)
    for start, type in _MAGIC.items():
        if answer.body.startswith(start) and (type != "image/webp" or answer.body[8:12] == b"WEBP"):
            return answer.body, type
    parts = urlsplit(service.url)
    told = answer.type[:60] or "?"
    raise SERVICE_ANSWER(
        origin=f"{parts.scheme}://{parts.hostname}",
        reason_zh=f"不是图片（{told}）",
        reason_en=f"it is no picture ({told})",
    )


def tile_url(service: Service, layer: ServiceLayer, z: int, x: int, y: int) -> str:
    """The address of a tile upstream; raises GT-3014 for a zoom that the service has not."""
    how = layer.drawing["how"]
    if how == "xyz":
        filled = service.url
        for key, value in (("{z}", z), ("{x}", x), ("{y}", y)):
            filled = filled.replace(key, str(value))
        return filled
    if how == "wmts":
        matrix = layer.drawing["zooms"].get(str(z))
        if matrix is None:
            raise SERVICE_LAYER(id=service.id, layer=f"{layer.name} z{z}"[:100])
        asked = {
            "SERVICE": "WMTS", "VERSION": "1.0.0", "REQUEST": "GetTile", "LAYER": layer.name, "STYLE": layer.drawing["style"],
            "TILEMATRIXSET": layer.drawing["set"], "TILEMATRIX": matrix, "TILEROW": str(y), "TILECOL": str(x),
            "FORMAT": layer.drawing["format"],
        }  # fmt: skip
        return _with(service.url, asked)
    span = 2 * _HALF / (1 << z)
    west, north = -_HALF + x * span, _HALF - y * span
    box = ",".join(f"{value:.6f}" for value in (west, north - span, west + span, north))
    if how == "arcgis":
        asked = {
            "bbox": box, "bboxSR": "3857", "imageSR": "3857", "size": "256,256", "format": "png32", "transparent": "true",
            "layers": f"show:{layer.drawing['layer']}", "f": "image",
        }  # fmt: skip
        return _with(service.url, asked, "/export")
    version = layer.drawing["version"]
    system = "CRS" if version >= "1.3" else "SRS"
    asked = {
        "SERVICE": "WMS", "VERSION": version, "REQUEST": "GetMap", "LAYERS": layer.name, "STYLES": "",
        system: layer.drawing["crs"], "BBOX": box, "WIDTH": "256", "HEIGHT": "256", "FORMAT": layer.drawing["format"],
        "TRANSPARENT": "TRUE",
    }  # fmt: skip
    return _with(service.url, asked)


def _with(url: str, asked: dict[str, str], path: str = "") -> str:
    """The registered address with a query of ours; its own parameters (a key, a map file) stay."""
    parts = urlsplit(url)
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, True)
        if name.upper() not in {n.upper() for n in asked}
    ]
    query = urlencode([*kept, *asked.items()], quote_via=quote)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + path if path else parts.path, query=query))
