"""Options shared by the verbs that read a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from guotu.ingest import Reading
from guotu.ops.intake import Delivery

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--dataset", help="数据集代码 / dataset code, e.g. xz.dltb"),
    click.option("--schema", help="图层结构 / schema id, e.g. dltb-2020"),
    click.option("--partition", help="行政区 / division the data belong to"),
    click.option("--layer", help="图层 / layer, where the file has several"),
    click.option(
        "--crs", "crs_epsg", type=int, help="仅当文件没有坐标系时 / EPSG code, only where the file has none"
    ),
    click.option("--encoding", help="仅当文字编码判断有误时 / text encoding, where the guess is wrong"),
)


def reading_options(function: F) -> F:
    """How a file is to be read where it does not say so itself."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def deliveries(path: Path, given: Mapping[str, Any], **more: Any) -> Delivery:
    """The delivery that the options describe."""
    reading = Reading(layer=given["layer"], encoding=given["encoding"], crs_epsg=given["crs_epsg"])
    named = {name: given[name] for name in ("dataset", "schema", "partition")}
    return Delivery(path, reading=reading, **named, **more)
