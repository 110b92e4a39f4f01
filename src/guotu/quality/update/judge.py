"""Rules 2001 to 2003: flows balance, extents agree, numbers are kept and never given twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from guotu.errors import Place
from guotu.kernel.overlay import difference
from guotu.model.change import GEOMETRY
from guotu.model.finding import Finding, RuleCount
from guotu.quality.ledger import Ledger
from guotu.quality.profile import Clause, GateProfile, gate_profile
from guotu.quality.registry import Late
from guotu.quality.update.pieces import Exchange, mean_width, polygons

Check = Callable[[Exchange, Clause], Iterator[Late]]
VILLAGE = 12
"""Leading digits of ZLDWDM that name the village."""
_TELLING = ("DLBM", "QSXZ", "QSDWDM", "ZLDWDM")
"""Fields of which a parcel's identity is made, besides its ground."""

_LOST = "变更前图斑有 {area:.2f} 平方米没有变更后的图斑", "{area:.2f} m² of the old parcel have no new parcel"
_GAINED = (
    "变更后图斑有 {area:.2f} 平方米不在变更前的图斑上",
    "{area:.2f} m² of the new parcel lie on no old parcel",
)


def judge(
    found: Exchange, place: Place, given_up: Collection[str] = (), profile: GateProfile | None = None
) -> tuple[tuple[Finding, ...], tuple[RuleCount, ...]]:
    """Findings and counts of an update; `given_up` are numbers (BSM) that ended parcels once had."""
    by = profile or gate_profile("update")
    ledger = Ledger(place.file, place.layer or "", by.keep)
    checks: dict[str, Check] = {"2001": _flows, "2002": _extent, "2003": partial(_numbers, given_up)}
    for rule, check in checks.items():
        clause = by.clause(rule)
        if clause is not None:
            for late in check(found, clause):
                ledger.late(clause, late)
    return ledger.findings(), ledger.counts()


def _flows(found: Exchange, clause: Clause) -> Iterator[Late]:
    """2001: what flows into the parcels of a village and class is what they are declared to hold."""
    held = Counter[tuple[str, str]]()
    for key, cents in zip(_groups(found.after), found.declared(found.after).tolist(), strict=True):
        held[key] += cents
    into = Counter[tuple[str, str]]()
    keys = _groups(found.after)
    for piece, cents in zip(found.new.tolist(), found.cents.tolist(), strict=True):
        into[keys[piece]] += cents
    allowed = round(clause.parameters["tolerance_m2"] * 100)
    for village, code in sorted(held | into):
        gap = held[village, code] - into[village, code]
        if abs(gap) > allowed:
            holds, came, apart = (value / 100 for value in (held[village, code], into[village, code], gap))
            yield Late(
                f"{village} 的 {code}：变更后图斑合计 {holds:.2f} 平方米，流入 {came:.2f} 平方米，相差 {apart:+.2f} 平方米",
                f"{code} in {village}: parcels of {holds:.2f} m², {came:.2f} m² flowed in, {apart:+.2f} m² apart",
                field=found.area_field,
                key=village,
                measure=apart,
                unit="m²",
            )


def _groups(side: pa.Table) -> list[tuple[str, str]]:
    villages = [(value or "")[:VILLAGE] for value in side["ZLDWDM"].to_pylist()]
    return list(zip(villages, (value or "" for value in side["DLBM"].to_pylist()), strict=True))


def _extent(found: Exchange, clause: Clause) -> Iterator[Late]:
    """2002: the ground before is the ground after."""
    lost, gained = found.uncovered
    sides = (
        (found.before, found.after, lost, *_LOST),
        (found.after, found.before, gained, *_GAINED),
    )
    for side, other, areas, zh, en in sides:
        for row in np.flatnonzero(areas > clause.parameters["ignore_m2"]).tolist():
            rest = difference(polygons(side.slice(row, 1))[0], polygons(other))
            if mean_width(rest) < clause.parameters["tolerance_m"]:
                continue
            at = rest.representative_point()
            yield Late(
                zh.format(area=areas[row]),
                en.format(area=areas[row]),
                row=None if side is found.before else row + 1,
                key=side["BSM"][row].as_py(),
                geometry=shapely.to_wkb(rest),
                coordinate=(at.x, at.y),
                measure=float(areas[row]),
                unit="m²",
            )


def _numbers(given_up: Collection[str], found: Exchange, _: Clause) -> Iterator[Late]:
    """2003: an unchanged parcel keeps its number; a number that was given up is not given again."""
    old = {row["BSM"]: row for row in _rows(found.before)}
    same = {_identity(row): row["BSM"] for row in _rows(found.before)}
    for number, row in enumerate(_rows(found.after), 1):
        known = same.get(_identity(row))
        if known is not None and known != row["BSM"] and row["BSM"] not in old:
            zh, en = (
                f"未变更的图斑 {known} 换成了标识码 {row['BSM']}",
                f"the unchanged parcel {known} is now called {row['BSM']}",
            )
            yield Late(zh, en, row=number, field="BSM", key=row["BSM"])
        elif row["BSM"] in given_up and row["BSM"] not in old:
            zh, en = (
                f"标识码 {row['BSM']} 曾用于已注销的图斑",
                f"{row['BSM']} was the number of a parcel that has ended",
            )
            yield Late(zh, en, row=number, field="BSM", key=row["BSM"])


def _rows(side: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = side.select(["BSM", *_TELLING, GEOMETRY]).to_pylist()
    return rows


def _identity(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in (*_TELLING, GEOMETRY))
