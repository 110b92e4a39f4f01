"""The one declaration of what is written: formats, what each can carry and how exactly. Pages and tests read it too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from guotu.delivery.outgoing import Writer
from guotu.errors.export import CRS_NOT_CARRIED, FORMAT_NOT_TOLD, LAYER_NOT_CARRIED
from guotu.errors.general import FORMAT_NOT_WRITTEN
from guotu.model.datum import Crs, Geographic
from guotu.model.schema import GeometryKind, LayerSchema

_SPATIAL = frozenset({GeometryKind.POINT, GeometryKind.LINE, GeometryKind.POLYGON})
_ALL = _SPATIAL | {GeometryKind.NONE}
_POLYGONS = frozenset({GeometryKind.POLYGON})


@dataclass(frozen=True, slots=True)
class Format:
    """A format of the trade.

    `carries` kinds of layers; `degrees`, `plane` which coordinates; `resolution` (degrees, metres) of what is read back, 0 exact;
    `several` files or a folder make one (they travel as a zip); `attributes`: every value comes back as it was.
    """

    id: str
    suffix: str
    name: str
    media_type: str
    writer: str
    zh: str
    en: str
    carries: frozenset[GeometryKind] = _ALL
    degrees: bool = True
    plane: bool = True
    resolution: tuple[float, float] = (0.0, 0.0)
    several: bool = False
    attributes: bool = True

    @property
    def write(self) -> Writer:
        """The writer, loaded when first asked for."""
        module, _, name = self.writer.partition(":")
        found: Writer = getattr(import_module(f"guotu.delivery.{module}"), name)
        return found

    def check_layer(self, schema: LayerSchema, geometry: GeometryKind) -> None:
        """Raises GT-6008 for a kind of layer that the format does not hold."""
        if geometry in self.carries:
            return
        zh = "它没有图形" if geometry is GeometryKind.NONE else "它不是面图层"
        en = "it has no geometry" if geometry is GeometryKind.NONE else "it does not hold polygons"
        others = ", ".join(each.id for each in FORMATS.values() if geometry in each.carries)
        raise LAYER_NOT_CARRIED(
            format=self.name, layer=schema.code, reason_zh=zh, reason_en=en, others=others
        )

    def check_crs(self, crs: Crs | None) -> None:
        """Raises GT-6012 for coordinates that the format does not hold; None stands for a zone yet to be found."""
        fits = self.degrees if isinstance(crs, Geographic) else self.plane
        if not fits:
            zh, en = ("经纬度", "degrees") if self.degrees else ("高斯-克吕格投影带", "a Gauss-Krüger zone")
            named = "auto" if crs is None else f"EPSG:{crs.epsg}"
            raise CRS_NOT_CARRIED(format=self.name, crs=named, carried_zh=zh, carried_en=en)

    def tolerance(self, crs: Crs) -> float:
        """How far a coordinate read back may be from the one written, in the unit of `crs`."""
        return self.resolution[0 if isinstance(crs, Geographic) else 1]


_DECLARED = (
    Format(
        "shp", ".shp", "Shapefile", "application/zip", "shapefile:write_shapefile",
        "UTF-8，有 .cpg；字段宽度、小数按标准，装不下的字段加宽并注明；文字超过 254 字节、文件超过 2 GB 拒写；总是打包为 zip",
        "UTF-8 with .cpg; widths and decimals by the standard, wider where a value needs it (told); texts over 254 bytes and "
        "files over 2 GB are refused; always a zip",
        several=True,
    ),
    Format(
        "fgdb", ".gdb", "FileGDB", "application/zip", "ogr:write_fgdb",
        "字段别名、代码域；格网 10⁻¹⁰ 度或 0.1 毫米；日期为当日零时（ArcGIS 10 没有单纯的日期）",
        "aliases and coded domains; a grid of 10⁻¹⁰ degrees or 0.1 mm; dates are midnights, as ArcGIS 10 has no plain ones",
        resolution=(1e-10, 1e-4), several=True,
    ),
    Format(
        "gpkg", ".gpkg", "GeoPackage", "application/geopackage+sqlite3", "ogr:write_gpkg",
        "空间索引；字段中文名与代码表用 schema 扩展；不用 WAL，单个文件",
        "spatial index; Chinese names and code lists by the schema extension; no WAL, one file",
    ),
    Format(
        "geojson", ".geojson", "GeoJSON", "application/geo+json", "geojson:write_geojson",
        "RFC 7946，逐个要素写出；只用经纬度（CGCS2000 与 WGS 84 在此精度以内视为同一）",
        "RFC 7946, feature by feature; degrees only (CGCS2000 passes for WGS 84, which the format means)",
        plane=False,
    ),
    Format(
        "geojsons", ".geojsons", "GeoJSONSeq", "application/geo+json-seq", "geojson:write_geojsons",
        "RFC 8142，每个要素一行，行首为记录分隔符",
        "RFC 8142, one feature a line behind a record separator",
        plane=False,
    ),
    Format(
        "gml", ".gml", "GML 3.2", "application/zip", "ogr:write_gml",
        "随附 .xsd；坐标轴依 EPSG 顺序（纬度、北坐标在前）",
        "with its .xsd; axes in EPSG's order (latitude, northing first)",
        resolution=(1e-12, 1e-7), several=True,
    ),
    Format(
        "kml", ".kml", "KML", "application/vnd.google-earth.kml+xml", "kml:write_kml",
        "属性为带中文名的 ExtendedData，配色与平台一致；只用经纬度",
        "attributes as ExtendedData with Chinese names, painted as on the platform; degrees only",
        carries=_SPATIAL, plane=False, resolution=(1e-10, 0.0),
    ),
    Format(
        "kmz", ".kmz", "KMZ", "application/vnd.google-earth.kmz", "kml:write_kmz",
        "打包的 KML", "KML, packed",
        carries=_SPATIAL, plane=False, resolution=(1e-10, 0.0),
    ),
    Format(
        "csv", ".csv", "CSV", "text/csv", "sheets:write_csv",
        "UTF-8（有 BOM），图形为 WKT：10⁻¹⁰ 度或 0.1 毫米",
        "UTF-8 with a byte-order mark, geometry as WKT: 10⁻¹⁰ degrees or 0.1 mm",
        resolution=(1e-10, 1e-4),
    ),
    Format(
        "xlsx", ".xlsx", "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "sheets:write_xlsx",
        "文字仍为文字，日期为日期；WKT 超过 32767 字符、超过 1048575 行拒写（可用 --no-geometry）",
        "texts stay texts, dates are dates; refused beyond 1,048,575 rows or where a WKT passes 32,767 characters (--no-geometry)",
        resolution=(1e-10, 1e-4),
    ),
    Format(
        "dxf", ".dxf", "DXF", "image/vnd.dxf", "dxf:write_dxf",
        "R2007；闭合 LWPOLYLINE，每类一层，洞在 …_HOLE 层；扩展数据 SOUTH（CASS 编码）与 GUOTU（全部属性）；只用投影坐标，0.1 毫米",
        "R2007; closed LWPOLYLINEs, a layer a class, holes on layers …_HOLE; extended data SOUTH (code of CASS) and GUOTU (every "
        "attribute); plane coordinates only, 0.1 mm",
        carries=_SPATIAL, degrees=False, resolution=(0.0, 1e-4), attributes=False,
    ),
    Format(
        "vct", ".vct", "VCT 3.0", "application/octet-stream", "vct:write_layer",
        "GB/T 17798；间接坐标面，0.1 毫米或 10⁻¹⁰ 度；文字里的逗号写成全角",
        "GB/T 17798; indirect polygons, 0.1 mm or 10⁻¹⁰ degrees; commas in texts become full-width",
        resolution=(1e-10, 1e-4),
    ),
    Format(
        "txt", ".txt", "界址点 TXT", "text/plain", "boundary_txt:write_txt",
        "报批格式（投影，1 毫米）或执法格式（经纬度，10⁻⁹ 度）；每个要素一个地块，只带编号、名称、用途、地类、图幅",
        "the dialect of approvals (plane, 1 mm) or of enforcement (10⁻⁹ degrees); one parcel a feature with number, name, use, "
        "land class and map sheet only",
        carries=_POLYGONS, resolution=(1e-9, 1e-3), attributes=False,
    ),
    Format(
        "parquet", ".parquet", "GeoParquet 1.1", "application/vnd.apache.parquet", "geoparquet:write_parquet",
        "WKB，每行外接框，PROJJSON；可按 Hilbert 曲线排序（--hilbert）",
        "WKB, a box beside every row, PROJJSON; Hilbert order on request (--hilbert)",
    ),
    Format(
        "fgb", ".fgb", "FlatGeobuf", "application/flatgeobuf", "ogr:write_fgb",
        "带 Hilbert R 树索引；没有图形的要素不能写", "indexed by a packed Hilbert R-tree; every feature needs a geometry",
        carries=_SPATIAL,
    ),
)  # fmt: skip

FORMATS: Final[Mapping[str, Format]] = {each.id: each for each in _DECLARED}
_SUFFIXES = {each.suffix: each.id for each in _DECLARED} | {
    ".json": "geojson", ".geojsonl": "geojsons", ".geoparquet": "parquet", ".zip": "shp",
}  # fmt: skip


def format_of(id: str) -> Format:
    """A format by its id; raises GT-6001."""
    if id not in FORMATS:
        raise FORMAT_NOT_WRITTEN(format=id, known=", ".join(FORMATS))
    return FORMATS[id]


def format_by_name(name: str) -> Format:
    """The format a file's name tells: its suffix, under `.zip` the one before it, a bare `.zip` a shapefile. Raises GT-6015."""
    lower = name.lower()
    inner = lower.removesuffix(".zip")
    for suffix, id in _SUFFIXES.items():
        if inner.endswith(suffix) or (inner == lower and lower.endswith(suffix)):
            return FORMATS[id]
    if lower.endswith(".zip"):
        return FORMATS["shp"]
    raise FORMAT_NOT_TOLD(name=name, known=", ".join(FORMATS))
