"""Features of a query as one file, without receipt: what `query -o` writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from guotu.delivery.files import beside, place
from guotu.delivery.formats import format_of
from guotu.delivery.outgoing import IDENTITY, Outgoing
from guotu.delivery.prepare import Preparation, Tally
from guotu.model.change import GEOMETRY
from guotu.model.datum import CGCS2000
from guotu.model.schema import GeometryKind, LayerSchema


def write(batches: Iterator[pa.RecordBatch], schema: LayerSchema, target: Path, format: str) -> int:
    """Write features with their ids in degrees; gives their number. Raises GT-6001 for a format nobody writes here."""
    form, tally = format_of(format), Tally()
    first = next(batches)
    present = [each for each in schema.fields if each.code in first.schema.names]
    fields = (IDENTITY[0], *present) if form.id != "geojson" else tuple(present)
    spatial = GEOMETRY in first.schema.names and schema.geometry is not GeometryKind.NONE
    preparation = Preparation(schema, fields, CGCS2000, geometry=spatial)
    with beside(target) as folder:
        ready = preparation.run(_chained(first, batches), tally, lambda _: None, lambda: False)
        outgoing = Outgoing(
            schema, fields, ready, title=schema.name, geometry=None if spatial else GeometryKind.NONE
        )
        form.write(outgoing, folder / target.name)
        place(folder / target.name, target)
    return tally.features


def _chained(first: pa.RecordBatch, rest: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield first
    yield from rest
