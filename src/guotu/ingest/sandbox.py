"""The parent's side of the reading child: start it behind its walls, ask, listen, stop it."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from guotu.errors import GuotuError, Place
from guotu.errors.files import FILE_DAMAGED, READER_MEMORY, READER_STOPPED, READER_TIME
from guotu.errors.general import CANCELLED
from guotu.ingest.refusals import refusal

Cancel = Callable[[], bool]

_MAX_FRAME = 1 << 31
_POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """Memory and time of one reading process; `file_mb` the largest file it may write (None: as much as memory)."""

    memory_mb: int = 2048
    seconds: int = 3600
    file_mb: int | None = None


@dataclass(frozen=True, slots=True)
class Protection:
    """Which walls stand around the reader: Landlock version (0: kernel has none), empty network, resource limits always."""

    landlock: int
    network_namespace: bool

    @property
    def complete(self) -> bool:
        """Files and network are both closed."""
        return self.landlock >= 4 or (self.landlock > 0 and self.network_namespace)

    @property
    def zh(self) -> str:
        files = f"文件隔离 Landlock {self.landlock}" if self.landlock else "无文件隔离（内核不支持 Landlock）"
        return (
            f"{files}；{'网络已隔离' if self.network_namespace else '网络未单独隔离'}；内存、时间、文件数受限"
        )

    @property
    def en(self) -> str:
        files = (
            f"files walled by Landlock {self.landlock}" if self.landlock else "files not walled (no Landlock)"
        )
        net = "empty network" if self.network_namespace else "network not separate"
        return f"{files}; {net}; memory, time and open files limited"


@dataclass(frozen=True, slots=True)
class Job:
    """What a child may touch: `path` is what its reader opens, `readable` the real files behind it, `folder` its scratch.

    `reader` names the module of `ingest.readers` that reads; `driver` the only GDAL driver left to it ("": none);
    `environment` variables that the reader's library needs from its start.
    """

    name: str
    path: Path
    driver: str
    format: str
    readable: tuple[Path, ...]
    folder: Path
    options: tuple[tuple[str, str], ...] = ()
    reader: str = "vector"
    environment: tuple[tuple[str, str], ...] = ()


class Child:
    """One reading process. Not for use by two threads at once."""

    def __init__(self, job: Job, limits: SandboxLimits, cancel: Cancel = lambda: False) -> None:
        self._job, self._limits, self._cancel = job, limits, cancel
        self._deadline = time.monotonic() + limits.seconds
        self._stderr = tempfile.TemporaryFile(dir=job.folder)  # noqa: SIM115 closed with the child
        script = Path(__file__).with_name("sandbox_child.py")
        self._process = subprocess.Popen(  # noqa: S603 our own interpreter and our own file
            [sys.executable, "-I", "-B", "-X", "utf8", str(script)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._stderr,
            cwd=job.folder, env=_environment(job.driver) | dict(job.environment), start_new_session=True,
        )  # fmt: skip
        try:
            self._ask(_setup(job, limits))
            self.protection = self._greeting()
        except BaseException:
            self.close()
            raise

    def describe(self, layer: str | None, encoding: str | None) -> dict[str, Any]:
        """Names of all layers and the particulars of the wanted ones."""
        self._ask({"verb": "describe", "path": str(self._job.path), "layer": layer, "encoding": encoding})
        answer: dict[str, Any] = {}
        for kind, payload in self._frames():
            if kind == b"J":
                answer = json.loads(payload)
        return answer

    def call(self, verb: str, **arguments: Any) -> Iterator[dict[str, Any]]:
        """Every JSON answer to one verb of the reader, as it comes."""
        self._ask({"verb": verb, "path": str(self._job.path), **arguments})
        for kind, payload in self._frames():
            if kind == b"J":
                yield json.loads(payload)

    def read(self, layer: str, encoding: str | None, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """The batches of a layer, each validated in full before it is handed on."""
        self._ask(
            {
                "verb": "read",
                "path": str(self._job.path),
                "layer": layer,
                "encoding": encoding,
                "columns": columns,
            }
        )
        schema: pa.Schema | None = None
        for kind, payload in self._frames():
            try:
                if kind == b"S":
                    schema = pa.ipc.read_schema(pa.py_buffer(payload))
                elif kind == b"B":
                    batch = pa.ipc.read_record_batch(pa.py_buffer(payload), schema)
                    batch.validate(full=True)
                    yield batch
            except (pa.ArrowInvalid, OSError):
                raise self._damaged("内容不是有效的记录", "it holds invalid records") from None

    def close(self) -> None:
        """Kill the whole process group and reap it; harmless when repeated."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._stderr):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def _ask(self, request: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()

    def _greeting(self) -> Protection:
        kind, payload = self._frame()
        if kind != b"W":
            raise self._stopped("启动失败", "it could not start")
        walls = json.loads(payload)
        return Protection(int(walls["landlock"]), bool(walls["network_namespace"]))

    def _frames(self) -> Iterator[tuple[bytes, bytes]]:
        while True:
            kind, payload = self._frame()
            if kind == b"D":
                return
            if kind == b"E":
                raise self._failure(json.loads(payload))
            yield kind, payload

    def _frame(self) -> tuple[bytes, bytes]:
        head = self._exactly(9)
        size = int.from_bytes(head[1:], "big")
        if size > _MAX_FRAME:
            raise self._stopped("应答过大", "its answer is too large")
        return head[:1], self._exactly(size)

    def _exactly(self, size: int) -> bytes:
        assert self._process.stdout is not None
        return _read_exactly(self._process.stdout, size, self._wait, self._died)

    def _wait(self) -> bool:
        """Time to try again? Raises on cancel and past the deadline."""
        if self._cancel():
            self.close()
            raise CANCELLED()
        if time.monotonic() > self._deadline:
            self.close()
            raise READER_TIME(place=self._place(), name=self._job.name, seconds=self._limits.seconds)
        return True

    def _died(self) -> GuotuError:
        code = self._process.wait()
        if code == -signal.SIGXCPU:
            return READER_TIME(place=self._place(), name=self._job.name, seconds=self._limits.seconds)
        if "memory" in self.complaint().lower() or code == -signal.SIGKILL:
            return self._no_memory()
        reason = signal.Signals(-code).name if code < 0 else str(code)
        return self._stopped(f"信号 {reason}", f"signal {reason}")

    def complaint(self) -> str:
        """The end of what the child wrote to stderr, for the log; never shown to a user."""
        self._stderr.seek(0, 2)
        self._stderr.seek(max(0, self._stderr.tell() - 4096))
        return self._stderr.read().decode("utf-8", "replace")

    def _failure(self, told: dict[str, Any]) -> GuotuError:
        if told["reason"] == "refused":
            return refusal(told, self._job.name) or self._stopped("应答无效", "its answer is invalid")
        if told["reason"] == "memory" or "out of memory" in told.get("text", "").lower():
            return self._no_memory()
        if told["reason"] == "GeometryTooDeep":
            return self._damaged("图形集合嵌套过深", "a geometry collection is nested too deeply")
        if "cut short" in told.get("text", ""):
            return self._damaged("有图形数据被截断或前后矛盾", "a geometry is cut short or inconsistent")
        text = told.get("text", "").replace(str(self._job.path), self._job.name)
        text = text.replace(str(self._job.folder), "").strip()[:300]
        return self._damaged(f"读取程序报告“{text}”", f"the reader reports {text!r}")

    def _place(self) -> Place:
        return Place(file=self._job.name)

    def _no_memory(self) -> GuotuError:
        return READER_MEMORY(place=self._place(), name=self._job.name, megabytes=self._limits.memory_mb)

    def _stopped(self, zh: str, en: str) -> GuotuError:
        return READER_STOPPED(place=self._place(), name=self._job.name, reason_zh=zh, reason_en=en)

    def _damaged(self, zh: str, en: str) -> GuotuError:
        return FILE_DAMAGED(
            place=self._place(), name=self._job.name, format=self._job.format, reason_zh=zh, reason_en=en
        )


def _read_exactly(
    pipe: BinaryIO | Any, size: int, wait: Callable[[], bool], died: Callable[[], GuotuError]
) -> bytes:
    """`size` bytes of a pipe, looking up every fifth of a second."""
    buffer = bytearray(size)
    view, at = memoryview(buffer), 0
    descriptor = pipe.fileno()
    while at < size:
        if not select.select([descriptor], [], [], _POLL_SECONDS)[0]:
            wait()
            continue
        count = os.readv(descriptor, [view[at : at + (1 << 20)]])
        if count == 0:
            raise died()
        at += count
        wait()
    return bytes(buffer)


def _setup(job: Job, limits: SandboxLimits) -> dict[str, Any]:
    return {
        "memory_mb": limits.memory_mb,
        "seconds": limits.seconds,
        "file_mb": limits.file_mb or limits.memory_mb,
        "readable": [str(path.resolve()) for path in job.readable],
        "writable": [str(job.folder.resolve())],
        "libraries": _libraries(),
        "reader": job.reader,
        "driver": job.driver,
        "options": dict(job.options),
    }


@cache
def _libraries() -> list[str]:
    """Folders the interpreter and its packages live in, so that late imports and PROJ's tables still work."""
    paths = {Path(sys.prefix), Path(sys.base_prefix), Path(__file__).parents[2]}
    return sorted({str(path.resolve()) for path in paths} - {"/"})


@cache
def _drivers() -> frozenset[str]:
    import pyogrio

    return frozenset(pyogrio.list_drivers())


def _environment(driver: str) -> dict[str, str]:
    """Nothing is inherited; every driver but one is left out."""
    skipped = ",".join(sorted(_drivers() - {driver}))
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "OGR_SKIP": skipped,
        "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "ignore",
    }
