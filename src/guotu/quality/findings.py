"""Findings on disk: written as they are met, read page by page, so that a million of them cost no memory.

    with FindingsWriter(path) as sink:
        gate = Gate(schema, layer, sink=sink)
        …
    found = FindingsFile(path)
    found.count(Wanted(rule="1502"))
    found.page(Wanted(severity="A"), start=100, limit=50)
    for finding in found: …

One Arrow file (lz4), a row a finding, in the order met.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa

from guotu.errors import Place
from guotu.model.arrays import Int64Array
from guotu.model.finding import Finding, Severity

MOST_OF_A_RULE = 100_000
"""Findings of one rule in one layer that are written down; all are counted."""
_ROWS = 1_000
_TEXT = (
    "rule", "severity", "file", "layer", "field", "key", "zh", "en", "remedy_zh", "remedy_en", "unit", "excepted",
)  # fmt: skip
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in _TEXT),
        ("row", pa.int64()),
        ("x", pa.float64()),
        ("y", pa.float64()),
        ("measure", pa.float64()),
        ("geometry", pa.binary()),
    ]
)
"""A row a finding: texts, `row` from 1, `x`, `y` and `geometry` (WKB) in degrees."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings: of a rule, of a severity (A–D), of a layer; None asks for all."""

    rule: str | None = None
    severity: str | None = None
    layer: str | None = None


class FindingsWriter:
    """The sink of a gate (`quality.ledger.Sink`); several gates may use one after the other."""

    def __init__(self, path: Path, most: int = MOST_OF_A_RULE) -> None:
        self._writer = pa.ipc.new_file(str(path), SCHEMA, options=pa.ipc.IpcWriteOptions(compression="lz4"))
        self._most = most
        self._taken: Counter[str] = Counter()
        self._held: list[dict[str, Any]] = []

    def room(self, rule: str) -> int:
        """How many more of a rule are written down."""
        return self._most - self._taken[rule]

    def take(self, finding: Finding) -> None:
        self._taken[finding.rule] += 1
        self._held.append(_row(finding))
        if len(self._held) >= _ROWS:
            self._flush()

    def next_layer(self) -> None:
        """Every rule has its full room again."""
        self._taken.clear()

    def _flush(self) -> None:
        self._writer.write_batch(pa.RecordBatch.from_pylist(self._held, SCHEMA))
        self._held.clear()

    def __enter__(self) -> FindingsWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._held and kind is None:
            self._flush()
        self._writer.close()


class FindingsFile:
    """Findings as they were written; nothing but what is asked for is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __iter__(self) -> Iterator[Finding]:
        with pa.OSFile(str(self.path)) as source, pa.ipc.open_file(source) as reader:
            for number in range(reader.num_record_batches):
                yield from map(_finding, reader.get_batch(number).to_pylist())

    def __len__(self) -> int:
        return int(self._starts[-1])

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows of `SCHEMA` as they lie in the file."""
        with pa.OSFile(str(self.path)) as source, pa.ipc.open_file(source) as reader:
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number)

    def count(self, wanted: Wanted = Wanted()) -> int:
        """How many there are."""
        return len(self.chosen(wanted))

    def page(self, wanted: Wanted = Wanted(), start: int = 0, limit: int = 50) -> list[tuple[int, Finding]]:
        """Some of the findings with their numbers, the gravest first, then by rule, then as met."""
        return self.at(self.chosen(wanted)[start : start + limit])

    def at(self, numbers: Int64Array) -> list[tuple[int, Finding]]:
        """The findings of these numbers, in this order; numbers that are not there are left out."""
        asked = [int(number) for number in numbers if 0 <= number < len(self)]
        found: dict[int, Finding] = {}
        with pa.OSFile(str(self.path)) as source, pa.ipc.open_file(source) as reader:
            batch_of = np.searchsorted(self._starts, asked, side="right") - 1
            for number in sorted(set(batch_of.tolist())):
                here = [each for each, of in zip(asked, batch_of.tolist(), strict=True) if of == number]
                within = pa.array([each - int(self._starts[number]) for each in here], pa.int64())
                rows = reader.get_batch(number).take(within).to_pylist()
                found.update((each, _finding(row)) for each, row in zip(here, rows, strict=True))
        return [(each, found[each]) for each in asked]

    def chosen(self, wanted: Wanted = Wanted()) -> Int64Array:
        """Numbers of the findings wanted, the gravest first, then by rule, then as met."""
        keep = np.ones(len(self), bool)
        for name in ("rule", "severity", "layer"):
            value = getattr(wanted, name)
            if value is not None:
                values, codes = self._facets[name]
                keep &= codes == (values.index(value) if value in values else -1)
        numbers = np.flatnonzero(keep)
        order = np.lexsort(tuple(self._rank(name)[numbers] for name in ("rule", "severity")))
        return np.asarray(numbers[order], np.int64)

    def _rank(self, name: str) -> Int64Array:
        values, codes = self._facets[name]
        if not values:
            return codes
        order = np.argsort(np.argsort(np.array(values, object).astype(str)))
        return np.asarray(order[codes], np.int64)

    @cached_property
    def _starts(self) -> Int64Array:
        """Number of the first finding of each batch, and of the one after the last."""
        with pa.OSFile(str(self.path)) as source, _only(source, "severity") as reader:
            sizes = [reader.get_batch(number).num_rows for number in range(reader.num_record_batches)]
        return np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)

    @cached_property
    def _facets(self) -> dict[str, tuple[list[str], Int64Array]]:
        """Distinct values of the columns that are filtered by, and the value of each finding by its place among them."""
        facets = {}
        with pa.OSFile(str(self.path)) as source, _only(source, "rule", "severity", "layer") as reader:
            table = pa.Table.from_batches(
                [reader.get_batch(number) for number in range(reader.num_record_batches)], reader.schema
            )
            for name in ("rule", "severity", "layer"):
                coded = table.column(name).combine_chunks().dictionary_encode()
                codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
                facets[name] = (coded.dictionary.to_pylist(), codes)
        return facets


def _only(source: pa.NativeFile, *names: str) -> pa.ipc.RecordBatchFileReader:
    fields = [SCHEMA.get_field_index(name) for name in names]
    return pa.ipc.open_file(source, options=pa.ipc.IpcReadOptions(included_fields=fields))


def _row(finding: Finding) -> dict[str, Any]:
    place = finding.place
    x, y = place.coordinate or (None, None)
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "file": place.file,
        "layer": place.layer,
        "field": place.field,
        "key": place.key,
        "zh": finding.zh,
        "en": finding.en,
        "remedy_zh": finding.remedy_zh,
        "remedy_en": finding.remedy_en,
        "unit": finding.unit,
        "excepted": finding.excepted,
        "row": place.row,
        "x": x,
        "y": y,
        "measure": finding.measure,
        "geometry": finding.geometry,
    }


def _finding(row: dict[str, Any]) -> Finding:
    at = None if row["x"] is None else (row["x"], row["y"])
    place = Place(row["file"], row["layer"], row["row"], row["field"], row["key"], at)
    return Finding(
        row["rule"],
        Severity(row["severity"]),
        place,
        row["zh"],
        row["en"],
        row["remedy_zh"],
        row["remedy_en"],
        row["geometry"],
        row["measure"],
        row["unit"],
        row["excepted"],
    )
