"""Relations over HTTP: the story of a place."""

from __future__ import annotations

from typing import Annotated

import shapely
from fastapi import APIRouter, Query
from starlette.responses import Response

from guotu.errors.general import REQUEST_INVALID
from guotu.ops import relating
from guotu.serve.access import TheNode, TheReader, TheSubject
from guotu.serve.answers import Json
from guotu.serve.boundaries import boundary_of

router = APIRouter(prefix="/api", tags=["relations"])


@router.get("/story")
def story(  # noqa: PLR0913 - one parameter a query word
    node: TheNode,
    subject: TheSubject,
    reader: TheReader,
    lon: Annotated[float | None, Query(ge=-180, le=180)] = None,
    lat: Annotated[float | None, Query(ge=-90, le=90)] = None,
    dataset: Annotated[str | None, Query(max_length=40)] = None,
    feature: Annotated[str | None, Query(pattern="^[0-9a-f]{32}$")] = None,
    boundary: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Everything that ever happened at a point, on the ground of a feature, or within a kept boundary."""
    if lon is not None and lat is not None:
        place = shapely.Point(lon, lat)
    elif dataset and feature:
        place = relating.ground_of(reader, dataset, feature)
    elif boundary:
        parcels = boundary_of(node, subject, boundary).parcels
        place = shapely.union_all([parcel.polygon_lonlat for parcel in parcels])
    else:
        raise REQUEST_INVALID(reason="lon & lat | dataset & feature | boundary")
    return Json(relating.story_of(node, subject, place).as_json())
