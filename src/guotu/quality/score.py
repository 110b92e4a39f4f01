"""Points and grade of a layer in the manner of GB/T 24356, beside the gate's yes or no."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from guotu.model.finding import Grade, RuleCount, Score, Severity
from guotu.standards import rules

_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Scale:
    """What breaches cost: `points` by severity, divided by `adjust` for all but A; `unit_features` make up one unit of
    product (0: the whole layer is one).
    """

    edition: str
    points: MappingProxyType[Severity, float]
    grades: tuple[tuple[Grade, float], ...]
    adjust: float = 1.0
    unit_features: int = 0

    def cost(self, severity: Severity) -> float:
        """Points of one breach."""
        return self.points[severity] / (1.0 if severity is Severity.MAJOR else self.adjust)

    def units(self, features: int) -> float:
        """How many units a layer is, at least one."""
        return max(1.0, features / self.unit_features) if self.unit_features else 1.0


@cache
def scale() -> Scale:
    """The scale of the standards (`data/rules/scoring.toml`)."""
    table = rules.scoring()
    return Scale(
        edition=str(table["edition"]),
        points=MappingProxyType({Severity(name): float(cost) for name, cost in table["points"].items()}),
        grades=tuple((Grade(name), float(least)) for name, least in table["grades"].items()),
        adjust=float(table["adjust"]),
        unit_features=int(table["unit_features"]),
    )


def score(counts: Iterable[RuleCount], features: int, by: Scale | None = None) -> Score:
    """Points of a layer by the breaches that no exception excuses: 100 less their cost, not below 0.

    Every category of rules has points of its own by the same reckoning; an A anywhere makes the grade 不合格.
    """
    by, costs, fatal = by or scale(), dict[tuple[str, str], float](), False
    for count in counts:
        if count.counting > 0:
            fatal |= count.severity is Severity.MAJOR
            where = (count.category, count.category_en)
            costs[where] = costs.get(where, 0.0) + count.counting * by.cost(count.severity)
    units = by.units(features)
    points = _left(sum(costs.values()), units)
    parts = tuple((zh, en, _left(cost, units)) for (zh, en), cost in costs.items())
    return Score(points, Grade.UNQUALIFIED if fatal else _grade(points, by), parts)


def _left(cost: float, units: float) -> float:
    return round(max(0.0, 100.0 - cost / units), _DECIMALS)


def _grade(points: float, by: Scale) -> Grade:
    for grade, least in by.grades:
        if points >= least:
            return grade
    return Grade.UNQUALIFIED
