"""Land-class occupation: what each parcel takes of every land-use parcel, 田坎 split off, balanced to the project's area."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np

from guotu.apps.approval.case import Case
from guotu.apps.approval.pieces import Pieces
from guotu.apps.approval.reliance import Territory
from guotu.apps.approval.result import LandUseRow, LandUseTable, ParcelSummary, ThreeClass
from guotu.apps.approval.sites import HA_DECIMALS, Site
from guotu.apps.approval.sources import Layer
from guotu.kernel.rounding import balance
from guotu.model.arrays import BoolArray, Float64Array
from guotu.standards import landclass
from guotu.standards.landclass import LandClassScheme, ThreeClasses

LAYER = "xz.dltb"
COLUMNS = (
    "BSM",
    "TBBH",
    "DLBM",
    "DLMC",
    "QSXZ",
    "QSDWDM",
    "QSDWMC",
    "ZLDWMC",
    "KCXS",
    "GDPDJB",
    "GDDB",
    "SJNF",
)
ORDER: tuple[ThreeClass, ...] = ("农用地", "建设用地", "未利用地", "未定", "未覆盖")

Cell = tuple[str, str, str, str]
"""Owner code, owner, ownership, land class."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The land-use parcels under one parcel of the project, with what each is."""

    pieces: Pieces
    codes: list[str]
    ownership: list[str]
    ridge: Float64Array
    """Share of each piece that is 田坎."""
    uncovered: float
    overlapping: float


@dataclass(frozen=True)
class LandUse:
    """The land-use side of a review, used by several checks."""

    layer: Layer
    grounds: tuple[Ground, ...]
    scheme: LandClassScheme
    three: ThreeClasses
    table: LandUseTable
    by_parcel: tuple[LandUseTable, ...]
    territory: Territory
    unknown_codes: tuple[str, ...] = field(default=())

    @property
    def uncovered(self) -> float:
        """Square metres of the project under no land-use parcel."""
        return math.fsum(ground.uncovered for ground in self.grounds)

    @property
    def overlapping(self) -> float:
        """Square metres that land-use parcels claim twice."""
        return math.fsum(ground.overlapping for ground in self.grounds)

    def cultivated(self, ground: Ground) -> BoolArray:
        return np.array([self.first(code) == "01" for code in ground.codes], bool)

    def first(self, code: str) -> str:
        """First class of a code, empty for an unknown one."""
        return self.scheme.first_class(code).code if code in self.scheme else ""

    def three_class(self, code: str) -> ThreeClass:
        return (self.three.get(code) or "未定") if code in self.scheme else "未定"


def survey(case: Case, layer: Layer, parcels: Sequence[ParcelSummary]) -> LandUse:
    """Tables of the project and of each of its parcels (§8 of the domain reference, "Land-class table algorithm")."""
    found = case.pieces(layer, COLUMNS)
    scheme, three = _scheme(case, [code for pieces in found for code in pieces.rows.column("DLBM")])
    grounds = tuple(
        _ground(case, site, pieces, scheme) for site, pieces in zip(case.sites, found, strict=True)
    )
    land = LandUse(
        layer, grounds, scheme, three, LandUseTable(None, (), Decimal(0)), (), _territory(layer, grounds)
    )
    tables = tuple(
        _table(case, land, ground, parcel) for ground, parcel in zip(grounds, parcels, strict=True)
    )
    codes = sorted({code for ground in grounds for code in ground.codes if code not in scheme})
    total = sum((table.total_ha for table in tables), Decimal(0))
    return LandUse(layer, grounds, scheme, three, _sum(tables, total), tables, land.territory, tuple(codes))


def _scheme(case: Case, codes: Sequence[str | None]) -> tuple[LandClassScheme, ThreeClasses]:
    """The first code table that knows all the codes met, else the one that knows most of them."""
    section = case.profile.section("landuse")
    schemes = [landclass.scheme(id) for id in section["schemes"]]
    met = {code for code in codes if code}
    best = max(schemes, key=lambda scheme: sum(code in scheme for code in met))
    return best, landclass.three_classes(best.id, section["three_class_edition"])


def _ground(case: Case, site: Site, pieces: Pieces, scheme: LandClassScheme) -> Ground:
    section = case.profile.section("landuse")
    state, collective = frozenset(section["state_owned"]), frozenset(section["collective"])
    codes = [code or "" for code in pieces.rows.column("DLBM")]
    shares = [float(share or 0.0) for share in pieces.rows.column("KCXS")]
    ridge = [
        share if 0 < share < 1 and code in scheme and scheme.first_class(code).code == "01" else 0.0
        for code, share in zip(codes, shares, strict=True)
    ]
    ownership = [
        "国有" if code in state else "集体" if code in collective else "未定"
        for code in pieces.rows.column("QSXZ")
    ]
    area, covered = case.statutory(site), math.fsum(pieces.statutory(case.profile.area_kind))
    gap = area - covered
    closes = abs(gap) <= case.profile.tolerances.closure_m2 and covered > 0
    uncovered = 0.0 if closes else max(gap, 0.0)
    overlapping = 0.0 if closes else max(-gap, 0.0)
    return Ground(pieces, codes, ownership, np.array(ridge), uncovered, overlapping)


def _territory(layer: Layer, grounds: Sequence[Ground]) -> Territory:
    areas: dict[str, float] = defaultdict(float)
    for ground in grounds:
        for number, area in zip(
            ground.pieces.rows.stream.tolist(), ground.pieces.plane.tolist(), strict=True
        ):
            areas[layer.states[number].stream.partition] += area
    return Territory(dict(areas), math.fsum(ground.uncovered for ground in grounds), layer.held)


def _table(case: Case, land: LandUse, ground: Ground, parcel: ParcelSummary) -> LandUseTable:
    cells = _cells(case, land, ground)
    keys = sorted(cells, key=lambda cell: _order(land, cell))
    statutory = [
        sums[0] if case.profile.area_kind == "plane" else sums[1] for sums in (cells[key] for key in keys)
    ]
    shares = balance(statutory, parcel.area_ha, HA_DECIMALS)
    rows = tuple(_row(land, key, *cells[key], share) for key, share in zip(keys, shares, strict=True))
    return LandUseTable(parcel.number, rows, parcel.area_ha)


def _cells(case: Case, land: LandUse, ground: Ground) -> dict[Cell, tuple[float, float]]:
    """Plane and ellipsoid m² by cell, closed on the parcel's two areas."""
    section = case.profile.section("landuse")
    ridge_code = section["ridge_code_2007"] if land.scheme.id == "gbt21010-2007" else section["ridge_code"]
    rows, site = ground.pieces.rows, ground.pieces.site
    owners = [
        (code or "", name or "")
        for code, name in zip(rows.column("QSDWDM"), rows.column("QSDWMC"), strict=True)
    ]
    lists: dict[Cell, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for index, (code, (owner, name), ownership) in enumerate(
        zip(ground.codes, owners, ground.ownership, strict=True)
    ):
        pair = ground.pieces.plane[index], ground.pieces.ellipsoid[index]
        share = ground.ridge[index]
        for target, part in ((code, 1 - share), (ridge_code, share)):
            if part > 0:
                sums = lists[owner, name, ownership, target]
                sums[0].append(float(pair[0] * part))
                sums[1].append(float(pair[1] * part))
    cells = {key: (math.fsum(plane), math.fsum(ellipsoid)) for key, (plane, ellipsoid) in lists.items()}
    both = tuple(math.fsum(pair[side] for pair in cells.values()) for side in (0, 1))
    if ground.uncovered > 0:
        return {
            **cells,
            ("", "", "", ""): (max(site.area_plane - both[0], 0.0), max(site.area_ellipsoid - both[1], 0.0)),
        }
    scales = tuple(
        area / part if part else 1.0
        for area, part in zip((site.area_plane, site.area_ellipsoid), both, strict=True)
    )
    return {key: (pair[0] * scales[0], pair[1] * scales[1]) for key, pair in cells.items()}


def _order(land: LandUse, cell: Cell) -> tuple[object, ...]:
    owner, name, ownership, code = cell
    kind = "未覆盖" if cell == ("", "", "", "") else land.three_class(code)
    return kind == "未覆盖", owner, name, ownership, ORDER.index(kind), code


def _row(land: LandUse, cell: Cell, plane: float, ellipsoid: float, share: Decimal) -> LandUseRow:
    owner, name, ownership, code = cell
    if cell == ("", "", "", ""):
        return LandUseRow("", "", "未定", "", "未覆盖", "", "", "未覆盖", plane, ellipsoid, share)
    known = code in land.scheme
    first = land.scheme.first_class(code) if known else None
    return LandUseRow(
        owner, name, ownership, code, land.scheme.name(code) if known else "未知地类",
        first.code if first else "", first.name if first else "", land.three_class(code), plane, ellipsoid, share,
    )  # fmt: skip


def _sum(tables: Sequence[LandUseTable], total: Decimal) -> LandUseTable:
    """The project's table: leaves of the parcels added up, not rounded again."""
    merged: dict[tuple[object, ...], list[LandUseRow]] = defaultdict(list)
    for table in tables:
        for row in table.rows:
            merged[
                row.three_class == "未覆盖",
                row.owner_code,
                row.owner_unit,
                row.ownership,
                ORDER.index(row.three_class),
                row.code,
            ].append(row)
    rows = tuple(_added(merged[key]) for key in sorted(merged, key=lambda key: tuple(map(str, key))))
    return LandUseTable(None, rows, total)


def _added(rows: Sequence[LandUseRow]) -> LandUseRow:
    return replace(
        rows[0],
        area_m2=math.fsum(row.area_m2 for row in rows),
        area_ellipsoid_m2=math.fsum(row.area_ellipsoid_m2 for row in rows),
        area_ha=sum((row.area_ha for row in rows), Decimal("0.0000")),
    )
