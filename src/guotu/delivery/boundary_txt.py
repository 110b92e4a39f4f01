"""Polygons as boundary TXT, the form in which project boundaries are handed in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import shapely

from guotu.delivery.outgoing import Outgoing, key_of
from guotu.errors import Place
from guotu.errors.export import ROW_NOT_CARRIED
from guotu.ingest.boundary_txt import BoundaryParcel, Dialect
from guotu.ingest.boundary_txt_write import parcel_of, write
from guotu.model.change import GEOMETRY

ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "number": ("DKBH", "DKH", "ZDDM", "XZQDM", "TBYBH", "TBBH", "YJJBNTTBBH", "BSM"),
    "name": ("DKMC", "XMMC", "TDZL", "ZL", "KQMC", "MC", "XZQMC", "DLMC"),
    "use": ("DKYT", "TDYT", "YDYT", "PZYT", "GHYT", "YT"),
    "land_class": ("DLBM", "GHDLBM"),
    "sheet": ("TFH", "TFBH"),
}
"""Which field serves as what of a parcel line: the first of these that the layer has; as number else its business key."""
_POINTS_BEGIN = "[地块坐标]\r\n".encode("gb18030")


def write_txt(outgoing: Outgoing, target: Path) -> dict[str, Any]:
    """One parcel a feature: metres of a zone in the dialect of approvals, degrees in that of enforcement; GB 18030.

    Raises   GT-6014 for a feature without area
    """
    dialect = Dialect.ENFORCEMENT if outgoing.in_degrees else Dialect.APPROVAL
    roles = {role: next((c for c in codes if c in outgoing.names), None) for role, codes in ROLES.items()}
    key = next((code for code in outgoing.schema.key if code in outgoing.names), None)
    roles["number"] = roles["number"] or key
    header = {"数据产生单位": str(outgoing.options.get("owner", ""))}
    if outgoing.made is not None:
        header["数据产生日期"] = f"{outgoing.made:%Y-%m-%d}"
    with target.open("wb") as file:
        begun = False
        for batch in outgoing.batches:
            parcels = _parcels(outgoing, batch, roles)
            if not parcels:
                continue
            text = write(parcels, dialect=dialect, header=header)
            file.write(text.partition(_POINTS_BEGIN)[2] if begun else text)
            begun = True
        if not begun:
            raise ROW_NOT_CARRIED(
                format="TXT", reason_zh="一个地块也没有", reason_en="there is no parcel at all"
            )
    return {"dialect": dialect.value, "fields": {role: code for role, code in roles.items() if code}}


def _parcels(
    outgoing: Outgoing, batch: pa.RecordBatch, roles: Mapping[str, str | None]
) -> list[BoundaryParcel]:
    columns = {role: batch.column(code).to_pylist() for role, code in roles.items() if code}
    shapes = shapely.from_wkb(batch.column(GEOMETRY).to_numpy(zero_copy_only=False))
    parcels = []
    for row, shape in enumerate(shapes):
        if shape is None or shape.is_empty:
            raise ROW_NOT_CARRIED(
                place=Place(layer=outgoing.schema.code, key=key_of(outgoing, batch, row)),
                format="TXT", reason_zh="没有图形", reason_en="it has no geometry",
            )  # fmt: skip
        told = {role: "" if values[row] is None else str(values[row]) for role, values in columns.items()}
        parcels.append(parcel_of(shape, outgoing.crs, **told))
    return parcels
