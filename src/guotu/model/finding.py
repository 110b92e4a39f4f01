"""Findings of quality rules and the verdict of a gate."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from guotu.errors import Lang, Place


class Severity(StrEnum):
    """A major 严重, B serious 重, C light 较重, D slight 轻 (GB/T 24356); the gate refuses on what its profile calls hard."""

    MAJOR = "A"
    SERIOUS = "B"
    LIGHT = "C"
    SLIGHT = "D"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong at one place: rule id (1101…), what, remedy; `geometry` is WKB in degrees, if it can be shown.

    `excepted` names the approved exception (例外说明) under which it does not count.
    """

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
    excepted: str | None = None

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
        if self.excepted is not None:
            shown["excepted_by"] = self.excepted
        return shown


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule was broken: every breach is counted, findings are kept up to the gate's ceiling.

    `hard` says that these breaches refuse the layer, save the `excepted` of them.
    """

    rule: str
    severity: Severity
    count: int
    hard: bool = False
    name: str = ""
    name_en: str = ""
    category: str = ""
    category_en: str = ""
    excepted: int = 0

    @property
    def counting(self) -> int:
        """Breaches that no exception excuses."""
        return self.count - self.excepted

    @property
    def refuses(self) -> bool:
        """Whether what is left refuses the layer."""
        return self.hard and self.counting > 0

    def as_dict(self, lang: Lang) -> dict[str, Any]:
        name = self.name if lang == "zh" else self.name_en
        severity = self.severity.value
        shown = {
            "rule": self.rule,
            "name": name,
            "severity": severity,
            "count": self.count,
            "hard": self.hard,
        }
        return shown | {"excepted": self.excepted} if self.excepted else shown


@dataclass(frozen=True, slots=True)
class FieldMatch:
    """A column of the source and the schema field it was taken for (None: kept out), with the reason."""

    source: str
    code: str | None
    zh: str
    en: str


class Grade(StrEnum):
    """Grades of GB/T 24356 by points: 90 and more, 75, 60, less."""

    EXCELLENT = "优"
    GOOD = "良"
    QUALIFIED = "合格"
    UNQUALIFIED = "不合格"

    def word(self, lang: Lang) -> str:
        """The grade in a language."""
        english = {
            Grade.EXCELLENT: "excellent",
            Grade.GOOD: "good",
            Grade.QUALIFIED: "qualified",
            Grade.UNQUALIFIED: "unqualified",
        }
        return self.value if lang == "zh" else english[self]


@dataclass(frozen=True, slots=True)
class Score:
    """Points of a layer, whole and by category of rules (category, its English name, points)."""

    points: float
    grade: Grade
    categories: tuple[tuple[str, str, float], ...] = ()

    def as_dict(self, lang: Lang) -> dict[str, Any]:
        parts = {zh if lang == "zh" else en: points for zh, en, points in self.categories}
        return {"points": self.points, "grade": self.grade.word(lang), "categories": parts}


@dataclass(frozen=True, slots=True)
class QualityReport:
    """The gate's answer for one layer, or for a set of layers: then `parts` has the answer of each.

    `judged_by` names the rule packs with edition and digest, `exceptions` those that excused a breach.
    """

    layer: str
    features: int
    findings: tuple[Finding, ...]
    counts: tuple[RuleCount, ...]
    passed: bool
    fields: tuple[FieldMatch, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    """(zh, en) remarks that are no faults: what was read how, what was rounded, what was left out."""
    score: Score | None = None
    judged_by: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    parts: tuple[QualityReport, ...] = ()

    def as_dict(self, lang: Lang) -> dict[str, Any]:
        """Ready for JSON."""
        zh = lang == "zh"
        shown = {
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
            "score": None if self.score is None else self.score.as_dict(lang),
            "judged_by": list(self.judged_by),
            "exceptions": list(self.exceptions),
        }
        if self.parts:
            shown["layers"] = [part.as_dict(lang) for part in self.parts]
        return shown

    def summary(self, lang: Lang) -> str:
        """One line for a commit note."""
        total = sum(count.count for count in self.counts)
        if lang == "zh":
            return f"{'通过' if self.passed else '未通过'}：{self.features} 个要素，{total} 处问题"
        return f"{'passed' if self.passed else 'refused'}: {self.features} features, {total} findings"

    def record(self) -> str:
        """What a commit keeps of the verdict: the summary, the rule packs that judged, the exceptions used."""
        parts = [self.summary("zh")]
        if self.judged_by:
            parts.append(f"规则 {'、'.join(self.judged_by)}")
        if self.exceptions:
            excused = sum(count.excepted for count in self.counts)
            parts.append(f"{excused} 处按例外说明 {'、'.join(self.exceptions)} 不计")
        return "；".join(parts)
