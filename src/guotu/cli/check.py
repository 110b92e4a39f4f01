"""`guotu check`: quality report of a file, nothing stored."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from guotu.cli.context import Stages, Told, emit, json_option, pass_told
from guotu.cli.exits import HELD, REFUSED
from guotu.cli.findings import tell
from guotu.cli.reading import delivery, reading_options
from guotu.cli.sources import as_file, source_argument
from guotu.cli.targets import must_be_writable
from guotu.model.table_address import TableAddress

if TYPE_CHECKING:
    from guotu.ops.checking import Examination

STAGES = {
    "read": ("读取与逐条检查", "Reading and checking each feature"),
    "rules": ("整层检查", "Checking the whole layer"),
    "compare": ("与现有版本比较", "Comparing with the present version"),
    "store": ("写入", "Writing"),
    "register": ("登记目录", "Registering"),
}


@click.command("check")
@source_argument
@reading_options
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="列对应哪个标准字段，留空为不采用，可重复 / field of a column, empty to leave it out; repeatable",
)
@click.option(
    "--report",
    "reports",
    type=click.Path(path_type=Path),
    multiple=True,
    help="报告文件，可重复 / report file, repeatable: .html .xlsx .json .jsonl .gpkg",
)
@click.option(
    "--normalised",
    type=click.Path(path_type=Path),
    help="写出标准化副本（标准字段名与类型，CGCS2000）/ write a copy in the standard's shape: FILE.gpkg",
)
@click.option(
    "--package-profile",
    metavar="NAME",
    help="按汇交方案检查整个成果包 / check a whole package by this profile: survey-change-county …",
)
@json_option
@pass_told
def command(
    told: Told,
    /,
    source: Path | TableAddress,
    mapping: tuple[str, ...],
    reports: tuple[Path, ...],
    normalised: Path | None,
    package_profile: str | None,
    as_json: bool,
    **given: str | int | None,
) -> None:
    """检查一个文件并给出质检报告，不存入任何数据。没有节点也能用。

    Quality report of a file, or of a table postgresql://USER@HOST/DATABASE?table=SCHEMA.TABLE; nothing is stored. Needs no node.

    Example: guotu check dltb.zip --schema dltb-2020 --report findings.html
    """
    if package_profile is not None:
        from guotu.cli.package_check import check_as_package

        check_as_package(told, as_file(told, source), package_profile, reports, as_json=as_json)
        return
    from guotu.ops.checking import Asked, Bench, copying, examine, report

    for target in reports:
        report.form_of(target)
    must_be_writable(*reports, normalised)
    path = as_file(told, source)
    handed_in = delivery(told, path, given)
    reading = handed_in.reading
    asked = Asked(
        layer=reading.layer,
        schema=handed_in.schema or handed_in.dataset,
        crs_epsg=reading.crs_epsg,
        encoding=reading.encoding,
        mapping=_mapping(mapping),
        division=handed_in.partition,
    )
    with tempfile.TemporaryDirectory() as folder, Stages(STAGES, told.lang) as progress:
        bench = Bench(reading.limits, answers=False)
        found = examine(
            path, Path(folder), work=Path(folder) / "work", asked=asked, bench=bench, progress=progress
        )
        for target in reports:
            report.write(found, target, told.lang)
        if normalised is not None:
            copying.normalised(found, normalised)
        if as_json:
            emit(_document(found, told))
        _tell(told, found, (*reports, *([normalised] if normalised else [])))
    if not found.passed:
        refused = any(layer.report is not None and not layer.report.passed for layer in found.layers)
        raise click.exceptions.Exit(REFUSED if refused else HELD)


def _mapping(given: tuple[str, ...]) -> dict[str, str | None] | None:
    for pair in given:
        if "=" not in pair:
            raise click.BadParameter(f"{pair}: COLUMN=FIELD", param_hint="--map")
    pairs = (pair.rpartition("=") for pair in given)
    return {column: code.strip() or None for column, _, code in pairs} or None


def _document(found: Examination, told: Told) -> dict[str, object]:
    """The verdict of the layer; of a file with several, each of them."""
    layers = [
        found.report(layer).as_dict(told.lang) if layer.report else layer.as_dict(told.lang)
        for layer in found.layers
    ]
    if len(layers) == 1:
        return dict(layers[0])
    return {"passed": found.passed, "asks": found.asks, "layers": layers}


def _tell(told: Told, found: Examination, written: tuple[Path, ...]) -> None:
    for layer in found.layers:
        if len(found.layers) > 1:
            click.echo(f"[{layer.name}]", err=True)
        if layer.question is not None:
            shown = layer.question.as_dict(told.lang)
            click.echo(f"? {shown['detail']}\n  {shown['hint']}", err=True)
            for choice in shown["choices"][:8]:
                click.echo(f"    {choice['value']}  {choice['label']}", err=True)
        if layer.report is not None:
            tell(told, found.report(layer), report_file=written[0] if written else None)
    for target in written[1:]:
        told.say(f"已写出 {target}", f"{target} written")
