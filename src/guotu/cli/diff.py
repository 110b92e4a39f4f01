"""`guotu diff`: what changed between two versions of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.cli.moments import MOMENT
from guotu.errors.store import DATASET_UNKNOWN
from guotu.guard.subject import OPERATOR
from guotu.model.change import DELETE, FID, GEOMETRY, OP, PUT, SYSTEM_COLUMNS
from guotu.model.dataset import StreamName
from guotu.model.time import AsOf

if TYPE_CHECKING:
    from guotu.node import Node


@click.command("diff")
@click.argument("dataset")
@click.argument("old", type=MOMENT)
@click.argument("new", type=MOMENT)
@json_option
@pass_told
def command(told: Told, dataset: str, old: AsOf, new: AsOf, as_json: bool) -> None:
    """两个时点（日期或版本）之间的变化：新增或变更（put）、删除（del）。

    What changed between two moments (dates or versions): features put (added or changed) and deleted.

    Example: guotu --home county diff xz.dltb 2024-12-31 2025-12-31
    """
    node = told.node()
    rows = [row for stream in _streams(node, dataset) for row in _changes(node, stream, old, new)]
    if as_json:
        emit({"dataset": dataset, "changes": rows})
    else:
        _print(rows, node.store.schema(dataset).key)
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
        for row in batch.to_pylist():
            shown = {"stream": str(stream), "op": row[OP], "feature": row[FID].hex()}
            hidden = (*SYSTEM_COLUMNS, OP, FID, GEOMETRY)
            attributes = {name: value for name, value in row.items() if name not in hidden}
            rows.append(shown | ({"attributes": attributes} if row[OP] == PUT else {}))
    return rows


def _print(rows: list[dict[str, Any]], key: tuple[str, ...]) -> None:
    for row in rows:
        named = (
            " ".join(f"{field}={row['attributes'].get(field)}" for field in key) if row["op"] == PUT else ""
        )
        click.echo(f"{row['op']}\t{row['feature']}\t{row['stream']}\t{named}".rstrip())
