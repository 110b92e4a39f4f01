"""The receipt of an export: what the files are, of which versions, under which label."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from guotu.delivery.prepare import Tally
from guotu.delivery.region import Region, area_fields
from guotu.guard.subject import Subject
from guotu.kernel.area import ellipsoid_area
from guotu.model.dataset import StreamState
from guotu.model.datum import Crs, Geographic
from guotu.model.resource import Label
from guotu.model.schema import GeometryKind
from guotu.node import Node

if TYPE_CHECKING:
    from guotu.ops.export import Job

EDITION: Final = "guotu-export/1"


def receipt_of(
    node: Node, subject: Subject, job: Job, tally: Tally, remarks: list[dict[str, Any]]
) -> dict[str, Any]:
    """What went out, of which versions, under which label: JSON that stands by itself."""
    request, schema = job.request, job.schema
    resource = node.catalog.find(request.dataset)
    limit = job.plan.limits.rows
    own, others = area_fields(schema, job.fields)
    return {
        "receipt": EDITION,
        "node": {"id": node.identity.id, "name": node.identity.name},
        "made": job.made.isoformat(),
        "by": subject.id,
        "dataset": request.dataset,
        "title": job.title,
        "schema": {"id": schema.id, "code": schema.code, "edition": schema.edition},
        "owner": job.owner,
        "label": _label(resource.label) if resource else None,
        "at": None if request.at is None else str(request.at),
        "basis": [_basis(state) for state in job.states],
        "region": _region(request.region),
        "cut": request.cut,
        "filter": request.where,
        "columns": [each.code for each in job.fields],
        "masked": sorted(job.plan.masked),
        "format": job.form.id,
        "crs": [{"epsg": crs.epsg, "name": _crs_name(crs)} for crs in job.zones]
        if job.geometry is not GeometryKind.NONE
        else [],
        "features": tally.features,
        "without_geometry": tally.without_geometry,
        "complete": limit is None or job.rows < limit,
        "area_m2": round(tally.area_m2, 2),
        "extent": tally.extent,
        "cut_features": tally.cut,
        "recalculated": {"measured": own, "in_proportion": list(others)} if tally.cut else None,
        "remarks": remarks,
    }


def _label(label: Label) -> dict[str, str]:
    return {
        "secrecy": label.secrecy.value,
        "data_class": label.data_class.value,
        "sharing": label.sharing.value,
    }


def _basis(state: StreamState) -> dict[str, Any]:
    day: date | None = state.head.note.data_date
    return {
        "stream": str(state.stream),
        "version": state.head.label,
        "data_date": day and day.isoformat(),
        "owner": state.owner,
    }


def _region(region: Region | None) -> dict[str, Any] | None:
    if region is None:
        return None
    area = float(ellipsoid_area(np.array([region.polygon], object))[0])
    return {"kind": region.kind, "title": region.title, "box": region.box, "area_m2": round(area, 2)}


def _crs_name(crs: Crs) -> str:
    if isinstance(crs, Geographic):
        return "CGCS2000"
    prefixed = "" if crs.prefixed else "，横坐标不带带号"
    return f"CGCS2000 {crs.width} 度带第 {crs.zone} 带，中央经线 {crs.central_meridian}°{prefixed}"
