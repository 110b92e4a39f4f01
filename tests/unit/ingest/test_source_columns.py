"""Aliases and domains travel with a layer: they are shown, and an alias tells a field that its name does not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from domain_files import GEODATABASE, geopackage
from guotu.ingest.fields import match_fields
from guotu.ingest.source import open_source
from guotu.standards.layers import schema


@pytest.mark.parametrize("form", ["GeoPackage", "FileGDB"])
def test_domains_come_with_their_values(tmp_path: Path, form: str) -> None:
    path = geopackage(tmp_path) if form == "GeoPackage" else shutil.copy(GEODATABASE, tmp_path)
    with open_source(Path(path), work=tmp_path / "work") as source:
        layer = source.layer("DLTB")
        rows = [row for batch in layer.batches() for row in batch.to_pylist()]
    known = {column.name: column for column in layer.columns}
    assert known["D1"].domain == "地类字典"
    assert known["D1"].codes == (("0101", "水田"), ("0102", "水浇地 <旱>"))
    assert dict(known["QSXZ"].codes)["20"] == "国有"
    assert "MJ" not in known
    assert [row["D1"] for row in rows] == ["0101", "0102", None]
    assert [row["QSXZ"] for row in rows] == [20, 30, 30]


def test_an_alias_is_shown_and_tells_the_field(tmp_path: Path) -> None:
    with open_source(geopackage(tmp_path), work=tmp_path / "work") as source:
        layer = source.layer()
    assert layer.aliases == {"D1": "地类编码", "QSXZ": "权属性质"}
    matches = {match.source: match for match in match_fields(schema("DLTB"), layer.fields, layer.aliases)}
    assert matches["D1"].code == "DLBM"
    assert "别名" in matches["D1"].zh
    assert matches["QSXZ"].code == "QSXZ"
    assert {match.code for match in match_fields(schema("DLTB"), layer.fields)} & {"DLBM"} == set()


def test_an_alias_does_not_take_what_a_name_has() -> None:
    found = match_fields(schema("DLTB"), ["X1", "DLBM"], {"X1": "地类编码"})
    assert [match.code for match in found] == [None, "DLBM"]
