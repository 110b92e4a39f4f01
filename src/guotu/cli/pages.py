"""The reference pages that are made from the program itself: `python -m guotu.cli.pages [FOLDER]`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from guotu.cli.exits import status
from guotu.cli.main import VERBS, group
from guotu.delivery import pages as formats_written
from guotu.errors.kinds import all_kinds
from guotu.settings import TABLE

NOTE = "<!-- Made by `python -m guotu.cli.pages`; change the program, not this page. -->\n"

_STATUSES = (
    (0, "done", "完成"),
    (1, "unforeseen, or `doctor` found something unsound", "未预料的错误，或 `doctor` 发现不一致"),
    (2, "wrong usage", "用法不对"),
    (3, "refused by quality", "质检不通过或文件不能接受"),
    (4, "held for confirmation", "待确认"),
    (5, "not permitted", "没有权限"),
    (6, "not found", "找不到"),
    (7, "busy, unavailable or cancelled: try again", "忙、不可用或已取消：可再试"),
)

_CONDITIONS = """
## Conditions of `query --filter`

CQL2 text (OGC 21-065r2), the part that names attributes. Field codes without regard to case; text in single quotes, a quote
inside doubled.

| written | means |
|---|---|
| `DLBM = '0101'`, `<>`, `<`, `<=`, `>`, `>=` | comparison in the field's own type |
| `DLBM LIKE '01%'` | `%` any run of characters, `_` one, `\\\\` before them takes them as they are |
| `DLBM IN ('0101', '0103')` | one of |
| `TBMJ BETWEEN 1000 AND 5000` | both ends included |
| `XZDWKD IS NULL`, `IS NOT NULL` | without a value, with one |
| `SJSJ > DATE('2024-01-01')` | days |
| `NOT`, `AND`, `OR`, parentheses | in this order of strength |

Anything else (functions, arithmetic, spatial and temporal operators) is refused with its place, GT-2013.
"""


def pages() -> dict[str, str]:
    """Every page by file name."""
    made = {"cli.md": _cli(), "settings.md": _settings(), "errors.md": _errors()}
    return made | {"formats-written.md": NOTE + "\n" + formats_written.page()}


def write(folder: Path) -> list[Path]:
    """Write the pages that differ from what lies in the folder; gives those."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, text in pages().items():
        target = folder / name
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")
            changed.append(target)
    return changed


def _cli() -> str:
    context = click.Context(group, info_name="guotu")
    lines = [
        NOTE,
        "# The command line / 命令行\n",
        "`guotu [--home DIR] [--lang zh|en] VERB …`. Results go to stdout; progress, messages and failures to stderr.",
        "With `--json` stdout holds exactly one JSON document, also on failure:",
        '`{"error": {"code", "detail", "hint", "place"?}, "report"?}`. What a failure means is on the page of',
        "[errors](errors.md); defaults come from the [settings](settings.md).\n",
        "## Exit statuses / 退出状态\n",
        "| status | meaning | 含义 |\n|---|---|---|",
        *(f"| {number} | {en} | {zh} |" for number, en, zh in _STATUSES),
        "\nA reader that closes the pipe early (`| head`) ends the command with 0.\n",
        "## Global options\n",
        *_parameters(group, context),
        "",
        *(line for name in VERBS for line in _verb(name, context)),
        _CONDITIONS.strip("\n"),
    ]
    return "\n".join(lines) + "\n"


def _verb(name: str, context: click.Context) -> Iterator[str]:
    command = group.get_command(context, name)
    assert command is not None
    yield from _command(command, click.Context(command, info_name=name, parent=context), 2)


def _command(command: click.Command, context: click.Context, depth: int) -> Iterator[str]:
    zh, en, example = help_of(command)
    yield f"{'#' * depth} `{context.command_path}`\n"
    yield f"{zh}\n\n{en}\n\n```sh\n{example}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _command(inner, click.Context(inner, info_name=name, parent=context), depth + 1)
        return
    yield f"`{' '.join([context.command_path, *command.collect_usage_pieces(context)])}`\n"
    rows = list(_parameters(command, context))
    if rows:
        yield from rows
        yield ""


def help_of(command: click.Command) -> tuple[str, str, str]:
    """A command's help: Chinese, English, and its example without the word."""
    parts = [" ".join(part.split()) for part in (command.help or "").split("\n\n")]
    zh, en, example = parts[0], " ".join(parts[1:-1]), parts[-1]
    return zh, en, example.removeprefix("Example: ")


def _parameters(command: click.Command, context: click.Context) -> Iterator[str]:
    options = [each for each in command.params if isinstance(each, click.Option)]
    if not options:
        return
    yield "| option | |\n|---|---|"
    for option in options:
        record = option.get_help_record(context)
        if record is not None:
            name, text = record[0].replace("|", "\\|"), _cell(record[1])
            yield f"| `{name}` | {text} |"


def _settings() -> str:
    lines = [
        NOTE,
        "# Settings / 设置\n",
        "Every setting is an environment variable; nothing else is read from the environment. A global option of the command",
        "line wins over it. A value that cannot be read stops the command: GT-1002.\n",
        "| variable | default | 含义 | meaning |\n|---|---|---|---|",
        *(f"| `{each.variable}` | `{_shown(each.default)}` | {each.zh} | {each.en} |" for each in TABLE),
    ]
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    return ("0", "1")[value] if isinstance(value, bool) else str(value)


def _errors() -> str:
    lines = [
        NOTE,
        "# Errors / 错误\n",
        "One stable code for one way to fail, the same on the command line, over HTTP and in reports. Words in braces are",
        "filled in. `status` is the exit status of the command line.\n",
        "| code | status | 含义与处理 | meaning and remedy |\n|---|---|---|---|",
    ]
    for code, kind in all_kinds().items():
        zh, en = (
            _cell(f"{what} → {hint}") for what, hint in ((kind.zh, kind.hint_zh), (kind.en, kind.hint_en))
        )
        lines.append(f'| <a id="{code.lower()}"></a>{code} | {status(kind)} | {zh} | {en} |')
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())


def main(arguments: list[str]) -> int:
    """Write the pages into a folder (docs/references of the checkout where none is named)."""
    for changed in write(Path(arguments[0]) if arguments else Path("docs/references")):
        click.echo(changed)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
