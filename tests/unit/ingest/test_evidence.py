"""What a file says about itself is weighed against what it holds."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyproj
import pytest
import shapely

from faulty.makers import nested_collections, wkb_polygon
from guotu.errors import GuotuError, Place
from guotu.ingest.crs_evidence import resolve
from guotu.ingest.encoding import codec_named, decide, decode_cut
from guotu.ingest.identify import identify
from guotu.ingest.readers.arcs import straightened, stroke
from guotu.ingest.readers.dbf import DbfHeader
from guotu.ingest.readers.wkb_guard import MAX_DEPTH, GeometryTooDeep, check_wkb, type_names
from guotu.model.datum import CGCS2000, Datum, GaussKruger, Geographic

HERE = Place(file="x")
METRES = np.array([[38500000.0, 3380000.0], [38500100.0, 3380100.0]])
DEGREES = np.array([[114.0, 30.0], [114.1, 30.1]])


def header(language: int = 0) -> DbfHeader:
    return DbfHeader(1, 65, 11, language, ())


@pytest.mark.parametrize(
    ("cpg", "language", "raw", "codec"),
    [
        ("UTF-8", 0, "永久基本农田".encode(), "utf-8"),
        ("GBK", 0, "永久基本农田".encode("gbk"), "gb18030"),
        ("936", 0, "永久基本农田".encode("gbk"), "gb18030"),
        ("OEM", 0, "永久基本农田".encode("gbk"), "gb18030"),
        ("nonsense", 0, "永久基本农田".encode("gbk"), "gb18030"),
        (None, 0x4D, "永久基本农田".encode("gbk"), "gb18030"),
        (None, 0x4D, "永久基本农田".encode(), "utf-8"),
        (None, 0x57, "永久基本农田".encode("gbk"), "gb18030"),
        (None, 0x57, "永久基本农田".encode(), "utf-8"),
        (None, 0x03, "Müller Weiß".encode("cp1252"), "cp1252"),
        (None, 0, b"plain", "utf-8"),
    ],
)
def test_an_encoding_is_chosen_by_claim_and_by_bytes(
    cpg: str | None, language: int, raw: bytes, codec: str
) -> None:
    choice = decide(header(language), [raw, b"DLBM"], cpg=cpg)
    assert choice.codec == codec
    assert choice.zh
    assert choice.en


def test_an_asked_encoding_is_taken_at_its_word() -> None:
    assert decide(header(), [b"\xff\xff"], asked="gbk").codec == "gb18030"
    assert codec_named("ANSI 936") == "gb18030"


def test_half_a_character_at_the_end_is_forgiven_and_one_inside_is_not() -> None:
    assert decode_cut("水田".encode("gbk")[:3], "gb18030") == "水"
    with pytest.raises(UnicodeDecodeError):
        decode_cut(b"\xff\xff" + "水田".encode("gbk"), "gb18030")


def test_parameters_without_authority_are_recognised() -> None:
    wkt = pyproj.CRS.from_epsg(4526).to_wkt("WKT1_ESRI")
    found = resolve(wkt, METRES, place=HERE)
    assert (found.crs, found.how) == (GaussKruger(3, 38), "parameters")


def test_degrees_of_wgs84_may_be_stated_to_be_cgcs2000() -> None:
    assert resolve("EPSG:4326", DEGREES, place=HERE).crs == Geographic(Datum.WGS84)
    assert resolve("EPSG:4326", DEGREES, asked=4490, place=HERE).crs == CGCS2000


@pytest.mark.parametrize("declared", ["EPSG:4526", None])
def test_two_statements_that_differ_are_refused(declared: str | None) -> None:
    with pytest.raises(GuotuError, match="GT-1222"):
        resolve(declared, METRES, asked=4527, place=HERE)


def test_a_county_reaching_into_the_next_zone_is_accepted() -> None:
    far = METRES + np.array([195_000.0, 0.0])
    assert resolve("EPSG:4526", far, place=HERE).crs == GaussKruger(3, 38)
    with pytest.raises(GuotuError, match="GT-1222"):
        resolve("EPSG:4526", METRES + np.array([300_000.0, 0.0]), place=HERE)


def test_an_empty_layer_has_no_evidence_against_it() -> None:
    assert resolve("EPSG:4526", np.empty((0, 2)), place=HERE).crs == GaussKruger(3, 38)
    assert resolve(None, np.empty((0, 2)), place=HERE).how == "default"


def test_a_text_with_sections_is_a_boundary_file_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "contract-12"
    path.write_text("【地块坐标】\n", encoding="utf-8")
    assert identify(path).format.name == "界址点 TXT"


def test_the_guard_counts_depth_wherever_the_nest_hides() -> None:
    point = shapely.to_wkb(shapely.Point(0, 0))
    deep = point
    for _ in range(MAX_DEPTH + 2):
        deep = struct.pack("<BII", 1, 7, 2) + point + deep
    for hostile in (deep, nested_collections(50_000)):
        with pytest.raises(GeometryTooDeep):
            check_wkb(pa.array([point, hostile], pa.binary()))
    assert check_wkb(pa.array([point, None, nested_collections(5)], pa.binary())).flat


def test_the_guard_tells_kinds_and_cut_values() -> None:
    square = wkb_polygon([[0, 0], [1, 0], [1, 1], [0, 0]])
    assert type_names(pa.array([square, None, shapely.to_wkb(shapely.Point(1, 2), byte_order=0)])) == [
        "Polygon",
        "",
        "Point",
    ]
    assert not check_wkb(pa.array([shapely.to_wkb(shapely.Point(1, 2, 3))])).flat
    assert check_wkb(pa.array([struct.pack("<BII", 1, 10, 0)])).curved
    with pytest.raises(ValueError, match="cut short"):
        check_wkb(pa.array([b"\x01\x03"]))
    with pytest.raises(ValueError, match="cut short"):
        check_wkb(pa.array([struct.pack("<BII", 1, 7, 3)]))


@pytest.mark.parametrize("radius", [0.5, 30.0, 5_000.0])
def test_chords_stay_within_a_centimetre_of_their_arc(radius: float) -> None:
    angles = np.array([0.1, 1.4, 2.9])
    points = np.column_stack([np.cos(angles), np.sin(angles)]) * radius + 1_000.0
    chords = stroke(points)
    middles = (chords[1:] + chords[:-1]) / 2 - 1_000.0
    assert radius - np.hypot(*middles.T).min() <= 0.01 + 1e-9
    assert np.allclose(chords[[0, -1]], points[[0, -1]], atol=0, rtol=0)
    assert np.array_equal(stroke(points[::-1]), chords[::-1])


def test_curves_cut_short_are_refused() -> None:
    for raw in (
        struct.pack("<BII", 1, 8, 9),
        struct.pack("<BII", 1, 12, 1),
        struct.pack("<BII", 1, 10, 1 << 30),
    ):
        with pytest.raises(ValueError, match="curve"):
            straightened(raw)
