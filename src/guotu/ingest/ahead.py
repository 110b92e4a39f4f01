"""Read ahead: the next batches are fetched in a thread while the present one is worked on."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

T = TypeVar("T")
_DONE = object()


@contextmanager
def ahead(items: Iterator[T], depth: int = 2) -> Iterator[Iterator[T]]:
    """The same items, at most `depth` of them fetched early; what the source raises is raised here. Leaving stops it."""
    line: queue.Queue[object] = queue.Queue(depth)
    stopped = threading.Event()
    reader = threading.Thread(target=_fetch, args=(items, line, stopped), name="read-ahead", daemon=True)
    reader.start()
    try:
        yield _taken(line)
    finally:
        stopped.set()
        while reader.is_alive():
            _drain(line)
            reader.join(0.05)


def _fetch(items: Iterator[T], line: queue.Queue[object], stopped: threading.Event) -> None:
    try:
        for item in items:
            if not _offer(line, item, stopped):
                return
        _offer(line, _DONE, stopped)
    except BaseException as failure:  # handed to the reading side, whatever it is
        _offer(line, _Failure(failure), stopped)


class _Failure:
    def __init__(self, cause: BaseException) -> None:
        self.cause = cause


def _offer(line: queue.Queue[object], item: object, stopped: threading.Event) -> bool:
    while not stopped.is_set():
        try:
            line.put(item, timeout=0.1)
        except queue.Full:
            continue
        return True
    return False


def _taken(line: queue.Queue[object]) -> Iterator[T]:
    while True:
        item = line.get()
        if item is _DONE:
            return
        if isinstance(item, _Failure):
            raise item.cause
        yield cast(T, item)


def _drain(line: queue.Queue[object]) -> None:
    try:
        while True:
            line.get_nowait()
    except queue.Empty:
        return
