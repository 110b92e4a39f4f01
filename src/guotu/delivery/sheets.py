"""CSV and XLSX: rows as they come, geometry as WKT."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.csv
import shapely
import xlsxwriter

from guotu.delivery.outgoing import Outgoing, key_of
from guotu.errors import Place
from guotu.errors.export import FILE_TOO_LARGE, VALUE_TOO_LONG
from guotu.model.change import GEOMETRY
from guotu.model.schema import FieldType

MOST_ROWS: Final = 1_048_576 - 1
LONGEST_CELL: Final = 32_767
WKT: Final = "WKT"
DEGREE_DECIMALS, METRE_DECIMALS = 10, 4


def write_csv(outgoing: Outgoing, target: Path) -> dict[str, Any]:
    """UTF-8 with a byte-order mark, quoted as RFC 4180 says, field codes as header; geometry as a last column `WKT`."""
    with target.open("wb") as file:
        file.write("\ufeff".encode())
        shape = outgoing.arrow()
        if outgoing.spatial:
            shape = shape.remove(len(shape) - 1).append(pa.field(WKT, pa.string()))
        options = pyarrow.csv.WriteOptions(quoting_style="needed")
        with pyarrow.csv.CSVWriter(file, shape, write_options=options) as writer:
            for batch in outgoing.tables():
                columns = batch.columns
                if outgoing.spatial:
                    columns = [*columns[:-1], pa.array(wkt_of(outgoing, columns[-1]), pa.string())]
                writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=shape))
    return {"coordinates": f"EPSG:{outgoing.crs.epsg}", "wkt_order": "x,y"} if outgoing.spatial else {}


def wkt_of(outgoing: Outgoing, wkb: pa.Array) -> Any:
    """Texts (n,) with 10 decimals of a degree or 4 of a metre."""
    decimals = DEGREE_DECIMALS if outgoing.in_degrees else METRE_DECIMALS
    shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False))
    return np.atleast_1d(shapely.to_wkt(shapes, rounding_precision=decimals))


def write_xlsx(outgoing: Outgoing, target: Path) -> dict[str, Any]:
    """One sheet written row by row: field codes, Chinese names below; texts stay texts.

    Raises   GT-6007 beyond 1,048,575 rows, GT-6013 for a cell over 32,767 characters (which a WKT easily is)
    """
    if outgoing.rows is not None and outgoing.rows > MOST_ROWS:
        raise _too_many(outgoing.rows)
    options = {
        "constant_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False,
        "nan_inf_to_errors": False, "tmpdir": str(target.parent),
    }  # fmt: skip
    book = xlsxwriter.Workbook(str(target), options)
    try:
        if outgoing.made is not None:
            book.set_properties({"title": outgoing.title, "created": outgoing.made.replace(tzinfo=None)})
        sheet = book.add_worksheet(outgoing.schema.code[:31])
        day, bold = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"bold": True})
        names = [*outgoing.names, *([WKT] if outgoing.spatial else [])]
        for at, name in enumerate(names):
            sheet.write_string(0, at, name, bold)
        sheet.freeze_panes(1, 0)
        dates = [each.type is FieldType.DATE for each in outgoing.fields]
        for number, row in enumerate(_rows(outgoing), 1):
            if number > MOST_ROWS:
                raise _too_many(number)
            for at, value in enumerate(row):
                _cell(sheet, number, at, value, day if at < len(dates) and dates[at] else None)
        book.close()
    except BaseException:
        _abandon(book)
        raise
    return {"coordinates": f"EPSG:{outgoing.crs.epsg}"} if outgoing.spatial else {}


def _rows(outgoing: Outgoing) -> Iterator[tuple[Any, ...]]:
    for batch in outgoing.batches:
        columns = [batch.column(name).to_pylist() for name in outgoing.names]
        if outgoing.spatial:
            columns.append(wkt_of(outgoing, batch.column(GEOMETRY)).tolist())
        for at, row in enumerate(zip(*columns, strict=True)):
            for name, value in zip([*outgoing.names, WKT], row, strict=False):
                if isinstance(value, str) and len(value) > LONGEST_CELL:
                    raise VALUE_TOO_LONG(
                        place=Place(layer=outgoing.schema.code, field=name, key=key_of(outgoing, batch, at)),
                        format="XLSX", field=name, size=len(value), limit=LONGEST_CELL,
                    )  # fmt: skip
            yield row


def _cell(sheet: Any, row: int, at: int, value: Any, day: Any) -> None:
    match value:
        case None:
            return
        case str():
            sheet.write_string(row, at, value)
        case date():
            sheet.write_datetime(row, at, value, day)
        case _ if value == value:
            sheet.write_number(row, at, value)


def _too_many(rows: int) -> Exception:
    return FILE_TOO_LARGE(format="XLSX", part="sheet", size=f"{rows} rows", limit=f"{MOST_ROWS} rows")


def _abandon(book: Any) -> None:
    """Close the temporary files of a workbook that will not be."""
    book.fileclosed = True
    for sheet in book.worksheets():
        if getattr(sheet, "row_data_fh", None) is not None:
            sheet.row_data_fh.close()
