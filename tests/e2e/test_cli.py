"""The real program as a process: streams kept apart, statuses, signals, pipes, and how quickly it answers."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tiny_county import Tiny

PROGRAM = (sys.executable, "-c", "from guotu.cli import main; main()")
QUICK_S = 2.0
"""Ten times what `--help` takes on a desktop: it notices a heavy import on a busy machine too."""


def guotu(*words: object, **more: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*PROGRAM, *map(str, words)], capture_output=True, timeout=240, check=False, **more)  # type: ignore[call-overload,no-any-return]


def hear_interrupts() -> None:
    """A shell makes what it starts in the background deaf to them, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def began(*words: object, **more: object) -> subprocess.Popen[bytes]:
    command = [*PROGRAM, *map(str, words)]
    more |= {"preexec_fn": hear_interrupts}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)  # type: ignore[call-overload,no-any-return]


def test_help_loads_nothing_heavy() -> None:
    script = "import sys; from guotu.cli.main import run; run(sys.argv[1:]); print(sorted(sys.modules))"
    for words in (["--help"], ["review", "--help"], ["query", "--limt"]):
        done = subprocess.run(
            [sys.executable, "-c", script, *words], capture_output=True, check=True, text=True
        )
        loaded = done.stdout.splitlines()[-1]
        assert not any(f"'{heavy}'" in loaded for heavy in ("numba", "shapely", "pyarrow", "mapnik", "rich"))


def test_help_answers_at_once() -> None:
    begun = time.monotonic()
    assert guotu("--help").returncode == 0
    assert time.monotonic() - begun < QUICK_S


def test_documents_go_to_stdout_and_words_to_stderr(tiny: Tiny) -> None:
    done = guotu("--home", tiny.home, "review", tiny.files / "project.txt", "--json")
    assert done.returncode == 0
    document = json.loads(done.stdout)
    assert len(document["checks"]) == 10
    assert "project" in document


def test_a_review_writes_every_report(tiny: Tiny, tmp_path: Path) -> None:
    wanted = [tmp_path / f"review.{form}" for form in ("json", "html", "docx", "pdf", "xlsx")]
    words = [word for file in wanted for word in ("--report", file)]
    done = guotu("--home", tiny.home, "review", tiny.files / "project.txt", *words)
    assert done.returncode == 0, done.stderr.decode()
    assert all(file.stat().st_size > 5000 for file in wanted)


def test_a_reader_that_has_seen_enough_is_no_failure(tiny: Tiny) -> None:
    query = began("--home", tiny.home, "query", "xz.dltb")
    assert query.stdout is not None
    assert query.stdout.read(10).startswith(b"{")
    query.stdout.close()
    assert query.stderr is not None
    assert query.stderr.read() == b""
    assert query.wait(60) == 0
    query.stderr.close()


def test_an_interrupt_cancels_and_stores_nothing(tiny: Tiny, tmp_path: Path) -> None:
    home = tiny.copied(tmp_path)
    before = guotu("--home", home, "history", "xz.dltb", "--json").stdout
    words = ("--home", home, "ingest", tiny.files / "DLTB_2024.zip", "--dataset", "xz.dltb", "--json")
    for _ in range(8):
        landing = began(*words)
        assert landing.stderr is not None
        landing.stderr.readline()
        landing.send_signal(signal.SIGINT)
        out, err = landing.communicate(timeout=60)
        if landing.returncode != 0:  # 0: it was done before the signal reached it
            break
    assert landing.returncode == 7
    assert json.loads(out)["error"]["code"] == "GT-1005"
    assert b"Traceback" not in err
    assert guotu("--home", home, "history", "xz.dltb", "--json").stdout == before
    assert list((home / "work").iterdir()) == []


def test_a_server_tells_its_address_serves_and_ends_well(tiny: Tiny, tmp_path: Path) -> None:
    server = began("--home", tiny.copied(tmp_path), "serve", "--port", "0", "--json")
    assert server.stdout is not None
    told = b""
    while not told.rstrip().endswith(b"}"):
        told += server.stdout.readline()
    address = json.loads(told)["url"]
    with urllib.request.urlopen(f"{address}livez", timeout=60) as answer:
        assert answer.status == 200
    taken = guotu("--home", tiny.home, "serve", "--port", address.rstrip("/").rpartition(":")[2], "--json")
    assert (taken.returncode, json.loads(taken.stdout)["error"]["code"]) == (7, "GT-1011")
    server.send_signal(signal.SIGINT)
    _, err = server.communicate(timeout=60)
    assert server.returncode == 0
    assert b"Traceback" not in err


def test_a_terminal_sees_a_bar_and_a_pipe_plain_lines(tiny: Tiny, tmp_path: Path) -> None:
    words = ("check", tiny.files / "DLTB_2024.zip", "--schema", "dltb-2020", "--json")
    piped = guotu(*words)
    assert b"\x1b[" not in piped.stderr
    ours, theirs = pty.openpty()
    shown = subprocess.Popen([*PROGRAM, *map(str, words)], stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    seen = b""
    while select.select([ours], [], [], 120)[0]:
        try:
            seen += os.read(ours, 65536)
        except OSError:  # the other end closed
            break
    out, _ = shown.communicate(timeout=60)
    os.close(ours)
    assert b"\x1b[" in seen
    assert json.loads(out)["features"] == json.loads(piped.stdout)["features"]


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "utf-8"])
def test_documents_are_utf8_whatever_the_terminal_speaks(tiny: Tiny, encoding: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding}  # noqa: TID251 - handed on to the program under test
    done = guotu("--home", tiny.home, "catalog", "search", "基本农田", "--json", env=environment)
    assert json.loads(done.stdout.decode())[0]["title"].startswith("永久基本农田")
    plain = guotu("--home", tiny.home, "catalog", "list", env=environment)
    assert plain.returncode == 0
    assert b"Traceback" not in plain.stderr


def test_a_damaged_table_is_found_and_made_again(tiny: Tiny, tmp_path: Path) -> None:
    import sqlite3

    home = tiny.copied(tmp_path)
    store = sqlite3.connect(home / "data.db")
    with store:
        table = next(
            name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type='table'") if name.endswith("dltb")
        )  # fmt: skip
        store.execute(f"UPDATE {table} SET a_DLBM = '0000' WHERE rowid = 3")
    store.close()
    broken = guotu("--home", home, "doctor", "--json")
    assert broken.returncode == 1
    assert any(check["problems"] for check in json.loads(broken.stdout))
    assert guotu("--home", home, "doctor", "--rebuild").returncode == 0
    assert guotu("--home", home, "doctor").returncode == 0
