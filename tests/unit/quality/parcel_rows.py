"""A small village of land-use parcels that passes the gate, to be spoiled one way at a time."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import shapely

from guotu.kernel.area import ellipsoid_area
from guotu.kernel.rounding import half_up
from guotu.model.finding import QualityReport
from guotu.model.schema import FieldType
from guotu.quality.gate import Gate, Layer
from guotu.quality.profile import gate_profile
from guotu.standards.layers import schema

DLTB = schema("xz.dltb")
UNIT = "3301061002000000000"
STEP = 0.001
_TYPES = {FieldType.INT: pa.int64(), FieldType.FLOAT: pa.float64(), FieldType.DATE: pa.date32()}

Row = dict[str, Any]


def cell(column: float, row: float = 0, width: float = 1, height: float = 1) -> shapely.Polygon:
    west, south = 120 + column * STEP, 30 + row * STEP
    return shapely.box(west, south, west + width * STEP, south + height * STEP)


def parcel(number: int, geometry: shapely.Geometry | None = None, **changes: Any) -> Row:
    """A paddy of slope grade 1 that is right in every respect, but for `changes`."""
    geometry = cell(number) if geometry is None else geometry
    area = float(half_up(ellipsoid_area([geometry]), 2)[0]) if geometry.geom_type.endswith("Polygon") else 1.0
    row: Row = {
        "BSM": f"3301062110{number:08d}", "YSDM": "2001010100", "TBBH": f"{number:08d}", "DLBM": "0101", "DLMC": "水田",
        "QSXZ": "30", "QSDWDM": UNIT, "QSDWMC": "某村", "ZLDWDM": UNIT, "ZLDWMC": "某村", "TBMJ": area, "KCXS": 0.0,
        "KCMJ": 0.0, "TBDLMJ": area, "GDPDJB": "1", "ZZSXDM": "LS", "SJNF": 2024, "MSSM": "00", "geometry": geometry,
    }  # fmt: skip
    return row | changes


def sloping(number: int, **changes: Any) -> Row:
    """A terrace of slope grade 2, a twentieth of it ridges."""
    row = parcel(number, DLBM="0103", DLMC="旱地", GDPDJB="2", GDLX="TT", KCXS=0.05, KCDLBM="1203")
    ridge = float(half_up([row["TBMJ"] * 0.05], 2)[0])
    return row | {"KCMJ": ridge, "TBDLMJ": float(half_up([row["TBMJ"] - ridge], 2)[0])} | changes


def wood(number: int, **changes: Any) -> Row:
    return parcel(number, DLBM="0301", DLMC="乔木林地", GDPDJB=None, ZZSXDM=None) | changes


def built(number: int, **changes: Any) -> Row:
    return wood(number, DLBM="0702", DLMC="农村宅基地", CZCSXM="203") | changes


def road(number: int, **changes: Any) -> Row:
    return wood(number, DLBM="1006", DLMC="农村道路", XZDWKD=4.0) | changes


def batch(rows: list[Row]) -> pa.RecordBatch:
    columns = {
        field.code: pa.array([row.get(field.code) for row in rows], _TYPES.get(field.type, pa.string()))
        for field in DLTB.fields
    }
    wkb = [None if row["geometry"] is None else shapely.to_wkb(row["geometry"]) for row in rows]
    return pa.record_batch({**columns, "geometry": pa.array(wkb, pa.binary())})


def judge(
    rows: list[Row], *, at_once: int = 3, profile: str = "survey", control: bytes | None = None
) -> QualityReport:
    """The verdict on rows fed a few at a time."""
    gate = Gate(DLTB, Layer("DLTB", "x.gpkg"), gate_profile(profile), division="330106", control=control)
    table = pa.Table.from_batches([batch(rows)])
    for chunk in table.to_batches(max_chunksize=at_once):
        gate.feed(chunk, gate.features + 1)
    return gate.finish(lambda wanted: {int(row): table["geometry"][int(row) - 1].as_py() for row in wanted})


def broken(rows: list[Row], **how: Any) -> dict[str, int]:
    """Counts by rule."""
    counts: dict[str, int] = {}
    for count in judge(rows, **how).counts:
        counts[count.rule] = counts.get(count.rule, 0) + count.count
    return counts
