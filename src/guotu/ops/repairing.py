"""Repairs of a checked file: proposals listed, some of them made in a copy with a log, and taken back by the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from guotu.errors import Place
from guotu.errors.quality import REPAIR_LIST_INVALID, REPAIR_OUTDATED
from guotu.ops.checking.copying import write_layers
from guotu.ops.checking.result import Examination, LayerResult
from guotu.ops.checking.sample import rows_of
from guotu.quality.repair import MENDS, Proposal, applied, conflicting, propose
from guotu.standards import layers


def proposals(examined: Examination) -> Iterator[Proposal]:
    """What can be mended of a checked file, layer by layer in order of rows; findings under an exception are left alone."""
    for layer in _judged(examined):
        found: dict[int, set[str]] = defaultdict(set)
        for finding in examined.findings:
            row, here = finding.place.row, finding.place.layer == layer.name
            if row is not None and here and finding.rule in MENDS and finding.excepted is None:
                found[row].add(finding.rule)
        schema, first = layers.schema(str(layer.schema)), 1
        for batch in rows_of(examined.rows(layer)):
            mine = {row: rules for row, rules in found.items() if first <= row < first + batch.num_rows}
            yield from propose(schema, layer.name, batch, first, mine)
            first += batch.num_rows


def repair(examined: Examination, chosen: Iterable[Proposal], target: Path, log: Path) -> int:
    """Write the copy with these proposals made, and the log that takes them back; how many. Both are whole or absent.

    Raises   GT-1408 a row that does not say what a proposal expects: the list was made for another file
    """
    made = list(chosen)
    _write(examined, made, target)
    write_list(made, log)
    return len(made)


def undo(examined: Examination, log: Path, target: Path) -> int:
    """Write a repaired copy (just checked) as it was before; how many proposals were taken back.

    Raises   GT-1409 a log that is none, GT-1408 a row that no longer says what the repair wrote
    """
    made = [each.reversed() for each in reversed(read_list(log))]
    _write(examined, made, target)
    return len(made)


def write_list(proposals: Iterable[Proposal], path: Path) -> None:
    """Proposals, one JSON line each; the file is whole or absent."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(b"".join(orjson.dumps(each.as_dict()) + b"\n" for each in proposals))
    part.replace(path)


def read_list(path: Path) -> list[Proposal]:
    """The proposals of a list or a log, one JSON line each; raises GT-1409."""
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            found.append(Proposal.of(orjson.loads(line)))
        except (KeyError, TypeError, ValueError) as problem:
            place = Place(file=path.name, row=number)
            raise REPAIR_LIST_INVALID(place=place, file=path.name, line=number, reason=str(problem)) from None
    return found


def _judged(examined: Examination) -> list[LayerResult]:
    return [layer for layer in examined.layers if layer.report is not None and layer.schema is not None]


def _write(examined: Examination, made: list[Proposal], target: Path) -> None:
    parts = [
        (layer.name, layers.schema(str(layer.schema)), _mended(examined, layer, made))
        for layer in _judged(examined)
    ]
    write_layers(parts, target)


def _mended(examined: Examination, layer: LayerResult, made: list[Proposal]) -> Iterator[pa.RecordBatch]:
    by_row: dict[int, list[Proposal]] = defaultdict(list)
    for each in made:
        if each.layer == layer.name:
            by_row[each.row].append(each)
    first = 1
    for batch in rows_of(examined.rows(layer)):
        mine = {row: by_row.pop(row) for row in range(first, first + batch.num_rows) if row in by_row}
        for row, proposals in mine.items():
            _require(
                layer.name,
                row,
                proposals,
                {n: batch.column(n)[row - first].as_py() for n in batch.schema.names},
            )
        yield applied(batch, first, mine)
        first += batch.num_rows
    for row in by_row:
        raise REPAIR_OUTDATED(place=Place(layer=layer.name, row=row), layer=layer.name, row=row, field="")


def _require(layer: str, row: int, proposals: list[Proposal], values: dict[str, Any]) -> None:
    field = conflicting(proposals, values)
    if field is not None:
        raise REPAIR_OUTDATED(
            place=Place(layer=layer, row=row, field=field), layer=layer, row=row, field=field
        )
