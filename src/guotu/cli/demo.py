"""`guotu demo`: make the demo node, review a project, write the report, serve."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.cli.review import REPORTS
from guotu.cli.serve import PORT, serve
from guotu.guard.subject import OPERATOR

if TYPE_CHECKING:
    from guotu.apps.approval.result import Review
    from guotu.node import Node

SIZES = ("small", "county", "large")
MAIN = "project.txt"


@click.command("demo")
@click.option("--size", type=click.Choice(SIZES), default="small", show_default=True, help="规模 / size")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=7,
    show_default=True,
    help="同一种子得同一个县 / the same seed gives the same county",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("demo-out"),
    show_default=True,
    help="写到哪里；只替换先前演示写下的内容 / where to; only an earlier demo is replaced",
)
@click.option("--no-serve", is_flag=True, help="写完报告即止 / stop after the report")
@click.option("--host", help="监听地址 / address (GUOTU_HOST)")
@click.option("--port", type=PORT, help="端口，0 任选 / port, 0 picks a free one (GUOTU_PORT)")
@json_option
@pass_told
def command(
    told: Told,
    /,
    size: str,
    seed: int,
    out: Path,
    no_serve: bool,
    host: str | None,
    port: int | None,
    as_json: bool,
) -> None:
    """建立演示节点：生成一个虚构的县，经质检入库，审查一个项目并写出报告，然后启动门户。

    Make the demo node: an invented county through the real gate, a review with its report, the portal.

    Example: guotu demo --size small --no-serve
    """
    begun = time.monotonic()
    node = fresh(told, out, size, seed)
    click.get_current_context().call_on_close(node.close)
    made = _review(told, node, out)
    told.say(
        f"完成，用时 {time.monotonic() - begun:.0f} 秒：{out}",
        f"Done in {time.monotonic() - begun:.0f} s: {out}",
    )
    if as_json:
        emit(made.as_json(told.lang))
    if not no_serve:
        serve(told, node, host, port, lambda address: _invite(told, address))


def fresh(told: Told, out: Path, size: str | int, seed: int) -> Node:
    """Generate the county and take it in; an earlier demo in the same place is replaced."""
    from guotu.demo.county import generate
    from guotu.node import system_clock
    from guotu.ops import demo_folder
    from guotu.ops.demo_node import build

    demo_folder.clear(out)
    told.say(f"生成演示县（{size}，种子 {seed}）…", f"Generating the county ({size}, seed {seed}) …")
    generate(size, seed, out / "county", today=system_clock().date())  # type: ignore[arg-type]

    def step(zh: str, en: str, number: int, total: int) -> None:
        told.say(f"  [{number}/{total}] 质检入库 {zh}", f"  [{number}/{total}] checking and landing {en}")

    return build(out / "node", out / "county", told.settings, step)


def _review(told: Told, node: Node, out: Path) -> Review:
    from guotu.apps.approval.report import pictures_of, write
    from guotu.apps.approval.request import ReviewRequest
    from guotu.apps.approval.result import VERDICT_TITLES
    from guotu.ingest.project import read_project
    from guotu.ops.reviewing import PURPOSE, examine

    shutil.copy(out / "county" / MAIN, out / MAIN)
    with node.workspace() as work:
        project = read_project(out / MAIN, work=work)
    made = examine(node, OPERATOR, project, ReviewRequest())
    told.say(f"审查 {made.project.name}：", f"Review of {made.project.name}:")
    for check in made.checks:
        verdict, title = VERDICT_TITLES[check.verdict].in_(told.lang), check.title.in_(told.lang)
        told.say(f"  [{verdict}] {title}：{check.reason.zh}", f"  [{verdict}] {title}: {check.reason.en}")
    pictures = pictures_of(made, node.reader(OPERATOR, PURPOSE), "pdf", told.lang)
    for format in REPORTS:
        write(made, pictures, out / f"review.{format}", format, told.lang)
    told.say(f"报告：{out}/review.{{{','.join(REPORTS)}}}", f"Report: {out}/review.{{{','.join(REPORTS)}}}")
    return made


def _invite(told: Told, address: str) -> None:
    from guotu.ops.demo_node import PASSWORDS

    told.say(f"门户：{address}（Ctrl-C 结束）", f"Portal: {address} (Ctrl-C ends it)")
    for id, password in PASSWORDS.items():
        told.say(f"  演示账号 {id} / {password}", f"  demo account {id} / {password}")
