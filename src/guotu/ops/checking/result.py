"""What a check found, as it is kept in its folder and shown: the file, its layers, what must be asked, the verdicts.

A check's folder holds `result.json` (this), `findings.arrow` (`quality.findings`) and, for each judged layer, `<n>.arrow`: its rows
in the schema's shape, degrees on CGCS2000.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import orjson

from guotu.errors import Lang
from guotu.model.finding import FieldMatch, Finding, Grade, QualityReport, RuleCount, Score, Severity
from guotu.quality.findings import FindingsFile, Wanted

RESULT: Final = "result.json"
FINDINGS: Final = "findings.arrow"
EDITION: Final = 1

Said = tuple[str, str]
"""A text in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How a file is to be checked, where it does not tell itself.

    `layer` and all that follows count for that layer; without it for the only layer, or each of several.
    """

    layer: str | None = None
    schema: str | None = None
    crs_epsg: int | None = None
    encoding: str | None = None
    mapping: Mapping[str, str | None] | None = None
    division: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What the file does not tell and nobody guesses: `about` crs or schema, with choices (value, zh, en)."""

    about: str
    code: str
    detail: Said
    hint: Said
    choices: tuple[tuple[str, str, str], ...] = ()

    def as_dict(self, lang: Lang) -> dict[str, Any]:
        at = 0 if lang == "zh" else 1
        return {
            "about": self.about,
            "code": self.code,
            "detail": self.detail[at],
            "hint": self.hint[at],
            "choices": [{"value": choice[0], "label": choice[1 + at]} for choice in self.choices],
        }


@dataclass(frozen=True, slots=True)
class LayerResult:
    """One layer: what was read how, and its verdict; `report` is None where a `question` must be answered first.

    `number` names its rows (`<n>.arrow`); `extent` in degrees; `schemas` are (id, dataset, zh, en, score), best first;
    `scores` tell how sure each column's match is.
    """

    number: int
    name: str
    geometry: str = ""
    columns: tuple[str, ...] = ()
    features: int = 0
    schema: str | None = None
    schemas: tuple[tuple[str, str, str, str, float], ...] = ()
    crs_epsg: int | None = None
    crs: Said = ("", "")
    crs_evidence: Said = ("", "")
    crs_how: str = ""
    encoding: str = ""
    encoding_evidence: Said = ("", "")
    encodings: tuple[dict[str, Any], ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    extent: tuple[float, float, float, float] | None = None
    question: Question | None = None
    report: QualityReport | None = None

    def as_dict(self, lang: Lang) -> dict[str, Any]:
        """As the portal shows it; findings are asked for apart."""
        at = 0 if lang == "zh" else 1
        return {
            "name": self.name,
            "geometry": self.geometry,
            "features": self.features,
            "columns": list(self.columns),
            "schema": self.schema,
            "schemas": [
                {"id": s[0], "dataset": s[1], "title": s[2 + at], "score": s[4]} for s in self.schemas
            ],
            "crs": {
                "epsg": self.crs_epsg,
                "label": self.crs[at],
                "evidence": self.crs_evidence[at],
                "how": self.crs_how,
            },
            "encoding": {
                "codec": self.encoding,
                "evidence": self.encoding_evidence[at],
                "candidates": list(self.encodings),
            },
            "mapping": self._mapping(at),
            "missing": list(self.missing),
            "extent": self.extent,
            "question": None if self.question is None else self.question.as_dict(lang),
            "report": None if self.report is None else self.report.as_dict(lang),
        }

    def _mapping(self, at: int) -> list[dict[str, Any]]:
        found = () if self.report is None else self.report.fields
        return [
            {
                "source": match.source,
                "field": match.code,
                "reason": (match.zh, match.en)[at],
                "score": self.scores.get(match.source, 0.0),
            }
            for match in found
        ]


@dataclass(frozen=True, slots=True)
class Examination:
    """A checked file. `seconds` are not noted: a result is the same however long it took."""

    file: str
    format: str
    layers: tuple[LayerResult, ...]
    folder: Path

    @property
    def findings(self) -> FindingsFile:
        return FindingsFile(self.folder / FINDINGS)

    @property
    def asks(self) -> bool:
        """Whether a layer waits for an answer."""
        return any(layer.question is not None for layer in self.layers)

    @property
    def passed(self) -> bool:
        """Whether every layer was judged and none refused."""
        return all(layer.report is not None and layer.report.passed for layer in self.layers)

    def report(self, layer: LayerResult, keep: int = 200) -> QualityReport:
        """The verdict on a judged layer with its first findings, at most `keep` of a rule."""
        assert layer.report is not None
        shown: list[Finding] = []
        for rule in dict.fromkeys(count.rule for count in layer.report.counts):
            page = self.findings.page(Wanted(rule=rule, layer=layer.name), limit=keep)
            shown += [finding for _, finding in page]
        return replace(layer.report, findings=tuple(shown))

    def rows(self, layer: LayerResult) -> Path:
        """The rows of a judged layer."""
        return self.folder / f"{layer.number}.arrow"

    def as_dict(self, lang: Lang) -> dict[str, Any]:
        """As the portal shows it."""
        return {
            "file": self.file,
            "format": self.format,
            "passed": self.passed,
            "asks": self.asks,
            "findings": sum(
                count.count for each in self.layers if each.report for count in each.report.counts
            ),
            "kept": len(self.findings),
            "layers": [layer.as_dict(lang) for layer in self.layers],
        }

    def save(self) -> None:
        """Write `result.json`."""
        body = {
            "edition": EDITION,
            "file": self.file,
            "format": self.format,
            "layers": [_record(each) for each in self.layers],
        }
        (self.folder / RESULT).write_bytes(orjson.dumps(body))

    @classmethod
    def load(cls, folder: Path) -> Examination:
        """What `save` wrote."""
        body = orjson.loads((folder / RESULT).read_bytes())
        return cls(body["file"], body["format"], tuple(map(_layer, body["layers"])), folder)


def _record(layer: LayerResult) -> dict[str, Any]:
    report = None if layer.report is None else asdict(replace(layer.report, findings=(), parts=()))
    question = None if layer.question is None else asdict(layer.question)
    names = [name for name in LayerResult.__slots__ if name not in ("report", "question")]
    plain = {name: getattr(layer, name) for name in names}
    return plain | {"scores": dict(layer.scores), "report": report, "question": question}


def _layer(body: dict[str, Any]) -> LayerResult:
    pairs = {name: tuple(body[name]) for name in ("crs", "crs_evidence", "encoding_evidence")}
    listed = {name: tuple(body[name]) for name in ("columns", "encodings", "missing")}
    more = {
        "schemas": tuple(tuple(each) for each in body["schemas"]),
        "extent": body["extent"] and tuple(body["extent"]),
        "question": body["question"] and _question(body["question"]),
        "report": body["report"] and _report(body["report"]),
    }
    return LayerResult(**{**body, **pairs, **listed, **more})


def _question(body: dict[str, Any]) -> Question:
    said = {name: (body[name][0], body[name][1]) for name in ("detail", "hint")}
    return Question(**{**body, **said, "choices": tuple(tuple(each) for each in body["choices"])})


def _report(body: dict[str, Any]) -> QualityReport:
    counts = tuple(RuleCount(**{**each, "severity": Severity(each["severity"])}) for each in body["counts"])
    score = body["score"] and Score(
        body["score"]["points"],
        Grade(body["score"]["grade"]),
        tuple((zh, en, points) for zh, en, points in body["score"]["categories"]),
    )
    lists = {name: tuple(body[name]) for name in ("judged_by", "exceptions", "findings", "parts")}
    fields = tuple(FieldMatch(**each) for each in body["fields"])
    notes = tuple((zh, en) for zh, en in body["notes"])
    return QualityReport(
        **{**body, **lists, "counts": counts, "score": score, "fields": fields, "notes": notes}
    )
