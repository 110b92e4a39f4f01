"""What every verb is told: settings, language, where to write."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from guotu.cli.exits import emit
from guotu.errors import Lang
from guotu.settings import Settings

if TYPE_CHECKING:
    from guotu.node import Node

__all__ = ["Stages", "Told", "emit", "json_option", "pass_told"]

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
        """The node of the home, closed when the verb ends; raises GT-1003."""
        from guotu.node import Node  # `--help` and wrong usage answer without loading the store

        opened = Node.open(self.settings.home, self.settings)
        click.get_current_context().call_on_close(opened.close)
        return opened


pass_told = click.make_pass_decorator(Told)


class Stages:
    """Progress of long work: a bar on a terminal, a plain line a stage otherwise."""

    def __init__(self, titles: dict[str, tuple[str, str]], lang: Lang) -> None:
        self._titles, self._lang = titles, lang
        self._bar: Any = None
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Stages:
        if sys.stderr.isatty():
            self._bar = _bar()
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """The `Progress` callback of the rooms below."""
        if stage not in self._tasks:
            title = self._titles.get(stage, (stage, stage))[0 if self._lang == "zh" else 1]
            self._tasks[stage] = None if self._bar is None else self._bar.add_task(title, total=total)
            if self._bar is None:
                click.echo(title, err=True)
        if self._bar is not None:
            self._bar.update(self._tasks[stage], completed=done, total=total)


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True))
