"""`guotu ingest`: check, then land as a version."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from guotu.cli.check import STAGES
from guotu.cli.context import Stages, Told, emit, json_option, pass_told
from guotu.cli.findings import tell
from guotu.cli.keeping import Filed, RasterOptions, keep_file, wants_keeping
from guotu.cli.reading import delivery, reading_options
from guotu.cli.sources import as_file, source_argument
from guotu.errors import GuotuError
from guotu.errors.quality import QUALITY_REFUSED
from guotu.model.finding import QualityReport
from guotu.model.resource import Label, Secrecy
from guotu.model.table_address import TableAddress


@click.command("ingest")
@source_argument
@reading_options
@click.option(
    "--as-of",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="数据时点 / the moment the data describe",
)
@click.option("--owner", help="责任单位 / responsible organisation")
@click.option("--message", default="", help="说明 / what this delivery is")
@click.option(
    "--secrecy",
    type=click.Choice([level.value for level in Secrecy]),
    default=Secrecy.INTERNAL.value,
    show_default=True,
    help="密级，数据集初次入库时计 / label, counts when the dataset is new",
)
@click.option(
    "--nodata", type=float, help="栅格的无数据值，文件未声明时 / nodata of a raster that does not declare it"
)
@click.option("--unit", help="栅格数值的单位，如 m / unit of a raster's values")
@json_option
@pass_told
def command(
    told: Told,
    /,
    source: Path | TableAddress,
    as_of: datetime | None,
    owner: str | None,
    message: str,
    secrecy: str,
    as_json: bool,
    nodata: float | None,
    unit: str | None,
    **given: str | int | None,
) -> None:
    """检查一个文件或数据库的表，合格则存为新版本（只记差别，一次提交），不合格则什么也不改；栅格、文档、音视频存为目录资源的新版本。

    Check a file and land it as a version: the difference to the present one, in one commit. Refused data changes nothing.
    Rasters become COGs; documents, pictures, sound and film become editions of their catalogue entry.
    PATH may be a table: postgresql://USER@HOST/DATABASE?table=SCHEMA.TABLE, where GUOTU_OUTBOUND_ALLOW lists the server.

    Example: guotu --home county ingest dltb.zip --dataset xz.dltb --as-of 2024-12-31 --owner 青禾县自然资源局
    """
    from guotu.ops.intake import take_in

    node = told.node()
    path = as_file(told, source)
    message = message or ("" if isinstance(source, Path) else str(source))
    moment: date | None = as_of.date() if as_of else None
    label = Label(Secrecy(secrecy))
    if wants_keeping(path):
        asked = RasterOptions(given["layer"], given["crs_epsg"], nodata, unit)
        filed = Filed(path, given["dataset"], moment, owner, message, label)
        keep_file(told, node, filed, asked, as_json=as_json)
        return
    handed_in = delivery(told, path, given, data_date=moment, owner=owner, message=message, label=label)
    try:
        with Stages(STAGES, told.lang) as progress:
            stream, commit = take_in(node, handed_in, progress=progress)
    except GuotuError as failure:
        report = failure.facts.get("report")
        if failure.kind is QUALITY_REFUSED and isinstance(report, QualityReport):
            tell(told, report)
        raise
    if commit is None:
        told.say(f"{stream} 没有变化", f"{stream} is unchanged")
    else:
        told.say(
            f"{stream} {commit.label}：新增 {commit.added}，变更 {commit.changed}，删除 {commit.deleted}",
            f"{stream} {commit.label}: {commit.added} added, {commit.changed} changed, {commit.deleted} deleted",
        )
    if as_json:
        counts = (
            {"added": commit.added, "changed": commit.changed, "deleted": commit.deleted} if commit else {}
        )
        emit({"stream": str(stream), "version": commit.label if commit else None, **counts})
