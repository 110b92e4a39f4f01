"""`guotu query`: features of a dataset."""

from __future__ import annotations

from pathlib import Path

import click

from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.cli.moments import MOMENT
from guotu.cli.targets import must_be_writable
from guotu.cli.usage import Misused
from guotu.guard.subject import OPERATOR
from guotu.model.query import Box, Query
from guotu.model.time import AsOf

BOX = click.Tuple([float, float, float, float])
FORMATS = ("csv", "geojson", "gpkg", "parquet")


@click.command("query")
@click.argument("dataset")
@click.option("--bbox", type=BOX, help="西 南 东 北（度）/ west south east north, degrees")
@click.option("--filter", "where", help="条件，CQL2 文本 / condition in CQL2 text, e.g. \"DLBM LIKE '01%'\"")
@click.option("--at", type=MOMENT, help="日期或版本 / date or version")
@click.option("--limit", type=click.IntRange(min=1), help="最多多少个要素 / at most so many features")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="格式，默认按 -o 的扩展名 / by the suffix of -o when absent",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="写入文件 / write to a file")
@json_option
@pass_told
def command(
    told: Told,
    dataset: str,
    bbox: Box | None,
    where: str | None,
    at: AsOf,
    limit: int | None,
    form: str | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """一个数据集的要素：现在的，或某一时点的。不给 -o 时以 GeoJSON 写到标准输出。

    Features of a dataset, as they are or were; GeoJSON on stdout where no file is named.

    Example: guotu --home county query xz.dltb --filter "DLBM LIKE '01%'" --at 2024-12-31 -o fields.gpkg
    """
    from guotu.delivery import collection, write
    from guotu.model.cql2 import parse

    chosen = _format(form, output)
    must_be_writable(output)
    reader = told.node().reader(OPERATOR, "query")
    schema = reader.schema(dataset)
    condition = None if where is None else parse(where, schema)
    batches = reader.batches(Query(dataset, box=_box(bbox), where=condition, at=at, limit=limit))
    if output is None:
        emit(collection(batches))
        return
    count = write(batches, schema, output, chosen)
    told.say(f"已写出 {count} 个要素：{output}", f"{count} features written to {output}")
    if as_json:
        emit({"dataset": dataset, "features": count, "file": str(output)})


def _format(form: str | None, output: Path | None) -> str:
    if output is None:
        if form not in (None, "geojson"):
            raise Misused(f"{form} 格式须用 -o 指明文件", f"name a file with -o for {form}")
        return "geojson"
    chosen = form or output.suffix[1:].lower()
    if chosen not in FORMATS:
        known = ", ".join(FORMATS)
        raise Misused(
            f"从“{output.name}”看不出格式，用 --format 指明：{known}",
            f"say which --format {output.name} is: {known}",
        )
    return chosen


def _box(box: Box | None) -> Box | None:
    if box is not None and not (-180 <= box[0] <= box[2] <= 180 and -90 <= box[1] <= box[3] <= 90):
        raise Misused(
            "--bbox 依次为西、南、东、北，单位为度，西不大于东，南不大于北",
            "--bbox is west south east north in degrees, west ≤ east and south ≤ north",
        )
    return box
