"""The reading child: its walls hold, and it dies when it must."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from faulty.makers import PLOT, frame, shapefile
from guotu.errors import GuotuError
from guotu.ingest import sandbox_child
from guotu.ingest.sandbox import Child, Job, Protection, SandboxLimits
from guotu.ingest.source import ReadLimits, open_source

CHILD = Path(sandbox_child.__file__)

_PROBE = f"""
import importlib.util, os, socket, sys
spec = importlib.util.spec_from_file_location("walls", {str(CHILD)!r})
walls = importlib.util.module_from_spec(spec); spec.loader.exec_module(walls)
net = walls.empty_network()
walls.limit_resources(512, 5)
import ctypes, encodings.idna
abi = walls.restrict_files([sys.argv[1], "/usr", "/lib", sys.prefix, sys.base_prefix], [sys.argv[2]])
def tried(what):
    try: what(); return "open"
    except OSError: return "shut"
    except MemoryError: return "shut"
print(abi, net,
      tried(lambda: open("/etc/passwd").read()), tried(lambda: os.listdir("/")),
      tried(lambda: open(sys.argv[1]).read()), tried(lambda: open(sys.argv[1], "w")),
      tried(lambda: open(sys.argv[2] + "/x", "w")), tried(lambda: bytearray(1 << 30)),
      tried(lambda: socket.create_connection(("127.0.0.1", int(sys.argv[3])), 1)))
"""


@pytest.fixture
def listening() -> int:
    import socket

    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.mark.skipif(sandbox_child.landlock_version() == 0, reason="the kernel has no Landlock")
def test_the_walls_leave_nothing_but_the_file_and_the_scratch_folder(tmp_path: Path, listening: int) -> None:
    allowed, scratch = tmp_path / "data", tmp_path / "scratch"
    allowed.write_text("x")
    scratch.mkdir()
    done = subprocess.run(
        [sys.executable, "-I", "-c", _PROBE, str(allowed), str(scratch), str(listening)],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    abi, _, passwd, root, data, overwrite, own, memory, network = done.stdout.split()
    assert int(abi) >= 1
    assert [passwd, root, data, overwrite, own, memory, network] == [
        "shut", "shut", "open", "shut", "open", "shut", "shut",
    ]  # fmt: skip


def test_the_protection_is_told_in_both_languages() -> None:
    none = Protection(0, False)
    assert not none.complete
    assert "无文件隔离" in none.zh
    assert "not walled" in none.en
    assert Protection(7, True).complete
    assert Protection(1, True).complete
    assert not Protection(1, False).complete


def _job(folder: Path, driver: str = "ESRI Shapefile") -> Job:
    path = shapefile(folder, frame(PLOT), name="data")
    readable = tuple(folder.glob("data.*"))
    return Job("data.shp", path, driver, "Shapefile", readable, folder)


def test_a_child_with_another_driver_does_not_open_the_file(tmp_path: Path) -> None:
    child = Child(_job(tmp_path, "GPKG"), SandboxLimits(seconds=60))
    with pytest.raises(GuotuError) as caught:
        child.describe(None, None)
    child.close()
    assert caught.value.code == "GT-1115"


def test_a_cancelled_read_kills_the_whole_group(tmp_path: Path) -> None:
    stop = False
    child = Child(_job(tmp_path), SandboxLimits(seconds=60), lambda: stop)
    group = child._process.pid
    stop = True
    with pytest.raises(GuotuError) as caught:
        child.describe(None, None)
    assert caught.value.code == "GT-1005"
    time.sleep(0.05)
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)


def test_a_reader_past_its_time_is_stopped(tmp_path: Path) -> None:
    child = Child(_job(tmp_path), SandboxLimits(seconds=60))
    child._deadline = time.monotonic() - 1
    with pytest.raises(GuotuError) as caught:
        child.describe(None, None)
    assert caught.value.code == "GT-1121"


def test_a_reader_that_dies_is_told_as_such(tmp_path: Path) -> None:
    child = Child(_job(tmp_path), SandboxLimits(seconds=60))
    os.killpg(child._process.pid, 11)
    with pytest.raises(GuotuError) as caught:
        child.describe(None, None)
    child.close()
    assert caught.value.code == "GT-1123"
    assert "SIGSEGV" in caught.value.detail("en")


def test_an_unfinished_iteration_leaves_no_process_and_no_files(tmp_path: Path) -> None:
    data = tmp_path / "in"
    data.mkdir()
    path = shapefile(data, frame(*[PLOT] * 10))
    with open_source(path, work=tmp_path / "work", limits=ReadLimits(SandboxLimits(seconds=60))) as source:
        batches = source.layer().batches()
        next(batches)
        batches.close()
        assert sum(batch.num_rows for batch in source.layer().batches()) == 10
    assert list((tmp_path / "work").iterdir()) == []


def test_two_readings_of_one_layer_do_not_disturb_each_other(tmp_path: Path) -> None:
    data = tmp_path / "in"
    data.mkdir()
    path = shapefile(data, frame(*[PLOT] * 40))
    with open_source(path, work=tmp_path / "work") as source:
        layer = source.layer()
        first, second = layer.batches(), layer.batches()
        assert next(first).equals(next(second))
        assert sum(1 for _ in first) == sum(1 for _ in second)
