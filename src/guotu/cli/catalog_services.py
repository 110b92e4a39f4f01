"""`guotu catalog add --service`, `harvest`, `probe`: remote services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from guotu.cli.catalog_rows import row
from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.model.service import Service, ServiceKind

if TYPE_CHECKING:
    from guotu.node import Node

SERVICES = [kind.value for kind in ServiceKind]


def add_service(
    told: Told, node: Node, kind: str, url: str | None, entry: dict[str, Any], *, as_json: bool
) -> None:
    """Register the service at an address."""
    from guotu.catalog.services import Services
    from guotu.ops import services

    if not url:
        raise click.UsageError("URL: 登记服务须给出地址 / a service needs its address")
    id = entry.pop("id")
    service = Service(id, ServiceKind(kind), url)
    resource = services.register(node, services.door_of(node), service, entry)
    found = Services(node.records).find(id)
    layers = len(found.layers) if found else 0
    told.say(f"已登记 {id}：{layers} 个图层", f"{id} registered: {layers} layers")
    if as_json:
        emit(row(resource) | {"layers": layers})


@click.command("harvest")
@click.argument("id")
@json_option
@pass_told
def harvest(told: Told, id: str, as_json: bool) -> None:
    """重新读取服务的能力文档：图层、范围、联系方式。

    Read a service's capabilities again: layers, extent, contact.

    Example: guotu --home county catalog harvest gh.province
    """
    from guotu.ops import services

    node = told.node()
    found = services.harvest(node, services.door_of(node), id)
    told.say(f"{id}：{len(found.layers)} 个图层", f"{id}: {len(found.layers)} layers")
    if as_json:
        emit({"id": id, **found.status()})


@click.command("probe")
@click.argument("ids", nargs=-1)
@json_option
@pass_told
def probe(told: Told, ids: tuple[str, ...], as_json: bool) -> None:
    """探测服务是否应答；不给编号则探测全部。

    Ask services whether they answer; all of them without ids.

    Example: guotu --home county catalog probe
    """
    from guotu.catalog.services import Services
    from guotu.ops import services

    node = told.node()
    door = services.door_of(node)
    wanted = ids or tuple(one.id for one in Services(node.records).all())
    found = [services.probe(node, door, id) for id in wanted]
    if as_json:
        emit([{"id": one.id, **one.status()} for one in found])
        return
    for one in found:
        click.echo(f"{one.id}\t{'✓' if one.alive else '✗'}\t{one.milliseconds or ''}\t{one.problem}")


COMMANDS = (harvest, probe)
