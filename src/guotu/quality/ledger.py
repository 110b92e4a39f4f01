"""The ledger of a gate: every breach is counted, the first of each rule are kept as findings.

Where exceptions are in force for a rule, every breach of it is held against them; all others cost nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from guotu.errors import Place
from guotu.model.finding import Finding, RuleCount, Severity
from guotu.quality.chunk import Chunk
from guotu.quality.clause import Clause, Level
from guotu.quality.exceptions import Exceptions, Excuses
from guotu.quality.registry import Hits, Late

_LARGEST_SHOWN = 65_536
"""Bytes of WKB kept with a finding; a larger geometry is shown by its place alone."""


class Sink(Protocol):
    """Takes findings beyond those a report keeps, as they are met."""

    def room(self, rule: str) -> int:
        """How many more of a rule it takes."""

    def take(self, finding: Finding) -> None: ...


class Ledger:
    """Findings of one layer. `sink` is given every finding it has room for, those that are kept among them."""

    def __init__(
        self,
        file: str | None,
        layer: str,
        keep: int,
        exceptions: Exceptions | None = None,
        sink: Sink | None = None,
    ) -> None:
        self.file, self.layer, self.keep, self.sink = file, layer, keep, sink
        self.exceptions = exceptions or Exceptions()
        self._findings: dict[str, list[Finding]] = {}
        self._hard: Counter[str] = Counter()
        self._light: Counter[str] = Counter()
        self._excused: dict[bool, Counter[str]] = {False: Counter(), True: Counter()}
        self._clauses: dict[str, Clause] = {}

    def hits(self, clause: Clause, chunk: Chunk, hits: Hits) -> None:
        """Take the breaches one rule found in one batch."""
        count = len(hits.rows)
        if not count:
            return
        kept = self._count(clause, count, hits.light)
        excuses = self.exceptions.of(clause.id)
        wanted = max(self.keep - len(kept), 0 if self.sink is None else self.sink.room(clause.id))
        if excuses is None:
            for position in range(min(count, wanted)):
                self._enter(kept, self._finding(clause, chunk, hits, position, None))
            return
        for position in range(count):
            id = self._excuse(clause, excuses, chunk, hits, position)
            if position < wanted:
                self._enter(kept, self._finding(clause, chunk, hits, position, id))

    def late(self, clause: Clause, late: Late) -> None:
        """Take one breach found at the end of the layer."""
        kept = self._count(clause, 1, late.light)
        excuses = self.exceptions.of(clause.id)
        id = excuses.excuse(late.key, late.geometry, late.coordinate) if excuses else None
        if id is not None:
            self._excused[late.light][clause.id] += 1
        if len(kept) < self.keep or (self.sink is not None and self.sink.room(clause.id)):
            layer, file = late.layer or self.layer, late.file if late.layer else self.file
            place = Place(file, layer, late.row, late.field, late.key, late.coordinate)
            self._enter(
                kept,
                Finding(
                    clause.id,
                    Severity.SLIGHT if late.light else clause.severity,
                    place,
                    late.zh,
                    late.en,
                    clause.remedy_zh,
                    clause.remedy_en,
                    _shown(late.geometry),
                    late.measure,
                    late.unit,
                    id,
                ),
            )

    def counts(self) -> tuple[RuleCount, ...]:
        """Broken rules in order of id; a rule with refusing and tolerated breaches has two rows."""
        rows = []
        for id, clause in sorted(self._clauses.items()):
            for light, counter in ((False, self._hard), (True, self._light)):
                if counter[id]:
                    rows.append(
                        RuleCount(
                            rule=id,
                            severity=Severity.SLIGHT if light else clause.severity,
                            count=counter[id],
                            hard=not light and clause.level is Level.REFUSE,
                            name=clause.name,
                            name_en=clause.name_en,
                            category=clause.category,
                            category_en=clause.category_en,
                            excepted=self._excused[light][id],
                        )
                    )
        return tuple(rows)

    def findings(self) -> tuple[Finding, ...]:
        """Kept findings, by rule, then in the order they were met."""
        return tuple(finding for id in sorted(self._findings) for finding in self._findings[id])

    def _enter(self, kept: list[Finding], finding: Finding) -> None:
        if len(kept) < self.keep:
            kept.append(finding)
        if self.sink is not None and self.sink.room(finding.rule):
            self.sink.take(finding)

    def _count(self, clause: Clause, count: int, light: bool) -> list[Finding]:
        self._clauses[clause.id] = clause
        (self._light if light else self._hard)[clause.id] += count
        return self._findings.setdefault(clause.id, [])

    def _excuse(
        self, clause: Clause, excuses: Excuses, chunk: Chunk, hits: Hits, position: int
    ) -> str | None:
        row = int(hits.rows[position])
        wkb = chunk.wkb[row].as_py() if excuses.spatial else None
        id = excuses.excuse(chunk.key(row), wkb, _coordinate(hits, position))
        if id is not None:
            self._excused[hits.light][clause.id] += 1
        return id

    def _finding(
        self, clause: Clause, chunk: Chunk, hits: Hits, position: int, excepted: str | None
    ) -> Finding:
        row = int(hits.rows[position])
        measure = None if hits.measure is None else float(hits.measure[position])
        facts: dict[str, Any] = {name: values[position] for name, values in hits.facts.items()}
        facts["measure"] = measure
        number = chunk.first_row + row
        place = Place(self.file, self.layer, number, hits.field, chunk.key(row), _coordinate(hits, position))
        return Finding(
            clause.id,
            Severity.SLIGHT if hits.light else clause.severity,
            place,
            hits.zh.format_map(_Row(chunk, row, facts, "空")),
            hits.en.format_map(_Row(chunk, row, facts, "empty")),
            clause.remedy_zh,
            clause.remedy_en,
            _shown(chunk.wkb[row].as_py()),
            measure,
            hits.unit,
            excepted,
        )


def _coordinate(hits: Hits, position: int) -> tuple[float, float] | None:
    at = None if hits.coordinates is None else hits.coordinates[position]
    return None if at is None or not np.isfinite(at).all() else (float(at[0]), float(at[1]))


class _Row(Mapping[str, Any]):
    """What the braces of a template may name: facts first, then the row's fields."""

    def __init__(self, chunk: Chunk, row: int, facts: dict[str, Any], empty: str) -> None:
        self.chunk, self.row, self.facts, self.empty = chunk, row, facts, empty

    def __getitem__(self, name: str) -> Any:
        if name in self.facts:
            return self.facts[name]
        value = self.chunk.value(name, self.row) if self.chunk.has(name) else None
        return self.empty if value is None else value

    def __iter__(self) -> Any:
        return iter(self.facts)

    def __len__(self) -> int:
        return len(self.facts)


def _shown(wkb: bytes | None) -> bytes | None:
    return wkb if wkb is not None and len(wkb) <= _LARGEST_SHOWN else None
