"""Findings of quality rules and the verdict of a gate."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from guotu.errors import Lang, Place


class Severity(StrEnum):
    """A major, B serious, C light (GB/T 24356 calls: 重, 较重, 轻); the gate refuses on what its profile calls hard."""

    MAJOR = "A"
    SERIOUS = "B"
    LIGHT = "C"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong at one place: rule id (1101…), what, remedy; `geometry` is WKB in degrees, if it can be shown."""

    rule: str
    severity: Severity
    place: Place
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str
    geometry: bytes | None = None
    measure: float | None = None
    unit: str | None = None

    def as_dict(self, lang: Lang) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "rule": self.rule,
            "severity": self.severity.value,
            "detail": self.zh if lang == "zh" else self.en,
            "remedy": self.remedy_zh if lang == "zh" else self.remedy_en,
            "place": self.place.as_dict(),
        }
        if self.measure is not None:
            shown |= {"measure": self.measure, "unit": self.unit}
        return shown


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule was broken: every breach is counted, findings are kept up to the gate's ceiling.

    `hard` says that these breaches refuse the layer.
    """

    rule: str
    severity: Severity
    count: int
    hard: bool = False
    name: str = ""
    name_en: str = ""

    def as_dict(self, lang: Lang) -> dict[str, Any]:
        name = self.name if lang == "zh" else self.name_en
        severity = self.severity.value
        return {"rule": self.rule, "name": name, "severity": severity, "count": self.count, "hard": self.hard}


@dataclass(frozen=True, slots=True)
class FieldMatch:
    """A column of the source and the schema field it was taken for (None: kept out), with the reason."""

    source: str
    code: str | None
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class QualityReport:
    """The gate's answer for one layer."""

    layer: str
    features: int
    findings: tuple[Finding, ...]
    counts: tuple[RuleCount, ...]
    passed: bool
    fields: tuple[FieldMatch, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    """(zh, en) remarks that are no faults: what was read how, what was rounded, what was left out."""

    def as_dict(self, lang: Lang) -> dict[str, Any]:
        """Ready for JSON."""
        zh = lang == "zh"
        return {
            "layer": self.layer,
            "passed": self.passed,
            "features": self.features,
            "summary": self.summary(lang),
            "counts": [count.as_dict(lang) for count in self.counts],
            "findings": [finding.as_dict(lang) for finding in self.findings],
            "fields": [
                {"source": f.source, "field": f.code, "reason": f.zh if zh else f.en} for f in self.fields
            ],
            "notes": [note[0] if zh else note[1] for note in self.notes],
        }

    def summary(self, lang: Lang) -> str:
        """One line for a commit note."""
        total = sum(count.count for count in self.counts)
        if lang == "zh":
            return f"{'通过' if self.passed else '未通过'}：{self.features} 个要素，{total} 处问题"
        return f"{'passed' if self.passed else 'refused'}: {self.features} features, {total} findings"
