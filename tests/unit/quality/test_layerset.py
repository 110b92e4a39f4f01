"""Rules between layers, each broken in one way: a village of four parcels in two towns, and what else a case needs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import shapely

from guotu.errors.general import CANCELLED
from guotu.model.datum import Crs, GaussKruger, Geographic
from guotu.model.exemption import Exemption
from guotu.model.finding import Finding, QualityReport, Severity
from guotu.model.schema import FieldType
from guotu.quality.exceptions import Exceptions
from guotu.quality.layerset import LayerSetGate, SetLayer, check_layers, merged
from guotu.quality.layerset.shelf import Shelf
from guotu.quality.profile import gate_profile, read_profile
from guotu.standards.layers import schema
from unit.quality.parcel_rows import cell, parcel

_TYPES = {FieldType.INT: pa.int64(), FieldType.FLOAT: pa.float64(), FieldType.DATE: pa.date32()}
UNITS = ("330106100200", "330106101200")


def layer(id: str, rows: list[dict[str, Any]], **facts: Any) -> SetLayer:
    shape = schema(id)
    columns = {
        field.code: pa.array([row.get(field.code) for row in rows], _TYPES.get(field.type, pa.string()))
        for field in shape.fields
    }
    wkb = [None if row.get("geometry") is None else shapely.to_wkb(row["geometry"]) for row in rows]
    columns["geometry"] = pa.array(wkb, pa.binary())
    table = pa.table(columns)

    def read(asked: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        yield from table.select(list(asked)).to_batches(max_chunksize=2)

    return SetLayer(shape.code, shape, read, **{"file": "db.gpkg"} | facts)


def parcels(**changes: Any) -> list[dict[str, Any]]:
    """Two parcels a village, one village a town."""
    rows = [
        parcel(n, cell(n), **{f"{kind}DWDM": f"{UNITS[n // 2]}0000000" for kind in ("ZL", "QS")})
        | {f"{kind}DWMC": f"村{n // 2}" for kind in ("ZL", "QS")}
        for n in range(4)
    ]
    for number, values in changes.items():
        rows[int(number[1:])] |= values
    return rows


def villages(rows: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    rows = parcels() if rows is None else rows
    return [
        {
            "BSM": f"33010611200000000{n}",
            "ZLDWDM": f"{unit}0000000",
            "ZLDWMC": f"村{n}",
            "DCMJ": round(rows[2 * n]["TBMJ"] + rows[2 * n + 1]["TBMJ"], 2),
            "geometry": cell(2 * n, 0, 2),
        }
        for n, unit in enumerate(UNITS)
    ]


def towns() -> list[dict[str, Any]]:
    return [
        {
            "BSM": f"33010611100000000{n}",
            "XZQDM": row["ZLDWDM"][:9],
            "XZQMC": f"镇{n}",
            "DCMJ": row["DCMJ"],
            "geometry": row["geometry"],
        }
        for n, row in enumerate(villages())
    ]


def database(**layers: list[dict[str, Any]]) -> dict[str, SetLayer]:
    given = {"dltb": parcels(), "cjdcq": villages(), "xzq": towns()} | layers
    named = {"yjjbnttb": "yjjbnttb-2020", "czcdyd": "czcdyd-2020", "xzqjx": "xzqjx-2020", "dlmjhz": "dlmjhz"}
    return {name: layer(named.get(name, f"{name}-2020"), rows) for name, rows in given.items()}


def found(report: QualityReport, rule: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.rule == rule]


def places(report: QualityReport) -> list[tuple[str, str | None, int | None, str | None]]:
    return [(f.rule, f.place.layer, f.place.row, f.place.field) for f in report.findings]


def test_a_sound_database_has_no_finding() -> None:
    report = check_layers(database(), gate_profile("survey-database"))
    assert report.passed
    assert report.findings == ()
    assert report.judged_by[0].startswith("layers 1 #")


def test_mandatory_layers_must_be_there_and_filled() -> None:
    layers = database(xzq=[])
    del layers["cjdcq"]
    report = check_layers(layers, gate_profile("survey-database"))
    assert not report.passed
    assert [(f.place.layer, f.zh[:4]) for f in found(report, "1201")] == [
        ("XZQ", "必备图层"),
        ("CJDCQ", "缺少图层"),
    ]


def test_a_layer_in_another_system_is_told() -> None:
    systems: tuple[Crs, ...] = (GaussKruger(3, 40), GaussKruger(3, 40), Geographic())
    layers = {
        name: dataclasses.replace(each, crs=crs)
        for (name, each), crs in zip(database().items(), systems, strict=True)
    }
    report = check_layers(layers)
    assert [(f.rule, f.place.layer, f.severity) for f in report.findings] == [("1202", "XZQ", Severity.LIGHT)]
    assert not check_layers(layers, gate_profile("survey-database")).passed


def test_a_parcel_beyond_the_divisions_is_found_with_its_outer_part() -> None:
    rows = parcels(p3={"geometry": cell(3, 0, 1.5)})
    report = check_layers(database(dltb=rows))
    finding = found(report, "1203")[0]
    assert (finding.place.layer, finding.place.row, finding.place.key) == ("DLTB", 4, rows[3]["BSM"])
    assert shapely.from_wkb(finding.geometry).symmetric_difference(cell(4, 0, 0.5)).area < 1e-12
    assert finding.place.coordinate is not None
    assert cell(4, 0, 0.5).contains(shapely.Point(finding.place.coordinate))


def test_a_millimetre_beyond_the_divisions_is_tolerated() -> None:
    rows = parcels(p3={"geometry": cell(3, 0, 1 + 0.9e-5)})
    assert found(check_layers(database(dltb=rows)), "1203") == []
    rows = parcels(p3={"geometry": cell(3, 0, 1 + 2e-5)})
    assert len(found(check_layers(database(dltb=rows)), "1203")) == 1


def test_names_and_units_are_those_of_the_layers_of_units() -> None:
    rows = parcels(p0={"ZLDWMC": "别村"}, p2={"ZLDWDM": "3301069999990000000"})
    assert places(check_layers(database(dltb=rows), only("1306", "1307"))) == [
        ("1306", "DLTB", 1, "ZLDWMC"),
        ("1307", "DLTB", 3, "ZLDWDM"),
    ]


def only(*ids: str, **parameters: Any) -> Any:
    """The pack of layers, cut down to some rules."""
    profile = gate_profile("layers")
    clauses = {id: clause for id, clause in profile.clauses.items() if id in ids}
    for id, given in parameters.items():
        clauses[id[1:]] = dataclasses.replace(
            clauses[id[1:]], parameters={**clauses[id[1:]].parameters, **given}
        )
    return dataclasses.replace(profile, clauses=clauses)


def test_a_cent_missing_in_a_village_is_found_up_to_the_town() -> None:
    off = villages()
    off[1]["DCMJ"] = round(off[1]["DCMJ"] - 0.01, 2)
    report = check_layers(database(cjdcq=off))
    assert places(report) == [("1404", "CJDCQ", 2, "DCMJ"), ("1404", "XZQ", 2, "DCMJ")]
    assert [f.measure for f in report.findings] == [pytest.approx(0.01), pytest.approx(0.01)]


def test_sums_are_exact_however_many_cents() -> None:
    rows = parcels()
    for row in rows:
        row["TBMJ"] = 0.1 + 0.2
    assert found(check_layers(database(dltb=rows, cjdcq=villages(rows))), "1404")[0].place.layer == "XZQ"


def test_the_county_is_held_against_its_control_area() -> None:
    total = round(sum(row["DCMJ"] for row in towns()), 2)
    assert check_layers(database(), only("1404", _1404={"county_m2": total})).findings == ()
    report = check_layers(database(), only("1404", _1404={"county_m2": total + 1}))
    assert [f.measure for f in report.findings] == [pytest.approx(1.0)]


def summary() -> list[dict[str, Any]]:
    rows = []
    for n, unit in enumerate(UNITS):
        hectares = round(villages()[n]["DCMJ"] / 1e4, 2)
        rows += [
            {"XZQDM": unit, "DLBM": "0101", "MJ": hectares},
            {"XZQDM": unit, "DLBM": None, "MJ": hectares},
        ]
    return rows


def test_a_summary_equal_to_the_database_passes() -> None:
    assert check_layers(database(dlmjhz=summary())).findings == ()


def test_a_cell_of_the_summary_that_is_off_is_found_and_its_total_with_it() -> None:
    rows = summary()
    rows[2]["MJ"] = round(rows[2]["MJ"] + 0.02, 2)
    report = check_layers(database(dlmjhz=rows))
    assert [(f.rule, f.place.row, f.place.key) for f in report.findings] == [
        ("1405", 3, f"{UNITS[1]}/0101"),
        ("1405", 4, f"{UNITS[1]}/"),
    ]


def test_a_class_that_the_database_lacks_is_found() -> None:
    rows = [*summary(), {"XZQDM": UNITS[0], "DLBM": "0701", "MJ": 3.0}]
    assert ("1405", "DLMJHZ", 5, "MJ") in places(check_layers(database(dlmjhz=rows)))


def line(bsm: str, *points: tuple[float, float]) -> dict[str, Any]:
    return {
        "BSM": bsm,
        "geometry": shapely.LineString([(120 + x * 0.001, 30 + y * 0.001) for x, y in points]),
    }


def test_a_boundary_line_runs_on_the_edge_of_a_division() -> None:
    rows = [line("1", (2, 0), (2, 1)), line("2", (0, 0), (4, 0)), line("3", (2, 0), (2.1, 0.5), (2, 1))]
    report = check_layers(database(xzqjx=rows))
    assert places(report) == [("1507", "XZQJX", 3, None)]
    x, y = found(report, "1507")[0].place.coordinate or (0, 0)
    assert rows[2]["geometry"].distance(shapely.Point(x, y)) < 1e-9


def test_a_division_ends_where_parcels_do() -> None:
    rows = parcels(p0={"geometry": cell(0, 0, 0.9)}, p1={"geometry": cell(0.9, 0, 1.4)})
    rows[2]["geometry"] = cell(2.3, 0, 0.7)
    report = check_layers(database(dltb=rows), only("1507"))
    assert sorted((f.place.layer, f.place.row) for f in report.findings) == [
        ("CJDCQ", 1),
        ("CJDCQ", 2),
        ("XZQ", 1),
        ("XZQ", 2),
    ]


def test_settlements_follow_parcels_and_stay_in_the_divisions() -> None:
    rows = [
        {"BSM": "1", "CZCLX": "203", "geometry": cell(0, 0, 2)},
        {"BSM": "2", "CZCLX": "203", "geometry": cell(2, 0, 0.5)},
        {"BSM": "3", "CZCLX": "203", "geometry": cell(3, 0, 2)},
    ]
    report = check_layers(database(czcdyd=rows))
    assert {(f.rule, f.place.row) for f in report.findings} == {("1601", 2), ("1601", 3)}
    assert found(report, "1203") == []


def test_what_is_present_is_held_against_but_not_judged() -> None:
    rows = parcels(p3={"geometry": cell(3, 0, 1.5), "ZLDWMC": "别村"})
    layers = database(dltb=rows)
    layers["dltb"] = dataclasses.replace(layers["dltb"], present=True)
    assert {f.place.layer for f in check_layers(layers).findings} <= {"XZQ", "CJDCQ"}


def test_an_exception_excuses_a_breach_between_layers() -> None:
    rows = parcels(p3={"geometry": cell(3, 0, 1.5)})
    allowed = Exemption(
        "EX-1", "1203", "xz.dltb", "飞地", "函", "局", date(2026, 1, 1), key=str(rows[3]["BSM"])
    )
    book = {"xz.dltb": Exceptions([allowed], dataset="xz.dltb", today=date(2026, 6, 30))}
    report = check_layers(database(dltb=rows), only("1203"), exceptions=book)
    assert report.passed
    assert report.exceptions == ("EX-1",)
    assert not check_layers(database(dltb=rows), only("1203")).passed


def test_layers_judged_apart_and_together_make_one_report() -> None:
    layers = database()
    alone = check_layers({"dltb": layers["dltb"]})
    whole = merged("db.gpkg", [dataclasses.replace(alone, features=4)], check_layers(layers))
    assert (whole.layer, whole.features, whole.passed, len(whole.parts)) == ("db.gpkg", 4, True, 1)
    assert whole.score is not None
    assert whole.as_dict("zh")["layers"][0]["features"] == 4


def test_a_check_can_be_stopped() -> None:
    def stop() -> None:
        raise CANCELLED()

    with pytest.raises(Exception, match="GT-1005"):
        check_layers(database(), stop=stop)


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    LayerSetGate(work=tmp_path).judge(database().values())
    assert list(tmp_path.iterdir()) == []


def test_a_shelf_gives_back_every_geometry_in_chunks_of_neighbours(tmp_path: Path) -> None:
    rows = [parcel(n, cell(n % 60, n // 60)) for n in range(3000)]
    rows[7]["geometry"] = None
    shelf = Shelf(layer("dltb-2020", rows), ("BSM",), tmp_path / "x", lambda: None)
    seen = [row for chunk in shelf.chunks() for row in chunk.tolist()]
    assert sorted(seen) == [n for n in range(3000) if n != 7]
    for chunk in shelf.chunks():
        for row, shape in zip(chunk.tolist(), shelf.geometries(chunk), strict=True):
            assert shape.equals_exact(rows[row]["geometry"])
    assert shelf.value("BSM", 12) == rows[12]["BSM"]
    shelf.close()


def test_a_pack_of_ones_own_may_start_from_that_of_layers() -> None:
    table = {"id": "x", "title": "x", "title_en": "x", "edition": "1", "extends": "layers", "rest": ["1203"]}
    rows = parcels(p3={"geometry": cell(3, 0, 1.5)})
    report = check_layers(database(dltb=rows), read_profile(table))
    assert found(report, "1203") == []


def beside(n: int, top: float = 1.0, cut: float | None = None) -> Any:
    """A parcel of the next county, east of parcel n, its western edge cut at a share of its height."""
    west, south, east, north = shapely.bounds(cell(n))
    far, high = 2 * east - west, south + (north - south) * top
    xy = [(far, south), (far, high), (east, high)]
    xy += [(east, south + (north - south) * cut)] if cut else []
    return shapely.Polygon([*xy, (east, south)])


def matched(shape: Any) -> list[Finding]:
    mine = layer("dltb-2020", [parcel(0, cell(0))])
    theirs = layer("dltb-2020", [parcel(1, shape)], present=True, file="next.gpkg")
    return [each for each in check_layers({"a": mine, "b": theirs}).findings if each.rule == "1204"]


def test_neighbouring_counties_with_the_same_vertices_match() -> None:
    assert matched(beside(0)) == []


def test_a_vertex_of_the_neighbour_that_is_missing_here_is_told_where() -> None:
    [found] = matched(beside(0, cut=0.5))
    _, south, east, north = shapely.bounds(cell(0))
    assert found.place.row == 1
    assert found.place.coordinate == pytest.approx((east, (south + north) / 2), abs=1e-9)
    assert "next.gpkg" in found.zh
    assert found.measure == pytest.approx((north - south) / 2 * 111_320, rel=1e-6)


def test_a_corner_a_third_of_a_metre_off_is_told_from_both_sides() -> None:
    _, south, _, north = shapely.bounds(cell(0))
    off = 0.35 / 111_320 / (north - south)
    found = matched(beside(0, top=1 - off))
    assert len(found) == 2
    assert all(each.measure == pytest.approx(0.35, abs=1e-3) for each in found)


def test_counties_that_do_not_touch_have_nothing_to_match() -> None:
    assert matched(cell(3)) == []
