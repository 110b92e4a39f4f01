"""`guotu init`: make a node home."""

from __future__ import annotations

import click

from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.cli.usage import Misused
from guotu.model.identity import NODE_ID

LEVELS = ("nation", "province", "city", "county", "department")


@click.command("init")
@click.option("--id", "node_id", required=True, help="节点编号 / node id, N-<adcode>-<nn>")
@click.option("--name", required=True, help="节点名称 / name")
@click.option("--name-en", default="", help="英文名称 / English name")
@click.option("--division", required=True, help="行政区代码，六位 / division code, six digits")
@click.option("--level", type=click.Choice(LEVELS), required=True, help="层级 / level")
@json_option
@pass_told
def command(
    told: Told, node_id: str, name: str, name_en: str, division: str, level: str, as_json: bool
) -> None:
    """建立一个节点目录。

    Make a node home.

    Example: guotu --home county init --id N-349021-01 --name 青禾县节点 --division 349021 --level county
    """
    from guotu.node import Node, NodeIdentity

    if not NODE_ID.fullmatch(node_id):
        raise Misused("--id 的格式为 N-<六位行政区代码>-<两位序号>", "--id reads N-<adcode>-<nn>")
    if not (len(division) == 6 and division.isascii() and division.isdigit()):
        raise Misused("--division 应为六位数字", "--division has six digits")
    identity = NodeIdentity(node_id, name, name_en or name, division, level)
    node = Node.create(told.settings.home, identity, told.settings)
    told.say(f"已建立节点 {node_id}：{told.settings.home}", f"Node {node_id} made in {told.settings.home}")
    if as_json:
        emit({"node": node_id, "home": str(told.settings.home), "public_key": node.public_key.hex()})
