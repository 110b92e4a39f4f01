"""Help: every verb has a Chinese and an English sentence and an example that it would itself understand."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import click
import pytest

from guotu.cli.main import VERBS, group
from guotu.cli.pages import help_of


def commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group, info_name="guotu")
    for name in VERBS:
        command = group.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", command.commands[inner]) for inner in command.commands)


EVERY = dict(commands())


@pytest.mark.parametrize("name", EVERY)
def test_help_is_in_two_languages_with_an_example(name: str) -> None:
    zh, en, example = help_of(EVERY[name])
    assert any("\u4e00" <= letter <= "\u9fff" for letter in zh)
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in en)
    assert en.endswith(".")
    assert example.startswith("guotu ")


@pytest.mark.parametrize("name", EVERY)
def test_the_example_is_understood(name: str) -> None:
    words = shlex.split(help_of(EVERY[name])[2].partition(" < ")[0])[1:]
    with group.make_context("guotu", words, resilient_parsing=False) as context:
        command: click.Command = group
        rest = context._protected_args + context.args
        while isinstance(command, click.Group):
            _, found, rest = command.resolve_command(context, rest)
            assert found is not None
            command, context = found, found.make_context(found.name, rest, parent=context)
            rest = context._protected_args + context.args
    assert name.split()[0] in words


@pytest.mark.parametrize("name", EVERY)
def test_every_option_says_what_it_is(name: str) -> None:
    assert all(option.help for option in EVERY[name].params if isinstance(option, click.Option))


@pytest.mark.parametrize("name", [name for name in EVERY if not isinstance(EVERY[name], click.Group)])
def test_every_verb_has_json(name: str) -> None:
    assert any(option.name == "as_json" for option in EVERY[name].params)


def test_the_list_of_verbs_is_shown(guotu) -> None:
    ran = guotu("--help")
    assert ran.status == 0
    assert all(name in ran.out for name in VERBS)


def test_the_version_is_told(guotu) -> None:
    assert guotu("--version").out.startswith("guotu, version ")
