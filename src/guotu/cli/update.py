"""`guotu update`: take in an increment of the parcels."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from guotu.cli.check import STAGES
from guotu.cli.context import Stages, Told, emit, json_option, pass_told
from guotu.cli.findings import tell
from guotu.cli.reading import delivery, reading_options
from guotu.errors import GuotuError
from guotu.errors.quality import QUALITY_REFUSED
from guotu.model.finding import QualityReport


@click.command("update")
@click.argument("path", type=click.Path(path_type=Path))
@reading_options
@click.option(
    "--as-of",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="数据时点 / the moment the data describe",
)
@click.option("--message", default="", help="说明 / what this increment is")
@json_option
@pass_told
def command(
    told: Told, /, path: Path, as_of: datetime | None, message: str, as_json: bool, **given: str | int | None
) -> None:
    """变更调查增量（如 DLTBGX）入库：只换它所在的图斑，其余不动；范围、面积、标识码前后一致才入库。

    Take in an increment of a survey (such as DLTBGX): the parcels it lies on are replaced, all others stay. Ground, areas and
    numbers must agree before anything is written.

    Example: guotu --home county update DLTBGX.zip --dataset xz.dltb --as-of 2025-12-31
    """
    from guotu.ops.intake import take_in

    node = told.node()
    moment = as_of.date() if as_of else None
    handed_in = delivery(told, path, given, data_date=moment, message=message, increment=True)
    try:
        with Stages(STAGES, told.lang) as progress:
            stream, commit = take_in(node, handed_in, progress=progress)
    except GuotuError as failure:
        report = failure.facts.get("report")
        if failure.kind is QUALITY_REFUSED and isinstance(report, QualityReport):
            tell(told, report)
        raise
    if as_json:
        emit(
            {
                "stream": str(stream),
                "version": commit.label if commit else None,
                "added": commit.added if commit else 0,
                "changed": commit.changed if commit else 0,
                "deleted": commit.deleted if commit else 0,
            }
        )
    if commit is None:
        told.say(f"{stream} 没有变化", f"{stream} is unchanged")
    else:
        told.say(
            f"{stream} {commit.label}：新增 {commit.added}，变更 {commit.changed}，删除 {commit.deleted}",
            f"{stream} {commit.label}: {commit.added} added, {commit.changed} changed, {commit.deleted} deleted",
        )
