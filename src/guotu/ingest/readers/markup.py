# ruff: noqa: ARG001 - every reader is asked alike
"""Inside the sandbox: KML and GML, walked by a hardened parser first, then read by GDAL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import pyarrow as pa

from guotu.errors.files import REFERENCE_REFUSED
from guotu.ingest.readers import vector
from guotu.ingest.readers.vector import Emit
from guotu.ingest.readers.xml_guard import check_xml

_DECORATION = frozenset(
    (
        "timestamp",
        "begin",
        "end",
        "altitudeMode",
        "tessellate",
        "extrude",
        "visibility",
        "drawOrder",
        "icon",
        "snippet",
    )
)
"""What every KML layer carries for display only."""

prepare = vector.prepare


@cache
def surveyed(path: str) -> Counter[str]:
    """How often elements and reference systems occur, once the whole document is known to be safe.

    Raises   GT-1134, GT-1115 as `check_xml` does; GT-1106 for a KML that only links to others
    """
    seen: Counter[str] = Counter()

    def on_start(name: str, attributes: dict[str, str]) -> None:
        if name in ("Placemark", "NetworkLink"):
            seen[name] += 1
        if system := attributes.get("srsName"):
            seen[f"srsName {system[:200]}"] += 1

    kml = _is_kml(path)
    with open(path, "rb") as stream:
        check_xml(stream, "KML" if kml else "GML", on_start)
    if kml and seen["NetworkLink"] and not seen["Placemark"]:
        raise REFERENCE_REFUSED(name="", format="KML")
    return seen


def _is_kml(path: str) -> bool:
    return path.endswith(".kml")


def describe(emit: Emit, path: str, layer: str | None, encoding: str | None) -> None:
    """Layers as GDAL tells them, with what the walk has seen."""
    seen = surveyed(path)

    def completed(kind: bytes, told: dict[str, Any]) -> None:
        layers = [_completed(each, _is_kml(path), seen) for each in told["layers"]]
        emit(kind, {**told, "layers": layers})

    vector.describe(completed, path, layer, None)


def _completed(told: dict[str, Any], kml: bool, seen: Counter[str]) -> dict[str, Any]:
    warnings: list[tuple[str, str]] = list(told.get("warnings", []))
    if kml:
        warnings = [each for each in warnings if "Z" not in each[0]]
    if seen["NetworkLink"]:
        zh = f"{seen['NetworkLink']} 个网络链接不予打开"
        warnings.append((zh, f"{seen['NetworkLink']} network links are not opened"))
    systems = [name[8:] for name in seen if name.startswith("srsName ")]
    if len(systems) > 1:
        zh = f"文件里有 {len(systems)} 种坐标系标注：{'、'.join(systems[:4])}"
        warnings.append((zh, f"the file names {len(systems)} reference systems: {', '.join(systems[:4])}"))
    fields = [name for name in told["fields"] if not kml or name not in _DECORATION]
    return {**told, "fields": fields, "warnings": warnings, "default_crs": kml}


def read(emit: Emit, path: str, layer: str, encoding: str | None, columns: list[str]) -> None:
    """The layer's batches, without what KML carries for display only."""
    surveyed(path)
    choose = partial(_chosen, columns=columns)
    vector.emit_batches(emit, map(choose, vector.batches(path, layer, None)))


def _chosen(batch: pa.RecordBatch, columns: list[str]) -> pa.RecordBatch:
    names = [*columns, vector.GEOMETRY] if vector.GEOMETRY in batch.schema.names else columns
    return batch.select(names)


ANSWERS: dict[str, Callable[..., None]] = {"describe": describe, "read": read}
