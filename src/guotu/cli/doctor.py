"""`guotu doctor`: verify journal and projections, rebuild a projection where asked."""

from __future__ import annotations

import click

from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.cli.exits import UNKNOWN


@click.command("doctor")
@click.option(
    "--rebuild", is_flag=True, help="从日志重建不一致的现状 / rebuild an unsound projection from the journal"
)
@json_option
@pass_told
def command(told: Told, rebuild: bool, as_json: bool) -> None:
    """重新计算日志链、检查点、签名和摘要，并与现状逐一比对；有不一致时以 1 退出。

    Recompute hash chains, checkpoints, signatures and digests, and compare the projections with the journal; leaves with
    status 1 where something does not agree.

    Example: guotu --home county doctor
    """
    node = told.node()
    checks = []
    for state in node.store.streams():
        check = node.store.verify(state.stream)
        if rebuild and not check.sound:
            node.store.rebuild(state.stream)
            check = node.store.verify(state.stream)
        checks.append(check)
        told.say(
            f"{'✓' if check.sound else '✕'} {check.stream}：{check.entries} 条日志，{check.features} 个要素",
            f"{'ok' if check.sound else 'UNSOUND'} {check.stream}: {check.entries} entries, {check.features} features",
        )
        for problem in check.problems:
            click.echo(f"    {problem}", err=True)
    if as_json:
        emit(
            [
                {
                    "stream": str(c.stream),
                    "entries": c.entries,
                    "features": c.features,
                    "problems": c.problems,
                }
                for c in checks
            ]
        )
    if not all(check.sound for check in checks):
        raise click.exceptions.Exit(UNKNOWN)
