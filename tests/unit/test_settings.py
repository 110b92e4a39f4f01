"""The table of settings is the whole truth about the environment."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path

import pytest

from guotu import settings
from guotu.errors import GuotuError


def test_the_table_and_the_settings_have_the_same_names() -> None:
    assert [setting.name for setting in settings.TABLE] == [field.name for field in fields(settings.Settings)]


def test_defaults_hold_where_the_environment_is_silent() -> None:
    loaded = settings.load({})
    assert loaded.port == 8765
    assert loaded.secure_cookies is False


def test_the_environment_is_parsed_and_overrides_win() -> None:
    loaded = settings.load({"GUOTU_PORT": "1", "GUOTU_SECURE_COOKIES": "yes"}, port=2, home=None)
    assert (loaded.port, loaded.secure_cookies, loaded.home) == (2, True, Path("guotu-home"))


@pytest.mark.parametrize(("name", "value"), [("GUOTU_PORT", "many"), ("GUOTU_SECURE_COOKIES", "perhaps")])
def test_a_value_that_cannot_be_read_is_refused_with_its_name(name: str, value: str) -> None:
    with pytest.raises(GuotuError) as failure:
        settings.load({name: value})
    assert failure.value.code == "GT-1002"
    assert value in failure.value.detail("en")


def test_variables_that_a_library_sets_are_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUOTU_TEST_KEPT", "mine")
    monkeypatch.delenv("GUOTU_TEST_NEW", raising=False)
    with settings.kept_environment("GUOTU_TEST_KEPT", "GUOTU_TEST_NEW"):
        os.environ["GUOTU_TEST_KEPT"] = os.environ["GUOTU_TEST_NEW"] = "theirs"
    assert os.environ["GUOTU_TEST_KEPT"] == "mine"
    assert "GUOTU_TEST_NEW" not in os.environ
