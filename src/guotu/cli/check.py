"""`guotu check`: quality report of a file, nothing stored."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click
import orjson

from guotu.cli.context import Stages, Told, emit, json_option, pass_told
from guotu.cli.findings import tell
from guotu.cli.reading import deliveries, reading_options
from guotu.ops.intake import Delivery, judge

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
@click.option("--report", type=click.Path(path_type=Path), help="报告文件 / report file (.json)")
@json_option
@pass_told
def command(told: Told, /, path: Path, report: Path | None, as_json: bool, **given: str | int | None) -> None:
    """Quality report of a file; nothing is stored.

    Example: guotu check dltb.zip --schema dltb-2020 --report findings.json
    """
    delivery: Delivery = deliveries(path, given)
    with tempfile.TemporaryDirectory() as work, Stages(STAGES, told.lang) as progress:
        found = judge(delivery, Path(work), progress=progress)
    document = found.as_dict(told.lang)
    if report is not None:
        report.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    if as_json:
        emit(document)
    tell(told, found)
    if not found.passed:
        sys.exit(3)
