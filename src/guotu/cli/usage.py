"""What the command line library complains about, in both languages."""

from __future__ import annotations

from collections.abc import Iterable

import click

from guotu.errors import GuotuError, Lang
from guotu.errors.general import USAGE, VERB_UNKNOWN


class Misused(click.UsageError):
    """Wrong use that a verb itself finds."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def failure(wrong: click.ClickException, lang: Lang) -> GuotuError:
    """GT-1001 or GT-1010 for a complaint of the library."""
    name = getattr(wrong, "command_name", None)
    if name is not None and isinstance(wrong, click.UsageError):
        return VERB_UNKNOWN(name=name, known=_known(wrong.ctx, lang))
    reason = _english(wrong) if lang == "en" else _chinese(wrong)
    return USAGE(reason=reason.rstrip(".。"))


def _known(context: click.Context | None, lang: Lang) -> str:
    group = context.command if context else None
    names: Iterable[str] = group.list_commands(context) if context and isinstance(group, click.Group) else ()
    return (", " if lang == "en" else "、").join(names)


def _english(wrong: click.ClickException) -> str:
    return wrong.en if isinstance(wrong, Misused) else wrong.format_message()


def _chinese(wrong: click.ClickException) -> str:
    match wrong:
        case Misused():
            return wrong.zh
        case click.MissingParameter():
            return f"缺少 {_parameter(wrong)}{_choices(wrong.param)}"
        case click.NoSuchOption():
            near = "、".join(wrong.possibilities or ())
            return f"没有选项 {wrong.option_name}" + (f"，是否指 {near}" if near else "")
        case click.BadOptionUsage():
            return f"选项 {wrong.option_name} 缺少值或不该有值"
        case click.BadParameter():
            return f"{_parameter(wrong)} 的值不对{_choices(wrong.param) or f'：{wrong.message}'}"
    said = wrong.format_message()
    return f"多余的参数 {said.partition('(')[2].rstrip(').')}" if "extra argument" in said else said


def _parameter(wrong: click.BadParameter) -> str:
    hint = wrong.param_hint or (wrong.param.get_error_hint(wrong.ctx) if wrong.param else "")
    return str(hint).replace("'", "")


def _choices(parameter: click.Parameter | None) -> str:
    """What the parameter takes, where that can be said better than by the library."""
    match parameter.type if parameter else None:
        case click.Choice(choices=choices):
            return f"，可选：{'、'.join(map(str, choices))}"
        case click.IntRange(min=low, max=high):
            return f"，应为整数{f'，不小于 {low}' if low is not None else ''}{f'，不大于 {high}' if high is not None else ''}"
        case click.DateTime():
            return "，应为日期 YYYY-MM-DD"
        case click.Tuple(types=types):
            return f"，应为 {len(types)} 个数字"
        case kind if kind is click.INT:
            return "，应为整数"
    return ""
