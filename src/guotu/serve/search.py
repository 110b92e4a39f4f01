"""One box for places, parcels, projects, coordinates and resources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any

import shapely
from fastapi import APIRouter, Query
from starlette.responses import Response

from guotu.kernel.coords import transform, zone_of
from guotu.kernel.eastings import crs_from_eastings
from guotu.model.change import FID, GEOMETRY
from guotu.model.datum import CGCS2000
from guotu.model.filter import Compare, Filter, Like, Or
from guotu.model.query import Query as Asked
from guotu.model.resource import Resource, ResourceKind
from guotu.serve.access import TheNode, TheReader, TheSubject
from guotu.serve.answers import Json
from guotu.serve.catalogue import seen_by
from guotu.standards.presentation import Presentation, presentation
from guotu.store.reading import Reader

router = APIRouter(prefix="/api", tags=["map"])

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
DEGREES = re.compile(
    r"(\d{1,3})\s*[°度]\s*(\d{1,2}(?:\.\d+)?)\s*[′'’分]\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:[″\"”秒]|''))?"
)


@router.get("/search")
def search(
    node: TheNode,
    reader: TheReader,
    subject: TheSubject,
    q: Annotated[str, Query(max_length=100)],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> Response:
    """Everything a word may mean, each kind up to `limit`."""
    words = q.strip()
    seen = seen_by(subject)
    held = [r for r in node.catalog.list(ResourceKind.VECTOR, visible=seen) if reader.store.streams(r.id)]
    places = _find(reader, [r for r in held if presentation(r.id).place], words, limit)
    features = _find(reader, [r for r in held if not presentation(r.id).place], words, limit)
    found = node.catalog.search(words, limit, visible=seen)
    return Json(
        {
            "coordinate": coordinate(words),
            "places": places,
            "features": features,
            "resources": [{"id": r.id, "title": r.title, "kind": r.kind} for r in found],
        }
    )


def coordinate(words: str) -> dict[str, Any] | None:
    """Two numbers as a place: degrees (decimal or sexagesimal, either order), or Gauss-Krüger with the zone in the easting."""
    first, second = _sexagesimal(words) or _plain(words) or (None, None)
    if first is None or second is None:
        return None
    low, high = sorted((first, second))
    if 3 <= low <= 54 and 73 <= high <= 136:
        return {"lon": high, "lat": low, "evidence": f"{zone_of(high).central_meridian}°E"}
    if not (13e6 <= high < 46e6 and 3e5 <= low <= 6e6):
        return None
    guess = crs_from_eastings(shapely.get_coordinates(shapely.Point(high, low))[:, 0])
    if guess.crs is None:
        return None
    place = transform(shapely.points([(high, low)]), guess.crs, CGCS2000)
    lon, lat = shapely.get_coordinates(place)[0].tolist()
    return {"lon": lon, "lat": lat, "evidence": guess.evidence_zh}


def _plain(words: str) -> tuple[float, float] | None:
    bare = re.sub(r"[NEXYnexy东经北纬:：=°度]", " ", words)
    numbers = [float(number) for number in NUMBER.findall(bare)]
    if len(numbers) != 2 or re.search(r"[A-Za-z\u4e00-\u9fff]", bare):
        return None
    return numbers[0], numbers[1]


def _sexagesimal(words: str) -> tuple[float, float] | None:
    """`118°27′12.5″E 30°54′N`, with whatever signs for minutes and seconds a keyboard has."""
    found = [match.groups(default="0") for match in DEGREES.finditer(words)]
    if len(found) != 2:
        return None
    one, two = (int(d) + float(m) / 60 + float(s) / 3600 for d, m, s in found)
    return one, two


def _find(reader: Reader, resources: list[Resource], words: str, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if not words:
        return found
    for resource in resources:
        if len(found) < limit:
            found += list(_rows(reader, resource, words, limit - len(found)))
    return found


def _rows(reader: Reader, resource: Resource, words: str, limit: int) -> Iterator[dict[str, Any]]:
    shown, plan = presentation(resource.id), reader.plan(resource.id)
    condition = _condition(shown, words, plan.sees)
    if condition is None:
        return
    titles = tuple(field for field in shown.title if plan.sees(field))
    for row in reader.table(Asked(resource.id, where=condition, columns=titles, limit=limit)).to_pylist():
        if row[GEOMETRY] is None:
            continue
        shape = shapely.from_wkb(row[GEOMETRY])
        centre = shape.representative_point()
        yield {
            "title": shown.name(row, row[FID].hex()[:8]),
            "kind": resource.title,
            "dataset": resource.id,
            "fid": row[FID].hex(),
            "lon": centre.x,
            "lat": centre.y,
            "extent": list(shape.bounds),
        }


def _condition(shown: Presentation, words: str, sees: Any) -> Filter | None:
    escaped = re.sub(r"([%_\\])", r"\\\1", words)
    parts: list[Filter] = [Compare(field, "=", words) for field in shown.exact if sees(field)]
    parts += [Like(field, f"%{escaped}%") for field in shown.contains if sees(field)]
    return Or(tuple(parts)) if parts else None
