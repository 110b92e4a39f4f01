"""What a remote service answered, read in the sandbox into layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from guotu.errors import Place
from guotu.errors.files import READER_STOPPED
from guotu.ingest.check import Cancel, never
from guotu.ingest.sandbox import Child, Job, SandboxLimits
from guotu.model.service import ServiceKind, ServiceLayer

_MEMORY_MB, _SECONDS = 512, 60


def read_capabilities(
    body: bytes, kind: ServiceKind, *, work: Path, name: str, cancel: Cancel = never
) -> dict[str, Any]:
    """Title, abstract, contact, version and `layers` (ServiceLayer) of an answer; `name` is what messages call it.

    Raises   GT-1115 not the answer of such a service, GT-1134 unsafe XML, GT-1121/1122 time and memory
    """
    folder = work / "capabilities"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "answer"
    target.write_bytes(body)
    job = Job(name, target, "", kind.value.upper(), (target,), folder, reader="capabilities")
    child = Child(job, SandboxLimits(_MEMORY_MB, _SECONDS), cancel)
    try:
        (told,) = child.call("harvest", kind=kind.value)
    finally:
        child.close()
    try:
        layers = tuple(_layer(layer) for layer in told.pop("layers"))
        return {key: str(told.get(key, "")) for key in ("title", "abstract", "contact", "version")} | {
            "layers": layers
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        zh, en = "应答无效", "its answer is invalid"
        raise READER_STOPPED(place=Place(file=name), name=name, reason_zh=zh, reason_en=en) from None


def _layer(told: dict[str, Any]) -> ServiceLayer:
    extent = told["extent"]
    return ServiceLayer(
        str(told["name"]),
        str(told["title"]),
        str(told["abstract"]),
        tuple(map(str, told["crs"])),
        None if extent is None else (extent[0], extent[1], extent[2], extent[3]),
        tuple(map(str, told["formats"])),
        dict(told["drawing"]),
    )
