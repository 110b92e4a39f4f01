from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely

from guotu.errors import GuotuError
from guotu.model.datum import GaussKruger, Geographic
from guotu.model.finding import FieldMatch, Severity
from guotu.quality.gate import Gate, Layer
from guotu.quality.layerset.registry import SET_REGISTER
from guotu.quality.profile import gate_profile, profile_for, profile_names, read_profile
from guotu.quality.registry import REGISTER
from guotu.standards.layers import all_schemas
from guotu.standards.rules import rules
from unit.quality.parcel_rows import DLTB, batch, broken, built, cell, judge, parcel, road, sloping, wood

GOOD = [parcel(1), sloping(2), wood(3), built(4), road(5), parcel(6), parcel(7)]


def with_one(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [*GOOD, row]


def test_good_parcels_pass_without_a_finding() -> None:
    report = judge(GOOD)
    assert report.passed
    assert report.counts == ()
    assert report.features == len(GOOD)


@pytest.mark.parametrize(
    ("row", "rule", "field"),
    [
        (parcel(8, DLBM="0199", DLMC="不明"), "1302", "DLBM"),
        (parcel(8, QSXZ="77"), "1302", "QSXZ"),
        (parcel(8, QSDWMC=None), "1303", "QSDWMC"),
        (parcel(8, TBBH="123456789"), "1301", "TBBH"),
        (parcel(8, SJNF=20245), "1301", "SJNF"),
        (parcel(8, SJNF=1066), "1304", "SJNF"),
        (parcel(8, DLMC="旱地"), "1306", "DLMC"),
        (parcel(8, ZLDWMC="另村"), "1306", "ZLDWMC"),
        (parcel(8, BSM="330107211000000008"), "1307", "BSM"),
        (parcel(8, GDPDJB="9"), "1310", "GDPDJB"),
        (parcel(8, GDLX="PD"), "1311", "GDPDJB"),
        (sloping(8, GDLX=None), "1312", "GDLX"),
        (sloping(8, GDLX="TT", KCXS=0.0, KCMJ=0.0, KCDLBM=None), "1312", "KCXS"),
        (wood(8, KCDLBM="1203"), "1313", "KCXS"),
        (sloping(8, KCDLBM=None), "1313", "KCDLBM"),
        (parcel(8, ZZSXDM=None), "1314", "ZZSXDM"),
        (built(8, ZZSXDM="JKHF"), "1315", "ZZSXDM"),
        (wood(8, TBXHDM="HDGD"), "1316", "TBXHDM"),
        (built(8, CZCSXM=None), "1317", "CZCSXM"),
        (road(8, XZDWKD=None), "1318", "XZDWKD"),
        (road(8, XZDWKD=9.5), "1318", "XZDWKD"),
        (wood(8, XZDWKD=3.0), "1318", "XZDWKD"),
        (parcel(8, MSSM="01"), "1319", "HDMC"),
        (parcel(8, TBMJ=12000.0, TBDLMJ=12000.0), "1401", "TBMJ"),
        (sloping(8, KCMJ=3.0), "1402", "KCMJ"),
        (parcel(8, TBDLMJ=3.0), "1403", "TBDLMJ"),
    ],
)
def test_each_attribute_rule_finds_its_fault(row: dict[str, Any], rule: str, field: str) -> None:
    report = judge(with_one(row))
    found = [finding for finding in report.findings if finding.rule == rule]
    assert [(f.place.row, f.place.field) for f in found] == [(8, field)]
    finding = found[0]
    assert finding.place.file == "x.gpkg"
    assert finding.zh
    assert finding.en
    assert "{" not in finding.zh + finding.en
    assert finding.remedy_zh
    assert finding.remedy_en
    hard = rule in {c.rule for c in report.counts if c.hard}
    assert report.passed is (not any(c.hard for c in report.counts))
    assert hard is (gate_profile("survey").clauses[rule].level.value == "refuse")


BOW_TIE = shapely.Polygon([(120.008, 30), (120.009, 30.001), (120.009, 30), (120.008, 30.001)])
SPIKE = cell(8).union(shapely.Polygon([(120.0085, 30.001), (120.00849, 30.003), (120.00848, 30.001)]))


@pytest.mark.parametrize(
    ("geometry", "rule"),
    [
        (shapely.Point(120.0085, 30.0005), "1201"),
        (shapely.box(30.008, 120, 30.009, 120.001), "1202"),
        (BOW_TIE, "1501"),
        (cell(8, 0, 0.05, 0.05), "1504"),
        (cell(8, 0, 0.005, 1), "1504"),
        (shapely.MultiPolygon([cell(8), cell(9.5)]), "1506"),
        (SPIKE, "1509"),
    ],
)
def test_each_geometry_rule_finds_its_fault(geometry: shapely.Geometry, rule: str) -> None:
    found = [f for f in judge(with_one(parcel(8, geometry))).findings if f.rule == rule]
    assert [f.place.row for f in found] == [8]
    assert found[0].geometry == shapely.to_wkb(geometry)


def test_a_missing_geometry_is_refused() -> None:
    row = parcel(8)
    row["geometry"] = None
    report = judge(with_one(row))
    assert not report.passed
    assert [f.rule for f in report.findings] == ["1201"]


def test_a_remark_on_area_does_not_refuse() -> None:
    row = parcel(8)
    row |= {"TBMJ": row["TBMJ"] + 0.3, "TBDLMJ": row["TBMJ"] + 0.3}
    report = judge(with_one(row))
    assert report.passed
    assert [(c.rule, c.severity, c.hard) for c in report.counts] == [("1401", Severity.SLIGHT, False)]


def test_repeated_numbers_are_found_across_batches() -> None:
    rows = with_one(parcel(8, BSM=GOOD[0]["BSM"], TBBH=GOOD[0]["TBBH"]))
    found = [f for f in judge(rows).findings if f.rule == "1305"]
    assert [(f.place.row, f.place.field, f.place.key) for f in found] == [
        (8, "BSM", GOOD[0]["BSM"]),
        (8, "TBBH", "330106100200/00000001"),
    ]
    assert "第 1 个要素" in found[0].zh


def test_a_deduction_share_is_one_constant_of_the_county() -> None:
    other = sloping(8)
    area = other["TBMJ"]
    other |= {"KCXS": 0.06, "KCMJ": round(area * 0.06, 2), "TBDLMJ": round(area - round(area * 0.06, 2), 2)}
    found = judge(with_one(other)).findings
    assert [(f.rule, f.place.row, f.place.field) for f in found] == [("1312", 8, "KCXS")]
    assert "0.05" in found[0].zh


def test_every_rule_that_runs_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs/references/quality-rules.md").read_text(encoding="utf-8")
    assert all(f"| {entry.id} | {rules()[entry.id].name} |" in page for entry in REGISTER)


def test_identical_geometry_is_found_whatever_its_first_vertex() -> None:
    ring = list(cell(2).exterior.coords)
    turned = shapely.Polygon([*ring[2:], *ring[1:3]])
    report = judge(with_one(parcel(8, turned)))
    assert [(f.rule, f.place.row) for f in report.findings] == [("1502", 2), ("1510", 8)]


def test_overlaps_and_gaps_are_shown_with_area_and_place() -> None:
    rows = [parcel(n, cell(n % 4, n // 4)) for n in range(16) if n != 5]
    rows.append(parcel(20, cell(2.5, 2.5)))
    report = judge(rows)
    overlap = next(f for f in report.findings if f.rule == "1502")
    gap = next(f for f in report.findings if f.rule == "1503")
    assert shapely.from_wkb(gap.geometry).symmetric_difference(cell(1, 1)).area < 1e-13
    assert shapely.from_wkb(overlap.geometry).symmetric_difference(cell(2.5, 2.5)).area < 1e-13
    assert "16" in overlap.zh
    assert gap.unit == "m²"
    assert gap.measure == pytest.approx(10_695.6, abs=1)


def test_a_file_without_shared_edges_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guotu.quality.rules.coverage._MOST_EDGES", 20)
    report = judge([parcel(2 * n) for n in range(10)])
    assert [(f.rule, f.measure) for f in report.findings] == [("1502", 40.0), ("1503", 40.0)]


def test_a_control_polygon_must_be_filled() -> None:
    control = shapely.to_wkb(cell(0, 0, 3, 1))
    assert broken([parcel(0), parcel(1)], control=control) == {"1503": 1}
    assert broken([parcel(0), parcel(1), parcel(2)], control=control) == {}


def test_an_empty_layer_is_refused() -> None:
    report = Gate(DLTB, Layer("DLTB"), gate_profile("survey")).finish()
    assert not report.passed
    assert report.findings[0].rule == "1201"


def test_missing_mandatory_fields_are_told_once() -> None:
    matches = tuple(FieldMatch(code, code, "", "") for code in DLTB.codes if code != "DLMC")
    report = Gate(DLTB, Layer("DLTB", fields=matches), gate_profile("survey")).finish()
    assert [f.place.field for f in report.findings if f.rule == "1301"] == ["DLMC"]


@pytest.mark.parametrize(
    ("crs", "told"), [(Geographic(), True), (GaussKruger(6, 20), True), (GaussKruger(3, 40), False)]
)
def test_the_mathematical_basis_is_a_remark(crs: Any, told: bool) -> None:
    gate = Gate(DLTB, Layer("DLTB", crs=crs), gate_profile("survey"))
    gate.feed(batch(GOOD), 1)
    report = gate.finish()
    assert report.passed
    assert ("1202" in {c.rule for c in report.counts}) is told


def test_findings_are_kept_to_a_ceiling_but_all_are_counted() -> None:
    rows = [parcel(n, QSXZ="77") for n in range(1, 451)]
    report = judge(rows, at_once=100)
    assert sum(1 for f in report.findings if f.rule == "1302") == gate_profile("survey").keep
    assert {c.rule: c.count for c in report.counts}["1302"] == 450


def test_wrong_kinds_of_geometry_are_all_counted_within_one_batch() -> None:
    rows = [parcel(n, shapely.Point(120.1 + n * 1e-5, 30)) for n in range(1, 1501)]
    assert broken(rows, at_once=2000)["1201"] == 1500


def test_every_rule_with_a_program_has_its_texts_and_every_profile_only_known_rules() -> None:
    assert {entry.id for entry in REGISTER} <= set(rules())
    programmed = {entry.id for entry in REGISTER} | {id for id, _ in SET_REGISTER}
    programmed |= {rule.id for rule in rules().values() if rule.scope in ("update", "package")}
    for name in profile_names():
        assert set(gate_profile(name).clauses) <= programmed


def test_every_schema_finds_a_profile_and_a_gate() -> None:
    for schema in all_schemas():
        profile = profile_for(schema)
        assert profile.id == {"xz": "survey", "gh": "planning"}.get(schema.dataset[:2], "general")
        Gate(schema, Layer(schema.code), profile)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"refuse": ["9999"]}, "GT-1403"),
        ({"surprise": 1}, "GT-1403"),
        ({"parameters": {"1202": {}}, "refuse": []}, "GT-1403"),
    ],
)
def test_a_wrong_profile_is_refused(changes: dict[str, Any], code: str) -> None:
    table = {
        "id": "t",
        "title": "t",
        "title_en": "t",
        "edition": "1",
        "keep": 5,
        "datasets": [],
        "refuse": [],
        "warn": [],
    }
    with pytest.raises(GuotuError) as told:
        read_profile(table | changes)
    assert told.value.code == code


def test_an_unknown_profile_names_the_known_ones() -> None:
    with pytest.raises(GuotuError) as told:
        gate_profile("nowhere")
    assert told.value.code == "GT-1402"
    assert "survey" in told.value.hint("zh")


def test_the_report_is_json_ready_in_both_languages() -> None:
    report = judge(with_one(parcel(8, QSXZ="77")))
    for lang in ("zh", "en"):
        shown = report.as_dict(lang)
        assert shown["passed"] is False
        assert shown["findings"][0]["place"]["row"] == 8
