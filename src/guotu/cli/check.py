"""`guotu check`: quality report of a file, nothing stored."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from guotu.cli.context import Stages, Told, emit, json_option, pass_told
from guotu.cli.exits import REFUSED
from guotu.cli.findings import tell
from guotu.cli.reading import delivery, reading_options
from guotu.cli.targets import must_be_writable

STAGES = {
    "read": ("读取与逐条检查", "Reading and checking each feature"),
    "rules": ("整层检查", "Checking the whole layer"),
    "between": ("图层之间", "Checking the layers against each other"),
    "compare": ("与现有版本比较", "Comparing with the present version"),
    "store": ("写入", "Writing"),
    "register": ("登记目录", "Registering"),
}


@click.command("check")
@click.argument("path", type=click.Path(path_type=Path))
@reading_options
@click.option(
    "--with-node",
    is_flag=True,
    help="按本节点的规则包与例外说明检查，并与已有图层核对 / by this node's rule packs and exceptions, held against its layers",
)
@click.option("--report", type=click.Path(path_type=Path), help="报告文件 / report file: .html .xlsx .json")
@json_option
@pass_told
def command(
    told: Told,
    /,
    path: Path,
    with_node: bool,
    report: Path | None,
    as_json: bool,
    **given: str | int | None,
) -> None:
    """检查一个文件或文件夹并给出质检报告，不存入任何数据。没有节点也能用。有多个图层而没有指明时，逐层检查，再检查图层之间。

    Quality report of a file; nothing is stored. Needs no node. A file of several layers is judged layer by layer and as a
    whole, unless one is named.

    Example: guotu check dltb.zip --schema dltb-2020 --report findings.html
    """
    from guotu.ops import quality_report
    from guotu.ops.intake import judge

    form = None if report is None else quality_report.form_of(report)
    must_be_writable(report)
    handed_in = delivery(told, path, given)
    with tempfile.TemporaryDirectory() as work, Stages(STAGES, told.lang) as progress:
        node = told.node() if with_node else None
        found = judge(handed_in, Path(work), node=node, progress=progress)
    if report is not None and form is not None:
        quality_report.write(found, path.name, report, form, told.lang)
    if as_json:
        emit(found.as_dict(told.lang))
    tell(told, found, report_file=report)
    if not found.passed:
        raise click.exceptions.Exit(REFUSED)
