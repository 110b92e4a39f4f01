"""Personal geodatabases: tables, shapes with holes, parts, Z, M and curves, text, dates — and machines without mdbtools."""

from __future__ import annotations

import gzip
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from guotu.errors import GuotuError
from guotu.ingest.readers import told_file
from guotu.ingest.source import Source, open_source
from guotu.model.datum import GaussKruger
from guotu.model.schema import GeometryKind
from mdb_files import DATABASE, E, N

needs_mdbtools = pytest.mark.skipif(shutil.which("mdb-export") is None, reason="mdbtools is not installed")


def database(folder: Path, name: str = "规划.mdb") -> Path:
    path = folder / name
    path.write_bytes(gzip.decompress(DATABASE.read_bytes()))
    return path


def opened(folder: Path) -> Source:
    return open_source(database(folder), work=folder / "work")


def rows(source: Source, name: str) -> list[dict[str, Any]]:
    return [row for batch in source.layer(name).batches() for row in batch.to_pylist()]


def shapes(source: Source, name: str) -> list[Any]:
    return list(shapely.from_wkb([row["geometry"] for row in rows(source, name)]))


@needs_mdbtools
def test_feature_classes_and_tables_are_layers_and_book_keeping_is_none(tmp_path: Path) -> None:
    with opened(tmp_path) as source:
        assert set(source.layers) == {"DLTB", "XZQJX", "KZD", "说明"}
        layer = source.layer("DLTB")
        assert (layer.geometry, layer.feature_count, layer.crs) == (
            GeometryKind.POLYGON,
            7,
            GaussKruger(3, 38),
        )
        assert layer.fields == ("OBJECTID", "DLBM", "DLMC", "TBMJ", "RQ", "BZ")
        assert source.layer("说明").geometry is GeometryKind.NONE
        assert rows(source, "说明") == [{"XM": "张三", "SL": "7"}]


@needs_mdbtools
def test_text_dates_and_nulls_come_as_they_are(tmp_path: Path) -> None:
    with opened(tmp_path) as source:
        first, second, *_ = rows(source, "DLTB")
    assert (first["DLMC"], first["BZ"], first["TBMJ"]) == ("水田", '甲，"乙"\n丙', "9600")
    assert first["RQ"].startswith("2009-12-31")
    assert (second["RQ"], second["geometry"]) == (None, None)


@needs_mdbtools
def test_holes_and_parts_are_kept_and_heights_are_told(tmp_path: Path) -> None:
    with opened(tmp_path) as source:
        found = shapes(source, "DLTB")
        warned = [zh for zh, _ in source.layer("DLTB").warnings]
    assert found[0].area == 9600
    assert len(found[0].interiors) == 1
    assert (found[2].geom_type, found[2].area, found[2].has_z) == ("MultiPolygon", 5000, False)
    assert any("Z" in zh and zh.startswith("2 ") for zh in warned)
    assert any("曲线" in zh and zh.startswith("4 ") for zh in warned)
    assert any("没有图形" in zh for zh in warned)


@needs_mdbtools
def test_arcs_stay_within_a_centimetre_whichever_way_they_are_given(tmp_path: Path) -> None:
    with opened(tmp_path) as source:
        found = shapes(source, "DLTB")
    for shape, centre in ((found[3], 400), (found[4], 600)):
        assert shape.area == pytest.approx(math.pi * 50**2 / 2, abs=math.pi * 50 * 0.01)
        arc = np.array(shape.exterior.coords) - (E + centre, N + 50)
        assert np.abs(np.hypot(*arc.T) - 50).max() < 1e-6
        assert shapely.get_coordinates(shape)[:, 0].max() <= E + centre + 1e-6


@needs_mdbtools
def test_beziers_and_ellipses_stay_within_a_centimetre(tmp_path: Path) -> None:
    with opened(tmp_path) as source:
        *_, bezier, ellipse = shapes(source, "DLTB")
    t = np.linspace(0, 1, 5001)[:, None]
    p = np.array([(E + 700, N), (E + 640, N), (E + 640, N + 100), (E + 700, N + 100)])
    curve = (1 - t) ** 3 * p[0] + 3 * t * (1 - t) ** 2 * p[1] + 3 * t**2 * (1 - t) * p[2] + t**3 * p[3]
    assert shapely.distance(bezier.exterior, shapely.points(curve)).max() <= 0.01
    angle = np.linspace(np.pi / 2, 3 * np.pi / 2, 5001)
    half = np.column_stack([E + 900 + 25 * np.cos(angle), N + 50 + 50 * np.sin(angle)])
    assert shapely.distance(ellipse.exterior, shapely.points(half)).max() <= 0.01
    assert ellipse.area == pytest.approx(math.pi * 50 * 25 / 2, rel=2e-3)


@needs_mdbtools
def test_lines_with_measures_and_points_of_every_kind_are_read(tmp_path: Path) -> None:
    with opened(tmp_path) as source:
        lines, points = shapes(source, "XZQJX"), shapes(source, "KZD")
        assert any("M" in zh for zh, _ in source.layer("XZQJX").warnings)
    assert [line.length for line in lines] == [50, 50 + 10]
    assert [point.geom_type for point in points] == ["Point", "Point", "MultiPoint"]
    assert points[0].equals(shapely.Point(E + 10.5, N + 20.25))


def test_a_machine_without_the_tools_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told_file, "_TOOLS_PATH", str(tmp_path))
    with pytest.raises(GuotuError, match="GT-1135") as caught:
        opened(tmp_path)
    assert "mdbtools" in caught.value.hint("zh")
    assert caught.value.place.file == "规划.mdb"
