"""Reading every format and turning a GeoPackage into each, side by side with ogr2ogr over the same parcels.

    python benchmarks/formats.py 20000

Ours: the sandboxed reading process, every batch validated; for conversions every value brought into the standard's shape
besides, which ogr2ogr does not do; raising the walls costs about 0.6 s a file before the first feature. ogr2ogr reads into
its memory driver, or converts.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
from harness import Table

from data import parcels
from guotu.delivery.formats import FORMATS
from guotu.delivery.outgoing import Outgoing
from guotu.ingest.normalise import Normaliser
from guotu.ingest.source import open_source
from guotu.model.change import FID, FID_TYPE
from guotu.standards import layers

DRIVERS = {
    "gpkg": "GPKG",
    "shp": "ESRI Shapefile",
    "fgdb": "OpenFileGDB",
    "geojson": "GeoJSON",
    "fgb": "FlatGeobuf",
    "csv": "CSV",
}
OPTIONS = {
    "shp": ["-lco", "ENCODING=UTF-8", "-lco", "SPATIAL_INDEX=NO"], "geojson": ["-lco", "COORDINATE_PRECISION=10"],
    "csv": ["-lco", "GEOMETRY=AS_WKT"],
}  # fmt: skip
SCHEMA = layers.schema("xz.dltb")


def read(path: Path, work: Path) -> int:
    with open_source(path, work=work) as source:
        return sum(batch.num_rows for batch in source.layer().batches())


def convert(path: Path, form: str, folder: Path) -> int:
    """Into a fresh file, through the standard's shape."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with open_source(path, work=folder) as source:
        layer = source.layer()
        normaliser = Normaliser(SCHEMA, layer)
        batches = (with_ids(normaliser.convert(batch).batch) for batch in layer.batches())
        outgoing = Outgoing(SCHEMA, SCHEMA.fields, batches, rows=layer.feature_count)
        FORMATS[form].write(outgoing, folder / f"DLTB{FORMATS[form].suffix}")
        return layer.feature_count


def with_ids(batch: pa.RecordBatch) -> pa.RecordBatch:
    """As the store gives them."""
    ids = pa.array([row.to_bytes(16, "big") for row in range(batch.num_rows)], FID_TYPE)
    return batch.append_column(FID, ids)


def ogr(*words: object) -> None:
    subprocess.run(["ogr2ogr", *map(str, words)], check=True, capture_output=True)


def anew(path: Path, form: str, target: Path) -> None:
    (shutil.rmtree if target.is_dir() else Path.unlink)(target) if target.exists() else None
    ogr("-f", DRIVERS[form], *OPTIONS.get(form, ()), target, path)


def measure(count: int) -> str:
    path = parcels(count, 4490)
    reading, writing = Table(f"Reading {count} parcels", runs=3), Table("From a GeoPackage into", runs=3)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for form in (*DRIVERS, "parquet", "kml", "gml", "vct"):
            target = folder / f"peer{FORMATS[form].suffix}"
            peers: dict[str, Callable[[], object]] = {}
            if form in DRIVERS and form != "fgdb":  # which a distribution's GDAL often only reads
                peers = {"ogr2ogr": lambda form=form, target=target: anew(path, form, target)}
            out = folder / form
            writing.add(
                form, lambda form=form, out=out: convert(path, form, out), peers, count=count, unit="features"
            )
            made = next(file for file in out.iterdir() if file.suffix == FORMATS[form].suffix)
            peers = {}
            if form in (*DRIVERS, "kml", "gml"):
                peers = {"ogr2ogr": lambda made=made: ogr("-f", "Memory", "x", made)}
            reading.add(form, lambda made=made: read(made, folder), peers, count=count, unit="features")
    return f"{reading.markdown()}\n\n{writing.markdown()}"


if __name__ == "__main__":
    print(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
