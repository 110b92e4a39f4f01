"""Vector tiles of a dataset: encoded when asked for, kept by version and rights."""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from threading import Lock
from typing import Annotated

import pyarrow as pa
import shapely
from fastapi import APIRouter, Depends, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from guotu.kernel.tile import EXTENT, encode_layer, tile_box
from guotu.model.change import FID, GEOMETRY
from guotu.model.query import Query as Asked
from guotu.model.time import AsOf
from guotu.serve.access import TheReader
from guotu.serve.moment import TheMoment
from guotu.standards.presentation import presentation
from guotu.store.reading import Reader

router = APIRouter(prefix="/api/tiles", tags=["map"])

DEEPEST = 18
FEATURES_PER_TILE = 30_000
LABELS_PER_TILE = 400
DETAILED = 13
"""From this zoom on tiles carry labels of every layer, feature ids and full precision; overviews do without."""
OVERVIEW_EXTENT = 1024
LABELS = ".label"
"""Ends the name of the layer that carries the points to write labels at."""
MVT = "application/vnd.mapbox-vector-tile"
FOREVER = "private, max-age=31536000, immutable"


def tile_key(reader: Reader, dataset: str, at: AsOf) -> str:
    """Changes whenever an answer could: with the versions read and with the reader's rights."""
    parts = [reader.plan(dataset).fingerprint, *(state.head.label for state in reader.states(dataset, at))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


class TileCache:
    """Encoded tiles as they travel (gzip), least recently used out first, bounded in bytes."""

    def __init__(self, capacity: int = 64 << 20) -> None:
        self._capacity, self._size = capacity, 0
        self._kept: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, ...]) -> bytes | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: tuple[str, ...], body: bytes) -> None:
        with self._lock:
            self._size += len(body) - len(self._kept.pop(key, b""))
            self._kept[key] = body
            while self._size > self._capacity:
                self._size -= len(self._kept.popitem(last=False)[1])


def place_of(z: int, x: int, y: int) -> tuple[int, int, int]:
    """Zoom, column, row; what lies outside the grid does not exist."""
    if not (0 <= z <= DEEPEST and 0 <= x < 1 << z and 0 <= y < 1 << z):
        raise HTTPException(404)
    return z, x, y


ThePlace = Annotated[tuple[int, int, int], Depends(place_of)]


@router.get("/{dataset}/{z}/{x}/{y}.mvt")
def tile(
    request: Request,
    reader: TheReader,
    at: TheMoment,
    dataset: str,
    place: ThePlace,
    k: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """One tile of the Web Mercator grid; empty ones answer 204."""
    key, cache = tile_key(reader, dataset, at), request.app.state.tiles
    name = (dataset, key, *map(str, place))
    etag = '"' + "-".join(name[1:]) + '"'
    headers = {
        "Cache-Control": FOREVER if k == key else "private, no-cache",
        "ETag": etag,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    packed = cache.get(name)
    if packed is None:
        body = _encode(reader, dataset, at, place)
        packed = gzip.compress(body, 6, mtime=0) if body else b""
        cache.put(name, packed)
    if not packed:
        return Response(status_code=204, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, 200, headers | {"Content-Encoding": "gzip"}, MVT)
    return Response(gzip.decompress(packed), 200, headers, MVT)


def _encode(reader: Reader, dataset: str, at: AsOf, place: tuple[int, int, int]) -> bytes:
    z, x, y = place
    detailed, plan, shown = z >= DETAILED, reader.plan(dataset), presentation(dataset)
    kind = shown.class_field if shown.class_field and plan.sees(shown.class_field) else None
    label = shown.label if shown.label and plan.sees(shown.label) else None
    if label and not (detailed or _few(reader, dataset, at)):
        label = None
    wanted = [field for field in dict.fromkeys((kind, label)) if field]
    found = reader.table(Asked(dataset, box=tile_box(z, x, y), at=at, columns=tuple(wanted)))
    if not found.num_rows:
        return b""
    columns: dict[str, pa.Array] = {kind: found.column(kind).combine_chunks()} if kind else {}
    if detailed:
        columns["fid"] = pa.array([fid.hex() for fid in found.column(FID).to_pylist()], pa.string())
    extent, smallest = (EXTENT, 4.0) if detailed else (OVERVIEW_EXTENT, 1.5)
    wkb = found.column(GEOMETRY).combine_chunks()
    shapes = encode_layer(dataset, wkb, columns, z, x, y, extent=extent, smallest=smallest)
    return shapes + (_labels(f"{dataset}{LABELS}", found.column(label), wkb, place) if label else b"")


def _labels(name: str, words: pa.ChunkedArray, wkb: pa.Array, place: tuple[int, int, int]) -> bytes:
    """A layer of points to write labels at: each feature in the one tile that holds the middle of it."""
    points = shapely.point_on_surface(shapely.from_wkb(wkb.to_numpy(zero_copy_only=False)))
    west, south, east, north = tile_box(*place, buffer=0)
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    here = (west <= lon) & (lon < east) & (south < lat) & (lat <= north)
    texts = words.combine_chunks().filter(pa.array(here))
    return encode_layer(name, pa.array(shapely.to_wkb(points[here]), pa.binary()), {"label": texts}, *place)


def _few(reader: Reader, dataset: str, at: AsOf) -> bool:
    """Whether all labels of a dataset can be read even on an overview."""
    return sum(state.features for state in reader.states(dataset, at)) <= LABELS_PER_TILE
