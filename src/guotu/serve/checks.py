"""Check before you submit: begin, watch, look at the result, page through findings, take reports, share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import FileResponse, Response

from guotu.errors import Lang
from guotu.errors.checks import CHECK_LAYER
from guotu.errors.general import FORMAT_NOT_WRITTEN
from guotu.guard.subject import GUEST
from guotu.model.resource import Secrecy
from guotu.ops.checking import Asked, Examination, LayerResult, copying, mapping, report
from guotu.ops.checking.report.lines import with_shape
from guotu.ops.checking.sample import features_in, sample
from guotu.ops.checks import Check, Checks, Viewer
from guotu.quality.findings import Wanted
from guotu.serve.access import TheJobs, TheNode, TheSession
from guotu.serve.answers import Json
from guotu.serve.problems import language
from guotu.serve.uploads import TheVisitor, visitor_of
from guotu.standards import layers

router = APIRouter(prefix="/api", tags=["check"])


def checks_of(node: TheNode, jobs: TheJobs) -> Checks:
    """The checks of this server's node."""
    return Checks(node, jobs)


TheChecks = Annotated[Checks, Depends(checks_of)]


def viewer_of(
    node: TheNode,
    session: TheSession,
    share: Annotated[str, Query(max_length=100)] = "",
    x_guotu_visitor: Annotated[str | None, Header(max_length=200)] = None,
) -> Viewer:
    """Who looks at a result: its owner, or anybody with the token of a share."""
    if share:
        return Viewer(session.subject if session else GUEST, share)
    return Viewer(visitor_of(node, session, x_guotu_visitor))


TheViewer = Annotated[Viewer, Depends(viewer_of)]


class Begun(BaseModel):
    upload: str = Field(max_length=64)
    layer: str | None = Field(default=None, max_length=200)
    schema_id: str | None = Field(default=None, max_length=64, alias="schema")
    dataset: str | None = Field(default=None, max_length=64)
    crs: int | None = Field(default=None, ge=1024, le=32767)
    encoding: str | None = Field(default=None, max_length=40)
    mapping: dict[str, str | None] | None = Field(default=None, max_length=500)
    division: str | None = Field(default=None, pattern=r"^\d{6,12}$")


def wanted_of(
    rule: Annotated[str | None, Query(max_length=40)] = None,
    severity: Annotated[str | None, Query(pattern="^[ABCD]$")] = None,
    layer: Annotated[str | None, Query(max_length=200)] = None,
) -> Wanted:
    """Which findings."""
    return Wanted(rule, severity, layer)


class Shared(BaseModel):
    secrecy: Secrecy = Secrecy.INTERNAL
    hours: int = Field(default=72, ge=1, le=720)


@router.get("/check-options")
def options(request: Request, node: TheNode, session: TheSession) -> Response:
    """Schemas with their fields, the encodings usual in the trade, whether visitors are taken and how much one may upload."""
    lang = language(request)
    schemas = [
        {
            "id": schema.id,
            "dataset": schema.dataset,
            "title": schema.name if lang == "zh" else schema.name_en,
            "edition": schema.edition,
            "geometry": schema.geometry.value,
            "fields": mapping.fields_of(schema, lang),
        }
        for schema in layers.all_schemas()
    ]
    visitors = node.settings.visitor_upload_mb
    shown = {
        "schemas": schemas,
        "encodings": ["UTF-8", "GBK", "GB18030", "BIG5"],
        "visitors": visitors > 0,
        "largest_mb": node.settings.upload_max_mb if session else visitors,
    }
    return Json(shown)


@router.post("/checks", status_code=202)
def begin(asked: Begun, request: Request, checks: TheChecks, subject: TheVisitor) -> Response:
    """Check a complete upload; what is left out is told by the file or asked."""
    how = Asked(
        asked.layer,
        asked.schema_id or asked.dataset,
        asked.crs,
        asked.encoding,
        asked.mapping,
        asked.division,
    )
    made = checks.begin(subject, asked.upload, how)
    answer = Json(made.as_json(language(request)), 202)
    answer.headers["Location"] = f"/api/checks/{made.id}"
    return answer


@router.get("/checks")
def mine(request: Request, checks: TheChecks, subject: TheVisitor) -> Response:
    """The subject's checks, newest first."""
    return Json([check.as_json(language(request)) for check in checks.mine(subject)])


@router.get("/checks/{id}")
def show(id: str, request: Request, checks: TheChecks, viewer: TheViewer) -> Response:
    """How far it is, and once done the result without its findings."""
    check, lang = checks.get(id, viewer), language(request)
    result = checks.examination(id, viewer).as_dict(lang) if check.done else None
    return Json(check.as_json(lang) | {"result": result})


@router.delete("/checks/{id}", status_code=204)
def remove(id: str, checks: TheChecks, subject: TheVisitor) -> Response:
    """Stop it, take its result away."""
    checks.remove(id, subject)
    return Response(status_code=204)


@router.get("/checks/{id}/findings")
def findings(
    id: str,
    request: Request,
    checks: TheChecks,
    viewer: TheViewer,
    wanted: Annotated[Wanted, Depends(wanted_of)],
    start: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """A page of findings, the gravest first, each with its geometry in degrees."""
    found, lang = checks.examination(id, viewer).findings, language(request)
    items = [{"number": number} | with_shape(each, lang) for number, each in found.page(wanted, start, limit)]
    return Json({"total": found.count(wanted), "start": start, "items": items})


@router.get("/checks/{id}/sample")
def look(
    id: str, checks: TheChecks, viewer: TheViewer, layer: Annotated[str | None, Query(max_length=200)] = None
) -> Response:
    """Some of a layer's features, evenly taken and simplified, as GeoJSON."""
    examined = checks.examination(id, viewer)
    return Response(sample(examined, layer_of(examined, layer)), media_type="application/geo+json")


@router.get("/checks/{id}/features")
def around(
    id: str,
    checks: TheChecks,
    viewer: TheViewer,
    bbox: Annotated[str, Query(pattern=r"^-?\d+(\.\d+)?(,-?\d+(\.\d+)?){3}$", max_length=120)],
    layer: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """The features in a box (west,south,east,north), whole, at most 300, as GeoJSON."""
    examined = checks.examination(id, viewer)
    west, south, east, north = map(float, bbox.split(","))
    body = features_in(examined, layer_of(examined, layer), (west, south, east, north))
    return Response(body, media_type="application/geo+json")


@router.get("/checks/{id}/report.{form}")
def report_file(
    id: str,
    form: str,
    checks: TheChecks,
    viewer: TheViewer,
    lang: Annotated[Lang, Query()] = "zh",
) -> Response:
    """The result as a file: html, xlsx, json, jsonl, gpkg (error layer)."""
    if form not in report.FORMS:
        raise FORMAT_NOT_WRITTEN(format=form, known=", ".join(report.FORMS))
    made = checks.made(
        id,
        viewer,
        f"report-{lang}.{form}",
        lambda examined, target: report.write(examined, target, lang, form),
    )
    return saved(made, f"{_stem(checks.get(id, viewer))}-质检报告.{form}", report.MEDIA_TYPES[form])


@router.get("/checks/{id}/normalised.gpkg")
def normalised(id: str, checks: TheChecks, viewer: TheViewer) -> Response:
    """The rows with the standard's field names and types, degrees on CGCS2000."""
    made = checks.made(id, viewer, "normalised.gpkg", copying.normalised)
    return saved(made, f"{_stem(checks.get(id, viewer))}-标准化.gpkg", report.MEDIA_TYPES["gpkg"])


@router.post("/checks/{id}/share", status_code=201)
def share(id: str, asked: Shared, checks: TheChecks, subject: TheVisitor) -> Response:
    """A link to the result for others; with the label 公开 it opens without an account."""
    token = checks.share(id, subject, asked.secrecy, asked.hours)
    shown = checks.get(id, Viewer(subject)).share or {}
    return Json(
        {
            "path": f"/check/{id}?share={token}",
            "secrecy": shown.get("secrecy"),
            "expires": shown.get("expires"),
        },
        201,
    )


@router.delete("/checks/{id}/share", status_code=204)
def unshare(id: str, checks: TheChecks, subject: TheVisitor) -> Response:
    """End the share at once."""
    checks.unshare(id, subject)
    return Response(status_code=204)


def layer_of(examined: Examination, name: str | None) -> LayerResult:
    """A layer of the result by name, the first without; raises GT-7013."""
    for layer in examined.layers:
        if name in (None, layer.name):
            return layer
    raise CHECK_LAYER(layer=name or "", known="、".join(layer.name for layer in examined.layers))


def saved(path: Path, name: str, media_type: str) -> Response:
    """A file to save, sent from the disk."""
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return FileResponse(path, media_type=media_type, headers={"Content-Disposition": disposition})


def _stem(check: Check) -> str:
    return Path(check.file).stem
