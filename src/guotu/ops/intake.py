"""Bringing a file into a node: which schema, which stream, whose data, what it claims to cover."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import shapely

from guotu.errors.schema import LAYER_UNRECOGNISED
from guotu.guard.subject import OPERATOR, Subject
from guotu.ingest import Reading, Registration, land, open_source
from guotu.ingest.check import Cancel, Progress, never, silent
from guotu.ingest.check_set import Wanted, check_set
from guotu.ingest.identify import XLSX, is_gdb
from guotu.ingest.sandbox import SandboxLimits
from guotu.ingest.source import ReadLimits, Source
from guotu.model.dataset import Commit, CommitNote, StreamName
from guotu.model.finding import QualityReport
from guotu.model.resource import Label
from guotu.model.schema import LayerSchema
from guotu.node import Node
from guotu.ops.datum import datum_table
from guotu.ops.exceptions import ExceptionBook
from guotu.ops.judging import judging, present_layers
from guotu.settings import Settings
from guotu.standards import layers
from guotu.standards.recognise import match

OUTLINE = "xz.xzq"
"""The dataset whose coverage is the territory of a division."""
DATA_SUFFIXES = frozenset(
    (".gpkg", ".shp", ".geojson", ".vct", ".gml", ".kml", ".kmz", ".parquet", ".fgb", ".zip", ".csv", ".xlsx")
)
"""Files of a folder that are looked into when it is checked as a whole."""
SURE = 0.5
"""Least score at which a layer is taken for a schema without being told."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file handed in: what it is and who answers for it.

    `schema` an id of `standards.layers` (None: the dataset's own, or recognised from the fields); `data_date` the moment it
    describes; `partition` the division it belongs to (None: the node's); `label` counts when the dataset is new.
    """

    path: Path
    dataset: str | None = None
    schema: str | None = None
    partition: str | None = None
    data_date: date | None = None
    owner: str | None = None
    author: str = "operator"
    message: str = ""
    label: Label | None = None
    reading: Reading = field(default_factory=Reading)
    increment: bool = False
    """Only the ground that changed: parcels it does not lie on stay (变更调查增量)."""


def take_in(
    node: Node, delivery: Delivery, *, progress: Progress = silent, cancel: Cancel = never
) -> tuple[StreamName, Commit | None]:
    """Judge and land a delivery; the commit is None where nothing differs. Raises as `ingest.land` does."""
    with node.workspace() as work:
        schema = schema_of(delivery, work)
        stream = StreamName(delivery.dataset or schema.dataset, delivery.partition or node.identity.division)
        by = judging(node, schema, stream.partition if stream.partition.isdigit() else None)
        commit = land(
            delivery.path,
            stream=stream,
            schema=schema,
            store=node.store,
            blobs=node.blobs,
            catalog=node.catalog,
            note=CommitNote(delivery.author, delivery.message or delivery.path.name, delivery.data_date),
            owner=delivery.owner or node.identity.name,
            ids=node.ids,
            work=work,
            reading=delivery.reading,
            judging=by,
            registration=Registration(delivery.label or Label(), _claimed(node, schema, delivery)),
            increment=delivery.increment,
            progress=progress,
            cancel=cancel,
        )
        if commit is not None and by.exceptions is not None:
            used = by.exceptions.uses()
            ExceptionBook(node.records, node.clock).note(used, f"{stream} {commit.label}")
    return stream, commit


def judge(
    delivery: Delivery,
    work: Path,
    *,
    node: Node | None = None,
    subject: Subject = OPERATOR,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> QualityReport:
    """The quality report of a delivery; nothing is stored.

    A file of several layers, none of them named, is judged layer by layer and as a whole. With a `node` its rule packs and
    exceptions count, and the delivery is held against the layers that the node holds and the subject may read.
    """
    wanted, notes = layers_of(delivery, work, node)
    coming = {each.schema.dataset for each in wanted}
    present = present_layers(node, subject, coming, delivery.partition) if node else []
    report = check_set(
        delivery.path,
        wanted,
        work=work,
        reading=delivery.reading,
        present=present,
        notes=notes,
        progress=progress,
        cancel=cancel,
    )
    alone = len(wanted) == 1 and not present
    return report.parts[0] if alone else report


def layers_of(
    delivery: Delivery, work: Path, node: Node | None = None
) -> tuple[list[Wanted], tuple[tuple[str, str], ...]]:
    """The layers of a delivery that are to be judged, and remarks on those that are not known.

    Raises   GT-1390 if none is known
    """
    how = delivery.reading
    if not (delivery.schema or delivery.dataset or how.layer):
        wanted: list[Wanted] = []
        notes: list[tuple[str, str]] = []
        files = _files(delivery.path)
        for file in files:
            with open_source(
                file, work=work, encoding=how.encoding, crs_epsg=how.crs_epsg, limits=how.limits
            ) as source:
                if len(files) == 1 and (len(source.layers) < 2 or source.format == XLSX.name):
                    break
                _recognise(source, delivery, node, wanted, notes)
        else:
            if not wanted:
                raise LAYER_UNRECOGNISED(name=delivery.path.name, fields="、".join(zh for zh, _ in notes))
            return wanted, tuple(notes)
    schema = schema_of(delivery, work)
    return [Wanted(how.layer, schema, judging(node, schema, delivery.partition))], ()


def _files(path: Path) -> list[Path]:
    """The data files of a folder that is no file in itself (as a FileGDB is), or what was handed in."""
    if not path.is_dir() or is_gdb(path):
        return [path]
    gdbs = {folder for folder in path.rglob("*") if is_gdb(folder)}
    members = (file for file in path.rglob("*") if file.is_file() and not gdbs & set(file.parents))
    found = sorted([*gdbs, *(file for file in members if file.suffix.lower() in DATA_SUFFIXES)])
    return found or [path]


def _recognise(
    source: Source,
    delivery: Delivery,
    node: Node | None,
    wanted: list[Wanted],
    notes: list[tuple[str, str]],
) -> None:
    """Sort the layers of one file into those that are known and remarks on the others."""
    for name in source.layers:
        layer = source.layer(name)
        found = match(layer.fields, layer.geometry, name=name)
        if found and found[0].score >= SURE:
            schema = found[0].schema
            by = judging(node, schema, delivery.partition)
            wanted.append(Wanted(name, schema, by, source.path))
        else:
            notes.append(
                (f"图层 {name} 不是已知的图层，没有检查", f"layer {name} is of no known kind, not judged")
            )


def schema_of(delivery: Delivery, work: Path) -> LayerSchema:
    """The schema a delivery is held against; raises GT-1390 if its fields tell nothing."""
    if delivery.schema or delivery.dataset:
        return layers.schema(delivery.schema or str(delivery.dataset))
    how = delivery.reading
    with open_source(
        delivery.path,
        work=work,
        layer=how.layer,
        encoding=how.encoding,
        crs_epsg=how.crs_epsg,
        limits=how.limits,
    ) as source:
        layer = source.layer(how.layer)
        found = match(layer.fields, layer.geometry)
    if not found or found[0].score < SURE:
        raise LAYER_UNRECOGNISED(name=delivery.path.name, fields="、".join(layer.fields[:12]))
    return found[0].schema


def limits(settings: Settings) -> ReadLimits:
    """How much memory and time the reading process may take on this node, and the parameters the node has."""
    sandbox = SandboxLimits(settings.sandbox_memory_mb, settings.sandbox_seconds)
    return ReadLimits(sandbox, datum=datum_table(settings.home))


def _claimed(node: Node, schema: LayerSchema, delivery: Delivery) -> bytes | None:
    """The area a delivery claims to cover; an increment claims no more and no less than the dataset did."""
    before = node.catalog.find(delivery.dataset or schema.dataset) if delivery.increment else None
    return before.coverage if before else _territory(node, schema)


def _territory(node: Node, schema: LayerSchema) -> bytes | None:
    """What a delivery that does not fill its territory claims to cover: the node's divisions, once they are known."""
    if schema.coverage:
        return None
    outline = node.catalog.coverage(OUTLINE)
    return None if outline is None else bytes(shapely.to_wkb(outline))
