"""Flow tables over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from guotu.errors import Lang
from guotu.ops import flows
from guotu.serve.access import TheReader
from guotu.serve.answers import Json, download
from guotu.serve.moment import moment_of

router = APIRouter(prefix="/api/datasets/{dataset}/flows", tags=["analysis"])

_MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get("")
def flow(
    dataset: str,
    reader: TheReader,
    old: Annotated[str, Query(max_length=32)],
    new: Annotated[str, Query(max_length=32)],
    level: Literal["village", "town", "county"] = "village",
    format: Literal["json", "csv", "xlsx"] = "json",
    lang: Annotated[Lang, Query()] = "zh",
) -> Response:
    """Which land class became which between two moments, as JSON, CSV or a workbook."""
    found = flows.table(reader, dataset, moment_of(old), moment_of(new), level)
    if format == "json":
        return Json(found.as_json())
    return download(flows.rendered(found, format, lang), f"{dataset}-流量表.{format}", _MEDIA[format])
