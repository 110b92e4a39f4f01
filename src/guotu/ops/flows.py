"""Flow tables of a node, and the process layer behind them, as files."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import orjson
import pyarrow as pa
import shapely

from guotu.analysis import flow_sheet
from guotu.analysis.flow import FlowTable, changed, flow_table, process_rows, streams_of
from guotu.delivery.plain import placed, write_polygons
from guotu.errors import Lang
from guotu.errors.general import FORMAT_NOT_WRITTEN
from guotu.model.change import GEOMETRY
from guotu.model.time import AsOf
from guotu.store.reading import Reader

FORMS: Final = ("xlsx", "csv", "json")


def form_of(path: Path) -> str:
    """The form a name asks for; raises GT-6001."""
    form = path.suffix[1:].lower()
    if form not in FORMS:
        raise FORMAT_NOT_WRITTEN(format=form or path.name, known=", ".join(FORMS))
    return form


def table(reader: Reader, dataset: str, old: AsOf, new: AsOf, level: str) -> FlowTable:
    """See `analysis.flow.flow_table`."""
    return flow_table(reader, dataset, old, new, level)


def rendered(found: FlowTable, form: str, lang: Lang) -> bytes:
    """A flow table in one of `FORMS`."""
    if form == "json":
        return orjson.dumps(found.as_json(), option=orjson.OPT_INDENT_2)
    return flow_sheet.as_csv(found, lang) if form == "csv" else flow_sheet.as_xlsx(found, lang)


def write(found: FlowTable, path: Path, form: str, lang: Lang) -> None:
    """Write a flow table, whole or not at all."""
    with placed(path) as target:
        target.write_bytes(rendered(found, form, lang))


def write_process(reader: Reader, dataset: str, old: AsOf, new: AsOf, path: Path) -> int:
    """Write the process layer (DLTBGXGC) as a GeoPackage; gives its number of pieces."""
    parts = []
    for stream in streams_of(reader, dataset):
        swap, _ = changed(reader, stream, old, new)
        shapes = pa.array(shapely.to_wkb(swap.shapes()), pa.binary())
        parts.append(process_rows(swap).append_column(GEOMETRY, shapes))
    rows = pa.concat_tables(parts)
    write_polygons(rows, path, "DLTBGXGC")
    return int(rows.num_rows)
