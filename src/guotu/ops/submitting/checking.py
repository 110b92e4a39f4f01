"""A package checked whole: its folders, names, files and metadata, then every layer and the layers against each other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from guotu.errors import GuotuError, Place
from guotu.guard.subject import OPERATOR, Subject
from guotu.ingest.check import Cancel, Inspected, Progress, Reading, inspect, never, silent, stop_if
from guotu.ingest.check_set import spooled
from guotu.ingest.package import Desk, listing, unpacked
from guotu.ingest.source import ReadLimits
from guotu.kernel.area import ellipsoid_area_wkb
from guotu.model.change import GEOMETRY
from guotu.model.finding import Finding, QualityReport, RuleCount
from guotu.model.schema import GeometryKind, LayerSchema
from guotu.node import Node
from guotu.ops.judging import judging, present_layers
from guotu.quality.layerset import LayerReader, LayerSetGate, merged
from guotu.quality.package import Judgement, Listing, judge
from guotu.standards import layers
from guotu.standards.packages import PackageProfile
from guotu.standards.rules import rule


@dataclass(frozen=True, slots=True)
class PackageLayer:
    """A layer of a package: where it lies, what it is, how much it is."""

    file: str
    layer: str
    schema: str
    dataset: str
    features: int
    area_m2: float | None
    epsg: int | None

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class CheckedPackage:
    """What a check of a package found. `root` lies in the work folder it was checked in; `digest` is that of `manifest`."""

    root: Path
    listing: Listing
    report: QualityReport
    tokens: dict[str, str]
    layers: tuple[PackageLayer, ...]

    @property
    def files(self) -> list[dict[str, Any]]:
        """Every single file: path, size, SHA-256."""
        found = [
            {"path": each.path, "size": each.size, "sha256": each.digests["sha256"]}
            for each in self.listing.everything
        ]
        return sorted(found, key=lambda each: str(each["path"]))

    @property
    def digest(self) -> str:
        """Hex SHA-256 over the paths and digests of all files: two packages of equal content have the same."""
        return package_digest(self.files)


def package_digest(files: Iterable[dict[str, Any]]) -> str:
    """The digest of a package by the digests of its files."""
    lines = "".join(f"{each['sha256']}  {each['path']}\n" for each in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def check_package(  # noqa: PLR0913 - the outside of the room
    path: Path,
    profile: PackageProfile,
    work: Path,
    *,
    node: Node | None = None,
    subject: Subject = OPERATOR,
    limits: ReadLimits | None = None,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> CheckedPackage:
    """Hold a package against its profile and its layers against their rules; nothing is stored.

    With a `node` its rule packs and approved exceptions count, and layers are held against those the node has.
    Raises   GT-7044, GT-1107…1112 where it is no package that can be unpacked, GT-1005 cancelled
    """
    root, name = unpacked(path, work)
    desk = Desk(work, limits or ReadLimits(), progress, cancel)
    found = listing(root, name, profile, desk)
    judged = judge(found, profile)
    with ExitStack() as held:
        bench = _Bench(root, profile, judged, desk, node, held)
        parts, readers, told, unread = bench.layers(found)
        between = bench.between(readers, subject, name) if parts else None
    own = _with(judged.report, unread)
    whole = merged(name, parts, between) if between is not None else None
    report = merged(name, [whole], own) if whole is not None else own
    if whole is not None:
        report = _flat(report, [own, *parts, between] if between else [own, *parts])
    return CheckedPackage(root, found, report, judged.tokens, tuple(told))


class _Bench:
    """One package under check: what every layer is judged with."""

    def __init__(
        self,
        root: Path,
        profile: PackageProfile,
        judged: Judgement,
        desk: Desk,
        node: Node | None,
        held: ExitStack,
    ) -> None:
        self.root, self.profile, self.judged, self.desk, self.node, self.held = (
            root, profile, judged, desk, node, held,
        )  # fmt: skip
        self.division = judged.tokens.get(profile.division)

    def layers(
        self, found: Listing
    ) -> tuple[list[QualityReport], list[LayerReader], list[PackageLayer], list[tuple[Place, GuotuError]]]:
        """Every known layer judged; what cannot be read is told at its file."""
        parts: list[QualityReport] = []
        readers: list[LayerReader] = []
        told: list[PackageLayer] = []
        unread: list[tuple[Place, GuotuError]] = []
        for each in found.files:
            for fact in each.layers:
                if fact.schema is None:
                    continue
                schema = layers.schema(fact.schema)
                try:
                    inspected = self._inspected(each.path, fact.name, schema)
                except GuotuError as problem:
                    stop_if(self.desk.cancel)
                    unread.append((Place(file=each.path, layer=fact.name), problem))
                    continue
                parts.append(_placed(inspected.report, each.path))
                readers.append(spooled(inspected, schema, each.path))
                told.append(_measured(inspected, each.path, fact.name, schema))
        return parts, readers, told, unread

    def between(self, readers: list[LayerReader], subject: Subject, name: str) -> QualityReport:
        """What the layers owe each other and those the node holds."""
        given = {layer.schema.dataset for layer in readers}
        present = present_layers(self.node, subject, given, self.division) if self.node else []
        exceptions = {}
        if self.node:
            for layer in readers:
                by = judging(self.node, layer.schema, self.division)
                if by.exceptions is not None:
                    exceptions[layer.schema.dataset] = by.exceptions
        gate = LayerSetGate(None, name=name, work=self.desk.work, exceptions=exceptions)
        return gate.judge([*readers, *present], stop=lambda: stop_if(self.desk.cancel))

    def _inspected(self, file: str, layer: str, schema: LayerSchema) -> Inspected:
        return self.held.enter_context(
            inspect(
                self.root / file,
                schema=schema,
                work=self.desk.work,
                reading=Reading(layer, limits=self.desk.limits),
                judging=judging(self.node, schema, self.division),
                progress=self.desk.progress,
                cancel=self.desk.cancel,
            )
        )


def _placed(report: QualityReport, file: str) -> QualityReport:
    """The findings of a layer at its file's path in the package."""
    moved = tuple(replace(each, place=replace(each.place, file=file)) for each in report.findings)
    return replace(report, findings=moved)


def _measured(inspected: Inspected, file: str, layer: str, schema: LayerSchema) -> PackageLayer:
    area = None
    if schema.geometry is GeometryKind.POLYGON:
        area = 0.0
        for batch in inspected.spool.batches((GEOMETRY,)):
            measured = ellipsoid_area_wkb(batch.column(0))
            area += float(measured[measured == measured].sum())
    rounded = None if area is None else round(area, 2)
    return PackageLayer(
        file, layer, schema.id, schema.dataset, inspected.report.features, rounded, inspected.crs.epsg
    )


def _with(report: QualityReport, unread: list[tuple[Place, GuotuError]]) -> QualityReport:
    """The report on the package with layers that do not read as breaches of 1102."""
    if not unread:
        return report
    known = rule("1102")
    findings = [
        Finding(
            "1102", known.severity, place, problem.detail("zh"), problem.detail("en"), problem.hint("zh"), problem.hint("en")
        )
        for place, problem in unread
    ]  # fmt: skip
    before = {count.rule: count for count in report.counts}
    count = before.get("1102") or RuleCount(
        "1102", known.severity, 0, True, known.name, known.name_en, known.category, known.category_en
    )
    before["1102"] = replace(count, count=count.count + len(findings))
    counts = tuple(before[id] for id in sorted(before))
    return replace(
        report,
        findings=(*report.findings, *findings),
        counts=counts,
        passed=not any(each.refuses for each in counts),
    )


def _flat(report: QualityReport, parts: list[QualityReport]) -> QualityReport:
    """One level of parts: the package, every layer, and what is between them."""
    shown = tuple(part for part in parts if part.features or part.findings or part is parts[0])
    return replace(report, parts=shown, features=sum(part.features for part in parts))
