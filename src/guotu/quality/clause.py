"""One rule as one pack applies it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from guotu.errors.quality import PROFILE_INVALID
from guotu.model.finding import Severity


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
    category: str = ""
    category_en: str = ""

    def number(self, name: str) -> float:
        """A threshold; raises GT-1403 where the profile leaves it out."""
        try:
            return float(self.parameters[name])
        except KeyError:
            raise PROFILE_INVALID(profile=self.id, reason=f"rule {self.id} lacks {name}") from None
