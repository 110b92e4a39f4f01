"""`guotu serve`: HTTP and portal."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.errors.general import ADDRESS_TAKEN, ADDRESS_UNUSABLE

if TYPE_CHECKING:
    from guotu.node import Node

PORT = click.IntRange(0, 65535)


@click.command("serve")
@click.option("--host", help="监听地址 / address (GUOTU_HOST)")
@click.option("--port", type=PORT, help="端口，0 任选 / port, 0 picks a free one (GUOTU_PORT)")
@json_option
@pass_told
def command(told: Told, host: str | None, port: int | None, as_json: bool) -> None:
    """启动接口与门户，直到按 Ctrl-C 或收到 SIGTERM。

    Serve HTTP and the portal until Ctrl-C or SIGTERM. With `--json` the address is told as soon as the port is open.

    Example: guotu --home county serve --port 8765
    """

    def open_for_business(address: str) -> None:
        told.say(f"门户：{address}（Ctrl-C 结束）", f"Portal: {address} (Ctrl-C ends it)")
        if as_json:
            emit({"url": address})

    serve(told, told.node(), host, port, open_for_business)


def serve(
    told: Told, node: Node, host: str | None, port: int | None, listening: Callable[[str], None]
) -> None:
    """Serve a node until interrupted; an interruption is the ordinary end. Raises GT-1011, GT-1012."""
    from guotu.serve.server import run

    with _listener(host or told.settings.host, told.settings.port if port is None else port) as listener:
        address, number = listener.getsockname()[:2]
        listening(f"http://{f'[{address}]' if ':' in address else address}:{number}/")
        try:
            run(node, listener)
        except KeyboardInterrupt:
            told.say("已停止", "Stopped")


def _listener(host: str, port: int) -> socket.socket:
    from guotu.serve.server import bind

    shown = f"{host}:{port}"
    try:
        return bind(host, port)
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise ADDRESS_TAKEN(address=shown) from None
        raise ADDRESS_UNUSABLE(address=shown, reason=problem.strerror or problem) from None
