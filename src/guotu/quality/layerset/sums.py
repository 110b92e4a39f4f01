"""1404 areas add up from parcels to villages, towns and the county; 1405 summary tables equal the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from guotu.kernel.rounding import half_up
from guotu.quality.clause import Clause
from guotu.quality.layerset.layers import DIVISIONS, LayerSet
from guotu.quality.layerset.reader import LayerReader
from guotu.quality.layerset.registry import at, set_rule
from guotu.quality.registry import Late

_VILLAGES, _PARCELS, _SUMMARY = "xz.cjdcq", "xz.dltb", "xz.dlmjhz"
_RIDGE = "1203"


def _cents(column: pa.Array) -> np.ndarray:
    """Hundredths of a square metre as whole numbers: sums are exact."""
    values = pc.cast(column, pa.float64()).fill_null(0.0).to_numpy(zero_copy_only=False)
    return np.rint(half_up(values, 2) * 100).astype(np.int64)


def _summed(layer: LayerReader, code: str, area: str, digits: int) -> dict[str, int]:
    """Hundredths of m² by the first digits of a unit's code."""
    found: dict[str, int] = defaultdict(int)
    for batch in layer.batches((code, area)):
        if not {code, area} <= set(batch.schema.names):
            continue
        units = pc.utf8_slice_codeunits(batch.column(code), 0, digits).dictionary_encode()
        index = units.indices.fill_null(len(units.dictionary)).to_numpy(zero_copy_only=False)
        sums = np.zeros(len(units.dictionary) + 1, np.int64)
        np.add.at(sums, index, _cents(batch.column(area)))
        for unit, cents in zip(units.dictionary.to_pylist(), sums.tolist(), strict=False):
            found[unit] += cents
    return found


@dataclass(frozen=True, slots=True)
class _Unit:
    """A feature of a layer of units, with the area it declares."""

    row: int
    key: str
    code: str
    cents: int


def _declared(layer: LayerReader, code: str, area: str) -> list[_Unit]:
    found, first = [], 1
    for batch in layer.batches(("BSM", code, area)):
        if {"BSM", code, area} <= set(batch.schema.names):
            keys, codes = batch.column("BSM").to_pylist(), batch.column(code).to_pylist()
            rows = zip(keys, codes, _cents(batch.column(area)).tolist(), strict=True)
            found += [
                _Unit(first + n, str(k), c, cents) for n, (k, c, cents) in enumerate(rows) if c is not None
            ]
        first += batch.num_rows
    return found


@set_rule("1404")
def control_areas(given: LayerSet, clause: Clause) -> Iterator[Late]:
    """Σ parcels = village, Σ villages = town, Σ towns = the county's control area, each to 0.01 m²."""
    parcels, villages, towns = (given.first(name) for name in (_PARCELS, _VILLAGES, DIVISIONS))
    given.stop()
    if parcels and villages:
        sums = _summed(parcels, "ZLDWDM", "TBMJ", 12)
        yield from _compared(villages, ("ZLDWDM", "DCMJ", 12), sums, (parcels, "图斑面积", "its parcels"))
    below, code, area = (villages, "ZLDWDM", "DCMJ") if villages else (parcels, "ZLDWDM", "TBMJ")
    if towns and below:
        sums = _summed(below, code, area, 9)
        yield from _compared(towns, ("XZQDM", "DCMJ", 9), sums, (below, "村级面积", "its villages"))
    control = clause.parameters.get("county_m2")
    if control is not None and towns:
        total = sum(unit.cents for unit in _declared(towns, "XZQDM", "DCMJ"))
        yield from _against_control(towns, total, round(float(control) * 100))


def _compared(
    layer: LayerReader,
    fields: tuple[str, str, int],
    sums: dict[str, int],
    below: tuple[LayerReader, str, str],
) -> Iterator[Late]:
    """Units of one level against the sums of the level below; several features of one unit count together."""
    code, area, digits = fields
    by_unit: dict[str, list[_Unit]] = defaultdict(list)
    for unit in _declared(layer, code, area):
        if len(unit.code) >= digits:
            by_unit[unit.code[:digits]].append(unit)
    for unit_code, units in by_unit.items():
        declared, due = sum(unit.cents for unit in units), sums.get(unit_code, 0)
        if declared != due:
            off = (declared - due) / 100
            yield at(
                layer,
                f"{unit_code} 的 {area} {declared / 100:.2f} m² 与{below[1]}之和 {due / 100:.2f} m² 相差 {off:.2f} m²",
                f"{area} {declared / 100:.2f} m² of {unit_code} differs by {off:.2f} m² from the sum of {below[2]}, "
                f"{due / 100:.2f} m²",
                row=units[0].row,
                key=units[0].key,
                field=area,
                measure=abs(off),
                unit="m²",
            )


def _against_control(layer: LayerReader, total: int, control: int) -> Iterator[Late]:
    if total != control:
        off = (total - control) / 100
        yield at(
            layer,
            f"全县面积 {total / 100:.2f} m² 与控制面积 {control / 100:.2f} m² 相差 {off:.2f} m²",
            f"the county's {total / 100:.2f} m² differ from its control area {control / 100:.2f} m² by {off:.2f} m²",
            field="DCMJ",
            measure=abs(off),
            unit="m²",
        )


@set_rule("1405")
def summary_tables(given: LayerSet, clause: Clause) -> Iterator[Late]:
    """Every cell of the summary is the database's sum, moved by forced balancing by less than one unit, and every row of
    it adds up exactly.
    """
    parcels, table = given.first(_PARCELS), given.first(_SUMMARY)
    if parcels is None or table is None:
        return
    given.stop()
    cells = _cells(table)
    sums = _class_sums(parcels, {len(unit) for unit, _ in cells})
    reach = clause.number("cell_ha")
    for (unit, land), (row, hectares) in cells.items():
        due = sums.get((unit, land), 0) / 1e6
        if abs(hectares - due) >= reach - 1e-9:
            yield at(
                table,
                f"{unit} 地类 {land or '合计'} 的面积 {hectares:.2f} 公顷，数据库汇总为 {due:.6f} 公顷",
                f"{unit}, class {land or 'total'}: {hectares:.2f} ha in the table, {due:.6f} ha in the database",
                row=row,
                key=f"{unit}/{land}",
                field="MJ",
                measure=abs(hectares - due),
                unit="ha",
            )
    yield from _unbalanced(table, cells)


def _unbalanced(table: LayerReader, cells: dict[tuple[str, str], tuple[int, float]]) -> Iterator[Late]:
    """Totals that are not the sum of the classes beside them."""
    parts: dict[str, int] = defaultdict(int)
    for (unit, land), (_, hectares) in cells.items():
        if land:
            parts[unit] += round(hectares * 100)
    for (unit, land), (row, hectares) in cells.items():
        if not land and round(hectares * 100) != parts[unit]:
            yield at(
                table,
                f"{unit} 合计 {hectares:.2f} 公顷不等于各地类之和 {parts[unit] / 100:.2f} 公顷",
                f"the total {hectares:.2f} ha of {unit} is not the sum {parts[unit] / 100:.2f} ha of its classes",
                row=row,
                key=f"{unit}/",
                field="MJ",
                measure=abs(hectares - parts[unit] / 100),
                unit="ha",
            )


def _cells(table: LayerReader) -> dict[tuple[str, str], tuple[int, float]]:
    """Row and hectares by unit and class; class "" is the total."""
    found: dict[tuple[str, str], tuple[int, float]] = {}
    first = 1
    for batch in table.batches(("XZQDM", "DLBM", "MJ")):
        if {"XZQDM", "MJ"} <= set(batch.schema.names):
            lands = batch.column("DLBM").to_pylist() if "DLBM" in batch.schema.names else [""] * len(batch)
            rows = zip(batch.column("XZQDM").to_pylist(), lands, batch.column("MJ").to_pylist(), strict=True)
            for number, (unit, land, hectares) in enumerate(rows):
                if unit is not None and hectares is not None:
                    found[(unit, land or "")] = (first + number, float(hectares))
        first += batch.num_rows
    return found


def _class_sums(parcels: LayerReader, levels: set[int]) -> dict[tuple[str, str], int]:
    """Hundredths of m² by unit (as many digits as the table has) and class; what is deducted is field ridges."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for batch in parcels.batches(("ZLDWDM", "DLBM", "TBDLMJ", "KCMJ")):
        names = set(batch.schema.names)
        if not {"ZLDWDM", "DLBM", "TBDLMJ"} <= names:
            continue
        columns = {"unit": batch.column("ZLDWDM"), "land": batch.column("DLBM")}
        columns["cents"] = pa.array(_cents(batch.column("TBDLMJ")))
        ridge = _cents(batch.column("KCMJ")) if "KCMJ" in names else np.zeros(len(batch), np.int64)
        columns["ridge"] = pa.array(ridge)
        grouped = pa.table(columns).group_by(["unit", "land"]).aggregate([("cents", "sum"), ("ridge", "sum")])
        for each in grouped.to_pylist():
            for digits in levels:
                unit = str(each["unit"])[:digits]
                found[(unit, str(each["land"]))] += each["cents_sum"]
                found[(unit, _RIDGE)] += each["ridge_sum"]
                found[(unit, "")] += each["cents_sum"] + each["ridge_sum"]
    return found
