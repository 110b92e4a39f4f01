from __future__ import annotations

import pytest

from guotu.ingest.fields import match_fields
from guotu.model.schema import LayerSchema
from guotu.standards.layers import schema

DLTB = schema("xz.dltb")


def codes(*names: str, layer: LayerSchema = DLTB) -> dict[str, str | None]:
    return {match.source: match.code for match in match_fields(layer, names)}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("DLBM", "DLBM"),
        ("dlbm", "DLBM"),
        (" ＤＬＢＭ ", "DLBM"),
        ("地类编码", "DLBM"),
        ("坐落单位代", "ZLDWDM"),
        ("坐落单位名", "ZLDWMC"),
        ("耕地坡度级", "GDPDJB"),
        ("DLBM_1", "DLBM"),
    ],
)
def test_a_field_is_found_by_each_of_its_spellings(name: str, code: str) -> None:
    assert codes(name) == {name: code}


def test_the_best_spelling_takes_the_field_whatever_the_order() -> None:
    assert codes("地类编码", "dlbm", "DLBM") == {"地类编码": None, "dlbm": None, "DLBM": "DLBM"}


def test_a_suffixed_copy_beside_its_field_is_left_out_with_a_reason() -> None:
    first, copy = match_fields(DLTB, ("DLBM", "DLBM_1"))
    assert (first.code, copy.code) == ("DLBM", None)
    assert "副本" in copy.zh
    assert "copy" in copy.en


def test_columns_nobody_knows_and_automatic_ones_say_why() -> None:
    known, automatic = match_fields(DLTB, ("甲方备注", "Shape_Area"))
    assert known.code is None
    assert "没有该字段" in known.zh
    assert automatic.code is None
    assert "自动字段" in automatic.zh
