"""What every test may rely on: a clock that is moved by hand, no network but loopback."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tiny_county import Tiny, made_once

settings.register_profile("house", deadline=None)  # the first call of a loop compiles it
settings.load_profile("house")


class HandClock:
    """A clock that stands still until told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test speaks to another machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else "127.0.0.1"
        if self.family != socket.AF_UNIX and host not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {host}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """A tiny county and a node that holds it, to be read only."""
    base = tmp_path_factory.getbasetemp()
    return made_once((base.parent if base.name.startswith("popen-") else base) / "demo")


def open_data() -> Path | None:
    """The open data set beside the project, if it is there."""
    for parent in Path(__file__).resolve().parents:
        folder = parent / "shared" / "data" / "open"
        if folder.is_dir():
            return folder
    return None
