from __future__ import annotations

from typing import Any

import pytest

from guotu.errors import GuotuError
from guotu.model.finding import QualityReport, Severity
from guotu.quality.gate import Gate, Layer
from guotu.quality.profile import gate_profile, profile_for, read_pack
from unit.quality.parcel_rows import DLTB, batch, parcel, sloping

HEAD = 'id = "qinghe"\ntitle = "青禾县"\ntitle_en = "Qinghe"\nedition = "2026"\n'


def rule(where: str, **changes: str) -> str:
    facts = {
        "id": "QH-01",
        "layer": "dltb-2020",
        "where": where,
        "zh": "图斑 {TBBH} 不合本县规定",
        "en": "parcel {TBBH} breaks a rule of the county",
        "remedy_zh": "改正。",
        "remedy_en": "Correct it.",
        "severity": "B",
        "level": "refuse",
        "field": "TBMJ",
    } | changes
    return "[[rule]]\n" + "".join(f"{name} = '''{value}'''\n" for name, value in facts.items())


def judged(where: str, rows: list[dict[str, Any]], **changes: str) -> QualityReport:
    profile = profile_for(DLTB, [read_pack(HEAD + rule(where, **changes), "qinghe.toml")])
    gate = Gate(DLTB, Layer("DLTB"), profile, division="330106")
    gate.feed(batch(rows), 1)
    return gate.finish()


ROWS = [parcel(1), sloping(2, XZDWKD=None), parcel(3, TBBH="00000003", BZ="a_b")]


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        ("DLBM = 0101", [1, 3]),
        ("DLBM <> '0101'", [2]),
        ("DLBM LIKE '01%' AND NOT GDPDJB = '1'", [2]),
        ("DLBM IN ('0103', '0201')", [2]),
        ("DLBM NOT IN ('0103', '0201')", [1, 3]),
        ("TBMJ BETWEEN 0 AND 1e9 AND KCXS > 0", [2]),
        ("TBMJ NOT BETWEEN 0 AND 1e9", []),
        ("BZ IS NULL", [1, 2]),
        ("BZ IS NOT NULL", [3]),
        ("BZ LIKE 'a\\_b'", [3]),
        ("CHAR_LENGTH(BSM) <> 18", []),
        ("CHAR_LENGTH(TRIM(TBBH)) = 8", [1, 2, 3]),
        ("SUBSTR(TBBH, 8, 1) = '3'", [3]),
        ("UPPER(BZ) = 'A_B'", [3]),
        ("TBMJ * KCXS - KCMJ > 0.01 OR -KCXS < 0", [2]),
        ("ROUND(TBMJ / 0, 2) > 1", []),
        ("(TBMJ - KCMJ) / TBMJ < 1", [2]),
        ("ABS(AREA(geometry) - TBMJ) > 0.01", []),
        ("AREA(geometry) > 1 AND LENGTH(geometry) > 300", [1, 2, 3]),
        ("S_INTERSECTS(geometry, BBOX(120.0025, 30, 120.0026, 30.1))", [2]),
        ("S_WITHIN(geometry, 'POLYGON((120 29, 120.0031 29, 120.0031 31, 120 31, 120 29))')", [1, 2]),
        ("XZDWKD > 1", []),
        ("NOT XZDWKD > 1", []),
        ("1 = 1", [1, 2, 3]),
    ],
)
def test_a_condition_finds_the_rows_it_is_true_for(where: str, wrong: list[int]) -> None:
    report = judged(where, ROWS)
    found = [f for f in report.findings if f.rule == "QH-01"]
    assert [f.place.row for f in found] == wrong
    assert report.passed is (not wrong)
    assert all(f.place.field == "TBMJ" and f.severity is Severity.SERIOUS for f in found)
    assert all(f.place.coordinate for f in found)


def test_a_local_rule_may_only_warn() -> None:
    assert judged("1 = 1", ROWS, level="warn").passed


def test_the_report_names_the_packs_that_judged() -> None:
    report = judged("1 = 1", ROWS, level="warn")
    assert [name.split(" #")[0] for name in report.judged_by] == ["survey 1", "qinghe 2026"]
    assert "qinghe 2026 #" in report.record()


def test_a_pack_sets_thresholds_levels_and_severities_of_the_rules_it_starts_from() -> None:
    text = HEAD + 'datasets = ["xz."]\nextends = "survey"\nwarn = ["1403"]\nrest = ["1510"]\n'
    text += '[severity]\n1504 = "D"\n[parameters.1504]\nsmallest_m2 = 5.0\n'
    profile = profile_for(DLTB, [read_pack(text, "x.toml")])
    assert profile.id == "survey"
    assert profile.clauses["1403"].level.value == "warn"
    assert profile.clause("1510") is None
    assert profile.clauses["1504"].severity is Severity.SLIGHT
    assert profile.clauses["1504"].parameters["smallest_m2"] == 5.0
    assert profile.clauses["1504"].parameters["width_m"] == 1.0
    assert gate_profile("survey").clause("1510") is not None


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        (rule("DLXX = 1"), "GT-1404", "DLXX"),
        (rule("TBMJ = 'many'"), "GT-1404", "GT-2013|many|读不懂|不能"),
        (rule("TBMJ + 1"), "GT-1404", "条件"),
        (rule("NOSUCH(TBMJ) > 1"), "GT-1404", "NOSUCH"),
        (rule("TBMJ > 1", severity="Z"), "GT-1404", "severity"),
        (rule("TBMJ > 1", layer="nowhere"), "GT-1404", "nowhere"),
        (rule("TBMJ > 1", zh="{NOSUCH} 不对"), "GT-1404", "NOSUCH"),
        (rule("TBMJ > 1", zh="{TBMJ.__class__}"), "GT-1404", "字段代码"),
        (rule("TBMJ > 1", field="NOSUCH"), "GT-1404", "NOSUCH"),
        (rule("TBMJ > 1", id="lower case"), "GT-1404", "编号"),
        (rule("TBMJ > 1", surprise="x"), "GT-1404", "surprise"),
        ("[[rule]]\nid = \nx = 1\n", "GT-1405", "pack.toml"),
    ],
)
def test_a_wrong_rule_is_refused_at_load_with_file_and_line(text: str, code: str, told: str) -> None:
    with pytest.raises(GuotuError) as wrong:
        read_pack(HEAD + "\n" + text, "pack.toml")
    assert wrong.value.code == code
    assert wrong.value.place.file == "pack.toml"
    assert wrong.value.place.row == (6 if code == "GT-1404" else 7)
    assert any(part in wrong.value.detail("zh") for part in told.split("|"))
    assert wrong.value.detail("en")


def test_a_rule_without_a_layer_is_read_against_every_layer_of_its_pack() -> None:
    text = (
        HEAD
        + 'schemas = ["dltb-2020", "xzq-2020"]\n'
        + rule("TBMJ > 1").replace("layer = '''dltb-2020'''\n", "")
    )
    with pytest.raises(GuotuError, match="xzq-2020"):
        read_pack(text, "x.toml")


def test_a_pack_for_another_layer_changes_nothing() -> None:
    other = read_pack(HEAD + rule("XZQDM = '1'", layer="xzq-2020", zh="x", en="x", field="XZQDM"), "x.toml")
    assert profile_for(DLTB, [other]) == gate_profile("survey")
