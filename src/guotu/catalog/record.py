"""A resource as a JSON record of the control plane, and back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from guotu.model.resource import DataClass, Label, Resource, ResourceKind, Secrecy, Sharing

_PLAIN = (
    "id", "title", "title_en", "category", "owner", "abstract", "division", "update_cycle", "schema_id", "format",
    "location", "quality", "lineage", "status",
)  # fmt: skip


def to_record(resource: Resource) -> dict[str, Any]:
    """JSON values only; bytes as hexadecimal digits."""
    record: dict[str, Any] = {name: getattr(resource, name) for name in _PLAIN}
    return record | {
        "kind": resource.kind.value,
        "keywords": list(resource.keywords),
        "links": list(resource.links),
        "label": {
            "secrecy": resource.label.secrecy.value,
            "data_class": resource.label.data_class.value,
            "sharing": resource.label.sharing.value,
        },
        "data_date": resource.data_date and resource.data_date.isoformat(),
        "published": resource.published and resource.published.isoformat(),
        "extent": resource.extent and list(resource.extent),
        "coverage": resource.coverage and resource.coverage.hex(),
    }


def from_record(record: dict[str, Any]) -> Resource:
    """The resource of a record that `to_record` made."""
    label, extent = record["label"], record["extent"]
    return Resource(
        **{name: record[name] for name in _PLAIN},
        kind=ResourceKind(record["kind"]),
        keywords=tuple(record["keywords"]),
        links=tuple(record["links"]),
        label=Label(Secrecy(label["secrecy"]), DataClass(label["data_class"]), Sharing(label["sharing"])),
        data_date=date.fromisoformat(record["data_date"]) if record["data_date"] else None,
        published=datetime.fromisoformat(record["published"]) if record["published"] else None,
        extent=(extent[0], extent[1], extent[2], extent[3]) if extent else None,
        coverage=bytes.fromhex(record["coverage"]) if record["coverage"] else None,
    )
