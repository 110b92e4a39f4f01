"""`guotu history`: versions of a dataset or of one feature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.cli.usage import Misused
from guotu.errors import GuotuError
from guotu.errors.store import DATASET_UNKNOWN, FEATURE_UNKNOWN
from guotu.guard.subject import OPERATOR
from guotu.model.change import GEOMETRY, LINEAGE, OP, SEQ, SYSTEM_COLUMNS
from guotu.model.dataset import Commit

if TYPE_CHECKING:
    from guotu.node import Node


@click.command("history")
@click.argument("dataset")
@click.argument("feature", required=False)
@json_option
@pass_told
def command(told: Told, dataset: str, feature: str | None, as_json: bool) -> None:
    """数据集的各个版本；给出要素标识（32 位十六进制）时，为该要素的各个版本。

    Versions of a dataset, or of one feature by its id (32 hexadecimal digits).

    Example: guotu --home county history xz.dltb
    """
    node = told.node()
    rows = _of_feature(node, dataset, feature) if feature else _of_dataset(node, dataset)
    if as_json:
        emit(rows)
        return
    for row in rows:
        click.echo("\t".join(_shown(value) for value in row.values()))


def _shown(value: Any) -> str:
    match value:
        case None | []:
            return "-"
        case dict():
            return " ".join(f"{name}={part}" for name, part in value.items() if part is not None)
        case list():
            return ",".join(f"{step['part']}:{step['fid']}" for step in value)
    return str(value)


def _of_dataset(node: Node, dataset: str) -> list[dict[str, Any]]:
    states = node.store.streams(dataset)
    if not states:
        raise DATASET_UNKNOWN(dataset=dataset)
    return [_commit(commit) for state in states for commit in node.store.commits(state.stream)]


def _commit(commit: Commit) -> dict[str, Any]:
    return {
        "stream": str(commit.stream),
        "version": commit.label,
        "at": commit.at.isoformat(timespec="seconds"),
        "data_date": commit.note.data_date and commit.note.data_date.isoformat(),
        "added": commit.added,
        "changed": commit.changed,
        "deleted": commit.deleted,
        "author": commit.note.author,
        "message": commit.note.message,
        "quality": commit.note.quality,
    }


def _of_feature(node: Node, dataset: str, feature: str) -> list[dict[str, Any]]:
    try:
        fid = bytes.fromhex(feature)
    except ValueError:
        raise Misused("FEATURE 应为十六进制的要素标识", "FEATURE is an id in hexadecimal digits") from None
    plan = node.reader(OPERATOR, "history").plan(dataset)
    for state in node.store.streams(dataset):
        try:
            table = node.store.history(state.stream, fid, plan)
        except GuotuError as failure:
            if failure.kind is not FEATURE_UNKNOWN:
                raise
            continue
        return [_version(row) for row in table.to_pylist()]
    raise FEATURE_UNKNOWN(stream=dataset, fid=feature)


def _version(row: dict[str, Any]) -> dict[str, Any]:
    lineage = [{"fid": step["fid"].hex(), "part": step["part"]} for step in row.get(LINEAGE) or []]
    hidden = (*SYSTEM_COLUMNS, OP, LINEAGE, GEOMETRY)
    attributes = {name: value for name, value in row.items() if name not in hidden}
    return {"seq": row[SEQ], "op": row[OP], "lineage": lineage, "attributes": attributes}
