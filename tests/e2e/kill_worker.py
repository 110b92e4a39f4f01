"""A process that lands commits until it is killed. Started once, it forks a worker for every line it is given:
`<home> <step> <count>`; the worker kills itself at the count-th `step`, or goes on for ever if the step is `-`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from contract import store_cast as cast
from guotu.store.sqlite import SqliteFeatureStore

FEATURES = 90


def edition(number: int) -> tuple[list[int], list[int]]:
    """(features put, features deleted) by the commit of that number, counted from 1."""
    put = [n for n in range(FEATURES) if (n + number) % 3]
    return put, [n for n in range(FEATURES) if number > 1 and (n + number) % 3 == 0 and (n + number - 1) % 3]


def crash(step: str, count: int) -> Callable[[str], None]:
    """A hook that ends the process at the count-th time of a step."""
    seen = 0

    def hook(name: str) -> None:
        nonlocal seen
        seen += name == step
        if name == step and seen == count:
            os.kill(os.getpid(), signal.SIGKILL)

    return hook


def work(home: Path, step: str, count: int) -> None:
    store = SqliteFeatureStore(
        home / "data.db",
        clock=cast.clock,
        signer=cast.sign,
        snapshots=home / "snapshots",
        step=crash(step, count),
    )
    state = store.found(cast.STREAM, cast.SCHEMA, owner=cast.OWNER)
    while True:
        number = len(store.commits(cast.STREAM)) + 1
        put, gone = edition(number)
        with store.draft(cast.STREAM, base=state.head.version) as draft:
            draft.put(cast.parcels(put, DLBM=str(number)))
            draft.delete([cast.fid(n) for n in gone])
            commit = draft.commit(cast.note())
        assert commit is not None
        os.write(1, f"landed {number} {commit.label}\n".encode())
        state = store.state(cast.STREAM)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        home, step, count = line.split()
        pid = os.fork()
        if pid == 0:
            work(Path(home), step, int(count))
        os.write(1, f"worker {pid}\n".encode())


if __name__ == "__main__":
    main()
