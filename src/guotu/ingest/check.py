"""Source → normalise → gate: the quality report of a file, and the checked rows spooled for landing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from guotu.errors.general import CANCELLED
from guotu.ingest.ahead import ahead
from guotu.ingest.normalise import Normaliser
from guotu.ingest.source import ReadLimits, SourceLayer, open_source
from guotu.ingest.spool import Spool
from guotu.model.datum import Crs
from guotu.model.finding import QualityReport
from guotu.model.schema import LayerSchema
from guotu.quality.exceptions import Exceptions
from guotu.quality.gate import Gate, Layer
from guotu.quality.profile import GateProfile

Progress = Callable[[str, int, int | None], None]
"""Called with (stage, done, total or None): read, rules, compare, store, register."""
Cancel = Callable[[], bool]


def silent(_stage: str, _done: int, _total: int | None) -> None:
    """Progress for nobody."""


def never() -> bool:
    """Nobody cancels."""
    return False


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read where it does not say so itself."""

    layer: str | None = None
    encoding: str | None = None
    crs_epsg: int | None = None
    limits: ReadLimits = field(default_factory=ReadLimits)


@dataclass(frozen=True, slots=True)
class Judging:
    """How a layer is judged: gate profile (None: by dataset), division its codes belong to, WKB polygon it must fill,
    approved exceptions in force.
    """

    profile: GateProfile | None = None
    division: str | None = None
    control: bytes | None = None
    exceptions: Exceptions | None = None


@dataclass(frozen=True, slots=True)
class Inspected:
    """A judged layer: the verdict, its rows in the schema's shape, what was found about the file, and for a coverage the
    WKB polygon it fills.
    """

    report: QualityReport
    spool: Spool
    name: str
    crs: Crs
    format: str
    outline: bytes | None


def check(
    path: Path,
    *,
    schema: LayerSchema,
    work: Path,
    reading: Reading | None = None,
    judging: Judging | None = None,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> QualityReport:
    """The quality report of one layer of a file; nothing is stored.

    Raises   GT-11xx unreadable, GT-12xx coordinate system, GT-1005 cancelled
    """
    with inspect(
        path, schema=schema, work=work, reading=reading, judging=judging, progress=progress, cancel=cancel
    ) as inspected:
        return inspected.report


@contextmanager
def inspect(
    path: Path,
    *,
    schema: LayerSchema,
    work: Path,
    reading: Reading | None = None,
    judging: Judging | None = None,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Iterator[Inspected]:
    """Judge a layer and keep its rows in a folder under `work` that is gone when the block is left."""
    how, by = reading or Reading(), judging or Judging()
    with tempfile.TemporaryDirectory(prefix="ingest-", dir=work) as folder:
        with open_source(
            path,
            layer=how.layer,
            encoding=how.encoding,
            crs_epsg=how.crs_epsg,
            work=Path(folder),
            limits=how.limits,
            cancel=cancel,
        ) as source:
            layer = source.layer(how.layer)
            spool = Spool(Path(folder) / "rows.arrow")
            gate, normaliser = _gate(path, layer, schema, by)
            _stream(layer, normaliser, gate, spool, progress, cancel)
            form = source.format
        progress("rules", 0, None)
        for zh, en in normaliser.notes():
            gate.note(zh, en)
        report = gate.finish(spool.shapes, stop=lambda: stop_if(cancel))
        outline = gate.outline if report.passed else None
        del gate, normaliser  # their tables are large, and landing needs the room
        pa.default_memory_pool().release_unused()
        progress("rules", 1, 1)
        yield Inspected(report, spool, layer.name, layer.crs, form, outline)


def _gate(path: Path, layer: SourceLayer, schema: LayerSchema, by: Judging) -> tuple[Gate, Normaliser]:
    normaliser = Normaliser(schema, layer)
    evidence = (layer.crs_evidence.zh, layer.crs_evidence.en)
    facts = Layer(layer.name, path.name, layer.crs, normaliser.matches, (evidence, *layer.warnings))
    gate = Gate(schema, facts, by.profile, division=by.division, control=by.control, exceptions=by.exceptions)
    return gate, normaliser


def _stream(
    layer: SourceLayer, normaliser: Normaliser, gate: Gate, spool: Spool, progress: Progress, cancel: Cancel
) -> None:
    progress("read", 0, layer.feature_count)
    with ahead(map(normaliser.convert, layer.batches())) as normals:
        for normal in normals:
            stop_if(cancel)
            gate.feed(normal.batch, gate.features + 1, geometries=normal.geometries, found=normal.found)
            spool.write(normal.batch)
            progress("read", gate.features, layer.feature_count)
    spool.close()


def stop_if(cancel: Cancel) -> None:
    """Raises GT-1005 once somebody asked for it."""
    if cancel():
        raise CANCELLED()
