"""Features as GeoJSON (RFC 7946 shape; coordinates are CGCS2000 degrees, equal to WGS 84 for display)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import shapely

from guotu.delivery.outgoing import Outgoing
from guotu.model.change import FID, GEOMETRY, SYSTEM_COLUMNS

DECIMALS = 9
"""Degrees are written to 10⁻⁹ (0.1 mm): more than any client shows, less than the store keeps."""


def geometry(wkb: bytes | None) -> orjson.Fragment | None:
    """One geometry, ready for orjson."""
    if wkb is None:
        return None
    rounded = shapely.transform(shapely.from_wkb(wkb), lambda xy: xy.round(DECIMALS))
    return orjson.Fragment(shapely.to_geojson(rounded))


def feature_rows(batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    """The features of one batch, in order."""
    names = [name for name in batch.schema.names if name not in SYSTEM_COLUMNS]
    columns = [batch.column(name).to_pylist() for name in names]
    fids = batch.column(FID).to_pylist()
    shapes = batch.column(GEOMETRY).to_pylist() if GEOMETRY in batch.schema.names else [None] * len(fids)
    for row, (fid, shape) in enumerate(zip(fids, shapes, strict=True)):
        properties = {name: column[row] for name, column in zip(names, columns, strict=True)}
        yield {"type": "Feature", "id": fid.hex(), "geometry": geometry(shape), "properties": properties}


def collection(batches: Iterator[pa.RecordBatch], **members: Any) -> dict[str, Any]:
    """A FeatureCollection with further members."""
    features = [feature for batch in batches for feature in feature_rows(batch)]
    return {"type": "FeatureCollection", "features": features, **members}


def write_geojson(outgoing: Outgoing, target: Path) -> dict[str, Any]:
    """RFC 7946, feature by feature as batches come; degrees in full, so that the store's grid is given back exactly."""
    head = {"type": "FeatureCollection", "name": outgoing.schema.code, "title": outgoing.title}
    with target.open("wb") as file:
        file.write(orjson.dumps(head)[:-1] + b',"features":[')
        between = b"\n"
        for line in _lines(outgoing):
            file.write(between + line)
            between = b",\n"
        file.write(b"\n]}\n")
    return {}


def write_geojsons(outgoing: Outgoing, target: Path) -> dict[str, Any]:
    """RFC 8142: a text sequence, every feature behind a record separator."""
    with target.open("wb") as file:
        for line in _lines(outgoing):
            file.write(b"\x1e" + line + b"\n")
    return {}


def _lines(outgoing: Outgoing) -> Iterator[bytes]:
    for batch in outgoing.batches:
        columns = [batch.column(name).to_pylist() for name in outgoing.names]
        fids = batch.column(FID).to_pylist()
        shapes: Any = [None] * len(fids)
        if outgoing.spatial:
            wkb = batch.column(GEOMETRY).to_numpy(zero_copy_only=False)
            shapes = np.atleast_1d(shapely.to_geojson(shapely.from_wkb(wkb)))
        for row, (fid, shape) in enumerate(zip(fids, shapes, strict=True)):
            yield orjson.dumps(
                {
                    "type": "Feature",
                    "id": fid.hex(),
                    "geometry": None if shape is None else orjson.Fragment(shape),
                    "properties": {
                        name: column[row] for name, column in zip(outgoing.names, columns, strict=True)
                    },
                }
            )
