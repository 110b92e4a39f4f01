"""`guotu demo`: make the demo node, review a project, write the report, serve."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import click

from guotu.apps.approval.report import FORMATS, pictures_of, write
from guotu.apps.approval.request import ReviewRequest
from guotu.apps.approval.result import VERDICT_TITLES, Review
from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.demo.county import generate
from guotu.guard.subject import OPERATOR
from guotu.ingest.project import read_project
from guotu.node import Node
from guotu.ops.demo_node import PASSWORDS, build
from guotu.ops.reviewing import PURPOSE, examine

SIZES = ("small", "county", "large")
MAIN = "project.txt"


@click.command("demo")
@click.option("--size", type=click.Choice(SIZES), default="small", show_default=True)
@click.option(
    "--seed",
    type=int,
    default=7,
    show_default=True,
    help="同一种子得同一个县 / the same seed gives the same county",
)
@click.option("--out", type=click.Path(path_type=Path), default=Path("demo-out"), show_default=True)
@click.option("--no-serve", is_flag=True, help="写完报告即止 / stop after the report")
@click.option("--host", help="监听地址 / address")
@click.option("--port", type=int, help="端口 / port")
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
    """Make the demo node: an invented county through the real gate, a review with its report, the portal.

    Example: guotu demo --size small --no-serve
    """
    begun = time.monotonic()
    node = _fresh(told, out, size, seed)
    made = _review(told, node, out)
    told.say(
        f"完成，用时 {time.monotonic() - begun:.0f} 秒：{out}",
        f"Done in {time.monotonic() - begun:.0f} s: {out}",
    )
    if as_json:
        emit(made.as_json(told.lang))
    if not no_serve:
        _serve(told, node, host, port)


def _fresh(told: Told, out: Path, size: str, seed: int) -> Node:
    """Generate the county and take it in; an earlier demo in the same place is replaced."""
    home, files = out / "node", out / "county"
    for old in (home, files):
        shutil.rmtree(old, ignore_errors=True)
    told.say(f"生成演示县（{size}，种子 {seed}）…", f"Generating the county ({size}, seed {seed}) …")
    generate(size, seed, files)  # type: ignore[arg-type]

    def step(title: str, number: int, total: int) -> None:
        told.say(
            f"  [{number}/{total}] 质检入库 {title}", f"  [{number}/{total}] checking and landing {title}"
        )

    return build(home, files, told.settings, step)


def _review(told: Told, node: Node, out: Path) -> Review:
    shutil.copy(out / "county" / MAIN, out / MAIN)
    with node.workspace() as work:
        project = read_project(out / MAIN, work=work)
    made = examine(node, OPERATOR, project, ReviewRequest())
    told.say(f"审查 {made.project.name}：", f"Review of {made.project.name}:")
    for check in made.checks:
        verdict, title = VERDICT_TITLES[check.verdict].in_(told.lang), check.title.in_(told.lang)
        told.say(f"  [{verdict}] {title}：{check.reason.zh}", f"  [{verdict}] {title}: {check.reason.en}")
    pictures = pictures_of(made, node.reader(OPERATOR, PURPOSE), "pdf", told.lang)
    for format in FORMATS:
        write(made, pictures, out / f"review.{format}", format, told.lang)
    told.say(f"报告：{out}/review.{{{','.join(FORMATS)}}}", f"Report: {out}/review.{{{','.join(FORMATS)}}}")
    return made


def _serve(told: Told, node: Node, host: str | None, port: int | None) -> None:
    from guotu.serve.server import bind, run

    listener = bind(host or told.settings.host, told.settings.port if port is None else port)
    address, number = listener.getsockname()[:2]
    told.say(f"门户：http://{address}:{number}/", f"Portal: http://{address}:{number}/")
    for id, password in PASSWORDS.items():
        told.say(f"  演示账号 {id} / {password}", f"  demo account {id} / {password}")
    run(node, listener)
