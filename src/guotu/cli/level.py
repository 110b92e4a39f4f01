"""`guotu level`: adjust the areas of parcels to the control areas of their villages."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from guotu.cli.check import STAGES
from guotu.cli.context import Stages, Told, emit, json_option, pass_told
from guotu.cli.reading import delivery, reading_options
from guotu.cli.targets import must_be_files, must_be_writable


@click.command("level")
@click.argument("path", type=click.Path(path_type=Path))
@reading_options
@click.option(
    "--control",
    required=True,
    type=click.Path(path_type=Path),
    help="控制面积表 CSV：ZLDWDM、MSSM、KZMJ / control areas, a CSV of ZLDWDM, MSSM, KZMJ (m²)",
)
@click.option("-o", "output", required=True, type=click.Path(path_type=Path), help="写到 / written to, .gpkg")
@json_option
@pass_told
def command(
    told: Told, /, path: Path, control: Path, output: Path, as_json: bool, **given: str | int | None
) -> None:
    """调平：量算图斑椭球面积，按村逐级调到控制面积，分毫不差；TBMJ、KCMJ、TBDLMJ 写入副本，原文件不动。

    Measure the parcels on the ellipsoid and adjust them, cent by cent, to the control area of their village. TBMJ, KCMJ and
    TBDLMJ are written to a copy; the file itself stays as it is.

    Example: guotu level dltb.gpkg --dataset xz.dltb --control control.csv -o levelled.gpkg
    """
    from guotu.ops import levelling

    must_be_writable(output)
    must_be_files(control)
    controls = levelling.read_controls(control.read_bytes())
    handed_in = delivery(told, path, given)
    with tempfile.TemporaryDirectory() as work, Stages(STAGES, told.lang) as progress:
        rows = levelling.level_file(handed_in, controls, output, Path(work), progress=progress)
    if as_json:
        emit(
            {
                "units": [
                    {
                        "unit": row.unit,
                        "mssm": row.mssm,
                        "parcels": row.parcels,
                        "control_m2": float(row.control_m2),
                        "measured_m2": float(row.measured_m2),
                        "adjusted_m2": float(row.control_m2 - row.measured_m2),
                    }
                    for row in rows
                ]
            }
        )
    else:
        for row in rows:
            click.echo(
                f"{row.unit}\t{row.mssm}\t{row.parcels}\t{row.measured_m2}\t{row.control_m2}\t{row.control_m2 - row.measured_m2:+}"
            )
    told.say(f"调平 {len(rows)} 个单位：{output}", f"{len(rows)} units levelled: {output}")
