"""Features as GeoJSON (RFC 7946 shape; coordinates are CGCS2000 degrees, equal to WGS 84 for display)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pyarrow as pa
import shapely

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
