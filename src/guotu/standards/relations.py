"""The unified model's relations (`data/relations`): what belongs together across datasets, and the stages of land."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from guotu.model.relation import Relation, Stage
from guotu.model.schema import FieldType
from guotu.standards import catalogue, layers, tables

_PATH = "relations/relations.toml"


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(tables.text(_PATH))


@cache
def relations() -> Mapping[str, Relation]:
    """Every relation by id, in the order of the land's life."""
    found = {}
    for body in _document()["relation"]:
        relation = Relation(
            id=body["id"],
            title=body["title"],
            title_en=body["title_en"],
            first=body["first"],
            second=body["second"],
            keys=tuple((first, second) for first, second in body.get("keys", ())),
            share=body.get("share"),
            dates=tuple(body["dates"]) if "dates" in body else None,
            needed=body.get("needed", False),
            confidence=body["confidence"],
        )
        _check(relation)
        tables.require(relation.id not in found, f"{_PATH}: {relation.id} twice")
        found[relation.id] = relation
    return found


@cache
def stages() -> Mapping[str, Stage]:
    """The stage that each dataset records."""
    found = {body["dataset"]: Stage(**body) for body in _document()["stage"]}
    for stage in found.values():
        if stage.date is not None:
            field = layers.schema(stage.dataset).field(stage.date)
            tables.require(field.type is FieldType.DATE, f"{_PATH}: {stage.dataset}.{stage.date} is no date")
    return found


def edition() -> str:
    """The edition of the table."""
    return str(_document()["edition"])


def relations_of(dataset: str) -> tuple[Relation, ...]:
    """Those that a dataset takes part in."""
    return tuple(each for each in relations().values() if dataset in (each.first, each.second))


def _check(relation: Relation) -> None:
    what = f"{_PATH}: {relation.id}"
    tables.require_confidence([relation.confidence], what)
    tables.require(bool(relation.keys) or relation.share is not None, f"{what} binds by nothing")
    tables.require(relation.share is None or 0 < relation.share <= 1, f"{what}: share {relation.share}")
    for side, place in ((relation.first, 0), (relation.second, 1)):
        catalogue.dataset(side)
        codes = layers.schema(side).codes
        named = [pair[place] for pair in relation.keys]
        named += [relation.dates[place]] if relation.dates else []
        for code in named:
            tables.require(code in codes, f"{what}: {side} has no field {code}")
