"""DXF: parcels of CASS with their extended data, labels, blocks, arcs, text in GBK or UTF-8, units, damage, large drawings."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import ezdxf
import numpy as np
import pytest
import shapely

import drawings
from drawings import EAST, NORTH, SQUARE, cadastral, new, parcel, save
from guotu.errors import GuotuError
from guotu.ingest.project import read_project
from guotu.ingest.readers import dxf, dxf_file
from guotu.ingest.source import Source, open_source
from guotu.model.datum import GaussKruger
from guotu.model.schema import GeometryKind


def opened(path: Path, tmp_path: Path, **options: Any) -> Source:
    return open_source(path, work=tmp_path / "work", **options)


def rows(source: Source, name: str) -> list[dict[str, Any]]:
    return [row for batch in source.layer(name).batches() for row in batch.to_pylist()]


def shapes(source: Source, name: str) -> list[Any]:
    return list(shapely.from_wkb([row["geometry"] for row in rows(source, name)]))


@pytest.mark.parametrize("version", ["R12", "R2000", "R2007", "R2018"])
def test_parcels_of_a_cadastral_drawing_come_with_their_extended_data(tmp_path: Path, version: str) -> None:
    with opened(save(cadastral(version), tmp_path), tmp_path) as source:
        assert source.format == "DXF"
        assert set(source.layers) == {"JZD", "ZJ", "DGX", "GCD"}
        layer = source.layer("JZD")
        assert (layer.geometry, layer.feature_count, layer.crs) == (
            GeometryKind.POLYGON,
            2,
            GaussKruger(3, 38),
        )
        assert "38" in layer.crs_evidence.zh
        first, second = rows(source, "JZD")
        assert first["ZDDM"] == "330106001001GB00001"
        assert (second["QLRMC"], second["DLBM"], second["SOUTH"]) == ("清河村", "0601", "300000")
        assert [shape.area for shape in shapes(source, "JZD")] == pytest.approx([10_000, 10_000])


def test_labels_blocks_and_lines_are_layers_of_their_own(tmp_path: Path) -> None:
    with opened(save(cadastral(), tmp_path), tmp_path) as source:
        assert rows(source, "ZJ")[0]["TEXT"] == "一号地块"
        spot = rows(source, "GCD")[0]
        assert (spot["BLOCK"], spot["HEIGHT"], spot["Z"]) == ("GC200", "34.56", "34.56")
        assert source.layer("DGX").geometry is GeometryKind.LINE
        assert rows(source, "DGX")[0]["Z"] == "12.5"
        assert any("高程" in zh and "Z" in zh for zh, _ in source.layer("DGX").warnings)


def test_one_layer_with_closed_and_open_lines_becomes_two(tmp_path: Path) -> None:
    document = new()
    parcel(document, "1")
    document.modelspace().add_line((EAST, NORTH), (EAST + 5, NORTH), dxfattribs={"layer": "JZD"})
    with opened(save(document, tmp_path), tmp_path) as source:
        assert set(source.layers) == {"JZD_Polygon", "JZD_LineString"}


@pytest.mark.parametrize("extrusion", [(0, 0, 1), (0, 0, -1)])
def test_a_bulge_is_an_arc_within_a_centimetre(tmp_path: Path, extrusion: tuple[int, int, int]) -> None:
    side = extrusion[2]
    document = new()
    corners = [
        (side * EAST, NORTH, 1.0),
        (side * EAST, NORTH + 200, 0.0),
        (side * (EAST - 300), NORTH + 100, 0.0),
    ]
    line = parcel(document, "1", corners, format="xyb")
    line.dxf.extrusion = extrusion
    with opened(save(document, tmp_path), tmp_path) as source:
        shape = shapes(source, "JZD")[0]
    triangle = 300 * 200 / 2
    assert shape.area - triangle == pytest.approx(side * math.pi * 100**2 / 2, rel=1e-3)
    arc = np.array([xy for xy in shape.exterior.coords if abs(xy[0] - (EAST - 300)) > 1])
    assert np.abs(np.hypot(arc[:, 0] - EAST, arc[:, 1] - NORTH - 100) - 100).max() < 1e-6
    whole = shapely.Point(EAST, NORTH + 100).buffer(100, quad_segs=20_000)
    half = [p for p in whole.exterior.coords if (p[0] - EAST) * side > 0.01]
    assert max(shapely.distance(shape.exterior, shapely.points(half))) < 0.01


def test_circles_ellipses_splines_and_arcs_stay_within_a_centimetre(tmp_path: Path) -> None:
    document = new()
    space = document.modelspace()
    at = {"layer": "QX"}
    space.add_circle((EAST, NORTH), 50, dxfattribs=at)
    space.add_arc((EAST, NORTH), 80, 350, 20, dxfattribs=at)
    space.add_ellipse((EAST, NORTH), (60, 0), 0.5, dxfattribs=at)
    space.add_spline([(EAST, NORTH), (EAST + 20, NORTH + 30), (EAST + 60, NORTH)], dxfattribs=at)
    with opened(save(document, tmp_path), tmp_path) as source:
        areas = sorted(shape.area for shape in shapes(source, "QX_Polygon"))
        lines = shapes(source, "QX_LineString")
    assert areas == pytest.approx([math.pi * 60 * 30, math.pi * 2500], rel=3e-4)
    assert len(lines) == 2
    assert lines[0].length == pytest.approx(80 * math.radians(30), abs=0.01)


def test_old_polylines_are_read_with_their_bulges(tmp_path: Path) -> None:
    document = new("R12")
    document.modelspace().add_polyline2d(
        [(EAST, NORTH, 0, 0, 1.0), (EAST + 10, NORTH, 0, 0, 1.0)],
        format="xyseb",
        close=True,
        dxfattribs={"layer": "JZD"},
    )
    with opened(save(document, tmp_path), tmp_path) as source:
        assert shapes(source, "JZD")[0].area == pytest.approx(math.pi * 25, abs=2 * math.pi * 5 * 0.01)


def test_text_that_contradicts_its_code_page_is_read_as_what_it_is(tmp_path: Path) -> None:
    path = save(cadastral(), tmp_path)
    path.write_bytes(path.read_bytes().replace(b"ANSI_936", b"ANSI_1252"))
    with opened(path, tmp_path) as source:
        layer = source.layer("JZD")
        assert layer.encoding == "gb18030"
        assert any("GBK" in zh for zh, _ in layer.warnings)
        assert rows(source, "JZD")[0]["QLRMC"] == "清河村"
        shown = {each.codec: each for each in layer.encoding_evidence.candidates}
        assert shown["gb18030"].score == 1.0
        assert any("清河村" in sample for sample in shown["gb18030"].samples)


def test_gbk_in_a_drawing_that_must_be_utf8_is_read(tmp_path: Path) -> None:
    path = save(cadastral("R2007"), tmp_path)
    path.write_bytes(path.read_bytes().decode("utf-8").encode("gbk"))
    with opened(path, tmp_path) as source:
        assert rows(source, "JZD")[0]["QLRMC"] == "清河村"


def test_millimetres_count_only_where_they_alone_make_coordinates(tmp_path: Path) -> None:
    real = new(unit=4)
    parcel(real, "1", [(x * 1000, y * 1000) for x, y in SQUARE])
    with opened(save(real, tmp_path), tmp_path) as source:
        assert source.layer().crs == GaussKruger(3, 38)
        assert shapes(source, "JZD")[0].area == pytest.approx(10_000)
        assert any("毫米" in zh for zh, _ in source.layer().warnings)
    template = new(unit=4)
    parcel(template, "1")
    with opened(save(template, tmp_path, "b.dxf"), tmp_path) as source:
        assert shapes(source, "JZD")[0].area == pytest.approx(10_000)


def test_eastings_without_zone_are_asked_for(tmp_path: Path) -> None:
    document = new()
    parcel(document, "1", [(x - 38_000_000, y) for x, y in SQUARE])
    path = save(document, tmp_path)
    with opened(path, tmp_path) as source, pytest.raises(GuotuError) as caught:
        source.layer()
    assert caught.value.code == "GT-1221"
    with opened(path, tmp_path, crs_epsg=4547) as source:
        assert source.layer().crs == GaussKruger(3, 38, prefixed=False)


def test_a_drawing_is_a_project_boundary(tmp_path: Path) -> None:
    project = read_project(save(cadastral(), tmp_path), work=tmp_path / "work", layer="JZD")
    assert [each.number for each in project.parcels] == ["330106001001GB00001", "330106001001GB00002"]
    assert project.zone == GaussKruger(3, 38)


def test_a_binary_drawing_is_read(tmp_path: Path) -> None:
    path = tmp_path / "b.dxf"
    cadastral().saveas(path, fmt="bin")
    with opened(path, tmp_path) as source:
        assert rows(source, "JZD")[0]["QLRMC"] == "清河村"


def test_a_damaged_drawing_is_repaired_and_says_so(tmp_path: Path) -> None:
    path = save(cadastral("R2007"), tmp_path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("AcDbPolyline\n", "AcDbPolyline\n 90\n4x\n", 1), encoding="utf-8")
    with opened(path, tmp_path) as source:
        assert any("修复" in zh for zh, _ in source.layer("JZD").warnings)
        assert len(rows(source, "JZD")) >= 1


def test_what_is_not_read_is_told(tmp_path: Path) -> None:
    document = cadastral()
    document.modelspace().add_hatch().paths.add_polyline_path(SQUARE)
    with opened(save(document, tmp_path), tmp_path) as source:
        assert any("HATCH×1" in zh for zh, _ in source.layer("JZD").warnings)


def test_a_large_drawing_is_walked_with_the_same_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(save(cadastral(), tmp_path))
    whole = dxf.surveyed(path, None)
    loaded = {name: list(dxf._batches(whole, seen, list(seen.fields))) for name, seen in whole.layers.items()}
    dxf.surveyed.cache_clear()
    monkeypatch.setattr(dxf_file, "LARGEST_LOADED", 0)
    walked = dxf.surveyed(path, None)
    assert walked.drawing.document is None
    for name, seen in walked.layers.items():
        assert list(dxf._batches(walked, seen, list(seen.fields))) == loaded[name]
    assert set(loaded) == set(walked.layers)
    dxf.surveyed.cache_clear()


def test_paper_space_is_left_alone(tmp_path: Path) -> None:
    document = cadastral()
    document.layout("Layout1").add_lwpolyline(
        [(0, 0), (1, 0), (1, 1)], close=True, dxfattribs={"layer": "JZD"}
    )
    with opened(save(document, tmp_path), tmp_path) as source:
        assert source.layer("JZD").feature_count == 2


def test_a_drawing_made_elsewhere_is_no_template(tmp_path: Path) -> None:
    document = ezdxf.new("R2010", setup=True)
    document.modelspace().add_lwpolyline(SQUARE, close=True)
    with opened(drawings.save(document, tmp_path), tmp_path) as source:
        assert source.layers == ("0",)
