"""kill -9 at any moment leaves the old state or the new one, and never less than was acknowledged."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from contract import store_cast as cast
from contract.conftest import open_sqlite
from e2e.kill_worker import FEATURES, edition
from guotu.errors import GuotuError

LIVES = 4
STEPS = ["put", "projected", "recorded", "committed"]


class Nursery:
    """The process that forks workers, and what they say."""

    def __init__(self, lines: IO[str], orders: IO[str]) -> None:
        self._lines, self._orders = lines, orders

    def run(self, home: Path, step: str, count: int, seconds: float) -> list[str]:
        """Start a worker, let it die or kill it after `seconds` of landing; returns the labels it acknowledged."""
        self._orders.write(f"{home} {step} {count}\n")
        self._orders.flush()
        pid, landed = 0, []
        while not pid or not landed:
            kind, *rest = self._lines.readline().split()
            if kind == "worker":
                pid = int(rest[0])
                if step != "-":
                    break
            else:
                landed.append(rest[1])
        if step == "-":
            time.sleep(seconds)
            os.kill(pid, signal.SIGKILL)
        return landed + self._rest(pid)

    def _rest(self, pid: int) -> list[str]:
        """What the worker still said before it was gone."""
        deadline = time.monotonic() + 60
        while Path(f"/proc/{pid}").exists() if Path("/proc").exists() else _alive(pid):
            assert time.monotonic() < deadline, "the worker did not die"
            time.sleep(0.005)
        self._orders.write("/nowhere - 0\n")
        self._orders.flush()
        landed: list[str] = []
        while True:
            kind, *rest = self._lines.readline().split()
            if kind == "worker":
                return landed
            landed.append(rest[1])


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    script = Path(__file__).with_name("kill_worker.py")
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        yield Nursery(process.stdout, process.stdin)
        process.stdin.close()
        process.kill()


def oracle(commits: int) -> dict[int, str]:
    """Feature → class after so many commits."""
    held: dict[int, str] = {}
    for number in range(1, commits + 1):
        put, gone = edition(number)
        held = {n: code for n, code in held.items() if n not in gone} | dict.fromkeys(put, str(number))
    return dict(sorted(held.items()))


def inspect(home: Path, acknowledged: list[str]) -> list[str]:
    """Every commit of a sound store; each acknowledged one is among them."""
    store = open_sqlite(home)
    try:
        labels = [commit.label for commit in store.commits(cast.STREAM)]
    except GuotuError:
        labels = []
    assert labels[: len(acknowledged)] == acknowledged, "an acknowledged commit is lost"
    assert len(labels) <= len(acknowledged) + 1
    if labels:
        check = store.verify(cast.STREAM)
        assert check.problems == ()
        found = cast.table(store)
        state = dict(sorted(zip(cast.numbers(found), found["DLBM"].to_pylist(), strict=True)))
        assert state == oracle(len(labels))
        assert check.features == len(state) <= FEATURES
    store.close()
    return labels


def kill_many(nursery: Nursery, folder: Path, times: int, seed: int) -> None:
    """A new store every few kills, so that young and grown ones are killed."""
    dice = random.Random(seed)
    acknowledged: list[str] = []
    for turn in range(times):
        home = folder / str(turn // LIVES)
        if not home.exists():
            home.mkdir()
            acknowledged = []
        step = STEPS[turn // 2 % len(STEPS)] if turn % 2 else "-"
        acknowledged += nursery.run(home, step, dice.randint(1, 3), dice.uniform(0.0, 0.1))
        acknowledged = inspect(home, acknowledged)


def test_twenty_kills_lose_nothing(nursery: Nursery, tmp_path: Path) -> None:
    kill_many(nursery, tmp_path, 20, seed=1)


@pytest.mark.slow
def test_a_hundred_kills_lose_nothing(nursery: Nursery, tmp_path: Path) -> None:
    kill_many(nursery, tmp_path, 100, seed=2)
