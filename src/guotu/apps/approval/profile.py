"""The review profile: thresholds, lists, distances and clauses of one edition (`standards/data/profiles/review-*.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from guotu.apps.approval.result import AreaKind, Clause
from guotu.apps.approval.words import Text
from guotu.errors.review import KIND_UNKNOWN, PROFILE_UNKNOWN
from guotu.standards import tables
from guotu.standards.tables import require

Extent = Literal["data", "partition"]


@dataclass(frozen=True, slots=True)
class Tolerances:
    """What is too small to count; m² save where named otherwise."""

    drop_m2: float
    sliver_m2: float
    sliver_width_m: float
    verdict_m2: float
    closure_m2: float
    declared_ha: float

    def as_dict(self) -> dict[str, float]:
        return {name: float(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class LayerRule:
    """What a review asks of a layer: its names, how old it may be (0: any age), how it shows what land it answers for."""

    dataset: str
    title: Text
    max_age_years: float
    extent: Extent


@dataclass(frozen=True, slots=True)
class ProjectKind:
    """What a kind of project may apply for, and how far around its land is looked."""

    id: str
    title: Text
    farmland: bool
    ecology: bool
    outside: bool
    independent: bool
    minerals: bool
    buffer_m: float
    reach_m: float
    importance: str


@dataclass(frozen=True, slots=True)
class ReviewProfile:
    """One edition of the rules. The sections of single checks keep their TOML form (`section`), checked when loaded."""

    id: str
    edition: str
    title: Text
    area_kind: AreaKind
    tolerances: Tolerances
    layers: Mapping[str, LayerRule]
    kinds: Mapping[str, ProjectKind]
    clauses: Mapping[str, Clause]
    sections: Mapping[str, Mapping[str, Any]] = field(repr=False)

    def section(self, name: str) -> Mapping[str, Any]:
        """The figures and lists of one check."""
        return self.sections[name]

    def codes(self, section: str, key: str) -> frozenset[str]:
        """A list of codes of one check."""
        return frozenset(self.sections[section][key])

    def clauses_of(self, section: str, key: str = "clauses") -> tuple[Clause, ...]:
        """The legal basis of one check."""
        return tuple(self.clauses[id] for id in self.sections[section][key])

    def kind(self, id: str) -> ProjectKind:
        """A kind of project; raises GT-5002."""
        if id not in self.kinds:
            raise KIND_UNKNOWN(kind=id, known="、".join(self.kinds))
        return self.kinds[id]


SECTIONS = (
    "landuse", "farmland", "ecology", "planning", "approved", "supplied", "adjustment", "minerals", "geohazard", "authority",
)  # fmt: skip


@cache
def review_profile(id: str = "default") -> ReviewProfile:
    """The profile of that id; raises GT-5001."""
    try:
        text = tables.text(f"profiles/review-{id}.toml")
    except (FileNotFoundError, ValueError):
        raise PROFILE_UNKNOWN(profile=id) from None
    return parse_profile(text)


def parse_profile(text: str) -> ReviewProfile:
    """A profile from its TOML text; a broken one is an AssertionError (a KeyError where a part is missing)."""
    body = tomllib.loads(text)
    require(body["area_kind"] in ("plane", "ellipsoid"), f"review profile: area_kind {body['area_kind']!r}")
    profile = ReviewProfile(
        id=body["id"],
        edition=body["edition"],
        title=_title(body),
        area_kind=body["area_kind"],
        tolerances=Tolerances(**{name: float(body["tolerances"][name]) for name in Tolerances.__slots__}),
        layers=MappingProxyType({code: _layer(code, entry) for code, entry in body["layers"].items()}),
        kinds=MappingProxyType({id: _kind(id, entry) for id, entry in body["kinds"].items()}),
        clauses=MappingProxyType({id: _clause(entry) for id, entry in body["clauses"].items()}),
        sections=MappingProxyType({name: MappingProxyType(body[name]) for name in SECTIONS}),
    )
    _check(profile)
    return profile


def _title(entry: dict[str, Any], key: str = "title") -> Text:
    return Text(entry[key], entry[f"{key}_en"])


def _layer(dataset: str, entry: dict[str, Any]) -> LayerRule:
    require(entry["extent"] in ("data", "partition"), f"review profile: extent of {dataset}")
    return LayerRule(dataset, _title(entry), float(entry["max_age_years"]), entry["extent"])


def _kind(id: str, entry: dict[str, Any]) -> ProjectKind:
    flags = {
        name: bool(entry.get(name, False))
        for name in ("farmland", "ecology", "outside", "independent", "minerals")
    }
    require(entry["importance"] in ("high", "medium", "low"), f"review profile: importance of {id}")
    return ProjectKind(
        id,
        _title(entry),
        buffer_m=float(entry["buffer_m"]),
        reach_m=float(entry["reach_m"]),
        importance=entry["importance"],
        **flags,
    )


def _clause(entry: dict[str, Any]) -> Clause:
    return Clause(_title(entry), _title(entry, "article"), _title(entry, "text"))


def _check(profile: ReviewProfile) -> None:
    for name, section in profile.sections.items():
        for key, value in section.items():
            if key.startswith("clauses"):
                missing = [id for id in value if id not in profile.clauses]
                require(not missing, f"review profile: {name} names clauses {missing} that it does not hold")
    grades = profile.section("geohazard")["grade"]
    for importance in ("high", "medium", "low"):
        require(
            set(grades[importance]) == {"complex", "moderate", "simple"},
            f"review profile: grades of {importance}",
        )
    require("general" in profile.kinds, "review profile: no kind `general`")
