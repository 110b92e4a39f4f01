"""What every verb is told: settings, language, where to write."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from guotu.errors import Lang
from guotu.node import Node
from guotu.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

json_option = click.option(
    "--json", "as_json", is_flag=True, help="只在标准输出写一个 JSON 文档 / one JSON document on stdout"
)


@dataclass(slots=True)
class Told:
    """The global options, parsed."""

    settings: Settings

    @property
    def lang(self) -> Lang:
        return "en" if self.settings.lang == "en" else "zh"

    def say(self, zh: str, en: str) -> None:
        """A line for people, on stderr."""
        click.echo(zh if self.lang == "zh" else en, err=True)

    def node(self) -> Node:
        """The node of the home; raises GT-1003."""
        return Node.open(self.settings.home, self.settings)


pass_told = click.make_pass_decorator(Told)


def emit(document: Any) -> None:
    """One JSON document on stdout."""
    body = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY)
    sys.stdout.write(body.decode() + "\n")


class Stages:
    """Progress of long work: a bar on a terminal, a plain line a stage otherwise."""

    def __init__(self, titles: dict[str, tuple[str, str]], lang: Lang) -> None:
        self._titles, self._lang = titles, lang
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        )
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Stages:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """The `Progress` callback of the rooms below."""
        if stage not in self._tasks:
            title = self._titles.get(stage, (stage, stage))[0 if self._lang == "zh" else 1]
            self._tasks[stage] = self._bar.add_task(title, total=total)
            if self._bar.disable:
                click.echo(title, err=True)
        self._bar.update(self._tasks[stage], completed=done, total=total)
