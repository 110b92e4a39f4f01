"""Ten seconds of damaged seeds: every parser answers or refuses with a code."""

from __future__ import annotations

import pytest

from fuzz.run import plainly
from fuzz.targets import TARGETS, seeds


@pytest.mark.parametrize("name", TARGETS)
def test_a_parser_answers_or_refuses_whatever_it_gets(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert plainly(name, 10 / len(TARGETS)) > 0


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_are_there(name: str) -> None:
    assert all(seeds(name))
