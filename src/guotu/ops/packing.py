"""Packs kept up beside a running server: what was written is packed once it has rested."""

from __future__ import annotations

import threading

import structlog

from guotu.errors import GuotuError
from guotu.model.dataset import StreamName
from guotu.store.present import Present

_log = structlog.get_logger("guotu.packing")


def pack_all(present: Present) -> int:
    """Make every pack that is missing; how many were made."""
    return sum(present.pack(state) for state in present.unpacked())


def keep_packed(present: Present, stop: threading.Event, seconds: float) -> None:
    """Until `stop`: at once, then every so often, pack the streams that have not moved since the look before.

    What cannot be packed (a full disk) is said in the log and tried again; reads come from the store meanwhile.
    """
    seen: dict[StreamName, str] | None = None
    while not stop.is_set():
        seen = _look(present, stop, seen)
        stop.wait(seconds)


def _look(
    present: Present, stop: threading.Event, before: dict[StreamName, str] | None
) -> dict[StreamName, str]:
    missing = present.unpacked()
    for state in missing:
        if stop.is_set():
            break
        if before is not None and before.get(state.stream, "") != state.head.label:
            continue
        try:
            present.pack(state)
        except (OSError, GuotuError) as problem:
            _log.warning("not packed", stream=str(state.stream), problem=str(problem))
    return {state.stream: state.head.label for state in missing}
