"""The register of remote services beside their catalogue entries."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from guotu.model.service import Service, ServiceKind, ServiceLayer
from guotu.store.ports import RecordStore

SERVICE = "service"
_TIMES = ("harvested", "probed")


class Services:
    """Services by the id of their catalogue entry."""

    def __init__(self, records: RecordStore) -> None:
        self._records = records

    def find(self, id: str) -> Service | None:
        """The service of an entry; None where it is none."""
        body = self._records.get(SERVICE, id)
        return None if body is None else _from_record(body)

    def all(self) -> list[Service]:
        """Every service by id."""
        return [_from_record(body) for _, body in self._records.all(SERVICE)]

    def keep(self, service: Service) -> None:
        """Enter a service or what became of it."""
        body: dict[str, Any] = asdict(service)
        for name in _TIMES:
            body[name] = body[name] and body[name].isoformat()
        self._records.put(SERVICE, service.id, body)


def _from_record(body: dict[str, Any]) -> Service:
    times = {name: datetime.fromisoformat(body[name]) if body[name] else None for name in _TIMES}
    layers = tuple(
        ServiceLayer(
            **layer
            | {
                "crs": tuple(layer["crs"]),
                "formats": tuple(layer["formats"]),
                "extent": tuple(layer["extent"]) if layer["extent"] else None,
            }
        )
        for layer in body["layers"]
    )
    return Service(**body | times | {"layers": layers, "kind": ServiceKind(body["kind"])})
