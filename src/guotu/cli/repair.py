"""`guotu repair`: proposals for what can be mended mechanically, made in a copy, taken back by the log."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from guotu.cli.check import STAGES
from guotu.cli.context import Stages, Told, emit, json_option, pass_told
from guotu.cli.reading import delivery, reading_options
from guotu.cli.targets import must_be_files, must_be_writable

if TYPE_CHECKING:
    from guotu.ops.checking import Examination
    from guotu.quality.repair import Proposal


@click.command("repair")
@click.argument("path", type=click.Path(path_type=Path))
@reading_options
@click.option(
    "--list", "listed", type=click.Path(path_type=Path), help="写出建议清单 / write the proposals, .jsonl"
)
@click.option(
    "--proposals",
    "taken",
    type=click.Path(path_type=Path),
    help="只做清单里留下的 / make only those left in this list, .jsonl",
)
@click.option("--rule", "rules", multiple=True, help="只做这条规则的，可重复 / only of this rule, repeatable")
@click.option("--id", "ids", multiple=True, help="只做这一条，可重复 / only this one, repeatable")
@click.option("-o", "output", type=click.Path(path_type=Path), help="修复后的副本 / the repaired copy, .gpkg")
@click.option(
    "--log", type=click.Path(path_type=Path), help="修复日志，默认在副本旁 / log, by default beside the copy"
)
@click.option(
    "--undo", type=click.Path(path_type=Path), help="按日志撤销 / take back what this log says, .jsonl"
)
@json_option
@pass_told
def command(
    told: Told,
    /,
    path: Path,
    listed: Path | None,
    taken: Path | None,
    rules: tuple[str, ...],
    ids: tuple[str, ...],
    output: Path | None,
    log: Path | None,
    undo: Path | None,
    as_json: bool,
    **given: str | int | None,
) -> None:
    """修复建议：能机械改正的逐条列出；选中的写入副本并记日志，原文件不动；按日志可原样撤销。

    What can be mended mechanically is proposed, row by row. What is chosen is made in a copy, with a log that takes it back; the
    file itself stays as it is.

    Example: guotu repair dltb.gpkg --dataset xz.dltb --rule 1306 --rule 1402 -o repaired.gpkg
    """
    from guotu.ops import repairing

    if undo is not None and output is None:
        raise click.UsageError("--undo: -o")
    beside = output.with_suffix(".repairs.jsonl") if output is not None else None
    must_be_writable(listed, output, log)
    must_be_files(*(each for each in (taken, undo) if each is not None))
    with _examined(told, path, given) as found:
        if undo is not None and output is not None:
            count = repairing.undo(found, undo, output)
            told.say(f"已撤销 {count} 处，写入 {output}", f"{count} taken back, written to {output}")
            if as_json:
                emit({"undone": count, "output": str(output)})
            return
        offered = repairing.read_list(taken) if taken is not None else list(repairing.proposals(found))
        chosen = [p for p in offered if (not rules or p.rule in rules) and (not ids or p.id in ids)]
        if listed is not None:
            repairing.write_list(chosen, listed)
        if output is not None:
            repairing.repair(found, chosen, output, log or beside or output)
        _tell(told, chosen, output, log or beside)
        if as_json:
            emit({"proposals": [p.as_dict() for p in chosen], "output": str(output) if output else None})


@contextmanager
def _examined(told: Told, path: Path, given: dict[str, str | int | None]) -> Iterator[Examination]:
    from guotu.ops.checking import Asked, Bench, examine

    handed_in = delivery(told, path, given)
    reading = handed_in.reading
    asked = Asked(
        layer=reading.layer,
        schema=handed_in.schema or handed_in.dataset,
        crs_epsg=reading.crs_epsg,
        encoding=reading.encoding,
        division=handed_in.partition,
    )
    with tempfile.TemporaryDirectory() as folder, Stages(STAGES, told.lang) as progress:
        bench = Bench(reading.limits, answers=False)
        yield examine(
            path, Path(folder), work=Path(folder) / "work", asked=asked, bench=bench, progress=progress
        )


def _tell(told: Told, chosen: list[Proposal], output: Path | None, log: Path | None) -> None:
    for proposal in chosen[:200]:
        area_zh = "" if proposal.area_m2 is None else f"，面积变化 {proposal.area_m2:+.4f} m²"
        area_en = "" if proposal.area_m2 is None else f", area {proposal.area_m2:+.4f} m²"
        told.say(f"{proposal.id}  {proposal.zh}{area_zh}", f"{proposal.id}  {proposal.en}{area_en}")
    if output is None:
        told.say(f"{len(chosen)} 条建议，未改动任何数据", f"{len(chosen)} proposals, nothing changed")
    else:
        told.say(
            f"已改 {len(chosen)} 处，写入 {output}，日志 {log}",
            f"{len(chosen)} made, written to {output}, log {log}",
        )
