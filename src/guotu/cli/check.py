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
    "compare": ("与现有版本比较", "Comparing with the present version"),
    "store": ("写入", "Writing"),
    "register": ("登记目录", "Registering"),
}


@click.command("check")
@click.argument("path", type=click.Path(path_type=Path))
@reading_options
@click.option("--report", type=click.Path(path_type=Path), help="报告文件 / report file: .html .xlsx .json")
@json_option
@pass_told
def command(told: Told, /, path: Path, report: Path | None, as_json: bool, **given: str | int | None) -> None:
    """检查一个文件并给出质检报告，不存入任何数据。没有节点也能用。

    Quality report of a file; nothing is stored. Needs no node.

    Example: guotu check dltb.zip --schema dltb-2020 --report findings.html
    """
    from guotu.ops import quality_report
    from guotu.ops.intake import judge

    form = None if report is None else quality_report.form_of(report)
    must_be_writable(report)
    handed_in = delivery(told, path, given)
    with tempfile.TemporaryDirectory() as work, Stages(STAGES, told.lang) as progress:
        found = judge(handed_in, Path(work), progress=progress)
    if report is not None and form is not None:
        quality_report.write(found, path.name, report, form, told.lang)
    if as_json:
        emit(found.as_dict(told.lang))
    tell(told, found, report_file=report)
    if not found.passed:
        raise click.exceptions.Exit(REFUSED)
