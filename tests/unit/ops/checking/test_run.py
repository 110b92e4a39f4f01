"""A file examined: what it tells, what must be asked, what a user's word changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from guotu.errors import GuotuError
from guotu.ops.checking import Asked, Bench, Examination, examine
from guotu.quality.findings import Wanted
from unit.ingest.deliveries import write
from unit.quality.parcel_rows import cell, parcel


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    return write(tmp_path / "d.gpkg", [parcel(1), parcel(2, DLMC="旱地"), parcel(3)])


def look(path: Path, folder: Path, asked: Asked | None = None, **more: Any) -> Examination:
    folder.mkdir(exist_ok=True)
    return examine(path, folder, work=folder / "work", asked=asked, **more)


def test_a_file_tells_what_it_is(delivery: Path, tmp_path: Path) -> None:
    found = look(delivery, tmp_path / "c")
    (layer,) = found.layers
    assert found.format == "GeoPackage"
    assert (layer.name, layer.schema, layer.features, layer.crs_epsg) == ("DLTB", "dltb-2020", 3, 4528)
    assert layer.crs_how == "declared"
    assert layer.schemas[0][0] == "dltb-2020"
    assert layer.scores["DLBM"] == 1.0
    assert layer.report is not None
    assert not found.passed
    assert [each.place.row for _, each in found.findings.page(Wanted(rule="1306"))] == [2]


def test_what_is_kept_is_what_was_found(delivery: Path, tmp_path: Path) -> None:
    found = look(delivery, tmp_path / "c")
    again = Examination.load(tmp_path / "c")
    assert again.as_dict("zh") == found.as_dict("zh")
    assert again.as_dict("en") == found.as_dict("en")
    assert again.layers == found.layers
    assert [each.rule for each in found.report(found.layers[0]).findings].count("1306") == 1


def test_a_column_goes_where_the_user_says(tmp_path: Path) -> None:
    frame = geopandas.read_file(write(tmp_path / "d.gpkg", [parcel(1), parcel(2)]))
    frame.rename(columns={"DLMC": "leixing"}).to_file(tmp_path / "e.gpkg", layer="DLTB")
    before = look(tmp_path / "e.gpkg", tmp_path / "c")
    assert "DLMC" in before.layers[0].missing
    after = look(tmp_path / "e.gpkg", tmp_path / "c", Asked(mapping={"leixing": "DLMC"}))
    assert after.layers[0].missing == ()
    assert after.layers[0].scores["leixing"] == 1.0
    assert after.findings.count(Wanted(rule="1306")) == 0


@pytest.mark.parametrize("said", [{"nothing": "DLMC"}, {"DLMC": "NOTHING"}, {"DLMC": "DLBM", "BSM": "DLBM"}])
def test_a_mapping_that_cannot_be_is_refused(delivery: Path, tmp_path: Path, said: dict[str, str]) -> None:
    with pytest.raises(GuotuError) as refused:
        look(delivery, tmp_path / "c", Asked(mapping=said))
    assert refused.value.code == "GT-7014"


def test_coordinates_that_tell_nothing_are_asked_about(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame(
        {"DLBM": ["0101"]}, geometry=[shapely.box(500_100, 3_400_000, 500_200, 3_400_100)], crs=4548
    )
    frame.to_file(tmp_path / "DLTB.shp")
    (tmp_path / "DLTB.prj").unlink()
    found = look(tmp_path / "DLTB.shp", tmp_path / "c", bench=Bench(near=117.3))
    question = found.layers[0].question
    assert question is not None
    assert question.about == "crs"
    assert question.choices[0][0] == "4548"
    assert "117.0" in question.choices[0][1]
    assert found.asks
    assert not found.passed
    told = look(tmp_path / "DLTB.shp", tmp_path / "c", Asked(crs_epsg=4548, schema="dltb-2020"))
    assert told.layers[0].crs_how == "asked"
    assert told.layers[0].extent is not None
    assert told.layers[0].extent[0] == pytest.approx(117.0, abs=0.01)


def test_a_layer_that_resembles_nothing_is_asked_about(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"a": [1]}, geometry=[cell(1)], crs=4490)
    frame.to_file(tmp_path / "x.gpkg")
    (layer,) = look(tmp_path / "x.gpkg", tmp_path / "c").layers
    assert layer.question is not None
    assert (layer.question.about, layer.report, layer.columns) == ("schema", None, ("a",))


def test_every_layer_of_a_file_is_judged(delivery: Path, tmp_path: Path) -> None:
    other = geopandas.GeoDataFrame({"a": [1]}, geometry=[cell(1)], crs=4490)
    other.to_file(delivery, layer="OTHER")
    first, second = look(delivery, tmp_path / "c").layers
    assert first.report is not None
    assert second.question is not None
    (alone,) = look(delivery, tmp_path / "d", Asked(layer="DLTB")).layers
    assert alone.report is not None
    with pytest.raises(GuotuError) as refused:
        look(delivery, tmp_path / "e", Asked(mapping={"DLMC": None}))
    assert refused.value.code == "GT-1116"
