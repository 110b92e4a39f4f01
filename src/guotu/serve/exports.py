"""Exports over HTTP: asked for, made beside the requests, downloaded as a zip with its receipt."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, Field
from starlette.responses import FileResponse, Response

from guotu.delivery.formats import FORMATS
from guotu.delivery.region import Region
from guotu.errors.access import NOT_SIGNED_IN
from guotu.errors.export import JOB_UNFINISHED, REGION_SEVERAL
from guotu.errors.general import REQUEST_INVALID
from guotu.guard.subject import Subject
from guotu.ingest.project import from_geojson
from guotu.node import Node
from guotu.ops.export import ExportRequest, admit, export
from guotu.ops.export_region import boundary_region, box_region, division_region
from guotu.ops.jobs import Job, JobContext, Result, Work
from guotu.serve.access import TheJobs, TheNode, TheSubject
from guotu.serve.answers import Json
from guotu.serve.boundaries import boundary_of
from guotu.serve.moment import moment_of
from guotu.serve.problems import language

router = APIRouter(prefix="/api/exports", tags=["export"])

KIND = "export"


class Asked(BaseModel):
    """One region at most: `bbox`, `division`, `boundary` (an id of /api/boundaries) or `geometry` (polygon in degrees)."""

    dataset: str = Field(max_length=64)
    format: str = Field(max_length=16)
    at: str | None = Field(default=None, max_length=32)
    bbox: tuple[float, float, float, float] | None = None
    division: str | None = Field(default=None, max_length=12)
    boundary: str | None = Field(default=None, max_length=64)
    geometry: dict[str, Any] | None = None
    cut: bool = False
    filter: str | None = Field(default=None, max_length=4000)
    columns: list[Annotated[str, Field(max_length=64)]] | None = Field(default=None, max_length=200)
    crs: int | str | None = None
    split_zones: bool = False
    identity: bool = False
    attributes_only: bool = False
    encoding: str = Field(default="utf-8", pattern="^(utf-8|gbk)$")
    hilbert: bool = False


@router.get("/formats")
def formats() -> Response:
    """What can be written, and how exactly."""
    return Json(
        [
            {
                "id": each.id,
                "name": each.name,
                "suffix": each.suffix,
                "geometry": sorted(kind.value for kind in each.carries),
                "degrees": each.degrees,
                "plane": each.plane,
                "note": each.zh,
                "note_en": each.en,
            }
            for each in FORMATS.values()
        ]
    )


@router.post("", status_code=202)
def ask(asked: Asked, request: Request, node: TheNode, subject: TheSubject, jobs: TheJobs) -> Response:
    """Ask for an export; it is made in the background. Needs an account."""
    if subject.anonymous:
        raise NOT_SIGNED_IN()
    wanted = _request(asked, node, subject)
    admit(node, subject, wanted)
    job = jobs.submit(KIND, subject, _work(node, subject, wanted), title=asked.dataset)
    answer = Json(_shown(job, request), 202)
    answer.headers["Location"] = f"/api/exports/{job.id}"
    return answer


@router.get("")
def mine(request: Request, subject: TheSubject, jobs: TheJobs) -> Response:
    """The caller's exports, newest first."""
    return Json([_shown(job, request) for job in jobs.list(subject, KIND)])


@router.get("/{id}")
def show(id: str, request: Request, subject: TheSubject, jobs: TheJobs) -> Response:
    """How far an export is; once done its receipt and where its file is."""
    return Json(_shown(jobs.get(id, subject), request))


@router.delete("/{id}")
def cancel(id: str, request: Request, subject: TheSubject, jobs: TheJobs) -> Response:
    """Cancel an export under way; remove one that has ended, with its file."""
    return Json(_shown(jobs.cancel(id, subject), request))


@router.get("/{id}/file")
def file(
    id: str,
    subject: TheSubject,
    jobs: TheJobs,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The zip to save; parts may be asked for (Range, If-Range). Raises GT-6002, GT-6003."""
    job = jobs.get(id, subject)
    if job.file is None:
        raise JOB_UNFINISHED(id=id, status=job.status.value)
    headers = {"ETag": f'"{job.digest}"', "Cache-Control": "private, no-cache"}
    if if_none_match is not None and headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    return FileResponse(job.file, media_type=job.media_type, filename=job.file.name, headers=headers)


def _request(asked: Asked, node: Node, subject: Subject) -> ExportRequest:
    return ExportRequest(
        asked.dataset,
        asked.format,
        at=moment_of(asked.at),
        region=_region(asked, node, subject),
        cut=asked.cut,
        where=asked.filter,
        columns=None if asked.columns is None else tuple(asked.columns),
        crs=_crs(asked.crs),
        split_zones=asked.split_zones,
        identity=asked.identity,
        geometry=not asked.attributes_only,
        options={"encoding": asked.encoding, "hilbert": asked.hilbert},
    )


def _region(asked: Asked, node: Node, subject: Subject) -> Region | None:
    """The region asked for; raises GT-6011 for more than one."""
    named = [
        name for name in ("bbox", "division", "boundary", "geometry") if getattr(asked, name) is not None
    ]
    if len(named) > 1:
        raise REGION_SEVERAL(given=", ".join(named))
    if asked.bbox is not None:
        return box_region(asked.bbox)
    if asked.division is not None:
        return division_region(node.reader(subject, KIND), asked.division)
    if asked.boundary is not None:
        return boundary_region(boundary_of(node, subject, asked.boundary))
    if asked.geometry is not None:
        return boundary_region(from_geojson(orjson.dumps(asked.geometry), name="drawn"))
    if asked.cut:
        raise REQUEST_INVALID(reason="cut: bbox | division | boundary | geometry")
    return None


def _crs(given: int | str | None) -> int | str | None:
    if given is None or given == "auto" or isinstance(given, int):
        return given
    digits = given.upper().removeprefix("EPSG:")
    if not digits.isdecimal() or len(digits) > 6:
        raise REQUEST_INVALID(reason=f"crs={given}: EPSG | auto")
    return int(digits)


def _work(node: Node, subject: Subject, wanted: ExportRequest) -> Work:
    def work(context: JobContext) -> Result:
        target = context.folder / f"{wanted.dataset}.{wanted.format}.zip"
        made = export(node, subject, wanted, target, progress=context.progress, cancel=context.cancelled)
        return Result({"receipt": made.receipt}, target, "application/zip")

    return work


def _shown(job: Job, request: Request) -> dict[str, Any]:
    shown = job.as_json(language(request))
    if shown["file"] is not None:
        shown["file"]["href"] = f"/api/exports/{job.id}/file"
    return shown
