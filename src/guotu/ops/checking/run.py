"""A file examined whole: opened once, every layer described, matched and judged; what must be asked is asked, not guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from guotu.errors import GuotuError
from guotu.errors.datum import CRS_UNKNOWN
from guotu.errors.files import LAYER_UNKNOWN
from guotu.ingest.ahead import ahead
from guotu.ingest.check import Cancel, Progress, never, silent, stop_if
from guotu.ingest.crs_evidence import name as crs_name
from guotu.ingest.normalise import Normaliser
from guotu.ingest.source import ReadLimits, Source, SourceLayer, open_source
from guotu.ingest.spool import Spool
from guotu.model.finding import QualityReport
from guotu.model.schema import LayerSchema
from guotu.ops.checking import asking, mapping
from guotu.ops.checking.result import FINDINGS, Asked, Examination, LayerResult
from guotu.ops.checking.sample import boxes_beside
from guotu.quality.findings import FindingsWriter
from guotu.quality.gate import Gate, Layer
from guotu.quality.profile import Pack, profile_for
from guotu.standards import layers
from guotu.standards.recognise import LayerMatch

SURE = 0.5
"""Least score at which a layer is taken for a schema without being told."""
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a check is made: how much the reading process may take, a longitude the data are likely to be `near` (None: not
    known), rule packs of the office, and whether anybody `answers`: else the question of a file's only layer is a failure.
    """

    limits: ReadLimits = field(default_factory=ReadLimits)
    near: float | None = None
    packs: Sequence[Pack] = ()
    answers: bool = True


class _Judge:
    """One check under way: where its files go, how it is done, who is told."""

    def __init__(self, file: str, asked: Asked, folder: Path, sink: FindingsWriter, bench: Bench) -> None:
        self.file, self.asked, self.folder, self.sink, self.bench = file, asked, folder, sink, bench
        self.progress: Progress = silent
        self.cancel: Cancel = never

    def layer(self, number: int, source: Source, name: str) -> LayerResult:
        """One layer, as far as it tells or was told."""
        blank = LayerResult(number, name)
        try:
            layer = source.layer(name)
        except GuotuError as problem:
            if problem.kind is not CRS_UNKNOWN or self._nobody_answers(source):
                raise
            return replace(blank, question=asking.crs_question(problem, self.bench.near))
        known = _described(blank, layer)
        found = layers.match(layer.fields, layer.geometry, name=name)
        known = replace(known, schemas=tuple(map(_candidate, found[:_SHOWN])))
        schema = self._schema(found)
        if schema is None and self._nobody_answers(source):
            raise asking.unrecognised(self.file, name, layer.fields)
        if schema is None:
            question = asking.schema_question(self.file, name, layer.fields, found[:_SHOWN])
            return replace(known, question=question)
        return self._judged(replace(known, schema=schema.id), layer, schema)

    def _nobody_answers(self, source: Source) -> bool:
        return not self.bench.answers and len(source.layers) == 1

    def _schema(self, found: list[LayerMatch]) -> LayerSchema | None:
        if self.asked.schema:
            return layers.schema(self.asked.schema)
        return found[0].schema if found and found[0].score >= SURE else None

    def _judged(self, known: LayerResult, layer: SourceLayer, schema: LayerSchema) -> LayerResult:
        matched = mapping.matches(schema, layer.fields, self.asked.mapping, self.file)
        normaliser = Normaliser(schema, layer, matched)
        spool = Spool(self.folder / f"{known.number}.arrow")
        gate = self._gate(layer, schema, normaliser)
        self.sink.next_layer()
        box = self._stream(layer, normaliser, gate, spool)
        report = self._finish(gate, normaliser, spool)
        return replace(
            known,
            features=report.features,
            scores=mapping.scores(schema, matched),
            missing=tuple(mapping.missing(schema, matched)),
            extent=box,
            report=replace(report, findings=()),
        )

    def _gate(self, layer: SourceLayer, schema: LayerSchema, normaliser: Normaliser) -> Gate:
        evidence = (layer.crs_evidence.zh, layer.crs_evidence.en)
        reading = (layer.encoding_evidence.zh, layer.encoding_evidence.en)
        facts = Layer(
            layer.name, self.file, layer.crs, normaliser.matches, (evidence, reading, *layer.warnings)
        )
        profile = profile_for(schema, self.bench.packs)
        return Gate(schema, facts, profile, division=self.asked.division, sink=self.sink)

    def _stream(
        self, layer: SourceLayer, normaliser: Normaliser, gate: Gate, spool: Spool
    ) -> tuple[float, float, float, float] | None:
        boxes: list[np.ndarray] = []
        self.progress("read", 0, layer.feature_count)
        with ahead(map(normaliser.convert, layer.batches())) as normals:
            for normal in normals:
                stop_if(self.cancel)
                gate.feed(normal.batch, gate.features + 1, geometries=normal.geometries, found=normal.found)
                spool.write(normal.batch)
                if normal.geometries is not None:
                    boxes.append(np.asarray(shapely.total_bounds(normal.geometries)))
                self.progress("read", gate.features, layer.feature_count)
        spool.close()
        np.save(boxes_beside(spool.path), np.array(boxes).reshape(-1, 4))
        return _around(boxes)

    def _finish(self, gate: Gate, normaliser: Normaliser, spool: Spool) -> QualityReport:
        self.progress("rules", 0, None)
        for zh, en in normaliser.notes():
            gate.note(zh, en)
        report = gate.finish(spool.shapes, stop=lambda: stop_if(self.cancel))
        self.progress("rules", 1, 1)
        pa.default_memory_pool().release_unused()
        return report


def examine(
    path: Path,
    folder: Path,
    *,
    work: Path,
    asked: Asked | None = None,
    bench: Bench | None = None,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Examination:
    """Check a file into `folder`, which then holds all of the result; the file itself is only read.

    Layers that need an answer first carry a question; the others are judged.
    Raises   GT-11xx unreadable, GT-12xx a coordinate system that cannot be used, GT-7014 a wrong mapping, GT-1005 cancelled
    """
    asked, bench = asked or Asked(), bench or Bench()
    with (
        open_source(
            path,
            work=work,
            layer=asked.layer,
            encoding=asked.encoding,
            crs_epsg=asked.crs_epsg,
            limits=bench.limits,
            cancel=cancel,
        ) as source,
        FindingsWriter(folder / FINDINGS) as sink,
    ):
        judge = _Judge(path.name, asked, folder, sink, bench)
        judge.progress, judge.cancel = progress, cancel
        names = source.layers if asked.layer is None else (asked.layer,)
        if asked.mapping and len(names) > 1:
            raise LAYER_UNKNOWN(name=path.name, layer="", layers="、".join(names))
        found = tuple(judge.layer(number, source, name) for number, name in enumerate(names))
        form = source.format
    made = Examination(path.name, form, found, folder)
    made.save()
    return made


def _described(blank: LayerResult, layer: SourceLayer) -> LayerResult:
    evidence = layer.encoding_evidence
    return replace(
        blank,
        geometry=layer.geometry.value,
        columns=layer.fields,
        features=layer.feature_count,
        crs_epsg=layer.crs.epsg,
        crs=crs_name(layer.crs),
        crs_evidence=(layer.crs_evidence.zh, layer.crs_evidence.en),
        crs_how=layer.crs_evidence.how,
        encoding=layer.encoding,
        encoding_evidence=(evidence.zh, evidence.en),
        encodings=tuple(candidate.as_dict() for candidate in evidence.candidates),
    )


def _candidate(match: LayerMatch) -> tuple[str, str, str, str, float]:
    schema = match.schema
    return schema.id, schema.dataset, schema.name, schema.name_en, round(match.score, 3)


def _around(boxes: list[np.ndarray]) -> tuple[float, float, float, float] | None:
    known = [box for box in boxes if np.isfinite(box).all()]
    if not known:
        return None
    all_of = np.array(known)
    west, south = all_of[:, :2].min(axis=0).tolist()
    east, north = all_of[:, 2:].max(axis=0).tolist()
    return west, south, east, north
