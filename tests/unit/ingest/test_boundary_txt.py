"""Boundary TXT as producers really write it."""

from __future__ import annotations

from decimal import Decimal

import pytest
import shapely
from shapely.geometry import box

from faulty.makers import TXT_HEADER, TXT_PARCEL, TXT_RING
from guotu.errors import GuotuError
from guotu.ingest.boundary_txt import BoundaryFile, Dialect, read
from guotu.ingest.boundary_txt_write import parcel_of, write
from guotu.model.datum import CGCS2000, GaussKruger


def rings(*boxes: tuple[int, float, float, float, float], closed: bool = True) -> str:
    """Point lines of axis-parallel rings (圈号, west, south, east, north) relative to (38500000, 3380000)."""
    lines, label = [], 1
    for number, west, south, east, north in boxes:
        corners = [(west, north), (east, north), (east, south), (west, south)]
        labelled = [(label + i, x, y) for i, (x, y) in enumerate(corners)]
        label += 4
        for name, x, y in [*labelled, labelled[0]] if closed else labelled:
            lines.append(f"J{name},{number},{3380000 + y:.3f},{38500000 + x:.3f}")
    return "\n".join(lines) + "\n"


def txt(body: str, header: str = TXT_HEADER, encoding: str = "gb18030") -> BoundaryFile:
    return read((header + body).encode(encoding))


def warned(file: BoundaryFile, word: str) -> bool:
    return any(word in zh for zh, _ in file.warnings)


def test_the_approval_dialect_tells_every_field() -> None:
    file = txt("5,1.0000,330106-1,一号地块,面,I50G077016,工业用地,0601,@\n" + TXT_RING)
    parcel = file.parcels[0]
    assert file.dialect is Dialect.APPROVAL
    assert (parcel.number, parcel.name, parcel.sheet, parcel.use, parcel.land_class) == (
        "330106-1", "一号地块", "I50G077016", "工业用地", "0601",
    )  # fmt: skip
    assert parcel.declared_ha == Decimal("1.0000")
    assert [point.label for point in parcel.rings[0].points] == ["J1", "J2", "J3", "J4"]
    assert file.crs == GaussKruger(3, 38)
    assert file.warnings == ()


def test_linkage_points_carry_edge_length_and_ring_last() -> None:
    body = ",0.0100,,拆旧地块,,,,水田,@\n" + "".join(
        f"J{i},{y},{x},{edge},1,\n"
        for i, (x, y, edge) in enumerate(
            [
                (38500000, 3380010, ""),
                (38500010, 3380010, "10.00"),
                (38500010, 3380000, ""),
                (38500000, 3380000, ""),
                (38500000, 3380010, ""),
            ],
            1,
        )
    )
    file = txt(body)
    assert file.dialect is Dialect.LINKAGE
    assert (file.parcels[0].name, file.parcels[0].land_class) == ("拆旧地块", "水田")
    assert file.parcels[0].polygon.area == 100


def test_the_one_map_dialect_has_four_fields() -> None:
    file = txt("A-1,地块甲,面,,@\n" + TXT_RING)
    assert file.dialect is Dialect.ONE_MAP
    assert (file.parcels[0].number, file.parcels[0].name) == ("A-1", "地块甲")


def test_enforcement_files_are_degrees_without_header() -> None:
    ring = "1,1,114.001,30.001\n2,1,114.002,30.001\n3,1,114.002,30.000\n1,1,114.001,30.001\n"
    file = txt("4,违法地块,面,住宅,@\n" + ring, header="[地块坐标]\n")
    assert file.dialect is Dialect.ENFORCEMENT
    assert file.crs == CGCS2000
    assert (file.parcels[0].name, file.parcels[0].use) == ("违法地块", "住宅")
    assert file.parcels[0].polygon.bounds == (114.001, 30.0, 114.002, 30.001)


def test_latitude_first_is_put_right_with_a_warning() -> None:
    ring = "1,1,30.001,114.001\n2,1,30.001,114.002\n3,1,30.000,114.002\n1,1,30.001,114.001\n"
    file = txt("4,违法地块,面,住宅,@\n" + ring, header="")
    assert file.parcels[0].polygon.bounds == (114.001, 30.0, 114.002, 30.001)
    assert warned(file, "颠倒")


def test_land_consolidation_keeps_its_thirteen_fields() -> None:
    file = txt("5,1.0000,1,地块,面,,,0101,新增,水田,10,8,备注文字,@\n" + TXT_RING)
    assert file.dialect is Dialect.CONSOLIDATION
    assert file.parcels[0].extra == {
        "图斑类型": "新增", "地类": "水田", "改造前质量等别": "10", "改造后质量等别": "8", "备注": "备注文字",
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig", "utf-16"])
def test_every_usual_encoding_is_read(encoding: str) -> None:
    assert txt(TXT_PARCEL + TXT_RING, encoding=encoding).parcels[0].name == "测试地块"


def test_full_width_marks_and_spaces_are_forgiven() -> None:
    header = TXT_HEADER.replace("[", "【").replace("]", "】").replace("=", "＝")
    ring = TXT_RING.replace(",", " ， ").replace("1", "１")
    assert txt(TXT_PARCEL.replace(",@", " , @ ,,") + ring, header=header).parcels[0].polygon.area == 10_000


def test_an_at_sign_inside_a_name_parts_nothing() -> None:
    assert txt(TXT_PARCEL.replace("测试地块", "甲@乙") + TXT_RING).parcels[0].name == "甲@乙"


def test_the_project_block_is_kept_apart() -> None:
    file = txt(TXT_PARCEL + TXT_RING, header="[项目信息]\n项目名称=某工程\n" + TXT_HEADER)
    assert file.project == {"项目名称": "某工程"}
    assert file.header["带号"] == "38"


def test_inner_rings_are_holes() -> None:
    polygon = (
        txt(TXT_PARCEL + rings((1, 0, 0, 100, 100), (2, 20, 20, 40, 40), (3, 60, 60, 80, 80)))
        .parcels[0]
        .polygon
    )
    assert polygon.geom_type == "Polygon"
    assert len(polygon.interiors) == 2
    assert polygon.area == 10_000 - 800


def test_rings_apart_are_parts_and_an_island_in_a_hole_is_a_part() -> None:
    file = txt(
        TXT_PARCEL
        + rings((1, 0, 0, 100, 100), (2, 200, 0, 250, 50), (3, 20, 20, 80, 80), (4, 40, 40, 60, 60))
    )
    polygon = file.parcels[0].polygon
    assert len(polygon.geoms) == 3
    assert polygon.area == 10_000 - 3_600 + 400 + 2_500
    assert all(part.exterior.is_ccw for part in polygon.geoms)


def test_several_closed_rings_under_one_number_are_told_apart() -> None:
    file = txt(TXT_PARCEL + rings((1, 0, 0, 100, 100), (1, 20, 20, 40, 40)))
    assert len(file.parcels[0].rings) == 2
    assert file.parcels[0].polygon.area == 9_600


def test_a_small_hole_listed_first_is_still_a_hole() -> None:
    assert txt(TXT_PARCEL + rings((1, 20, 20, 40, 40), (2, 0, 0, 100, 100))).parcels[0].polygon.area == 9_600


def test_a_ring_without_its_closing_point_is_closed_with_a_warning() -> None:
    file = txt(TXT_PARCEL + rings((1, 0, 0, 100, 100), closed=False))
    assert file.parcels[0].polygon.area == 10_000
    assert warned(file, "自动闭合")


def test_a_small_closing_gap_is_told() -> None:
    file = txt(TXT_PARCEL + TXT_RING[: TXT_RING.rindex("J1")] + "J1,1,3380100.020,38500000.000\n")
    assert warned(file, "闭合差 0.020")


def test_a_stray_closing_point_far_away_is_dropped() -> None:
    file = txt(TXT_PARCEL + TXT_RING + "J1,1,3380100.000,38502000.000\n")
    assert file.parcels[0].polygon.area == 10_000
    assert warned(file, "离群")


def test_crossing_rings_are_refused() -> None:
    with pytest.raises(GuotuError, match="GT-1130"):
        txt(TXT_PARCEL + rings((1, 0, 0, 100, 100), (2, 50, 50, 150, 150)))


def test_a_spike_is_told() -> None:
    spike = "".join(
        f"J{i},1,{3380000 + y},{38500000 + x}\n"
        for i, (x, y) in enumerate(
            [(0, 0), (100, 0), (100, 100), (51, 100), (50.5, 400), (50, 100), (0, 100), (0, 0)]
        )
    )
    assert warned(txt(TXT_PARCEL + spike), "夹角")


def test_square_metres_become_hectares() -> None:
    file = txt(TXT_PARCEL.replace("1.0000", "10000") + TXT_RING)
    assert file.parcels[0].declared_ha == 1
    assert warned(file, "平方米")


def test_the_point_count_is_only_advice() -> None:
    assert not warned(txt(TXT_PARCEL.replace("5,", "4,", 1) + TXT_RING), "界址点")
    assert warned(txt(TXT_PARCEL.replace("5,", "9,", 1) + TXT_RING), "声明 9 个界址点")


def test_a_zone_in_the_header_completes_short_eastings() -> None:
    file = txt(TXT_PARCEL + TXT_RING.replace(",38500", ",500"))
    assert file.crs == GaussKruger(3, 38, prefixed=False)
    with pytest.raises(GuotuError, match="GT-1221"):
        txt(TXT_PARCEL + TXT_RING.replace(",38500", ",500"), header="")
    asked = read((TXT_PARCEL + TXT_RING.replace(",38500", ",500")).encode(), crs_epsg=4547)
    assert asked.crs == GaussKruger(3, 38, prefixed=False)


def test_six_degree_zones_are_known_by_their_prefix() -> None:
    header = TXT_HEADER.replace("几度分带=3", "几度分带=6").replace("带号=38", "带号=20")
    assert txt(TXT_PARCEL + TXT_RING.replace(",385", ",205"), header=header).crs == GaussKruger(6, 20)
    with pytest.raises(GuotuError, match="GT-1222"):
        txt(TXT_PARCEL + TXT_RING.replace(",385", ",205"))


def test_parcels_of_two_zones_keep_their_own_and_the_larger_leads() -> None:
    second = TXT_PARCEL.replace("001", "002") + rings((1, 0, 0, 300, 300)).replace(",385", ",395")
    file = txt(TXT_PARCEL + TXT_RING + second, header=TXT_HEADER.replace("带号=38", "带号="))
    assert [parcel.crs for parcel in file.parcels] == [GaussKruger(3, 38), GaussKruger(3, 39)]
    assert file.crs == GaussKruger(3, 39)
    assert warned(file, "分属")


def test_packed_degrees_are_unpacked_where_the_header_says_so() -> None:
    ring = "1,1,114.3000,30.3000\n2,1,114.3010,30.3000\n3,1,114.3010,30.2950\n4,1,114.3000,30.2950\n1,1,114.3000,30.3000\n"
    file = txt(
        "5,地块,面,,@\n" + ring, header="[属性描述]\n坐标系=2000国家大地坐标系\n计量单位=度分秒\n[地块坐标]\n"
    )
    assert file.parcels[0].polygon.bounds == pytest.approx(
        (114.5, 30 + 29 / 60 + 50 / 3600, 114.5 + 10 / 3600, 30.5)
    )


def test_packed_degrees_are_seen_by_the_declared_area() -> None:
    ring = "1,1,114.3001,30.3002\n2,1,114.3011,30.3002\n3,1,114.3011,30.3012\n4,1,114.3001,30.3012\n1,1,114.3001,30.3002\n"
    area = 10 / 3600 * 111_320 * 0.8616 * 10 / 3600 * 110_900 / 10_000
    file = txt(f"5,{area:.4f},1,地块,面,,,,@\n" + ring, header="")
    assert warned(file, "已换算为十进制度")
    assert file.parcels[0].polygon.bounds[0] == pytest.approx(114 + 30 / 60 + 1 / 3600)


def test_labels_with_and_without_j_are_kept_as_they_are() -> None:
    assert txt(TXT_PARCEL + TXT_RING.replace("J", "")).parcels[0].rings[0].points[0].label == "1"


def test_a_written_ring_starts_in_the_north_west_and_runs_clockwise() -> None:
    crs = GaussKruger(3, 38)
    hole = box(38500020, 3380020, 38500040, 3380040)
    parcel = parcel_of(box(38500000, 3380000, 38500100, 3380100) - hole, crs, number="1")
    outer, inner = parcel.rings
    assert (outer.points[0].x, outer.points[0].y) == (38500000, 3380100)
    assert not shapely.LinearRing(outer.xy).is_ccw
    assert shapely.LinearRing(inner.xy).is_ccw
    assert [point.label for point in inner.points] == ["J5", "J6", "J7", "J8"]
    lines = write([parcel]).decode("gb18030").split("\r\n")
    assert lines[lines.index("[地块坐标]") + 2] == "J1,1,3380100.000,38500000.000"


def test_degrees_do_not_go_into_a_dialect_of_metres() -> None:
    parcel = parcel_of(box(114, 30, 114.1, 30.1), CGCS2000)
    with pytest.raises(ValueError, match="does not hold"):
        write([parcel], dialect=Dialect.APPROVAL)
