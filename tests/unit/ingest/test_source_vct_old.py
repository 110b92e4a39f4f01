"""VCT 2.0: the second survey's layout, with lines in any direction, columns in any order and heads of another shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely

import old_vct
from faulty.makers import text
from guotu.errors import GuotuError
from guotu.ingest.source import Source, open_source
from guotu.model.datum import GaussKruger
from guotu.model.schema import GeometryKind


def opened(folder: Path, content: str) -> Source:
    return open_source(text(folder, content, "二调.vct"), work=folder / "work")


def rows(source: Source, name: str) -> list[dict[str, Any]]:
    found = [row for batch in source.layer(name).batches() for row in batch.to_pylist()]
    return [row | {"shape": shapely.from_wkb(row["geometry"])} for row in found]


def read_whole(folder: Path, content: str) -> None:
    with opened(folder, content) as source:
        for name in source.layers:
            rows(source, name)


@pytest.mark.parametrize("content", [old_vct.WHOLE, old_vct.turned()], ids=["east first", "north first"])
def test_an_old_file_gives_its_layers_with_attributes(tmp_path: Path, content: str) -> None:
    with opened(tmp_path, content) as source:
        assert set(source.layers) == {"DLTB", "XZQJX", "KZD", "ZJ"}
        layer = source.layer("DLTB")
        assert (layer.crs, layer.geometry) == (GaussKruger(3, 38), GeometryKind.POLYGON)
        assert any("2.0" in zh for zh, _ in layer.warnings)
        first, second = rows(source, "DLTB")
        assert (first["BSM"], first["DLBM"], first["DLMC"]) == ("101", "011", "水田")
        assert first["shape"].area == 100 * 100 - 20 * 20
        assert second["shape"].equals(shapely.box(38500020, 3380020, 38500040, 3380040))
        assert rows(source, "XZQJX")[0]["JXLX"] == "660200"
        assert rows(source, "KZD")[0]["shape"].equals(shapely.Point(38500010.5, 3380020.25))
        assert rows(source, "ZJ")[0]["ZJNR"] == "清河县"


def test_columns_that_stand_the_other_way_are_told(tmp_path: Path) -> None:
    with opened(tmp_path, old_vct.turned()) as source:
        assert any("（北，东）" in zh for zh, _ in source.layer("DLTB").warnings)


def test_areas_of_coordinates_are_read_where_there_is_no_topology(tmp_path: Path) -> None:
    content = old_vct.WHOLE.replace("Topo:1", "Topo:0").replace(
        "4\n1,2\n0,3\n",
        "5\n38500000,3380000\n38500100,3380000\n38500100,3380100\n38500000,3380100\n38500000,3380000\n",
    )
    content = content.replace(
        "1\n3\n0\nPolygonEnd",
        "4\n38500000,3380000\n38500010,3380000\n38500010,3380010\n38500000,3380000\n0\nPolygonEnd",
    )
    with opened(tmp_path, content) as source:
        assert [row["shape"].area for row in rows(source, "DLTB")] == [10_000, 50]


def test_objects_without_a_closing_zero_are_read(tmp_path: Path) -> None:
    body = old_vct.BODY.replace("3380100\n0\n2\n", "3380100\n2\n").replace("3380060\n0\n", "3380060\n")
    with opened(tmp_path, old_vct.HEAD + body) as source:
        assert len(rows(source, "DLTB")) == 2


def test_nodes_of_full_topology_are_passed_over(tmp_path: Path) -> None:
    content = old_vct.WHOLE.replace("Topo:1", "Topo:2")
    head, lines = content.split("LineBegin\n")
    lines, rest = lines.split("LineEnd")
    lines = "\n".join("9\n9\n9\n9\n0" if line == "0" else line for line in lines.split("\n"))
    with opened(tmp_path, f"{head}LineBegin\n{lines}LineEnd{rest}") as source:
        assert rows(source, "DLTB")[0]["shape"].area == 9600


def test_old_datum_of_the_head_is_named_and_not_read_without_parameters(tmp_path: Path) -> None:
    content = old_vct.WHOLE.replace("CGCS2000,6378137,298.257222101", "1980西安坐标系,6378140,298.257")
    with opened(tmp_path, content) as source, pytest.raises(GuotuError) as caught:
        source.layer("DLTB")
    assert caught.value.code == "GT-1203"
    assert "西安80" in caught.value.detail("zh")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("1,2\n0,3", "1,9\n0,3", "GT-1115"),
        ("Version:2.0", "Version:7.1", "GT-1104"),
        ("38500300,3380000\n", "38500300\n", "GT-1115"),
        ("LineEnd\n", "", "GT-1115"),
    ],
)
def test_a_broken_old_file_is_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    with pytest.raises(GuotuError) as caught:
        read_whole(tmp_path, old_vct.WHOLE.replace(old, new, 1))
    assert caught.value.code == code
