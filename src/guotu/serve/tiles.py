"""Vector tiles of a dataset: encoded when asked for, kept by version and rights."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from threading import Lock
from typing import Annotated

import pyarrow as pa
from fastapi import APIRouter, Depends, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from guotu.kernel.tile import encode_layer, tile_box
from guotu.model.change import FID, GEOMETRY
from guotu.model.query import Query as Asked
from guotu.model.time import AsOf
from guotu.serve.access import TheReader
from guotu.serve.moment import TheMoment
from guotu.standards.presentation import presentation
from guotu.store.reading import Reader

router = APIRouter(prefix="/api/tiles", tags=["map"])

DEEPEST = 18
FEATURES_PER_TILE = 12_000
FOREVER = "private, max-age=31536000, immutable"


def tile_key(reader: Reader, dataset: str, at: AsOf) -> str:
    """Changes whenever an answer could: with the versions read and with the reader's rights."""
    parts = [reader.plan(dataset).fingerprint, *(state.head.label for state in reader.states(dataset, at))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


class TileCache:
    """Encoded tiles, least recently used out first, bounded in bytes."""

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
    body = cache.get(name)
    if body is None:
        body = _encode(reader, dataset, at, place)
        cache.put(name, body)
    etag = '"' + "-".join(name[1:]) + '"'
    headers = {"Cache-Control": FOREVER if k == key else "private, no-cache", "ETag": etag}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(body, 200 if body else 204, headers, "application/vnd.mapbox-vector-tile")


def _encode(reader: Reader, dataset: str, at: AsOf, place: tuple[int, int, int]) -> bytes:
    z, x, y = place
    wanted = [field for field in presentation(dataset).drawn if reader.plan(dataset).sees(field)]
    found = reader.table(Asked(dataset, box=tile_box(z, x, y), at=at, columns=tuple(wanted)))
    if not found.num_rows:
        return b""
    fids = pa.array([fid.hex() for fid in found.column(FID).to_pylist()], pa.string())
    columns = {"fid": fids, **{field: found.column(field).combine_chunks() for field in wanted}}
    return encode_layer(dataset, found.column(GEOMETRY).combine_chunks(), columns, z, x, y)
