"""Land a file as one commit of a stream: judged first, refused whole or stored whole, then told to the catalogue."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

from guotu.catalog import Catalog
from guotu.errors import Place
from guotu.errors.quality import QUALITY_REFUSED
from guotu.errors.update import UPDATE_WITHOUT_BASE
from guotu.ingest.ahead import ahead
from guotu.ingest.check import Cancel, Inspected, Judging, Progress, Reading, inspect, never, silent, stop_if
from guotu.ingest.edition import Comparison, Difference, difference
from guotu.ingest.increment import confine, for_rows, judged
from guotu.ingest.register import register
from guotu.model.access import AccessPlan
from guotu.model.dataset import Commit, CommitNote, StreamName, StreamState
from guotu.model.finding import QualityReport
from guotu.model.identity import IdSource, genesis_id
from guotu.model.resource import Label
from guotu.model.schema import LayerSchema
from guotu.quality.profile import profile_for
from guotu.store.ports import BlobStore, Draft, FeatureStore

_SIDECARS = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".shp.xml")


@dataclasses.dataclass(frozen=True, slots=True)
class Registration:
    """What the catalogue is told of a dataset besides what the data themselves tell.

    `label` counts when the dataset is new; `coverage` is the area (WKB, degrees) the delivery claims to cover entirely,
    None: what a coverage layer fills.
    """

    label: Label = dataclasses.field(default_factory=Label)
    coverage: bytes | None = None


def land(  # noqa: PLR0913 - the outside of the room
    path: Path,
    *,
    stream: StreamName,
    schema: LayerSchema,
    store: FeatureStore,
    blobs: BlobStore,
    catalog: Catalog,
    note: CommitNote,
    owner: str,
    ids: IdSource,
    work: Path,
    reading: Reading | None = None,
    judging: Judging | None = None,
    registration: Registration | None = None,
    increment: bool = False,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Commit | None:
    """Judge a layer of a file, store what differs from the stream's present features, tell the catalogue.

    With `increment` the file holds only the ground that changed: parcels it does not lie on stay (`ingest.increment`).
    None where nothing differs. The originals are kept in the blob store and named by the commit.
    Raises   GT-1401 refused (its fact `report` is the QualityReport), GT-1005 cancelled, GT-11xx/12xx unreadable,
             GT-2003 the stream moved meanwhile, GT-2005 another structure, GT-1430 an increment to nothing; in every
             case nothing was stored
    """
    by = judging or Judging(division=division_of(stream))
    if increment:
        by = dataclasses.replace(by, profile=for_rows(by.profile or profile_for(schema)))
    with inspect(
        path, schema=schema, work=work, reading=reading, judging=by, progress=progress, cancel=cancel
    ) as inspected:
        if not inspected.report.passed:
            raise refused(inspected.report, path.name)
        stop_if(cancel)
        state = store.found(stream, schema, owner=owner)

        def noted(report: QualityReport) -> CommitNote:
            """The note with the originals, kept only once nobody can cancel any more."""
            sources = tuple(blobs.add(file) for file in originals(path))
            return dataclasses.replace(note, source=sources, quality=report.record())

        updating = path.name if increment else None
        commit, full = _commit(inspected, store, state, schema, noted, ids, updating, progress, cancel)
    progress("register", 0, 1)
    register(catalog, store, stream, schema, full, inspected, owner, registration or Registration())
    progress("register", 1, 1)
    return commit


def refused(report: QualityReport, file: str) -> Exception:
    """GT-1401 for a report that did not pass."""
    hard = sum(count.counting for count in report.counts if count.hard)
    light = sum(count.counting for count in report.counts if not count.hard)
    facts = {
        "layer": report.layer,
        "features": report.features,
        "hard": hard,
        "light": light,
        "report": report,
    }
    return QUALITY_REFUSED(place=Place(file=file, layer=report.layer), **facts)


def division_of(stream: StreamName) -> str | None:
    """The division whose codes a stream may hold, None where its partition is no division."""
    partition = stream.partition
    return partition if partition.isdigit() and len(partition) in (6, 9, 12) and int(partition) else None


def originals(path: Path) -> Iterator[Path]:
    """The files behind a path as handed in: itself, every file of a folder, or a shapefile with its companions."""
    if path.is_dir():
        yield from sorted(file for file in path.rglob("*") if file.is_file())
    elif path.suffix.lower() == ".shp":
        stem = path.name[: -len(".shp")]
        names = {f"{stem}{suffix}".lower() for suffix in _SIDECARS}
        yield from sorted(file for file in path.parent.iterdir() if file.name.lower() in names)
    else:
        yield path


def _commit(  # noqa: PLR0913
    inspected: Inspected,
    store: FeatureStore,
    state: StreamState,
    schema: LayerSchema,
    noted: Callable[[QualityReport], CommitNote],
    ids: IdSource,
    updating: str | None,
    progress: Progress,
    cancel: Cancel,
) -> tuple[Commit | None, CommitNote]:
    stream = state.stream
    first = not store.commits(stream)
    plan = AccessPlan(stream.dataset, subject="system", purpose="ingest")
    old = Comparison(store, stream, schema, plan, genesis_id(str(stream), state.owner), ids)

    def compared(done: int, total: int | None) -> None:
        stop_if(cancel)
        progress("compare", done, total)

    compared(0, len(inspected.spool))
    if first and updating:
        raise UPDATE_WITHOUT_BASE(stream=stream)
    found, report = difference(inspected.spool, old, first=first, step=compared), inspected.report
    if updating:
        found, changes = confine(found, inspected.spool, old)
        report = judged(report, changes, old, updating)
        if not report.passed:
            raise refused(report, updating)
    with store.draft(stream, base=None if first else state.head.version) as draft:
        _write(draft, found, inspected, progress, cancel)
        stop_if(cancel)
        note = noted(report)
        return draft.commit(note), note


def _write(draft: Draft, found: Difference, inspected: Inspected, progress: Progress, cancel: Cancel) -> None:
    done, total = 0, int(found.put.sum()) + len(found.gone)
    progress("store", 0, total)
    draft.delete(found.gone)
    done = len(found.gone)
    with ahead(found.batches(inspected.spool), depth=1) as batches:
        for batch in batches:
            stop_if(cancel)
            if batch.num_rows:
                draft.put(batch)
            done += batch.num_rows
            progress("store", done, total)
