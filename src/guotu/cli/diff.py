"""`guotu diff`: what changed between two versions of a dataset."""

from __future__ import annotations

from typing import Any

import click

from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.cli.moments import MOMENT
from guotu.errors.store import DATASET_UNKNOWN
from guotu.guard.subject import OPERATOR
from guotu.model.change import DELETE, FID, OP, PUT
from guotu.model.dataset import StreamName
from guotu.model.time import AsOf
from guotu.node import Node


@click.command("diff")
@click.argument("dataset")
@click.argument("old", type=MOMENT)
@click.argument("new", type=MOMENT)
@json_option
@pass_told
def command(told: Told, dataset: str, old: AsOf, new: AsOf, as_json: bool) -> None:
    """What changed between two moments (dates or versions).

    Example: guotu diff xz.dltb 2023-12-31 2024-12-31
    """
    node = told.node()
    rows = [row for stream in _streams(node, dataset) for row in _changes(node, stream, old, new)]
    if as_json:
        emit({"dataset": dataset, "changes": rows})
        return
    for row in rows:
        click.echo(f"{row['op']}\t{row['feature']}\t{row['stream']}")
    puts = sum(row["op"] == PUT for row in rows)
    gone = sum(row["op"] == DELETE for row in rows)
    told.say(f"新增或变更 {puts}，删除 {gone}", f"{puts} added or changed, {gone} deleted")


def _streams(node: Node, dataset: str) -> list[StreamName]:
    states = node.store.streams(dataset)
    if not states:
        raise DATASET_UNKNOWN(dataset=dataset)
    return [state.stream for state in states]


def _changes(node: Node, stream: StreamName, old: AsOf, new: AsOf) -> list[dict[str, Any]]:
    plan = node.reader(OPERATOR, "diff").plan(stream.dataset)
    low, high = (node.store.state(stream, moment).head.version for moment in (old, new))
    rows = []
    for batch in node.store.changes(stream, low, high, plan):
        ops, fids = batch.column(OP).to_pylist(), batch.column(FID).to_pylist()
        rows += [
            {"stream": str(stream), "op": op, "feature": fid.hex()} for op, fid in zip(ops, fids, strict=True)
        ]
    return rows
