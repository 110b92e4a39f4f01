"""A layer in few features for a look at it: evenly taken, simplified to what a screen can show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import shapely

from guotu.model.change import GEOMETRY
from guotu.model.schema import LayerSchema
from guotu.ops.checking.result import Examination, LayerResult
from guotu.standards import layers

MOST = 2_000
Box = tuple[float, float, float, float]
_PIXELS = 3_000
"""What is shown is this many pixels wide at most."""


def boxes_beside(rows: Path) -> Path:
    """Where the boxes of a layer's batches are kept: (n, 4) west, south, east, north, NaN for a batch without geometry."""
    return rows.with_suffix(".npy")


def features_in(examined: Examination, layer: LayerResult, box: Box, most: int = 300) -> bytes:
    """GeoJSON of the features whose boxes meet `box`, whole, at most `most`; only batches that reach there are read."""
    path, found = examined.rows(layer), list[dict[str, Any]]()
    if layer.schema is None or not path.exists():
        return orjson.dumps({"type": "FeatureCollection", "features": found, "total": 0})
    boxes = np.load(boxes_beside(path))
    with np.errstate(invalid="ignore"):
        near = (
            (boxes[:, 0] <= box[2])
            & (boxes[:, 2] >= box[0])
            & (boxes[:, 1] <= box[3])
            & (boxes[:, 3] >= box[1])
        )
    first = 1
    with pa.OSFile(str(path)) as source, pa.ipc.open_file(source) as reader:
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            if near[number] and len(found) < most:
                shapes = shapely.from_wkb(batch.column(GEOMETRY).to_numpy(zero_copy_only=False))
                bounds = shapely.bounds(shapes)
                with np.errstate(invalid="ignore"):
                    hit = (bounds[:, 0] <= box[2]) & (bounds[:, 2] >= box[0])
                    hit &= (bounds[:, 1] <= box[3]) & (bounds[:, 3] >= box[1])
                for at in np.flatnonzero(hit)[: most - len(found)]:
                    text = orjson.Fragment(shapely.to_geojson(shapes[at]))
                    properties = {"row": first + int(at)}
                    found.append({"type": "Feature", "properties": properties, "geometry": text})
            first += batch.num_rows
    return orjson.dumps({"type": "FeatureCollection", "features": found, "total": layer.features})


def rows_of(path: Path, columns: tuple[str, ...] | None = None) -> Iterator[pa.RecordBatch]:
    """The kept rows of a layer, batch by batch; only `columns` are unpacked if given."""
    if not path.exists():
        return
    with pa.OSFile(str(path)) as source:
        options = None
        if columns is not None:
            names = pa.ipc.open_file(source).schema.names
            wanted = [names.index(name) for name in columns if name in names]
            options = pa.ipc.IpcReadOptions(included_fields=wanted)
        with pa.ipc.open_file(source, options=options) as reader:
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number)


def sample(examined: Examination, layer: LayerResult, most: int = MOST) -> bytes:
    """GeoJSON of at most `most` features of a judged layer: `row` (from 1) and `key` as properties, degrees."""
    kept = examined.folder / f"{layer.number}.sample.json"
    if not kept.exists() and layer.schema is not None:
        features = list(_features(examined.rows(layer), layer, layers.schema(layer.schema), most))
        document = {"type": "FeatureCollection", "features": features, "total": layer.features}
        temporary = kept.with_suffix(".part")
        temporary.write_bytes(orjson.dumps(document))
        temporary.replace(kept)
    return kept.read_bytes() if kept.exists() else b'{"type":"FeatureCollection","features":[],"total":0}'


def _features(path: Path, layer: LayerResult, schema: LayerSchema, most: int) -> Iterator[dict[str, Any]]:
    if layer.extent is None:
        return
    step = max(1, -(-layer.features // most))
    west, south, east, north = layer.extent
    tolerance = max(east - west, north - south) / _PIXELS
    first = 1
    keys = schema.key or (("BSM",) if "BSM" in schema.codes else ())
    for batch in rows_of(path, (*keys, GEOMETRY)):
        rows = np.arange((-(first - 1)) % step, batch.num_rows, step)
        taken = batch.take(pa.array(rows, pa.int64()))
        shapes = shapely.from_wkb(taken.column(GEOMETRY).to_numpy(zero_copy_only=False))
        shown = shapely.to_geojson(shapely.simplify(np.atleast_1d(shapes), tolerance))
        named = [taken.column(key).to_pylist() for key in keys if key in taken.schema.names]
        for at, text in enumerate(shown):
            if text is not None:
                key = "/".join(str(values[at]) for values in named)
                yield {
                    "type": "Feature",
                    "properties": {"row": first + int(rows[at]), "key": key},
                    "geometry": orjson.Fragment(text),
                }
        first += batch.num_rows
