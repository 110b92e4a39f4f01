"""The profile loads, holds together, and every key of it is explained."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from guotu.apps.approval import parse_profile, review_profile
from guotu.standards import layers, tables

TEXT = tables.text("profiles/review-default.toml")
BODY = tomllib.loads(TEXT)
PAGE = (Path(__file__).parents[4] / "docs" / "references" / "review-profile.md").read_text(encoding="utf-8")


def test_every_key_is_explained() -> None:
    named = set(re.findall(r"`([a-z_0-9]+)`", PAGE))
    keys = {key for section in ("tolerances", *review_profile().sections) for key in BODY[section]}
    keys |= {key for kind in BODY["kinds"].values() for key in kind} | {
        key for layer in BODY["layers"].values() for key in layer
    }
    keys -= {key for key in keys if key.endswith("_en")}
    assert keys - named == set()


def test_every_layer_is_one_that_a_schema_knows() -> None:
    assert {layers.schema(dataset).dataset for dataset in review_profile().layers} == set(
        review_profile().layers
    )


def test_every_clause_has_both_languages_and_is_used() -> None:
    used = {
        id
        for section in review_profile().sections.values()
        for key, ids in section.items()
        if key.startswith("clauses")
        for id in ids
    }
    assert used == set(BODY["clauses"])
    for clause in review_profile().clauses.values():
        for text in (clause.title, clause.article, clause.text):
            assert text.zh
            assert text.en
        assert re.search("[一-鿿]", clause.text.en) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('area_kind = "plane"', 'area_kind = "geodesic"'),
        ('clauses = ["tdglf-44", "tdglf-46"]', 'clauses = ["nothing"]'),
        ('importance = "low"', 'importance = "none"'),
        ('extent = "data"', 'extent = "guess"'),
        ('moderate = "一级", simple = "一级"', 'moderate = "一级"'),
        ("[kinds.general]", "[kinds.plain]"),
    ],
)
def test_a_broken_profile_does_not_load(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(AssertionError):
        parse_profile(TEXT.replace(old, new))


def test_thresholds_come_from_the_profile() -> None:
    from guotu.apps.approval import Verdict
    from review_cast import box, clean_stage, run

    stage = clean_stage("gh.yjjbntb")
    stage.put("gh.yjjbntb", [(box(97, 0, 50, 2), {})])
    strict = review_profile()
    lax = parse_profile(TEXT.replace("sliver_m2 = 1.0", "sliver_m2 = 10.0"))
    verdicts = [
        run(stage, box(0, 0, 100, 100), profile=profile).check("farmland").verdict
        for profile in (strict, lax)
    ]  # type: ignore[union-attr]
    assert verdicts == [Verdict.FAIL, Verdict.PASS]
