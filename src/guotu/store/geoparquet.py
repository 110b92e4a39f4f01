"""Snapshots: one version of a stream as a GeoParquet 1.1 file."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from guotu.model.change import GEOMETRY
from guotu.model.dataset import StreamName
from guotu.store.cut import around, geometries, union
from guotu.store.durable import sync_file, sync_folder
from guotu.store.moments import Moment

GROUP_ROWS: Final = 10_000
BBOX: Final = "bbox"
_BBOX_TYPE: Final = pa.struct([(side, pa.float64()) for side in ("xmin", "ymin", "xmax", "ymax")])
_CRS: Final[dict[str, Any]] = {
    "$schema": "https://proj.org/schemas/v0.7/projjson.schema.json",
    "type": "GeographicCRS",
    "name": "China Geodetic Coordinate System 2000",
    "datum": {
        "type": "GeodeticReferenceFrame",
        "name": "China 2000",
        "ellipsoid": {"name": "CGCS2000", "semi_major_axis": 6378137, "inverse_flattening": 298.257222101},
    },
    "coordinate_system": {
        "subtype": "ellipsoidal",
        "axis": [
            {"name": "Geodetic latitude", "abbreviation": "Lat", "direction": "north", "unit": "degree"},
            {"name": "Geodetic longitude", "abbreviation": "Lon", "direction": "east", "unit": "degree"},
        ],
    },
    "id": {"authority": "EPSG", "code": 4490},
}


def snapshot_path(folder: Path, stream: StreamName, moment: Moment) -> Path:
    """`<folder>/<dataset>/<partition>/<epoch>.<seq>[@day].parquet`."""
    day = f"@{moment.day.isoformat()}" if moment.day else ""
    return folder / stream.dataset / stream.partition / f"{moment.version}{day}.parquet"


def write_snapshot(path: Path, groups: Iterable[pa.RecordBatch], facts: dict[str, str]) -> Path:
    """Write batches as row groups and put the file in place whole; a file that is there already is kept.

    `facts` (stream, version, chain…) go into the file's metadata.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".incoming-", suffix=".parquet", dir=path.parent)
    os.close(handle)
    incoming = Path(name)
    try:
        _write(incoming, groups, facts)
        sync_file(incoming)
        incoming.chmod(0o400)
        incoming.replace(path)
        sync_folder(path.parent)
    finally:
        incoming.unlink(missing_ok=True)
    return path


def _write(path: Path, groups: Iterable[pa.RecordBatch], facts: dict[str, str]) -> None:
    writer: pq.ParquetWriter | None = None
    kinds: set[str] = set()
    box = None
    for group in groups:
        found = geometries(group.column(GEOMETRY))
        kinds |= {geometry.geom_type for geometry in found if geometry is not None}
        box = union([box, around(found)])
        batch = _with_boxes(group, found)
        writer = writer or pq.ParquetWriter(path, batch.schema, compression="zstd", compression_level=3)
        writer.write_batch(batch, row_group_size=GROUP_ROWS)
    assert writer is not None, "a snapshot has at least one, possibly empty, batch"
    geo = json.dumps(_geo(sorted(kinds), box))
    writer.add_key_value_metadata({"geo": geo, **{f"guotu.{key}": value for key, value in facts.items()}})
    writer.close()


def _with_boxes(group: pa.RecordBatch, found: Any) -> pa.RecordBatch:
    sides = shapely.bounds(found) if len(found) else np.empty((0, 4))
    missing = pa.array(np.isnan(sides[:, 0]))
    columns = [pa.array(sides[:, side]) for side in range(4)]
    boxes = pa.StructArray.from_arrays(columns, fields=list(_BBOX_TYPE), mask=missing)
    return group.append_column(BBOX, boxes)


def _geo(kinds: list[str], box: tuple[float, float, float, float] | None) -> dict[str, Any]:
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": kinds,
        "crs": _CRS,
        "covering": {BBOX: {side: [BBOX, side] for side in ("xmin", "ymin", "xmax", "ymax")}},
    }
    if box is not None:
        column["bbox"] = list(box)
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
