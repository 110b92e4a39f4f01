"""`guotu query`: features of a dataset."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.cli.moments import MOMENT
from guotu.delivery import FORMATS, collection, write
from guotu.guard.subject import OPERATOR
from guotu.model.query import Query
from guotu.model.time import AsOf

BOX = click.Tuple([float, float, float, float])


@click.command("query")
@click.argument("dataset")
@click.option("--bbox", type=BOX, help="西 南 东 北（度）/ west south east north, degrees")
@click.option("--at", type=MOMENT, help="日期或版本 / date or version")
@click.option("--limit", type=click.IntRange(min=1), help="最多多少个要素 / at most so many features")
@click.option("--format", "format", type=click.Choice(sorted(FORMATS)), default="geojson", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="写入文件 / write to a file")
@json_option
@pass_told
def command(
    told: Told,
    dataset: str,
    bbox: tuple[float, float, float, float] | None,
    at: AsOf,
    limit: int | None,
    format: str,
    output: Path | None,
    as_json: bool,
) -> None:
    """Features of a dataset, as they are or were.

    Example: guotu query xz.dltb --bbox 118.1 31.5 118.2 31.6 --at 2024-12-31 --format gpkg -o parcels.gpkg
    """
    node = told.node()
    reader = node.reader(OPERATOR, "query")
    batches = reader.batches(Query(dataset, box=bbox, at=at, limit=limit))
    if output is not None:
        count = write(batches, reader.schema(dataset), output, format)
        told.say(f"已写出 {count} 个要素：{output}", f"{count} features written to {output}")
        if as_json:
            emit({"dataset": dataset, "features": count, "file": str(output)})
        return
    if format != "geojson":
        raise click.BadParameter("-o", param_hint="--format")
    emit(collection(batches))
    sys.stdout.flush()
