"""The gate for several layers at once: rules between layers, and the answers of all layers in one report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from guotu.model.finding import QualityReport, RuleCount
from guotu.quality.exceptions import Exceptions
from guotu.quality.gate import Stop, go_on
from guotu.quality.layerset import complete, matching, names, places, plans, sums
from guotu.quality.layerset.layers import laid_out
from guotu.quality.layerset.reader import LayerReader
from guotu.quality.layerset.registry import SET_REGISTER
from guotu.quality.ledger import Ledger
from guotu.quality.profile import GateProfile, gate_profile
from guotu.quality.score import score

__all__ = [
    "LayerSetGate",
    "check_layers",
    "complete",
    "matching",
    "merged",
    "names",
    "places",
    "plans",
    "sums",
]

PROFILE = "layers"
"""The pack that applies where none is named."""


class LayerSetGate:
    """Judges several layers together by one profile; each layer for itself is judged by `quality.gate`.

    `exceptions` are those of any dataset among them, `work` a folder for what does not stay in memory.
    """

    def __init__(
        self,
        profile: GateProfile | None = None,
        *,
        name: str = "",
        work: Path | None = None,
        exceptions: Mapping[str, Exceptions] | None = None,
    ) -> None:
        self.profile = profile or gate_profile(PROFILE)
        self.name, self.work = name, work
        self.exceptions = exceptions or {}

    def judge(self, layers: Iterable[LayerReader], *, features: int = 0, stop: Stop = go_on) -> QualityReport:
        """What the layers owe each other; faults that lie in a layer merely `present` are not told.

        Raises   whatever `stop` raises, and what reading a layer raises
        """
        given = tuple(layers)
        ledgers = {(layer.file, layer.name): self._ledger(layer) for layer in given}
        other = Ledger(None, self.name, self.profile.keep)
        present = {(layer.file, layer.name) for layer in given if layer.present}
        with laid_out(given, self.work, stop) as found:
            for id, rule in SET_REGISTER:
                clause = self.profile.clause(id)
                if clause is None:
                    continue
                for late in rule(found, clause):
                    stop()
                    where = (late.file, late.layer or "")
                    if where not in present:
                        ledgers.get(where, other).late(clause, late)
        everything = [*ledgers.values(), other]
        counts = _added(count for ledger in everything for count in ledger.counts())
        findings = sorted(
            (finding for ledger in everything for finding in ledger.findings()), key=lambda each: each.rule
        )
        return QualityReport(
            layer=self.name,
            features=features,
            findings=tuple(findings),
            counts=counts,
            passed=not any(count.refuses for count in counts),
            score=score(counts, features),
            judged_by=self.profile.packs,
            exceptions=tuple(sorted({id for ledger in everything for id in ledger.exceptions.used})),
        )

    def _ledger(self, layer: LayerReader) -> Ledger:
        return Ledger(layer.file, layer.name, self.profile.keep, self.exceptions.get(layer.schema.dataset))


def check_layers(
    layers: Mapping[str, LayerReader],
    profile: GateProfile | None = None,
    *,
    work: Path | None = None,
    exceptions: Mapping[str, Exceptions] | None = None,
    stop: Stop = go_on,
) -> QualityReport:
    """The rules between layers over layers by name; memory stays bounded whatever their size."""
    gate = LayerSetGate(profile, name="、".join(layers), work=work, exceptions=exceptions)
    return gate.judge(layers.values(), stop=stop)


def merged(name: str, parts: Iterable[QualityReport], between: QualityReport) -> QualityReport:
    """One report of several layers, each judged for itself, and of what they owe each other."""
    each = tuple(parts)
    everything = (*each, between)
    counts = _added(count for report in everything for count in report.counts)
    features = sum(report.features for report in each)
    return replace(
        between,
        layer=name,
        features=features,
        findings=tuple(finding for report in everything for finding in report.findings),
        counts=counts,
        passed=all(report.passed for report in everything),
        fields=each[0].fields if len(each) == 1 else (),
        notes=tuple(
            (f"{report.layer}：{zh}", f"{report.layer}: {en}") for report in each for zh, en in report.notes
        )
        + between.notes,
        score=score(counts, features),
        judged_by=tuple(dict.fromkeys(pack for report in everything for pack in report.judged_by)),
        exceptions=tuple(sorted({id for report in everything for id in report.exceptions})),
        parts=each,
    )


def _added(counts: Iterable[RuleCount]) -> tuple[RuleCount, ...]:
    """Counts of the same rule, severity and verdict together, ordered by rule."""
    found: dict[tuple[str, str, bool], list[RuleCount]] = defaultdict(list)
    for count in counts:
        found[(count.rule, count.severity.value, count.hard)].append(count)
    return tuple(
        replace(
            same[0],
            count=sum(count.count for count in same),
            excepted=sum(count.excepted for count in same),
        )
        for _, same in sorted(found.items())
    )
