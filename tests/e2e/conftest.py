"""A small demo node, built once for all workers, and the real program serving a copy of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from guotu.demo import county
from guotu.ops import demo_node
from guotu.settings import load

PARCELS, SEED = 1500, 11
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
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in ENVIRONMENT else base) / "demo"
    done = shared / "done"
    try:
        shared.mkdir()
    except FileExistsError:  # another worker builds it
        _until(done.exists)
    else:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Use `@` matmul", PendingDeprecationWarning)  # rasterio's own
            county.generate(PARCELS, SEED, shared / "county")
        demo_node.build(shared / "node", shared / "county", load({}), lambda *_: None).close()
        done.touch()
    truth = json.loads((shared / "county" / "truth.json").read_text(encoding="utf-8"))
    return Demo(shared / "node", shared / "county", truth)


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
