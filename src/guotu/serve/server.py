"""Runs the app with read deadlines, so that slow clients cannot hold the server."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from guotu.kernel.area import ellipsoid_area
from guotu.kernel.coords import zone_of
from guotu.kernel.overlay import overlap_areas_wkb
from guotu.kernel.tile import encode_layer
from guotu.node import Node
from guotu.ops.packing import keep_packed
from guotu.serve.app import create_app

READ_DEADLINE = 20.0
"""Seconds in which a connection must begin its first request, deliver the head of one, and each next `STRIDE` of a body."""
STRIDE = 64 << 10


class DeadlineProtocol(H11Protocol):
    """Closes connections whose request does not arrive in time, however steadily it drips."""

    _timer: asyncio.TimerHandle | None = None
    _heading = False
    _seen = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._restart()

    def data_received(self, data: bytes) -> None:
        before, idle = self.cycle, self.cycle is None or self.cycle.response_complete
        if idle and not self._heading:
            self._heading = True
            self._restart()
        self._seen += len(data)
        super().data_received(data)
        if self.cycle is not before:
            self._heading = False
        if self.cycle is not before or self._seen >= STRIDE:
            self._restart()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer:
            self._timer.cancel()
        super().connection_lost(exc)

    def _restart(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._seen = 0
        self._timer = self.loop.call_later(READ_DEADLINE, self._give_up)

    def _give_up(self) -> None:
        waiting = self.cycle is None or self.cycle.response_complete or self.cycle.more_body
        if waiting and not self.transport.is_closing():
            self.transport.close()


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio sets TCP_NODELAY only where it sees it: without, small answers wait 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(512)
    return listener


def warm() -> None:
    """Load the compiled loops that the first look at the map and the first review need, so that nobody waits for them."""
    square = shapely.box(118.0, 30.0, 118.001, 30.001)
    wkb = pa.array([shapely.to_wkb(square), shapely.to_wkb(square.centroid)], pa.binary())
    encode_layer("warm", wkb, {"class": pa.array(["0101", None])}, 12, 3390, 1692)
    ellipsoid_area(np.array([square], object))
    overlap_areas_wkb(square, wkb.slice(0, 1), None)
    overlap_areas_wkb(square, wkb.slice(0, 1), zone_of(118.0))


def run(node: Node, listener: socket.socket) -> None:
    """Serve until interrupted."""
    threading.Thread(target=warm, name="warm", daemon=True).start()
    stop = threading.Event()
    packing = threading.Thread(
        target=keep_packed, args=(node.present, stop, node.settings.pack_seconds), name="packing"
    )
    if node.settings.pack_seconds:
        packing.start()
    config = uvicorn.Config(
        create_app(node),
        http=DeadlineProtocol,
        log_level=node.settings.log_level,
        access_log=False,
        server_header=False,
        timeout_keep_alive=15,
        limit_concurrency=400,
    )
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        stop.set()
        if packing.is_alive():
            packing.join()
