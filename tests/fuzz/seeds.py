"""Small whole files of each format, written by our own writers."""

from __future__ import annotations

import io
import tempfile
import zipfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pyarrow as pa
import shapely

from guotu.delivery.formats import FORMATS
from guotu.delivery.outgoing import Outgoing
from guotu.ingest.boundary_txt import Dialect
from guotu.ingest.boundary_txt_write import parcel_of, write
from guotu.model.change import FID_TYPE
from guotu.model.datum import CGCS2000, GaussKruger
from guotu.standards.layers import schema

MADE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SHELL = [(118, 31), (118.01, 31), (118.01, 31.01), (118, 31.01)]
HOLE = [(118.002, 31.002), (118.004, 31.002), (118.004, 31.004)]


@cache
def delivered(form: str) -> bytes:
    """Two red lines, one with a hole, as a file of a format; an archive where it needs several files."""
    layer = schema("gh.stbhhx")
    shapes = [shapely.Polygon(SHELL, [HOLE]), shapely.box(118.01, 31, 118.02, 31.01)]
    columns = {
        field.code: pa.array([f"{field.name}一"[: field.length or 9], None])
        for field in layer.fields
        if field.type.is_text
    }
    batch = pa.RecordBatch.from_pydict(
        {
            "fid": pa.array([bytes([row]) * 16 for row in (1, 2)], FID_TYPE),
            **columns,
            "geometry": pa.array(shapely.to_wkb(shapely.orient_polygons(shapes)), pa.binary()),
        }
    )
    fields = tuple(field for field in layer.fields if field.code in columns)
    going = Outgoing(layer, fields, iter([batch]), made=MADE, title=layer.name)
    with tempfile.TemporaryDirectory() as name:
        FORMATS[form].write(going, Path(name) / f"a{FORMATS[form].suffix}")
        written = sorted(path for path in Path(name).iterdir() if path.suffix != ".lock")
        if len(written) == 1:
            return written[0].read_bytes()
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as into:
            for path in written:
                into.write(path, path.name)
        return archive.getvalue()


@cache
def boundary_texts() -> tuple[bytes, ...]:
    """One parcel with a hole in every dialect, in GB 18030 and UTF-8."""
    found = []
    for dialect in Dialect:
        degrees = dialect is Dialect.ENFORCEMENT
        shell, hole = (
            [
                (x if degrees else 39_500_000 + (x - 117) * 95_000, y if degrees else y * 110_900)
                for x, y in ring
            ]
            for ring in (SHELL, HOLE)
        )
        crs = CGCS2000 if degrees else GaussKruger(3, 39)
        parcel = parcel_of(
            shapely.Polygon(shell, [hole]), crs, number="1", name="甲", use="住宅", land_class="0601"
        )
        found += [write([parcel], dialect=dialect, encoding=encoding) for encoding in ("gb18030", "utf-8")]
    return tuple(found)
