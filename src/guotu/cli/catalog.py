"""`guotu catalog`: resources of every kind."""

from __future__ import annotations

import click

from guotu.cli import catalog_files, catalog_services
from guotu.cli.catalog_rows import KINDS, in_full, print_resources, row
from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.model.resource import ResourceKind


@click.group("catalog")
def command() -> None:
    """资源目录：矢量、栅格、表格、文档、音频、视频、服务、网站。

    The catalogue: vector, raster, table, document, audio, video, service, site.

    Example: guotu --home county catalog search 基本农田
    """


@command.command("list")
@click.option("--kind", type=KINDS, help="类型 / kind")
@click.option("--category", help="分类路径，含其下各类 / category path and all under it, e.g. gh")
@click.option("--retired", is_flag=True, help="列出已停用的 / list what is out of use")
@json_option
@pass_told
def list_resources(told: Told, kind: str | None, category: str | None, retired: bool, as_json: bool) -> None:
    """列出资源。

    List resources.

    Example: guotu --home county catalog list --kind raster
    """
    chosen = ResourceKind(kind) if kind else None
    print_resources(told.node().catalog.list(chosen, category, retired=retired), as_json)


@command.command("search")
@click.argument("text")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 500), help="最多 / at most")
@json_option
@pass_told
def search(told: Told, text: str, limit: int, as_json: bool) -> None:
    """按词检索资源，中文无需分词；文档按内容检索，给出页码与上下文。

    Find resources by words, Chinese ones too, documents by their text with page and context; best first.

    Example: guotu --home county catalog search 基本农田
    """
    found = told.node().catalog.search(text, limit=limit)
    print_resources(list(found), as_json, found.passages)


@command.command("show")
@click.argument("id")
@json_option
@pass_told
def show(told: Told, id: str, as_json: bool) -> None:
    """一项资源的全部登记内容、各版本、服务的图层。

    One resource in full, with its editions, or the layers of a service.

    Example: guotu --home county catalog show xz.dltb --json
    """
    full = in_full(told.node(), id)
    if as_json:
        emit(full)
        return
    for name, value in full.items():
        if isinstance(value, dict):
            for code, meaning in value.items():
                click.echo(f"{name}\t{code}\t{meaning}")
        elif name in ("editions", "layers"):
            for one in value:
                click.echo(
                    "\t".join(
                        [name, *(str(part) for part in one.values() if not isinstance(part, list | dict))]
                    )
                )
        elif value not in (None, "", []):
            click.echo(f"{name}\t{value}")


@command.command("retire")
@click.argument("id")
@json_option
@pass_told
def retire(told: Told, id: str, as_json: bool) -> None:
    """停用一项资源；登记与历史仍在。

    Take a resource out of use; its record and history stay.

    Example: guotu --home county catalog retire gh.text
    """
    retired = told.node().catalog.retire(id)
    told.say(f"已停用 {id}", f"{id} retired")
    if as_json:
        emit(row(retired))


for each in (*catalog_files.COMMANDS, *catalog_services.COMMANDS):
    command.add_command(each)
