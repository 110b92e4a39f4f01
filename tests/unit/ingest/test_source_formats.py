"""Each format is read as it is, whatever its packing and its text."""

from __future__ import annotations

import sqlite3
import struct
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from shapely.geometry import Point, Polygon, box

from faulty.makers import (
    DEGREES,
    PLOT,
    TXT_HEADER,
    TXT_PARCEL,
    TXT_RING,
    frame,
    geojson,
    geopackage,
    geopackage_of_wkb,
    shapefile,
    text,
    zipped,
    zipped_shapefile,
)
from guotu.errors import GuotuError
from guotu.ingest.source import Source, open_source
from guotu.model.datum import CGCS2000, GaussKruger
from guotu.model.schema import GeometryKind


def opened(path: Path, tmp_path: Path, **options: object) -> Source:
    return open_source(path, work=tmp_path / "work", **options)


def rows(source: Source, name: str | None = None) -> list[dict[str, object]]:
    return [row for batch in source.layer(name).batches() for row in batch.to_pylist()]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def test_a_gbk_shapefile_is_read_with_its_chinese_names(inbox: Path, tmp_path: Path) -> None:
    path = shapefile(inbox, frame(PLOT, PLOT, 地类名称=["水田", None], TBMJ=[1.5, 2.5]))
    with opened(path, tmp_path) as source:
        layer = source.layer()
        assert layer.fields == ("地类名称", "TBMJ")
        assert layer.encoding == "gb18030"
        assert layer.crs == GaussKruger(3, 38)
        assert layer.geometry is GeometryKind.POLYGON
        assert layer.feature_count == 2
        found = rows(source)
    assert [row["地类名称"] for row in found] == ["水田", None]
    assert shapely.from_wkb(found[0]["geometry"]).equals(PLOT)


@pytest.mark.parametrize(("real", "said"), [("GBK", "UTF-8"), ("UTF-8", "GBK"), ("GBK", "ISO-8859-1")])
def test_a_mislabelled_cpg_is_overridden_with_a_warning(
    inbox: Path, tmp_path: Path, real: str, said: str
) -> None:
    path = shapefile(inbox, frame(PLOT, PLOT, DLMC=["永久基本农田", "城镇开发边界"]), encoding=real)
    path.with_suffix(".cpg").write_text(said)
    with opened(path, tmp_path) as source:
        layer = source.layer()
        assert layer.encoding_evidence.overridden
        assert any(".cpg" in zh for zh, _ in layer.warnings)
        assert [row["DLMC"] for row in rows(source)] == ["永久基本农田", "城镇开发边界"]


def test_without_cpg_the_bytes_decide(inbox: Path, tmp_path: Path) -> None:
    path = shapefile(inbox, frame(PLOT, DLMC=["永久基本农田"]))
    path.with_suffix(".cpg").unlink()
    with opened(path, tmp_path) as source:
        assert rows(source)[0]["DLMC"] == "永久基本农田"
        assert "未声明编码" in source.layer().encoding_evidence.zh


def test_western_text_stays_western(inbox: Path, tmp_path: Path) -> None:
    path = shapefile(inbox, frame(PLOT, NAME=["Müller Weiß"]), encoding="ISO-8859-1")
    path.with_suffix(".cpg").write_text("ISO-8859-1")
    with opened(path, tmp_path) as source:
        assert rows(source)[0]["NAME"] == "Müller Weiß"


def test_a_field_name_cut_inside_a_character_is_still_a_name(inbox: Path, tmp_path: Path) -> None:
    path = shapefile(inbox, frame(PLOT, ABCDEFGHI=["x"]))
    dbf = path.with_suffix(".dbf")
    raw = bytearray(dbf.read_bytes())
    raw[32:43] = "A地类编码表".encode("gbk")[:10].ljust(11, b"\x00")
    dbf.write_bytes(raw)
    with opened(path, tmp_path) as source:
        assert source.layer().fields == ("A地类编码",)
        assert rows(source)[0]["A地类编码"] == "x"


def test_a_value_cut_inside_a_character_loses_only_that_character(inbox: Path, tmp_path: Path) -> None:
    path = shapefile(inbox, frame(PLOT, NAME=["abcdefg"]))
    dbf = path.with_suffix(".dbf")
    raw = bytearray(dbf.read_bytes())
    width, start = raw[32 + 16], struct.unpack_from("<H", raw, 8)[0] + 1
    raw[start : start + width] = ("水田" * width).encode("gbk")[: width - 1].rjust(width, b"a")
    dbf.write_bytes(raw)
    with opened(path, tmp_path, encoding="GBK") as source:
        value = rows(source)[0]["NAME"]
    assert value.startswith(("a水田", "水田"))


def test_an_unknown_encoding_is_refused(inbox: Path, tmp_path: Path) -> None:
    with (
        opened(shapefile(inbox, frame(PLOT)), tmp_path, encoding="klingon") as source,
        pytest.raises(GuotuError) as caught,
    ):
        source.layer()
    assert caught.value.code == "GT-1119"


def test_a_folder_of_shapefiles_is_several_layers(inbox: Path, tmp_path: Path) -> None:
    for name in ("甲", "乙"):
        shapefile(inbox, frame(PLOT), name=name)
    with opened(inbox, tmp_path) as source:
        assert set(source.layers) == {"甲", "乙"}
        assert len(rows(source, "乙")) == 1
        with pytest.raises(GuotuError, match="GT-1117"):
            source.layer()
    with pytest.raises(GuotuError, match="GT-1116"):
        opened(inbox, tmp_path, layer="丙")


def test_a_zip_with_gbk_names_in_folders_is_read(inbox: Path, tmp_path: Path) -> None:
    shp = shapefile(inbox, frame(PLOT))
    path = inbox / "成果.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in inbox.glob("地块.*"):
            archive.writestr(f"QQQQQQQQ/ZZZZ{part.suffix}", part.read_bytes())
    raw = path.read_bytes().replace(b"QQQQQQQQ/ZZZZ", "成果数据\\地块".encode("gbk"))
    path.write_bytes(raw)
    with opened(path, tmp_path) as source:
        assert source.layers == (shp.stem,)
        assert len(rows(source)) == 1


def test_upper_case_companions_are_found(inbox: Path, tmp_path: Path) -> None:
    path = shapefile(inbox, frame(PLOT), name="data")
    for part in list(inbox.glob("data.*")):
        part.rename(part.with_suffix(part.suffix.upper()))
    with opened(path.with_suffix(".SHP"), tmp_path) as source:
        layer = source.layer()
        assert layer.warnings == ()
        assert len(rows(source)) == 1


def test_a_lone_shp_is_geometry_without_attributes(inbox: Path, tmp_path: Path) -> None:
    path = shapefile(inbox, frame(PLOT, PLOT))
    for suffix in (".dbf", ".shx", ".prj", ".cpg"):
        path.with_suffix(suffix).unlink()
    with opened(path, tmp_path) as source:
        layer = source.layer()
        assert layer.fields == ()
        assert len(layer.warnings) == 4
        assert list(rows(source)[1]) == ["geometry"]
    assert sorted(part.name for part in inbox.iterdir()) == ["地块.shp"]


def test_a_geopackage_keeps_dates_numbers_and_nulls(inbox: Path, tmp_path: Path) -> None:
    path = geopackage(inbox, frame(PLOT, None, A=[1, 2], B=["甲", None]))
    with opened(path, tmp_path) as source:
        found = rows(source)
    assert [(row["A"], row["B"]) for row in found] == [(1, "甲"), (2, None)]
    assert found[1]["geometry"] is None


def test_a_file_geodatabase_is_read_as_folder_and_as_zip(inbox: Path, tmp_path: Path) -> None:
    gdb = inbox / "库.gdb"
    pyogrio.write_dataframe(frame(PLOT, DLMC=["水田"]), gdb, layer="DLTB", driver="OpenFileGDB")
    path = inbox / "库.gdb.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in gdb.iterdir():
            archive.write(part, f"库.gdb/{part.name}")
    for each in (gdb, path):
        with opened(each, tmp_path) as source:
            assert source.layers == ("DLTB",)
            assert source.layer().crs == GaussKruger(3, 38)
            assert rows(source)[0]["DLMC"] == "水田"


def test_arcs_become_chords_within_a_centimetre(inbox: Path, tmp_path: Path) -> None:
    arc = [
        (38500100.0, 3380000.0),
        (38500000.0, 3380100.0),
        (38499900.0, 3380000.0),
        (38500000.0, 3379900.0),
        (38500100.0, 3380000.0),
    ]
    ring = struct.pack("<BII", 1, 8, 5) + np.asarray(arc, "<f8").tobytes()
    path = geopackage_of_wkb(inbox, struct.pack("<BII", 1, 10, 1) + ring, kind="CURVEPOLYGON")
    with opened(path, tmp_path) as source:
        circle = shapely.from_wkb(rows(source)[0]["geometry"])
    radii = np.hypot(*(shapely.get_coordinates(shapely.segmentize(circle, 0.05)) - [38500000.0, 3380000.0]).T)
    assert circle.geom_type == "Polygon"
    assert radii.min() > 100 - 0.011
    assert radii.max() < 100 + 1e-6


def test_heights_are_left_behind(inbox: Path, tmp_path: Path) -> None:
    high = Polygon([(38500000, 3380000, 5), (38500100, 3380000, 6), (38500100, 3380100, 7)])
    with opened(geopackage(inbox, frame(high)), tmp_path) as source:
        assert not shapely.has_z(shapely.from_wkb(rows(source)[0]["geometry"]))


def test_points_are_told_from_polygons(inbox: Path, tmp_path: Path) -> None:
    with opened(shapefile(inbox, frame(Point(38500000, 3380000))), tmp_path) as source:
        assert source.layer().geometry is GeometryKind.POINT


def test_geojson_in_plane_coordinates_is_seen_by_its_magnitude(inbox: Path, tmp_path: Path) -> None:
    ring = [list(point) for point in PLOT.exterior.coords]
    with opened(geojson(inbox, [ring]), tmp_path) as source:
        layer = source.layer()
        assert source.layers == ("范围",)
        assert layer.crs == GaussKruger(3, 38)
        assert layer.crs_evidence.how == "magnitude"


@pytest.mark.parametrize("code", [4490, 4526])
def test_geojson_with_a_crs_member_is_believed(inbox: Path, tmp_path: Path, code: int) -> None:
    ring = [list(point) for point in (PLOT if code == 4526 else DEGREES).exterior.coords]
    with opened(geojson(inbox, [ring], crs=f"urn:ogc:def:crs:EPSG::{code}"), tmp_path) as source:
        assert source.layer().crs.epsg == code
        assert source.layer().crs_evidence.how == "declared"


def test_plain_geojson_in_china_counts_as_cgcs2000_with_a_warning(inbox: Path, tmp_path: Path) -> None:
    ring = [list(point) for point in DEGREES.exterior.coords]
    with opened(geojson(inbox, [ring]), tmp_path) as source:
        assert source.layer().crs == CGCS2000
        assert source.layer().warnings


def test_geojson_in_gbk_is_transcoded(inbox: Path, tmp_path: Path) -> None:
    path = geojson(inbox, [[list(point) for point in DEGREES.exterior.coords]])
    path.write_bytes(path.read_text().replace('"properties": {}', '"properties": {"名": "甲"}').encode("gbk"))
    with opened(path, tmp_path) as source:
        assert rows(source)[0]["名"] == "甲"
        assert any("已转换" in zh for zh, _ in source.layer().warnings)


def test_a_boundary_txt_is_a_layer_too(inbox: Path, tmp_path: Path) -> None:
    with opened(text(inbox, TXT_HEADER + TXT_PARCEL + TXT_RING), tmp_path) as source:
        layer = source.layer()
        assert layer.crs == GaussKruger(3, 38)
        assert rows(source)[0]["DKMC"] == "测试地块"
        assert source.protection is None


def test_a_crs_asked_for_counts_only_where_none_is_declared(inbox: Path, tmp_path: Path) -> None:
    path = shapefile(inbox, frame(box(500000, 3380000, 500100, 3380100)))
    path.with_suffix(".prj").unlink()
    with opened(path, tmp_path, crs_epsg=4547) as source:
        assert source.layer().crs == GaussKruger(3, 38, prefixed=False)
        assert source.layer().crs_evidence.how == "asked"
    zone_38 = opened(zipped_shapefile(inbox, frame(PLOT)), tmp_path, crs_epsg=4527)
    with zone_38 as source, pytest.raises(GuotuError, match="GT-1222"):
        source.layer()


def test_many_rows_come_in_bounded_batches_in_order(inbox: Path, tmp_path: Path) -> None:
    path = geopackage(inbox, frame(*[PLOT] * 20_000, N=list(range(20_000))))
    with opened(path, tmp_path) as source:
        batches = list(source.layer().batches())
    assert len(batches) > 1
    assert max(batch.num_rows for batch in batches) <= 16_384
    assert [value for batch in batches for value in batch.column("N").to_pylist()] == list(range(20_000))


def test_relative_paths_are_as_good_as_absolute_ones(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    geopackage(inbox, frame(PLOT))
    monkeypatch.chdir(tmp_path)
    with open_source(Path("in/地块.gpkg"), work=Path("work")) as source:
        assert len(rows(source)) == 1


def test_a_readme_beside_the_data_does_not_matter(inbox: Path, tmp_path: Path) -> None:
    readme = text(inbox, "说明，请看\n", "说明.txt")
    with opened(zipped(inbox, readme, geopackage(inbox, frame(PLOT))), tmp_path) as source:
        assert source.format == "GeoPackage"


def test_the_original_geopackage_is_untouched(inbox: Path, tmp_path: Path) -> None:
    path = geopackage(inbox, frame(PLOT))
    before = path.read_bytes()
    with opened(path, tmp_path) as source:
        rows(source)
    assert path.read_bytes() == before
    with sqlite3.connect(path) as base:
        assert base.execute("pragma integrity_check").fetchone() == ("ok",)
    base.close()
