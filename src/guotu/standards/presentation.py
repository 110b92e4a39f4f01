"""How features of a dataset are named, labelled and found (`data/presentation.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from guotu.standards import tables


@dataclass(frozen=True, slots=True)
class Presentation:
    """Field codes by the part they play; every part may be empty."""

    title: tuple[str, ...] = ()
    label: str | None = None
    class_field: str | None = None
    exact: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    visible: bool = False
    place: bool = False

    @property
    def drawn(self) -> tuple[str, ...]:
        """The few fields that travel with a tile."""
        wanted = (self.class_field, self.label)
        return tuple(dict.fromkeys(field for field in wanted if field))

    def name(self, attributes: Mapping[str, Any], fallback: str) -> str:
        """What a feature is called."""
        parts = [str(attributes[field]) for field in self.title if attributes.get(field) not in (None, "")]
        return " ".join(parts) or fallback


@cache
def _table() -> dict[str, Presentation]:
    document = tomllib.loads(tables.text("presentation.toml"))
    return {dataset: _entry(body) for dataset, body in document.items() if isinstance(body, dict)}


def presentation(dataset: str) -> Presentation:
    """The presentation of a dataset; an empty one where nothing is declared."""
    return _table().get(dataset, Presentation())


def presented() -> tuple[str, ...]:
    """Every dataset with a declared presentation."""
    return tuple(_table())


def _entry(body: dict[str, Any]) -> Presentation:
    return Presentation(
        title=tuple(body.get("title", ())),
        label=body.get("label"),
        class_field=body.get("class"),
        exact=tuple(body.get("exact", ())),
        contains=tuple(body.get("contains", ())),
        visible=body.get("visible", False),
        place=body.get("place", False),
    )
