"""VCT 3.0: indirect polygons, arcs, annotation, attributes; heads that lie; files that are broken."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from faulty.makers import text
from guotu.delivery.vct import VctLayer, write_vct
from guotu.errors import GuotuError
from guotu.ingest.source import Source, open_source
from guotu.model.datum import CGCS2000, GaussKruger
from guotu.model.schema import GeometryKind
from unit.ingest.deliveries import ZONE, Node, node
from unit.quality import parcel_rows

__all__ = ["node"]

HEAD = """HeadBegin
Datamark:LANDUSE-VCT
Version:3.0
CoordinateSystemType:P
Dim:2
XAxisDirection:E
YAxisDirection:N
XYUnit:M
Spheroid:CGCS2000,6378137.0,298.257222101
Projection:高斯-克吕格投影
Parameters:114,1,38500000,0,3,38
ExtentMin:1,2
ExtentMax:1,1
Separator:,
HeadEnd
FeatureCodeBegin
2001010100,地类图斑,Polygon,DLTB
1000609000,行政区界线,Line,XZQJX
1000119000,控制点,Point,KZD
1000600200,注记,Annotation,
FeatureCodeEnd
TableStructureBegin
DLTB,2
BSM,Char,18
DLMC,Varchar,60
0
XZQJX,1
JXLX,Char,6
0
KZD,1
MC,Char,20
0
BZ,1
SM,Char,20
0
TableStructureEnd
"""
POINTS = """PointBegin
5001
1000119000

1
1
38500010.5,3380020.25
0
PointEnd
"""
LINES = """LineBegin
1
1099000000
unknown
1
1
11
3
38500100,3380000
38500100,3380100
38500000,3380100
0
2
1099000000
unknown
1
1
11
3
38500100.0,3380000
38500000,3380000
38500000,3380100
0
3
1099000000
unknown
1
2
11
3
38500020,3380020
38500040,3380020
38500040,3380040
11
3
38500040,3380040
38500020,3380040
38500020,3380020
0
4
1000609000
0
1
1
12
3
38500100,3380000
38500200,3380100
38500300,3380000
0
LineEnd
"""
POLYGONS = """PolygonBegin
101
2001010100
unkown
100
38500050,3380050
21
4
-2,1,
0,3
0
102
2001010100
unknown
100
38500030,3380030
21
1
-3
0
PolygonEnd
"""
REST = """AnnotationBegin
7001
1000600200
0
1
清河，县
38500060,3380060,30.5
0
AnnotationEnd
AttributeBegin
DLTB
102,002,水田
101,001,
TableEnd
XZQJX
4,660200
TableEnd
KZD
5001,点甲
TableEnd
BZ
1,说明
TableEnd
AttributeEnd
"""
WHOLE = HEAD + POINTS + LINES + POLYGONS + REST


def opened(path: Path, tmp_path: Path, **options: Any) -> Source:
    return open_source(path, work=tmp_path / "work", **options)


def rows(source: Source, name: str) -> list[dict[str, Any]]:
    return [row for batch in source.layer(name).batches() for row in batch.to_pylist()]


def read_whole(path: Path, tmp_path: Path) -> None:
    with opened(path, tmp_path) as source:
        for name in source.layers:
            rows(source, name)


def shape(row: dict[str, Any]) -> Any:
    return shapely.from_wkb(row["geometry"])


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_every_layer_of_a_file_is_read(tmp_path: Path, encoding: str) -> None:
    with opened(text(tmp_path, WHOLE, "图.vct", encoding), tmp_path) as source:
        assert (source.format, source.layers) == ("VCT", ("KZD", "XZQJX", "DLTB", "注记", "BZ"))
        layer = source.layer("DLTB")
        assert (layer.geometry, layer.crs) == (GeometryKind.POLYGON, GaussKruger(3, 38))
        assert layer.crs_evidence.how == "declared"
        assert "38500000" in layer.crs_evidence.zh
        assert layer.fields == ("BSM", "DLMC")
        parcels = rows(source, "DLTB")
        assert rows(source, "BZ") == [{"SM": "说明"}]
        (point,), (sign,) = rows(source, "KZD"), rows(source, "注记")
    assert [(row["BSM"], row["DLMC"]) for row in parcels] == [("001", None), ("002", "水田")]
    hole = shapely.box(38500020, 3380020, 38500040, 3380040)
    assert shape(parcels[0]).equals(shapely.box(38500000, 3380000, 38500100, 3380100) - hole)
    assert shape(parcels[1]).equals(hole)
    assert (point["MC"], shape(point)) == ("点甲", shapely.Point(38500010.5, 3380020.25))
    assert (sign["ZJNR"], sign["ZJFX"]) == ("清河，县", "30.5")


def test_an_arc_becomes_chords_within_a_centimetre(tmp_path: Path) -> None:
    with opened(text(tmp_path, WHOLE, "图.vct"), tmp_path) as source:
        (row,) = rows(source, "XZQJX")
    arc = shapely.segmentize(shape(row), 0.1)
    radii = np.hypot(*(shapely.get_coordinates(arc) - [38500200.0, 3380000.0]).T)
    assert row["JXLX"] == "660200"
    assert radii.max() < 100 + 1e-6
    assert radii.min() > 100 - 0.011
    assert shapely.get_coordinates(arc)[:, 1].max() > 3380099.9


def test_coordinates_with_the_northing_first_are_turned(tmp_path: Path) -> None:
    body = HEAD.replace("XAxisDirection:E", "XAxisDirection:N") + POINTS.replace(
        "38500010.5,3380020.25", "3380020.25,38500010.5"
    )
    with opened(text(tmp_path, body, "图.vct"), tmp_path) as source:
        assert shape(rows(source, "KZD")[0]) == shapely.Point(38500010.5, 3380020.25)


@pytest.mark.parametrize(
    ("changes", "crs"),
    [
        ({"114,1,38500000,0,3,38": "114,1,500000,0,3,38"}, GaussKruger(3, 38)),
        ({"38500010.5": "500010.5"}, GaussKruger(3, 38, prefixed=False)),
        (
            {"CoordinateSystemType:P": "CoordinateSystemType:D", "38500010.5,3380020.25": "114.1,30.2"},
            CGCS2000,
        ),
        ({"Parameters:114,1,38500000,0,3,38": "Parameters:"}, GaussKruger(3, 38)),
    ],
)
def test_the_head_and_the_coordinates_settle_the_system_together(
    tmp_path: Path, changes: dict[str, str], crs: object
) -> None:
    body = HEAD + POINTS
    for old, new in changes.items():
        body = body.replace(old, new)
    with opened(text(tmp_path, body, "图.vct"), tmp_path) as source:
        assert source.layer("KZD").crs == crs


def test_xian_80_needs_parameters(tmp_path: Path) -> None:
    body = (HEAD + POINTS).replace("CGCS2000,6378137.0,298.257222101", "1980西安,6378140,298.257")
    with (
        opened(text(tmp_path, body, "图.vct"), tmp_path) as source,
        pytest.raises(GuotuError, match="GT-1203"),
    ):
        source.layer("KZD")


def test_objects_without_attributes_and_attributes_without_objects_are_counted(tmp_path: Path) -> None:
    body = WHOLE.replace("101,001,", "109,001,")
    with opened(text(tmp_path, body, "图.vct"), tmp_path) as source:
        warned = [zh for zh, _ in source.layer("DLTB").warnings]
        assert rows(source, "DLTB")[0]["BSM"] is None
    assert any("1 个对象没有属性" in zh for zh in warned)
    assert any("1 条属性没有对应的图形" in zh for zh in warned)


def test_a_direct_polygon_of_two_islands_and_a_lake_is_nested_rightly(tmp_path: Path) -> None:
    def ring(x: float, size: float) -> str:
        corners = [(x, 0), (x + size, 0), (x + size, size), (x, size), (x, 0)]
        return "5\n" + "".join(f"{38500000 + a},{3380000 + b}\n" for a, b in corners)

    body = f"PolygonBegin\n1\n2001010100\n\n1\n38500001,3380001\n3\n{ring(2, 3)}{ring(100, 5)}{ring(0, 10)}0\nPolygonEnd\n"
    with opened(text(tmp_path, HEAD + body, "图.vct"), tmp_path) as source:
        found = shape(rows(source, "DLTB")[0])
    assert found.geom_type == "MultiPolygon"
    assert found.area == pytest.approx(100 - 9 + 25)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("PolygonEnd", "", "PolygonEnd"),
        ("HeadEnd\nFeatureCodeBegin", "HeadEnd\nx", "此处"),
        ("-2,1,\n", "-9,1,\n", "线 9 不存在"),
        ("-2,1,\n", "2,1,\n", "首尾不相接"),
        ("21\n4\n", "21\n3\n", "应有 3 项"),
        ("38500000,3380100\n0\n2\n", "38500000,33801OO\n0\n2\n", "应为坐标"),
        ("\n12\n3\n", "\n15\n3\n", "线段类型 15"),
        ("102,002,水田", "102,002", "2 个字段"),
        ("102\n2001010100", "101\n2001010100", "标识码 101 重复"),
        ("TableEnd\nAttributeEnd\n", "", "文件在此中断"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in WHOLE
    with pytest.raises(GuotuError) as caught:
        read_whole(text(tmp_path, WHOLE.replace(old, new, 1), "图.vct"), tmp_path)
    assert caught.value.code == "GT-1115"
    assert says in caught.value.detail("zh")
    assert caught.value.place.row
    assert f"第 {caught.value.place.row} 行" in caught.value.detail("zh")


def test_parcels_written_as_vct_land_as_they_were(node: Node, tmp_path: Path) -> None:
    batch_of = parcel_rows.batch([parcel_rows.parcel(1), parcel_rows.sloping(2), parcel_rows.wood(3)])
    path = tmp_path / "县.vct"
    write_vct([VctLayer(parcel_rows.DLTB, [batch_of])], path, ZONE, made=date(2026, 1, 1))
    commit = node.land(path)
    assert commit is not None
    assert (commit.added, commit.changed, commit.deleted) == (3, 0, 0)
    stored = node.features()
    for row in batch_of.to_pylist():
        found = stored[row["BSM"]]
        assert {code: found[code] for code in parcel_rows.DLTB.codes} == {
            code: row[code] for code in parcel_rows.DLTB.codes
        }
        assert shapely.hausdorff_distance(shape(found), shape(row)) < 1e-9
    assert node.catalog.get("xz.dltb").format == "VCT"


def test_an_unknown_edition_is_refused_by_name(tmp_path: Path) -> None:
    body = WHOLE.replace("Version:3.0", "Version:9.0")
    with pytest.raises(GuotuError, match="GT-1104"):
        opened(text(tmp_path, body, "图.vct"), tmp_path)
