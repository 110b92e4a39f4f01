"""GeoParquet 1.1: WKB, a box beside every geometry, the coordinate system as PROJJSON; on request in Hilbert's order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from guotu.delivery.outgoing import Outgoing
from guotu.kernel.hilbert import hilbert_order
from guotu.model.arrays import Float64Array
from guotu.model.change import GEOMETRY

GROUP_ROWS: Final = 16_384
BBOX: Final = "bbox"
_SIDES = ("xmin", "ymin", "xmax", "ymax")
_BBOX_TYPE = pa.struct([(side, pa.float64()) for side in _SIDES])


def write_parquet(outgoing: Outgoing, target: Path) -> dict[str, Any]:
    """Row groups of 16 384 features, zstd; `options["hilbert"]` sorts them by place by way of a spool on disk."""
    ordered = bool(outgoing.options.get("hilbert")) and outgoing.spatial
    batches = outgoing.tables()
    if ordered:
        batches = _sorted(batches, target.with_suffix(".spool"), outgoing.arrow())
    shape = outgoing.arrow()
    if outgoing.spatial:
        shape = shape.append(pa.field(BBOX, _BBOX_TYPE))
    kinds: set[str] = set()
    box: Float64Array = np.array([np.inf, np.inf, -np.inf, -np.inf])
    titles = orjson.dumps({each.code: each.name for each in outgoing.fields}).decode()
    # Without a schema of Arrow's own beside it, Arrow's readers too find the metadata that is added at the end.
    options: dict[str, Any] = {"compression": "zstd", "compression_level": 3, "store_schema": False}
    with pq.ParquetWriter(target, shape, **options) as writer:
        for group in _grouped(batches):
            columns = group.columns
            if outgoing.spatial:
                found = shapely.from_wkb(group.column(GEOMETRY).to_numpy(zero_copy_only=False))
                kinds |= {each.geom_type for each in found if each is not None}
                bounds = shapely.bounds(found).reshape(-1, 4)
                box[:2] = np.fmin(box[:2], np.fmin.reduce(bounds[:, :2], initial=np.inf))
                box[2:] = np.fmax(box[2:], np.fmax.reduce(bounds[:, 2:], initial=-np.inf))
                columns = [*columns, _boxes(bounds)]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=shape), row_group_size=GROUP_ROWS)
        writer.add_key_value_metadata({"guotu.titles": titles})
        if outgoing.spatial:
            geo = orjson.dumps(_geo(outgoing, sorted(kinds), box)).decode()
            writer.add_key_value_metadata({"geo": geo})
    return {"order": "hilbert" if ordered else "feature id"}


def _grouped(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Batches joined until a row group is full."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(each.num_rows for each in waiting) >= GROUP_ROWS:
            yield _joined(waiting)
            waiting = []
    if waiting:
        yield _joined(waiting)


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)


def _boxes(bounds: Float64Array) -> pa.Array:
    sides = [pa.array(bounds[:, at]) for at in range(4)]
    return pa.StructArray.from_arrays(sides, fields=list(_BBOX_TYPE), mask=pa.array(np.isnan(bounds[:, 0])))


def _geo(outgoing: Outgoing, kinds: list[str], box: Float64Array) -> dict[str, Any]:
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": kinds,
        "crs": CRS.from_epsg(outgoing.crs.epsg).to_json_dict(),
        "covering": {BBOX: {side: [BBOX, side] for side in _SIDES}},
    }
    if np.isfinite(box).all():
        column["bbox"] = box.tolist()
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


def _sorted(batches: Iterable[pa.RecordBatch], spool: Path, shape: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The same rows along Hilbert's curve: memory holds their boxes and one group, the rows wait on disk."""
    boxes, firsts = [np.empty((0, 4))], [0]
    with pa.OSFile(str(spool), "wb") as file, pa.ipc.new_file(file, shape) as writer:
        for batch in batches:
            writer.write_batch(batch)
            wkb = batch.column(GEOMETRY).to_numpy(zero_copy_only=False)
            boxes.append(shapely.bounds(shapely.from_wkb(wkb)).reshape(-1, 4))
            firsts.append(firsts[-1] + batch.num_rows)
    order = hilbert_order(np.concatenate(boxes))
    with pa.memory_map(str(spool)) as file:
        spooled = pa.ipc.open_file(file)
        for at in range(0, len(order), GROUP_ROWS):
            yield _taken(spooled, np.asarray(firsts), order[at : at + GROUP_ROWS])
    spool.unlink()


def _taken(spooled: Any, firsts: Any, rows: Any) -> pa.RecordBatch:
    """Rows by number, in that order."""
    number = np.searchsorted(firsts, rows, side="right") - 1
    parts, places = [], []
    for each in np.unique(number):
        at = np.flatnonzero(number == each)
        parts.append(spooled.get_batch(int(each)).take(pa.array(rows[at] - firsts[each])))
        places.append(at)
    back = np.argsort(np.concatenate(places))
    return _joined(parts).take(pa.array(back))
