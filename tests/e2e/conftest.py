"""The tiny county as the real program serves it: a copy of its node behind a free port."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from guotu.ops import demo_node
from tiny_county import Tiny

PROGRAM = "from guotu.cli import main; main()"
PATIENCE = 120.0
ENVIRONMENT = dict(os.environ)  # noqa: TID251 - handed on to the program under test


@dataclass(frozen=True)
class Demo:
    """A built node (never served itself) and the county it was made from."""

    home: Path
    files: Path
    truth: dict[str, Any]

    def project(self, key: str) -> dict[str, Any]:
        """A planted project of the truth."""
        return next(project for project in self.truth["projects"] if project["key"] == key)


@dataclass(frozen=True)
class Served:
    """A running server."""

    address: str
    demo: Demo

    @contextmanager
    def client(self, account: str | None = None, **headers: str) -> Iterator[httpx.Client]:
        """Somebody who asks: a guest, or one of the demo accounts signed in."""
        with httpx.Client(base_url=self.address, timeout=120, headers=headers) as client:
            if account:
                form = {"account": account, "password": demo_node.PASSWORDS[account]}
                answer = client.post("/api/session", json=form)
                assert answer.status_code == 200, answer.text
                client.headers["X-Guotu-CSRF"] = answer.json()["csrf"]
            yield client


@pytest.fixture(scope="session")
def demo(tiny: Tiny) -> Demo:
    truth = json.loads((tiny.files / "truth.json").read_text(encoding="utf-8"))
    return Demo(tiny.home, tiny.files, truth)


@pytest.fixture(scope="session")
def serve(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Served]]:
    """Starts the program on a copy of the node with the given settings."""
    running: list[subprocess.Popen[bytes]] = []

    def start(**settings: str) -> Served:
        home = tmp_path_factory.mktemp("served") / "node"
        shutil.copytree(demo.home, home)
        environment = ENVIRONMENT | {f"GUOTU_{name.upper()}": value for name, value in settings.items()}
        command = [sys.executable, "-c", PROGRAM, "--home", str(home), "serve", "--port", "0"]
        log = home.parent / "log"
        with log.open("wb") as target:
            running.append(subprocess.Popen(command, env=environment, stdout=target, stderr=target))
        _until(lambda: b"http://" in log.read_bytes())
        found = re.search(r"http://[^/\s]+", log.read_text(encoding="utf-8"))
        assert found is not None
        _until(lambda: _alive(found[0]))
        return Served(found[0], demo)

    yield start
    for process in running:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="session")
def served(serve: Callable[..., Served]) -> Served:
    return serve()


def _alive(address: str) -> bool:
    try:
        return httpx.get(f"{address}/livez", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.1)
