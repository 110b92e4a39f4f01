"""Flow tables (流量表): how much of which land class became which between two states, by village, town and county."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute

from guotu.kernel.rounding import balance
from guotu.model.change import DELETE, FID, OP
from guotu.model.dataset import StreamName
from guotu.model.query import Query
from guotu.model.time import AsOf
from guotu.quality.update import Exchange, exchange
from guotu.standards import landclass
from guotu.store.reading import Reader

SCHEME: Final = "sandiao"
LEVELS: Final = {"county": 6, "town": 9, "village": 12}
"""Leading digits of ZLDWDM by level."""
CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Flow:
    """One cell: ground of a unit that was of one class and is of another (or of another unit: then both are named).

    `unit` and `unit_after` are codes of the chosen level; `area_m2` settled to 0.01, `area_ha` balanced to the county's total.
    """

    unit: str
    unit_after: str
    old: str
    new: str
    ownership: str
    area_m2: Decimal
    area_ha: Decimal

    def as_json(self) -> dict[str, Any]:
        return {
            "unit": self.unit,
            "unit_after": self.unit_after,
            "class_before": self.old,
            "name_before": name_of(self.old),
            "class_after": self.new,
            "name_after": name_of(self.new),
            "ownership": self.ownership,
            "area_m2": float(self.area_m2),
            "area_ha": float(self.area_ha),
        }


@dataclass(frozen=True, slots=True)
class Balance:
    """One class of one unit: what it held, lost, won and holds; `residual_m2` is what the books leave open (0.00 when right)."""

    unit: str
    code: str
    before_m2: Decimal
    out_m2: Decimal
    in_m2: Decimal
    after_m2: Decimal

    @property
    def residual_m2(self) -> Decimal:
        return self.before_m2 - self.out_m2 + self.in_m2 - self.after_m2

    def as_json(self) -> dict[str, Any]:
        return {
            "unit": self.unit,
            "class": self.code,
            "name": name_of(self.code),
            "before_m2": float(self.before_m2),
            "outflow_m2": float(self.out_m2),
            "inflow_m2": float(self.in_m2),
            "after_m2": float(self.after_m2),
            "residual_m2": float(self.residual_m2),
        }


@dataclass(frozen=True, slots=True)
class FlowTable:
    """Flows and balances of a dataset between two moments."""

    level: str
    basis: tuple[tuple[str, str, str], ...]
    """(stream, label before, label after)."""
    parcels_before: int
    parcels_after: int
    flows: tuple[Flow, ...]
    balances: tuple[Balance, ...]

    @property
    def total_m2(self) -> Decimal:
        return sum((flow.area_m2 for flow in self.flows), Decimal("0.00"))

    @property
    def balanced(self) -> bool:
        """Whether before − outflow + inflow = after, in every unit and class, to 0.01 m²."""
        return all(abs(row.residual_m2) <= CENT for row in self.balances)

    def as_json(self) -> dict[str, Any]:
        return {
            "level": self.level,
            "basis": {stream: {"before": old, "after": new} for stream, old, new in self.basis},
            "parcels": {"before": self.parcels_before, "after": self.parcels_after},
            "total_m2": float(self.total_m2),
            "balanced": self.balanced,
            "flows": [flow.as_json() for flow in self.flows],
            "balances": [row.as_json() for row in self.balances],
        }


def name_of(code: str) -> str:
    """The name of a land class, the code itself where no table knows it."""
    classes = landclass.scheme(SCHEME)
    return classes.name(code) if code in classes else code


def flow_table(reader: Reader, dataset: str, old: AsOf, new: AsOf, level: str = "village") -> FlowTable:
    """Flows of a parcel layer between two moments, read under the reader's plan.

    Areas are declared areas (TBMJ): the pieces of every changed parcel add up to what was declared of it.
    Raises   GT-2001, GT-2002, GT-4003 as the reader does
    """
    digits = LEVELS[level]
    found = [(name, *changed(reader, name, old, new)) for name in streams_of(reader, dataset)]
    cells: Counter[tuple[str, str, str, str, str]] = Counter()
    held: Counter[tuple[str, str]] = Counter()
    after: Counter[tuple[str, str]] = Counter()
    for _, swap, _ in found:
        cells.update(_cells(swap, digits))
        held.update(_held(swap, swap.before, digits))
        after.update(_held(swap, swap.after, digits))
    return FlowTable(
        level,
        tuple((str(name), *labels) for name, _, labels in found),
        sum(swap.before.num_rows for _, swap, _ in found),
        sum(swap.after.num_rows for _, swap, _ in found),
        _flows(cells),
        tuple(_balances(cells, held, after)),
    )


def streams_of(reader: Reader, dataset: str) -> list[StreamName]:
    """The streams of a dataset; raises GT-2001 where the node holds none."""
    reader.schema(dataset)
    return [state.stream for state in reader.heads(dataset)]


def changed(reader: Reader, stream: StreamName, old: AsOf, new: AsOf) -> tuple[Exchange, tuple[str, str]]:
    """The parcels of a stream that differ between two moments, exchanged, and the labels of both versions."""
    plan = reader.plan(stream.dataset)
    schema = reader.schema(stream.dataset)
    heads = [reader.store.state(stream, moment).head for moment in (old, new)]
    puts, gone = [], []
    for batch in reader.store.changes(stream, heads[0].version, heads[1].version, plan):
        ended = pa.compute.equal(batch.column(OP), DELETE)
        gone += batch.column(FID).to_pylist()
        puts.append(batch.filter(pa.compute.invert(ended)))
    after = pa.Table.from_batches(puts).drop_columns([OP])
    before = _before(reader, stream, old, set(gone))
    area = schema.area_field
    assert area is not None, "flows are told of layers that declare areas"
    return exchange(before, after, area), (heads[0].label, heads[1].label)


def _before(reader: Reader, stream: StreamName, old: AsOf, fids: set[bytes]) -> pa.Table:
    """The features of these ids at a moment, in fid order, a batch in memory at a time."""
    query = Query(stream.dataset, (stream.partition,), at=reader.store.state(stream, old).head.version)
    wanted = pa.array(sorted(fids), pa.binary(16))
    kept = [
        batch.filter(pa.compute.is_in(batch.column(FID), value_set=wanted)) for batch in reader.batches(query)
    ]
    return pa.Table.from_batches(kept)


def _cells(found: Exchange, digits: int) -> dict[tuple[str, str, str, str, str], int]:
    """Hundredths of m² by (unit, unit after, class, class after, ownership)."""
    old, new = _facts(found.before, digits), _facts(found.after, digits)
    cells: Counter[tuple[str, str, str, str, str]] = Counter()
    for i, j, cents in zip(found.old.tolist(), found.new.tolist(), found.cents.tolist(), strict=True):
        (unit, code, ownership), (there, becomes, _) = old[i], new[j]
        cells[unit, there, code, becomes, ownership] += cents
    return cells


def _facts(side: pa.Table, digits: int) -> list[tuple[str, str, str]]:
    columns = [[value or "" for value in side[name].to_pylist()] for name in ("ZLDWDM", "DLBM", "QSXZ")]
    return [(unit[:digits], code, ownership) for unit, code, ownership in zip(*columns, strict=True)]


def _held(found: Exchange, side: pa.Table, digits: int) -> dict[tuple[str, str], int]:
    held: Counter[tuple[str, str]] = Counter()
    for (unit, code, _), cents in zip(_facts(side, digits), found.declared(side).tolist(), strict=True):
        held[unit, code] += cents
    return held


def _flows(cells: Counter[tuple[str, str, str, str, str]]) -> tuple[Flow, ...]:
    """Cells that changed something, with hectares that add up to the hectares of all."""
    keys = sorted(key for key in cells if cells[key] and (key[0] != key[1] or key[2] != key[3]))
    square = [Decimal(cells[key]) * CENT for key in keys]
    total = (sum(square, Decimal(0)) / 10_000).quantize(CENT)
    hectares = balance([float(value) for value in square], total, 2) if square else []
    return tuple(Flow(*key, m2, ha) for key, m2, ha in zip(keys, square, hectares, strict=True))


def _balances(
    cells: Counter[tuple[str, str, str, str, str]], held: Counter[tuple[str, str]], after: Counter[tuple[str, str]]
) -> Iterator[Balance]:  # fmt: skip
    out: Counter[tuple[str, str]] = Counter()
    come: Counter[tuple[str, str]] = Counter()
    for (unit, there, code, becomes, _), cents in cells.items():
        if (unit, code) != (there, becomes):
            out[unit, code] += cents
            come[there, becomes] += cents
    for key in sorted({*held, *after}):
        values = (Decimal(int(counter[key])) * CENT for counter in (held, out, come, after))
        yield Balance(*key, *values)


def process_rows(found: Exchange) -> pa.Table:
    """The process layer (DLTBGXGC): one row a piece, attributes before (BGQ…) and after (BGH…) side by side, its area TBBGMJ."""
    names = [field for field in found.before.column_names if field in _PROCESS]
    columns: dict[str, Any] = {}
    for prefix, side, rows in (("BGQ", found.before, found.old), ("BGH", found.after, found.new)):
        for name in names:
            columns[f"{prefix}{_PROCESS[name]}"] = side[name].take(pa.array(rows))
    columns["TBBGMJ"] = pa.array(np.round(found.cents / 100, 2))
    return pa.table(columns)


_PROCESS: Final = {
    "BSM": "TBBSM", "TBBH": "TBBH", "DLBM": "DLBM", "DLMC": "DLMC", "QSXZ": "QSXZ", "QSDWDM": "QSDWDM", "QSDWMC": "QSDWMC",
    "ZLDWDM": "ZLDWDM", "ZLDWMC": "ZLDWMC", "TBMJ": "TBMJ", "KCDLBM": "KCDLBM", "KCXS": "KCXS", "KCMJ": "KCMJ",
    "TBDLMJ": "TBDLMJ", "GDLX": "GDLX", "GDPDJB": "GDPDJB", "TBXHDM": "TBXHDM", "ZZSXDM": "ZZSXDM", "CZCSXM": "CZCSXM",
    "MSSM": "MSSM",
}  # fmt: skip
"""Fields of a parcel as the process layer carries them behind BGQ and BGH."""
