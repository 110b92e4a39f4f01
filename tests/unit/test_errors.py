"""The catalogue of failures."""

from __future__ import annotations

import re
import string

import pytest

from guotu.errors import Family, Place
from guotu.errors.kinds import all_kinds
from guotu.errors.store import VERSION_UNKNOWN

KINDS = sorted(all_kinds().values(), key=lambda kind: kind.code)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_every_kind_speaks_both_languages_with_the_same_facts(kind) -> None:
    def facts(text: str) -> set[str]:
        return {re.split(r"[.\[!:]", name)[0] for _, name, _, _ in string.Formatter().parse(text) if name}

    assert re.fullmatch(r"GT-\d{4}", kind.code)
    assert all((kind.zh, kind.en, kind.hint_zh, kind.hint_en))
    assert re.search(r"[\u4e00-\u9fff]", kind.zh)
    assert re.search(r"[\u4e00-\u9fff]", kind.hint_zh)
    assert not re.search(r"[\u4e00-\u9fff]", kind.en.replace("脱密", ""))
    both = facts(kind.zh) | facts(kind.hint_zh), facts(kind.en) | facts(kind.hint_en)
    assert {name.removesuffix("_zh") for name in both[0]} == {name.removesuffix("_en") for name in both[1]}


def test_codes_are_unique_and_stand_in_their_block() -> None:
    assert len({kind.code for kind in KINDS}) == len(KINDS)
    assert {kind.family for kind in KINDS} <= set(Family)


def test_a_failure_tells_code_cause_remedy_and_place() -> None:
    failure = VERSION_UNKNOWN(
        dataset="xz.dltb", at="1.7", place=Place(file="a.shp", row=3, coordinate=(1.0, 2.0))
    )
    shown = failure.as_dict("en")
    assert shown["code"] == "GT-2002"
    assert "1.7" in shown["detail"]
    assert "guotu history xz.dltb" in shown["hint"]
    assert shown["place"] == {"file": "a.shp", "row": 3, "coordinate": [1.0, 2.0]}
    assert "1.7" in str(failure)


def test_a_failure_without_a_place_shows_none() -> None:
    assert "place" not in VERSION_UNKNOWN(dataset="x", at="y").as_dict("zh")
