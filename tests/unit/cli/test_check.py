"""`guotu check`: several reports at once, a normalised copy, columns matched by hand, files that leave something open."""

from __future__ import annotations

from pathlib import Path

import geopandas
import pyogrio
import pytest

from unit.ingest.deliveries import write
from unit.quality.parcel_rows import cell, parcel


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    frame = geopandas.read_file(write(tmp_path / "d.gpkg", [parcel(1), parcel(2), parcel(3)]))
    frame.rename(columns={"DLMC": "leixing"}).to_file(tmp_path / "e.gpkg", layer="DLTB")
    return tmp_path / "e.gpkg"


def test_several_reports_and_a_normalised_copy_are_written_at_once(
    guotu, delivery: Path, tmp_path: Path
) -> None:
    targets = [tmp_path / name for name in ("r.html", "r.xlsx", "r.gpkg")]
    options = [word for target in targets for word in ("--report", target)]
    ran = guotu("check", delivery, *options, "--normalised", tmp_path / "n.gpkg", "--json")
    assert ran.status == 3
    assert all(target.stat().st_size > 1000 for target in targets)
    copy = pyogrio.read_dataframe(tmp_path / "n.gpkg", layer="DLTB")
    assert copy.crs.to_epsg() == 4490
    assert "DLMC" in copy.columns
    assert len(copy) == 3
    assert copy.geometry.iloc[0].geom_type == "MultiPolygon"


def test_a_column_is_matched_by_hand(guotu, delivery: Path) -> None:
    before = guotu("check", delivery, "--json")
    assert "1301" in {count["rule"] for count in before.document["counts"]}
    after = guotu("check", delivery, "--map", "leixing=DLMC", "--json")
    assert {"source": "leixing", "field": "DLMC", "reason": "按您的指定"} in after.document["fields"]
    assert "1301" not in {count["rule"] for count in after.document["counts"]}
    assert guotu("check", delivery, "--map", "nothing").status == 2
    assert guotu("check", delivery, "--map", "nothing=DLMC", "--json").code == "GT-7014"


def test_a_layer_nobody_knows_beside_a_good_one_is_held(guotu, tmp_path: Path) -> None:
    path = write(tmp_path / "d.gpkg", [parcel(1), parcel(2)])
    other = geopandas.GeoDataFrame({"a": [1]}, geometry=[cell(1)], crs=4490)
    other.to_file(path, layer="OTHER")
    ran = guotu("check", path, "--json")
    assert ran.status == 4
    assert [layer["name"] for layer in ran.document["layers"] if "name" in layer] == ["OTHER"]
    assert guotu("check", path, "--layer", "OTHER", "--json").code == "GT-1390"
