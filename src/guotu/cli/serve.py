"""`guotu serve`: HTTP and portal."""

from __future__ import annotations

import click

from guotu.cli.context import Told, pass_told


@click.command("serve")
@click.option("--host", help="监听地址 / address (GUOTU_HOST)")
@click.option("--port", type=int, help="端口，0 任选 / port, 0 picks a free one (GUOTU_PORT)")
@pass_told
def command(told: Told, host: str | None, port: int | None) -> None:
    """Serve HTTP and the portal until interrupted.

    Example: guotu --home county serve --port 8765
    """
    from guotu.serve.server import bind, run

    listener = bind(host or told.settings.host, told.settings.port if port is None else port)
    address, number = listener.getsockname()[:2]
    told.say(f"门户：http://{address}:{number}/", f"Portal: http://{address}:{number}/")
    run(told.node(), listener)
