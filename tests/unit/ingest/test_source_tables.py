"""Tables: delimited text and workbooks, with and without coordinates, read as layers and landed through the gate."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely

from faulty.makers import PLOT, text, zipped
from guotu.errors import GuotuError
from guotu.ingest import check
from guotu.ingest.source import Source, open_source
from guotu.model.access import AccessPlan
from guotu.model.dataset import StreamName
from guotu.model.datum import CGCS2000, GaussKruger
from guotu.model.query import Query
from guotu.model.schema import GeometryKind
from guotu.standards import layers
from unit.ingest.deliveries import Node, node

__all__ = ["node"]
PEOPLE = (
    "XZQDM,XZQMC,TJNF,CZRK,HJRK\n330106001,甲镇,2024,12345,12000\n330106002,乙镇,2024,2345,\n"
    "330106003,丙镇,2024,345,300\n"
)


def opened(path: Path, tmp_path: Path, **options: Any) -> Source:
    return open_source(path, work=tmp_path / "work", **options)


def rows(source: Source, name: str | None = None) -> list[dict[str, Any]]:
    return [row for batch in source.layer(name).batches() for row in batch.to_pylist()]


def workbook(folder: Path, name: str = "表.xlsx", **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, cells in sheets.items():
        sheet = book.create_sheet(title)
        for row in cells:
            sheet.append(row)
    book.save(folder / name)
    return folder / name


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_a_table_is_read_whatever_its_encoding_and_delimiter(
    inbox: Path, tmp_path: Path, encoding: str, mark: str
) -> None:
    path = text(inbox, PEOPLE.replace(",", mark), "人口.csv", encoding)
    with opened(path, tmp_path) as source:
        layer = source.layer()
        assert (source.format, layer.name, layer.geometry) == ("CSV", "人口", GeometryKind.NONE)
        assert layer.fields == ("XZQDM", "XZQMC", "TJNF", "CZRK", "HJRK")
        assert layer.feature_count == 3
        found = rows(source)
        assert source.protection is not None
    assert [row["XZQMC"] for row in found] == ["甲镇", "乙镇", "丙镇"]
    assert found[1]["HJRK"] is None
    assert list(found[0]) == list(layer.fields)


def test_quotes_keep_delimiters_and_line_breaks(inbox: Path, tmp_path: Path) -> None:
    path = text(inbox, '名称,备注\n"甲,乙","一\n二"\n"说""好""",\n', "表.csv", "utf-8")
    with opened(path, tmp_path) as source:
        assert rows(source) == [
            {"名称": "甲,乙", "备注": "一\r\n二"},
            {"名称": '说"好"', "备注": None},
        ]


def test_a_single_column_called_csv_is_a_table(inbox: Path, tmp_path: Path) -> None:
    with opened(text(inbox, "名称\n甲\n乙\n", "表.csv", "utf-8"), tmp_path) as source:
        assert [row["名称"] for row in rows(source)] == ["甲", "乙"]


def test_titles_above_the_header_are_left_out_and_told(inbox: Path, tmp_path: Path) -> None:
    path = text(inbox, "清河县人口统计表,,,,\n单位：人,,,,\n" + PEOPLE, "人口.csv", "gb18030")
    with opened(path, tmp_path) as source:
        layer = source.layer()
        assert layer.fields[0] == "XZQDM"
        assert layer.feature_count == 3
        assert any("第 3 行是表头" in zh for zh, _ in layer.warnings)


def test_short_rows_are_filled_and_counted(inbox: Path, tmp_path: Path) -> None:
    path = text(inbox, "A,B,C\n1,2\nx,y,z\n3\n", "表.csv", "utf-8")
    with opened(path, tmp_path) as source:
        assert rows(source)[0] == {"A": "1", "B": "2", "C": None}
        assert any("有 2 行" in zh and "第 2 行" in zh for zh, _ in source.layer().warnings)


def test_repeated_and_missing_column_names_are_numbered(inbox: Path, tmp_path: Path) -> None:
    path = text(inbox, "A,,A,B \n1,2,3,4\n", "表.csv", "utf-8")
    with opened(path, tmp_path) as source:
        assert source.layer().fields == ("A", "列2", "A_1", "B")


def test_well_known_text_becomes_geometry(inbox: Path, tmp_path: Path) -> None:
    lines = f'名称;WKT\n甲;"{PLOT.wkt}"\n乙;\n丙;"POLYGON ((0 0, 1"\n'
    with opened(text(inbox, lines, "地块.csv", "utf-8"), tmp_path) as source:
        layer = source.layer()
        assert layer.fields == ("名称",)
        assert layer.geometry is GeometryKind.POLYGON
        assert layer.crs == GaussKruger(3, 38)
        found = rows(source)
    assert shapely.from_wkb(found[0]["geometry"]).equals(PLOT)
    assert found[1]["geometry"] is None
    assert shapely.from_wkb(found[2]["geometry"], on_invalid="ignore") is None


def test_an_srid_before_well_known_text_is_its_system(inbox: Path, tmp_path: Path) -> None:
    path = text(inbox, "a,geom\n1,SRID=4490;POINT (114.1 30.2)\n", "点.csv", "utf-8")
    with opened(path, tmp_path) as source:
        assert source.layer().crs == CGCS2000
        assert source.layer().crs_evidence.how == "declared"
        assert shapely.from_wkb(rows(source)[0]["geometry"]).equals(shapely.Point(114.1, 30.2))


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("名称,经度,纬度", "甲,114.25,30.5"),
        ("名称,LON,LAT", "甲,114.25,30.5"),
        ("名称,纬度(°),经度(°)", "甲,30.5,114.25"),
        ("名称,经度,纬度", "甲,114°15′0″,30°30′"),
    ],
)
def test_columns_of_longitude_and_latitude_become_points(
    inbox: Path, tmp_path: Path, header: str, cells: str
) -> None:
    with opened(text(inbox, f"{header}\n{cells}\n", "点.csv", "utf-8"), tmp_path) as source:
        layer = source.layer()
        assert layer.geometry is GeometryKind.POINT
        assert layer.crs == CGCS2000
        assert len(layer.fields) == 3
        assert shapely.from_wkb(rows(source)[0]["geometry"]).equals(shapely.Point(114.25, 30.5))


@pytest.mark.parametrize("cells", ["38500000,3380000", "3380000,38500000"])
def test_x_is_the_easting_of_gis_or_the_northing_of_surveyors(
    inbox: Path, tmp_path: Path, cells: str
) -> None:
    with opened(text(inbox, f"点号,X,Y\nJ1,{cells}\n", "点.csv", "utf-8"), tmp_path) as source:
        layer = source.layer()
        assert layer.crs == GaussKruger(3, 38)
        assert any("X" in zh for zh, _ in layer.warnings) == cells.startswith("338")
        assert shapely.from_wkb(rows(source)[0]["geometry"]).equals(shapely.Point(38500000, 3380000))


def test_a_workbook_gives_its_first_sheet_or_the_named_one(inbox: Path, tmp_path: Path) -> None:
    path = workbook(
        inbox,
        人口=[
            ["清河县人口统计表"],
            ["行政区代码", "行政区名称", "统计年份", "日期", "比例"],
            ["330106001", "甲镇", 2024, date(2024, 12, 31), 0.25],
            [330106002, "乙镇", 2024.0, date(2024, 1, 2), None],
        ],
        空=[],
        说明=[["a", "b"], [1, "x"]],
    )
    with opened(path, tmp_path) as source:
        assert source.layers == ("人口", "说明")
        layer = source.layer()
        assert (layer.name, layer.feature_count) == ("人口", 2)
        assert any("说明" in zh for zh, _ in layer.warnings)
        found = rows(source)
        assert rows(source, "说明") == [{"a": "1", "b": "x"}]
    assert [row["行政区代码"] for row in found] == ["330106001", "330106002"]
    assert [row["统计年份"] for row in found] == ["2024", "2024"]
    assert found[0]["日期"] == "2024/12/31"
    assert (found[0]["比例"], found[1]["比例"]) == ("0.25", None)


def test_a_table_beside_real_data_in_a_zip_does_not_matter(inbox: Path, tmp_path: Path) -> None:
    people = text(inbox, PEOPLE, "人口.csv", "utf-8")
    with opened(zipped(inbox, people), tmp_path) as source:
        assert source.layers == ("人口",)
    boundary = inbox / "范围.json"
    boundary.write_text('{"type": "Polygon", "coordinates": [[[114,30],[114.1,30],[114.1,30.1],[114,30]]]}')
    with opened(zipped(inbox, people, boundary), tmp_path) as source:
        assert source.format == "GeoJSON"


def test_a_table_lands_as_a_version_and_its_next_edition_as_the_difference(
    node: Node, tmp_path: Path
) -> None:
    schema, stream = layers.schema("sj.rk"), StreamName("sj.rk", "330106")
    path = text(tmp_path, PEOPLE, "人口统计.csv", "utf-8-sig")
    commit = node.land(path, schema=schema, stream=stream)
    assert commit is not None
    assert (commit.added, commit.changed, commit.deleted) == (3, 0, 0)
    assert node.land(path, schema=schema, stream=stream) is None
    book = workbook(
        tmp_path,
        人口=[
            [cell if row == 0 or at < 2 else int(cell or 0) for at, cell in enumerate(line.split(","))]
            for row, line in enumerate(PEOPLE.replace("2345,\n", "2346,2000\n", 1).strip().split("\n"))
        ],
    )
    second = node.land(book, schema=schema, stream=stream)
    assert second is not None
    assert (second.added, second.changed, second.deleted) == (0, 1, 0)
    plan = AccessPlan("sj.rk", "test", "test")
    found = [row for batch in node.store.read(Query("sj.rk"), plan) for row in batch.to_pylist()]
    assert sorted(row["CZRK"] for row in found) == [345, 2346, 12345]
    resource = node.catalog.get("sj.rk")
    assert (resource.extent, resource.format) == (None, "XLSX")
    assert node.store.verify(stream).sound


def test_the_gate_names_the_row_of_a_number_that_is_none(tmp_path: Path) -> None:
    path = text(tmp_path, PEOPLE.replace(",345,", ",三百,"), "人口统计.csv", "utf-8")
    (tmp_path / "work").mkdir()
    report = check(path, schema=layers.schema("sj.rk"), work=tmp_path / "work")
    assert not report.passed
    places = {(finding.rule, finding.place.row, finding.place.field) for finding in report.findings}
    assert ("1301", 3, "CZRK") in places


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        ("A,B\n1,2\n1,2,3\n", "GT-1133", 3),
        ("-1,2\n-3,4\n", "GT-1132", None),
        ('A,B\n1,2\n"x,y\nz\n', "GT-1115", 3),
        (("A,B\n" + "甲" * 99 + ",乙\n").encode("gb18030") + b"\xff\xff,1\n", "GT-1120", 3),
    ],
)
def test_a_broken_table_is_refused_with_its_line(
    inbox: Path, tmp_path: Path, content: str | bytes, code: str, row: int | None
) -> None:
    body = content if isinstance(content, bytes) else content.encode()
    path = text(inbox, body, "表.csv")
    with opened(path, tmp_path) as source, pytest.raises(GuotuError) as caught:
        source.layer()
    assert (caught.value.code, caught.value.place.row) == (code, row)
    assert "表.csv" in caught.value.detail("zh")


def test_many_rows_come_in_bounded_batches_in_order(inbox: Path, tmp_path: Path) -> None:
    lines = "N,M\n" + "".join(f"{number},x\n" for number in range(40_000))
    with opened(text(inbox, lines, "表.csv", "utf-8"), tmp_path) as source:
        batches = list(source.layer().batches())
    assert max(batch.num_rows for batch in batches) <= 16_384
    assert [int(value) for batch in batches for value in batch.column("N").to_pylist()] == list(range(40_000))
