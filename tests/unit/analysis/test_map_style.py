"""Styles: one declaration for the portal and for paper."""

from __future__ import annotations

import re

import pytest

from guotu.analysis.cartography import layer_style, mark_style
from guotu.analysis.cartography.style import marks, styled
from guotu.standards import catalogue, domains, landclass, layers

COLOUR = re.compile(r"#[0-9a-f]{6}([0-9a-f]{2})?")


@pytest.mark.parametrize("dataset", styled())
def test_a_style_speaks_of_a_known_dataset_and_field(dataset: str) -> None:
    assert catalogue.dataset(dataset).title
    style = layer_style(dataset)
    if style.field is not None:
        assert style.field in layers.schema(dataset).codes


@pytest.mark.parametrize(
    "style", [*map(layer_style, styled()), *map(mark_style, marks())], ids=lambda style: style.id
)
def test_colours_are_written_in_full(style: object) -> None:
    paints = [style.default, *(rule.paint for rule in style.rules)]  # type: ignore[attr-defined]
    for paint in paints:
        for colour in (paint.fill, paint.stroke, paint.casing):
            assert colour is None or COLOUR.fullmatch(colour)


def test_every_leaf_class_of_the_survey_has_a_colour_of_its_own() -> None:
    style = layer_style("xz.dltb")
    scheme = landclass.scheme("sandiao")
    parents = {item.parent for item in scheme}
    leaves = [item.code for item in scheme if item.code not in parents and item.level > 1]
    assert [code for code in leaves if style.rule_of(code) is None] == []


def test_every_susceptibility_of_the_domain_is_painted() -> None:
    style = layer_style("xz.dzzhyfq")
    field = next(f for f in layers.schema("xz.dzzhyfq").fields if f.code == style.field)
    assert field.domain is not None
    assert all(style.rule_of(code) is not None for code in domains.domain(field.domain))


def test_classes_are_found_by_their_first_characters_where_the_style_says_so() -> None:
    style = layer_style("gh.ghyt")
    assert style.rule_of("070102") is style.rule_of("07")
    assert style.rule_of("99") is None


def test_a_dataset_without_a_style_is_drawn_quietly() -> None:
    assert layer_style("sj.nothing").type == "fill"


def test_repainting_reaches_every_class() -> None:
    style = layer_style("xz.dltb").repainted(lambda paint: paint.outlined)
    rule = style.rule_of("0101")
    assert rule is not None
    assert rule.paint.fill is None
    assert rule.paint.stroke is not None


def test_quiet_colours_are_paler_and_keep_their_opacity() -> None:
    paint = mark_style("conflict").default.quiet
    assert paint.fill is not None
    assert paint.fill[7:] == "52"
    assert int(paint.fill[3:5], 16) > 0x80


def test_the_portal_is_told_everything_that_it_paints() -> None:
    told = layer_style("gh.yjjbntb").as_dict()
    assert told["type"] == "fill"
    assert told["default"]["hatch"] is True
    assert told["field"] is None
