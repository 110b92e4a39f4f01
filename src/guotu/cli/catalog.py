"""`guotu catalog`: resources of every kind."""

from __future__ import annotations

from typing import Any

import click

from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.errors.catalog import RESOURCE_UNKNOWN
from guotu.model.resource import Label, Resource, ResourceKind, Secrecy


@click.group("catalog")
def command() -> None:
    """The catalogue: vector, raster, table, document, audio, video, service, site.

    Example: guotu catalog search 基本农田
    """


@command.command("list")
@click.option("--kind", type=click.Choice([kind.value for kind in ResourceKind]))
@json_option
@pass_told
def list_resources(told: Told, kind: str | None, as_json: bool) -> None:
    """List resources."""
    found = told.node().catalog.list(kind=ResourceKind(kind) if kind else None)
    _print(list(found), as_json)


@command.command("search")
@click.argument("text")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 500))
@json_option
@pass_told
def search(told: Told, text: str, limit: int, as_json: bool) -> None:
    """Find resources by words, Chinese ones too."""
    _print(list(told.node().catalog.search(text, limit=limit)), as_json)


@command.command("show")
@click.argument("id")
@pass_told
def show(told: Told, id: str) -> None:
    """One resource in full, as JSON."""
    resource = told.node().catalog.find(id)
    if resource is None:
        raise RESOURCE_UNKNOWN(id=id)
    emit(
        _row(resource)
        | {"abstract": resource.abstract, "quality": resource.quality, "lineage": resource.lineage}
    )


@command.command("add")
@click.argument("id")
@click.option("--kind", type=click.Choice([kind.value for kind in ResourceKind]), required=True)
@click.option("--title", required=True)
@click.option("--title-en", default="")
@click.option("--category", required=True, help="分类路径 / category path, e.g. xz")
@click.option("--owner", required=True, help="责任单位 / responsible organisation")
@click.option("--location", default="", help="文件或服务地址 / file or service address")
@click.option(
    "--secrecy", type=click.Choice([level.value for level in Secrecy]), default=Secrecy.INTERNAL.value
)
@pass_told
def add(told: Told, /, id: str, **given: Any) -> None:
    """Register a resource that is not data of the store."""
    secrecy, kind = Secrecy(given.pop("secrecy")), ResourceKind(given.pop("kind"))
    title_en = given.pop("title_en") or given["title"]
    told.node().catalog.register(Resource(id, kind, title_en=title_en, label=Label(secrecy), **given))
    told.say(f"已登记 {id}", f"{id} registered")


@command.command("retire")
@click.argument("id")
@pass_told
def retire(told: Told, id: str) -> None:
    """Take a resource out of use; its record and history stay."""
    told.node().catalog.retire(id)
    told.say(f"已停用 {id}", f"{id} retired")


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
        click.echo(
            f"{row['id']}\t{row['kind']}\t{row['title']}\t{row['secrecy']}\t{row['data_date'] or ''}\t{row['owner']}"
        )
