"""How features are named and found."""

from __future__ import annotations

import pytest

from guotu.standards.layers import schema
from guotu.standards.presentation import Presentation, presentation, presented


@pytest.mark.parametrize("dataset", presented())
def test_a_presentation_names_only_fields_of_the_layer(dataset: str) -> None:
    shown, known = presentation(dataset), set(schema(dataset).codes)
    used = {*shown.title, *shown.exact, *shown.contains, *shown.drawn}
    assert used <= known


def test_a_feature_is_called_by_its_title_fields_or_by_the_fallback() -> None:
    shown = Presentation(title=("DLMC", "TBBH"))
    assert shown.name({"DLMC": "水田", "TBBH": "7"}, "?") == "水田 7"
    assert shown.name({"DLMC": "", "TBBH": None}, "?") == "?"


def test_a_dataset_without_presentation_draws_no_field() -> None:
    assert presentation("xz.nothing").drawn == ()
