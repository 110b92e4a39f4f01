"""The zoo of faulty files: each built by code, with the code or rule, the place and the stage where it is refused.

Stages: `open` — refused while it is opened or read; `project` — refused as a project's boundary; `gate` — readable, refused by
a quality rule when it is landed (`schema` names the layer it is landed as); `warn` — read, with a warning holding `code_or_rule`.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from shapely.geometry import LineString, box

from faulty.makers import (
    BOW_TIE,
    DEGREES,
    PLOT,
    TXT_HEADER,
    TXT_PARCEL,
    TXT_RING,
    cut,
    frame,
    geojson,
    geopackage,
    geopackage_of_wkb,
    nested_collections,
    shapefile,
    text,
    wkb_polygon,
    workbook,
    zipped,
    zipped_shapefile,
)
from faulty.zoo_formats import FORMAT_CASES

Build = Callable[[Path], Path]


@dataclass(frozen=True)
class Case:
    """One faulty file. `place_contains` must occur in the JSON of the place."""

    name: str
    build: Build
    code_or_rule: str
    place_contains: str
    stage: str
    schema: str = "DLTB"


def _renamed(build: Build, name: str) -> Build:
    return lambda folder: build(folder).rename(folder / name)


def _txt(body: str, **replaced: str) -> Build:
    """The usual header with some values replaced, then `body`."""

    def build(folder: Path) -> Path:
        header = TXT_HEADER
        for key, value in replaced.items():
            header = "\n".join(
                f"{key}={value}" if line.startswith(f"{key}=") else line for line in header.split("\n")
            )
        return text(folder, header + body)

    return build


def _zip_with(*members: tuple[str, bytes]) -> Build:
    def build(folder: Path) -> Path:
        with zipfile.ZipFile(folder / "数据.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members:
                archive.writestr(name, content)
        return folder / "数据.zip"

    return build


def _symlink_zip(folder: Path) -> Path:
    info = zipfile.ZipInfo("passwd.shp")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(folder / "数据.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    return folder / "数据.zip"


def _encrypted_zip(folder: Path) -> Path:
    path = _zip_with(("a.txt", b"secret"))(folder)
    raw = bytearray(path.read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    return path


def _zip_with_bad_checksum(folder: Path) -> Path:
    path = folder / "数据.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.txt", b"some honest text")
    path.write_bytes(path.read_bytes().replace(b"honest", b"hacked"))
    return path


def _nested_zip(folder: Path) -> Path:
    inner = zipped_shapefile(folder, frame(PLOT)).rename(folder / "inner.zip")
    return zipped(folder, inner)


def _truncated(suffix: str, keep: float = 0.6) -> Build:
    def build(folder: Path) -> Path:
        path = shapefile(folder, frame(*[PLOT] * 20))
        cut(path.with_suffix(suffix), keep)
        return path

    return build


def _without(*suffixes: str, data: Callable[[], object] = lambda: frame(PLOT)) -> Build:
    def build(folder: Path) -> Path:
        path = shapefile(folder, data())
        for suffix in suffixes:
            path.with_suffix(suffix).unlink()
        return path

    return build


def _one_attribute_too_few(folder: Path) -> Path:
    path = shapefile(folder, frame(PLOT, PLOT))
    dbf = path.with_suffix(".dbf")
    raw = bytearray(dbf.read_bytes())
    raw[4:8] = struct.pack("<I", 1)
    dbf.write_bytes(raw)
    return path


def _record_too_long(folder: Path) -> Path:
    path = shapefile(folder, frame(PLOT, PLOT))
    raw = bytearray(path.read_bytes())
    raw[104:108] = struct.pack(">I", 1_000_000)
    path.write_bytes(raw)
    return path


def _gbk_damage(folder: Path) -> Path:
    path = shapefile(folder, frame(PLOT, PLOT, DKMC=["甲地块", "乙地块"]))
    dbf = path.with_suffix(".dbf")
    raw = dbf.read_bytes()
    dbf.write_bytes(raw.replace("乙地块".encode("gbk"), b"\xd2\xff\x20\xd8\xbf\xe9"))
    return path


def _prj(wkt_or_epsg: str | int, *geometries: object) -> Build:
    """Geometries as they are, with the .prj of something else."""

    def build(folder: Path) -> Path:
        path = shapefile(folder, frame(*(geometries or (PLOT,))))
        prj = path.with_suffix(".prj")
        prj.write_text(wkt_or_epsg if isinstance(wkt_or_epsg, str) else _esri(wkt_or_epsg))
        return path

    return build


def _esri(epsg: int) -> str:
    import pyproj

    return pyproj.CRS.from_epsg(epsg).to_wkt("WKT1_ESRI")


def _file(name: str, content: str | bytes) -> Build:
    return lambda folder: text(folder, content, name, "utf-8")


def _damaged_csv(folder: Path) -> Path:
    body = "名称,值\n" + "甲地块,1\n" * 99
    return text(folder, body.encode("gb18030") + b"\xff\xff,1\n", "表.csv")


def _with_member(path: Path, member: str, content: bytes) -> Path:
    """The package with one member replaced."""
    with zipfile.ZipFile(path) as source:
        members = {name: source.read(name) for name in source.namelist()} | {member: content}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as sink:
        for name, body in members.items():
            sink.writestr(name, body)
    return path


def _broken_workbook(folder: Path) -> Path:
    return _with_member(workbook(folder), "xl/workbook.xml", b"<workbook><sheets>")


def _bomb_workbook(folder: Path) -> Path:
    path = workbook(folder)
    raw = bytearray(_with_member(path, "xl/sharedStrings.xml", bytes(12 << 20)).read_bytes())
    at = raw.rindex(b"xl/sharedStrings.xml") - 46
    raw[at + 24 : at + 28] = struct.pack("<I", 3 << 30)
    path.write_bytes(raw)
    return path


def _renamed_document(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "表.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
    return folder / "表.xlsx"


_LAUGHS = '<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;"><!ENTITY d "&c;&c;">'
_XXE = (
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    '<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml">&e;</gml:FeatureCollection>'
)
_VCT = (
    "HeadBegin\nVersion:3.0\nHeadEnd\nFeatureCodeBegin\n7,图斑,Polygon,\nFeatureCodeEnd\nLineBegin\n9\n8\n\n1\n1\n11\n5\n"
    "0,0\n9,0\n9,9\n0,9\n0,0\n0\nLineEnd\nPolygonBegin\n1\n7\n\n100\n1,1\n21\n1\n9\n0\nPolygonEnd\n"
)
_PIN = "<Placemark><name>点</name><Point><coordinates>{}</coordinates></Point></Placemark>"


def _kml(body: str) -> str:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'


_GBK_KML = (
    _kml(_PIN.format("114,30")).replace("UTF-8", "GBK").encode("gbk").replace("点".encode("gbk"), b"\xff\xff")
)


def _kmz(*members: tuple[str, bytes]) -> Build:
    return lambda folder: _zip_with(*members)(folder).rename(folder / "图.kmz")


def _written(folder: Path, suffix: str, driver: str, count: int = 50) -> Path:
    path = folder / f"地块.{suffix}"
    frame(*[PLOT] * count).to_file(path, driver=driver, engine="pyogrio")
    return path


def _gml(folder: Path, epsg: str = "4526") -> Path:
    path = _written(folder, "gml", "GML")
    path.write_text(path.read_text().replace("4526", epsg))
    path.with_suffix(".xsd").unlink()
    return path


def _geo(crs: str = "") -> bytes:
    column = f'{{"encoding": "WKB", {crs} "geometry_types": []}}'
    return f'{{"version": "1.1.0", "primary_column": "g", "columns": {{"g": {column}}}}}'.encode()


def _parquet(folder: Path, geo: bytes | None = None, shape: object = DEGREES) -> Path:
    path = folder / "地块.parquet"
    table = pa.table({"DKMC": ["甲"] * 9, "g": [shapely.to_wkb(shape)] * 9})
    pq.write_table(table.replace_schema_metadata({b"geo": geo or _geo()}), path)
    return path


def _swapped(geometry: object) -> object:
    return shapely.transform(geometry, lambda xy: xy[:, ::-1])


VRT = '<OGRVRTDataSource><OGRVRTLayer name="p"><SrcDataSource>CSV:/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
WMS = '<GDAL_WMS><Service name="WMS"><ServerUrl>http://127.0.0.1:1/</ServerUrl></Service></GDAL_WMS>'
_LINE_5 = TXT_RING.replace("J3,1,3380000.000", "J3,1,33800O0.000")
_OPEN = TXT_RING.replace("J1,1,3380100.000,38500000.000\n", "", 1).replace("J2", "J1", 1)
_SQUARE = [
    [38500000, 3380000],
    [38500100, 3380000],
    [38500100, 3380100],
    [38500000, 3380100],
    [38500000, 3380000],
]
_FAR = [
    [38510000, 3390000],
    [38510010, 3390000],
    [38510010, 3390010],
    [38510000, 3390010],
    [38510000, 3390000],
]
_LONLAT = [[[114.0, 30.0], [114.001, 30.0], [114.001, 30.001], [114.0, 30.0]]]


def _broken(*rings: object) -> Build:
    return lambda folder: geopackage_of_wkb(folder, wkb_polygon(*rings))


def _with(ring: list[list[float]], index: int, value: float) -> list[list[float]]:
    changed = [list(point) for point in ring]
    changed[index][0] = value
    return changed


OPEN = "open"
CASES: list[Case] = [
    Case("a path that leads nowhere", lambda folder: folder / "没有.shp", "GT-1101", "没有.shp", OPEN),
    Case("an empty file", _file("空.shp", b""), "GT-1102", "空.shp", OPEN),
    Case("a renamed text called GeoPackage", _file("假.gpkg", "hello\n"), "GT-1103", "假.gpkg", OPEN),
    Case(
        "a CSV row with a nameless value", _file("表.csv", "a,b\n1,2\n1,2,3\n"), "GT-1133", '"row": 3', OPEN
    ),
    Case("a CSV without header", _file("表.csv", "-1,2\n-3,4\n"), "GT-1132", "表.csv", OPEN),
    Case("a CSV with an open quote", _file("表.csv", 'a,b\n1,2\n"x,2\n'), "GT-1115", '"row": 3', OPEN),
    Case(
        "a CSV with a NUL inside",
        _file("表.csv", b"a,b\n" + b"1,2\n" * 2000 + b"x,\x00\n"),
        "GT-1115",
        "表.csv",
        OPEN,
    ),
    Case("a CSV damaged in its text", _damaged_csv, "GT-1120", '"row": 101', OPEN),
    Case(
        "a CSV of degrees the wrong way round",
        _file("表.csv", "a,lon,lat\n1,30.1,114.2\n"),
        "GT-1223",
        "coordinate",
        OPEN,
    ),
    Case(
        "a CSV of points nowhere", _file("表.csv", "a,lon,lat\n1,-71.1,42.3\n"), "GT-1221", "coordinate", OPEN
    ),
    Case(
        "a KML with entities",
        _file("图.kml", f"<!DOCTYPE kml [{_LAUGHS}]><kml>&d;</kml>"),
        "GT-1134",
        "图.kml",
        OPEN,
    ),
    Case("a KML of nothing but links", _file("图.kml", _kml("<NetworkLink/>")), "GT-1106", "图.kml", OPEN),
    Case(
        "a KML cut off", _file("图.kml", _kml("<Placemark><name>x</name>")[:-20]), "GT-1115", '"row": 2', OPEN
    ),
    Case(
        "a KML nested deep",
        _file("图.kml", _kml("<Folder>" * 300 + "</Folder>" * 300)),
        "GT-1134",
        "图.kml",
        OPEN,
    ),
    Case(
        "a KML in China's degrees swapped",
        _file("图.kml", _kml(_PIN.format("30,114"))),
        "GT-1223",
        "coordinate",
        OPEN,
    ),
    Case("a KML that is not the GBK it declares", _file("图.kml", _GBK_KML), "GT-1120", '"row": 2', OPEN),
    Case("a KMZ without KML", _kmz(("a.txt", b"x")), "GT-1113", "图.kmz", OPEN),
    Case("a KMZ that slips out", _kmz(("../doc.kml", b"<kml/>")), "GT-1109", "图.kmz", OPEN),
    Case("a KMZ with another archive inside", _kmz(("doc.kml", b"PK\x03\x04")), "GT-1110", "doc.kml", OPEN),
    Case("a GML with an external entity", _file("图.gml", _XXE), "GT-1134", "图.gml", OPEN),
    Case("a GML cut off", lambda f: cut(_gml(f), 0.7), "GT-1115", "地块.gml", OPEN),
    Case("a GML outside its zone", lambda f: _gml(f, "4527"), "GT-1222", "coordinate", OPEN),
    Case(
        "a FlatGeobuf cut off",
        lambda f: cut(_written(f, "fgb", "FlatGeobuf"), 0.6),
        "GT-1115",
        "地块.fgb",
        OPEN,
    ),
    Case("a Parquet file cut off", lambda f: cut(_parquet(f), 0.6), "GT-1115", "地块.parquet", OPEN),
    Case(
        "a Parquet file of nothing", _file("表.parquet", b"PAR1\x00\x00PAR1"), "GT-1115", "表.parquet", OPEN
    ),
    Case(
        "a Parquet file with broken geo metadata",
        lambda f: _parquet(f, b'{"version": 1}'),
        "GT-1115",
        "地块.parquet",
        OPEN,
    ),
    Case(
        "a GeoParquet of an unknown system",
        lambda f: _parquet(f, _geo('"crs": null,'), box(5, 5, 6, 6)),
        "GT-1221",
        "coordinate",
        OPEN,
    ),
    Case("a VCT cut off", _file("图.vct", _VCT[:-40]), "GT-1115", '"row"', OPEN),
    Case(
        "a VCT without feature codes",
        _file("图.vct", "HeadBegin\nVersion:3.0\nHeadEnd\n"),
        "GT-1115",
        '"row"',
        OPEN,
    ),
    Case("a VCT of a ninth edition", _file("图.vct", _VCT.replace("3.0", "9.0")), "GT-1104", "图.vct", OPEN),
    Case(
        "a VCT whose polygon refers to nothing",
        _file("图.vct", _VCT.replace("1\n9\n0", "1\n8\n0")),
        "GT-1115",
        '"row"',
        OPEN,
    ),
    Case(
        "a VCT with endless counts",
        _file("图.vct", _VCT.replace("\n5\n", "\n5000000000\n")),
        "GT-1115",
        '"row"',
        OPEN,
    ),
    Case(
        "a VCT with an open ring",
        _file("图.vct", _VCT.replace("0,0\n0\n", "1,0\n0\n")),
        "GT-1115",
        '"row"',
        OPEN,
    ),
    Case("a truncated workbook", lambda f: cut(workbook(f), 0.6), "GT-1107", "表.xlsx", OPEN),
    Case("a workbook with damaged XML", _broken_workbook, "GT-1115", "表.xlsx", OPEN),
    Case("a workbook that is a bomb", _bomb_workbook, "GT-1111", "表.xlsx", OPEN),
    Case("a document called workbook", _renamed_document, "GT-1104", "表.xlsx", OPEN),
    Case("a DWG", _file("图.dwg", b"AC1032\x00\x00"), "GT-1104", "图.dwg", OPEN),
    Case("a RAR archive", _file("数据.rar", b"Rar!\x1a\x07\x01\x00"), "GT-1104", "数据.rar", OPEN),
    Case("a VRT disguised as shapefile", _file("地块.shp", VRT), "GT-1105", "地块.shp", OPEN),
    Case("a VRT disguised as image", _file("影像.tif", VRT), "GT-1105", "影像.tif", OPEN),
    Case("a VRT inside a zip, disguised", _zip_with(("地块.shp", VRT.encode())), "GT-1105", "地块.shp", OPEN),
    Case(
        "SQLite that is no GeoPackage",
        _file("库.gpkg", b"SQLite format 3\x00" + bytes(200)),
        "GT-1105",
        "库.gpkg",
        OPEN,
    ),
    Case(
        "a zip called shapefile",
        _renamed(_zip_with(("a.txt", b"x")), "地块.shp"),
        "GT-1105",
        "地块.shp",
        OPEN,
    ),
    Case("a VRT", _file("a.vrt", VRT), "GT-1106", "a.vrt", OPEN),
    Case("a WMS description", _file("服务.xml", WMS), "GT-1106", "服务.xml", OPEN),
    Case(
        "a truncated zip", lambda f: cut(zipped_shapefile(f, frame(PLOT)), 0.7), "GT-1107", "数据.zip", OPEN
    ),
    Case("a zip with a wrong checksum", _zip_with_bad_checksum, "GT-1107", "数据.zip", OPEN),
    Case("an encrypted zip", _encrypted_zip, "GT-1108", "a.txt", OPEN),
    Case("zip slip", _zip_with(("../../etc/cron.d/x", b"x")), "GT-1109", "数据.zip", OPEN),
    Case("zip slip the Windows way", _zip_with(("C:\\temp\\x.shp", b"x")), "GT-1109", "数据.zip", OPEN),
    Case("a zip with a link", _symlink_zip, "GT-1109", "数据.zip", OPEN),
    Case("a nested zip", _nested_zip, "GT-1110", "inner.zip", OPEN),
    Case("a zip bomb", _zip_with(("a.shp", bytes(30 << 20))), "GT-1111", "a.shp", OPEN),
    Case(
        "a zip of too many files",
        _zip_with(*((f"{i}.txt", b"") for i in range(10_001))),
        "GT-1112",
        "数据.zip",
        OPEN,
    ),
    Case("a zip without data", _zip_with(("说明.md", b"# hi\n")), "GT-1113", "数据.zip", OPEN),
    Case(
        "a zip of two kinds of data",
        lambda f: zipped(f, shapefile(f, frame(PLOT)), geopackage(f, frame(PLOT))),
        "GT-1114",
        "数据.zip",
        OPEN,
    ),
    Case("a truncated .shp", _truncated(".shp"), "GT-1115", "地块.shp", OPEN),
    Case("a truncated .dbf", _truncated(".dbf"), "GT-1115", "地块.dbf", OPEN),
    Case("fewer attribute records than shapes", _one_attribute_too_few, "GT-1115", "地块.dbf", OPEN),
    Case("a shape record too long", _record_too_long, "GT-1115", "地块.shp", OPEN),
    Case(
        "a truncated GeoPackage", lambda f: cut(geopackage(f, frame(PLOT)), 0.3), "GT-1115", "地块.gpkg", OPEN
    ),
    Case(
        "broken JSON",
        _file("范围.geojson", '{"type": "FeatureCollection", "features": [{'),
        "GT-1115",
        "范围.geojson",
        OPEN,
    ),
    Case(
        "collections nested 20 000 deep",
        lambda f: geopackage_of_wkb(f, nested_collections(20_000)),
        "GT-1115",
        "地块.gpkg",
        OPEN,
    ),
    Case("damaged GBK in an attribute", _gbk_damage, "GT-1120", '"row": 2', OPEN),
    Case(
        "damaged GBK in a TXT",
        lambda f: text(f, TXT_HEADER.encode("gbk") + b"\xff\xfe,@\n"),
        "GT-1120",
        '"row": 11',
        OPEN,
    ),
    Case("a TXT without @", _txt(TXT_PARCEL.replace("@", "") + TXT_RING), "GT-1125", "界址点.txt", OPEN),
    Case("a letter in a coordinate", _txt(TXT_PARCEL + _LINE_5), "GT-1126", '"row": 14', OPEN),
    Case("a point that lacks its coordinates", _txt(TXT_PARCEL + "J1,1\n"), "GT-1126", '"row": 12', OPEN),
    Case("a TXT of lines", _txt(TXT_PARCEL.replace("面", "线") + TXT_RING), "GT-1126", '"row": 11', OPEN),
    Case("a TXT ring that is not closed", _txt(TXT_PARCEL + _OPEN), "GT-1127", "001", OPEN),
    Case(
        "a TXT ring of two points",
        _txt(TXT_PARCEL + "".join(TXT_RING.splitlines(keepends=True)[:2])),
        "GT-1127",
        "001",
        OPEN,
    ),
    Case("a parcel without points", _txt(TXT_PARCEL), "GT-1127", '"row": 11', OPEN),
    Case(
        "a TXT bow-tie",
        _txt(
            TXT_PARCEL
            + TXT_RING.replace("J2,1,3380100", "J2,1,3380000").replace("J3,1,3380000", "J3,1,3380100")
        ),
        "GT-1130",
        "coordinate",
        OPEN,
    ),
    Case(
        "a TXT in an unknown projection",
        _txt(TXT_PARCEL + TXT_RING, 投影类型="墨卡托"),
        "GT-1131",
        "投影类型",
        OPEN,
    ),
    Case("Xi'an 80 by .prj", _prj(2362), "GT-1203", "地块", OPEN),
    Case(
        "Beijing 54 by header",
        _txt(TXT_PARCEL + TXT_RING, 坐标系="1954北京坐标系"),
        "GT-1203",
        "坐标系",
        OPEN,
    ),
    Case("UTM", _prj(32649, box(500000, 3380000, 500100, 3380100)), "GT-1204", "地块", OPEN),
    Case("Web Mercator", _prj(3857, box(12690421, 3503549, 12690521, 3503649)), "GT-1204", "地块", OPEN),
    Case(
        "no .prj and no zone in the eastings",
        _without(".prj", data=lambda: frame(box(5e5, 3.38e6, 5.1e5, 3.39e6))),
        "GT-1221",
        "coordinate",
        OPEN,
    ),
    Case(
        "no .prj and meaningless numbers",
        _without(".prj", data=lambda: frame(box(1e9, 2e9, 1.1e9, 2.1e9))),
        "GT-1221",
        "coordinate",
        OPEN,
    ),
    Case("a .prj of the next zone", _prj(4527), "GT-1222", "coordinate", OPEN),
    Case("degrees with a .prj in metres", _prj(4526, DEGREES), "GT-1222", "coordinate", OPEN),
    Case("metres with a .prj in degrees", _prj(4490, PLOT), "GT-1222", "coordinate", OPEN),
    Case(
        "a TXT whose header names another zone",
        _txt(TXT_PARCEL + TXT_RING, 带号="39"),
        "GT-1222",
        "coordinate",
        OPEN,
    ),
    Case(
        "a TXT parcel with points of two zones",
        _txt(TXT_PARCEL + TXT_RING.replace("J2,1,3380100.000,38", "J2,1,3380100.000,39")),
        "GT-1222",
        "coordinate",
        OPEN,
    ),
    Case(
        "swapped axes in metres", lambda f: shapefile(f, frame(_swapped(PLOT))), "GT-1223", "coordinate", OPEN
    ),
    Case(
        "swapped axes without .prj",
        _without(".prj", data=lambda: frame(_swapped(PLOT))),
        "GT-1223",
        "coordinate",
        OPEN,
    ),
    Case(
        "latitude before longitude",
        lambda f: geojson(f, [[[y, x] for x, y in _LONLAT[0]]]),
        "GT-1223",
        "coordinate",
        OPEN,
    ),
    Case("GCJ-02 by the crs member", lambda f: geojson(f, _LONLAT, crs="GCJ-02"), "GT-1224", "范围", OPEN),
    Case("GCJ-02 by header", _txt(TXT_PARCEL + TXT_RING, 坐标系="GCJ02"), "GT-1224", "坐标系", OPEN),
    Case(
        "an empty layer as a project",
        lambda f: shapefile(f, frame(PLOT).iloc[:0]),
        "GT-1118",
        "地块",
        "project",
    ),
    Case(
        "lines as a project",
        lambda f: shapefile(f, frame(LineString([(38500000, 3380000), (38500100, 3380100)]))),
        "GT-1128",
        "地块",
        "project",
    ),
    Case(
        "a bow-tie as a project", lambda f: shapefile(f, frame(BOW_TIE)), "GT-1130", "coordinate", "project"
    ),
    Case("an open ring as a project", _broken(_SQUARE[:3]), "GT-1130", "地块.gpkg", "project"),
    Case("a hole outside as a project", _broken(_SQUARE, _FAR), "GT-1130", "coordinate", "project"),
    Case("NaN as a project", _broken(_with(_SQUARE, 2, np.nan)), "GT-1130", "地块.gpkg", "project"),
    Case("infinity as a project", _broken(_with(_SQUARE, 2, np.inf)), "GT-1130", "地块.gpkg", "project"),
    Case(
        "zero area as a project",
        _broken([_SQUARE[0], _SQUARE[1], _SQUARE[0], _SQUARE[0]]),
        "GT-1130",
        "地块.gpkg",
        "project",
    ),
    Case("a bow-tie in a layer", lambda f: shapefile(f, frame(PLOT, BOW_TIE)), "1501", '"row": 2', "gate"),
    Case("a hole outside its shell", _broken(_SQUARE, _FAR), "1501", '"row": 1', "gate"),
    Case("a ring with three points", _broken(_SQUARE[:3]), "1501", '"row": 1', "gate"),
    Case("a coordinate that is NaN", _broken(_with(_SQUARE, 2, np.nan)), "1501", '"row": 1', "gate"),
    Case("a coordinate that is infinite", _broken(_with(_SQUARE, 2, np.inf)), "1501", '"row": 1', "gate"),
    Case(
        "a polygon without area",
        _broken([_SQUARE[0], _SQUARE[1], _SQUARE[0], _SQUARE[0]]),
        "1501",
        '"row": 1',
        "gate",
    ),
    Case(
        "polygons that overlap",
        lambda f: shapefile(f, frame(PLOT, box(38500050, 3380000, 38500150, 3380100))),
        "1502",
        "coordinate",
        "gate",
    ),
    Case("an empty layer", lambda f: shapefile(f, frame(PLOT).iloc[:0]), "1201", "", "gate"),
    Case(
        "lines where polygons belong",
        lambda f: shapefile(f, frame(LineString([(38500000, 3380000), (38500100, 3380100)]))),
        "1201",
        "",
        "gate",
    ),
    Case("a .shp alone", _without(".dbf", ".shx", ".prj", ".cpg"), "1301", "", "gate"),
    Case("identical features", lambda f: shapefile(f, frame(PLOT, PLOT)), "1510", '"row": 2', "gate"),
    Case(
        "a TXT with a repeated point",
        _txt(TXT_PARCEL + TXT_RING.replace("J3", "J2,1,3380100.000,38500100.000\nJ3")),
        "重复点",
        "",
        "warn",
    ),
    Case(
        "a TXT with the columns swapped",
        _txt(
            TXT_PARCEL
            + "".join(
                f"{p[0]},{p[1]},{p[3]},{p[2]}\n" for p in (line.split(",") for line in TXT_RING.split())
            )
        ),
        "颠倒",
        "",
        "warn",
    ),
    Case(
        "a TXT with a closing line X,X",
        _txt(TXT_PARCEL + TXT_RING[: TXT_RING.rindex("J1")] + "J1,1,3380100.000,3380100.000\n"),
        "X,X",
        "",
        "warn",
    ),
    Case(
        "a TXT in square metres",
        _txt(TXT_PARCEL.replace("1.0000", "10000.00") + TXT_RING),
        "平方米",
        "",
        "warn",
    ),
    Case(
        "a TXT with a wrong declared area",
        _txt(TXT_PARCEL.replace("1.0000", "1.0300") + TXT_RING),
        "声明 1.0300",
        "",
        "warn",
    ),
    Case("a .shp without .prj", _without(".prj"), "缺少 .prj", "", "warn"),
    Case("a .shp without .shx", _without(".shx"), "缺少 .shx", "", "warn"),
    *(Case(*each) for each in FORMAT_CASES),
]
