"""Quality rules (`data/rules`): what is asked, how grave a breach is, what to do, and the default thresholds."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, TypeGuard

from guotu.errors.schema import RULE_UNKNOWN
from guotu.model.finding import Severity
from guotu.standards import tables
from guotu.standards.tables import require

_TEXTS = (
    "name", "name_en", "text_zh", "text_en", "remedy_zh", "remedy_en", "example_zh", "example_en",
)  # fmt: skip
SCOPES = ("feature", "layer", "set", "update", "package")
"""What a rule looks at: each feature alone, a whole layer, several layers, two editions, a delivery."""


@dataclass(frozen=True, slots=True)
class QualityRule:
    """One rule. `hard` is the default verdict on a breach; `parameters` are thresholds (metres, m², degrees, shares)."""

    id: str
    category: str
    category_en: str
    name: str
    name_en: str
    severity: Severity
    hard: bool
    text_zh: str
    text_en: str
    remedy_zh: str
    remedy_en: str
    example_zh: str
    example_en: str
    scope: str
    parameters: Mapping[str, Any]
    confidence: str
    source_rule: str = ""


@cache
def rules() -> Mapping[str, QualityRule]:
    """Every rule by id, in the order of the ids."""
    categories = tables.manifest("rules")["categories"]
    entries = tomllib.loads(tables.text("rules/rules.toml"))["rule"]
    tables.require_distinct((entry["id"] for entry in entries), "rules")
    tables.require_confidence((entry["confidence"] for entry in entries), "rules")
    require([e["id"] for e in entries] == sorted(e["id"] for e in entries), "rules: not in order")
    return MappingProxyType({entry["id"]: _rule(entry, categories) for entry in entries})


@cache
def scoring() -> Mapping[str, Any]:
    """What breaches cost and what points a grade takes, as `data/rules/scoring.toml` has it."""
    table = tomllib.loads(tables.text("rules/scoring.toml"))
    require(set(table["points"]) == set(Severity), "scoring: points")
    grades = list(table["grades"].values())
    require(grades == sorted(grades, reverse=True), "scoring: grades are not in order")
    require(table["adjust"] > 0 and table["unit_features"] >= 0, "scoring: adjust or unit_features")
    return MappingProxyType(table)


def rule(id: str) -> QualityRule:
    """A rule by id; raises GT-1313."""
    try:
        return rules()[id]
    except KeyError:
        raise RULE_UNKNOWN(rule=id) from None


def _rule(entry: dict[str, Any], categories: dict[str, str]) -> QualityRule:
    id, parameters = entry["id"], entry.get("parameters", {})
    require(id.isdigit() and len(id) == 4, f"rule {id}: not four digits")
    require(entry["category"] in categories, f"rule {id}: category {entry['category']}")
    require(all(entry[name] for name in _TEXTS), f"rule {id}: a text is missing")
    require(entry["scope"] in SCOPES, f"rule {id}: scope {entry['scope']}")
    require(_are_thresholds(parameters), f"rule {id}: parameters {parameters}")
    return QualityRule(
        id=id,
        category=entry["category"],
        category_en=categories[entry["category"]],
        severity=Severity(entry["severity"]),
        hard=entry["hard"],
        scope=entry["scope"],
        parameters=MappingProxyType(parameters),
        confidence=entry["confidence"],
        source_rule=entry.get("source_rule", ""),
        **{name: entry[name] for name in _TEXTS},
    )


def _are_thresholds(value: object) -> TypeGuard[dict[str, Any]]:
    if isinstance(value, dict):
        return all(isinstance(part, int | float) or _are_thresholds(part) for part in value.values())
    return False
