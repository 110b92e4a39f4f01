"""Remote services: what they offer and how they were last found."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class ServiceKind(StrEnum):
    WMS = "wms"
    WMTS = "wmts"
    WFS = "wfs"
    OGC_API = "ogcapi"
    ARCGIS = "arcgis"
    XYZ = "xyz"


@dataclass(frozen=True, slots=True)
class ServiceLayer:
    """A layer, feature type or collection. `extent` in degrees; `drawing` tells how a Web Mercator tile of it is asked for,
    empty where it cannot be."""

    name: str
    title: str
    abstract: str = ""
    crs: tuple[str, ...] = ()
    extent: tuple[float, float, float, float] | None = None
    formats: tuple[str, ...] = ()
    drawing: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Service:
    """A registered service as its capabilities describe it; `url` never leaves the node."""

    id: str
    kind: ServiceKind
    url: str
    title: str = ""
    abstract: str = ""
    contact: str = ""
    version: str = ""
    layers: tuple[ServiceLayer, ...] = ()
    harvested: datetime | None = None
    probed: datetime | None = None
    alive: bool | None = None
    milliseconds: int | None = None
    problem: str = ""

    def layer(self, name: str) -> ServiceLayer | None:
        return next((layer for layer in self.layers if layer.name == name), None)

    def status(self) -> dict[str, Any]:
        """What people may know of it."""
        return {
            "kind": self.kind,
            "version": self.version,
            "contact": self.contact,
            "layers": len(self.layers),
            "harvested": self.harvested,
            "probed": self.probed,
            "alive": self.alive,
            "milliseconds": self.milliseconds,
            "problem": self.problem,
        }
