"""`guotu catalog`: resources of every kind."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.model.resource import Label, Resource, ResourceKind, Secrecy

KINDS = click.Choice([kind.value for kind in ResourceKind])


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
    _print(told.node().catalog.list(chosen, category, retired=retired), as_json)


@command.command("search")
@click.argument("text")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 500), help="最多 / at most")
@json_option
@pass_told
def search(told: Told, text: str, limit: int, as_json: bool) -> None:
    """按词检索资源，中文无需分词。

    Find resources by words, Chinese ones too; best first.

    Example: guotu --home county catalog search 基本农田
    """
    _print(list(told.node().catalog.search(text, limit=limit)), as_json)


@command.command("show")
@click.argument("id")
@json_option
@pass_told
def show(told: Told, id: str, as_json: bool) -> None:
    """一项资源的全部登记内容。

    One resource in full.

    Example: guotu --home county catalog show xz.dltb --json
    """
    from guotu.standards import layers

    resource = told.node().catalog.get(id)
    schema = layers.schema(resource.schema_id) if resource.schema_id else None
    fields = {field.code: f"{field.name} {field.type}" for field in schema.fields} if schema else {}
    full = _row(resource) | {
        "abstract": resource.abstract,
        "keywords": list(resource.keywords),
        "division": resource.division,
        "update_cycle": resource.update_cycle,
        "published": resource.published,
        "extent": resource.extent,
        "schema": resource.schema_id,
        "format": resource.format,
        "location": resource.location,
        "quality": resource.quality,
        "lineage": resource.lineage,
        "fields": fields,
    }
    if as_json:
        emit(full)
        return
    for name, value in full.items():
        if isinstance(value, dict):
            for code, meaning in value.items():
                click.echo(f"{name}\t{code}\t{meaning}")
        elif value not in (None, "", []):
            click.echo(f"{name}\t{value}")


@command.command("add")
@click.argument("id")
@click.option("--kind", type=KINDS, required=True, help="类型 / kind")
@click.option("--title", required=True, help="中文名称 / Chinese title")
@click.option("--title-en", default="", help="英文名称 / English title")
@click.option("--category", required=True, help="分类路径 / category path, e.g. xz")
@click.option("--owner", required=True, help="责任单位 / responsible organisation")
@click.option("--abstract", default="", help="摘要 / abstract")
@click.option(
    "--as-of", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="数据时点 / the moment it describes"
)
@click.option("--file", type=click.Path(path_type=Path), help="随登记保存的文件 / a file that the node keeps")
@click.option("--location", default="", help="文件在别处时：地址 / address, where the content is elsewhere")
@click.option(
    "--secrecy",
    type=click.Choice([level.value for level in Secrecy]),
    default=Secrecy.INTERNAL.value,
    show_default=True,
    help="密级 / secrecy",
)
@json_option
@pass_told
def add(
    told: Told, /, id: str, file: Path | None, as_of: datetime | None, as_json: bool, **given: Any
) -> None:
    """登记一项不入库的资源，文件可随之保存。

    Register a resource that is not data of the store; its file may be kept with it.

    Example: guotu --home county catalog add gh.text --kind document --title 规划文本 --category gh --owner 某局 --file plan.pdf
    """
    from guotu.ops.documents import register

    when: date | None = as_of.date() if as_of else None
    label, kind = Label(Secrecy(given.pop("secrecy"))), ResourceKind(given.pop("kind"))
    title_en = given.pop("title_en") or given["title"]
    resource = Resource(id, kind, title_en=title_en, label=label, data_date=when, **given)
    kept = register(told.node(), resource, file)
    told.say(f"已登记 {id}", f"{id} registered")
    if as_json:
        emit(_row(kept) | {"location": kept.location})


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
        emit(_row(retired))


def _row(resource: Resource) -> dict[str, Any]:
    return {
        "id": resource.id,
        "kind": resource.kind,
        "title": resource.title,
        "title_en": resource.title_en,
        "category": resource.category,
        "owner": resource.owner,
        "secrecy": resource.label.secrecy,
        "data_date": resource.data_date,
        "status": resource.status,
    }


def _print(resources: list[Resource], as_json: bool) -> None:
    rows = [_row(resource) for resource in resources]
    if as_json:
        emit(rows)
        return
    for row in rows:
        told = ("id", "kind", "title", "secrecy", "data_date", "owner")
        click.echo("\t".join("" if row[name] is None else str(row[name]) for name in told))
