"""The `guotu` command: global options, the verbs, and the way failures end."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

import guotu
from guotu import settings as settings_table
from guotu.cli import exits, usage
from guotu.cli.context import Told
from guotu.errors import GuotuError, Lang

VERBS: dict[str, str] = {
    "init": "建立节点目录 / make a node home",
    "demo": "建立演示节点 / make the demo node",
    "check": "检查一个文件，不入库 / quality report of a file, nothing stored",
    "repair": "修复建议，写入副本，可撤销 / proposals for repairs, made in a copy, reversible",
    "ingest": "检查并入库为新版本 / check, then land as a version",
    "exception": "例外说明 / approved exceptions of the quality gate",
    "catalog": "资源目录 / the catalogue",
    "query": "查询要素 / features of a dataset",
    "export": "导出为各种格式 / a dataset as files for other programs",
    "history": "数据集或要素的版本 / versions of a dataset or a feature",
    "diff": "两个版本之间的变化 / what changed between two versions",
    "update": "变更调查增量入库 / take in an increment of a survey",
    "flow": "地类流量表 / which land class became which",
    "level": "图斑面积调平到控制面积 / adjust parcel areas to control areas",
    "relate": "对象之间的关系、一块地的来龙去脉 / relations, and the story of a place",
    "area": "文件中各图形的面积 / areas of a file's features",
    "review": "项目用地合规性审查 / compliance review of a project boundary",
    "submission": "汇交：组包、报送、接收、退回、采纳、通报 / packages submitted, received, returned, adopted",
    "serve": "启动接口与门户 / HTTP and portal",
    "user": "账号 / accounts",
    "doctor": "核对日志与现状 / verify journal and projections",
}


class Verbs(click.Group):
    """Loads a verb's module only when it is used, so that every command starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in VERBS:
            return None
        command: click.Command = importlib.import_module(f"guotu.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(guotu.__version__, prog_name="guotu")
@click.option("--home", type=click.Path(path_type=Path), help="节点目录 / the node's home (GUOTU_HOME)")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="消息语言 / language of messages (GUOTU_LANG)")
@click.pass_context
def group(ctx: click.Context, home: Path | None, lang: str | None) -> None:
    """国土空间基础信息平台。

    The base-information platform for territorial space.

    Example: guotu --home county review project.txt --report review.pdf
    """
    ctx.obj = Told(settings_table.load(home=home, lang=lang))


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with the right status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(
                errors="replace"
            )  # a terminal of another encoding shows "?", it does not end the run
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command line; gives the exit status. No exception leaves it."""
    lang, as_json, words = _language(arguments), exits.wants_json(arguments), None
    try:
        ended = group.main(list(arguments), prog_name="guotu", standalone_mode=False)
        sys.stdout.flush()
        return ended if isinstance(ended, int) else exits.DONE
    except click.exceptions.NoArgsIsHelpError as bare:
        bare.show()
        return exits.USAGE
    except BrokenPipeError:
        return _reader_left()
    except click.ClickException as wrong:
        words = wrong.ctx.get_usage() if isinstance(wrong, click.UsageError) and wrong.ctx else None
        failed = usage.failure(wrong, lang)
    except (Exception, KeyboardInterrupt) as surprise:
        failed = exits.as_failure(surprise)
    try:
        return exits.tell(failed, lang, as_json=as_json, usage=words)
    except BrokenPipeError:
        return _reader_left()


def _language(arguments: Sequence[str]) -> Lang:
    try:
        setting = settings_table.load().lang
    except GuotuError:
        setting = "zh"
    return exits.language(arguments, setting)


def _reader_left() -> int:
    """The reader of a pipe has seen enough: no failure of ours, and nobody to tell."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return exits.DONE
