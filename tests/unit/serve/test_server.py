"""Slow clients over raw sockets: however steadily they drip, they cannot hold the server."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from guotu.serve import server
from guotu.serve.server import DeadlineProtocol, bind

DEADLINE = 0.4


async def echo(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(server, "READ_DEADLINE", DEADLINE)
    monkeypatch.setattr(server, "STRIDE", 1000)
    listener = bind("127.0.0.1", 0)
    running = uvicorn.Server(
        uvicorn.Config(echo, http=DeadlineProtocol, log_level="critical", lifespan="off", ws="none")
    )
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield int(listener.getsockname()[1])
    running.should_exit = True
    thread.join(10)
    listener.close()


@pytest.fixture
def line(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        yield connection


def drip(connection: socket.socket, data: bytes, pause: float) -> float:
    """Send byte by byte until the server hangs up; the seconds it took, infinity if it never did."""
    begun = time.monotonic()
    connection.settimeout(pause)
    for at in range(len(data)):
        try:
            connection.sendall(data[at : at + 1])
            if connection.recv(100) == b"":
                return time.monotonic() - begun
        except TimeoutError:
            continue
        except OSError:
            return time.monotonic() - begun
    return float("inf")


def test_nothing_said_is_hung_up_on(line: socket.socket) -> None:
    begun = time.monotonic()
    assert line.recv(100) == b""
    assert time.monotonic() - begun < 10 * DEADLINE


def test_a_dripping_head_is_hung_up_on(line: socket.socket) -> None:
    assert drip(line, b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 400, 0.05) < 10 * DEADLINE


def test_a_dripping_body_is_hung_up_on(line: socket.socket) -> None:
    line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n")
    assert drip(line, b"a" * 400, 0.05) < 10 * DEADLINE


def test_a_slow_but_honest_body_arrives(line: socket.socket) -> None:
    line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 12000\r\n\r\n")
    for _ in range(12):
        time.sleep(DEADLINE / 4)
        line.sendall(b"a" * 1000)
    assert b"200 OK" in line.recv(1000)


def test_a_connection_serves_one_request_after_another(line: socket.socket) -> None:
    for _ in range(4):
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while not answer.endswith(b"ok"):
            answer += line.recv(1000)
        assert b"200 OK" in answer
        time.sleep(DEADLINE / 2)


def test_small_answers_do_not_wait_for_company(port: int) -> None:
    with socket.socket() as plain:
        assert plain.proto in (0, socket.IPPROTO_TCP)
    listener = bind("127.0.0.1", 0)
    assert listener.proto == socket.IPPROTO_TCP
    listener.close()


def test_warming_up_does_no_harm() -> None:
    server.warm()
