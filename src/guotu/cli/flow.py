"""`guotu flow`: how much of which land class became which between two moments."""

from __future__ import annotations

from pathlib import Path

import click

from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.cli.moments import MOMENT
from guotu.cli.targets import must_be_writable
from guotu.guard.subject import OPERATOR
from guotu.model.time import AsOf


@click.command("flow")
@click.argument("dataset")
@click.argument("old", type=MOMENT)
@click.argument("new", type=MOMENT)
@click.option(
    "--level",
    type=click.Choice(["village", "town", "county"]),
    default="village",
    show_default=True,
    help="统计到村、乡镇或县 / by village, town or county",
)
@click.option(
    "-o", "output", type=click.Path(path_type=Path), help="写成文件：.xlsx .csv .json / written to a file"
)
@click.option(
    "--process",
    type=click.Path(path_type=Path),
    help="更新过程层（GeoPackage）/ the process layer, a GeoPackage",
)
@json_option
@pass_told
def command(
    told: Told,
    dataset: str,
    old: AsOf,
    new: AsOf,
    level: str,
    output: Path | None,
    process: Path | None,
    as_json: bool,
) -> None:
    """两个时点之间的流量表：哪些地类变成了哪些地类，各多少，按村平衡到 0.01 平方米。

    The flow table between two moments: which class became which, how much, balanced to 0.01 m² in every village.

    Example: guotu --home county flow xz.dltb 2024-12-31 2025-12-31 -o flow.xlsx
    """
    from guotu.ops import flows

    form = None if output is None else flows.form_of(output)
    must_be_writable(output, process)
    node = told.node()
    reader = node.reader(OPERATOR, "flow")
    table = flows.table(reader, dataset, old, new, level)
    if output is not None and form is not None:
        flows.write(table, output, form, told.lang)
    if process is not None:
        pieces = flows.write_process(reader, dataset, old, new, process)
        told.say(f"过程层 {pieces} 个图斑：{process}", f"{pieces} pieces in the process layer: {process}")
    if as_json:
        emit(table.as_json())
    elif output is None:
        for flow in table.flows:
            click.echo(
                f"{flow.unit}\t{flow.unit_after}\t{flow.old}\t{flow.new}\t{flow.area_m2}\t{flow.area_ha}"
            )
    told.say(
        f"变更前图斑 {table.parcels_before}，变更后 {table.parcels_after}；流量 {table.total_m2} 平方米；"
        + ("各村各地类平衡" if table.balanced else "有地类不平衡，见差额"),
        f"{table.parcels_before} parcels before, {table.parcels_after} after; {table.total_m2} m² flowed; "
        + (
            "every unit and class balances"
            if table.balanced
            else "some classes do not balance, see the residuals"
        ),
    )
