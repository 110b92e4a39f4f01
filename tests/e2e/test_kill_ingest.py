"""`guotu ingest` killed at any moment leaves the old version or the new one, and nothing in between."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from guotu import settings
from guotu.demo.county import generate
from guotu.model.dataset import StreamName
from guotu.node import Node, NodeIdentity
from guotu.ops.intake import Delivery, take_in

STREAM = StreamName("xz.dltb", "349021")
COMMAND = (sys.executable, "-c", "from guotu.cli import main; main()")


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("county")
    generate(800, 5, folder)
    return folder


@pytest.fixture(scope="module")
def before(county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node that holds the first edition."""
    home = tmp_path_factory.mktemp("before") / "home"
    node = Node.create(home, NodeIdentity("N-349021-01", "甲", "A", "349021", "county"), settings.load({}))
    take_in(node, Delivery(county / "DLTB_2024.zip", dataset=STREAM.dataset))
    node.close()
    return home


@pytest.fixture(scope="module")
def after(before: Path, county: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float, str]:
    """A node that holds both editions, how long the second took as a program, and its digest."""
    home = tmp_path_factory.mktemp("after") / "home"
    shutil.copytree(before, home)
    begun = time.monotonic()
    subprocess.run(ingest(home, county), check=True, capture_output=True)
    return home, time.monotonic() - begun, digest(home)


def ingest(home: Path, county: Path) -> list[str]:
    return [
        *COMMAND,
        "--home",
        str(home),
        "ingest",
        str(county / "DLTB_2025.zip"),
        "--dataset",
        STREAM.dataset,
    ]


def opened(home: Path) -> Node:
    return Node.open(home, settings.load({}))


def digest(home: Path) -> str:
    node = opened(home)
    check, state = node.store.verify(STREAM), node.store.state(STREAM)
    node.close()
    assert check.sound, check.problems
    return state.head.digest.hex()


def kill_once(home: Path, county: Path, moment: float) -> None:
    process = subprocess.Popen(
        ingest(home, county), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        process.wait(timeout=moment)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def kill_often(
    times: int, seed: int, before: Path, after: tuple[Path, float, str], county: Path, work: Path
) -> None:
    _, seconds, new = after
    old = digest(before)
    chance = random.Random(seed)
    for number in range(times):
        home = work / f"home-{number}"
        shutil.copytree(before, home)
        kill_once(home, county, chance.uniform(0.0, seconds * 1.1))
        assert digest(home) in (old, new)
        subprocess.run(ingest(home, county), check=True, capture_output=True)
        assert digest(home) == new, "what was interrupted can be done again"
        shutil.rmtree(home)


def test_an_ingest_killed_at_random_moments_leaves_old_or_new(before, after, county, tmp_path) -> None:
    assert digest(before) != after[2]
    kill_often(2, 1, before, after, county, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_an_ingest_killed_at_a_hundred_random_moments_leaves_old_or_new(
    before, after, county, tmp_path
) -> None:
    kill_often(100, 2, before, after, county, tmp_path)
