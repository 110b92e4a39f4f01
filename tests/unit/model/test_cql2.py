"""Conditions in CQL2 text become the typed tree, or are refused with their place."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guotu.errors import GuotuError
from guotu.model.cql2 import LONGEST, parse
from guotu.model.filter import And, Between, Compare, In, IsNull, Like, Not, Or
from guotu.standards import layers

SCHEMA = layers.schema("dltb-2020")
DLBM, TBMJ, GXSJ = "DLBM", "TBMJ", "GXSJ"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("DLBM = '0101'", Compare(DLBM, "=", "0101")),
        ("dlbm <> 0101", Compare(DLBM, "<>", "0101")),
        ("\"DLBM\" LIKE '01%'", Like(DLBM, "01%")),
        ("DLBM = 'it''s'", Compare(DLBM, "=", "it's")),
        ("TBMJ>=1.5e3", Compare(TBMJ, ">=", 1500.0)),
        ("TBMJ < -2", Compare(TBMJ, "<", -2.0)),
        ("TBMJ BETWEEN 1 AND 2", Between(TBMJ, 1.0, 2.0)),
        ("DLBM IN ('0101', '0103')", In(DLBM, ("0101", "0103"))),
        ("DLBM NOT IN ('0101')", Not(In(DLBM, ("0101",)))),
        ("DLBM NOT LIKE '01%'", Not(Like(DLBM, "01%"))),
        ("DLBM IS NULL", IsNull(DLBM)),
        ("DLBM is not null", Not(IsNull(DLBM))),
        ("GXSJ > DATE('2024-01-01')", Compare(GXSJ, ">", date(2024, 1, 1))),
        ("NOT DLBM = '1' AND TBMJ > 1", And((Not(Compare(DLBM, "=", "1")), Compare(TBMJ, ">", 1.0)))),
        (
            "DLBM = '1' OR DLBM = '2' AND TBMJ > 1",
            Or((Compare(DLBM, "=", "1"), And((Compare(DLBM, "=", "2"), Compare(TBMJ, ">", 1.0))))),
        ),
        (
            "(DLBM = '1' OR DLBM = '2') AND TBMJ > 1",
            And((Or((Compare(DLBM, "=", "1"), Compare(DLBM, "=", "2"))), Compare(TBMJ, ">", 1.0))),
        ),
    ],
)
def test_a_condition_is_read(text: str, tree: object) -> None:
    assert parse(text, SCHEMA) == tree


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", 1),
        ("DLBM", 5),
        ("DLBM =", 7),
        ("DLBM = '0101", 8),
        ("DLBM ! 1", 6),
        ("TBMJ > abc", 8),
        ("TBMJ > 'abc'", 8),
        ("TBMJ > 1e999", 8),
        ("DLBM = '1' TBMJ = 2", 12),
        ("(DLBM = '1'", 12),
        ("DLBM IN ()", 10),
        ("DLBM IN ('1'", 13),
        ("DLBM BETWEEN '1' OR '2'", 18),
        ("GXSJ > DATE('yesterday')", 13),
        ("S_INTERSECTS(geometry, POINT(1 2))", None),
        ("(" * 40 + "DLBM = '1'" + ")" * 40, 32),
        ("NOT " * 40 + "DLBM = '1'", 125),
        ("DLBM = '1' OR " * 400, LONGEST),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text: str, place: int | None) -> None:
    with pytest.raises(GuotuError) as failure:
        parse(text, SCHEMA)
    if place is None:
        assert failure.value.code == "GT-2009"
        return
    assert failure.value.code == "GT-2013"
    assert failure.value.facts["at"] == place
    assert str(place) in failure.value.detail("zh")


def test_a_field_the_layer_lacks_is_named() -> None:
    with pytest.raises(GuotuError) as failure:
        parse("FOO = 1", SCHEMA)
    assert failure.value.code == "GT-2009"


@given(st.text(alphabet="DLBMTJ ='01%().<>NOTADIKEULWRS,\"\\é中", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    refused = None
    try:
        parse(text, SCHEMA)
    except GuotuError as failure:
        refused = failure.code
    assert refused in (None, "GT-2009", "GT-2013")
