"""A table of polygons as one layer of a GeoPackage, columns as they are: results that are no dataset of a store."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import shapely

from guotu.model.change import GEOMETRY
from guotu.model.datum import CGCS2000


@contextmanager
def placed(path: Path) -> Iterator[Path]:
    """A file beside the target that takes its place when the block ends well, and leaves nothing when it does not."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as folder:
        part = Path(folder) / path.name
        yield part
        part.replace(path)


def write_polygons(table: pa.Table, path: Path, layer: str) -> None:
    """Write `geometry` (WKB polygons, degrees on CGCS2000) as multipolygons, and every other column, whole or not at all."""
    shapes = shapely.from_wkb(np.array(table[GEOMETRY].to_pylist(), dtype=object))
    many = [shape if shape is None else shapely.multipolygons(shapely.get_parts(shape)) for shape in shapes]
    wkb = pa.array(shapely.to_wkb(np.array(many, dtype=object)), pa.binary())
    rows = table.drop_columns([GEOMETRY]).append_column("geom", wkb)
    with placed(path) as target:
        pyogrio.write_arrow(
            rows, target, driver="GPKG", layer=layer, geometry_name="geom", geometry_type="MultiPolygon",
            crs=f"EPSG:{CGCS2000.epsg}",
        )  # fmt: skip
