"""Gate profiles: which rules refuse, which warn, which rest, and their thresholds (TOML beside the standards)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from guotu.errors.quality import PROFILE_INVALID, PROFILE_UNKNOWN
from guotu.model.finding import Severity
from guotu.model.schema import LayerSchema
from guotu.standards.rules import QualityRule, rules


class Level(StrEnum):
    """What a breach of a rule does to a layer."""

    REFUSE = "refuse"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Clause:
    """A rule as one profile applies it: the standard's texts, the profile's level and thresholds."""

    id: str
    name: str
    name_en: str
    severity: Severity
    level: Level
    remedy_zh: str
    remedy_en: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def number(self, name: str) -> float:
        """A threshold; raises GT-1403 where the profile leaves it out."""
        try:
            return float(self.parameters[name])
        except KeyError:
            raise PROFILE_INVALID(profile=self.id, reason=f"rule {self.id} lacks {name}") from None


@dataclass(frozen=True, slots=True)
class GateProfile:
    """A named way to judge layers. `keep` findings per rule are kept, all are counted; rules without a clause rest."""

    id: str
    title: str
    title_en: str
    edition: str
    keep: int
    datasets: tuple[str, ...]
    clauses: Mapping[str, Clause]

    def clause(self, rule: str) -> Clause | None:
        """The rule as this profile applies it, None where it rests."""
        return self.clauses.get(rule)


def profile_names() -> tuple[str, ...]:
    """The ids of all gate profiles."""
    folder = resources.files("guotu.standards") / "data" / "profiles"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name[5:-5] for name in names if name.startswith("gate-") and name.endswith(".toml")))


@cache
def gate_profile(name: str) -> GateProfile:
    """A profile by id.

    Raises   GT-1402 where there is none, GT-1403 where it is wrong
    """
    if name not in profile_names():
        raise PROFILE_UNKNOWN(profile=name, known="、".join(profile_names()))
    source = resources.files("guotu.standards") / "data" / "profiles" / f"gate-{name}.toml"
    return read_profile(tomllib.loads(source.read_text(encoding="utf-8")))


def profile_for(schema: LayerSchema) -> GateProfile:
    """The profile whose dataset prefixes fit a layer best; `general` where none does."""
    chosen, longest = "general", -1
    for name in profile_names():
        for prefix in gate_profile(name).datasets:
            if schema.dataset.startswith(prefix) and len(prefix) > longest:
                chosen, longest = name, len(prefix)
    return gate_profile(chosen)


def read_profile(table: Mapping[str, Any]) -> GateProfile:
    """A profile from its parsed TOML: lists of rules that `refuse` and that `warn` (the rest stay off), and `parameters`
    that differ from the standard's thresholds; raises GT-1403.
    """
    name = str(table.get("id", "?"))
    unknown = set(table) - {
        "id",
        "title",
        "title_en",
        "edition",
        "keep",
        "datasets",
        "refuse",
        "warn",
        "parameters",
    }
    if unknown:
        raise PROFILE_INVALID(profile=name, reason=f"unknown {', '.join(sorted(unknown))}")
    try:
        return GateProfile(
            id=name,
            title=table["title"],
            title_en=table["title_en"],
            edition=table["edition"],
            keep=int(table["keep"]),
            datasets=tuple(table["datasets"]),
            clauses=_clauses(name, table),
        )
    except KeyError as missing:
        raise PROFILE_INVALID(profile=name, reason=f"{missing} is missing") from None


def _clauses(profile: str, table: Mapping[str, Any]) -> Mapping[str, Clause]:
    levels = dict.fromkeys(table["warn"], Level.WARN) | dict.fromkeys(table["refuse"], Level.REFUSE)
    given = table.get("parameters", {})
    known = rules()
    for id in [*levels, *given]:
        if id not in known or id not in levels:
            raise PROFILE_INVALID(
                profile=profile, reason=f"rule {id} is unknown or neither refuses nor warns"
            )
    return {id: _clause(known[id], level, given.get(id, {})) for id, level in sorted(levels.items())}


def _clause(rule: QualityRule, level: Level, given: Mapping[str, Any]) -> Clause:
    return Clause(
        id=rule.id,
        name=rule.name,
        name_en=rule.name_en,
        severity=rule.severity,
        level=level,
        remedy_zh=rule.remedy_zh,
        remedy_en=rule.remedy_en,
        parameters={**rule.parameters, **given},
    )
