"""Measure side by side in one run and print ratios: seconds depend on the machine, ratios much less.

Every job runs once to warm up (compile, prepare), then `runs` times; the median counts. Ours and the peers take turns, so a
busy moment of the machine strikes all of them.
"""

from __future__ import annotations

import gc
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_SHORTEST = 0.05  # seconds a timing lasts at least, by repeating short calls


def peak() -> int:
    """Largest memory of this process since it began, MiB (`getrusage` would count the parent's too)."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) // 1024


@dataclass(frozen=True)
class Row:
    """One contender of one job: median seconds for `count` things."""

    job: str
    contender: str
    seconds: float
    count: int
    unit: str
    ratio: float
    note: str


@dataclass
class Table:
    """Results of one run. `runs` is how often each contender is timed."""

    title: str
    runs: int = 5
    rows: list[Row] = field(default_factory=list)

    def add(
        self,
        job: str,
        ours: Callable[[], Any],
        peers: dict[str, Callable[[], Any]],
        *,
        count: int,
        unit: str,
        compare: Callable[[Any, Any], str] | None = None,
    ) -> None:
        """Time `ours` against each peer over the same `count` things; `compare(ours, theirs)` says how well they agree."""
        contenders = {"guotu": ours, **peers}
        answers = {name: run() for name, run in contenders.items()}
        notes = {name: compare(answers["guotu"], answers[name]) for name in peers} if compare else {}
        del answers
        times: dict[str, list[float]] = {name: [] for name in contenders}
        repeats = {name: max(1, int(_SHORTEST / _timed(run, 1))) for name, run in contenders.items()}
        for _ in range(self.runs):
            for name, run in contenders.items():
                times[name].append(_timed(run, repeats[name]))
        base = statistics.median(times["guotu"])
        for name, taken in times.items():
            middle = statistics.median(taken)
            self.rows.append(Row(job, name, middle, count, unit, middle / base, notes.get(name, "")))

    def markdown(self) -> str:
        """The table as it goes into the documentation."""
        lines = [
            f"## {self.title}",
            "",
            f"Median of {self.runs} runs; ratio = time of the contender / time of guotu.",
            "",
            "| job | contender | µs each | per second | ratio | agreement |",
            "|---|---|--:|--:|--:|---|",
        ]
        for row in self.rows:
            each = row.seconds / row.count
            lines.append(
                f"| {row.job} | {row.contender} | {each * 1e6:.3f} | {_short(1 / each)} {row.unit}"
                f" | ×{row.ratio:.2f} | {row.note} |"
            )
        return "\n".join(lines)


def _timed(run: Callable[[], Any], repeats: int) -> float:
    """Seconds of one call, the average of `repeats` in a row."""
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        for _ in range(repeats):
            run()
        return (time.perf_counter() - start) / repeats
    finally:
        gc.enable()


def _short(number: float) -> str:
    for limit, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= limit:
            return f"{number / limit:.3g} {letter}"
    return f"{number:.3g} "
