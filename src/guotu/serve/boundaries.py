"""Boundaries of projects: a file dropped or a shape drawn, read and kept for review."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import BaseModel, Field
from starlette.responses import Response

from guotu.errors import GuotuError, Lang
from guotu.errors.datum import CRS_CONTRADICTED, CRS_UNKNOWN
from guotu.errors.review import BOUNDARY_UNKNOWN
from guotu.guard.subject import Operation, Subject
from guotu.ingest.project import from_geojson, read_project
from guotu.kernel.coords import zone_of
from guotu.model.datum import GaussKruger
from guotu.model.project import ProjectBoundary
from guotu.node import Node
from guotu.serve.access import TheNode, TheSubject
from guotu.serve.answers import Json
from guotu.serve.boundary_record import from_record, shown, to_record, zone_label
from guotu.serve.problems import language

router = APIRouter(prefix="/api/boundaries", tags=["review"])

KIND = "boundary"


class Drawing(BaseModel):
    name: str = Field(min_length=1, max_length=200)
    geometry: dict[str, Any]


@router.post("", status_code=201)
def add_file(
    request: Request,
    node: TheNode,
    subject: TheSubject,
    file: UploadFile,
    crs_epsg: Annotated[int | None, Form()] = None,
    name: Annotated[str | None, Form(max_length=200)] = None,
) -> Response:
    """Read a boundary file: TXT, zipped Shapefile, GeoPackage or GeoJSON."""
    subject.require(Operation.REVIEW)
    with node.workspace() as work:
        path = work / safe_name(file.filename or "")
        with path.open("wb") as target:
            while chunk := file.file.read(1 << 20):
                target.write(chunk)
        try:
            boundary = read_project(path, crs_epsg=crs_epsg, work=work, name=name)
        except GuotuError as failure:
            if failure.kind in (CRS_UNKNOWN, CRS_CONTRADICTED):
                failure.facts["choices"] = zones_near(node, language(request))
            raise
    return Json(_keep(node, subject, boundary, request), 201)


@router.post("/drawn", status_code=201)
def add_drawing(request: Request, node: TheNode, subject: TheSubject, drawing: Drawing) -> Response:
    """Take a boundary drawn on the map: GeoJSON Polygon or MultiPolygon in degrees."""
    subject.require(Operation.REVIEW)
    boundary = from_geojson(orjson.dumps(drawing.geometry), name=drawing.name)
    return Json(_keep(node, subject, boundary, request), 201)


@router.get("/{id}")
def show(id: str, request: Request, node: TheNode, subject: TheSubject) -> Response:
    """A boundary as it was read."""
    return Json(shown(id, boundary_of(node, subject, id), language(request)))


def safe_name(given: str) -> str:
    """The last part of a file's name as a name for our own disk: no path, nothing unprintable, short enough."""
    last = PurePath(given.replace("\\", "/")).name
    kept = PurePath("".join(c for c in last if c.isprintable()).strip(". ") or "boundary")
    return kept.stem[:60] + kept.suffix[:12]


def zones_near(node: Node, lang: Lang) -> list[dict[str, Any]]:
    """Coordinate systems to choose from, likeliest first: the node's own zone, its neighbours, wide zones, degrees."""
    boxes = [state.extent for state in node.store.streams() if state.extent]
    longitude = (boxes[0][0] + boxes[0][2]) / 2 if boxes else 108.0
    own, wide = zone_of(longitude), zone_of(longitude, 6)
    zones = [GaussKruger(3, own.zone + step, prefixed) for step in (0, -1, 1) for prefixed in (False, True)]
    zones += [GaussKruger(6, wide.zone, prefixed) for prefixed in (False, True)]
    known = [zone for zone in zones if 25 <= zone.zone <= 45 or zone.width == 6]
    degrees = {"zh": "CGCS2000 经纬度", "en": "CGCS2000 longitude and latitude"}[lang]
    return [{"epsg": zone.epsg, "label": _choice(zone, lang)} for zone in known] + [
        {"epsg": 4490, "label": degrees}
    ]


def _choice(zone: GaussKruger, lang: Lang) -> str:
    with_number = {"zh": "横坐标带带号", "en": "zone number in the easting"}[lang]
    without = {"zh": "横坐标不带带号", "en": "no zone number in the easting"}[lang]
    return f"{zone_label(zone, lang)} · {with_number if zone.prefixed else without}"


def boundary_of(node: Node, subject: Subject, id: str) -> ProjectBoundary:
    """A kept boundary of the same subject; raises GT-5090 for any other."""
    record = node.records.get(KIND, id)
    if record is None or record["subject"] != subject.id:
        raise BOUNDARY_UNKNOWN(id=id)
    return from_record(record["boundary"])


def _keep(node: Node, subject: Subject, boundary: ProjectBoundary, request: Request) -> dict[str, Any]:
    id = node.ids().hex()
    node.records.put(KIND, id, {"subject": subject.id, "boundary": to_record(boundary)})
    return shown(id, boundary, language(request))
