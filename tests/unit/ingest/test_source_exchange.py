"""KML, KMZ, GML, FlatGeobuf and GeoParquet read with their coordinate systems and their evidence."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import pytest
import shapely

from faulty.makers import DEGREES, PLOT, frame, shapefile, zipped
from guotu.ingest.source import Source, open_source
from guotu.model.datum import CGCS2000, GaussKruger
from guotu.model.schema import GeometryKind

DOCUMENT = """<?xml version="1.0" encoding="{encoding}"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>地块</name>
<Schema name="s" id="s"><SimpleField name="DLMC" type="string"/></Schema>
<Placemark><name>甲</name>
<ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="DLMC">水田</SimpleData></SchemaData></ExtendedData>
<Polygon><outerBoundaryIs><LinearRing>
<coordinates>114,30,5 114.001,30,5 114.001,30.001,5 114,30,5</coordinates>
</LinearRing></outerBoundaryIs></Polygon>
</Placemark></Document></kml>
"""


def opened(path: Path, tmp_path: Path, **options: Any) -> Source:
    return open_source(path, work=tmp_path / "work", **options)


def rows(source: Source, name: str | None = None) -> list[dict[str, Any]]:
    return [row for batch in source.layer(name).batches() for row in batch.to_pylist()]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def written(folder: Path, suffix: str, driver: str, data: gpd.GeoDataFrame) -> Path:
    path = folder / f"地块.{suffix}"
    data.to_file(path, driver=driver, engine="pyogrio")
    return path


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK", "GB2312"])
def test_a_kml_is_read_with_its_data_in_degrees(inbox: Path, tmp_path: Path, encoding: str) -> None:
    path = inbox / "图.kml"
    path.write_bytes(DOCUMENT.format(encoding=encoding).encode(encoding))
    with opened(path, tmp_path) as source:
        layer = source.layer()
        assert (source.format, layer.geometry, layer.feature_count) == ("KML", GeometryKind.POLYGON, 1)
        assert layer.crs == CGCS2000
        assert layer.crs_evidence.how == "magnitude"
        assert any("已转换" in zh for zh, _ in layer.warnings) == (encoding != "UTF-8")
        assert "tessellate" not in layer.fields
        (row,) = rows(source)
    assert (row["Name"], row["DLMC"]) == ("甲", "水田")
    shape = shapely.from_wkb(row["geometry"])
    assert not shapely.has_z(shape)
    assert shape.equals(shapely.Polygon([(114, 30), (114.001, 30), (114.001, 30.001)]))


def test_links_to_elsewhere_are_told_and_not_opened(inbox: Path, tmp_path: Path) -> None:
    link = "<NetworkLink><Link><href>http://127.0.0.1:1/a.kml</href></Link></NetworkLink></Document>"
    path = inbox / "图.kml"
    path.write_text(DOCUMENT.format(encoding="UTF-8").replace("</Document>", link))
    with opened(path, tmp_path) as source:
        assert any("网络链接" in zh for zh, _ in source.layer().warnings)
        assert len(rows(source)) == 1


def test_a_kmz_gives_its_document(inbox: Path, tmp_path: Path) -> None:
    path = inbox / "图.kmz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("files/icon.png", b"\x89PNG")
        archive.writestr("doc.kml", DOCUMENT.format(encoding="UTF-8"))
    with opened(path, tmp_path) as source:
        assert (source.format, len(rows(source))) == ("KML", 1)


@pytest.mark.parametrize(("epsg", "shape"), [(4526, PLOT), (4490, DEGREES)])
@pytest.mark.parametrize("version", ["GML2", "GML3", "GML3.2"])
def test_gml_is_read_whatever_its_axis_order(
    inbox: Path, tmp_path: Path, epsg: int, shape: Any, version: str
) -> None:
    path = inbox / "地块.gml"
    frame(shape, epsg=epsg, DKMC=["甲"]).to_file(path, driver="GML", engine="pyogrio", FORMAT=version)
    path.with_suffix(".xsd").unlink()
    with opened(path, tmp_path) as source:
        layer = source.layer()
        assert layer.crs.epsg == epsg
        assert layer.crs_evidence.how == "declared"
        (row,) = rows(source)
    assert row["DKMC"] == "甲"
    assert shapely.from_wkb(row["geometry"]).equals_exact(shape, 1e-6, normalize=True)


def test_gml_called_xml_is_told_by_its_namespace(inbox: Path, tmp_path: Path) -> None:
    path = written(inbox, "gml", "GML", frame(PLOT)).rename(inbox / "地块.xml")
    with opened(path, tmp_path) as source:
        assert (source.format, len(rows(source))) == ("GML", 1)


def test_a_schema_that_lies_elsewhere_is_not_fetched(inbox: Path, tmp_path: Path) -> None:
    path = written(inbox, "gml", "GML", frame(PLOT))
    text = path.read_text().replace("地块.xsd", "http://127.0.0.1:1/x.xsd")
    assert "127.0.0.1" in text
    path.write_text(text)
    with opened(path, tmp_path) as source:
        assert len(rows(source)) == 1


def test_a_flatgeobuf_is_read(inbox: Path, tmp_path: Path) -> None:
    path = written(inbox, "fgb", "FlatGeobuf", frame(PLOT, PLOT, DKMC=["甲", None], N=[1, 2]))
    with opened(path, tmp_path) as source:
        layer = source.layer()
        assert (source.format, layer.crs, layer.feature_count) == ("FlatGeobuf", GaussKruger(3, 38), 2)
        assert sorted((row["N"], row["DKMC"]) for row in rows(source)) == [(1, "甲"), (2, None)]


def geoparquet(path: Path, *shapes: Any, crs: object = "absent", **columns: Any) -> Path:
    about: dict[str, Any] = {"encoding": "WKB", "geometry_types": []}
    if crs != "absent":
        about["crs"] = crs
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": about}}
    table = pa.table(
        {**columns, "geometry": pa.array([None if s is None else shapely.to_wkb(s) for s in shapes])}
    )
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)
    return path


def test_geoparquet_in_a_named_system(inbox: Path, tmp_path: Path) -> None:
    crs = pyproj.CRS.from_epsg(4526).to_json_dict()
    path = geoparquet(inbox / "地块.parquet", PLOT, None, crs=crs, DKMC=["甲", "乙"], N=[1.5, None])
    with opened(path, tmp_path) as source:
        layer = source.layer()
        assert (source.format, layer.name, layer.crs) == ("Parquet", "地块", GaussKruger(3, 38))
        assert layer.fields == ("DKMC", "N")
        found = rows(source)
    assert shapely.from_wkb(found[0]["geometry"]).equals(PLOT)
    assert (found[1]["geometry"], found[1]["N"]) == (None, None)


@pytest.mark.parametrize(("crs", "how"), [("absent", "magnitude"), (None, "magnitude")])
def test_geoparquet_without_a_system_is_judged_by_its_degrees(
    inbox: Path, tmp_path: Path, crs: object, how: str
) -> None:
    with opened(geoparquet(inbox / "地块.parquet", DEGREES, crs=crs), tmp_path) as source:
        assert source.layer().crs == CGCS2000
        assert source.layer().crs_evidence.how == how


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Point(114, 30),
        shapely.LineString([(114, 30), (114.1, 30.1)]),
        DEGREES.difference(shapely.box(114.0002, 30.0002, 114.0004, 30.0004)),
        shapely.MultiPoint([(114, 30), (114.1, 30.1)]),
        shapely.MultiLineString([[(114, 30), (114.1, 30.1)], [(115, 30), (115.1, 30.1)]]),
        shapely.MultiPolygon([DEGREES, shapely.box(115, 30, 115.1, 30.1)]),
    ],
    ids=lambda shape: shape.geom_type,
)
def test_native_coordinates_are_as_good_as_wkb(inbox: Path, tmp_path: Path, shape: Any) -> None:
    path = inbox / "地块.parquet"
    data = gpd.GeoDataFrame({"N": [1, 2, 3]}, geometry=[shape, None, shape], crs=4490)
    data.to_parquet(path, geometry_encoding="geoarrow")
    with opened(path, tmp_path) as source:
        found = rows(source)
    assert [row["N"] for row in found] == [1, 2, 3]
    assert found[1]["geometry"] is None
    assert all(shapely.from_wkb(found[at]["geometry"]).equals(shape) for at in (0, 2))


def test_a_parquet_table_without_geometry_is_a_table(inbox: Path, tmp_path: Path) -> None:
    path = inbox / "人口.parquet"
    pq.write_table(
        pa.table({"A": [1, 2], "L": [["a", "b"], None], "S": [{"x": "甲"}, None], "B": [b"\x00", b"\x01"]}),
        path,
    )
    with opened(path, tmp_path) as source:
        layer = source.layer()
        assert (layer.fields, layer.geometry) == (("A", "L", "S"), GeometryKind.NONE)
        assert any("B" in zh for zh, _ in layer.warnings)
        assert rows(source)[0] == {"A": 1, "L": "a,b", "S": '{"x": "甲"}'}


def test_the_exchange_formats_in_a_zip_stand_behind_shapefiles(inbox: Path, tmp_path: Path) -> None:
    fgb = written(inbox, "fgb", "FlatGeobuf", frame(PLOT))
    with opened(zipped(inbox, fgb), tmp_path) as source:
        assert source.format == "FlatGeobuf"
    shapefile(inbox, frame(PLOT))
    with opened(zipped(inbox, fgb, *sorted(inbox.glob("地块.[sdpc]*"))), tmp_path) as source:
        assert source.format == "Shapefile"


def test_every_reader_works_behind_its_walls(inbox: Path, tmp_path: Path) -> None:
    for path in (geoparquet(inbox / "a.parquet", DEGREES), written(inbox, "gml", "GML", frame(PLOT))):
        with opened(path, tmp_path) as source:
            assert source.protection is not None
