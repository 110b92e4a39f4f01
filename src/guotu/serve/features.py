"""Features over HTTP: a page of a dataset, the history of one feature."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from guotu.delivery import collection
from guotu.delivery.geojson import geometry
from guotu.errors import GuotuError
from guotu.errors.general import REQUEST_INVALID
from guotu.errors.store import FEATURE_UNKNOWN
from guotu.model.change import FID, GEOMETRY, LINEAGE, OP, SEQ, SYSTEM_COLUMNS
from guotu.model.dataset import Commit
from guotu.model.query import Box
from guotu.model.query import Query as Asked
from guotu.model.time import AsOf
from guotu.serve.access import TheNode, TheReader
from guotu.serve.answers import Json
from guotu.serve.moment import TheMoment
from guotu.store.reading import Reader

router = APIRouter(prefix="/api/datasets/{dataset}/features", tags=["data"])

PAGE = 1000


def box_of(text: str | None) -> Box | None:
    """`w,s,e,n` in degrees; raises GT-1007."""
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise REQUEST_INVALID(reason=f"bbox={text}: west,south,east,north") from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise REQUEST_INVALID(reason=f"bbox={text}: west ≤ east, south ≤ north, degrees")
    return west, south, east, north


@router.get("")
def page(
    dataset: str,
    reader: TheReader,
    at: TheMoment,
    bbox: Annotated[str | None, Query(max_length=120)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE)] = 100,
    after: Annotated[str | None, Query(pattern="^[0-9a-f]{32}$")] = None,
) -> Response:
    """One page of features as GeoJSON; `next` continues it."""
    asked = Asked(
        dataset, box=box_of(bbox), at=at, after=bytes.fromhex(after) if after else None, limit=limit
    )
    shown = collection(reader.batches(asked), version=_versions(reader, dataset, at))
    features = shown["features"]
    return Json(shown | {"next": features[-1]["id"] if len(features) == limit else None})


@router.get("/{fid}/history")
def history(dataset: str, fid: str, reader: TheReader, node: TheNode) -> Response:
    """Every version of one feature, oldest first, with its predecessors; raises GT-2008."""
    plan, wanted = reader.plan(dataset), _fid(fid, dataset)
    for state in node.store.streams(dataset):
        try:
            table = node.store.history(state.stream, wanted, plan)
        except GuotuError as failure:
            if failure.kind is not FEATURE_UNKNOWN:
                raise
            continue
        commits = {commit.version.seq: commit for commit in node.store.commits(state.stream)}
        return Json({"versions": [_entry(row, commits) for row in table.to_pylist()]})
    raise FEATURE_UNKNOWN(stream=dataset, fid=fid)


def _fid(text: str, dataset: str) -> bytes:
    try:
        fid = bytes.fromhex(text)
    except ValueError:
        fid = b""
    if len(fid) != 16:
        raise FEATURE_UNKNOWN(stream=dataset, fid=text)
    return fid


def _versions(reader: Reader, dataset: str, at: AsOf) -> str:
    return ", ".join(state.head.label for state in reader.states(dataset, at))


def _entry(row: dict[str, Any], commits: dict[int, Commit]) -> dict[str, Any]:
    commit = commits[min(last for last in commits if last >= row[SEQ])]
    attributes = {name: value for name, value in row.items() if name not in (*SYSTEM_COLUMNS, OP, LINEAGE)}
    return {
        "op": row[OP],
        "version": str(commit.version),
        "at": commit.at,
        "data_date": commit.note.data_date,
        "valid_from": row["valid_from"],
        "valid_to": row["valid_to"],
        "lineage": [{"fid": step["fid"].hex(), "part": step["part"]} for step in row.get(LINEAGE) or []],
        "attributes": attributes,
        "geometry": geometry(row.get(GEOMETRY)),
        "fid": row[FID].hex(),
    }
