"""`guotu catalog add|edition|save|link`: entries that keep a file, and their relations."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from guotu.cli.catalog_rows import KINDS, row
from guotu.cli.catalog_services import SERVICES, add_service
from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.cli.keeping import RasterOptions, report, take
from guotu.cli.targets import must_be_writable
from guotu.errors.catalog import RESOURCE_EXISTS
from guotu.model.resource import Label, Resource, ResourceKind, Secrecy

as_of_option = click.option(
    "--as-of", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="数据时点 / the moment it describes"
)


@click.command("add")
@click.argument("id")
@click.argument("url", required=False)
@click.option(
    "--kind", type=KINDS, help="类型；有文件或服务时由其内容决定 / kind, told by the file or the service"
)
@click.option(
    "--service", type=click.Choice(SERVICES), help="登记远程服务，URL 为其地址 / register the service at URL"
)
@click.option("--title", help="中文名称 / Chinese title")
@click.option("--title-en", help="英文名称 / English title")
@click.option("--category", help="分类路径 / category path, e.g. xz")
@click.option("--owner", help="责任单位 / responsible organisation")
@click.option("--abstract", help="摘要 / abstract")
@click.option("--keyword", "keywords", multiple=True, help="关键词，可多次 / keyword, may be repeated")
@click.option("--link", "links", multiple=True, help="关系，如 about:xz.dltb、division:330106 / relation")
@as_of_option
@click.option("--file", type=click.Path(path_type=Path), help="随登记保存的文件 / a file that the node keeps")
@click.option("--location", default="", help="内容在别处时：地址 / address, where the content is elsewhere")
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
    told: Told,
    /,
    id: str,
    url: str | None,
    kind: str | None,
    service: str | None,
    file: Path | None,
    location: str,
    secrecy: str,
    as_of: datetime | None,
    as_json: bool,
    **given: Any,
) -> None:
    """登记一项资源：文件（在隔离的子进程中读取文字、缩略图并保存）、远程服务，或仅登记说明。

    Register a resource: a file (read behind walls for its text and thumbnail, and kept), a remote service, or a description only.

    Example: guotu --home county catalog add gh.text --kind document --title 规划文本 --category gh --owner 某局 --file plan.pdf
    """
    node = told.node()
    if node.catalog.find(id) is not None:
        raise RESOURCE_EXISTS(id=id)
    entry = {name: value for name, value in given.items() if value}
    label, when = Label(Secrecy(secrecy)), as_of.date() if as_of else None
    if service:
        add_service(told, node, service, url, {"id": id, "label": label, **entry}, as_json=as_json)
        return
    if file is not None:
        from guotu.ops.keeping import FileDelivery

        delivery = FileDelivery(file, id, label=label, data_date=when, **entry)
        kept = take(told, node, delivery, RasterOptions(), ResourceKind(kind) if kind else None)
        report(told, kept, as_json=as_json)
        return
    for name in ("title", "category", "owner"):
        if name not in entry:
            raise click.UsageError(f"--{name}: 没有文件或服务时必填 / needed without a file or a service")
    if kind is None:
        raise click.UsageError("--kind: 没有文件或服务时必填 / needed without a file or a service")
    from guotu.ops.documents import register

    entry.setdefault("title_en", entry["title"])
    described = Resource(id, ResourceKind(kind), label=label, data_date=when, location=location, **entry)
    kept_entry = register(node, described)
    told.say(f"已登记 {id}", f"{id} registered")
    if as_json:
        emit(row(kept_entry) | {"location": kept_entry.location})


@click.command("edition")
@click.argument("id")
@click.argument("file", type=click.Path(path_type=Path))
@as_of_option
@click.option("--message", default="", help="说明 / what changed")
@json_option
@pass_told
def edition(told: Told, id: str, file: Path, as_of: datetime | None, message: str, as_json: bool) -> None:
    """给已登记的文档、影像等存入新版本；旧版本仍可按时点取出。

    Keep a new edition of an entry; earlier ones stay and can be had by date.

    Example: guotu --home county catalog edition gh.text plan-2026.pdf --as-of 2026-01-01
    """
    from guotu.ops.keeping import FileDelivery

    node = told.node()
    node.catalog.get(id)
    delivery = FileDelivery(file, id, data_date=as_of.date() if as_of else None, message=message)
    report(told, take(told, node, delivery, RasterOptions()), as_json=as_json)


@click.command("save")
@click.argument("id")
@click.option("-o", "target", required=True, type=click.Path(path_type=Path), help="写到 / file to write")
@click.option("--at", "moment", metavar="DATE|VERSION", help="时点或版本 / moment or version")
@click.option("--original", is_flag=True, help="栅格取原始文件而不是 COG / the file as it came, not the COG")
@json_option
@pass_told
def save(told: Told, id: str, target: Path, moment: str | None, original: bool, as_json: bool) -> None:
    """取出保存的文件。

    Write a kept file, as of a date or version.

    Example: guotu --home county catalog save xz.dom-202406 -o dom.tif
    """
    from guotu.catalog import Holdings
    from guotu.errors.general import REQUEST_INVALID
    from guotu.model.time import parse_as_of
    from guotu.ops.saving import write_blob

    must_be_writable(target)
    node = told.node()
    node.catalog.get(id)
    try:
        at = parse_as_of(moment)
    except ValueError:
        raise REQUEST_INVALID(reason=f"--at {moment}: YYYY-MM-DD | epoch.seq") from None
    found = Holdings(node.records).get(id, at)
    write_blob(node, found.original if original else found.served, target)
    told.say(f"{id} {found.label} → {target}", f"{id} {found.label} → {target}")
    if as_json:
        emit({"id": id, "version": found.label, "file": str(target), "bytes": target.stat().st_size})


@click.command("link")
@click.argument("id")
@click.argument("links", nargs=-1, required=True)
@click.option("--remove", is_flag=True, help="去掉这些关系 / take these relations away")
@json_option
@pass_told
def link(told: Told, id: str, links: tuple[str, ...], remove: bool, as_json: bool) -> None:
    """登记与数据集、行政区、项目的关系：about、source、part-of、division、project。

    Relate an entry to datasets, divisions and projects: about, source, part-of, division, project.

    Example: guotu --home county catalog link xz.dom-202406 about:xz.dltb
    """
    from dataclasses import replace

    from guotu.ops.links import check_links

    node = told.node()
    before = node.catalog.get(id)
    kept = [one for one in before.links if one not in links]
    after = replace(before, links=tuple(kept if remove else [*kept, *links]))
    check_links(node, after)
    node.catalog.update(after)
    told.say(
        f"{id}：{'、'.join(after.links) or '无关系'}", f"{id}: {', '.join(after.links) or 'no relations'}"
    )
    if as_json:
        emit({"id": id, "links": list(after.links)})


COMMANDS = (add, edition, save, link)
