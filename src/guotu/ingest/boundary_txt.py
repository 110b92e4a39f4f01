"""Boundary-point TXT (界址点坐标文件) in its six dialects: read anything producers write, write what the rules say.

The format is told in docs/formats/boundary-txt.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

import numpy as np

from guotu.errors import GuotuError, Place
from guotu.errors.files import TXT_LINE, TXT_RING
from guotu.ingest import boundary_txt_crs as crs_rules
from guotu.ingest import boundary_txt_lines as lines
from guotu.ingest import boundary_txt_rings as geometry
from guotu.ingest import datum
from guotu.ingest.boundary_txt_crs import Columns, Declared
from guotu.ingest.boundary_txt_lines import RawParcel
from guotu.ingest.boundary_txt_rings import DEGREES, METRES, Scale, TxtPoint, TxtRing
from guotu.kernel.coords import looks_packed, transform_xy
from guotu.kernel.datum_table import DatumTable
from guotu.kernel.local_grid import FIRST_CODE, LocalGrid
from guotu.model.arrays import Float64Array
from guotu.model.datum import Crs, Datum, GaussKruger

__all__ = ["BoundaryFile", "BoundaryParcel", "Dialect", "TxtPoint", "TxtRing", "read"]

_HA, _PART_TOO_MUCH = 10_000.0, 0.1
_NOTHING = DatumTable()
_SHAPES_REFUSED = {"点": "a point", "线": "a line"}


class Dialect(StrEnum):
    """Who writes the file for what (`land-supply` looks exactly like `land-approval`)."""

    APPROVAL = "land-approval"
    SUPPLY = "land-supply"
    LINKAGE = "linkage"
    ONE_MAP = "one-map"
    ENFORCEMENT = "enforcement"
    CONSOLIDATION = "land-consolidation"


@dataclass(frozen=True, slots=True)
class BoundaryParcel:
    """One parcel; `polygon` (valid, shells counter-clockwise) and ring points are (x, y) in `crs`.

    `declared_ha` is in hectares whatever unit the file used; `extra` holds the tokens that only some dialects have, by name.
    """

    name: str
    number: str
    use: str
    declared_ha: Decimal | None
    rings: tuple[TxtRing, ...]
    polygon: Any
    crs: Crs
    sheet: str = ""
    land_class: str = ""
    extra: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class BoundaryFile:
    """All parcels of a file. `crs` is the one that holds most area; `warnings` are (zh, en) pairs."""

    header: Mapping[str, str]
    project: Mapping[str, str]
    parcels: tuple[BoundaryParcel, ...]
    crs: Crs
    evidence_zh: str
    evidence_en: str
    warnings: tuple[tuple[str, str], ...]
    dialect: Dialect
    encoding: str


_COMMON = ("count", "area", "number", "name", "shape", "sheet", "use", "land_class")
_LINKAGE = ("count", "area", "", "name", "", "", "", "land_class")
_ONE_MAP = ("number", "name", "shape", "")
_ENFORCEMENT = ("count", "name", "shape", "use")
_CONSOLIDATION = (*_COMMON, "图斑类型", "地类", "改造前质量等别", "改造后质量等别", "备注")
FIELDS: dict[Dialect, tuple[str, ...]] = {
    Dialect.APPROVAL: _COMMON,
    Dialect.SUPPLY: _COMMON,
    Dialect.LINKAGE: _LINKAGE,
    Dialect.ONE_MAP: _ONE_MAP,
    Dialect.ENFORCEMENT: _ENFORCEMENT,
    Dialect.CONSOLIDATION: _CONSOLIDATION,
}
"""What each token of a parcel line is, in order, without the '@'."""

HEADER_KEYS = (
    "格式版本号", "数据产生单位", "数据产生日期", "坐标系", "几度分带", "投影类型", "计量单位", "带号", "精度", "转换参数",
)  # fmt: skip


def read(
    data: bytes, *, name: str = "TXT", crs_epsg: int | None = None, table: DatumTable = _NOTHING
) -> BoundaryFile:
    """Every parcel of a boundary TXT, on CGCS2000 where `table` knows the way.

    Needs    `crs_epsg` only where eastings carry no zone and the header names none, or the code of a local grid of `table`
    Raises   GT-1120/1124…1127/1130/1131 text, lines, rings, header; GT-1203 old datum; GT-1221/1222 no or contradicting zone;
             GT-1224 offset coordinates
    """
    raw = lines.parse(data, name)
    warnings: list[tuple[str, str]] = []
    grid = _grid(raw.header, crs_epsg, table, name)
    claim = crs_rules.declared({} if grid else raw.header, name)
    for number, parcel in enumerate(raw.parcels, start=1):
        parcel.points = geometry.drop_bogus_closings(parcel.points, warnings, str(number))
        if not parcel.points:
            raise TXT_RING(
                place=Place(file=name, row=parcel.line),
                parcel=number,
                ring=1,
                reason_zh="没有点",
                reason_en="no points",
            )
    columns = Columns(False, False, False) if grid else _columns(raw.parcels, claim, warnings, name)
    dialect = _dialect(raw.parcels, columns.degrees)
    reading = _Reading(name, claim, columns, dialect, crs_epsg, warnings, table, grid)
    parcels, evidence = [], {}
    for number, parcel in enumerate(raw.parcels, start=1):
        built, found = _parcel(parcel, number, reading)
        parcels.append(built)
        evidence[built.crs] = found
    crs = _main_crs(parcels, warnings)
    return BoundaryFile(
        raw.header, raw.project, tuple(parcels), crs, *evidence[crs], tuple(warnings), dialect, raw.encoding
    )


def _columns(
    parcels: list[RawParcel], claim: Declared, warnings: list[tuple[str, str]], name: str
) -> Columns:
    first = np.array([point.first for parcel in parcels for point in parcel.points])
    second = np.array([point.second for parcel in parcels for point in parcel.points])
    columns = crs_rules.columns_of(first, second, claim, warnings, name)
    values = np.concatenate([first, second])
    if not columns.degrees or columns.packed or not crs_rules.could_be_packed(values):
        return columns
    packed = Columns(True, columns.x_first, True)
    if _fits_declared(parcels, packed) and not _fits_declared(parcels, columns):
        warnings.append(
            (
                "坐标是 度.分秒（ddd.mmss），已换算为十进制度",
                "coordinates are ddd.mmss; turned into decimal degrees",
            )
        )
        return packed
    if looks_packed(values) and not _fits_declared(parcels, columns):
        warnings.append(
            (
                "坐标可能是 度.分秒（ddd.mmss），文件未说明，按十进制度读取",
                "coordinates might be ddd.mmss; unstated, read as decimal degrees",
            )
        )
    return columns


def _fits_declared(parcels: list[RawParcel], columns: Columns) -> bool:
    """Whether the first parcel's declared area is near its computed one (rough: rings are added up)."""
    parcel = parcels[0]
    declared = lines.number(parcel.tokens[1]) if len(parcel.tokens) >= 8 else None
    outer = [point for point in parcel.points if point.ring == parcel.points[0].ring]
    xy = columns.xy(np.array([p.first for p in outer]), np.array([p.second for p in outer]))
    computed = rough_area(xy, degrees=True)
    return bool(declared) and any(0.5 < computed / (declared * unit) < 2 for unit in (1.0, _HA) if declared)


def rough_area(xy: Float64Array, *, degrees: bool) -> float:
    """Unsigned area of a ring in m², degrees scaled by the latitude's cosine; within a per cent."""
    x, y = xy[:, 0], xy[:, 1]
    if degrees:
        x, y = (x - x[0]) * 111_320.0 * np.cos(np.radians(y.mean())), (y - y[0]) * 110_900.0
    x, y = x - x[0], y - y[0]
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def _dialect(parcels: list[RawParcel], degrees: bool) -> Dialect:
    if parcels[0].linkage:
        return Dialect.LINKAGE
    longest = max(len(parcel.tokens) for parcel in parcels)
    if longest > 8:
        return Dialect.CONSOLIDATION
    if longest > 4:
        return Dialect.APPROVAL
    return Dialect.ENFORCEMENT if degrees else Dialect.ONE_MAP


@dataclass(frozen=True, slots=True)
class _Reading:
    """What all parcels of one file share."""

    name: str
    claim: Declared
    columns: Columns
    dialect: Dialect
    crs_epsg: int | None
    warnings: list[tuple[str, str]]
    table: DatumTable
    grid: LocalGrid | None

    def crs(self, x: Float64Array) -> tuple[Crs, str, str]:
        known = self.table.datums
        if self.columns.degrees:
            return crs_rules.geographic(self.claim, self.name, known)
        return crs_rules.crs_of(x, self.claim, self.crs_epsg, self.name, known)

    def placed(self, xy: Float64Array, place: Place) -> tuple[Float64Array, Crs, tuple[str, str]]:
        """Coordinates (n, 2) as they are kept, their system, the evidence; raises GT-1209, GT-1227 outside the parameters."""
        try:
            if self.grid is not None:
                return self.grid.to_target(xy), self.grid.target, datum.by_grid(self.grid, self.crs_epsg)
            crs, zh, en = self.crs(xy[:, 0])
            if crs.datum is Datum.CGCS2000 or crs.datum not in self.table.datums:
                return xy, crs, (zh, en)
            shift, target = self.table.shift(crs, xy), datum.on_cgcs2000(crs)
            told = datum.moved_by(shift)
            if told not in self.warnings:
                self.warnings.append(told)
            return (
                transform_xy(xy, crs, target, shift=shift),
                target,
                (f"{zh}；{told[0]}", f"{en}; {told[1]}"),
            )
        except GuotuError as problem:
            if problem.place.coordinate is None or problem.place.file is not None:
                raise
            here = replace(place, coordinate=problem.place.coordinate)
            raise GuotuError(problem.kind, place=here, facts=problem.facts) from None


def _parcel(raw: RawParcel, number: int, reading: _Reading) -> tuple[BoundaryParcel, tuple[str, str]]:
    fields = FIELDS[reading.dialect]
    told = {key: token for key, token in zip(fields, raw.tokens, strict=False) if key}
    _refuse_shape(told.get("shape", ""), raw, reading.name)
    title = told.get("number") or told.get("name") or str(number)
    place = Place(file=reading.name, row=raw.line, key=title)
    columns = reading.columns
    xy = columns.xy(np.array([p.first for p in raw.points]), np.array([p.second for p in raw.points]))
    xy, crs, evidence = reading.placed(xy, place)
    scale: Scale = DEGREES if columns.degrees else METRES
    rings = geometry.rings_of(raw.points, xy, scale, title, place, reading.warnings)
    polygon = geometry.assemble(rings, title, place)
    area = _area(polygon, columns.degrees)
    parcel = BoundaryParcel(
        name=told.get("name", ""),
        number=told.get("number", ""),
        use=told.get("use", ""),
        declared_ha=_declared_ha(told.get("area", ""), area, title, raw, reading),
        rings=rings,
        polygon=polygon,
        crs=crs,
        sheet=told.get("sheet", ""),
        land_class=told.get("land_class", ""),
        extra={key: value for key, value in told.items() if key not in _COMMON},
    )
    _check_count(told.get("count", ""), rings, title, reading.warnings)
    return parcel, evidence


def _grid(header: Mapping[str, str], asked: int | None, table: DatumTable, name: str) -> LocalGrid | None:
    """The local grid that was asked for or that the header names; raises GT-1226."""
    if asked is not None and asked >= FIRST_CODE:
        return datum.grid_of(asked, Place(file=name), table)
    return table.named(header["坐标系"]) if header.get("坐标系") else None


def _refuse_shape(shape: str, raw: RawParcel, name: str) -> None:
    if shape in _SHAPES_REFUSED:
        raise TXT_LINE(
            place=Place(file=name, row=raw.line),
            line=raw.line,
            reason_zh=f"图形属性是“{shape}”，这里只接受面",
            reason_en=f"the shape is {_SHAPES_REFUSED[shape]}; only polygons are accepted",
        )


def _area(polygon: Any, degrees: bool) -> float:
    if not degrees:
        return float(polygon.area)
    parts = getattr(polygon, "geoms", [polygon])
    shells = sum(rough_area(np.asarray(part.exterior.coords)[:-1], degrees=True) for part in parts)
    holes = sum(
        rough_area(np.asarray(hole.coords)[:-1], degrees=True) for part in parts for hole in part.interiors
    )
    return shells - holes


def _declared_ha(text: str, area: float, title: str, raw: RawParcel, reading: _Reading) -> Decimal | None:
    """In hectares; a file that wrote square metres shows a ratio of ten thousand."""
    if not text:
        return None
    if lines.number(text) is None:
        raise TXT_LINE(
            place=Place(file=reading.name, row=raw.line),
            line=raw.line,
            reason_zh=f"面积“{text[:20]}”不是数",
            reason_en=f"the area {text[:20]!r} is no number",
        )
    value = Decimal(re.sub(r"\s", "", text))
    if value <= 0:
        return None
    ratio = float(value) / area * _HA
    if abs(ratio / _HA - 1) < _PART_TOO_MUCH:
        reading.warnings.append(
            (
                f"地块 {title} 的面积以平方米填写，已换算为公顷",
                f"parcel {title}: its area is in square metres; turned into hectares",
            )
        )
        return value / 10_000
    return value


def _check_count(text: str, rings: tuple[TxtRing, ...], title: str, warnings: list[tuple[str, str]]) -> None:
    """Producers count with or without closing points: advisory only."""
    value = lines.number(text) if text else None
    points = sum(len(ring.points) for ring in rings)
    if value is not None and value not in (points, points + len(rings), points + 1):
        warnings.append(
            (
                f"地块 {title} 声明 {int(value)} 个界址点，实有 {points} 个",
                f"parcel {title}: {int(value)} points declared, {points} found",
            )
        )


def _main_crs(parcels: list[BoundaryParcel], warnings: list[tuple[str, str]]) -> Crs:
    """The system with most area; plane areas of different zones are comparable."""
    areas: dict[Crs, float] = {}
    for parcel in parcels:
        areas[parcel.crs] = areas.get(parcel.crs, 0.0) + parcel.polygon.area
    crs = max(areas, key=lambda each: areas[each])
    if len(areas) > 1 and isinstance(crs, GaussKruger):
        listed = "、".join(str(each.zone) for each in areas if isinstance(each, GaussKruger))
        warnings.append(
            (
                f"地块分属 {listed} 带，按面积最大的 {crs.zone} 带量算",
                f"parcels lie in zones {listed}; measured in zone {crs.zone}, which holds most area",
            )
        )
    return crs
