"""Inside the sandbox: collections of an OGC API and services of ArcGIS REST."""

from __future__ import annotations

import math
from typing import Any

_RADIUS = 6_378_137.0


def collections(told: dict[str, Any]) -> dict[str, Any] | None:
    """Collections (OGC API — Common 2, Features 1) with extent, coordinate systems and formats of their items."""
    held = told.get("collections")
    if not isinstance(held, list):
        return None
    layers = []
    for one in held:
        if not isinstance(one, dict) or not one.get("id"):
            continue
        links = [link for link in one.get("links") or [] if isinstance(link, dict)]
        box = _at(one, "extent", "spatial", "bbox", 0)
        layers.append(
            {
                "name": one["id"],
                "title": one.get("title"),
                "abstract": one.get("description"),
                "crs": [str(crs) for crs in one.get("crs") or []],
                "extent": [*box[:2], *box[3:5]] if isinstance(box, list) and len(box) == 6 else box,
                "formats": [
                    str(link.get("type")) for link in links if link.get("rel") == "items" and link.get("type")
                ],
            }
        )
    about = {"title": told.get("title"), "abstract": told.get("description"), "contact": "", "version": "1.0"}
    return about | {"layers": layers}


def arcgis(told: dict[str, Any]) -> dict[str, Any] | None:
    """A MapServer, ImageServer or FeatureServer: its layers; where it draws maps, the whole of it as one more."""
    if "currentVersion" not in told:
        return None
    pictures = str(told.get("supportedImageFormatTypes") or "")
    extent = _degrees(told.get("fullExtent") or told.get("extent"))
    crs = _crs(told.get("spatialReference"))
    draws = "Map" in str(told.get("capabilities") or "") and ("PNG" in pictures.upper())
    layers: list[dict[str, Any]] = []
    for one in told.get("layers") or []:
        if isinstance(one, dict) and "id" in one:
            shown = {"how": "arcgis", "layer": int(one["id"])} if draws else {}
            layers.append(
                {
                    "name": str(one["id"]),
                    "title": one.get("name"),
                    "crs": crs,
                    "extent": extent,
                    "drawing": shown,
                }
            )
    about = {
        "title": _at(told, "documentInfo", "Title") or told.get("mapName") or told.get("name"),
        "abstract": told.get("serviceDescription") or told.get("description"),
        "contact": told.get("copyrightText"),
        "version": str(told["currentVersion"]),
    }
    return about | {"layers": layers}


def _at(told: Any, *path: str | int) -> Any:
    for step in path:
        try:
            told = told[step]
        except (KeyError, IndexError, TypeError):
            return None
    return told


def _crs(reference: Any) -> list[str]:
    wkid = _at(reference, "latestWkid") or _at(reference, "wkid")
    return [f"EPSG:{wkid}"] if isinstance(wkid, int) else []


def _degrees(extent: Any) -> list[float] | None:
    """An extent in degrees or Web Mercator as degrees; None for other systems."""
    try:
        box = [float(extent[name]) for name in ("xmin", "ymin", "xmax", "ymax")]
    except (KeyError, TypeError, ValueError):
        return None
    codes = set(_crs(_at(extent, "spatialReference")))
    if codes & {"EPSG:4326", "EPSG:4490"}:
        return box
    if codes & {"EPSG:3857", "EPSG:102100"}:
        return [_lon(box[0]), _lat(box[1]), _lon(box[2]), _lat(box[3])]
    return None


def _lon(x: float) -> float:
    return math.degrees(x / _RADIUS)


def _lat(y: float) -> float:
    return math.degrees(2 * math.atan(math.exp(max(-100.0, min(100.0, y / _RADIUS)))) - math.pi / 2)
