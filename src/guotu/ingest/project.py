"""Any boundary file of a construction project — TXT, shapefile, GeoPackage, GeoJSON — as parcels in degrees and in one plane."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from guotu.errors import GuotuError, Place
from guotu.errors.files import GEOMETRY_KIND, LAYER_AMBIGUOUS, LAYER_EMPTY
from guotu.ingest import project_geometry as geometry
from guotu.ingest.boundary_txt import BoundaryFile
from guotu.ingest.boundary_txt_write import parcel_of
from guotu.ingest.source import ReadLimits, Source, SourceLayer, open_source
from guotu.kernel.coords import transform
from guotu.model.datum import CGCS2000, Crs, GaussKruger
from guotu.model.project import BoundaryPoint, ProjectBoundary, ProjectParcel
from guotu.model.schema import GeometryKind

__all__ = ["from_geojson", "read_project"]

Texts = tuple[str, str]

_NUMBER = ("DKBH", "地块编号", "编号", "ZDDM", "NUMBER", "BSM")
_NAME = ("DKMC", "地块名称", "名称", "XMMC", "项目名称", "NAME")
_USE = ("DKYT", "地块用途", "用途", "YT", "USE")
_AREA = ("DKMJ", "地块面积", "面积", "MJ", "AREA")
_TOLERANCE_HA = 0.0001
_WARNINGS_SHOWN = 10
_KINDS = {
    GeometryKind.POINT: ("点", "points"),
    GeometryKind.LINE: ("线", "lines"),
    GeometryKind.NONE: ("没有图形的表", "a table without geometry"),
}


@dataclass(frozen=True, slots=True)
class _Draft:
    """A parcel as its file has it; `points` are (label, ring, x, y) in `crs`, None where the file numbers no points."""

    number: str
    name: str
    use: str
    polygon: Any
    crs: Crs
    declared_ha: Decimal | None = None
    points: tuple[tuple[str, int, float, float], ...] | None = None


def read_project(
    path: Path,
    *,
    work: Path,
    crs_epsg: int | None = None,
    name: str | None = None,
    layer: str | None = None,
    limits: ReadLimits = ReadLimits(),  # noqa: B008 frozen
) -> ProjectBoundary:
    """A project's boundary from any file that can hold one.

    The plane is the file's own zone; a file in degrees is measured in the 3-degree zone that holds most of its area.
    Needs    `crs_epsg` only where the file does not tell; `layer` only where it has several polygon layers
    Raises   GT-11xx the file, its text, rings or geometry; GT-12xx its coordinate system
    """
    with open_source(path, work=work, layer=layer, crs_epsg=crs_epsg, limits=limits) as source:
        if source.boundaries:
            if len(source.boundaries) > 1:
                raise _ambiguous(source)
            found = _from_txt(source.boundaries[0])
        else:
            found = _from_layer(_polygon_layer(source), path.name)
    drafts, crs, evidence, warnings, title = found
    title = name or title or path.name.split(".")[0]
    return _assembled(drafts, crs, evidence, warnings, name=title, source_hash=digest(path))


def from_geojson(data: bytes, *, name: str) -> ProjectBoundary:
    """A boundary drawn on the map: a GeoJSON Polygon or MultiPolygon (or a Feature of one) in degrees on CGCS2000.

    Raises   GT-1115 no such geometry, GT-1130 crossing rings, GT-1201 outside the zones of China
    """
    polygon = geometry.sound(geometry.from_geojson(data, name), "1", name)
    evidence = ("在地图上绘制：CGCS2000 经纬度", "drawn on the map: longitude and latitude on CGCS2000")
    draft = _Draft("1", name, "", polygon, CGCS2000)
    return _assembled(
        [draft], CGCS2000, evidence, [], name=name, source_hash=hashlib.sha256(data).hexdigest()
    )


def digest(path: Path) -> str:
    """Hex SHA-256 of a file, or of a folder's files in order of their names."""
    whole = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            with file.open("rb") as opened:
                while chunk := opened.read(1 << 20):
                    whole.update(chunk)
    return whole.hexdigest()


_Found = tuple[list[_Draft], Crs, Texts, list[Texts], str]


def _from_txt(text: BoundaryFile) -> _Found:
    drafts = [
        _Draft(
            parcel.number,
            parcel.name,
            parcel.use,
            parcel.polygon,
            parcel.crs,
            parcel.declared_ha,
            tuple(
                (point.label, ring.number, point.x, point.y) for ring in parcel.rings for point in ring.points
            ),
        )
        for parcel in text.parcels
    ]
    title = text.project.get("项目名称", "") or (drafts[0].name if len(drafts) == 1 else "")
    return drafts, text.crs, (text.evidence_zh, text.evidence_en), list(text.warnings), title


def _polygon_layer(source: Source) -> SourceLayer:
    """The only layer, or the only one with polygons."""
    if len(source.layers) == 1:
        found = [source.layer()]
    else:
        found = [each for each in map(source.layer, source.layers) if each.geometry is GeometryKind.POLYGON]
        if len(found) != 1:
            raise _ambiguous(source)
    layer = found[0]
    if layer.feature_count == 0:
        raise LAYER_EMPTY(place=Place(file=source.path.name, layer=layer.name), layer=layer.name)
    if layer.geometry is not GeometryKind.POLYGON:
        zh, en = _KINDS[layer.geometry]
        place = Place(file=source.path.name, layer=layer.name)
        raise GEOMETRY_KIND(place=place, name=source.path.name, found_zh=zh, found_en=en)
    return layer


def _ambiguous(source: Source) -> GuotuError:
    name = source.path.name
    return LAYER_AMBIGUOUS(place=Place(file=name), name=name, layers="、".join(source.layers))


def _from_layer(layer: SourceLayer, file: str) -> _Found:
    warnings = list(layer.warnings)
    drafts = [draft for batch in layer.batches() for draft in _drafts(batch, layer, file, warnings)]
    if not drafts:
        raise LAYER_EMPTY(place=Place(file=file, layer=layer.name), layer=layer.name)
    title = drafts[0].name if len(drafts) == 1 else ""
    return drafts, layer.crs, (layer.crs_evidence.zh, layer.crs_evidence.en), warnings, title


def _drafts(batch: pa.RecordBatch, layer: SourceLayer, file: str, warnings: list[Texts]) -> Iterator[_Draft]:
    raw = batch.column(batch.num_columns - 1).to_pylist()
    for index, (wkb, row) in enumerate(
        zip(raw, batch.drop_columns(["geometry"]).to_pylist(), strict=True), start=1
    ):
        number = _text(row, _NUMBER) or str(index)
        if wkb is None:
            warnings.append(
                (f"第 {index} 行没有图形，已略过", f"row {index} has no geometry and is left out")
            )
            continue
        polygon = geometry.sound(geometry.from_wkb(wkb, number, file), number, file)
        yield _Draft(
            number,
            _text(row, _NAME),
            _text(row, _USE),
            polygon,
            layer.crs,
            _hectares(row, polygon, layer.crs),
        )


def _text(row: Mapping[str, Any], aliases: tuple[str, ...]) -> str:
    """The first alias present; names are compared without case."""
    folded = {key.upper(): value for key, value in row.items()}
    value = next((folded[alias] for alias in aliases if folded.get(alias) not in (None, "")), "")
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _hectares(row: Mapping[str, Any], polygon: Any, crs: Crs) -> Decimal | None:
    """A declared area counts where it is near the polygon's, in hectares or in square metres."""
    try:
        declared = Decimal(_text(row, _AREA))
    except InvalidOperation:
        return None
    area = geometry.rough_area(polygon, crs)
    for unit in (1, 10_000):
        if declared > 0 and 0.9 < float(declared) * 10_000 / unit / area < 1.1:
            return declared / unit
    return None


def _assembled(
    drafts: list[_Draft], crs: Crs, evidence: Texts, warnings: list[Texts], *, name: str, source_hash: str
) -> ProjectBoundary:
    lonlat = [_one(draft.polygon, draft.crs) for draft in drafts]
    zone, why = geometry.zone_for(crs, lonlat)
    parcels = tuple(_parcel(draft, degrees, zone) for draft, degrees in zip(drafts, lonlat, strict=True))
    found = [
        *warnings,
        *_area_warnings(parcels),
        *geometry.overlaps([parcel.polygon_plane for parcel in parcels]),
    ]
    found += geometry.straddles(lonlat, zone)
    return ProjectBoundary(
        name=name,
        zone=zone,
        parcels=parcels,
        evidence_zh=evidence[0] + why[0],
        evidence_en=evidence[1] + why[1],
        warnings=_shortened(found),
        source_hash=source_hash,
    )


def _one(polygon: Any, crs: Crs) -> Any:
    """In degrees on CGCS2000, oriented."""
    moved = transform(np.array([polygon], dtype=object), crs, CGCS2000)[0]
    return shapely.orient_polygons(moved)


def _parcel(draft: _Draft, degrees: Any, zone: GaussKruger) -> ProjectParcel:
    to_plane: Callable[..., Any] = geometry.to_plane(draft.crs, zone)
    plane = shapely.orient_polygons(shapely.transform(draft.polygon, to_plane))
    if draft.points is None:
        rings = parcel_of(plane, zone).rings
        labelled = [(point.label, ring.number, point.x, point.y) for ring in rings for point in ring.points]
    else:
        xy = to_plane(np.array([point[2:] for point in draft.points], dtype=np.float64))
        labelled = [
            (label, ring, x, y) for (label, ring, _, _), (x, y) in zip(draft.points, xy.tolist(), strict=True)
        ]
    points = tuple(BoundaryPoint(*each) for each in labelled)
    return ProjectParcel(draft.number, draft.name, draft.use, degrees, plane, points, draft.declared_ha)


def _area_warnings(parcels: tuple[ProjectParcel, ...]) -> Iterator[Texts]:
    for parcel in parcels:
        computed = parcel.polygon_plane.area / 10_000
        declared = parcel.declared_ha
        if declared is not None and abs(float(declared) - computed) > _TOLERANCE_HA:
            yield (
                f"地块 {parcel.number or parcel.name} 声明 {declared:.4f} 公顷，按坐标计算 {computed:.4f} 公顷",
                f"parcel {parcel.number or parcel.name}: {declared:.4f} ha declared, {computed:.4f} ha computed",
            )


def _shortened(warnings: list[Texts]) -> tuple[Texts, ...]:
    left = len(warnings) - _WARNINGS_SHOWN
    if left <= 0:
        return tuple(warnings)
    return (*warnings[:_WARNINGS_SHOWN], (f"另有 {left} 条提示", f"and {left} more"))
