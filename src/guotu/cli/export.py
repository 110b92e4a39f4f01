"""`guotu export`: a dataset, or a part of it, as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from guotu.cli.context import Stages, Told, emit, json_option, pass_told
from guotu.cli.moments import MOMENT
from guotu.cli.query import BOX
from guotu.cli.targets import must_be_writable
from guotu.cli.usage import Misused
from guotu.errors.export import REGION_SEVERAL
from guotu.guard.subject import OPERATOR

if TYPE_CHECKING:
    from guotu.delivery.region import Region
    from guotu.node import Node

FORMATS = (
    "shp", "fgdb", "gpkg", "geojson", "geojsons", "gml", "kml", "kmz", "csv", "xlsx", "dxf", "vct", "txt", "parquet", "fgb",
)  # fmt: skip
STAGES = {"write": ("写出", "writing"), "pack": ("收尾", "finishing")}


@click.command("export")
@click.argument("dataset")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True,
    help="写入的文件；.zip 内含回执 / file to write; a .zip holds the receipt",
)  # fmt: skip
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="格式，默认按 -o 的扩展名（.zip 为 Shapefile）/ by the suffix of -o when absent (.zip: a shapefile)",
)
@click.option("--at", type=MOMENT, help="日期或版本 / date or version")
@click.option("--bbox", type=BOX, help="西 南 东 北（度）/ west south east north, degrees")
@click.option("--division", help="行政区代码，含其下级 / code of a division, with those under it")
@click.option(
    "--clip", type=click.Path(path_type=Path), help="范围文件（界址点 TXT、Shapefile 等）/ boundary file"
)
@click.option(
    "--cut", is_flag=True, help="在范围边界处裁切，面积重算 / cut at the region's border, areas again"
)
@click.option("--filter", "where", help="条件，CQL2 文本 / condition in CQL2 text")
@click.option("--columns", help="字段代码，逗号分隔 / field codes, comma between")
@click.option(
    "--crs", help="EPSG 代码，或 auto 取所在 3 度带；默认经纬度 / EPSG code, or auto; degrees when absent"
)
@click.option("--split-zones", is_flag=True, help="跨带时每带一个文件 / one file per zone")
@click.option("--identity", is_flag=True, help="加要素标识和有效期 / add feature id and valid time")
@click.option("--no-geometry", is_flag=True, help="只要属性 / attributes only")
@click.option(
    "--encoding", type=click.Choice(["utf-8", "gbk"]), default="utf-8", show_default=True,
    help="Shapefile 的文字编码 / text encoding of a shapefile",
)  # fmt: skip
@click.option("--hilbert", is_flag=True, help="GeoParquet 按空间排序 / GeoParquet in spatial order")
@json_option
@pass_told
def command(told: Told, /, dataset: str, output: Path, as_json: bool, **given: Any) -> None:
    """导出数据集或其一部分：按时点、范围、条件、字段，写成业内各种格式，附回执（版本、坐标系、数量、面积、标签、散列）。

    Export a dataset or a part of it in a format of the trade, with a receipt of versions, coordinates, counts, area, label, hashes.

    Example: guotu --home county export xz.dltb --division 349021101 --crs auto -o dltb.zip
    """
    from guotu.delivery.formats import format_by_name
    from guotu.ops.export import ExportRequest, export

    form = given["form"] or format_by_name(output.name).id
    _must_be_placeable(output, form)
    node = told.node()
    request = ExportRequest(
        dataset,
        form,
        at=given["at"],
        region=_region(told, node, given),
        cut=given["cut"],
        where=given["where"],
        columns=_codes(given["columns"]),
        crs=_crs(given["crs"]),
        split_zones=given["split_zones"],
        identity=given["identity"],
        geometry=not given["no_geometry"],
        options={"encoding": given["encoding"], "hilbert": given["hilbert"]},
    )
    with Stages(STAGES, told.lang) as progress:
        made = export(node, OPERATOR, request, output, progress=progress)
    _tell(told, made.receipt, output)
    if as_json:
        emit(made.receipt | {"written": [str(path) for path in made.files]})


def _must_be_placeable(output: Path, form: str) -> None:
    """A geodatabase is a folder and may take the place of one."""
    if form == "fgdb" and output.suffix.lower() == ".gdb":
        must_be_writable(output.with_name(f"{output.name}.receipt.json"))
    else:
        must_be_writable(output)


def _region(told: Told, node: Node, given: dict[str, Any]) -> Region | None:
    """The region asked for; raises GT-6011 for more than one, GT-6010, and what reading a boundary raises."""
    named = [name for name in ("bbox", "division", "clip") if given[name] is not None]
    if len(named) > 1:
        raise REGION_SEVERAL(given=", ".join(f"--{name}" for name in named))
    if not named:
        if given["cut"]:
            raise Misused(
                "--cut 须与 --bbox、--division 或 --clip 一起用", "--cut needs --bbox, --division or --clip"
            )
        return None
    from guotu.ingest.project import read_project
    from guotu.ops.export_region import boundary_region, box_region, division_region
    from guotu.ops.intake import limits

    match named[0]:
        case "bbox":
            return box_region(given["bbox"])
        case "division":
            return division_region(node.reader(OPERATOR, "export"), given["division"])
        case _:
            with node.workspace() as work:
                return boundary_region(read_project(given["clip"], work=work, limits=limits(told.settings)))


def _codes(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(code.strip() for code in text.split(",") if code.strip())


def _crs(text: str | None) -> int | str | None:
    if text is None or text == "auto":
        return text
    digits = text.upper().removeprefix("EPSG:")
    if not digits.isdecimal():
        raise Misused(f"“{text}”不是 EPSG 代码，也不是 auto", f"{text!r} is neither an EPSG code nor auto")
    return int(digits)


def _tell(told: Told, receipt: dict[str, Any], output: Path) -> None:
    count, hectares = receipt["features"], receipt["area_m2"] / 10_000
    area_zh, area_en = (f"，{hectares:.4f} 公顷", f", {hectares:.4f} ha") if hectares else ("", "")
    told.say(f"已导出 {count} 个要素{area_zh}：{output}", f"{count} features exported{area_en}: {output}")
    if receipt["cut_features"]:
        told.say(
            f"其中 {receipt['cut_features']} 个在范围边界处裁切，面积已重算",
            f"{receipt['cut_features']} of them were cut at the border; their areas were measured again",
        )
    if not receipt["complete"]:
        told.say("数量达到访问上限，不完整", "The access limit was reached: not everything was exported")
