"""调平 of a file of parcels: areas measured on the ellipsoid, adjusted by cents to the control areas of the villages."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from guotu.delivery.plain import write_polygons
from guotu.errors.update import CONTROL_MISSING, CONTROL_UNREADABLE, LEVELLING_REFUSED
from guotu.ingest.check import Cancel, Judging, Progress, inspect, never, silent
from guotu.kernel.area import ellipsoid_area_wkb
from guotu.kernel.levelling import level
from guotu.kernel.rounding import half_up
from guotu.model.arrays import Int64Array
from guotu.model.change import GEOMETRY
from guotu.ops.intake import Delivery, schema_of

VILLAGE: Final = 12
LAND: Final = "00"
MOST_EACH: Final = Decimal("0.05")
"""m² a parcel on average; more is no rounding but wrong geometry."""

Unit = tuple[str, str]
"""Village (12 digits) and MSSM (00 land, 01 island): levelled apart."""


@dataclass(frozen=True, slots=True)
class Levelled:
    """What levelling did to one unit: parcels, control area and the sum of measured areas (m²)."""

    unit: str
    mssm: str
    parcels: int
    control_m2: Decimal
    measured_m2: Decimal


def read_controls(data: bytes) -> dict[Unit, Decimal]:
    """Control areas (m²) from a CSV with ZLDWDM, MSSM (optional) and KZMJ; raises GT-1433."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    found: dict[Unit, Decimal] = {}
    for number, row in enumerate(csv.DictReader(io.StringIO(text)), 2):
        village = (row.get("ZLDWDM") or "").strip()
        if len(village) < VILLAGE or not village.isdigit():
            raise CONTROL_UNREADABLE(row=number, reason=f"ZLDWDM={village or '-'}")
        try:
            area = Decimal((row.get("KZMJ") or "").strip())
            cents = area * 100
        except InvalidOperation:
            raise CONTROL_UNREADABLE(row=number, reason=f"KZMJ={row.get('KZMJ') or '-'}") from None
        if not area.is_finite() or area < 0 or cents != cents.to_integral_value():
            raise CONTROL_UNREADABLE(row=number, reason=f"KZMJ={area}")
        found[village[:VILLAGE], (row.get("MSSM") or LAND).strip() or LAND] = area
    return found


def level_file(
    delivery: Delivery,
    controls: Mapping[Unit, Decimal],
    target: Path,
    work: Path,
    *,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> list[Levelled]:
    """Write a copy of a parcel layer (GeoPackage, standard fields) whose TBMJ add up to the control areas exactly.

    TBMJ is the ellipsoid area, half up to 0.01, then levelled; KCMJ and TBDLMJ follow from it.
    Raises   GT-1431 where a unit is too far off, GT-1432 where one has no control area; then nothing is written
    """
    schema = schema_of(delivery, work)
    with inspect(
        delivery.path,
        schema=schema,
        work=work,
        reading=delivery.reading,
        judging=Judging(division=delivery.partition),
        progress=progress,
        cancel=cancel,
    ) as found:
        table = pa.Table.from_batches(found.spool.batches())
    cents = _measured(table)
    units = _units(table)
    out, told = cents.copy(), []
    for unit, rows in sorted(units.items()):
        out[rows] = _one(unit, rows, cents, table, controls)
        told.append(Levelled(*unit, len(rows), controls[unit], Decimal(int(cents[rows].sum())) / 100))
    write_polygons(_with_areas(table, out), target, schema.code)
    return told


def _measured(table: pa.Table) -> Int64Array:
    areas = half_up(np.nan_to_num(ellipsoid_area_wkb(table[GEOMETRY].combine_chunks())), 2)
    return np.asarray(np.rint(areas * 100), np.int64)


def _units(table: pa.Table) -> dict[Unit, Int64Array]:
    rows: dict[Unit, list[int]] = defaultdict(list)
    pairs = zip(table["ZLDWDM"].to_pylist(), table["MSSM"].to_pylist(), strict=True)
    for row, (village, mssm) in enumerate(pairs):
        rows[(village or "")[:VILLAGE], mssm or LAND].append(row)
    return {unit: np.array(found, np.int64) for unit, found in rows.items()}


def _one(
    unit: Unit, rows: Int64Array, cents: Int64Array, table: pa.Table, controls: Mapping[Unit, Decimal]
) -> Int64Array:
    name = f"{unit[0]}/{unit[1]}"
    if unit not in controls:
        raise CONTROL_MISSING(unit=name)
    control, sum_ = int(controls[unit] * 100), int(cents[rows].sum())
    share = Decimal(abs(control - sum_)) / 100 / len(rows)
    if share > MOST_EACH:
        raise LEVELLING_REFUSED(
            unit=name,
            control=controls[unit],
            found=Decimal(sum_) / 100,
            share=f"{share:.2f}",
            allowed=MOST_EACH,
        )
    keys = [value or "" for value in table["BSM"].take(pa.array(rows)).to_pylist()]
    return level(cents[rows], keys, control)


def _with_areas(table: pa.Table, cents: Int64Array) -> pa.Table:
    """The layer with its three areas anew: TBMJ, KCMJ = TBMJ·KCXS half up, TBDLMJ = TBMJ − KCMJ."""
    whole = cents / 100
    share = np.nan_to_num(np.array(table["KCXS"].to_pylist(), dtype=float))
    ridge = half_up(whole * share, 2)
    for name, values in (("TBMJ", whole), ("KCMJ", ridge), ("TBDLMJ", half_up(whole - ridge, 2))):
        table = table.set_column(table.column_names.index(name), name, pa.array(np.round(values, 2)))
    return table
