from __future__ import annotations

import dataclasses

import pytest

from guotu.model.finding import Grade, RuleCount, Severity
from guotu.quality.score import scale, score

B = RuleCount("1302", Severity.SERIOUS, 1, category="属性值域", category_en="Values")


def counted(severity: Severity, count: int, excepted: int = 0) -> RuleCount:
    return RuleCount("1302", severity, count, category="x", category_en="x", excepted=excepted)


def test_a_layer_without_breaches_has_a_hundred_points() -> None:
    found = score([], 10)
    assert (found.points, found.grade, found.categories) == (100.0, Grade.EXCELLENT, ())


@pytest.mark.parametrize(
    ("severity", "count", "points", "grade"),
    [
        (Severity.SLIGHT, 10, 90.0, Grade.EXCELLENT),
        (Severity.SLIGHT, 11, 89.0, Grade.GOOD),
        (Severity.LIGHT, 6, 76.0, Grade.GOOD),
        (Severity.SERIOUS, 2, 76.0, Grade.GOOD),
        (Severity.SERIOUS, 3, 64.0, Grade.QUALIFIED),
        (Severity.SERIOUS, 4, 52.0, Grade.UNQUALIFIED),
        (Severity.SERIOUS, 40, 0.0, Grade.UNQUALIFIED),
        (Severity.MAJOR, 1, 58.0, Grade.UNQUALIFIED),
    ],
)
def test_breaches_cost_by_severity(severity: Severity, count: int, points: float, grade: Grade) -> None:
    found = score([counted(severity, count)], 10)
    assert (found.points, found.grade) == (points, grade)


def test_one_major_breach_is_unqualified_whatever_the_points() -> None:
    spread = dataclasses.replace(scale(), unit_features=10)
    found = score([counted(Severity.MAJOR, 1)], 10_000, spread)
    assert (found.points, found.grade) == (99.96, Grade.UNQUALIFIED)


def test_what_an_exception_excuses_costs_nothing() -> None:
    assert score([counted(Severity.SERIOUS, 3, excepted=2)], 10).points == 88.0
    assert score([counted(Severity.MAJOR, 2, excepted=2)], 10).grade is Grade.EXCELLENT


def test_the_difficulty_factor_eases_all_but_major_breaches() -> None:
    eased = dataclasses.replace(scale(), adjust=2.0)
    assert score([counted(Severity.SERIOUS, 1)], 10, eased).points == 94.0
    assert score([counted(Severity.MAJOR, 1)], 10, eased).points == 58.0


def test_every_category_has_its_own_points() -> None:
    other = dataclasses.replace(B, rule="1501", category="拓扑", category_en="Topology", count=2)
    assert score([B, other], 10).categories == (("属性值域", "Values", 88.0), ("拓扑", "Topology", 76.0))
    assert score([B, other], 10).as_dict("en") == {
        "points": 64.0,
        "grade": "qualified",
        "categories": {"Values": 88.0, "Topology": 76.0},
    }
