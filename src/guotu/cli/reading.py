"""Options shared by the verbs that read a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from guotu.cli.context import Told

if TYPE_CHECKING:
    from guotu.ops.intake import Delivery

F = TypeVar("F", bound=Callable[..., Any])

layer_option = click.option("--layer", help="图层，文件有多个时指明 / layer, where the file has several")
crs_option = click.option(
    "--crs",
    "crs_epsg",
    type=int,
    help="EPSG 代码，仅当文件没有坐标系时 / EPSG code, only where the file has none",
)

_OPTIONS = (
    click.option("--dataset", help="数据集代码 / dataset code, e.g. xz.dltb"),
    click.option("--schema", help="图层结构 / schema id, e.g. dltb-2020"),
    click.option("--partition", help="行政区代码 / division the data belong to"),
    layer_option,
    crs_option,
    click.option("--encoding", help="文字编码，仅当判断有误时 / text encoding, where the guess is wrong"),
)


def reading_options(function: F) -> F:
    """How a file is to be read where it does not say so itself."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def delivery(told: Told, path: Path, given: Mapping[str, Any], **more: Any) -> Delivery:
    """The delivery that the options describe."""
    from guotu.ingest import Reading
    from guotu.ops.intake import Delivery, limits

    reading = Reading(given["layer"], given["encoding"], given["crs_epsg"], limits(told.settings))
    named = {name: given[name] for name in ("dataset", "schema", "partition")}
    return Delivery(path, reading=reading, **named, **more)
