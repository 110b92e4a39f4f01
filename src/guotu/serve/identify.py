"""What lies at a point: features of every dataset the subject may read, with their provenance."""

from __future__ import annotations

from typing import Annotated, Any

import pyarrow as pa
import shapely
from fastapi import APIRouter, Query
from starlette.responses import Response

from guotu.delivery.geojson import geometry
from guotu.errors import GuotuError
from guotu.errors.store import VERSION_UNKNOWN
from guotu.kernel.area import ellipsoid_area
from guotu.kernel.coords import transform, zone_of
from guotu.model.change import FID, GEOMETRY
from guotu.model.datum import CGCS2000
from guotu.model.query import Query as Asked
from guotu.model.resource import Resource, ResourceKind
from guotu.model.schema import Field, GeometryKind
from guotu.model.time import AsOf
from guotu.serve.access import TheNode, TheReader, TheSubject
from guotu.serve.answers import Json
from guotu.serve.catalogue import seen_by
from guotu.serve.identify_pixels import pixels
from guotu.serve.moment import TheMoment
from guotu.standards.domains import domain
from guotu.standards.presentation import presentation
from guotu.store.reading import Reader

router = APIRouter(prefix="/api", tags=["map"])

MOST = 10
DEGREE = 111_320.0
"""Metres a degree of latitude, near enough for a click."""


@router.get("/identify")
def identify(
    node: TheNode,
    reader: TheReader,
    subject: TheSubject,
    at: TheMoment,
    lon: Annotated[float, Query(ge=-180, le=180)],
    lat: Annotated[float, Query(ge=-90, le=90)],
    tolerance_m: Annotated[float, Query(ge=0, le=5000)] = 1.0,
) -> Response:
    """Features within `tolerance_m` of a point (inside it for polygons), grouped by dataset."""
    may_see = node.catalog.list(ResourceKind.VECTOR, visible=seen_by(subject))
    groups = [_group(reader, resource, (lon, lat), tolerance_m, at) for resource in may_see]
    found = [group for group in groups if group["features"]]
    return Json(
        {"point": _point(lon, lat), "groups": found, "rasters": pixels(node, subject, (lon, lat), at)}
    )


def _group(
    reader: Reader, resource: Resource, point: tuple[float, float], tolerance: float, at: AsOf
) -> dict[str, Any]:
    try:
        states = reader.states(resource.id, at)
    except GuotuError as failure:
        if failure.kind is not VERSION_UNKNOWN:
            raise
        states = []
    found = _near(reader, resource.id, point, tolerance, at) if states else None
    dates = sorted(state.head.note.data_date for state in states if state.head.note.data_date)
    return {
        "dataset": resource.id,
        "title": resource.title,
        "version": ", ".join(state.head.label for state in states),
        "data_date": dates[-1] if dates else None,
        "owner": resource.owner,
        "features": _features(reader, resource.id, found) if found is not None else [],
    }


def _near(
    reader: Reader, dataset: str, point: tuple[float, float], tolerance: float, at: AsOf
) -> pa.Table | None:
    kind = reader.schema(dataset).geometry
    if kind is GeometryKind.NONE:
        return None
    reach = 0.0 if kind is GeometryKind.POLYGON else tolerance / DEGREE
    (x, y) = point
    table = reader.table(Asked(dataset, box=(x - reach, y - reach, x + reach, y + reach), at=at))
    shapes = shapely.from_wkb(table.column(GEOMETRY).to_numpy(zero_copy_only=False))
    return table.filter(pa.array(shapely.dwithin(shapes, shapely.Point(x, y), reach))).slice(0, MOST)


def _features(reader: Reader, dataset: str, table: pa.Table) -> list[dict[str, Any]]:
    schema, shown = reader.schema(dataset), presentation(dataset)
    fields = [field for field in schema.fields if field.code in table.column_names]
    areas = [None] * table.num_rows
    if schema.geometry is GeometryKind.POLYGON:
        areas = ellipsoid_area(
            shapely.from_wkb(table.column(GEOMETRY).to_numpy(zero_copy_only=False))
        ).tolist()
    rows = table.to_pylist()
    return [
        {
            "fid": row[FID].hex(),
            "title": shown.name(row, row[FID].hex()[:8]),
            "attributes": [
                _attribute(field, row[field.code]) for field in fields if row[field.code] not in (None, "")
            ],
            "area_m2": area,
            "geometry": geometry(row[GEOMETRY]),
        }
        for row, area in zip(rows, areas, strict=True)
    ]


def _attribute(field: Field, value: Any) -> dict[str, Any]:
    text = str(value)
    if field.domain is not None and isinstance(value, str):
        names = domain(field.domain)
        text = f"{value} {names.name(value)}" if value in names else text
    return {"field": field.code, "name": field.name, "value": value, "text": text}


def _point(lon: float, lat: float) -> dict[str, Any]:
    zone = zone_of(min(max(lon, 73.6), 136.4))
    easting, northing = shapely.get_coordinates(transform(shapely.points([(lon, lat)]), CGCS2000, zone))[
        0
    ].tolist()
    gk = {"epsg": zone.epsg, "zone": zone.zone, "easting": easting, "northing": northing}
    return {"lon": lon, "lat": lat, "gk": gk}
