"""The reading child process: walls first, then the reader, then the bytes.

Started by file name in isolated mode, so that the walls which need a single thread (an empty network namespace) stand before
anything else is imported. It reads one JSON request per line from stdin and answers in frames on stdout:
one byte of kind, eight bytes of length (big-endian), the payload.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import resource
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_NO_NEW_PRIVILEGES, _PATH_BENEATH, _VERSION_QUERY = 38, 1, 1
_CLONE_NEWUSER, _CLONE_NEWNET = 0x1000_0000, 0x4000_0000

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_READING = _EXECUTE | _READ_FILE | _READ_DIR
_ALL_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""File rights known to each Landlock version: 2 adds moving between folders, 3 truncating, 5 device ioctls."""
_FILE_ONLY = _EXECUTE | _WRITE_FILE | _READ_FILE | 1 << 14
_NETWORK = 0b11
"""Binding and connecting TCP, from version 4."""
_SCOPES = 0b11
"""Abstract sockets and signals to processes outside, from version 6."""

READERS = (
    "vector",
    "tables",
    "markup",
    "columnar",
    "vct",
    "dxf",
    "mdb",
    "raster",
    "document",
    "capabilities",
    "package",
)
"""Modules of `guotu.ingest.readers` that run in here; each has `prepare` and `ANSWERS`."""

Walls = dict[str, Any]


def empty_network() -> bool:
    """Leave the network for a namespace without any interface; False where the kernel does not allow it."""
    libc = ctypes.CDLL(None, use_errno=True)
    return any(libc.unshare(flags) == 0 for flags in (_CLONE_NEWUSER | _CLONE_NEWNET, _CLONE_NEWNET))


def limit_resources(megabytes: int, seconds: int, file_megabytes: int | None = None) -> None:
    """Memory, processor time, open files and written bytes; no core dumps, no new processes worth the name."""
    memory = megabytes << 20
    for what, value in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_AS, memory + (4 << 30)),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_FSIZE, (file_megabytes or megabytes) << 20),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (ceiling, ceiling))


def landlock_version() -> int:
    """The kernel's Landlock ABI, 0 where there is none."""
    libc = ctypes.CDLL(None, use_errno=True)
    found = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_QUERY))
    return max(0, int(found))


def restrict_files(readable: list[str], writable: list[str]) -> int:
    """From here on only `readable` and `writable` paths exist for this process; returns the ABI used, 0 for none.

    Raises   OSError where the kernel has Landlock but refuses the rules: then nothing is read at all
    """
    abi = landlock_version()
    if abi == 0:
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    rights = _ALL_BY_ABI[max(known for known in _ALL_BY_ABI if known <= abi)]
    attributes = struct.pack("=QQQ", rights, _NETWORK if abi >= 4 else 0, _SCOPES if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))
    _checked(ruleset)
    try:
        for paths, allowed in ((readable, _READING), (writable, rights & ~_EXECUTE)):
            for path in paths:
                _allow(libc, ruleset, path, allowed & rights)
        _checked(libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
        _checked(libc.syscall(_RESTRICT_SELF, ruleset, ctypes.c_uint32(0)))
    finally:
        os.close(ruleset)
    return abi


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        folder = os.path.isdir(path)
        rule = struct.pack("=Qi", rights if folder else rights & _FILE_ONLY, descriptor)
        _checked(libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, ctypes.c_uint32(0)))
    finally:
        os.close(descriptor)


def _checked(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), "the sandbox could not be set up")


def send(out: BinaryIO, kind: bytes, payload: Any) -> None:
    """One frame."""
    body = memoryview(payload) if not isinstance(payload, dict) else json.dumps(payload).encode()
    out.write(kind + len(body).to_bytes(8, "big"))
    out.write(body)
    out.flush()


def main() -> None:
    """Walls, then one answer per request line until stdin closes."""
    out = os.fdopen(os.dup(1), "wb", buffering=1 << 16)
    os.dup2(2, 1)
    setup = json.loads(sys.stdin.readline())
    walls: Walls = {"network_namespace": empty_network()}
    limit_resources(setup["memory_mb"], setup["seconds"], setup["file_mb"])
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    reader = chosen_reader(setup["reader"])
    libraries = [
        *setup["libraries"],
        "/usr",
        "/lib",
        "/lib64",
        "/etc/ld.so.cache",
        "/dev/null",
        "/dev/urandom",
    ]
    walls["landlock"] = restrict_files([*setup["readable"], *libraries], setup["writable"])
    reader.prepare(setup["driver"], setup["options"])
    send(out, b"W", walls)
    for line in sys.stdin:
        answer(reader.ANSWERS, json.loads(line), lambda kind, payload: send(out, kind, payload))


def chosen_reader(name: str) -> Any:
    """The reading module, imported before the walls close; only known names count."""
    if name not in READERS:
        raise ValueError(f"no reader called {name}")
    return importlib.import_module(f"guotu.ingest.readers.{name}")


def answer(
    verbs: dict[str, Callable[..., None]], request: dict[str, Any], emit: Callable[[bytes, Any], None]
) -> None:
    """Run one verb; whatever goes wrong becomes an error frame with a reason, never a traceback."""
    verb = request.pop("verb")
    try:
        verbs[verb](emit=emit, **request)
        emit(b"D", {"verb": verb})
    except MemoryError:
        emit(b"E", {"reason": "memory"})
    except Exception as problem:  # the parent must hear of it whatever it is
        if hasattr(problem, "kind") and hasattr(problem, "facts"):
            from guotu.ingest.refusals import told

            emit(b"E", told(problem))
            return
        emit(b"E", {"reason": type(problem).__name__, "text": str(problem)[:2000]})


if __name__ == "__main__":
    main()
