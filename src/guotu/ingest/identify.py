"""What a file is, told by its first bytes; what it is called only has to agree."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from guotu.errors import Place
from guotu.errors.files import (
    ARCHIVE_ENCRYPTED,
    FILE_EMPTY,
    FILE_NOT_FOUND,
    FORMAT_DISGUISED,
    FORMAT_NOT_READ,
    FORMAT_UNKNOWN,
    REFERENCE_REFUSED,
)
from guotu.ingest.archive import ArchiveLimits, check_directory

_HEAD = 1 << 16
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
"""How a workbook with a password looks from outside."""
_VECTOR_ZH, _VECTOR_EN = " GeoPackage、FileGDB 或 Shapefile", "GeoPackage, FileGDB or Shapefile"


class Fate(Enum):
    """What becomes of a format."""

    READ = "read"
    LATER = "later"
    REFERENCE = "reference"
    UNPACK = "unpack"


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, its fate, the suffixes it goes by, and what to convert it to."""

    name: str
    fate: Fate
    suffixes: frozenset[str]
    target_zh: str = _VECTOR_ZH
    target_en: str = _VECTOR_EN


def _later(name: str, suffixes: str, zh: str = _VECTOR_ZH, en: str = _VECTOR_EN) -> Format:
    return Format(name, Fate.LATER, frozenset(suffixes.split()), zh, en)


SHAPEFILE = Format("Shapefile", Fate.READ, frozenset({".shp"}))
GEOPACKAGE = Format("GeoPackage", Fate.READ, frozenset({".gpkg"}))
FILEGDB = Format("FileGDB", Fate.READ, frozenset({".gdb"}))
GEOJSON = Format("GeoJSON", Fate.READ, frozenset({".geojson", ".json"}))
BOUNDARY_TXT = Format("界址点 TXT", Fate.READ, frozenset({".txt"}))
CSV = Format("CSV", Fate.READ, frozenset({".csv", ".tsv"}))
XLSX = Format("XLSX", Fate.READ, frozenset({".xlsx", ".xlsm"}))
KML = Format("KML", Fate.READ, frozenset({".kml"}))
KMZ = Format("KMZ", Fate.UNPACK, frozenset({".kmz"}))
GML = Format("GML", Fate.READ, frozenset({".gml"}))
FLATGEOBUF = Format("FlatGeobuf", Fate.READ, frozenset({".fgb"}))
VCT = Format("VCT", Fate.READ, frozenset({".vct"}))
DXF = Format("DXF", Fate.READ, frozenset({".dxf"}))
MDB = Format("MDB", Fate.READ, frozenset({".mdb"}))
ACCDB = Format("ACCDB", Fate.READ, frozenset({".accdb"}))
PARQUET = Format("Parquet", Fate.READ, frozenset({".parquet", ".geoparquet"}))
ZIP = Format("ZIP", Fate.UNPACK, frozenset({".zip"}))
READABLE = (
    SHAPEFILE,
    GEOPACKAGE,
    FILEGDB,
    GEOJSON,
    BOUNDARY_TXT,
    CSV,
    XLSX,
    KML,
    GML,
    FLATGEOBUF,
    PARQUET,
    VCT,
    DXF,
    MDB,
    ACCDB,
)

_ZIP_ZH, _ZIP_EN = " ZIP 压缩包", "a zip archive"
_TIFF_ZH, _TIFF_EN = "带坐标系的 GeoTIFF，经栅格入库", "a GeoTIFF with a CRS, taken in as a raster"
_REFERENCE = Fate.REFERENCE
_MAGIC: tuple[tuple[bytes, Format], ...] = (
    (b"PK\x03\x04", ZIP), (b"PK\x05\x06", ZIP),
    (b"\x1f\x8b", _later("gzip", ".gz .tgz", _ZIP_ZH, _ZIP_EN)),
    (b"7z\xbc\xaf\x27\x1c", _later("7-Zip", ".7z", _ZIP_ZH, _ZIP_EN)),
    (b"Rar!", _later("RAR", ".rar", _ZIP_ZH, _ZIP_EN)),
    (b"BZh", _later("bzip2", ".bz2", _ZIP_ZH, _ZIP_EN)),
    (b"\xfd7zXZ", _later("xz", ".xz", _ZIP_ZH, _ZIP_EN)),
    (b"PAR1", PARQUET),
    (b"ARROW1", _later("Arrow", ".arrow .feather")),
    (b"fgb\x03", FLATGEOBUF),
    (b"II*\x00", _later("TIFF", ".tif .tiff", _TIFF_ZH, _TIFF_EN)),
    (b"MM\x00*", _later("TIFF", ".tif .tiff", _TIFF_ZH, _TIFF_EN)),
    (b"II+\x00", _later("BigTIFF", ".tif .tiff", _TIFF_ZH, _TIFF_EN)),
    (b"CDF", _later("NetCDF", ".nc", _TIFF_ZH, _TIFF_EN)),
    (b"\x89HDF", _later("HDF5/NetCDF", ".nc .h5 .hdf", _TIFF_ZH, _TIFF_EN)),
    (b"EHFA_HEADER_TAG", _later("ERDAS IMG", ".img", _TIFF_ZH, _TIFF_EN)),
    (b"\x93NUMPY", _later("NumPy", ".npy", _TIFF_ZH, _TIFF_EN)),
    (b"AutoCAD Binary DXF\r\n", DXF),
    (b"AC10", _later("DWG", ".dwg", " DXF", "DXF")),
    (b"\x00\x01\x00\x00Standard Jet DB", MDB),
    (b"\x00\x01\x00\x00Standard ACE DB", ACCDB),
    (b"HeadBegin", VCT),
    (b"%PDF", _later("PDF", ".pdf")),
    (_OLE, _later("Office 97–2003", ".xls .doc .ppt .msg")),
    (b"\xff\xd8\xff", _later("JPEG", ".jpg .jpeg", _TIFF_ZH, _TIFF_EN)),
    (b"\x89PNG", _later("PNG", ".png", _TIFF_ZH, _TIFF_EN)),
)  # fmt: skip
_SQLITE_OTHER = _later("SQLite", ".sqlite .db .spatialite .mbtiles")
_XML_ROOTS: tuple[tuple[str, Format], ...] = (
    ("OGRVRTDataSource", Format("OGR VRT", _REFERENCE, frozenset({".vrt"}))),
    ("VRTDataset", Format("GDAL VRT", _REFERENCE, frozenset({".vrt"}))),
    ("GDAL_WMS", Format("WMS", _REFERENCE, frozenset({".xml"}))),
    ("GDAL_WMTS", Format("WMTS", _REFERENCE, frozenset({".xml"}))),
    ("GDAL_WCS", Format("WCS", _REFERENCE, frozenset({".xml"}))),
    ("WMS_Capabilities", Format("WMS", _REFERENCE, frozenset({".xml"}))),
    ("WMT_MS_Capabilities", Format("WMS", _REFERENCE, frozenset({".xml"}))),
    ("OGRWFSDataSource", Format("WFS", _REFERENCE, frozenset({".xml"}))),
    ("WFS_Capabilities", Format("WFS", _REFERENCE, frozenset({".xml"}))),
    ("Capabilities", Format("OGC", _REFERENCE, frozenset({".xml"}))),
    ("kml", KML),
    ("gpx", _later("GPX", ".gpx")),
    ("osm", _later("OSM XML", ".osm")),
    ("FeatureCollection", GML),
    ("SpatialDataset", GML),
    ("html", _later("HTML", ".html .htm")),
    ("svg", _later("SVG", ".svg")),
)
_XML = _later("XML/GML", ".xml .gml")
_DBF = _later("DBF", ".dbf")
_TOPOJSON, _ESRIJSON, _OSM_PBF = (
    _later("TopoJSON", ".json"),
    _later("Esri JSON", ".json"),
    _later("OSM PBF", ".pbf"),
)
_OFFICE = _later("Office", ".docx .pptx .odt .ods")
_TAB = _later("MapInfo", ".tab .mif")
_GEOMETRIES = r"Feature|FeatureCollection|Point|MultiPoint|LineString|MultiLineString|Polygon|MultiPolygon|GeometryCollection"


@dataclass(frozen=True, slots=True)
class Identified:
    """A path and the format it holds."""

    path: Path
    format: Format


def identify(path: Path, name: str | None = None) -> Identified:
    """The format of a readable file or folder; `name` is what the user called it.

    Raises   GT-1101 missing, GT-1102 empty, GT-1103 unknown, GT-1104 known but not read, GT-1105 called something else,
             GT-1106 a description that points elsewhere
    """
    name = name or path.name
    if not path.exists():
        raise FILE_NOT_FOUND(place=Place(file=name), name=name)
    if path.is_dir():
        return Identified(path, _folder_format(path, name))
    if path.stat().st_size == 0:
        raise FILE_EMPTY(place=Place(file=name), name=name)
    with path.open("rb") as file:
        head = file.read(_HEAD)
    found = _format(head)
    if found is _OFFICE or (found is ZIP and Path(name).suffix.lower() not in ZIP.suffixes):
        found = XLSX if _is_workbook(path) else found
        found = KMZ if found is ZIP and Path(name).suffix.lower() in KMZ.suffixes else found
    if head.startswith(_OLE) and _ENCRYPTED_PACKAGE in head:
        raise ARCHIVE_ENCRYPTED(place=Place(file=name), name=name)
    if found is None and Path(name).suffix.lower() in CSV.suffixes and _decoded(head) is not None:
        found = CSV
    if found is None:
        raise FORMAT_UNKNOWN(place=Place(file=name), name=name)
    _refuse_disguise(found, Path(name).suffix.lower(), name)
    if found.fate is Fate.REFERENCE:
        raise REFERENCE_REFUSED(place=Place(file=name), name=name, format=found.name)
    if found.fate is Fate.LATER:
        raise FORMAT_NOT_READ(
            place=Place(file=name),
            name=name,
            format=found.name,
            target_zh=found.target_zh,
            target_en=found.target_en,
        )
    return Identified(path, found)


def _is_workbook(path: Path) -> bool:
    """A zip that says it holds a workbook of Office Open XML."""
    check_directory(path, ArchiveLimits())
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        return False


def is_gdb(folder: Path) -> bool:
    """A folder that holds a file geodatabase."""
    return folder.is_dir() and (folder / "a00000001.gdbtable").is_file()


def _folder_format(folder: Path, name: str) -> Format:
    if is_gdb(folder):
        return FILEGDB
    if folder.suffix.lower() == ".gdb":
        raise FORMAT_UNKNOWN(place=Place(file=name), name=name)
    if any(path.suffix.lower() == ".shp" for path in folder.iterdir()):
        return SHAPEFILE
    raise FORMAT_UNKNOWN(place=Place(file=name), name=name)


_CLAIMS = {suffix: known for known in (*READABLE, ZIP, KMZ) for suffix in known.suffixes} | {
    suffix: known
    for _, known in (*_MAGIC, *_XML_ROOTS)
    for suffix in known.suffixes
    if suffix not in (".xml", ".json")
}


def _refuse_disguise(found: Format, suffix: str, name: str) -> None:
    """Free text may carry any name; a binary or XML format may not carry another format's."""
    claimed = _CLAIMS.get(suffix)
    if claimed is None or suffix in found.suffixes or claimed.name == found.name or suffix == ".txt":
        return
    if {claimed, found} <= {BOUNDARY_TXT, CSV} or (suffix in (".gdb",) and found is ZIP):
        return
    if found is _OFFICE or (found is _XML and claimed.name in ("KML", "GML")):
        return
    raise FORMAT_DISGUISED(place=Place(file=name), name=name, claimed=suffix, found=found.name)


def _format(head: bytes) -> Format | None:
    for magic, known in _MAGIC:
        if head.startswith(magic):
            office = known is ZIP and (b"[Content_Types].xml" in head[:4096] or head[30:38] == b"mimetype")
            return _OFFICE if office else known
    if head[:4] == b"\x00\x00\x27\x0a" and head[28:32] == b"\xe8\x03\x00\x00":
        return SHAPEFILE
    if head.startswith(b"SQLite format 3\x00"):
        return (
            GEOPACKAGE
            if head[68:72] in (b"GPKG", b"GP10", b"GP11") or b"gpkg_contents" in head
            else _SQLITE_OTHER
        )
    if b"OSMHeader" in head[:64]:
        return _OSM_PBF
    return _text_format(head) or (_DBF if _looks_like_dbf(head) else None)


def _looks_like_dbf(head: bytes) -> bool:
    header = int.from_bytes(head[8:10], "little")
    return (
        head[:1] in (b"\x03", b"\x30", b"\x83", b"\x8b", b"\xf5")
        and 33 <= header <= len(head) + 1
        and header % 32 in (0, 1)
    )


def _text_format(head: bytes) -> Format | None:
    text = _decoded(head)
    if text is None:
        return None
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        return _xml_format(start)
    if start.startswith(("{", "[")) and not re.match(r"\[[^\]{}\"]{1,20}\]\s*(\r|\n|$)", start):
        return _json_format(start)
    if re.match(r"(999\s+.*\s+)*0\s+SECTION\b", start):
        return DXF
    if start.startswith("HeadBegin"):
        return VCT
    if re.search(r"[@＠][ \t,，]*(\r|\n|$)", text) or re.search(
        r"[\[【](地块坐标|属性描述|项目信息)[\]】]", text
    ):
        return BOUNDARY_TXT
    if start.startswith("!table") or re.match(r"(?i)version\s+\d+\s+charset", start):
        return _TAB
    return _plain(start)


def _plain(start: str) -> Format | None:
    """Tables with a separator in each of the first lines; else any text is taken as a boundary TXT that lacks its '@'."""
    lines = [line for line in start.splitlines()[:5] if line.strip()]
    if lines and all(re.match(r"^\s*J?\d+\s*[,，\t]", line) for line in lines):
        return BOUNDARY_TXT
    if len(lines) >= 2 and any(all(line.count(mark) >= 1 for line in lines[:2]) for mark in ",;\t"):
        return CSV
    return None


def _decoded(head: bytes) -> str | None:
    """Text, if it is text at all; the last character may be cut, and a little damage is left for the reader to report."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head[: len(head) // 2 * 2].decode("utf-16", "ignore")
    if b"\x00" in head[:4096]:
        return None
    for codec in ("utf-8", "gb18030"):
        for cut in range(4):
            try:
                return head[: len(head) - cut].decode(codec)
            except UnicodeDecodeError:
                continue
    mended = head.decode("gb18030", "replace")
    return mended if mended.count("\ufffd") * 20 <= len(mended) else None


def _xml_format(start: str) -> Format:
    body = re.sub(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(\[.*?\]\s*)?>", "", start, flags=re.DOTALL).lstrip()
    root = re.match(r"<(?:[\w.-]+:)?([\w.-]+)", body)
    tag = root.group(1) if root else ""
    other = GML if "http://www.opengis.net/gml" in body else _XML
    return next((known for name, known in _XML_ROOTS if name == tag), other)


def _json_format(start: str) -> Format | None:
    if re.search(r'"type"\s*:\s*"Topology"', start):
        return _TOPOJSON
    if re.search(r'"geometryType"\s*:\s*"esri', start):
        return _ESRIJSON
    return GEOJSON if re.search(rf'"type"\s*:\s*"({_GEOMETRIES})"', start) else None
